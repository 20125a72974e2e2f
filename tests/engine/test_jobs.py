"""Jobs: one result an object, and what a cancel or a refusal leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from docker.errors import APIError
from requests import Response

from tui.engine.errors import EngineError, Unreachable
from tui.engine.jobs import Job, Jobs, JobState, Outcome, Result, Skip, Target, Task, tally
from tui.engine.lines import docker

SECONDS = 5.0
Say = Callable[[Target], str]


class Bench:
    """Jobs whose end can be waited for; nothing that runs here asks the connection."""

    def __init__(self) -> None:
        self.jobs = Jobs(self._hear)
        self.heard: list[tuple[Job, bool, str]] = []
        self._ended = threading.Event()

    def start(self, work: Any, *names: str, **more: Any) -> Job:
        """Begin a task on these targets."""
        targets = tuple(Target(f"id-{name}", name) for name in names)
        task = Task("container.stop", "stop", docker("stop", *names), targets, work, **more)
        return self.jobs.start(task, None)  # type: ignore[arg-type]

    def run(self, work: Any, *names: str, **more: Any) -> Job:
        """Begin a task and wait for its end."""
        job = self.start(work, *names, **more)
        self.wait()
        return job

    def wait(self) -> None:
        """Wait until the newest job has ended."""
        assert self._ended.wait(SECONDS), "the job never ended"
        self._ended.clear()

    def _hear(self, job: Job) -> None:
        self.heard.append((job, job.ended is not None, threading.current_thread().name))
        if job.ended is not None:
            self._ended.set()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def outcomes(job: Job) -> list[tuple[str, Outcome, str]]:
    return [(result.target.name, result.outcome, result.words) for result in job.results]


def test_every_target_is_done_in_order_and_says_what_there_is_to_say(bench: Bench) -> None:
    job = bench.run(lambda job, connection, target: f"did {target.ref}", "web", "db")
    assert outcomes(job) == [
        ("web", Outcome.DONE, "did id-web"),
        ("db", Outcome.DONE, "did id-db"),
    ]
    assert (job.state, job.doing, job.asked) == (JobState.DONE, None, None)
    assert job.ended is not None
    assert job.ended >= job.started


def test_the_listener_hears_of_beginning_and_end_on_the_jobs_thread(bench: Bench) -> None:
    job = bench.run(lambda *_: "", "web")
    assert bench.heard == [(job, False, "job 1"), (job, True, "job 1")]


def test_jobs_are_numbered_and_kept_the_newest_last(bench: Bench) -> None:
    first = bench.run(lambda *_: "", "web")
    second = bench.run(lambda *_: "", "web")
    assert (first.number, second.number) == (1, 2)
    assert bench.jobs.all == [first, second]
    assert bench.jobs.running == []


def test_the_target_under_way_and_its_progress_show(bench: Bench) -> None:
    go, there = threading.Event(), threading.Event()

    def work(job: Job, connection: object, target: Target) -> str:
        job.report("half of it", 0.5)
        there.set()
        assert go.wait(SECONDS)
        return ""

    job = bench.start(work, "web")
    assert there.wait(SECONDS)
    assert (job.state, job.note, job.fraction) == (JobState.RUNNING, "half of it", 0.5)
    assert job.doing == Target("id-web", "web")
    assert job.asked is not None
    assert bench.jobs.running == [job]
    go.set()
    bench.wait()
    assert job.state is JobState.DONE


def test_what_the_engine_refuses_is_kept_in_its_words_and_the_others_are_still_done(bench: Bench) -> None:
    def work(job: Job, connection: object, target: Target) -> str:
        if target.name == "web":
            raise EngineError("conflict: [/web] is in use", status=409)
        return ""

    job = bench.run(work, "web", "db")
    assert outcomes(job) == [("web", Outcome.REFUSED, "conflict: [/web] is in use"), ("db", Outcome.DONE, "")]
    assert job.state is JobState.FAILED
    assert job.refused == [job.results[0]]
    assert job.refused[0].error is not None
    assert (job.refused[0].error.status, job.count(Outcome.DONE)) == (409, 1)


def test_what_is_skipped_is_no_failure(bench: Bench) -> None:
    def work(job: Job, connection: object, target: Target) -> str:
        raise Skip("it is gone already")

    job = bench.run(work, "web")
    assert outcomes(job) == [("web", Outcome.SKIPPED, "it is gone already")]
    assert job.state is JobState.DONE


def answered(status: int, body: bytes) -> Response:
    answer = Response()
    answer.status_code, answer._content = status, body
    return answer


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (APIError("x", answered(409, b""), "You cannot remove a running container"), "You cannot remove"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (KeyError("Id"), "the answer cannot be read: KeyError('Id')"),
        (ValueError("no JSON"), "the answer cannot be read"),
    ],
    ids=["sdk", "socket", "shape", "json"],
)
def test_whatever_goes_wrong_with_a_request_is_a_refusal(
    bench: Bench, error: Exception, words: str
) -> None:
    def work(job: Job, connection: object, target: Target) -> str:
        raise error

    job = bench.run(work, "web")
    assert [result.outcome for result in job.results] == [Outcome.REFUSED]
    assert words in job.results[0].words
    assert isinstance(job.results[0].error, EngineError)
    assert isinstance(job.results[0].error, Unreachable) == isinstance(error, ConnectionResetError)


def test_a_cancel_shows_at_once_ends_the_request_and_does_no_further_target(bench: Bench) -> None:
    there, undone = threading.Event(), threading.Event()

    def work(job: Job, connection: object, target: Target) -> str:
        there.set()
        assert undone.wait(SECONDS)
        return "done all the same"

    job = bench.start(work, "web", "db", undo=undone.set)
    assert there.wait(SECONDS)
    job.cancel()
    assert job.state is JobState.CANCELLED
    bench.wait()
    # what the Engine answered after all is kept, for the journal
    assert outcomes(job) == [("web", Outcome.DONE, "done all the same")]
    assert job.state is JobState.CANCELLED


def test_a_cancel_after_the_end_changes_nothing(bench: Bench) -> None:
    job = bench.run(lambda *_: "", "web")
    job.cancel()
    assert job.state is JobState.DONE


def test_what_comes_after_is_done_only_when_all_went_well(bench: Bench) -> None:
    after: list[Job] = []

    def refuse(job: Job, connection: object, target: Target) -> str:
        raise EngineError("no", status=500)

    bench.run(refuse, "web", done=after.append)
    assert after == []
    job = bench.run(lambda *_: "", "web", done=after.append)
    assert after == [job]


def test_only_what_occurred_is_counted() -> None:
    target = Target("id", "name")
    results = [Result(target, Outcome.DONE), Result(target, Outcome.REFUSED), Result(target, Outcome.DONE)]
    assert tally(results) == {Outcome.DONE: 2, Outcome.REFUSED: 1}
    assert tally([]) == {}
