"""Logs written to a file."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.http_engine import until
from tests.engine.written_logs import START, LoggingEngine, Written, numbered
from tui.engine.archives import standing
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Skip, Task
from tui.engine.lines import docker
from tui.engine.log_file import save_log
from tui.engine.logs import NANO, LogLine


@pytest.fixture
def logging(tmp_path: Path) -> Iterator[LoggingEngine]:
    engine = LoggingEngine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    folder.mkdir()
    return folder / "web.log"


@pytest.fixture
def job() -> Job:
    return Job(
        1, Task("container.save_log", "save", docker("logs", "web"), (), lambda job, connection, target: "")
    )


def test_given_lines_are_written_as_they_are(logging: LoggingEngine, path: Path, job: Job) -> None:
    lines = [LogLine(1, "one \x1b[31mred\x1b[m", START), LogLine(2, "[/x] zwei ü", START + 1)]
    words = save_log(job, path, lines, [logging.origin("web")])
    assert path.read_text() == "one \x1b[31mred\x1b[m\n[/x] zwei ü\n"
    assert words == "2 lines, 29 Bytes"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_times_and_names_stand_before_plain_lines_where_asked_for(
    logging: LoggingEngine, path: Path, job: Job
) -> None:
    lines = [LogLine(1, "one", START + 5), LogLine(1, "two", 0, 1)]
    save_log(job, path, lines, [logging.origin("web"), logging.origin("db")], names=True, times=True)
    assert path.read_text() == "2026-09-21T14:13:20.000000005Z web one\n- db two\n"


def test_a_line_of_json_has_time_container_stream_and_text(
    logging: LoggingEngine, path: Path, job: Job
) -> None:
    lines = [LogLine(1, 'say "ü"', START), LogLine(2, "\x1b[31m\t\ufffd", 0)]
    save_log(job, path, lines, [logging.origin("web")], form="json")
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"time": "2026-09-21T14:13:20.000000000Z", "container": "web", "stream": "stdout", "log": 'say "ü"'},
        {"time": None, "container": "web", "stream": "stderr", "log": "\x1b[31m\t\ufffd"},
    ]


def test_the_whole_logs_of_all_are_written_in_order_of_time(
    logging: LoggingEngine, path: Path, job: Job
) -> None:
    origins = [
        logging.container(
            f"c{source}", numbered(3_000, step=NANO * 3, offset=source * NANO, word=f"{source}")
        )
        for source in range(3)
    ]
    words = save_log(job, path, None, origins)
    assert path.read_text().splitlines() == [f"{number % 3} {number // 3}" for number in range(9_000)]
    assert words.startswith("9,000 lines, ")
    assert "lines" in job.note


def test_a_log_that_cannot_be_read_is_noted_and_the_others_are_written(
    logging: LoggingEngine, path: Path, job: Job
) -> None:
    words = "configured logging driver does not support reading"
    origins = [logging.container("web", numbered(2)), logging.container("none", refusal=(501, words))]
    save_log(job, path, None, origins)
    assert path.read_text() == "line 0\nline 1\n"
    assert f"none: {words}" in [line.text for line in job.log.lines]


def test_when_no_log_can_be_read_there_is_no_file(logging: LoggingEngine, path: Path, job: Job) -> None:
    with pytest.raises(EngineError, match="No such container"):
        save_log(job, path, None, [logging.origin("gone")])
    assert os.listdir(path.parent) == []


def test_what_is_there_already_is_replaced_only_when_it_is_what_was_seen(
    logging: LoggingEngine, path: Path, job: Job
) -> None:
    path.write_text("mine")
    with pytest.raises(EngineError, match="not what it was"):
        save_log(job, path, numbered(1), [logging.origin("web")])
    assert path.read_text() == "mine"
    save_log(job, path, numbered(1), [logging.origin("web")], replaces=standing(path))
    assert path.read_text() == "line 0\n"
    assert os.listdir(path.parent) == [path.name]


def test_a_cancel_ends_the_streams_and_leaves_no_file(logging: LoggingEngine, path: Path, job: Job) -> None:
    stuck = threading.Event()

    def answer_late(container: Written) -> None:
        stuck.set()
        job.cancelled.wait(5)

    logging.before = answer_late
    raised: list[BaseException] = []

    def save() -> None:
        try:
            save_log(job, path, None, [logging.container("web", numbered(1))])
        except Skip as skipped:
            raised.append(skipped)

    thread = threading.Thread(target=save, daemon=True)
    thread.start()
    assert stuck.wait(5)
    job.cancel()
    thread.join(5)
    assert raised
    assert os.listdir(path.parent) == []
    until(lambda: not any(each.name in ("log", "logs") for each in threading.enumerate()))


def test_a_cancel_in_the_middle_of_given_lines_leaves_no_file(
    logging: LoggingEngine, path: Path, job: Job
) -> None:
    def lines() -> Iterator[LogLine]:
        yield from numbered(1_500)
        job.cancel()
        yield from numbered(1_500)

    with pytest.raises(Skip):
        save_log(job, path, lines(), [logging.origin("web")])
    assert os.listdir(path.parent) == []
