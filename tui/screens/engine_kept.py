"""What the Engine pane keeps when it is left: how it was looked at, the events, the disk use it asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tui.engine.happenings import AT_MOST, NANOS, Happening
from tui.panes.filter import Words, parse_filter
from tui.screens.engine_event_rows import looked_for

if TYPE_CHECKING:
    from tui.engine.disk_use import DiskUse
    from tui.engine.engine import Engine

PAST_SECONDS = 3600
"""How far back the history of events goes; an Engine keeps 256 of them at most."""


class Kept:
    """One Engine's pane as it was left; whoever comes back finds it so."""

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        """`clock` tells the seconds since the epoch."""
        self.section = 0
        """Which one was in view."""
        self.events = KeptEvents(lambda one: looked_for(one, engine.store), clock)
        self.use: DiskUse | None = None
        """What the Engine said when it was asked last."""
        self.took = 0.0
        """Seconds that it took to say so."""
        self.plugin: str | None = None
        """The name of the plugin under the cursor."""


class KeptEvents:
    """Events by the key of their row, in the order in which they came, and how they are looked at."""

    def __init__(self, words_of: Callable[[Happening], Words], clock: Callable[[], float]) -> None:
        """`words_of` gives what a filter finds in an event."""
        self._words_of = words_of
        self._clock = clock
        self.filter = ""
        """The filter line."""
        self.execs = False
        """Whether commands beside main processes are wanted too."""
        self.cursor: str | None = None
        """The row to stay at; None while the newest is followed."""
        self.after = 0
        """Epoch nanoseconds of the last one, or of where the history begins."""
        self._rows: dict[str, Happening] = {}
        self._order: deque[str] = deque()
        self._words: dict[str, Words] = {}
        self._number = 0
        self.clear()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: str) -> Happening:
        return self._rows[key]

    def get(self, key: str | None) -> Happening | None:
        """The event of a row."""
        return self._rows.get(key or "")

    def add(self, events: Iterable[Happening]) -> None:
        """Keep these too; the oldest go."""
        for one in events:
            self._number += 1
            self._order.append(str(self._number))
            self._rows[str(self._number)] = one
            self.after = max(self.after, one.at)
        while len(self._order) > AT_MOST:
            gone = self._order.popleft()
            del self._rows[gone]
            self._words.pop(gone, None)

    def clear(self) -> None:
        """Keep none of them any more; the history begins anew."""
        self._rows.clear()
        self._order.clear()
        self._words.clear()
        self.after = int((self._clock() - PAST_SECONDS) * NANOS)

    @property
    def keys(self) -> list[str]:
        """The rows that the filter lets through."""
        if not self.filter:
            return list(self._rows)
        test = parse_filter(self.filter)
        for key, one in self._rows.items():
            if key not in self._words:
                self._words[key] = self._words_of(one)
        return [key for key in self._rows if test(self._words[key])]
