"""One container's log, read on a thread of its own for a screen that may be slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tui.engine.connection import Connection
from tui.engine.errors import EngineError, translated
from tui.engine.logs import LogLine, LogStream

TAIL = 1000
"""Lines from before that are asked for."""
AHEAD = 4
"""Batches that may be told and not yet taken; after that the log waits in the Engine."""

SETTLE_SECONDS = 1.0
"""How long after the end of its log a container may still count as running."""
ENDED = frozenset(("exited", "dead", "restarting", "removing"))
"""The State.Status of a container whose process has ended."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The log is being read."""

    state: str
    """The container's State.Status, "running" or "exited"."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes."""

    state: str = ""
    """The container's State.Status; "" when it could not be asked for."""
    exit_code: int | None = None
    """How the container ended; None while it runs, or when it never ran."""
    error: EngineError | None = None
    """What went wrong, if anything."""


News = Begun | Ended | Sequence[LogLine]
"""What a reader tells: that it begins, a batch of lines, that it ended."""


class LogReader:
    """Follows a log from its last lines on. Every line carries its stamp.

    A thread of its own, and not the loop's executor: the end of the program never waits for it.
    """

    def __init__(
        self, connection: Connection, container: str, tell: Callable[[News], None], after: str = ""
    ) -> None:
        """`tell` is called on the reader's thread; lines with stamps up to `after` are left out."""
        self._connection = connection
        self._container = container
        self._tell = tell
        self._after = after
        self._room = threading.Semaphore(AHEAD)
        self._lock = threading.Lock()
        self._stream: LogStream | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def taken(self) -> None:
        """A batch of lines that was told has been used."""
        self._room.release()

    def close(self) -> None:
        """Read no more; returns at once, and the thread ends in a moment."""
        with self._lock:
            self._closed.set()
            stream, self._stream = self._stream, None
        self._room.release()
        if stream is not None:
            stream.close()

    @property
    def alive(self) -> bool:
        """Whether its thread has not ended."""
        return self._thread.is_alive()

    def _run(self) -> None:
        # a loop that ended while the news was on its way has nobody left to tell
        with suppress(RuntimeError):
            news = self._read()
            if not self._closed.is_set():
                self._tell(news)

    def _read(self) -> Ended:
        try:
            found = self._inspect()
            stream = LogStream(
                self._connection.api,
                self._container,
                tty=bool((found.get("Config") or {}).get("Tty")),
                tail=TAIL,
                timestamps=True,
            )
            if not self._keep(stream):
                return Ended()
            self._tell(Begun((found.get("State") or {}).get("Status") or ""))
            for batch in stream:
                self._hand_on(batch)
                if self._closed.is_set():
                    return Ended()
            state = self._settled()
        except (EngineError, OSError) as error:
            return Ended(error=translated(error))
        status = state.get("Status") or ""
        ended = status in ENDED
        return Ended(status, int(state.get("ExitCode") or 0) if ended else None)

    def _keep(self, stream: LogStream) -> bool:
        """Make the stream one that can be closed; False when nobody wants it any more."""
        with self._lock:
            closed = self._closed.is_set()
            self._stream = None if closed else stream
        if closed:
            stream.close()
        return not closed

    def _hand_on(self, batch: Sequence[LogLine]) -> None:
        if self._after:
            batch = [line for line in batch if not line.stamp or line.stamp > self._after]
        if batch:
            self._room.acquire()
            if not self._closed.is_set():
                self._tell(batch)

    def _settled(self) -> Mapping[str, Any]:
        """The container's State after its log ended: the Engine takes a moment to write the end down."""
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            state: Mapping[str, Any] = self._inspect().get("State") or {}
            if state.get("Status") != "running" or time.monotonic() > until:
                return state
            if self._closed.wait(SETTLE_SECONDS / 10):
                return state

    def _inspect(self) -> dict[str, Any]:
        """GET /containers/{id}/json."""
        path = f"/containers/{quote(self._container, safe='')}/json"
        found: dict[str, Any] = self._connection.ask("GET", path).json()
        return found
