"""What a Watcher is told, one thing after the other: the Engine's events, and the words of others."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docker.types.daemon import CancellableStream

    Events = CancellableStream[dict[str, Any]]

FOR_EVER = float("inf")


class Word(StrEnum):
    """What lies in an inbox besides events."""

    WAKE = "wake"
    PROBE = "probe"
    RELIST = "relist"
    ENDED = "ended"
    """The event stream is at its end, however that came: disconnected."""


Told = Mapping[str, Any] | Word


class Inbox:
    """Takes what is told on any thread, until one thread asks for it."""

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._events: Events | None = None
        self._closed = False

    def put(self, told: Told) -> None:
        """Put something in."""
        self._told.put(told)

    def later(self, told: Told, seconds: float) -> None:
        """Put something in after so many seconds."""
        timer = threading.Timer(seconds, self.put, (told,))
        timer.daemon = True
        timer.start()

    def next(self, seconds: float) -> Told | None:
        """What came first, waiting so long for it, or FOR_EVER; None when nothing came."""
        try:
            return self._told.get(timeout=None if seconds == FOR_EVER else max(seconds, 0))
        except queue.Empty:
            return None

    def follow(self, events: Events) -> None:
        """Put in all events of a stream, and at its end Word.ENDED, on a thread of its own."""
        self._events = events
        threading.Thread(target=self._read, args=(events,), name="events", daemon=True).start()
        if self._closed:
            self.close()

    def close(self) -> None:
        """End the stream of events. May be called again."""
        self._closed = True
        events, self._events = self._events, None
        if events is not None:
            with contextlib.suppress(OSError, AttributeError):  # it may end by itself at this very moment
                events.close()

    def _read(self, events: Events) -> None:
        from docker.errors import StreamParseError

        try:
            for event in events:
                self.put(event)
        except StreamParseError:  # the Engine died in the middle of an event
            pass
        finally:
            self.put(Word.ENDED)
