"""Many videos over a real scheduler and real workers on this computer."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import DATA, ENVIRONMENT, run_marchcam

from marchcam import __version__
from marchcam.batch.cluster import check_version
from marchcam.batch.fetch import local_copy, match_urls
from marchcam.batch.plan import make_plan
from marchcam.errors import ClusterError, SourceError

VIDEOS = ("plain.mp4", "hevc.mp4", "vp9.webm", "variable_rate.mp4", "mjpeg.avi", "rotated.mp4")


def test_a_path_is_used_as_it_is_and_an_address_is_fetched_into_a_private_copy(data):
    with local_copy(str(data / "plain.mp4")) as path:
        assert path == data / "plain.mp4"
    pytest.importorskip("fsspec", reason="pip install 'marchcam[cluster]'")
    with local_copy((data / "plain.mp4").as_uri()) as path:
        assert path != data / "plain.mp4"
        assert path.read_bytes() == (data / "plain.mp4").read_bytes()
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def test_an_address_with_a_star_stands_for_all_it_fits(data):
    pytest.importorskip("fsspec", reason="pip install 'marchcam[cluster]'")
    found = match_urls(f"{data.as_uri()}/v*.*")
    assert [url.rsplit("/", 1)[-1] for url in found] == ["variable_rate.mp4", "vp9.webm"]
    plan = make_plan([f"{data.as_uri()}/v*.*", "s3://bucket/a.mp4?sign=x"], "out", lambda u: match_urls(u) * 2)
    assert [video.label for video in plan.videos] == ["variable_rate", "vp9", "a"]


@pytest.mark.parametrize("url", ["file:///no/such/video.mp4", "nonsense://x/y.mp4", "http://127.0.0.1:9/x.mp4"])
def test_what_cannot_be_fetched_is_one_sentence(url):
    pytest.importorskip("fsspec", reason="pip install 'marchcam[cluster]'")
    with pytest.raises(SourceError, match=url) as caught, local_copy(url):
        pass
    assert "\n" not in str(caught.value)


def test_a_fetch_sees_the_network_as_it_was_before_the_pose_library_was_shut_in():
    code = (
        "import os\nfrom marchcam.pose import environment_with_network, shut_network\n"
        "shut_network(); shut_network()\n"
        "e = environment_with_network(X=['a', '', 'b'])\n"
        "print(os.environ['https_proxy'], 'no_proxy' in os.environ)\n"
        "print(e['https_proxy'], e['no_proxy'], 'HTTP_PROXY' in e, e['X'])"
    )
    environment = {name: value for name, value in ENVIRONMENT.items() if "proxy" not in name.lower()}
    environment |= {"https_proxy": "http://10.1.1.1:3128", "no_proxy": "here"}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    shut, before = result.stdout.splitlines()
    assert shut == "http://127.0.0.1:9 False"
    assert before == f"http://10.1.1.1:3128 here False a{os.pathsep}b"


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (ModuleNotFoundError("marchcam"), "has no MarchCam. Install"),
        ("9.9", f"MarchCam 9.9, this computer {__version__}"),
        (OSError("x"), "cannot be asked"),
    ],
)
def test_a_worker_that_would_give_other_results_is_refused(version, said):
    with pytest.raises(ClusterError, match=said):
        check_version(version, "tcp://w")
    check_version(__version__, "tcp://w")


def analyze_after(change, *arguments, cwd):
    """The command in a process in which something was changed before."""
    code = f"import sys\n{change}\nfrom marchcam.cli import main\nmain(sys.argv[1:])"
    command = [sys.executable, "-c", code, "analyze", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)


def test_without_the_extra_or_the_scheduler_it_is_one_sentence(data, tmp_path):
    where = (data / "plain.mp4", "--cluster", f"tcp://127.0.0.1:{free_port()}")
    result = analyze_after("sys.modules['distributed'] = None", *where, cwd=tmp_path)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "pip install 'marchcam[cluster]'" in result.stderr
    pytest.importorskip("distributed", reason="pip install 'marchcam[cluster]'")
    result = analyze_after("import marchcam.batch.cluster as c; c.CONNECT_S = 0.5", *where, cwd=tmp_path)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "is not reached" in result.stderr
    assert list(tmp_path.iterdir()) == []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def dask(*arguments, before="", **environment):
    """A scheduler or worker in a process of its own."""
    code = f"{before}\nimport sys\nfrom dask.__main__ import main\nsys.argv[0] = 'dask'\nmain()"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-c", code, *map(str, arguments), "--host", "127.0.0.1", "--no-dashboard"]
    with subprocess.Popen(command, env={**ENVIRONMENT, **environment}, **quiet) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def scheduler():
    pytest.importorskip("distributed", reason="pip install 'marchcam[cluster]'")
    port = free_port()
    with dask("scheduler", "--port", port):
        yield f"tcp://127.0.0.1:{port}"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_worker_killed_in_the_middle_costs_nothing_and_the_summary_is_that_of_one_computer(scheduler, tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    for name in VIDEOS:
        shutil.copy2(DATA / name, videos)
    (videos / "text.mp4").write_text("hello")
    local = run_marchcam("analyze", videos, "--model", "lite", "--out", "local", cwd=tmp_path)
    assert local.returncode == 1
    rooms = [tmp_path / "room1", tmp_path / "room2"]
    for room in rooms:
        room.mkdir()
    options = ("--nthreads", 1, "--no-nanny")
    with dask("worker", scheduler, *options, TMPDIR=str(rooms[0])) as victim, dask("worker", scheduler, *options):
        command = [sys.executable, "-m", "marchcam", "analyze", str(videos), "--model", "lite", "--cluster", scheduler]
        with subprocess.Popen(
            command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            # A folder of a video under way tells that this worker is in the middle of one.
            while not list(rooms[0].glob("marchcam-*")) and process.poll() is None:
                time.sleep(0.02)
            time.sleep(0.3)
            assert list(rooms[0].glob("marchcam-*"))
            victim.send_signal(signal.SIGKILL)
            said, error = process.communicate(timeout=120)
        assert process.returncode == 1, error
        assert b"7 videos: 6 done, 1 failed." in said
        out = tmp_path / "marchcam-results"
        assert (out / "summary.csv").read_bytes() == (tmp_path / "local" / "summary.csv").read_bytes()
        files = [path.relative_to(out) for path in out.rglob("*") if path.is_file()]
        wanted = [path.relative_to(tmp_path / "local") for path in (tmp_path / "local").rglob("*") if path.is_file()]
        assert sorted(files) == sorted(wanted)  # nothing half done is left
        for path in files:
            assert (out / path).read_bytes() == (tmp_path / "local" / path).read_bytes(), path
        # Who joins with another version is refused before anything is written.
        worker = "import marchcam; marchcam.__version__ = '9.9'"
        with dask("worker", scheduler, *options, before=worker):
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                refused = run_marchcam("analyze", videos, "--cluster", scheduler, "--out", "none", cwd=tmp_path)
                if b"9.9" in refused.stderr:
                    break
            assert b"install the same version everywhere" in refused.stderr
            assert not (tmp_path / "none").exists()


DEADLY = """
import os, sys
from pathlib import Path
from marchcam.batch.cluster import Cluster
from marchcam.batch.work import Job, Options, Outcome

