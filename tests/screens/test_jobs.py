"""The dialog of jobs."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual.widgets import OptionList

from tests.screens.hosting import CONNECTION, FakeClock, Host, until
from tui.engine.errors import EngineError, Unreachable
from tui.engine.jobs import Job, Jobs, JobState, Outcome, Result, Target, Task
from tui.engine.lines import docker
from tui.engine.progress import Progress
from tui.screens.error import ErrorScreen
from tui.screens.job_log import JobLogScreen
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


# Transfers


def moved(clock: FakeClock) -> Progress:
    """Half of a layer of 40 MB moved within 2 s, one that was there, one that waits."""
    progress = Progress(clock)
    for seconds, current in ((0, 0), (2, 20_000_000)):
        clock.now += seconds
        detail = {"current": current, "total": 40_000_000}
        progress.take({"status": "Downloading", "id": "a1b2", "progressDetail": detail})
    progress.take({"status": "Already exists", "id": "[c3]"})
    return progress


async def test_a_transfer_says_how_fast_it_is_and_how_long_it_still_takes() -> None:
    clock = FakeClock()
    progress = moved(clock)
    jobs = jobs_of(job(1, "pull", "redis", progress=progress, fraction=progress.fraction))
    screen = JobsScreen(jobs, clock=clock)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert lines(screen) == ["◌ running 0:02 pull redis █████░░░░░ 50% 10MB/s, 0:02 left"]


async def test_layers_and_log_of_a_job_unfold_and_follow_it() -> None:
    clock = FakeClock()
    progress = moved(clock)
    running = job(1, "pull", "redis", progress=progress, fraction=progress.fraction)
    running.log.add("docker pull redis")
    screen = JobsScreen(jobs_of(running), clock=clock)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await pilot.pause()
        unfolded = app.screen
        assert isinstance(unfolded, JobLogScreen)
        rows = unfolded.query_one("#main", TextRows)
        assert "a1b2  Downloading     █████░░░░░  50%  40MB" in rows.text
        assert "[c3]  Already exists" in rows.text
        assert "1 of 2 layers were there already" in rows.text
        assert "20MB of 40MB moved, 10MB/s, 0:02 left" in rows.text
        assert rows.text.splitlines()[-1].endswith("  docker pull redis")
        running.log.add("a1b2: [/x] Pull complete")
        await until(pilot, lambda: rows.text.endswith("a1b2: [/x] Pull complete"))
        assert "x" in unfolded.active_bindings
        await pilot.press("x")
        assert running.state is JobState.CANCELLED
        assert "x" not in unfolded.active_bindings
        await pilot.press("escape")
        assert app.screen is screen


async def test_what_failed_is_tried_again_and_the_cursor_goes_there() -> None:
    broken = [True]

    def work(job: Job, connection: Any, target: Target) -> str:
        if target.name == "b" and broken:
            raise EngineError("no")
        return ""

    jobs = Jobs(lambda job: None)
    task = Task("c.stop", "stop", docker("stop", "a", "b"), (Target("a", "a"), Target("b", "b")), work)
    failed = jobs.start(task, CONNECTION)

    async def again(owner: Jobs, task: Task) -> Job:
        assert owner is jobs
        return owner.start(task, CONNECTION)

    screen = JobsScreen(jobs_of(), jobs, again=again)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: failed.ended is not None)
        screen.refresh_jobs()
        broken.clear()
        await pilot.press("r")
        await until(pilot, lambda: len(jobs.all) == 2)
        await until(pilot, lambda: screen.selected is jobs.all[1])
        await until(pilot, lambda: jobs.all[1].ended is not None)
        assert jobs.all[1].task.line.masked() == "docker stop b"
        screen.refresh_jobs()
        # what went well is not tried again
        assert "r" not in screen.active_bindings


async def test_an_engine_that_is_away_says_so_when_something_is_tried_again() -> None:
    async def again(owner: Jobs, task: Task) -> Job:
        raise Unreachable("no connection to local")

    screen = JobsScreen(jobs_of(job(1, "pull", "redis", state=JobState.FAILED, ended=101.0)), again=again)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ErrorScreen))


async def test_a_job_that_is_still_under_way_after_a_cancel_is_not_begun_twice() -> None:
    screen = JobsScreen(
        jobs_of(job(1, "pull", "redis", state=JobState.CANCELLED)),
        again=lambda owner, task: pytest.fail("it was begun"),
    )
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "r" not in screen.active_bindings
