# Analysis of recorded marches without a screen. `docker build -t marchcam .`; how to use it: docs/installing.md
FROM python:3.12-slim-bookworm

# what OpenCV and MediaPipe load; a live march (window, sound, camera) is not for a container
RUN apt-get update \
    && apt-get install -y --no-install-recommends libegl1 libgl1 libgles2 libglib2.0-0 libxcb1 \
    && rm -rf /var/lib/apt/lists/*

COPY . /src
RUN pip install --no-cache-dir /src && rm -rf /src

# files in a mounted folder should belong to whoever runs it: `--user "$(id -u):$(id -g)"`; without it, to this user
RUN useradd --create-home --uid 10001 marchcam
USER marchcam
WORKDIR /work
# a user without a name of its own has no home: what libraries cache goes here
ENV HOME=/tmp MPLCONFIGDIR=/tmp
ENTRYPOINT ["marchcam"]
CMD ["--help"]
