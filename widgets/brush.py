"""Lines of a terminal's screen, cell by cell, and the fewest bytes that paint the changed ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category

from rich.cells import cell_len, get_character_cell_size

from widgets.pen import PLAIN, Pen, change

UNKNOWN = "\0"
"""In place of a cell's text: nobody knows what stands there."""
JOINER = "\u200d"
PICTURES = "\U0001f000"
"""The first of the emoji's block."""


class Line:
    """One line of the screen: the text and the pen of each cell. A wide character's other cells hold ""."""

    __slots__ = ("pens", "text")

    def __init__(self, text: list[str], pens: list[Pen]) -> None:
        self.text = text
        self.pens = pens

    def copy(self) -> Line:
        return Line(self.text[:], self.pens[:])

    def grow(self, length: int) -> None:
        """Have cells up to there, unknown ones where there were none."""
        missing = length - len(self.text)
        if missing > 0:
            self.text += [UNKNOWN] * missing
            self.pens += [PLAIN] * missing

    def put(self, x: int, cells: tuple[str, ...], with_pen: Pen) -> None:
        """Write from column x on. Of a wide character that is half covered, nothing is known any more."""
        end = x + len(cells)
        self.grow(end)
        for start, step in ((x, -1), (end, 1)):
            if start < len(self.text) and self.text[start] == "":
                at = start if step > 0 else start - 1
                while at < len(self.text) and self.text[at] == "":
                    self.text[at] = UNKNOWN
                    at += step
                if step < 0:
                    self.text[at] = UNKNOWN
        self.text[x:end] = cells
        self.pens[x:end] = [with_pen] * len(cells)

    def differs(self, old: Line) -> list[int]:
        """The columns in which it looks other than `old`, which is as long."""
        return [
            column
            for column, (text, ink, was, had) in enumerate(
                zip(self.text, self.pens, old.text, old.pens, strict=True)
            )
            if (text != was or (ink is not had and not _alike(text, ink, had))) and text != UNKNOWN
        ]

    def due(self, columns: list[int]) -> list[int]:
        """The columns to write when these are to change: whole characters, and what they may spill over."""
        if _even(self.text):
            return columns
        due = set(columns)
        for column, text in enumerate(self.text):
            if text == "" and column - 1 in due:
                due.add(column)
            elif column in due and _doubtful(text):
                due.update(range(column, min(column + 2 * len(text), len(self.text))))
        return sorted(column for column in due if self.text[column] != UNKNOWN)


def _alike(text: str, one: Pen, other: Pen) -> bool:
    """Whether a text looks the same with both pens."""
    if text == " " and one.ground == other.ground and not one.marks_blanks and not other.marks_blanks:
        return True
    return one == other


@lru_cache(maxsize=1024)
def in_cells(text: str) -> tuple[str, ...] | None:
    """A text cell by cell, a wide character's other cells as ""; None when that cannot be said."""
    if text.isascii():
        return tuple(text)
    clusters: list[str] = []
    for character in text:
        if get_character_cell_size(character) == 0 or (clusters and clusters[-1].endswith(JOINER)):
            if not clusters:
                return None
            clusters[-1] += character
        else:
            clusters.append(character)
    cells: list[str] = []
    for cluster in clusters:
        cells += (cluster, *[""] * (cell_len(cluster) - 1))
    return tuple(cells) if len(cells) == cell_len(text) else None


def _even(cells: list[str]) -> bool:
    """Whether each holds one character that every terminal draws in one cell."""
    return not any(text == "" or _doubtful(text) for text in set(cells))


@lru_cache(maxsize=4096)
def _doubtful(cell: str) -> bool:
    """Whether terminals disagree on how many columns this takes: combined characters, emoji, private ones."""
    if len(cell) != 1 or cell.isascii():
        return len(cell) > 1
    group = category(cell)[0]
    return group in "MC" or (group != "L" and (cell_len(cell) != 1 or cell >= PICTURES))


class _Run(NamedTuple):
    """Cells beside each other that are written at once."""

    x: int
    width: int
    text: str
    ink: Pen
    doubtful: bool = False


