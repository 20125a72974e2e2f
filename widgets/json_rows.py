"""A JSON document as rows of a tree: which are visible, and the words of each."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable
from typing import Any, NamedTuple

from widgets.text import shown

Path = tuple[str | int, ...]
"""The way from the document to one of its values: keys of objects and indexes of lists."""

MASK = "•••••"
"""Stands for a secret, however long that is."""

LONGEST_VALUE = 16 * 1024
"""Characters of a value that are painted, under the cursor; a search looks at all of it."""

Secret = Callable[[Path, Any], int | None]
"""Tells how many leading characters of a value may be shown; None when all may."""


class Row(NamedTuple):
    """One value of the document and where it stands."""

    path: Path
    value: Any


class Everywhere:
    """Contains every path: nothing is folded."""

    def __contains__(self, path: object) -> bool:
        return True


def is_branch(value: Any) -> bool:
    """Whether a value can be unfolded: an object or a list that is not empty."""
    return isinstance(value, (dict, list)) and bool(value)


def children(row: Row) -> list[Row]:
    """The rows just below a branch."""
    path, value = row
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [Row((*path, key), item) for key, item in items]


def top_rows(document: Any) -> list[Row]:
    """The outermost rows: what the document holds, or the document itself when it holds nothing."""
    row = Row((), document)
    return children(row) if is_branch(document) else [row]


def unfolded(rows: Iterable[Row], opened: Container[Path]) -> list[Row]:
    """`rows` and all below them that is not hidden in a folded branch, in the order of the document."""
    flat: list[Row] = []
    levels = [iter(rows)]
    while levels:
        for row in levels[-1]:
            flat.append(row)
            if is_branch(row.value) and row.path in opened:
                levels.append(iter(children(row)))
                break
        else:
            levels.pop()
    return flat


def order(document: Any, path: Path) -> tuple[int, ...]:
    """Where a path stands in its document: sorts as the rows do."""
    places = []
    for key in path:
        places.append(key if isinstance(key, int) else list(document).index(key))
        document = document[key]
    return tuple(places)


def words(value: Any, visible: int | None = None, longest: int = LONGEST_VALUE) -> tuple[str, str, str]:
    """A value that is not a branch, as JSON that may be painted: quote, value, quote.

    Only the middle can be searched. All but its first `visible` characters are covered, when that is given.
    """
    if isinstance(value, str):
        if visible is None:
            return '"', shown(value, longest), '"'
        return '"', shown(value[:visible], longest), f'{MASK}"'
    if isinstance(value, (dict, list)):
        return "", "{}" if isinstance(value, dict) else "[]", ""
    return ("", shown(json.dumps(value)), "") if visible is None else ("", "", MASK)


def size_text(value: Any) -> str:
    """How many values a branch holds."""
    return f"{{{len(value)}}}" if isinstance(value, dict) else f"[{len(value)}]"


class Outline:
    """A document, what of it is unfolded, a cursor on one of the visible rows, and a search in all of it."""

    def __init__(self, secret: Secret | None = None) -> None:
        self.secret = secret
        self.reveal = False
        self.document: Any = {}
        self.opened: set[Path] = set()
        self.rows = top_rows({})
        self.cursor = 0
        """The visible row that the cursor is on."""
        self.pattern: re.Pattern[str] | None = None
        self._matches: list[Path] | None = None
        self._everything: list[Row] | None = None

    @property
    def row(self) -> Row:
        """The row under the cursor."""
        return self.rows[self.cursor]

    @property
    def matches(self) -> list[Path]:
        """Where the search text stands, in the order of the document."""
        if self._matches is None:
            rows = self.everything() if self.pattern else []
            self._matches = [row.path for row in rows if self._is_match(row)]
        return self._matches

    def everything(self) -> list[Row]:
        """All rows, whatever is folded."""
        if self._everything is None:
            self._everything = unfolded(top_rows(self.document), Everywhere())
        return self._everything

    def show(self, document: Any) -> None:
        """Take another document; folds and cursor stay where the same path still exists."""
        self.document = document
        self._matches = self._everything = None
        self._arrange(self.row.path)

    def uncover(self, reveal: bool) -> None:
        """Show secrets, or cover them."""
        self.reveal = reveal
        self._matches = None

    def fold(self, path: Path) -> None:
        """Fold the value at `path`; a cursor inside it comes out."""
        self.opened.discard(path)
        if path != self.row.path:
            self._arrange(self.row.path)
            return
        start = end = self.cursor + 1
        while end < len(self.rows) and self.rows[end].path[: len(path)] == path:
            end += 1
        del self.rows[start:end]

    def unfold(self, path: Path) -> None:
        """Unfold the value at `path` and all that holds it."""
        if path != self.row.path:
            self.opened.update(path[:depth] for depth in range(1, len(path) + 1))
            self._arrange(self.row.path)
        elif is_branch(self.row.value) and path not in self.opened:
            self.opened.add(path)
            below = self.cursor + 1
            self.rows[below:below] = unfolded(children(self.row), self.opened)

    def fold_all(self) -> None:
        """Fold everything."""
        self.opened.clear()
        self._arrange(self.row.path)

    def unfold_all(self) -> None:
        """Unfold everything."""
        self.opened = {row.path for row in self.everything() if is_branch(row.value)}
        path = self.row.path
        self.rows = list(self.everything())
        self._find(path)

    def go_to(self, path: Path) -> None:
        """Put the cursor on the value at `path`, unfolding what holds it."""
        above = {path[:depth] for depth in range(1, len(path))}
        if above <= self.opened:
            self._find(path)
        else:
            self.opened |= above
            self._arrange(path)

    def search(self, text: str) -> int:
        """Look for `text` in keys and uncovered values; returns how many have it. No text ends the search."""
        self.pattern = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self._matches = None
        return len(self.matches)

    @property
    def match_position(self) -> tuple[int, int]:
        """Which match the cursor is on, from 1 (0: none), and how many there are."""
        found = self.matches
        at = self._place_in(bisect_left)
        return (at + 1 if found[at : at + 1] == [self.row.path] else 0), len(found)

    def go_to_match(self, step: int) -> None:
        """Go to the match after (1), before (-1), or at or after (0) the cursor, round the ends."""
        if found := self.matches:
            index = self._place_in(bisect_right if step == 1 else bisect_left)
            self.go_to(found[(index - 1 if step == -1 else index) % len(found)])

    def _place_in(self, bisect: Callable[..., int]) -> int:
        """Where the cursor stands among the matches."""
        here = order(self.document, self.row.path)
        return bisect(self.matches, here, key=lambda path: order(self.document, path))

    def visible(self, row: Row) -> int | None:
        """Characters of a covered value that may be shown; None when it is not covered."""
        if self.reveal or self.secret is None or is_branch(row.value):
            return None
        visible = self.secret(row.path, row.value)
        return None if visible is None else max(0, visible)

    def _is_match(self, row: Row) -> bool:
        assert self.pattern is not None
        key = row.path[-1] if row.path else ""
        if isinstance(key, str) and self.pattern.search(shown(key, len(key))):
            return True
        if is_branch(row.value):
            return False
        longest = len(row.value) if isinstance(row.value, str) else LONGEST_VALUE
        return self.pattern.search(words(row.value, self.visible(row), longest)[1]) is not None

    def _arrange(self, path: Path) -> None:
        """List the visible rows again, the cursor at `path`, else at what holds it, else where it was."""
        self.rows = unfolded(top_rows(self.document), self.opened)
        self._find(path)

    def _find(self, path: Path) -> None:
        depth = len(path)
        while depth:
            for index, row in enumerate(self.rows):
                if row.path == path[:depth]:
                    self.cursor = index
                    return
            depth -= 1
        self.cursor = min(self.cursor, len(self.rows) - 1)
