"""Lines of several logs, put into one order by time as they come."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import accumulate
from math import inf

from tui.engine.logs import LogLine

SILENCE = 0.2
"""Seconds after which a log that tells nothing is not waited for."""
PATIENCE = 5.0
"""Seconds that a log is waited for whose lines of before are still coming."""
MOST = 1000
"""Lines given out at once."""
HELD_LINES = 2000
"""A log that has told so many lines which nobody took waits; others are behind it."""
HELD_CHARACTERS = 1024 * 1024
"""The same in characters."""


class Merger:
    """Gives out the lines of several logs in order of time, each line once. It has no clock and no thread.

    A line is given out when every other log has told a later one, has ended, or is silent. The order of one
    log is kept, even where its times are not. What is passed as `now` is of one clock, in seconds.
    """

    def __init__(self, last: int | None = None) -> None:
        """`last` is how many lines of those before are given out, of all logs together; None for all.

        They wait until all logs that joined at the beginning are caught up.
        """
        self._last = last
        self._sources: dict[int, _Source] = {}

    def join(self, source: int, now: float, *, caught_up: bool = False) -> None:
        """A log begins to be read, or again. `caught_up` when it tells nothing of before."""
        found = self._sources.setdefault(source, _Source())
        found.ended = False
        found.until = -inf if caught_up else now + PATIENCE
        found.caught_up = caught_up

    def put(self, source: int, lines: Sequence[LogLine], now: float) -> None:
        """A log tells its next lines."""
        found = self._sources[source]
        found.add(lines)
        found.until = now + (SILENCE if found.caught_up else PATIENCE)

    def catch_up(self, source: int) -> None:
        """A log has told all that was there before; from here on it may be silent."""
        found = self._sources[source]
        found.caught_up, found.until = True, -inf

    def end(self, source: int) -> None:
        """A log tells no more."""
        self._sources[source].ended = True
        self.catch_up(source)

    def full(self, source: int) -> bool:
        """Whether this log should wait with its next lines."""
        found = self._sources[source]
        most = max(HELD_LINES, self._last or 0)
        return found.count >= most or (self._last is None and found.characters >= HELD_CHARACTERS)

    def drained(self, source: int) -> bool:
        """Whether all that this log told was given out."""
        return not self._sources[source].batches

    def take(self, now: float) -> list[LogLine]:
        """The next lines that can be given out."""
        if self._opening(now):
            return []
        if self._last is not None:
            self._trim(self._last)
            self._last = None
        floor = min((found.last for found in self._blocking(now)), default=inf)
        heads = [(found.head, source) for source, found in self._sources.items() if found.batches]
        heapify(heads)
        taken: list[LogLine] = []
        characters = 0
        while heads and len(taken) < MOST and characters < HELD_CHARACTERS:
            order, source = heappop(heads)
            if order > floor:
                break
            found = self._sources[source]
            lines, size = found.take(min(floor, heads[0][0] if heads else inf), MOST - len(taken))
            taken += lines
            characters += size
            if found.batches:
                heappush(heads, (found.head, source))
            elif found.awaited(now):
                floor = min(floor, found.last)
        return taken

    def wait(self, now: float) -> float | None:
        """Seconds after which `take` may give out more although nothing is told; None for never."""
        if not any(found.batches for found in self._sources.values()):
            return None
        return max(0.0, min((found.until - now for found in self._blocking(now)), default=0.0))

    def _opening(self, now: float) -> bool:
        """Whether the last lines of all logs are still being gathered."""
        return self._last is not None and bool(self._blocking(now))

    def _blocking(self, now: float) -> list[_Source]:
        """The logs that must tell something before a line can be given out."""
        if self._last is not None:
            return [found for found in self._sources.values() if not found.caught_up and found.awaited(now)]
        return [found for found in self._sources.values() if not found.batches and found.awaited(now)]

    def _trim(self, last: int) -> None:
        """Leave the last lines only; lines of one time are not cut apart."""
        orders = sorted(
            order for found in self._sources.values() for batch in found.batches for order in batch.orders
        )
        if len(orders) <= last:
            return
        cut = orders[-last - 1]
        if last and cut == orders[-1]:
            cut -= 1
        for found in self._sources.values():
            while found.batches and found.head <= cut:
                found.take(cut, len(orders))


class _Batch:
    """Lines of one log, in its order."""

    __slots__ = ("lines", "orders", "place")

    def __init__(self, lines: Sequence[LogLine], orders: Sequence[int]) -> None:
        self.lines = lines
        self.orders = orders
        """The time by which each line stands: never before that of an earlier one."""
        self.place = 0
        """The first that was not taken."""


class _Source:
    """What one log told and nobody took yet."""

    __slots__ = ("batches", "caught_up", "characters", "count", "ended", "last", "until")

    def __init__(self) -> None:
        self.batches: deque[_Batch] = deque()
        self.count = 0
        self.characters = 0
        self.last = 0
        """The latest time so far."""
        self.caught_up = False
        self.until = inf
        """When it is no longer waited for."""
        self.ended = False

    @property
    def head(self) -> int:
        """The time by which its next line stands."""
        batch = self.batches[0]
        return batch.orders[batch.place]

    def awaited(self, now: float) -> bool:
        """Whether others wait for it when it has told nothing."""
        return not self.ended and self.until > now

    def add(self, lines: Sequence[LogLine]) -> None:
        if lines:
            orders = list(accumulate((line.at for line in lines), max, initial=self.last))[1:]
            self.batches.append(_Batch(lines, orders))
            self.last = orders[-1]
            self.count += len(lines)
            self.characters += sum(len(line.text) for line in lines)

    def take(self, stop: float, most: int) -> tuple[Sequence[LogLine], int]:
        """The next lines of one batch that stand by a time up to `stop`, and their characters."""
        batch = self.batches[0]
        start = batch.place
        end = batch.place = min(bisect_right(batch.orders, stop, start), start + most)
        lines = batch.lines if end - start == len(batch.lines) else batch.lines[start:end]
        if end == len(batch.lines):
            self.batches.popleft()
        characters = sum(len(line.text) for line in lines)
        self.count -= len(lines)
        self.characters -= characters
        return lines, characters
