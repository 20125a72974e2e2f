"""Places in a container's log, and how the Engine is asked for what lies behind or before one.

The Engine finds the last lines of a log at once, however long it is, because it seeks from the end; a moment
it finds by reading everything before. So a moment is looked for by the number of lines behind it.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain
from math import inf
from typing import NamedTuple
from urllib.parse import quote

from tui.engine.answers import Found, json_of, read_as, word
from tui.engine.connection import Connection
from tui.engine.errors import EngineError, engine_errors
from tui.engine.logs import LONGEST, LogLine, LogStream, moment

MARGIN = 1_000_000
"""Nanoseconds by which lines of one log may be out of order: output and errors are stamped side by side."""
EARLY = 100_000_000
"""Nanoseconds by which a first line may be stamped before StartedAt: the process runs when that is noted."""
FIRST_LOOK = 64
"""Lines that are asked for to find the line that was read last."""
WIDEN = 16
"""So many times as many lines are tried when they do not reach back far enough."""
NEAR = 4096
"""A moment is found when no more lines than so lie between the place and it,"""
SHARE = 20
"""or than this part of the lines behind it: reading them is quicker than another look."""
LOOKS = 12
"""Looks that narrowing a place down takes at most."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A container whose log is read."""

    connection: Connection
    ref: str
    """Its id."""
    name: str


@dataclass(frozen=True, slots=True)
class Tail:
    """The last lines, of all logs together."""

    lines: int = 1000


@dataclass(frozen=True, slots=True)
class After:
    """What was written after a moment."""

    at: int
    """Epoch nanoseconds."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """From the oldest line on."""


Place = Tail | After | Beginning
"""Where reading forward begins."""


class State(NamedTuple):
    """A container's State."""

    status: str
    """"running" or "exited"."""
    started: int
    """When it started last, in epoch nanoseconds; 0 when it never ran."""
    begins: int
    """A moment, in epoch nanoseconds, between the lines of its run before and those of this one."""
    exit_code: int
    finished: int = 0
    """When it ended last, in epoch nanoseconds; 0 when it never did."""


class Mark(NamedTuple):
    """The place in a log behind a line that is known."""

    at: int
    """When that line was written, in epoch nanoseconds."""
    lines: int
    """How many of that time are known."""


class Reach(NamedTuple):
    """How far back a moment is."""

    tail: int
    """So many of the last lines, and more as the log grows."""
    whole: bool
    """Whether they are the whole log, and the moment is before it."""


class _Look(NamedTuple):
    """So many of the last lines, and when the first of them was written."""

    tail: int
    at: int


class Log:
    """The log of one container, as the Engine is asked for it. One thread reads, any may close."""

    def __init__(self, origin: Origin, source: int = 0, longest: int = LONGEST) -> None:
        """`longest` is how many bytes of one line are kept."""
        self._longest = longest
        self.origin = origin
        self.source = source
        self.closed = threading.Event()
        self._lock = threading.Lock()
        self._stream: LogStream | None = None
        self._tty: bool | None = None
        self.state: State | None = None
        """The container's, as it was when it was last asked for."""

    def inspect(self) -> State:
        """The container's State (GET /containers/{id}/json). Raises EngineError."""
        path = f"/containers/{quote(self.origin.ref, safe='')}/json"
        found = json_of(self.origin.connection, path)
        self._tty, self.state = read_as(_tty_and_state, found, "what the Engine says of the container")
        return self.state

    def close(self) -> None:
        """End what is read, and read no more."""
        with self._lock:
            self.closed.set()
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def batches(
        self,
        tail: int | None,
        *,
        follow: bool = False,
        until: float | None = None,
        whole_lines: bool = False,
    ) -> Generator[list[LogLine], None, None]:
        """Open the log at its last lines, and read it; nothing once closed. Raises EngineError.

        With `whole_lines` a last one is left out whose end is not written yet.
        """
        if self._tty is None:
            self.inspect()
        if self.closed.is_set():
            nothing: tuple[list[LogLine], ...] = ()
            return (batch for batch in nothing)
        stream = LogStream(
            self.origin.connection.api,
            self.origin.ref,
            tty=bool(self._tty),
            tail=tail,
            follow=follow,
            timestamps=True,
            until=until,
            whole_lines=whole_lines,
            longest=self._longest,
            source=self.source,
        )
        with self._lock:
            closed = self.closed.is_set()
            self._stream = None if closed else stream
        if closed:
            stream.close()
        return self._read(stream)

    def _read(self, stream: LogStream) -> Generator[list[LogLine], None, None]:
        try:
            with engine_errors():
                for batch in stream:
                    if self.closed.is_set():
                        return
                    yield batch
        finally:
            stream.close()

    def first(self, tail: int) -> LogLine | None:
        """The first of the last lines; None when there is none. Raises EngineError."""
        with closing(self.batches(tail)) as batches:
            batch = next(batches, None)
        return batch[0] if batch else None

    def locate(self, at: int, tail: int) -> Reach:
        """How many of the last lines reach back before a moment, and not much further.

        `at` is in epoch nanoseconds, `tail` what is tried first. Raises EngineError.
        """
        looks: list[_Look] = []
        tails = iter((1, tail))
        tail = next(tails)
        previous = None
        while True:
            line = self.first(tail)
            if line is None or _same(line, previous):
                return Reach(tail, whole=True)
            look = _Look(tail, line.at)
            if line.at < at - MARGIN:
                return Reach(self._narrowed(at, looks, look, line), whole=False)
            looks.append(look)
            previous = line
            tail = next(tails, 0) or min(max(_further(at, looks) + NEAR // 2, 2 * tail), WIDEN * tail)

    def _narrowed(self, at: int, nears: Sequence[_Look], far: _Look, beginning: LogLine) -> int:
        """The lines of a look like `far`, which reaches back far enough; those of `nears` do not.

        `beginning` is the first line of `far`.
        """
        near = nears[-1] if nears else _Look(0, at)
        # not from the far one at first: it may be the whole log, and less than it says
        guess, whole = _further(at, nears), False
        for number in range(LOOKS):
            room = far.tail - near.tail
            least = max(NEAR, far.tail // SHARE)
            if room <= least or (whole and far.tail - _between(at, near, far) <= least):
                break
            if whole or number % 3 == 2:
                guess = near.tail + room // 2  # lines may not come evenly
            elif number or not near.tail < guess < far.tail:
                guess = _between(at, near, far)
            # on this side of it and then on the other
            aim = guess + (least // 3, -least // 3, 0)[number % 3]
            tail = min(max(aim, near.tail + least // 3), far.tail - least // 3)
            line = self.first(tail)
            if line is None:
                break
            if line.at < at - MARGIN:
                far, whole, beginning = _Look(tail, line.at), _same(line, beginning), line
            else:
                near = _Look(tail, line.at)
        return far.tail

    def opened(self, tail: int | None, *, follow: bool) -> Generator[Sequence[LogLine], None, None]:
        """The last lines, None for all. Raises EngineError, while read too.

        When they are followed, `state` is that of the run which they are of, or of a later one.
        """
        batches = self.batches(tail, follow=follow)
        if follow:
            self._look_again()
        return batches

    def _look_again(self) -> None:
        # it may have started again since it was asked for, and before its log was opened
        with suppress(EngineError):  # one that is gone by now has a log to read nevertheless
            self.inspect()

    def after(
        self, at: int, tail: int = FIRST_LOOK, *, follow: bool, whole_lines: bool = False
    ) -> Iterator[Sequence[LogLine]]:
        """What was written after a moment in epoch nanoseconds; `tail` lines are tried first.

        `state` and what it raises are as with `opened`, `whole_lines` as with `batches`.
        """
        previous = None
        while True:
            batches = self.batches(tail, follow=follow, whole_lines=whole_lines)
            batch = next(batches, None)
            if batch is None:
                return
            # what was written meanwhile may have moved the moment out of reach
            if batch[0].at < at - MARGIN or _same(batch[0], previous):
                break
            batches.close()
            previous = batch[0]
            tail *= 8
        if follow:
            self._look_again()
        yield from _after(chain([batch], batches), at)

    def behind(self, mark: Mark, *, follow: bool) -> Iterator[Sequence[LogLine]]:
        """What was written behind a mark, or all when the log was cut behind it; see `opened`.

        The line before the mark is found again, and not its time: the clock may have been set back.
        """
        while (tail := self._reach(mark)) is not None:
            tail *= 2  # the log grows
            with closing(self.opened(tail, follow=follow)) as batches:
                if (yield from _behind(batches, mark, tail)):
                    return
        yield from self.opened(None, follow=follow)

    def _reach(self, mark: Mark) -> int | None:
        """So many of the last lines, and more as the log grows, begin before a mark; None when it is gone."""
        tail, previous = FIRST_LOOK, None
        while True:
            with closing(self.batches(tail)) as batches:
                batch = next(batches, None)
                if batch is None:
                    return None
                whole = _same(batch[0], previous)
                # lines from later on have it among them only if the clock was set back
                if whole or batch[0].at < mark.at + MARGIN:
                    found = next(_behind(chain([batch], batches), mark), None)
                    if found is not None:
                        return tail
            if whole:
                return None
            previous = batch[0]
            tail *= 8


def _tty_and_state(found: Found) -> tuple[bool, State]:
    state = found.get("State") or {}
    started, finished = moment(word(state, "StartedAt")), moment(word(state, "FinishedAt"))
    # the end before is noted early too: its last lines are stamped when they have come through
    since = (started - finished) // 2 if 0 < finished < started else started
    begins = started - min(since, EARLY)
    tty = bool((found.get("Config") or {}).get("Tty"))
    return tty, State(word(state, "Status"), started, begins, int(state.get("ExitCode") or 0), finished)


def _further(at: int, looks: Sequence[_Look]) -> int:
    """How many of the last lines reach back to a moment, if lines came as between the last two looks."""
    if len(looks) < 2:
        return 0
    before, last = looks[-2:]
    return last.tail + (last.at - at) * (last.tail - before.tail) // max(before.at - last.at, 1)


def _between(at: int, near: _Look, far: _Look) -> int:
    """The same between two looks on either side of it."""
    return near.tail + (near.at - at) * (far.tail - near.tail) // max(near.at - far.at, 1)


def _same(line: LogLine, other: LogLine | None) -> bool:
    """Whether more lines begin no earlier: they are the whole log."""
    return other is not None and line[:3] == other[:3]


def _after(batches: Iterable[Sequence[LogLine]], at: int) -> Iterator[Sequence[LogLine]]:
    """The lines after a moment, of a log read from before it."""
    batches = iter(batches)
    for batch in batches:
        for number, line in enumerate(batch):
            if line.at > at:
                yield batch[number:]
                yield from batches
                return


def _behind(
    batches: Iterable[Sequence[LogLine]], mark: Mark, most: float = inf
) -> Generator[Sequence[LogLine], None, bool]:
    """The lines behind a mark; whether it was found among the first `most`."""
    left = mark.lines
    batches = iter(batches)
    for batch in batches:
        for number, line in enumerate(batch, 1):
            if line.at == mark.at:
                left -= 1
                if not left:
                    yield batch[number:]
                    yield from batches
                    return True
        most -= len(batch)
        if most <= 0:
            break
    return False
