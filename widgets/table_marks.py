"""Which rows of a table are marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable


class Marks:
    """Marked keys: the settled ones, and those of a range that is still being drawn.

    A range is a set of keys, not two positions: rows that a refresh puts between its ends are not marked
    behind the user's back.
    """

    def __init__(self) -> None:
        self._settled: frozenset[str] = frozenset()
        self._range: frozenset[str] = frozenset()
        self.anchor: str | None = None
        """Where the open range began; None when there is none."""
        self.all: frozenset[str] = frozenset()
        """Every marked key, those of the open range too."""

    def add(self, keys: Iterable[str]) -> None:
        """Mark these keys."""
        self._become(self._settled.union(keys), self._range)

    def remove(self, keys: Collection[str]) -> None:
        """Unmark these keys, in the open range too."""
        self._become(self._settled.difference(keys), self._range.difference(keys))

    def clear(self) -> None:
        """Unmark everything and end the range."""
        self.anchor = None
        self._become(frozenset(), frozenset())

    def toggle(self, keys: Collection[str]) -> None:
        """Mark these keys, or unmark them when all of them are marked. An open range is kept and ends."""
        self.keep_range()
        if self.all.issuperset(keys):
            self.remove(keys)
        else:
            self.add(keys)

    def open_range(self, key: str) -> None:
        """Begin a range at this key."""
        self.anchor = key
        self.stretch([key])

    def stretch(self, keys: Iterable[str]) -> None:
        """The open range now holds these keys."""
        self._become(self._settled, frozenset(keys))

    def keep_range(self) -> None:
        """End the range; what is in it stays marked."""
        self.anchor = None
        self._become(self.all, frozenset())

    def drop_range(self) -> None:
        """End the range; what only it marked is unmarked."""
        self.anchor = None
        self._become(self._settled, frozenset())

    def _become(self, settled: frozenset[str], ranged: frozenset[str]) -> None:
        self._settled, self._range = settled, ranged
        self.all = settled | ranged
