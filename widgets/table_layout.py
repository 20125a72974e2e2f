"""Columns of a table: how wide each one is, and how a row's cells become runs of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from widgets.text import Shown

GAP = 2
"""Cells between two columns."""

GUTTER = 2
"""Cells at the left of each row, for the cursor's bar and the mark."""


class Tone(StrEnum):
    """How a cell is painted; each tone is the component class `table--<tone>`."""

    PLAIN = auto()
    DIM = auto()
    GOOD = auto()
    WARN = auto()
    BAD = auto()
    ACCENT = auto()


class Cell(NamedTuple):
    """What one column shows of one row."""

    text: Shown
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """One column; widths are in terminal cells."""

    id: str
    title: Shown
    least: int = 4
    """Never narrower, unless the columns that may not be dropped do not fit at all."""
    most: int = 40
    """Never wider, unless it grows."""
    priority: int = 0
    """Columns with the highest number are dropped first when it is narrow; 0 is never dropped."""
    right: bool = False
    """Text ends at the right edge, as numbers do."""
    grows: bool = False
    """Shares the width that is left over, and gives way first when there is too little."""


def cut(text: str, width: int) -> str:
    """`text`, or as much of it as fits `width` cells with an ellipsis at its end."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def fit(columns: Sequence[Column], longest: Sequence[int], room: int) -> tuple[int, ...]:
    """Width of each column in `room` cells, gaps between them counted in; 0 means it is not painted.

    Growing columns shrink to their least before any column is dropped. When even those of priority 0 do
    not fit, the line ends at the room's edge.
    """
    wanted = [min(max(n, column.least), column.most) for column, n in zip(columns, longest, strict=True)]
    floor = [column.least if column.grows else n for column, n in zip(columns, wanted, strict=True)]
    kept = list(range(len(columns)))
    while kept and sum(floor[i] for i in kept) + GAP * (len(kept) - 1) > room:
        first_to_go = max(kept, key=lambda i: (columns[i].priority, i))
        if columns[first_to_go].priority == 0:
            break
        kept.remove(first_to_go)

    spare = room - sum(wanted[i] for i in kept) - GAP * (len(kept) - 1)
    growing = [i for i in kept if columns[i].grows]
    if spare >= 0 and growing:
        share, rest = divmod(spare, len(growing))
        for order, i in enumerate(growing):
            wanted[i] += share + (order < rest)
    for i in (*reversed(growing), *reversed(kept)):
        given = min(max(-spare, 0), max(wanted[i] - columns[i].least, 0))
        wanted[i] -= given
        spare += given

    widths = [0] * len(columns)
    used = 0
    for i in kept:
        widths[i] = min(wanted[i], max(room - used, 0))
        used += widths[i] + GAP
    return tuple(widths)


class ColumnFit:
    """The columns of one table: measures what is in them, fits them to the room, lays rows out.

    Columns only grow with what is measured, so that they stand still, until `restart`.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self._sort: tuple[str, str] | None = None
        self._width = 0
        self._widths: tuple[int, ...] | None = None
        self._longest: list[int] = []
        self.restart()

    def restart(self) -> None:
        """Forget what was measured: only the titles count."""
        self._longest = [min(cell_len(self._title(column)), column.most) for column in self.columns]
        self._widths = None

    def measure(self, cells: Iterable[Cell]) -> None:
        """Let each column be as wide as its cell of this row needs."""
        for i, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            if 2 * len(cell.text) <= self._longest[i]:
                continue  # no character is wider than two cells
            length = min(cell_len(cell.text), column.most)
            if length > self._longest[i]:
                self._longest[i] = length
                self._widths = None

    def sorted_by(self, column: str | None, reverse: bool) -> None:
        """The arrow stands in this column's title, pointing down when `reverse`."""
        self._sort = None if column is None else (column, "↓" if reverse else "↑")

    @property
    def width(self) -> int:
        """Cells of a whole line, gutter included."""
        return self._width

    @width.setter
    def width(self, width: int) -> None:
        if width != self._width:
            self._width = width
            self._widths = None

    @property
    def widths(self) -> tuple[int, ...]:
        """Cells of each column; 0 for one that is not painted."""
        if self._widths is None:
            self._widths = fit(self.columns, self._longest, max(self._width - GUTTER, 0))
        return self._widths

    def header(self) -> str:
        """The titles, as one line of text of the whole width."""
        pieces = [
            _aligned(self._title(column, width), width, column.right)
            for column, width in zip(self.columns, self.widths, strict=True)
            if width
        ]
        return set_cell_size(" " * GUTTER + (" " * GAP).join(pieces), self._width)

    def column_at(self, x: int) -> str | None:
        """Id of the column at cell `x` of a line; a gap belongs to the column before it."""
        start = GUTTER
        for column, width in zip(self.columns, self.widths, strict=True):
            if width and start <= x < start + width + GAP:
                return column.id
            start += width + GAP if width else 0
        return None

    def runs(self, gutter: Cell, cells: Iterable[Cell]) -> list[tuple[str, Tone]]:
        """One row as (text, tone) runs that fill the whole width.

        Blanks join the run before them and neighbours of one tone are one run: each run costs some forty
        bytes on the line.
        """
        line = _Line()
        line.add(gutter.text, gutter.tone)
        line.blanks(GUTTER - cell_len(gutter.text))
        for column, width, (text, tone) in zip(self.columns, self.widths, cells, strict=True):
            if not width:
                continue
            label = cut(text, width)
            padding = width - cell_len(label)
            line.blanks(padding if column.right else 0)
            line.add(label, tone)
            line.blanks(GAP if column.right else padding + GAP)
        return line.runs(self._width)

    def _title(self, column: Column, width: int | None = None) -> str:
        arrow = f" {self._sort[1]}" if self._sort and self._sort[0] == column.id else ""
        title = column.title if width is None else cut(column.title, width - len(arrow))
        return title + arrow


class _Line:
    """A line under way: runs of one tone each."""

    def __init__(self) -> None:
        self._runs: list[tuple[str, Tone]] = []
        self._text = ""
        self._tone: Tone | None = None

    def blanks(self, count: int) -> None:
        self._text += " " * count

    def add(self, text: str, tone: Tone) -> None:
        if text and self._tone not in (None, tone):
            self._end()
        if text:
            self._text += text
            self._tone = tone

    def runs(self, width: int) -> list[tuple[str, Tone]]:
        """What was added, cut or filled to so many cells."""
        used = sum(cell_len(text) for text, _ in self._runs)
        self._text = set_cell_size(self._text, max(width - used, 0))
        self._end()
        return self._runs

    def _end(self) -> None:
        self._runs.append((self._text, self._tone or Tone.PLAIN))
        self._text = ""


def _aligned(text: str, width: int, right: bool) -> str:
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding
