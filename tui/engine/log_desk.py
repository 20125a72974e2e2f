"""Where what is read of several logs is laid down, and picked up in one order."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tui.engine.errors import EngineError
from tui.engine.log_merge import Merger
from tui.engine.logs import LogLine

AHEAD = 4
"""Batches that may be told and not yet taken; after that the logs wait in their Engines."""


@dataclass(frozen=True, slots=True)
class Began:
    """A log is being read."""

    source: int
    state: str
    """The container's State.Status, "running" or "exited"."""
    started: int
    """Its State.StartedAt in epoch nanoseconds; 0 when it never ran."""
    begins: int
    """A moment, in epoch nanoseconds, between the lines of its run before and those of this one."""
    finished: int = 0
    """When that run ended, in epoch nanoseconds; 0 while it goes on."""
    exit_code: int = 0
    """How it ended; 0 while it goes on."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in order of time, over all logs that are read."""

    lines: Sequence[LogLine]


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes of one log, unless it is read again."""

    source: int
    state: str = ""
    """The container's State.Status; "" when it could not be asked for."""
    exit_code: int | None = None
    """How the container ended; None while it runs, or when it never ran."""
    error: EngineError | None = None
    """What went wrong, if anything."""


News = Began | Lines | Ended
"""What a feed tells."""


class Desk:
    """Where the readers of all logs lay down what they have, and one teller picks it up in order."""

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self._changed = threading.Condition()
        self._room = AHEAD
        self._news: list[Began | Ended] = []
        self.closed = False

    def join(self, source: int, *, caught_up: bool = False) -> None:
        """A log begins to be read."""
        with self._changed:
            self._merger.join(source, time.monotonic(), caught_up=caught_up)

    def put(self, source: int, lines: Sequence[LogLine]) -> None:
        """Lay lines down; waits for room."""
        with self._changed:
            while self._merger.full(source) and not self.closed:
                self._changed.wait()
            self._merger.put(source, lines, time.monotonic())
            self._changed.notify_all()

    def catch_up(self, source: int) -> None:
        """What this log tells next is new."""
        with self._changed:
            self._merger.catch_up(source)
            self._changed.notify_all()

    def begin(self, news: Began) -> None:
        """Have it told before the lines that are laid down from now on."""
        with self._changed:
            self._news.append(news)
            self._changed.notify_all()

    def end(self, news: Ended) -> None:
        """Have it told after the lines that were laid down; waits until it is."""
        with self._changed:
            self._merger.end(news.source)
            self._news.append(news)
            self._changed.notify_all()
            while any(waiting is news for waiting in self._news) and not self.closed:
                self._changed.wait()

    def taken(self) -> None:
        """The taker has used a batch of lines."""
        with self._changed:
            self._room += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody waits here any more."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def next(self) -> News | None:
        """What is to be told next, waited for; None when closed."""
        with self._changed:
            while not self.closed:
                now = time.monotonic()
                news: News | None = self._tellable()
                if isinstance(news, Began | Ended):
                    self._news.remove(news)
                elif self._room and (lines := self._merger.take(now)):
                    self._room -= 1
                    news = Lines(lines)
                if news is not None:
                    self._changed.notify_all()
                    return news
                self._changed.wait(self._merger.wait(now) if self._room else None)
        return None

    def _tellable(self) -> Began | Ended | None:
        late: set[int] = set()
        for news in self._news:
            if news.source not in late and (isinstance(news, Began) or self._merger.drained(news.source)):
                return news
            late.add(news.source)
        return None
