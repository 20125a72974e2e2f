"""A build under way and one that failed, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.hosting import HERE, FakeClock, Host
from tui.engine.build_steps import ClassicSteps, Steps
from tui.engine.builds import Build, Building
from tui.engine.dockerfile import parse
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, JobState, Outcome, Result
from tui.screens.build_run import BuildRunScreen

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
RUN python -m compileall . && \\
    python -m pytest -q
CMD ["python", "app.py"]
"""
WORDS = "The command '/bin/sh -c python -m compileall . && python -m pytest -q' returned a non-zero code: 1"
TOLD: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.1, ("Step 1/7 : FROM python:3.12-slim", "\n", " ---> 3355eaa92c87\n")),
    (0.0, ("Step 2/7 : WORKDIR /app", "\n", " ---> Using cache\n")),
    (0.0, ("Step 3/7 : COPY requirements.txt .", "\n", " ---> Using cache\n")),
    (
        12.4,
        ("Step 4/7 : RUN pip install --no-cache-dir -r requirements.txt", "\n", "Collecting flask==3.1.0\n"),
    ),
    (0.3, ("Step 5/7 : COPY . .", "\n", " ---> 0ec56eaff9b1\n")),
    (
        4.7,
        (
            "Step 6/7 : RUN python -m compileall . && python -m pytest -q",
            "\n",
            "Listing '.'...\n",
            "\x1b[91mFAILED test_app.py::test_hello - assert 500 == 200\n\x1b[0m",
        ),
    ),
)


class Desk:
    """Stands for the desk of an Engine."""

    endpoint = HERE


class Screen:
    """The screen, in front of a build whose clock stands still."""

    def __init__(self, *, failed: bool) -> None:
        clock = FakeClock()
        building = Building(Build(Path("/home/ann/shop"), tags=("shop/app:2.0",)))
        building.steps = Steps(clock=clock)
        job = Job(1, building.task(), started=clock.now)
        reader = ClassicSteps(building.steps, parse(DOCKERFILE))
        for seconds, texts in TOLD if failed else TOLD[:4]:
            for text in texts:
                reader.take({"stream": text})
            clock.now += seconds
        if failed:
            reader.fail(WORDS)
            error = EngineError(WORDS, advice="It is line 7 of Dockerfile.")
            job.results.append(Result(job.task.targets[0], Outcome.REFUSED, WORDS, error))
            job.state, job.ended = JobState.FAILED, clock.now
        desk: Any = Desk()
        self.screen = BuildRunScreen(desk, job, building, clock=clock)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["running", "failed"])
def test_build(snap_compare: Callable[..., bool], name: str, size: str) -> None:
    app = Host(lambda: Screen(failed=name == "failed").screen)
    app.animation_level = "none"

    async def play(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
