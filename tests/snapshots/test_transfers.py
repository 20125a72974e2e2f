"""The search and the job centre, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens.hosting import FakeClock, Host
from tests.stage import Stage
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, JobState, Log, Outcome, Result, Target, Task
from tui.engine.lines import docker
from tui.engine.progress import Progress
from tui.screens.job_log import JobLogScreen
from tui.screens.jobs import JobsScreen
from tui.screens.quit import QuitScreen

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
MB = 1_000_000
UNREACHABLE = 'Get "https://index.docker.io/v1/search?q=redis&n=25": dial tcp: network is unreachable'


async def _found(stage: Stage) -> None:
    await stage.type("re")
    await stage.press("enter")
    await stage.until(lambda: "found" in stage.text)
    await stage.press("j", "j")


async def _offline(stage: Stage) -> None:
    stage.demo.dials.refuse("GET", "/images/search", 500, UNREACHABLE)
    await stage.type("redis")
    await stage.press("enter")
    await stage.until(lambda: "unreachable" in stage.text)


async def _asked(stage: Stage) -> None:
    await stage.still()


SEARCHES: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "asked": _asked,
    "found": _found,
    "offline": _offline,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SEARCHES)
def test_search(snap_compare: Callable[..., bool], tmp_path: Path, name: str, size: str) -> None:
    stage = Stage(tmp_path)

    async def play(pilot: Pilot[Any]) -> None:
        await stage.enter(pilot)
        await stage.press("2", "s")
        await stage.until(lambda: stage.dialog == "SearchScreen")
        await SEARCHES[name](stage)
        await stage.still()

    try:
        assert snap_compare(stage.app, terminal_size=SIZES[size], run_before=play)
    finally:
        stage.close()


def _job(verb: str, *names: str, **more: Any) -> Job:
    title = verb.partition(".")[2]
    targets = tuple(Target(name, name) for name in names)
    job = Job(1, Task(verb, title, docker(title, *names), targets, lambda *args: ""), log=Log(lambda: 0.0))
    job.started = 100.0
    job.log.add(job.task.line.masked())
    for name, value in more.items():
        setattr(job, name, value)
    return job


def _pull(clock: FakeClock) -> Job:
    """A pull in the midst of it."""
    job = _job("image.pull", "postgres:17")
    job.progress, job.doing = Progress(clock), job.task.targets[0]
    for second in range(4):
        clock.now += 1
        for number, (status, size) in enumerate((("Already exists", 0), ("Downloading", 90), ("Waiting", 0))):
            detail = {"current": second * 9 * MB, "total": size * MB} if size else {}
            job.take({"status": status, "id": f"{number}a1b2c3d4e5f", "progressDetail": detail})
    return job


def _jobs(clock: FakeClock) -> list[Job]:
    refused = EngineError("denied: requested access to the resource is denied", None, "Log in first: :login")
    results = [Result(Target("web:1", "web:1"), Outcome.REFUSED, refused.message, refused)]
    return [
        _job("container.stop", "web", "db", state=JobState.DONE, ended=103.0),
        _job("image.push", "web:1", state=JobState.FAILED, ended=101.0, results=results),
        _pull(clock),
    ]


def _centre(clock: FakeClock) -> Screen[Any]:
    jobs = Jobs(lambda job: None)
    jobs.all += _jobs(clock)
    return JobsScreen(jobs, clock=clock)


def _quit(clock: FakeClock) -> Screen[Any]:
    engine: Any = type("Engine", (), {"endpoint": Endpoint("unix:///nowhere", "local", "test")})
    return QuitScreen([(engine, _pull(clock)), (engine, _job("container.stop", "a", "b", "c"))], clock=clock)


DIALOGS: dict[str, Callable[[FakeClock], Screen[Any]]] = {
    "centre": _centre,
    "log": lambda clock: JobLogScreen(_pull(clock), clock=clock),
    "quit": _quit,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DIALOGS)
def test_jobs(snap_compare: Callable[..., bool], name: str, size: str) -> None:
    app = Host(lambda: DIALOGS[name](FakeClock()))

    async def play(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
