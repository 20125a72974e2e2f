"""The lines that a log view holds: bounded, numbered for good, and measured for wrapping a few at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from rich.cells import cell_len
from rich.style import Style

from widgets.sgr import LONGEST_LINE, Painted, parse, plain_text
from widgets.text import Shown, shown
from widgets.wrapping import height

BUDGET = 16 * 1024 * 1024
"""Bytes of text kept at most, whatever the number of lines."""

LONGEST_STAMP = 40

_OVERHEAD = 160  # bytes of a line beside its characters: string, tuple, list entries


class LogText(NamedTuple):
    """One line as it came from outside: raw text, which stream it is from, and when it was written."""

    text: str
    tone: Literal["out", "err", "note"] = "out"
    stamp: str = ""


def painted(line: LogText, stamps: bool, stamp_style: Style | None = None) -> Painted:
    """What of `line` is painted: its text, after its stamp when `stamps` are on."""
    body = parse(line.text)
    if not stamps or not line.stamp:
        return body
    stamp = shown(line.stamp, LONGEST_STAMP)
    shift = len(stamp) + 1
    spans = tuple((start + shift, end + shift, style) for start, end, style in body.spans)
    if stamp_style is not None:
        spans = ((0, len(stamp), stamp_style), *spans)
    return Painted(Shown(f"{stamp} {body.plain}"), spans)


def seen_text(line: LogText, stamps: bool) -> str:
    """The text alone of `painted(line, stamps)`."""
    body = plain_text(line.text)
    return f"{shown(line.stamp, LONGEST_STAMP)} {body}" if stamps and line.stamp else body


class LogLines:
    """The last lines of a log. A line keeps its number for good; a row is a line of the screen, from 0.

    Unwrapped, a line is one row. Wrapped, rows are estimated at first, and `measure` makes them exact.
    """

    def __init__(self, limit: int, budget: int = BUDGET) -> None:
        self.limit = max(1, limit)
        self.budget = budget
        self.first = 0
        """The number of the oldest line kept: how many have been let go."""
        self.width = 0
        """Cells at which lines are wrapped; 0 when they are not."""
        self.stamps = False
        self._lines: list[LogText] = []
        self._bytes = 0
        # Rows of each line, negative while estimated, and the row at which each starts (one more than lines).
        self._heights: list[int] = []
        self._tops: list[int] = [0]
        self._unmeasured = 0

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, number: int) -> LogText:
        return self._lines[number - self.first]

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self.first + len(self._lines)

    @property
    def rows(self) -> int:
        """The height of all lines."""
        return self._tops[-1] - self._tops[0] if self.width else len(self._lines)

    def append(self, lines: Sequence[LogText]) -> None:
        """Add lines at the end and let go of the oldest beyond the limit or the budget."""
        if len(lines) > self.limit:
            skipped = len(lines) - self.limit
            self._drop(len(self._lines))
            self.first += skipped
            lines = lines[skipped:]
        for line in lines:
            if len(line.text) > LONGEST_LINE or len(line.stamp) > LONGEST_STAMP:
                line = _cut(line)
            self._lines.append(line)
            self._bytes += _cost(line)
            if self.width:
                self._heights.append(self._estimate(line))
                self._tops.append(self._tops[-1] + abs(self._heights[-1]))
        surplus = max(0, len(self._lines) - self.limit)
        spare = self._bytes - sum(map(_cost, self._lines[:surplus])) - self.budget
        while spare > 0 and surplus < len(self._lines) - 1:
            spare -= _cost(self._lines[surplus])
            surplus += 1
        self._drop(surplus)

    def clear(self) -> None:
        """Let go of all lines; numbers go on."""
        self._drop(len(self._lines))

    def lay_out(self, width: int, stamps: bool) -> None:
        """Wrap lines at `width` cells, or not at all at 0."""
        if (width, stamps) == (self.width, self.stamps):
            return
        self.width = width
        self.stamps = stamps
        self._unmeasured = 0
        self._heights = [self._estimate(line) for line in self._lines] if width else []
        self._stack()

    def row(self, number: int, part: int = 0) -> int:
        """Where row `part` of a line stands, or its last row; 0 when that line is gone."""
        index = number - self.first
        if index < 0:
            return 0
        if not self.width or index >= len(self._lines):
            return min(index, self.rows)
        return self._tops[index] - self._tops[0] + min(part, abs(self._heights[index]) - 1)

    def at(self, row: int) -> tuple[int, int]:
        """The number of the line that covers `row`, and which of its rows that is."""
        row = min(max(0, row), max(0, self.rows - 1))
        if not self.width:
            return self.first + row, 0
        index = bisect_right(self._tops, row + self._tops[0]) - 1
        return self.first + index, row + self._tops[0] - self._tops[index]

    def measure(self, numbers: range) -> bool:
        """Make the rows of these lines exact; true when that moved anything."""
        if not self._unmeasured:
            return False
        start = max(0, numbers.start - self.first)
        moved = False
        for index in range(start, min(numbers.stop - self.first, len(self._heights))):
            if self._heights[index] < 0:
                moved |= self._measure(index)
        if moved:
            self._stack(start)
        return moved

    def _measure(self, index: int) -> bool:
        rows = height(seen_text(self._lines[index], self.stamps), self.width)
        moved = rows != -self._heights[index]
        self._heights[index] = rows
        self._unmeasured -= 1
        return moved

    def _estimate(self, line: LogText) -> int:
        """Rows of a line: exact where that is free, else a negative guess."""
        stamp = cell_len(shown(line.stamp, LONGEST_STAMP)) + 1 if self.stamps and line.stamp else 0
        rows = max(1, -(-(len(line.text) + stamp) // self.width))
        if line.text.isascii() and line.text.isprintable() and line.stamp.isascii():
            return rows
        self._unmeasured += 1
        return -rows

    def _stack(self, start: int = 0) -> None:
        self._tops[start:] = accumulate(map(abs, self._heights[start:]), initial=self._tops[start])

    def _drop(self, count: int) -> None:
        if not count:
            return
        self._bytes -= sum(map(_cost, self._lines[:count]))
        del self._lines[:count]
        self.first += count
        if self.width:
            self._unmeasured -= sum(rows < 0 for rows in self._heights[:count])
            del self._heights[:count]
            del self._tops[:count]


def _cut(line: LogText) -> LogText:
    text = line.text if len(line.text) <= LONGEST_LINE else line.text[: LONGEST_LINE - 1] + "…"
    return line._replace(text=text, stamp=line.stamp[:LONGEST_STAMP])


def _cost(line: LogText) -> int:
    """Bytes that a line takes at most."""
    text, _, stamp = line
    return len(text) * (1 if text.isascii() else 4) + len(stamp) + _OVERHEAD
