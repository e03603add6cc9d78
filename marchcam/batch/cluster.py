"""Videos over a cluster: dask.distributed hands them to workers; results come back and are written here, once."""

from __future__ import annotations

import logging
import tempfile
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marchcam import __version__
from marchcam.batch.local import Advance, Done
from marchcam.batch.work import FAILED, Job, Outcome, work
from marchcam.errors import ClusterError, sentence_of
from marchcam.files import part_folder

if TYPE_CHECKING:
    from distributed import Future

CONNECT_S, WORKERS_S = 15.0, 30.0
"""How long a scheduler, and its first worker, may let wait; likewise new workers when all are gone."""
LOOK_UP_S = 1.0
PER_THREAD = 1  # videos on their way for each thread of a worker: one that waited would be blamed for its death

Remote = Callable[[Job], "tuple[Outcome, dict[str, bytes]]"]


class Cluster:
    """The workers of a dask scheduler. A context manager.

    Parameters
    ----------
    address : str
        Of the scheduler, tcp://host:port.

    Raises
    ------
    ClusterError
        On entering, when the scheduler is not reached, has no worker, or a worker has another MarchCam.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __enter__(self) -> Cluster:
        try:
            import distributed
        except ImportError:
            raise ClusterError("--cluster needs the package distributed: pip install 'marchcam[cluster]'.") from None
        _silence()
        try:
            self._client = distributed.Client(self.address, timeout=CONNECT_S)
        except (OSError, ValueError, TypeError) as error:
            reason = "" if isinstance(error, OSError) else f" ({error})"
            raise ClusterError(
                f"The scheduler {self.address} is not reached{reason}. Start one with dask scheduler, and see that "
                "nothing stands between."
            ) from None
        try:
            self._check_workers()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def run(
        self, jobs: list[Job], out: Path, advance: Advance, remote: Remote | None = None
    ) -> Generator[Done, None, None]:
        """Work on videos wherever there is room; see `marchcam.batch.local.run_local`.

        Parameters
        ----------
        jobs : list of Job
        out : Path
        advance : callable
            Called with the number of videos done.
        remote : callable, optional
            What workers do, in place of `work_remotely`.

        Yields
        ------
        (int, Outcome, Path)

        Raises
        ------
        ClusterError
            When the scheduler or all workers are gone.
        """
        from distributed import CancelledError, TimeoutError, wait

        run = uuid.uuid4().hex
        waiting, count = deque(enumerate(jobs)), 0
        running: dict[Future[Any], int] = {}
        try:
            while waiting or running:
                for _ in range(min(len(waiting), PER_THREAD * self._threads() - len(running))):
                    number, job = waiting.popleft()
                    future = self._client.submit(remote or work_remotely, job, key=f"{run}-{number}", pure=False)
                    running[future] = number
                try:
                    ended = wait(list(running), timeout=LOOK_UP_S, return_when="FIRST_COMPLETED").done
                except TimeoutError:
                    continue
                for future in ended:
                    number = running.pop(future)
                    outcome, files = _result(future)
                    future.release()
                    count += 1
                    advance(count)
                    with part_folder(out) as name:
                        for file, content in files.items():
                            _write_private(Path(name) / file, content)
                        yield number, outcome, Path(name)
        except (CancelledError, OSError) as error:
            if isinstance(error, OSError) and self._client.status == "running":
                raise
            raise ClusterError(f"The scheduler {self.address} is gone.") from None
        finally:
            for future in running:
                future.release()

    def _check_workers(self) -> None:
        """See that all workers have this version: another one would give other results."""
        deadline_s = time.monotonic() + WORKERS_S
        while not self._client.nthreads():
            if time.monotonic() > deadline_s:
                raise ClusterError(f"The scheduler {self.address} has no worker. Start one with dask worker.")
            time.sleep(0.1)

        def asked() -> str:  # in here, so it travels whole: a function of the module needs MarchCam at the other end
            import marchcam

            return marchcam.__version__

        for worker, version in self._client.run(asked, on_error="return").items():
            check_version(version, worker)

    def _threads(self) -> int:
        """Threads of all workers; waits a while for new ones when there is none."""
        deadline_s = time.monotonic() + WORKERS_S
        while not (threads := int(sum(self._client.nthreads().values()))):
            if time.monotonic() > deadline_s:
                raise ClusterError(f"The scheduler {self.address} has no worker any more.")
            time.sleep(0.1)
        return threads


def check_version(version: str | Exception, worker: str) -> None:
    """Raise a ClusterError unless a worker has this version."""
    if isinstance(version, ModuleNotFoundError):
        raise ClusterError(f"The worker {worker} has no MarchCam. Install marchcam[cluster] {__version__} there.")
    if isinstance(version, Exception):
        raise ClusterError(f"The worker {worker} cannot be asked for its version: {version}")
    if version != __version__:
        raise ClusterError(
            f"The worker {worker} has MarchCam {version}, this computer {__version__}. Results would not be alike: "
            "install the same version everywhere."
        )


def work_remotely(job: Job) -> tuple[Outcome, dict[str, bytes]]:
    """What a worker does: a video to its outcome and the content of its files.

    Raises
    ------
    ClusterError
        When this worker has another version of MarchCam than the one that asks.
    """
    if job.version != __version__:
        raise ClusterError(f"A worker that joined later has MarchCam {__version__}, this computer {job.version}.")
    try:
        with tempfile.TemporaryDirectory(prefix="marchcam-") as folder:
            outcome = work(job, Path(folder))
            return outcome, {name: (Path(folder) / name).read_bytes() for name in outcome.files}
    except Exception as error:  # its disk is full
        return Outcome(FAILED, " ".join(sentence_of(error).split())), {}


def _silence() -> None:
    """Keep dask from the terminal: what matters is said in a sentence."""
    warnings.filterwarnings("ignore", module="distributed")
    for name in list(logging.root.manager.loggerDict):  # each has a level of its own
        if name.split(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _result(future: Future[Any]) -> tuple[Outcome, dict[str, bytes]]:
    """What a worker came to; why not, where it came to nothing."""
    from distributed import CancelledError
    from distributed.scheduler import KilledWorker

    try:
        outcome, files = future.result()
        return outcome, files
    except KilledWorker as error:
        deaths = error.allowed_failures + 1
        said = f"{deaths} workers ended while they worked on it, most often because memory ran out."
        return Outcome(FAILED, said), {}
    except (ClusterError, CancelledError, OSError):
        raise
    except Exception as error:  # not of the video: it would be the same with the next one
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise ClusterError(f"A worker cannot run MarchCam ({said}).") from None


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
