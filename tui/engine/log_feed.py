"""Logs of one or several containers, read forward on threads of their own for a taker that may be slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from tui.engine.errors import EngineError, Unreachable, translated
from tui.engine.log_backlog import Backlog, Older
from tui.engine.log_merge import Merger
from tui.engine.log_places import FIRST_LOOK, After, Beginning, Log, Mark, Origin, Place, State, Tail
from tui.engine.logs import LONGEST, LogLine

__all__ = [
    "AHEAD",
    "After",
    "Backlog",
    "Began",
    "Beginning",
    "Ended",
    "Feed",
    "Lines",
    "News",
    "Older",
    "Origin",
    "Place",
    "Tail",
]

AHEAD = 4
"""Batches that may be told and not yet taken; after that the logs wait in their Engines."""
SETTLE_SECONDS = 1.0
"""How long after the end of its log a container may still count as running."""
STOPPED = frozenset(("exited", "dead", "restarting", "removing"))
"""The State.Status of a container whose process has ended."""
IDLE = STOPPED | {"created"}
"""The State.Status of a container that writes nothing."""
LAST = Tail()
"""Where reading begins when nothing else is said."""


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


class Feed:
    """Logs read forward from a place, merged by time, to the end and on.

    A slow taker holds the Engine up, not the memory. Threads of its own, and not the loop's executor: the end
    of the program never waits for them.
    """

    def __init__(
        self,
        origins: Sequence[Origin],
        tell: Callable[[News], None],
        place: Place = LAST,
        *,
        follow: bool = True,
        longest: int = LONGEST,
    ) -> None:
        """`tell` is called on a thread of the feed's own. A source's number is its place in `origins`.

        `longest` is how many bytes of one line are kept.
        """
        self._longest = longest
        self._tell = tell
        self._follow = follow
        self._desk = _Desk(Merger(place.lines if isinstance(place, Tail) else None))
        self._readers: list[_Reader] = []
        self._teller = threading.Thread(target=self._run, name="logs", daemon=True)
        for origin in origins:
            self._add(origin, place)

    def start(self) -> None:
        """Begin to read."""
        self._teller.start()
        for reader in self._readers:
            reader.start()

    def taken(self) -> None:
        """One told batch of lines has been used."""
        self._desk.taken()

    def join(self, origin: Origin) -> int:
        """Begin to read another container, from its first line; returns the number of its source."""
        reader = self._add(origin, Beginning())
        if self._desk.closed:
            reader.log.close()
        reader.start()
        return reader.log.source

    def again(self, source: int) -> None:
        """A container was started again: read on after its last line, now or when its end has been told."""
        self._readers[source].again()

    def close(self) -> None:
        """Read no more; returns at once, and the threads end in a moment. From any thread."""
        self._desk.close()
        for reader in tuple(self._readers):
            reader.log.close()

    @property
    def alive(self) -> bool:
        """Whether one of its threads has not ended."""
        return self._teller.is_alive() or any(reader.alive for reader in self._readers)

    def _add(self, origin: Origin, place: Place) -> _Reader:
        reader = _Reader(self._desk, Log(origin, len(self._readers), self._longest), place, self._follow)
        self._readers.append(reader)
        self._desk.join(reader.log.source)
        return reader

    def _run(self) -> None:
        # a loop that ended while the news was on its way has nobody left to tell
        with suppress(RuntimeError):
            while (news := self._desk.next()) is not None:
                self._tell(news)


class _Desk:
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


class _Reader:
    """Reads one log on a thread: what was there before, then what is new; and again when it is asked to."""

    def __init__(self, desk: _Desk, log: Log, place: Place, follow: bool) -> None:
        self.log = log
        self._desk = desk
        self._place = place
        self._follow = follow
        self._begun: Began | None = None
        self._mark = Mark(place.at) if isinstance(place, After) else None
        self._lock = threading.Lock()
        self._reading = True
        self._again = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        if follow:
            log.origin.connection.followed_by(log)

    @property
    def alive(self) -> bool:
        """Whether its thread has not ended."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def again(self) -> None:
        """Read on after the last line, when what is being read has ended."""
        with self._lock:
            if self._reading:
                self._again = True
                return
            self._reading = True
            self._thread = threading.Thread(target=self._run, args=(False,), name="log", daemon=True)
            self._thread.start()

    def _run(self, first: bool = True) -> None:
        asked_early = False
        while True:
            ended = self._read(first, asked_early)
            if ended is not None:
                self._desk.end(ended)
            with self._lock:
                self._reading, self._again = self._again and not self._desk.closed, False
                if not self._reading:
                    return
            first, asked_early = False, True

    def _read(self, first: bool, asked_early: bool) -> Ended | None:
        """Read to the end. None when it was asked for before the end was known, and was no new start."""
        source = self.log.source
        try:
            state = self.log.inspect()
            began, before = self._news_of(state), self._begun
            idle = began.state in IDLE
            if asked_early and idle and before is not None and before.started == began.started:
                return None
            if not first:
                self._desk.join(source, caught_up=before is not None)
            for number, batch in enumerate(self._batches(before is None, idle)):
                if not number:
                    self._begin(began)
                self._hand_on(batch)
                if self._desk.closed:
                    return Ended(source)
            if self._follow and not idle:
                state = self._settled()
        except (EngineError, OSError) as error:
            return Ended(source, error=translated(error))
        return Ended(source, state.status, state.exit_code if state.status in STOPPED else None)

    def _batches(self, fresh: bool, idle: bool) -> Iterator[Sequence[LogLine]]:
        """What there is to tell; the first batch says only that there is a log."""
        if fresh:
            yield from self._earlier()
            self._desk.catch_up(self.log.source)
        else:
            yield ()
        if self._follow and not idle:
            yield from self._onward(follow=True)
        elif not fresh:
            yield from self._onward(follow=False)

    def _earlier(self) -> Iterator[Sequence[LogLine]]:
        """What was written before, from the place on."""
        match self._place:
            case Tail(count):
                # one more tells whether there are others of the first line's time, which are cut off
                batches = self.log.batches(count + 1)
                yield ()
                yield self._whole_times(list(chain.from_iterable(batches)), count)
            case After(at):
                tail = self.log.locate(at, FIRST_LOOK).tail
                yield ()
                yield from self.log.onward(Mark(at), tail + FIRST_LOOK, follow=False)
            case Beginning():
                batches = self.log.batches(None)
                yield ()
                yield from batches

    def _whole_times(self, lines: list[LogLine], count: int) -> list[LogLine]:
        """The last lines, without those of a time of which earlier lines may have been cut off."""
        if len(lines) <= count:
            return lines
        self._note(lines)
        order = lines[0].at
        whole = next((number for number, line in enumerate(lines) if line.at > order), len(lines) - count)
        return lines[whole if count else len(lines) :]

    def _onward(self, *, follow: bool) -> Iterator[Sequence[LogLine]]:
        """What was written after the last line that is known."""
        if self._mark is None:
            return self.log.follow() if follow else self.log.batches(None)
        return self.log.onward(self._mark, follow=follow)

    def _news_of(self, state: State) -> Began:
        return Began(self.log.source, state.status, state.started, state.begins)

    def _begin(self, began: Began) -> None:
        self._begun = began
        self._desk.begin(began)

    def _hand_on(self, batch: Sequence[LogLine]) -> None:
        state = self.log.state
        if batch and state is not None and self._begun is not None and state.started != self._begun.started:
            # it started again before its log was opened: the lines of both runs come in one
            cut = next((number for number, line in enumerate(batch) if line.at >= state.begins), None)
            if cut is not None:
                self._put(batch[:cut])
                self._begin(self._news_of(state))
                batch = batch[cut:]
        self._put(batch)

    def _put(self, batch: Sequence[LogLine]) -> None:
        if batch:
            self._note(batch)
            self._desk.put(self.log.source, batch)

    def _note(self, batch: Sequence[LogLine]) -> None:
        """Remember behind which line one would read on."""
        times = [line.at for line in batch]
        latest = max(times)
        mark = self._mark
        if mark is None or latest > mark.at:
            self._mark = Mark(latest, len(times) - times.index(latest))
        elif mark.lines is not None:
            self._mark = Mark(mark.at, mark.lines + len(times))

    def _settled(self) -> State:
        """The container's State after its log ended: the Engine takes a moment to write the end down."""
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            if self.log.closed.is_set():
                raise Unreachable("the connection was closed")
            state = self.log.inspect()
            if state.status != "running" or self._begun is None or state.started != self._begun.started:
                return state
            if time.monotonic() > until:
                return state
            self.log.closed.wait(SETTLE_SECONDS / 10)
