"""The lines that a log view shows, of those it keeps: measured for wrapping a few at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from widgets.log_body import body_text, is_literal
from widgets.log_kept import BUDGET, Kept, LogText
from widgets.log_sieve import Passage, key
from widgets.wrapping import height

GAP = -1
"""The row of a line that tells that others before it are not shown."""


class LogLines:
    """Rows of the screen, from 0, and which line stands where; a line keeps its number for good.

    Unwrapped, a line is one row. Wrapped, rows are estimated at first, and `measure` makes them exact.
    """

    def __init__(self, limit: int, budget: int = BUDGET) -> None:
        self.kept = Kept(limit, budget)
        self.passage = Passage()
        self.width = 0
        """Cells at which lines are wrapped; 0 when they are not."""
        self.fields = False
        """Lines that have fields are shown as these."""
        # What is shown, as keys in order; None when that is all that is kept.
        self._keys: list[int] | None = None
        # Rows of each entry, negative while estimated, and the row at which each starts and the last ends.
        self._heights: list[int] = []
        self._tops: list[int] = [0]
        self._unmeasured = 0

    def __len__(self) -> int:
        """How many lines are kept."""
        return len(self.kept)

    def __getitem__(self, number: int) -> LogText:
        return self.kept[number]

    @property
    def entries(self) -> int:
        """How many lines and gaps are shown."""
        return len(self.kept) if self._keys is None else len(self._keys)

    @property
    def rows(self) -> int:
        """The height of all that is shown."""
        return self._tops[-1] - self._tops[0] if self.width else self.entries

    @property
    def shown(self) -> Sequence[int]:
        """The numbers of the lines shown, in order."""
        if self._keys is None:
            return range(self.kept.first, self.kept.end)
        return [at >> 1 for at in self._keys if not at & 1]

    @property
    def count(self) -> int:
        """How many lines are shown."""
        return self.entries - self._gaps_before(self.entries)

    def append(self, lines: Sequence[LogText]) -> int:
        """Add lines at the end; tell how many of the oldest were let go."""
        kept = self.kept
        end = kept.end
        gone = kept.append(lines)
        if self._keys is None:
            self._drop_start(gone)
            added = kept.since(end)
            self._measure_later(added)
        else:
            keys = self.passage.keys(kept.since(end), max(end, kept.first))
            self._keys += keys
            self._measure_later(
                [None if at & 1 else kept[at >> 1] if at >> 1 >= kept.first else None for at in keys]
            )
            self._drop_start(bisect_left(self._keys, key(kept.first)))
            if self._keys and self._keys[0] & 1:
                self._drop_start(1)
        return gone

    def prepend(self, lines: Sequence[LogText]) -> int:
        """Add lines at the start; tell how many of the newest were let go."""
        gone = self.kept.prepend(lines)
        self.sift()
        return gone

    def clear(self) -> None:
        """Let go of all lines; numbers go on."""
        self.kept.clear()
        self.sift()

    def sift(self) -> None:
        """Find anew what is shown: other lines are kept, or `passage` lets others through."""
        kept, passage = self.kept, self.passage
        passage.start()
        self._keys = None if passage.open else passage.keys(kept.since(kept.first), kept.first)
        self._estimate_all()

    def lay_out(self, width: int, fields: bool) -> None:
        """Wrap lines at `width` cells, or not at all at 0."""
        if (width, fields) == (self.width, self.fields):
            return
        self.width = width
        self.fields = fields
        self._estimate_all()

    def row(self, number: int, part: int = 0) -> int:
        """Where row `part` of a line stands, or its last row; of one not shown that of the next one."""
        index = self._index(number)
        if part == GAP:
            return self._top(index) - (1 if index and self._is_gap(index - 1) else 0)
        if index >= self.entries or not self.width:
            return self._top(index)
        return self._top(index) + min(part, abs(self._heights[index]) - 1)

    def height(self, number: int) -> int:
        """How many rows a line takes, as far as is known."""
        index = self._index(number)
        return abs(self._heights[index]) if self.width and index < self.entries else 1

    def at(self, row: int) -> tuple[int, int]:
        """The line that covers `row`, and which of its rows that is: GAP when it tells of a gap before it."""
        row = min(max(0, row), max(0, self.rows - 1))
        index, part = row, 0
        if self.width:
            index = max(0, bisect_right(self._tops, row + self._tops[0]) - 1)
            part = row + self._tops[0] - self._tops[index]
        if self._keys is None:
            return self.kept.first + index, part
        if not self._keys:
            return self.kept.first, 0
        at = self._keys[index]
        return (at + 1 >> 1, GAP) if at & 1 else (at >> 1, part)

    def ordinal(self, number: int) -> int:
        """Which of the lines shown this is, from 1."""
        index = self._index(number)
        return index - self._gaps_before(index) + 1

    def nearest(self, number: int) -> int | None:
        """The line shown that is this one, or the next one, else the last; None when there is none."""
        return self.step(number, 0)

    def step(self, number: int, lines: int) -> int | None:
        """The line shown that is some lines further on, or the last one that way; None when there is none."""
        if not self.entries:
            return None
        if self._keys is None:
            return min(max(self.kept.first, number + lines), self.kept.end - 1)
        index = min(self._index(number), self.entries - 1)
        way = 1 if lines > 0 else -1
        for _ in range(abs(lines)):
            after = index + way
            if 0 <= after < self.entries and self._is_gap(after):
                after += way
            if not 0 <= after < self.entries:
                break
            index = after
        return self._keys[index] >> 1

    def between(self, one: int, other: int) -> Sequence[int]:
        """The lines shown from one to another, whichever is first."""
        first, last = sorted((one, other))
        if self._keys is None:
            return range(max(first, self.kept.first), min(last + 1, self.kept.end))
        keys = self._keys[bisect_left(self._keys, key(first)) : bisect_right(self._keys, key(last))]
        return [at >> 1 for at in keys if not at & 1]

    def measure(self, rows: range) -> bool:
        """Make the height of what covers these rows exact; true when that moved anything."""
        if not self._unmeasured or not self.entries:
            return False
        base, last = self._tops[0], len(self._heights) - 1
        start = max(0, bisect_right(self._tops, rows.start + base) - 1)
        moved = False
        for index in range(start, min(last, bisect_right(self._tops, rows.stop + base)) + 1):
            if self._heights[index] < 0:
                moved |= self._measure(index)
        if moved:
            self._stack(start)
        return moved

    # entries

    def _index(self, number: int) -> int:
        """The place of a line among what is shown, or of the next one."""
        if self._keys is None:
            return min(max(0, number - self.kept.first), len(self.kept))
        index = bisect_left(self._keys, key(number))
        return index + 1 if index < len(self._keys) and self._is_gap(index) else index

    def _is_gap(self, index: int) -> bool:
        return self._keys is not None and bool(self._keys[index] & 1)

    def _gaps_before(self, index: int) -> int:
        if self._keys is None or not self.passage.choice.context:
            return 0
        return sum([at & 1 for at in self._keys[:index]])

    def _line(self, index: int) -> LogText | None:
        if self._keys is None:
            return self.kept[self.kept.first + index]
        return None if self._is_gap(index) else self.kept[self._keys[index] >> 1]

    def _top(self, index: int) -> int:
        return self._tops[index] - self._tops[0] if self.width else index

    def _drop_start(self, count: int) -> None:
        if not count:
            return
        if self._keys is not None:
            del self._keys[:count]
        if self.width:
            self._unmeasured -= sum([rows < 0 for rows in self._heights[:count]])
            del self._heights[:count]
            del self._tops[:count]

    # heights

    def _measure(self, index: int) -> bool:
        line = self._line(index)
        rows = height(body_text(line, self.fields), self.width) if line is not None else 1
        moved = rows != -self._heights[index]
        self._heights[index] = rows
        self._unmeasured -= 1
        return moved

    def _measure_later(self, lines: Iterable[LogText | None]) -> None:
        if not self.width:
            return
        for line in lines:
            self._heights.append(self._estimate(line))
            self._tops.append(self._tops[-1] + abs(self._heights[-1]))

    def _estimate_all(self) -> None:
        self._unmeasured = 0
        self._heights = []
        self._tops = [0]
        self._measure_later(self._line(index) for index in range(self.entries if self.width else 0))

    def _estimate(self, line: LogText | None) -> int:
        """Rows of an entry: exact where that is free, else a negative guess."""
        if line is None or line.tone == "rule":
            return 1
        rows = max(1, -(-len(line.text) // self.width))
        if is_literal(line, self.fields):
            return rows
        self._unmeasured += 1
        return -rows

    def _stack(self, start: int = 0) -> None:
        self._tops[start:] = accumulate(map(abs, self._heights[start:]), initial=self._tops[start])