def remote(job):
    if job.label == "deadly":
        os._exit(1)
    return Outcome("done"), {"x": b"1"}

jobs = [Job("/x", name, Options("lite", "")) for name in ("a", "deadly", "b", "c")]
if __name__ == "__main__":
    with Cluster(sys.argv[1]) as cluster:
        for number, outcome, made in cluster.run(jobs, Path("."), lambda done: None, remote):
            print(jobs[number].label, outcome.status, [p.name for p in made.iterdir()], outcome.reason)
"""


@pytest.mark.slow
def test_a_video_that_ends_every_worker_fails_and_the_others_are_done(scheduler, tmp_path):
    script = tmp_path / "deadly.py"
    script.write_text(DEADLY)
    # One more than die: a worker that ends while it starts is not always started again.
    with dask("worker", scheduler, "--nworkers", 5, "--nthreads", 1):
        command = [sys.executable, str(script), scheduler]
        result = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    lines = sorted(result.stdout.splitlines())
    assert [line[:11] for line in lines] == ["a done ['x'", "b done ['x'", "c done ['x'", "deadly fail"], result.stderr
    assert "4 workers ended while they worked on it" in lines[-1]


@pytest.mark.slow
def test_a_scheduler_that_goes_away_ends_the_run_with_a_sentence_and_a_summary(tmp_path):
    pytest.importorskip("distributed", reason="pip install 'marchcam[cluster]'")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with dask("scheduler", "--port", port) as scheduler, dask("worker", address, "--nthreads", 1, "--no-nanny"):
        command = [sys.executable, "-m", "marchcam", "analyze", str(DATA / "plain.mp4"), str(DATA / "session.mp4")]
        command += ["--model", "lite", "--cluster", address]
        with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE) as process:
            out = tmp_path / "marchcam-results"
            while not (out / "plain" / "done.json").exists() and process.poll() is None:
                time.sleep(0.05)
            scheduler.kill()
            _, error = process.communicate(timeout=120)
    assert process.returncode == 1
    assert b"is gone. What is done stays" in error and error.count(b"\n") == 1
    assert [line.split(",")[2] for line in (out / "summary.csv").read_text().splitlines()[1:]] == ["done", "stopped"]
