"""What containers use, of those that somebody looks at: statistics streamed, and kept for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.engine.errors import Unreachable
from tui.engine.figures import Figure, Readings, Trace
from tui.engine.meter_streams import End, Frame, Streams
from tui.engine.stats import figure_of
from tui.engine.turns import Turns

if TYPE_CHECKING:
    from tui.engine.connection import Connection

TELL_SECONDS = 1.0
"""No more often than this are figures told."""
FIRST_SECONDS = 0.2
"""So soon are a container's first."""
REST_SECONDS = 5.0
"""How long a container is left alone whose statistics ended or were refused, unless it is wanted anew."""
RETRY_SECONDS = 3.0
"""How long nothing is asked of an Engine that does not answer."""
BOOKS = 200
"""So many containers' figures are kept, the least recently wanted go first; those that are wanted stay."""


@dataclass(slots=True)
class _Book:
    """What is known of one container."""

    latest: Figure | None = None
    trace: Trace | None = None
    fresh: bool = True
    """Whoever wants it has had no figures of it yet."""
    rests: float = 0.0
    """It is not asked for before this moment of time.monotonic()."""


class Meters:
    """The statistics of one Engine's containers (GET /containers/{id}/stats), for whoever wants some.

    One thread reads all streams, and lives only while something is wanted.
    """

    def __init__(
        self,
        connection: Callable[[], Connection],
        tell: Callable[[Readings], None],
        *,
        at_once: int = 50,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`connection` gives the Engine's, or raises Unreachable; `tell` is called on the thread here."""
        self._connection = connection
        self._tell = tell
        self._clock = clock
        self._turns = Turns(at_once)
        self._lock = threading.RLock()
        self._by_whom: dict[object, tuple[str, ...]] = {}
        self._books: dict[str, _Book] = {}
        self._streams: Streams | None = None
        self._retry = 0.0
        self._news: set[str] = set()
        self._told = 0.0
        self._closed = False

    @property
    def turns(self) -> bool:
        """Whether more are wanted than are streamed at once: figures are taken in turns."""
        with self._lock:
            return self._turns.short

    def want(self, who: object, ids: Sequence[str]) -> None:
        """Say what `who` looks at, the most important first; () when it looks no more. From any thread."""
        with self._lock:
            if self._closed or self._by_whom.get(who, ()) == tuple(ids):
                return
            before = set(self._turns.wanted)
            now = time.monotonic()
            if ids:
                self._by_whom[who] = tuple(ids)
            else:
                self._by_whom.pop(who, None)
            self._turns.want(self._by_whom, now)
            for ident in self._turns.wanted:
                book = self._books[ident] = self._books.pop(ident) if ident in self._books else _Book()
                if ident not in before:
                    book.rests, book.fresh = 0.0, True
            self._forget()
            if self._streams is not None:
                self._streams.wake()
            elif self._by_whom:
                self._streams = Streams(self._connection)
                threading.Thread(target=self._run, args=(self._streams,), name="stats", daemon=True).start()

    def latest(self, ident: str) -> Figure | None:
        """A container's newest figures; None when there are none yet, or it runs no more.

        Where the Engine is away they are the last ones, and as old as they say.
        """
        with self._lock:
            book = self._books.get(ident)
            return book.latest if book else None

    def trace(self, ident: str) -> Trace | None:
        """What a container used so far, at least fifteen minutes back; a copy, to be asked for again."""
        with self._lock:
            book = self._books.get(ident)
            return book.trace.copy() if book and book.trace else None

    def close(self) -> None:
        """End all streams and want nothing any more; returns at once. From any thread."""
        with self._lock:
            self._closed = True
            self._by_whom.clear()
            self._turns.want({}, time.monotonic())
            if self._streams is not None:
                self._streams.wake()

    def _run(self, streams: Streams) -> None:
        """Stream and read until nothing is wanted any more."""
        while (seconds := self._decide(streams)) is not None:
            for one in streams.wait(seconds if seconds >= 0 else None):
                if isinstance(one, Frame):
                    self._read(one)
                else:
                    self._ended(one)
            if told := self._due(time.monotonic()):
                self._tell(Readings(told))
        streams.shut()

    def _decide(self, streams: Streams) -> float | None:
        """Open and close what is due; the seconds to wait for news then, -1 for ever, None at the end."""
        now = time.monotonic()
        with self._lock:
            if self._closed or not (self._by_whom or self._turns.places):
                self._streams = None
                self._news.clear()
                for one in [*self._turns.places]:
                    self._turns.leave(one, now)
                return None
            resting = {
                one: book.rests for one in self._turns.wanted if (book := self._books[one]).rests > now
            }
            leaving, taking = self._turns.due(now, resting)
            taking = taking[: streams.room] if now >= self._retry else []
            for one in leaving:
                self._turns.leave(one, now)
            for one in taking:
                self._turns.take(one, now)
            ends = [*resting.values()]
            if (change := self._turns.next_change()) is not None:
                ends.append(change)
            if self._retry > now:
                ends.append(self._retry)
            if self._news:
                ends.append(self._tell_at())
            if not (self._by_whom or self._turns.places):
                ends.append(now)
        for one in leaving:
            streams.close(one)
        for one in taking:
            streams.open(one)
        return max(0.0, min(ends) - now) if ends else -1.0

    def _read(self, frame: Frame) -> None:
        figure = figure_of(frame.answer, frame.before, self._clock())
        with self._lock:
            book = self._books.get(frame.ident)
            if book is None:
                return
            whole = figure is None or (figure.cpu is not None and figure.received_rate is not None)
            if whole and (place := self._turns.places.get(frame.ident)):
                place.served = True
            if figure is not None:
                if figure.cpu is None and book.latest is not None and book.latest.cpu is not None:
                    return  # in a moment there is a whole one: what is known stays until then
                book.trace = book.trace or Trace()
                book.trace.add(figure)
            elif book.latest is None:
                return
            book.latest = figure
            self._news.add(frame.ident)

    def _ended(self, end: End) -> None:
        now = time.monotonic()
        with self._lock:
            self._turns.leave(end.ident, now)
            away = isinstance(end.error, Unreachable)
            if away:
                self._retry = now + RETRY_SECONDS
            if book := self._books.get(end.ident):
                book.rests = now + REST_SECONDS
                # nothing was heard of the container itself: what was known last is told, and how old it is
                if book.latest is not None and not (away or end.broken):
                    book.latest = None
                    self._news.add(end.ident)

    def _tell_at(self) -> float:
        """When the news are to be told."""
        fresh = any(book.fresh for one in self._news if (book := self._books.get(one)))
        return self._told + (FIRST_SECONDS if fresh else TELL_SECONDS)

    def _due(self, now: float) -> frozenset[str]:
        """Whose news are to be told now."""
        with self._lock:
            if self._closed or not self._news or now < self._tell_at():
                return frozenset()
            told, self._news, self._told = frozenset(self._news), set(), now
            for one in told:
                if book := self._books.get(one):
                    book.fresh = False
            return told

    def _forget(self) -> None:
        """Keep no more books than BOOKS, but those of all that are wanted."""
        extra = len(self._books) - BOOKS
        wanted = set(self._turns.wanted)
        for one in [one for one in self._books if one not in wanted][: max(0, extra)]:
            del self._books[one]
