"""Reading logs back: page after page of older lines, of several logs together."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from tui.engine.connection import answers
from tui.engine.errors import EngineError
from tui.engine.log_places import MARGIN, NEAR, Log, Origin
from tui.engine.logs import NANO, LogLine

SLACK = 64
"""Lines that are asked for beyond those that are wanted, at least: the log may have grown meanwhile."""


class Older(NamedTuple):
    """A page of older lines."""

    lines: Sequence[LogLine] = ()
    """In order of time."""
    more: bool = False
    """Whether there are older ones still."""


class Backlog:
    """What is older than the lines one has, of one or several logs.

    It remembers how far back it is, so that a page that goes on where the last one began costs a request a
    log or less. One thread at a time may ask it, any may close it.
    """

    def __init__(self, origins: Sequence[Origin]) -> None:
        """The number of a line's `source` is its origin's place among these."""
        self._logs = [_Older(Log(origin, source)) for source, origin in enumerate(origins)]
        self._before = 0

    def close(self) -> None:
        """Have whoever asks wait no longer; the page is empty then. Returns at once."""
        for log in self._logs:
            log.close()

    def older(self, before: int, count: int, cancelled: threading.Event) -> Older:
        """The last `count` lines before an epoch nanosecond, of all logs together; on the calling thread.

        A page may have more lines, so that all of one time are on it. A log that the Engine refuses has none.
        When cancelled, no lines and more to come. Raises EngineError when all are refused, or when an Engine
        cannot be reached.
        """
        if before != self._before:
            for log in self._logs:
                log.forget()
        self._before = before
        if self._logs:
            asks = [partial(log.reach, before, count, cancelled) for log in self._logs]
            endpoints = [log.endpoint for log in self._logs]
            answers(asks, next((one for one in endpoints if not one.local), endpoints[0]))
        refused = [log.refused for log in self._logs if log.refused is not None]
        if refused and len(refused) == len(self._logs):
            raise refused[0]
        if cancelled.is_set():
            return Older((), more=True)
        orders = sorted(order for log in self._logs for order in log.orders)
        edge = orders[max(len(orders) - count, 0)] if orders else before
        # the sort leaves the order of one log as it is
        found = sorted((part for log in self._logs for part in log.give(edge)), key=itemgetter(0))
        self._before = edge
        return Older([line for _, line in found], any(log.more for log in self._logs))


class _Older:
    """The lines of one log that lie just before those given out."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.endpoint = log.origin.connection.endpoint
        self.refused: EngineError | None = None
        """Why the Engine does not give this log."""
        self._lines: list[LogLine] = []
        self.orders: list[int] = []
        """The time by which each line stands: never before that of an earlier one."""
        self._whole = False
        """Whether nothing is older than what is held."""
        self._behind: int | None = None
        """So many lines, or some more by now, are behind the place where older ones begin."""
        self._guess = 0
        self._slack = SLACK

    @property
    def more(self) -> bool:
        """Whether there are older ones."""
        return bool(self._lines) or not (self._whole or self.refused)

    def close(self) -> None:
        """Read no more."""
        self._log.close()

    def forget(self) -> None:
        """Another place is asked for."""
        self._lines, self.orders, self._whole = [], [], False
        self._guess, self._behind = self._behind or 0, None

    def reach(self, before: int, count: int, cancelled: threading.Event) -> None:
        """Hold so many lines before a time, or all that there are. Raises EngineError."""
        while len(self._lines) < count and not (self._whole or self.refused or cancelled.is_set()):
            try:
                self._fetch(self.orders[0] if self.orders else before, count, cancelled)
            except EngineError as error:
                if error.status is None:
                    raise
                self.refused = error

    def give(self, edge: int) -> list[tuple[int, LogLine]]:
        """Let the lines go that are not before a time."""
        place = bisect_left(self.orders, edge)
        given = list(zip(self.orders[place:], self._lines[place:], strict=True))
        del self._lines[place:], self.orders[place:]
        return given

    def _fetch(self, before: int, count: int, cancelled: threading.Event) -> None:
        """Hold more lines, before those that are held."""
        nothing = False
        if self._behind is None:
            self._behind, nothing = self._log.locate(before, self._guess + count)
        tail, previous = self._behind + count + self._slack, None
        while not cancelled.is_set():
            read = _read(self._log, tail, before, count + self._slack + NEAR, cancelled)
            if cancelled.is_set():
                return
            # all of it is there when more lines do not begin earlier
            self._whole = (read.total, read.first) == previous if read.total else nothing
            lines = read.whole_times(self._whole)
            if lines >= count or self._whole:
                if not self._whole:
                    self._slack = max(SLACK, 2 * (tail - self._behind - read.total))
                self._lines[:0] = read.lines[-lines:] if lines else []
                self.orders[:0] = read.orders[-lines:] if lines else []
                self._behind = tail - read.total + lines
                return
            previous = read.total, read.first
            if not read.total:
                # so much was written meanwhile that the place is out of reach, or it is the log's beginning
                self._behind, nothing = self._log.locate(before, tail)
                tail = self._behind
            self._slack *= 2
            tail += 2 * count + self._slack


class _Read:
    """The last of the lines before a time."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.orders: list[int] = []
        self.total = 0
        """How many there were, also those that are not kept."""
        self.first: LogLine | None = None
        """The first that was read."""

    def whole_times(self, whole: bool) -> int:
        """How many of the lines are of times that are there as a whole: others may have been cut."""
        return len(self.orders) - (
            0 if whole or not self.orders else bisect_right(self.orders, self.orders[0])
        )


def _read(log: Log, tail: int, before: int, most: int, cancelled: threading.Event) -> _Read:
    """Of the last `tail` lines those before a time; at least `most` of them are kept. Raises EngineError."""
    read = _Read()
    order = 0
    with closing(log.batches(tail, until=(before + MARGIN) / NANO)) as batches:
        for batch in batches:
            if cancelled.is_set():
                break
            for line in batch:
                order = max(order, line.at)
                if order >= before:
                    return read
                read.first = read.first or line
                read.total += 1
                read.lines.append(line)
                read.orders.append(order)
            if len(read.lines) > 2 * most:
                del read.lines[:-most], read.orders[:-most]
    return read
