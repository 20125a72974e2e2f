"""Asking before Wharf ends while jobs are under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from textual.app import App

from tests.screens.hosting import FakeClock, until
from tui.engine.endpoint import Endpoint
from tui.engine.jobs import Job, JobState, Outcome, Result, Target, Task
from tui.engine.lines import docker
from tui.screens.quit import FINISHES, QuitScreen, ask_before_quit, what_ends
from tui.screens.rows import TextRows


def job(verb: str, *names: str, **more: Any) -> Job:
    title = verb.partition(".")[2]
    targets = tuple(Target(name, name) for name in names)
    made = Job(1, Task(verb, title, docker(title, *names), targets, lambda *args: ""))
    made.started = 100.0
    for name, value in more.items():
        setattr(made, name, value)
    return made


class Host:
    """Stands for an Engine with jobs under way."""

    def __init__(self, name: str, *running: Job) -> None:
        self.endpoint = Endpoint("unix:///nowhere", name, "test")
        self.running = running


class Leaving(App[None]):
    """An app that a person wants to leave."""

    def __init__(self, engines: Sequence[Any]) -> None:
        super().__init__()
        self._engines = engines
        self.may: list[bool] = []

    def on_mount(self) -> None:
        self.run_worker(self._ask())

    async def _ask(self) -> None:
        self.may.append(await ask_before_quit(self, self._engines))


async def test_with_nothing_under_way_nothing_is_asked() -> None:
    app = Leaving([Host("local"), Host("far")])
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.may == [True])
        assert not isinstance(app.screen, QuitScreen)


async def test_the_jobs_of_all_engines_are_listed_with_what_becomes_of_them() -> None:
    engines = [Host("local", job("image.pull", "redis")), Host("far", job("container.stop", "a", "b", "c"))]
    app = Leaving(engines)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.pause()
        text = app.screen.query_one("#main", TextRows).text
        assert "pull redis" in text
        assert "on local" in text
        assert "the Engine stops pulling" in text
        assert "stop 3 objects" in text
        assert f"{FINISHES} The 2 after it are not begun." in " ".join(text.split())
        assert "Quit? 2 jobs are under way" in str(app.screen.query_one("#quit--title").render())


@pytest.mark.parametrize("key", ["escape", "enter", "q"])
async def test_staying_leaves_the_jobs_alone(key: str) -> None:
    running = job("image.pull", "redis")
    app = Leaving([Host("local", running)])
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press(key)
        await until(pilot, lambda: app.may == [False])
        assert running.state is JobState.RUNNING


@pytest.mark.parametrize("key", ["x", "ctrl+c"])
async def test_cancelling_them_ends_each(key: str) -> None:
    jobs = [job("image.pull", "redis"), job("image.push", "web")]
    app = Leaving([Host("local", *jobs)])
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press(key)
        await until(pilot, lambda: app.may == [True])
        assert {one.state for one in jobs} == {JobState.CANCELLED}


def test_what_quitting_does_is_said_by_what_is_left_to_do() -> None:
    done = [Result(Target("a", "a"), Outcome.DONE)]
    assert what_ends(job("container.stop", "a", "b", results=done)) == FINISHES
    assert what_ends(job("container.stop", "a", "b")).endswith("The 1 after it is not begun.")
    assert what_ends(job("image.pull", "a", state=JobState.DONE)) == "It has ended."


async def test_the_dialog_follows_the_jobs() -> None:
    running = job("image.pull", "redis")
    screen = QuitScreen([(Host("local"), running)], clock=FakeClock())  # type: ignore[list-item]
    app = Leaving([])
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        running.state, running.ended = JobState.DONE, 101.0
        await until(pilot, lambda: "It has ended." in screen.query_one("#main", TextRows).text)
        assert "no jobs are" in str(screen.query_one("#quit--title").render())
