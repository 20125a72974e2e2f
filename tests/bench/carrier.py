"""Wharf's own transfers in a process of their own: `python -m tests.bench.carrier URL`.

Each line of its input is what to do: ["save", REFERENCE, PATH], ["load", PATH] or ["pull", REFERENCE]. It
answers with a line of JSON: the seconds that took, and the bytes by which the process grew meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.live.engine import EngineError
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.jobs import Job, Jobs, JobState, Task
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.models import Image
from tui.verbs.pulling import pull_task
from tui.verbs.saving import load_task, save_task

LOOK_SECONDS = 0.02
PATIENCE = 300.0


@dataclass(frozen=True)
class Carried:
    """What one transfer came to."""

    seconds: float
    grown: int
    """Bytes of memory, at the most."""


class Carrier:
    """The process, from the side of who measures."""

    def __init__(self, url: str, config: Path) -> None:
        """`config` is a folder in place of a person's `~/.docker`."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DOCKER_CONFIG": str(config)},
        )

    def __enter__(self) -> Carrier:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def do(self, *words: str) -> Carried:
        """Have it do one transfer. Raises EngineError when that fails."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '"it ended"')
        if isinstance(answer, str):
            raise EngineError(f"{' '.join(words)}: {answer}")
        return Carried(*answer)


def _task(connection: Connection, words: Sequence[str]) -> Task:
    match words:
        case ["save", reference, path]:
            found = [each for each in fetch(connection, Kind.IMAGE) if isinstance(each, Image)]
            return save_task([each for each in found if each.name == reference], Path(path), None)
        case ["load", path]:
            return load_task(Path(path))
        case ["pull", reference]:
            return pull_task(reference)
    raise ValueError(words)


def _carry(connection: Connection, words: Sequence[str]) -> tuple[float, int] | str:
    """Do one transfer as Wharf's screens start it; why not when it fails."""
    over = threading.Event()

    def heard(job: Job) -> None:
        if job.ended is not None:
            over.set()

    memory = psutil.Process().memory_info
    before = most = memory().rss
    began, end = time.monotonic(), time.monotonic() + PATIENCE
    job = Jobs(heard).start(_task(connection, words), connection)
    while not over.wait(LOOK_SECONDS) and time.monotonic() < end:
        most = max(most, memory().rss)
    if job.ended is None or job.state is not JobState.DONE:
        return f"{job.state} {[result.words for result in job.results]}"
    return job.ended - began, most - before


def main(url: str) -> None:
    """Carry, one line of the input after the other."""
    connection = Connection(Endpoint(url, "", "bench"))
    connection.open()
    for line in sys.stdin:
        print(json.dumps(_carry(connection, json.loads(line))), flush=True)  # noqa: T201
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
