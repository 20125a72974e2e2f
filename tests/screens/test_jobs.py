"""The dialog of jobs."""

from __future__ import annotations

import threading
from typing import Any

from textual.widgets import OptionList

from tests.screens.hosting import CONNECTION, FakeClock, Host, until
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, JobState, Outcome, Result, Target, Task
from tui.engine.lines import docker
from tui.screens.jobs import JobsScreen
from tui.screens.rows import TextRows


def job(number: int, title: str, *names: str, **more: Any) -> Job:
    targets = tuple(Target(name, name) for name in names)
    made = Job(number, Task(f"container.{title}", title, docker(title, *names), targets, lambda *a: ""))
    made.started = 100.0
    for name, value in more.items():
        setattr(made, name, value)
    return made


def jobs_of(*all_jobs: Job) -> Jobs:
    jobs = Jobs(lambda job: None)
    jobs.all.extend(all_jobs)
    return jobs


def lines(screen: JobsScreen) -> list[str]:
    return [" ".join(str(option.prompt).split()) for option in screen.query_one(OptionList).options]


def results(screen: JobsScreen) -> str:
    return screen.query_one("#jobs--results", TextRows).text


async def test_jobs_stand_newest_first_with_state_progress_time_and_note() -> None:
    clock = FakeClock()
    clock.now = 165.0
    jobs = jobs_of(
        job(1, "stop", "web[/x]", state=JobState.DONE, ended=103.0),
        job(2, "pull", "postgres:16", note="a1b2: [Downloading]", fraction=0.4),
        job(3, "remove", "a", "b", "c", "d", results=[Result(Target("a", "a"), Outcome.DONE)], asked=160.0),
    )
    screen = JobsScreen(jobs, clock=clock)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert lines(screen) == [
            "◌ running 1:05 remove 4 objects ██░░░░░░░░ 25% no answer for 5 s",
            "◌ running 1:05 pull postgres:16 ████░░░░░░ 40% a1b2: [Downloading]",
            "● done 0:03 stop web[/x]",
        ]


async def test_the_results_of_the_job_under_the_cursor_are_told() -> None:
    ended = [
        Result(Target("a", "a"), Outcome.DONE),
        Result(Target("b", "b"), Outcome.SKIPPED, "state was exited, is running"),
        Result(
            Target("c", "[c]"), Outcome.REFUSED, "[in] use", EngineError("[in] use", 409, "Stop it first.")
        ),
    ]
    jobs = jobs_of(job(1, "remove", "a", "b", "c", results=ended, state=JobState.FAILED, ended=101.0))
    jobs.all.append(job(2, "stop", "web", state=JobState.DONE, ended=101.0))
    screen = JobsScreen(jobs, clock=FakeClock())
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert results(screen) == "docker stop web"
        await pilot.press("j")
        await pilot.pause()
        assert results(screen).splitlines() == [
            "docker remove a b c",
            "● done  a",
            "○ skipped  b: state was exited, is running",
            "✗ refused  [c]: [in] use",
            "  Stop it first.",
        ]


async def test_cancelling_ends_the_job_and_says_what_the_engine_may_still_do() -> None:
    begun, gone = threading.Event(), threading.Event()

    def work(job: Job, connection: Any, target: Target) -> str:
        begun.set()
        assert gone.wait(5)
        return ""

    jobs = Jobs(lambda job: None)
    task = Task("c.stop", "stop", docker("stop", "a", "b"), (Target("a", "a"), Target("b", "b")), work)
    running = jobs.start(task, CONNECTION)
    screen = JobsScreen(jobs)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, begun.is_set)
        assert "x" in screen.active_bindings
        await pilot.press("x")
        assert running.state is JobState.CANCELLED
        assert lines(screen)[0].startswith("○ cancelled")
        assert "The Engine may still do what is under way." in results(screen)
        assert "under way  a" in results(screen)
        assert "x" not in screen.active_bindings
        gone.set()
        await until(pilot, lambda: running.ended is not None)
        screen.refresh_jobs()
        assert "● done  a" in results(screen)
        await pilot.press("escape")
        assert app.ended == [None]


async def test_a_new_job_comes_first_and_the_cursor_stays_on_its_job() -> None:
    jobs = jobs_of(job(1, "stop", "web", state=JobState.DONE, ended=101.0))
    screen = JobsScreen(jobs, clock=FakeClock())
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await pilot.pause()
        jobs.all.append(job(2, "start", "db"))
        screen.refresh_jobs()
        assert "start db" in lines(screen)[0]
        assert screen.selected is jobs.all[0]


async def test_it_looks_again_only_while_something_runs() -> None:
    jobs = jobs_of(job(1, "pull", "redis", note="one"))
    screen = JobsScreen(jobs, clock=FakeClock())
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await pilot.pause()
        jobs.all[0].note = "two"
        await until(pilot, lambda: lines(screen)[0].endswith("two"))
        jobs.all[0].state, jobs.all[0].ended = JobState.DONE, 102.0
        await until(pilot, lambda: "done" in lines(screen)[0])
        assert not screen.looks_again


async def test_without_jobs_it_says_so() -> None:
    screen = JobsScreen(jobs_of())
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await pilot.press("x", "j")
        assert "Nothing was done yet." in results(screen)