def _runs(line: Line, start: int, end: int) -> Iterator[_Run]:
    """The cells from one column to another, cut where the pen changes and around what is doubtful."""
    even = _even(line.text[start:end])
    while start < end:
        ink, stop = line.pens[start], start + 1
        while stop < end and line.pens[stop] is ink:
            stop += 1
        for column in () if even else range(start, stop):
            if _doubtful(text := line.text[column]):
                if start < column:
                    yield _Run(start, column - start, "".join(line.text[start:column]), ink)
                start = column + max(1, cell_len(text))
                yield _Run(column, start - column, text, ink, doubtful=True)
        if start < stop:
            yield _Run(start, stop - start, "".join(line.text[start:stop]), ink)
        start = stop


def _inked(runs: Iterable[_Run]) -> list[tuple[_Run, Pen | None]]:
    """Each run with the pen to take for it; None where only the ground matters: it is blank.

    Blanks before a text take its pen with them if that looks the same, so that it is said once.
    """
    inked: list[tuple[_Run, Pen | None]] = []
    after: Pen | None = None
    for run in reversed([*runs]):
        if run.ink.marks_blanks or run.text.strip(" "):
            after = run.ink
        elif after is not None and not _alike(" ", run.ink, after):
            after = None
        inked.append((run, after))
    return inked[::-1]


class Brush:
    """Where the terminal's cursor stands, what its pen is, and the sequences that move and change them."""

    def __init__(self) -> None:
        self._x = self._y = -1
        self._pen = PLAIN
        self._out: list[str] = []
        self._right = 0
        """One past the last column that was ever written: the cursor's place is doubtful there."""

    def lost(self) -> None:
        """Nobody knows where the cursor stands."""
        self._x = self._y = -1
        self._right = 0

    def taken(self) -> str:
        """What was painted; the pen is plain after it."""
        self._turn(PLAIN)
        painted, self._out = "".join(self._out), []
        return painted

    def move(self, x: int, y: int) -> None:
        """Go there, the shortest way."""
        if (x, y) == (self._x, self._y):
            return
        ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{_many(y + 1)}H"]
        if y == self._y:
            ways.append(f"\x1b[{_many(x + 1)}G")
            if self._x >= 0:
                ways.append(f"\x1b[{_many(abs(x - self._x))}{'C' if x > self._x else 'D'}")
        elif x == self._x and self._y >= 0:
            ways.append(f"\x1b[{_many(abs(y - self._y))}{'B' if y > self._y else 'A'}")
        self._out.append(min(ways, key=len))
        self._x, self._y = x, y

    def paint(self, y: int, line: Line, columns: list[int]) -> None:
        """Write these columns of a line, with those between that are cheaper written than jumped over."""
        start = before = columns[0]
        for column in columns[1:]:
            if column - before > 1 and not _cheap(line, before, column):
                self._write(y, line, start, before + 1)
                start = column
            before = column
        self._write(y, line, start, before + 1)

    def _write(self, y: int, line: Line, start: int, end: int) -> None:
        """Write the cells from one column to another."""
        for run, ink in _inked(_runs(line, start, end)):
            self.move(run.x, y)
            if ink is None:
                ink = run.ink if self._pen.marks_blanks else self._pen._replace(ground=run.ink.ground)
            self._turn(ink)
            if run.doubtful:
                # blanks first, should the terminal draw fewer cells; where its cursor is then, nobody knows
                self._out.append(f"{' ' * run.width}\x1b[{_many(run.x + 1)}G{run.text}")
                self._x = -1
            else:
                self._out.append(run.text)
                self._x += run.width
        if end >= self._right:
            self._right, self._x = end, -1

    def _turn(self, ink: Pen) -> None:
        """Take this pen."""
        if sequence := change(self._pen, ink):
            self._out.append(sequence)
        self._pen = ink


def _many(number: int) -> str:
    """A sequence's parameter, where 1 need not be said."""
    return str(number) if number != 1 else ""


def _cheap(line: Line, before: int, column: int) -> bool:
    """Whether the cells between two columns are written in fewer bytes than jumped over."""
    gap = range(before + 1, column)
    if len(gap) > 4:
        return False
    text = "".join(line.text[before + 1 : column])
    if UNKNOWN in text or (not text.isascii() and any(_doubtful(line.text[at]) for at in gap)):
        return False
    if not all(_alike(line.text[at], line.pens[at], line.pens[before]) for at in gap):
        return False
    return len(text.encode()) <= len(f"\x1b[{_many(len(gap))}C")
