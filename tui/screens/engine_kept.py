"""The events that the Engine pane keeps, the newest of them, and which of them a filter lets through."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from tui.engine.happenings import AT_MOST, Happening
from tui.panes.filter import Words, parse_filter


class KeptEvents:
    """Events by the key of their row, in the order in which they came."""

    def __init__(self, words_of: Callable[[Happening], Words]) -> None:
        """`words_of` gives what a filter finds in an event."""
        self._words_of = words_of
        self.filter = ""
        """The filter line."""
        self._rows: dict[str, Happening] = {}
        self._order: deque[str] = deque()
        self._words: dict[str, Words] = {}
        self._number = 0

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
        while len(self._order) > AT_MOST:
            gone = self._order.popleft()
            del self._rows[gone]
            self._words.pop(gone, None)

    def clear(self) -> None:
        """Keep none of them any more."""
        self._rows.clear()
        self._order.clear()
        self._words.clear()

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
