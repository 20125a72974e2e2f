"""Figures of images on their way: saved, loaded and pulled by Wharf, and by the docker CLI beside it."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
import psutil

from tests.bench.carrier import Carrier
from tests.bench.figures import Aim, Figure, median
from tests.bench.programs import Programs
from tests.cli import docker_cli
from tests.live.engine import EngineError, PrivateEngine

RELEASE = "28.5"
MB = 1_000_000
SMALL, LARGE = 100 * MB, 400 * MB
"""Bytes of the image that is carried to and fro."""
HUGE = 1000 * MB
"""Bytes of the image that may not pass through Wharf's memory."""
NEEDED = 6 * HUGE
"""Bytes of memory that have to be free for it: there the Engine holds it, more than once, and the file is."""
WARM = 20 * MB
"""Bytes of the image that is saved first, so that everything is loaded."""
GROWTH = Aim(20)
RATIO = Aim(1.1, of_bare=True)
MEMORY = Path("/dev/shm")
"""Where the files are, if there is such a place: a disk would be measured otherwise."""
PIECE = 1 << 20


def transfers(programs: Programs, *, quick: bool) -> Iterator[Figure]:
    """How fast an image comes and goes, beside the docker CLI; and that it is never in memory."""
    engine = PrivateEngine(RELEASE)
    engine.start()
    place = MEMORY if MEMORY.is_dir() else None
    api = docker.APIClient(base_url=engine.url, version="auto", timeout=300)
    try:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            size = SMALL if quick else LARGE
            with Carrier(engine.url, Path(folder)) as wharf:
                yield from _Beside(engine, api, wharf, Path(folder), size).figures(2 if quick else 5)
            with Carrier(
                engine.url, Path(folder)
            ) as wharf:  # what another has carried before is in its memory no more
                yield _growth(api, wharf, Path(folder), quick=quick)
    finally:
        api.close()
        engine.stop()


@dataclass
class _Beside:
    """One image, carried by both in turn."""

    engine: PrivateEngine
    api: docker.APIClient
    wharf: Carrier
    folder: Path
    size: int

    def figures(self, runs: int) -> Iterator[Figure]:
        """Seconds of each way, the median of so many runs."""
        reference = f"{self.engine.registry()}/bench/image:1"
        _make(self.api, reference, self.size, os.urandom)
        said = list(self.api.push(reference, stream=True, decode=True))
        if failed := [line["error"] for line in said if "error" in line]:
            raise EngineError(failed[0])
        mine, theirs = self.folder / "wharf.tar", self.folder / "cli.tar"

        def forget(path: Path) -> None:
            path.unlink(missing_ok=True)

        def remove() -> None:
            self.api.remove_image(reference, force=True)

        saved = ("save", reference, str(mine)), ("save", "-o", str(theirs), reference)
        loaded = ("load", str(mine)), ("load", "-q", "-i", str(theirs))
        pulled = ("pull", reference), ("pull", "-q", reference)
        yield self._figure(runs, *saved, lambda own: forget(mine if own else theirs))
        yield self._figure(runs, *loaded, lambda own: remove())
        yield self._figure(runs, *pulled, lambda own: remove())
        remove()
        for path in (mine, theirs):
            forget(path)

    def _figure(
        self, runs: int, wharf: Sequence[str], cli: Sequence[str], before: Callable[[bool], None]
    ) -> Figure:
        ours, theirs, starts = [], [], []
        # in turn, so that what else the machine does falls on both; the first of each only warms up
        for run in range(runs + 1):
            for mine in (True, False) if run % 2 else (False, True):
                before(mine)
                if mine:
                    ours.append(self.wharf.do(*wharf).seconds)
                else:
                    starts.append(self._cli("--version"))
                    theirs.append(self._cli(*cli) - starts[-1])
        seconds, bare, start = (median(each[1:]) or 0.0 for each in (ours, theirs, starts))
        rates = " / ".join(f"{self.size / MB / each:.0f}" for each in (seconds, bare))
        return Figure(
            wharf[0],
            f"{self.size // MB} MB",
            "ms",
            seconds * 1000,
            bare * 1000,
            RATIO,
            f"{rates} MB/s; bare is the docker CLI, without the {start * 1000:.0f} ms of its start",
        )

    def _cli(self, *words: str) -> float:
        """The seconds that a docker line takes. Raises EngineError when it fails."""
        env = {**os.environ, "DOCKER_CONFIG": str(self.folder), "DOCKER_HOST": self.engine.url}
        began = time.monotonic()
        ran = subprocess.run([*docker_cli(), *words], env=env, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise EngineError(f"docker {' '.join(words)}: {ran.stderr}")
        return time.monotonic() - began


def _growth(api: docker.APIClient, wharf: Carrier, folder: Path, *, quick: bool) -> Figure:
    """By how much Wharf grows while it saves an image that is far larger than it."""
    size = SMALL if quick or psutil.virtual_memory().available < NEEDED else HUGE
    path = folder / "huge.tar"
    for reference, each in (("warm:1", WARM), ("huge:1", size)):
        _make(api, reference, each, bytes)
        carried = wharf.do("save", reference, str(path))
        path.unlink()
        api.remove_image(reference)
    small = " (a larger one does not fit into the memory)" if size != HUGE and not quick else ""
    note = f"at the most, by looks of 20 ms; {size / MB / carried.seconds:.0f} MB/s{small}"
    return Figure(
        "memory grows while saving", f"{size // MB} MB", "MB", carried.grown / MB, None, GROWTH, note
    )


def _make(api: docker.APIClient, reference: str, size: int, data: Callable[[int], bytes]) -> None:
    """An image of one file of so many bytes, made piece by piece. Raises EngineError."""

    def pieces() -> Iterator[bytes]:
        entry = tarfile.TarInfo("data")
        entry.size = size
        yield entry.tobuf()
        for start in range(0, size, PIECE):
            yield data(min(PIECE, size - start))
        yield bytes(-size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)

    repository, _, tag = reference.rpartition(":")
    params = {"fromSrc": "-", "repo": repository, "tag": tag}
    answer = api.post(api._url("/images/create"), params=params, data=pieces(), timeout=300)
    last = json.loads(answer.text.splitlines()[-1])
    if not answer.ok or "error" in last:
        raise EngineError(f"{reference} cannot be made: {answer.text}")
