"""The journal: one line an ended job, for nobody else's eyes, without secrets."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui.engine import journal as journal_module
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, JobState, Outcome, Result, Target, Task
from tui.engine.journal import Journal
from tui.engine.lines import DockerLine, assignment, docker

WEB = Target("4f2b" * 16, "web")


def ended(line: DockerLine | None = None, *results: Result, state: JobState = JobState.DONE) -> Job:
    task = Task("container.stop", "stop", line or docker("stop", "web"), (WEB,), lambda *_: "")
    job = Job(1, task)
    job.state, job.results = state, list(results)
    return job


def entries(journal: Journal) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.path.read_text(encoding="ascii").splitlines()]


def test_a_line_tells_what_was_done_to_what_where_and_when(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    error = EngineError("conflict: [/web] is\x1b in use\n", status=409)
    journal.write(
        ended(
            None,
            Result(WEB, Outcome.REFUSED, error.message, error),
            Result(Target("sha256:12", "nginx:1"), Outcome.DONE),
            state=JobState.FAILED,
        ),
        "prod",
    )
    entry = entries(journal)[0]
    told = datetime.fromisoformat(entry.pop("time"))
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60
    assert entry == {
        "endpoint": "prod",
        "verb": "container.stop",
        "line": "docker stop web",
        "result": "failed",
        "objects": [
            {"id": WEB.ref, "name": "web", "outcome": "refused", "words": "conflict: [/web] is\x1b in use\n"},
            {"id": "sha256:12", "name": "nginx:1", "outcome": "done"},
        ],
    }


def test_hostile_names_cannot_break_the_line_or_the_terminal_that_shows_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(ended(None, Result(Target("a\nb", "\x1b]0;x\x07\u202e\udc80"), Outcome.DONE)), "x")
    raw = journal.path.read_bytes()
    assert raw.count(b"\n") == 1
    assert all(32 <= byte < 127 for byte in raw[:-1])
    assert entries(journal)[0]["objects"][0]["name"] == "\x1b]0;x\x07\u202e\udc80"


def test_secrets_never_reach_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(ended(docker("run", "-e", assignment("DB_PASSWORD=hunter2"), "postgres")), "x")
    assert "hunter2" not in journal.path.read_text()
    assert entries(journal)[0]["line"] == "docker run -e 'DB_PASSWORD=***' postgres"


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "wharf")
    journal.write(ended(), "x")
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_journal_grown_too_big_makes_room_and_three_older_ones_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    journal.write(ended(), "0")
    one = journal.path.stat().st_size
    monkeypatch.setattr(journal_module, "BYTES", 2 * one)
    for number in range(1, 12):
        journal.write(ended(), str(number % 10))
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["journal.jsonl", *(f"journal.jsonl.{number}" for number in (1, 2, 3))]
    kept = {
        path.name: [json.loads(line)["endpoint"] for line in path.read_text().splitlines()]
        for path in tmp_path.iterdir()
    }
    assert kept == {
        "journal.jsonl": ["0", "1"],
        "journal.jsonl.1": ["8", "9"],
        "journal.jsonl.2": ["6", "7"],
        "journal.jsonl.3": ["4", "5"],
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_jobs_that_end_together_each_write_a_whole_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "BYTES", 4000)
    journal = Journal(tmp_path)
    together = threading.Barrier(5)

    def write(name: str) -> None:
        together.wait(5)
        for _ in range(10):
            journal.write(ended(), name)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcde"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    lines = [line for path in tmp_path.iterdir() for line in path.read_text().splitlines()]
    assert sorted(json.loads(line)["endpoint"] for line in lines) == sorted("abcde" * 10)


def test_a_folder_that_cannot_be_written_is_an_error_for_the_caller(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        Journal(tmp_path / "file" / "wharf").write(ended(), "x")
