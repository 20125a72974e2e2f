"""How a row of a JSON tree looks: its pieces, cut to the width or broken into lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from rich.style import Style
from rich.text import Text

from widgets.json_rows import Row, is_branch, size_text, words
from widgets.text import shown
from widgets.wrapping import breaks

INDENT = 2


class Piece(NamedTuple):
    """Words of a row, what they are (the end of a component class), and whether a search looks at them."""

    text: str
    kind: str
    searched: bool = False


class Look(NamedTuple):
    """A row as pieces, `indent` cells of which are the indentation."""

    pieces: list[Piece]
    indent: int

    def count(self, width: int) -> int:
        """How many lines the whole row takes."""
        return len(self._breaks(width)) + 1

    def cut(self, width: int, style: Callable[[str], Style], pattern: re.Pattern[str] | None) -> Text:
        """The row on one line, an ellipsis for what does not fit."""
        text = self._text(style, pattern)
        text.truncate(width, overflow="ellipsis")
        return text

    def whole(self, width: int, style: Callable[[str], Style], pattern: re.Pattern[str] | None) -> list[Text]:
        """All of the row, on as many lines as it takes."""
        first, *others = self._text(style, pattern).divide(self._breaks(width))
        hang = Text(" " * self._hang(width), end="")
        return [first, *(hang + other for other in others)]

    def _text(self, style: Callable[[str], Style], pattern: re.Pattern[str] | None) -> Text:
        text = Text(end="", no_wrap=True)
        for piece in self.pieces:
            start = len(text)
            text.append(piece.text, style(piece.kind))
            if pattern is not None and piece.searched:
                for match in pattern.finditer(piece.text):
                    text.stylize(style("match"), start + match.start(), start + match.end())
        return text

    def _breaks(self, width: int) -> list[int]:
        width = max(width, 2 * INDENT)
        return breaks("".join(piece.text for piece in self.pieces), width, self._hang(width))

    def _hang(self, width: int) -> int:
        return min(self.indent + 2 * INDENT, width // 2)


def look(row: Row, folded: bool, visible: int | None, width: int) -> Look:
    """Put a row into words: guides, arrow, key, and the value or, of a folded branch, its size.

    Of a covered value, `visible` characters are shown. Indentation never takes more than half of the width.
    """
    path, value = row
    guides = "│ " * min(max(0, len(path) - 1), width // (2 * INDENT))
    branch = is_branch(value)
    pieces = [Piece(guides, "guide"), Piece(("▸ " if folded else "▾ ") if branch else "  ", "dim")]
    if path:
        key = path[-1]
        pieces.append(Piece(str(key), "index") if isinstance(key, int) else Piece(shown(key), "key", True))
        pieces.append(Piece("  " if branch else ": ", "dim"))
    if not branch:
        kind = _kind(value)
        before, middle, after = words(value, visible)
        pieces += [Piece(before, kind), Piece(middle, kind, True), Piece(after, kind)]
    elif folded:
        pieces.append(Piece(size_text(value), "dim"))
    return Look(pieces, len(guides))


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    if value is None or isinstance(value, bool):
        return "keyword"
    return "number" if isinstance(value, (int, float)) else "dim"
