"""Verbs under way: one result an object, progress, cancel, and how a job ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.http_engine import DEADLINE, HttpEngine, until
from tui.engine.connection import Connection
from tui.engine.errors import EngineError
from tui.engine.jobs import (
    KEPT,
    LINE_CHARACTERS,
    LOG_LINES,
    Job,
    Jobs,
    JobState,
    Log,
    Outcome,
    Skip,
    Target,
    Task,
    Work,
    tally,
)
from tui.engine.lines import Secret, docker
from tui.verbs.pulling import pull_task, with_tag

NOBODY: Any = object()
"""A connection that no work here uses."""


class Bench:
    """Jobs, with every state the listener was told."""

    def __init__(self) -> None:
        self.heard: list[tuple[JobState, bool]] = []
        self._ended = threading.Event()
        self.jobs = Jobs(self._hear)

    def run(self, task: Task, connection: Any = NOBODY) -> Job:
        """Start a task and wait for its end."""
        job = self.jobs.start(task, connection)
        self.await_end()
        return job

    def await_end(self) -> None:
        """Wait until a job was said to have ended."""
        assert self._ended.wait(DEADLINE), "the job never ended"

    def _hear(self, job: Job) -> None:
        self.heard.append((job.state, job.ended is not None))
        if job.ended is not None:
            self._ended.set()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def task(work: Work, *names: str, **more: Any) -> Task:
    targets = tuple(Target(f"id-{name}", name) for name in names or ("web",))
    return Task("container.stop", "stop", docker("stop", *names), targets, work, **more)


def test_each_object_has_a_result_of_its_own(bench: Bench) -> None:
    def work(job: Job, connection: Connection, target: Target) -> str:
        if target.name == "changed":
            raise Skip("state was exited, is running")
        if target.name == "stuck":
            raise EngineError("cannot stop", 500)
        return f"did {target.ref}"

    job = bench.run(task(work, "web", "changed", "stuck", "db"))
    assert [(result.target.name, result.outcome, result.words) for result in job.results] == [
        ("web", Outcome.DONE, "did id-web"),
        ("changed", Outcome.SKIPPED, "state was exited, is running"),
        ("stuck", Outcome.REFUSED, "cannot stop"),
        ("db", Outcome.DONE, "did id-db"),
    ]
    assert job.state is JobState.FAILED
    assert [result.error and result.error.status for result in job.refused] == [500]
    assert tally(job.results) == {Outcome.DONE: 2, Outcome.SKIPPED: 1, Outcome.REFUSED: 1}
    assert job.count(Outcome.DONE) == 2
    assert bench.heard == [(JobState.RUNNING, False), (JobState.FAILED, True)]


def test_a_job_that_goes_well_is_done_and_says_so_once(bench: Bench) -> None:
    after: list[Job] = []
    job = bench.run(task(lambda *args: "", done=after.append))
    assert (job.state, after, job.doing, job.asked) == (JobState.DONE, [job], None, None)
    assert tally(job.results) == {Outcome.DONE: 1}


@pytest.mark.parametrize(
    "error", [KeyError("Name"), ValueError("no json"), TypeError("None"), OSError(5, "I/O error")]
)
def test_an_answer_of_another_shape_refuses_and_never_leaves_the_job_running(
    bench: Bench, error: Exception
) -> None:
    def work(job: Job, connection: Connection, target: Target) -> str:
        raise error

    after: list[Job] = []
    job = bench.run(task(work, done=after.append))
    assert (job.state, [result.outcome for result in job.results]) == (JobState.FAILED, [Outcome.REFUSED])
    assert job.refused[0].error is not None
    assert after == []


def test_cancelling_does_no_further_object_and_ends_the_request_under_way(bench: Bench) -> None:
    begun, released = threading.Event(), threading.Event()

    def work(job: Job, connection: Connection, target: Target) -> str:
        job.when_cancelled(released.set)
        begun.set()
        assert released.wait(DEADLINE)
        return "done all the same"

    job = bench.jobs.start(task(work, "web", "db"), NOBODY)
    assert begun.wait(DEADLINE)
    assert bench.jobs.running == [job]
    assert job.doing == Target("id-web", "web")
    assert job.asked is not None
    job.cancel()
    bench.await_end()
    assert job.state is JobState.CANCELLED
    assert [(result.target.name, result.words) for result in job.results] == [("web", "done all the same")]
    assert bench.jobs.running == []
    job.cancel()
    assert job.state is JobState.CANCELLED


def test_a_job_says_how_far_it_is() -> None:
    job = Job(1, task(lambda *args: ""))
    job.report("abc: Downloading", 0.5)
    assert (job.note, job.fraction) == ("abc: Downloading", 0.5)


def test_jobs_are_numbered_and_kept(bench: Bench) -> None:
    first, second = bench.run(task(lambda *args: "")), bench.run(task(lambda *args: ""))
    until(lambda: second.ended is not None)
    assert (first.number, second.number) == (1, 2)
    assert bench.jobs.all == [first, second]


def test_a_job_keeps_a_log_of_what_happened(bench: Bench) -> None:
    def work(job: Job, connection: Connection, target: Target) -> str:
        job.take({"status": "Downloading", "id": "a", "progressDetail": {"current": 1, "total": 4}})
        job.take({"status": "Downloading", "id": "a", "progressDetail": {"current": 2, "total": 4}})
        return "two\nlines"

    line = docker("run", "-e", Secret("hunter2", prefix="PASSWORD="))
    job = bench.run(replace(task(work), line=line))
    assert [entry.text for entry in job.log.lines] == [
        "docker run -e 'PASSWORD=***'",
        "a: Downloading",
        "web: done two",
        "lines",
    ]


def test_a_log_keeps_the_newest_lines() -> None:
    log = Log(clock=lambda: 7.0)
    for number in range(LOG_LINES + 5):
        log.add(str(number))
    assert [log.lines[0].text, log.lines[-1].text] == ["5", str(LOG_LINES + 4)]
    assert len(log.lines) == LOG_LINES
    assert log.lines[0].time == 7.0
    log.add("x" * 10_000)
    assert len(log.lines[-1].text) == LINE_CHARACTERS


def test_a_cancel_that_comes_before_the_request_ends_it_as_soon_as_it_is_there() -> None:
    job, ended = Job(1, task(lambda *args: "")), threading.Event()
    job.cancel()
    job.when_cancelled(ended.set)
    assert ended.is_set()


def test_a_job_is_done_again_for_what_it_did_not_do(bench: Bench) -> None:
    broken = {"db"}

    def work(job: Job, connection: Connection, target: Target) -> str:
        if target.name in broken:
            raise EngineError("not now")
        return ""

    first = bench.run(task(work, "web", "db"))
    again = first.again()
    assert [target.name for target in again.targets] == ["db"]
    assert again.line.masked() == "docker stop db"
    broken.clear()
    second = bench.jobs.start(again, NOBODY)
    until(lambda: second.ended is not None)
    assert second.state is JobState.DONE


def test_of_ended_jobs_the_newest_are_kept_and_running_ones_never_go(bench: Bench) -> None:
    released = threading.Event()
    slow = bench.jobs.start(task(lambda *args: str(released.wait(DEADLINE))), NOBODY)
    quick = [Job(number, task(lambda *args: ""), ended=1.0) for number in range(KEPT + 10)]
    bench.jobs.all += quick
    newest = bench.jobs.start(task(lambda *args: ""), NOBODY)
    assert bench.jobs.all == [slow, *quick[10:], newest]
    released.set()


# Pulling


class Pulls:
    """POST /images/create, played by hand: the progress goes out when a test says so."""

    def __init__(self, engine: HttpEngine) -> None:
        self.engine = engine
        engine.streamed.add("POST /images/create")

    def send(self, data: bytes) -> None:
        """Some bytes of the progress, in a chunk of their own."""
        self.engine.until(lambda: self.engine.followed)
        self.engine.send(data)

    def end(self) -> None:
        """The proper end of the stream."""
        self.engine.send(b"")


@pytest.fixture
def pulls(http_engine: HttpEngine) -> Iterator[Pulls]:
    yield Pulls(http_engine)
    http_engine.awake.set()


def test_a_pull_shows_its_progress_and_ends_with_the_last_word(
    bench: Bench, pulls: Pulls, connection: Connection
) -> None:
    job = bench.jobs.start(pull_task("nginx"), connection)
    pulls.send(b'{"status":"Downloading","id":"a","progressDetail":{"current":1,"total":4}}\r\n')
    until(lambda: job.fraction == 0.25)
    assert job.note == "a: Downloading"
    # a line end may be cut in two
    pulls.send(b'{"status":"Download complete","id":"a"}\r')
    pulls.send(b'\n{"status":"Status: Downloaded newer image"}\r\n')
    pulls.end()
    bench.await_end()
    assert (job.state, job.results[0].words) == (JobState.DONE, "Downloaded newer image")
    assert job.fraction == 1
    assert pulls.engine.last("POST /images/create").query == {"fromImage": "nginx:latest"}


def test_what_was_there_already_is_said(bench: Bench, pulls: Pulls, connection: Connection) -> None:
    job = bench.jobs.start(pull_task("nginx"), connection)
    pulls.send(b'{"status":"Already exists","id":"a"}\n{"status":"Pull complete","id":"b"}\n')
    pulls.send(b'{"status":"Digest: sha256:0c"}\n{"status":"Status: Downloaded newer image"}\n')
    pulls.end()
    bench.await_end()
    assert job.results[0].words == "Downloaded newer image, 1 of 2 layers were there, sha256:0c"


def test_a_failed_pull_can_be_tried_again(bench: Bench, pulls: Pulls, connection: Connection) -> None:
    job = bench.jobs.start(pull_task("nginx"), connection)
    pulls.send(b'{"error":"connection reset by peer"}\n')
    bench.await_end()
    pulls.engine.until(lambda: not pulls.engine.followed)
    again = bench.jobs.start(job.again(), connection)
    pulls.send(b'{"status":"Status: Downloaded newer image"}\n')
    pulls.end()
    until(lambda: again.ended is not None)
    assert (again.state, again.task.line.masked()) == (JobState.DONE, "docker pull nginx")


def test_what_fails_inside_the_stream_is_a_refusal(
    bench: Bench, pulls: Pulls, connection: Connection
) -> None:
    job = bench.jobs.start(pull_task("nope:1"), connection)
    pulls.send(b'{"errorDetail":{"message":"not found"},"error":"manifest for nope:1 not found"}\r\n')
    bench.await_end()
    assert (job.state, job.results[0].words) == (JobState.FAILED, "manifest for nope:1 not found")


def test_an_engine_that_dies_during_a_pull_did_not_pull(
    bench: Bench, pulls: Pulls, connection: Connection
) -> None:
    job = bench.jobs.start(pull_task("nginx"), connection)
    pulls.send(b'{"status":"Downloading"}\r\n')
    pulls.engine.die()
    bench.await_end()
    assert job.state is JobState.FAILED


def test_cancelling_a_stalled_pull_returns_at_once_and_lets_the_engine_stop(
    bench: Bench, pulls: Pulls, connection: Connection
) -> None:
    job = bench.jobs.start(pull_task("nginx"), connection)
    pulls.send(b'{"status":"Waiting","id":"a"}\r\n')
    until(lambda: job.note == "a: Waiting")
    canceller = threading.Thread(target=job.cancel, daemon=True)
    canceller.start()
    canceller.join(2)
    assert not canceller.is_alive()
    bench.await_end()
    assert job.state is JobState.CANCELLED
    assert [(result.outcome, result.words) for result in job.results] == [
        (Outcome.SKIPPED, "stopped before it was complete")
    ]
    pulls.engine.until(lambda: not pulls.engine.followed)


@pytest.mark.parametrize(
    ("reference", "whole"),
    [
        ("nginx", "nginx:latest"),
        ("nginx:1", "nginx:1"),
        ("localhost:5000/a", "localhost:5000/a:latest"),
        ("a@sha256:0c", "a@sha256:0c"),
    ],
)
def test_a_pull_without_a_tag_means_latest(reference: str, whole: str) -> None:
    assert with_tag(reference) == whole
