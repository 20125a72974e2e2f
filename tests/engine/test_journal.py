"""What the journal keeps: a JSON line a job, private, rotated, without secrets."""

from __future__ import annotations

import json
import stat
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engine.http_engine import until
from tui.engine import journal as journal_module
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.errors import Unreachable
from tui.engine.jobs import Job, JobState, Outcome, Result, Target, Task
from tui.engine.journal import Journal
from tui.engine.lines import Secret, docker


def ended(name: str = "web", words: str = "") -> Job:
    target = Target(f"id-{name}", name)
    line = docker("run", "-e", Secret("hunter2", "PASSWORD="), name)
    job = Job(1, Task("container.run", "run", line, (target,), lambda *args: ""))
    job.results.append(Result(target, Outcome.REFUSED if words else Outcome.DONE, words))
    job.state = JobState.FAILED if words else JobState.DONE
    return job


def entries(journal: Journal) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.path.read_text().splitlines()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_job_is_one_line_with_ids_and_result(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state" / "wharf")
    journal.write(ended(), "local")
    journal.write(ended("db", "it is in use"), "prod")
    first, second = entries(journal)
    assert datetime.fromisoformat(first.pop("time")).utcoffset() is not None
    assert first == {
        "endpoint": "local",
        "verb": "container.run",
        "line": "docker run -e 'PASSWORD=***' web",
        "result": "done",
        "objects": [{"id": "id-web", "name": "web", "outcome": "done"}],
    }
    assert second["objects"] == [{"id": "id-db", "name": "db", "outcome": "refused", "words": "it is in use"}]
    assert "hunter2" not in journal.path.read_text()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "wharf")
    journal.write(ended(), "local")
    assert (mode(journal.path), mode(journal.path.parent)) == (0o600, 0o700)


def test_hostile_names_stay_on_one_line_of_plain_text(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    name = "a\nb\x1b]52;c;aGk=\x07\u202e\udc80"
    journal.write(ended(name), name)
    assert journal.path.read_bytes().isascii()
    assert b"\x1b" not in journal.path.read_bytes()
    (entry,) = entries(journal)
    assert (entry["endpoint"], entry["objects"][0]["name"]) == (name, name)


def test_a_full_journal_becomes_an_older_one_and_the_oldest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "BYTES", 500)
    journal = Journal(tmp_path)
    for number in range(20):
        journal.write(ended(f"web-{number}"), "local")
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["journal.jsonl", "journal.jsonl.1", "journal.jsonl.2", "journal.jsonl.3"]
    kept = [
        json.loads(line)["objects"][0]["name"]
        for name in reversed(files)
        for line in (tmp_path / name).read_text().splitlines()
    ]
    assert kept == [f"web-{number}" for number in range(20 - len(kept), 20)]
    assert all(path.stat().st_size <= 500 and mode(path) == 0o600 for path in tmp_path.iterdir())


def test_many_threads_write_whole_lines(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    threads = [
        threading.Thread(target=journal.write, args=(ended(f"web-{number}"), "local")) for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {entry["objects"][0]["name"] for entry in entries(journal)}
    assert names == {f"web-{number}" for number in range(20)}


def test_a_folder_that_cannot_be_written_is_told_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    engine = Engine(Endpoint("unix:///nowhere", "", ""), tmp_path / "file")
    news: list[object] = []
    engine.listen(news.append)
    engine.jobs.start(ended().task, connection=object())  # type: ignore[arg-type]
    # the job is told after the problem, and once more than at its beginning
    until(lambda: sum(isinstance(one, Job) for one in news) == 2)
    assert any(isinstance(one, OSError) for one in news)


def test_an_engine_writes_its_jobs_down(tmp_path: Path) -> None:
    engine = Engine(Endpoint("unix:///nowhere", "prod", ""), tmp_path)
    engine.jobs.start(ended().task, connection=object())  # type: ignore[arg-type]
    journal = Journal(tmp_path)
    until(lambda: journal.path.exists() and journal.path.stat().st_size > 0)
    assert [entry["endpoint"] for entry in entries(journal)] == ["prod"]


def test_nothing_is_sent_while_there_is_no_connection(tmp_path: Path) -> None:
    engine = Engine(Endpoint("unix:///nowhere", "prod", ""), tmp_path)
    with pytest.raises(Unreachable, match="no connection to prod: not yet connected") as caught:
        engine.run(ended().task)
    assert "Nothing was sent" in caught.value.advice
    assert not engine.running
