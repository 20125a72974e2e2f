"""The Engine's own word on when something happened."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from pathlib import Path

LATE_SECONDS = 2.0
"""How long after its call an event may come."""
CLOCKS_SECONDS = 0.001
"""How far the two clocks may be apart, having been compared once."""


class Events:
    """Follows GET /events and remembers when each sort of event came last; use it as a context."""

    def __init__(self, path: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(path))
        self._last: dict[tuple[str, str], float] = {}

    def __enter__(self) -> Events:
        # HTTP/1.0: an event a line, without chunks around them
        self._line.sendall(b"GET /events HTTP/1.0\r\nHost: docker\r\n\r\n")
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._line.shutdown(socket.SHUT_RDWR)

    def since(self, kind: str, action: str, began: float) -> float | None:
        """When such an event came last, by time.monotonic(); None when none comes after `began`."""
        end = time.monotonic() + LATE_SECONDS
        while time.monotonic() < end:
            if (last := self._last.get((kind, action), 0.0)) > began - CLOCKS_SECONDS:
                return last
            time.sleep(0.002)
        return None

    def _read(self) -> None:
        offset = time.time() - time.monotonic()
        with self._line, self._line.makefile("rb") as lines, contextlib.suppress(OSError):
            for line in lines:
                if line.startswith(b"{"):  # after the answer's head
                    event = json.loads(line)
                    self._last[event["Type"], event["Action"]] = event["timeNano"] / 1e9 - offset
