"""Where to break a line of text that is wider than the screen, counted in cells."""

from __future__ import annotations

import re
from itertools import accumulate

from rich.cells import chop_cells
from rich.text import Text

# Letters, signs and boxes of one cell each: text of these alone needs no look at each of them.
_NARROW = re.compile(
    r"[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u0384-\u0482\u2010-\u2027\u2400-\u2426\u2500-\u257f\ufffd]*"
)


def _is_narrow(text: str) -> bool:
    return text.isascii() or _NARROW.fullmatch(text) is not None


def breaks(text: str, width: int, hang: int = 0) -> list[int]:
    """The characters of `text` that start its second and later rows, none wider than `width` cells.

    Later rows are `hang` cells narrower. Both widths must leave room for two cells: a wide character.
    """
    if _is_narrow(text):
        return list(range(width, len(text), width - hang))
    rows = chop_cells(text, width)
    if hang and len(rows) > 1:
        rows = [rows[0], *chop_cells(text[len(rows[0]) :], width - hang)]
    return list(accumulate(map(len, rows[:-1])))


def height(text: str, width: int) -> int:
    """How many rows `text` takes at `width` cells (two or more)."""
    if _is_narrow(text):
        return max(1, -(-len(text) // width))
    return max(1, len(chop_cells(text, width)))


def rows(text: Text, width: int, hang: int = 0) -> list[Text]:
    """Break styled text as `breaks` says, the styles kept."""
    return list(text.divide(breaks(text.plain, width, hang)))
