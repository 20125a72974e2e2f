"""The lines of a log that are held: a bounded window of it, each line numbered for good."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Literal, NamedTuple

from widgets.sgr import LONGEST_LINE

BUDGET = 16 * 1024 * 1024
"""Bytes of text kept at most, whatever the number of lines."""

_OVERHEAD = 160  # bytes of a line beside its characters: string, tuple, time, list entry


class LogText(NamedTuple):
    """One line as it came from outside: raw text, and where and when it was written."""

    text: str
    tone: Literal["out", "err", "note", "rule"] = "out"
    """The stream; a note is said about the log, and a rule parts it."""
    at: int = 0
    """Nanoseconds since the epoch, 0 when not known."""
    source: int = 0
    """Which of several logs it is from; notes and rules of none have -1."""


class Kept:
    """Lines by number. Those that come at one end push out those at the other.

    Lines of one `at` go together, so that all that is before, or after, the lines kept can be told by time.
    """

    def __init__(self, limit: int, budget: int = BUDGET) -> None:
        self.limit = max(1, limit)
        self.budget = budget
        self.first = 0
        """The number of the oldest line kept; negative when older lines came later."""
        self._lines: list[LogText] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, number: int) -> LogText:
        return self._lines[number - self.first]

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self.first + len(self._lines)

    @property
    def room(self) -> int:
        """How many lines, each as long as those kept are on the average, can come before one must go."""
        average = max(_OVERHEAD, self._bytes // max(1, len(self._lines)))
        return max(0, min(self.limit - len(self._lines), (self.budget - self._bytes) // average))

    def since(self, number: int) -> Sequence[LogText]:
        """The lines from a number on."""
        return self._lines[max(0, number - self.first) :]

    def append(self, lines: Sequence[LogText]) -> int:
        """Add lines at the end; tell how many of the oldest are let go."""
        before = len(self._lines)
        self._lines += self._taken(lines)
        surplus = self._surplus(range(len(self._lines) - 1))
        self._let_go(slice(0, surplus))
        self.first += surplus
        return min(surplus, before)

    def prepend(self, lines: Sequence[LogText]) -> int:
        """Add lines at the start; tell how many of the newest are let go."""
        before = len(self._lines)
        self._lines[:0] = self._taken(lines)
        self.first -= len(lines)
        surplus = self._surplus(range(len(self._lines) - 1, 0, -1))
        self._let_go(slice(len(self._lines) - surplus, None))
        return min(surplus, before)

    def clear(self) -> None:
        """Let go of all lines; numbers go on."""
        self.first = self.end
        self._lines.clear()
        self._bytes = 0

    def _taken(self, lines: Sequence[LogText]) -> Sequence[LogText]:
        if any(len(line[0]) > LONGEST_LINE for line in lines):
            lines = [_cut(line) for line in lines]
        self._bytes += _cost(lines)
        return lines

    def _surplus(self, order: range) -> int:
        """How many lines must go, in this order."""
        lines = self._lines
        surplus = max(0, len(lines) - self.limit)
        spare = self._bytes - self.budget
        if spare > 0:
            spare -= _cost([lines[index] for index in islice(order, surplus)])
            while spare > 0 and surplus < len(order):
                spare -= _cost([lines[order[surplus]]])
                surplus += 1
        if not surplus:
            return 0
        # of lines that were written at one moment none is left behind, unless all are of that moment
        at = lines[order[surplus - 1]].at
        whole = surplus
        while at and whole < len(order) and lines[order[whole]].at == at:
            whole += 1
        return whole if whole < len(order) else surplus

    def _let_go(self, which: slice) -> None:
        self._bytes -= _cost(self._lines[which])
        del self._lines[which]


def _cut(line: LogText) -> LogText:
    if len(line.text) <= LONGEST_LINE:
        return line
    return line._replace(text=line.text[: LONGEST_LINE - 1] + "…")


def _cost(lines: Sequence[LogText]) -> int:
    """Bytes that lines take at most."""
    return sum([len(text) if text.isascii() else 4 * len(text) for text, _, _, _ in lines]) + (
        _OVERHEAD * len(lines)
    )
