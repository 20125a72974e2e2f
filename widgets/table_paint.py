"""Lines of a table, from cells to strips, painted once and remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import takewhile

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from widgets.table_layout import Cell, Column, ColumnFit, Tone
from widgets.text import shown

CELLS_KEPT, STRIPS_KEPT = 1000, 500
"""Rows whose cells, and whose painted lines, are remembered."""

BARE, CURSOR, MARKED, MARKED_CURSOR = shown(""), shown("▌"), shown("✓"), shown("▌✓")
"""What the gutter says of a row."""


class Painter:
    """Paints rows; asks `cells` for a row only when it must, `style` for a tone on the cursor's row or not.

    A strip is remembered by what stands in it, so a row whose new cells say the same is the same strip again.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[str], Sequence[Cell]],
        style: Callable[[str, bool], Style],
    ) -> None:
        self.fit = ColumnFit(columns)
        self._source = cells
        self._style = style
        self._cells: LRUCache[str, tuple[Cell, ...]] = LRUCache(CELLS_KEPT)
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(STRIPS_KEPT)
        self._styles: dict[tuple[str, bool], Style] = {}
        self._measured: set[str] = set()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Paint other columns; what is known of the old ones is forgotten."""
        width = self.fit.width
        self.fit = ColumnFit(columns)
        self.fit.width = width
        self.forget(None)
        self.forget_strips()

    def forget(self, keys: Collection[str] | None, *, wider: bool = True) -> None:
        """The cells of these rows (None: of all) may differ from now on, and be `wider`."""
        if keys is None:
            self._cells.clear()
            self._measured.clear()
            return
        changed = frozenset(keys)
        for key in changed.intersection(self._cells.keys()):
            self._cells.discard(key)
        if wider:
            self._measured -= changed

    def forget_strips(self) -> None:
        """The styles changed."""
        self._strips.clear()
        self._styles.clear()

    def measure(self, keys: Iterable[str], *, anew: bool = False) -> None:
        """Let the columns be wide enough for these rows; `anew`: and for no others."""
        if anew:
            self.fit.restart()
        if anew or len(self._measured) > CELLS_KEPT:
            self._measured.clear()
        for key in keys:
            if key not in self._measured:
                self._measured.add(key)
                self.fit.measure(self._cells_of(key))

    def header(self) -> Strip:
        """The line of titles."""
        return self._strip(("header", self.fit.header()), lambda: [(self.fit.header(), "header")])

    def blank(self) -> Strip:
        """A line below the last row."""
        width = self.fit.width
        return self._strip(("blank", width), lambda: [(" " * width, Tone.PLAIN)])

    def row(self, key: str, at_cursor: bool, marked: bool) -> Strip:
        """The line of one row."""
        cells = self._cells_of(key)
        known_by = (cells, at_cursor, marked, self.fit.widths, self.fit.width)
        return self._strip(known_by, lambda: self._row_runs(cells, at_cursor, marked), at_cursor)

    def _row_runs(self, cells: tuple[Cell, ...], at_cursor: bool, marked: bool) -> Sequence[tuple[str, str]]:
        if at_cursor:
            # On the cursor's bar only what warns keeps its colour: dim text is hard to read there.
            cells = tuple(
                Cell(text, Tone.PLAIN) if tone == Tone.DIM else Cell(text, tone) for text, tone in cells
            )
            return self.fit.runs(Cell(MARKED_CURSOR if marked else CURSOR), cells)
        return self.fit.runs(Cell(MARKED if marked else BARE, Tone.ACCENT), cells)

    def _strip(
        self,
        known_by: tuple[object, ...],
        runs: Callable[[], Sequence[tuple[str, str]]],
        at_cursor: bool = False,
    ) -> Strip:
        strip = self._strips.get(known_by)
        if strip is None:
            strip = Strip([Segment(text, self._styled(tone, at_cursor)) for text, tone in runs() if text])
            self._strips.set(known_by, strip)
        return strip

    def _styled(self, tone: str, at_cursor: bool) -> Style:
        # Textual works a style out anew each time, which takes longer than all else about a row
        style = self._styles.get((tone, at_cursor))
        if style is None:
            style = self._styles[tone, at_cursor] = self._style(tone, at_cursor)
        return style

    def _cells_of(self, key: str) -> tuple[Cell, ...]:
        cells = self._cells.get(key)
        if cells is None:
            cells = tuple(self._source(key))
            self._cells.set(key, cells)
        return cells


def difference(old: Strip, new: Strip) -> tuple[int, int]:
    """First cell and number of cells in which `new` looks different from `old`, which is not the same."""
    if old.cell_length != new.cell_length:
        return 0, new.cell_length
    ends = []
    for ours, theirs in ((old, new), (reversed(old), reversed(new))):
        same = takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False))
        ends.append(sum(segment.cell_length for segment, _ in same))
    return ends[0], new.cell_length - sum(ends)
