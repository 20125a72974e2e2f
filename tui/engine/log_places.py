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


class Mark(NamedTuple):
    """A place between two lines of one log."""

    at: int
    """The latest time of a line before it, in epoch nanoseconds."""
    lines: int | None = None
    """How many lines of that time lie before it; None for all."""


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
        self, tail: int | None, *, follow: bool = False, until: float | None = None
    ) -> Generator[list[LogLine], None, None]:
        """Open the log at its last lines, and read it; nothing once closed. Raises EngineError."""
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

    def follow(self) -> Iterator[Sequence[LogLine]]:
        """All there is and what comes; `state` as in `onward`. Raises EngineError, while read too."""
        batches = self.batches(None, follow=True)
        self._look_again()
        return batches

    def _look_again(self) -> None:
        # it may have started again since it was asked for, and before its log was opened
        with suppress(EngineError):  # one that is gone by now has a log to read nevertheless
            self.inspect()

    def onward(self, mark: Mark, tail: int = FIRST_LOOK, *, follow: bool) -> Iterator[Sequence[LogLine]]:
        """What was written after a mark; `tail` lines are tried first. Raises EngineError, while read too.

        When it tells the first, `state` is that of the run whose log is followed, or of a later one.
        """
        previous = None
        while True:
            batches = self.batches(tail, follow=follow)
            batch = next(batches, None)
            if batch is None:
                return
            # what was written meanwhile may have moved the mark out of reach
            if batch[0].at < mark.at - MARGIN or _same(batch[0], previous):
                break
            batches.close()
            previous = batch[0]
            tail *= 8
        if follow:
            self._look_again()
        yield from _past(chain([batch], batches), mark)


def _tty_and_state(found: Found) -> tuple[bool, State]:
    state = found.get("State") or {}
    started, finished = moment(word(state, "StartedAt")), moment(word(state, "FinishedAt"))
    # the end before is noted early too: its last lines are stamped when they have come through
    since = (started - finished) // 2 if 0 < finished < started else started
    begins = started - min(since, EARLY)
    tty = bool((found.get("Config") or {}).get("Tty"))
    return tty, State(word(state, "Status"), started, begins, int(state.get("ExitCode") or 0))


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


def _past(batches: Iterable[Sequence[LogLine]], mark: Mark) -> Iterator[Sequence[LogLine]]:
    """The lines behind a mark, of a log read from before it."""
    at, left = 0, mark.lines
    batches = iter(batches)
    for batch in batches:
        for number, line in enumerate(batch):
            at = max(at, line.at)
            if at > mark.at or (at == mark.at and left == 0):
                yield batch[number:]
                yield from batches
                return
            if at == mark.at and left is not None:
                left -= 1
