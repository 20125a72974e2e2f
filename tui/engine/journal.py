"""The journal: every verb that was done, one JSON line each, in the person's state folder."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from tui.engine.jobs import Job

BYTES = 1_000_000
"""A journal that has grown past this becomes `journal.jsonl.1`."""
KEPT = 3
"""Older journals kept beside the current one."""


class Journal:
    """Appends to one file, mode 0600, rotated by size; secrets never reach it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.jsonl"
        self._lock = Lock()

    def write(self, job: Job, endpoint: str) -> None:
        """Add one ended job. Raises OSError when the folder cannot be written."""
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "endpoint": endpoint,
            "verb": job.task.verb,
            "line": job.task.line.masked(),
            "result": job.state.value,
            "objects": [
                {
                    "id": result.target.ref,
                    "name": result.target.name,
                    "outcome": result.outcome.value,
                    **({"words": result.words} if result.words else {}),
                }
                for result in job.results
            ],
        }
        text = json.dumps(entry, ensure_ascii=True) + "\n"
        with self._lock:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._rotate(len(text))
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)

    def _rotate(self, coming: int) -> None:
        try:
            if self.path.stat().st_size + coming <= BYTES:
                return
        except FileNotFoundError:
            return
        for number in range(KEPT, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number - 1}") if number > 1 else self.path
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{number}"))
