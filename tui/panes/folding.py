"""Rows of the same thing folded into the first of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tui.panes.kind import ALONE, Fold


class Folds:
    """Which rows stand for others, and which of them a person has unfolded."""

    def __init__(self, group: Callable[[str, Any], str]) -> None:
        """`group(key, model)` is the same for the rows of one thing."""
        self._group = group
        self._unfolded: set[str] = set()
        self._places: dict[str, Fold] = {}
        self._heads: dict[str, str] = {}
        self._away: set[str] = set()
        self.changed: frozenset[str] = frozenset()
        """The rows that the last folding gave another place."""

    def fold(self, keys: Sequence[str], models: Mapping[str, Any], marks: Collection[str]) -> Sequence[str]:
        """The rows to show of these: the first of each thing, below it what is unfolded or marked.

        A marked row is never folded away: nobody may act on what they do not see.
        """
        groups: dict[str, list[str]] = {}
        for key in keys:
            groups.setdefault(self._group(key, models[key]), []).append(key)
        before, self._places, self._heads, self._away = self._places, {}, {}, set()
        if len(groups) == len(keys):
            self.changed = frozenset(before)
            return keys
        rows: list[str] = []
        for group, members in groups.items():
            rows.append(members[0])
            if len(members) > 1:
                rows += self._below(members, marks, group in self._unfolded)
        places = self._places
        self.changed = frozenset(
            key for key in before.keys() | places.keys() if before.get(key) != places.get(key)
        )
        return rows

    def _below(self, members: Sequence[str], marks: Collection[str], unfolded: bool) -> list[str]:
        head, *others = members
        below = [key for key in others if unfolded or key in marks]
        self._places |= dict.fromkeys(below, Fold(child=True))
        self._heads |= dict.fromkeys(others, head)
        self._away.update(set(others).difference(below))
        away = len(others) - len(below)
        self._places[head] = Fold(away or len(others), unfolded=not away)
        return below

    def place(self, key: str) -> Fold:
        """The place of a row as it was folded last."""
        return self._places.get(key, ALONE)

    def head(self, key: str) -> str:
        """The row that a row is folded into, or stands below; itself where it is the first."""
        return self._heads.get(key, key)

    def away(self, key: str) -> bool:
        """Whether a row is folded away."""
        return key in self._away

    @property
    def count(self) -> int:
        """How many rows are folded away."""
        return len(self._away)

    def turn(self, key: str, model: Any, *, unfold: bool | None = None) -> bool:
        """Unfold or fold what a row belongs to, None: the other way; whether anything is different then."""
        place = self.place(key)
        if place is ALONE:
            return False
        group = self._group(key, model)
        wanted = group not in self._unfolded if unfold is None else unfold
        if wanted == (group in self._unfolded):
            return False
        (self._unfolded.add if wanted else self._unfolded.discard)(group)
        return True
