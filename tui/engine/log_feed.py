"""Logs of one or several containers, read forward on threads of their own for a taker that may be slow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from tui.engine.log_backlog import Backlog, Older
from tui.engine.log_desk import AHEAD, Began, Desk, Ended, Lines, News
from tui.engine.log_merge import Merger
from tui.engine.log_places import After, Beginning, Log, Origin, Place, Tail
from tui.engine.log_reader import Reader
from tui.engine.logs import LONGEST

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

LAST = Tail()
"""Where reading begins when nothing else is said."""


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
        self._desk = Desk(Merger(place.lines if isinstance(place, Tail) else None))
        self._readers: list[Reader] = []
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

    def _add(self, origin: Origin, place: Place) -> Reader:
        reader = Reader(self._desk, Log(origin, len(self._readers), self._longest), place, self._follow)
        self._readers.append(reader)
        self._desk.join(reader.log.source)
        return reader

    def _run(self) -> None:
        # a loop that ended while the news was on its way has nobody left to tell
        with suppress(RuntimeError):
            while (news := self._desk.next()) is not None:
                self._tell(news)
