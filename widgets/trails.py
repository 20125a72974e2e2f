"""Several values of one kind over time, each a row; or only their newest, where there are more than rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from widgets.chart_canvas import columns, newest, trail
from widgets.painted import Painted, Run
from widgets.table_layout import cut
from widgets.text import Shown

LEAST_TRAIL = 8
"""Cells of a row that is worth to be drawn."""
GAP = 2
"""Cells between two values on one line."""


class Paths(NamedTuple):
    """What trails show; the value at the top of each is 100."""

    times: Sequence[float]
    """When the values were read, in epoch seconds, rising."""
    values: Sequence[Sequence[float]] = ()
    """Of each trail one value, in percent, for each time; UNKNOWN where there is none."""
    span: float = 60.0
    """How far back they reach, in seconds."""
    now: float = 0.0
    """The time at their right edge, in epoch seconds."""


class Trails(Painted):
    """Numbered trails below each other under one name; without any, a word that says why."""

    PREFIX = "trails"
    COMPONENT_CLASSES = {"trails--name", "trails--line", "trails--value", "trails--note"}
    DEFAULT_CSS = """
    Trails {
        height: 1;
        & > .trails--name { color: $text-muted; }
        & > .trails--line { color: $text-accent; }
        & > .trails--value { color: $foreground; }
        & > .trails--note { color: $text-muted; }
    }
    """

    def __init__(
        self,
        name: Shown,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`name` is what one of them is called, its number stands behind it."""
        super().__init__(id=id)
        self._word = name
        self._paths = Paths(())
        self._note = Shown("")

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._paths.values)

    def show(self, paths: Paths, note: Shown) -> None:
        """Show these from now on, and the note while there are none."""
        self._paths, self._note = paths, note
        self.update_lines()

    def lines(self, width: int, height: int) -> Iterator[list[Run]]:
        """A row each, or the newest values."""
        paths = self._paths
        last = [newest(values) for values in paths.values]
        names = [f"{self._word} {number:>{len(str(len(last) - 1))}}" for number in range(len(last))]
        room = width - (cell_len(names[0]) if names else 0) - 8
        if not last:
            yield [(cut(self._note, width), "note")]
        elif len(last) <= height and room >= LEAST_TRAIL:
            for name, values, value in zip(names, paths.values, last, strict=True):
                parts = columns(paths.times, values, span=paths.span, now=paths.now, count=room)
                yield [(f"{name} ", "name"), (trail(parts, 100), "line"), (f"{_percent(value):>7}", "value")]
        else:
            yield from self._packed(last, width, height)

    def _packed(self, last: Sequence[float], width: int, height: int) -> Iterator[list[Run]]:
        """Only the newest values, as many on a line as fit; how many more there are at the end."""
        digits = len(str(len(last) - 1))
        head = f"{self._word}s  "
        fitting = packed(len(last), width - cell_len(head))
        room = fitting * height
        for first in range(0, min(len(last), room), fitting):
            runs: list[Run] = [(head if not first else " " * cell_len(head), "name")]
            for number in range(first, min(first + fitting, len(last))):
                value = last[number]
                if number == room - 1 and len(last) > room:
                    runs.append((f"+{len(last) - number} more", "note"))
                    break
                runs += [
                    (f"{number:>{digits}} ", "name"),
                    (trail([value], 100), "line"),
                    (f"{_percent(value):>6}{' ' * GAP}", "value"),
                ]
            yield runs


def packed(count: int, width: int) -> int:
    """How many of so many values without a row of their own stand on one line."""
    one = len(str(count - 1)) + len(" ▁ 100 %") + GAP
    return max((width + GAP) // one, 1)


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0f} %"
