"""A chart of values over time: an area above its axis, maybe another one below, and a scale beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len

from widgets.chart_canvas import Scale, area, columns, most_of, newest, row_of, scale, tick_rows
from widgets.painted import Painted, Run
from widgets.table_layout import cut
from widgets.text import Shown

NONE: Shown = Shown("–")
"""Stands for a value that is not known."""
UNLABELLED = 16
"""Narrower charts have no scale beside them."""
LEAST_LABEL = 5
FEW_ROWS, SOME_ROWS = 3, 6
"""Up to so many rows have one step, or two."""


class Series(NamedTuple):
    """Values over the times of a chart."""

    name: Shown
    values: Sequence[float]
    """One for each time; UNKNOWN where there is none."""


class Limit(NamedTuple):
    """A line across a chart."""

    value: float
    label: Shown


class Plot(NamedTuple):
    """What a chart shows."""

    times: Sequence[float]
    """When the values were read, in epoch seconds, rising."""
    above: Series
    below: Series | None = None
    """Drawn downwards, on the same scale."""
    limit: Limit | None = None
    span: float = 60.0
    """How far back it reaches, in seconds."""
    now: float = 0.0
    """The time at its right edge, in epoch seconds."""
    begin: Shown = Shown("")
    end: Shown = Shown("now")
    """What the times at its edges are called."""


class Chart(Painted):
    """One chart, which repaints the lines that look different when it is given other values.

    The first line has the title, and the newest value in words at its right; the last one has the times.
    """

    PREFIX = "chart"
    COMPONENT_CLASSES = {
        *(f"chart--{part}" for part in ("title", "value", "above", "below", "axis", "limit")),
    }
    DEFAULT_CSS = """
    Chart {
        height: 8;
        & > .chart--title { color: $foreground; text-style: bold; }
        & > .chart--value { color: $foreground; }
        & > .chart--above { color: $text-accent; }
        & > .chart--below { color: $text-success; }
        & > .chart--axis { color: $text-muted; }
        & > .chart--limit { color: $text-warning; }
    }
    """

    def __init__(
        self,
        title: Shown,
        unit: Callable[[float], str],
        *,
        least: float = 1.0,
        binary: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`unit` writes a value of 0 or more in words.

        The scale never ends below `least`; its steps are powers of two where `binary`.
        """
        super().__init__(id=id)
        self._title = title
        self._unit = unit
        self._least = least
        self._binary = binary
        self._plot = Plot((), Series(Shown(""), ()))

    def show(self, plot: Plot) -> None:
        """Show these values from now on."""
        self._plot = plot
        self.update_lines()

    def lines(self, width: int, height: int) -> Iterator[list[Run]]:
        """Title and newest values, the areas beside their scale, the times."""
        if height > 0:
            yield self._head(width)
        rows = height - 2
        if rows > 0:
            plot = self._plot
            under = rows // 2 if plot.below is not None else 0
            over = rows - under
            axis = self._scale(under or over)
            label_width = self._label_width(axis, width)
            yield from self._body(axis, over, under, label_width, width - label_width - 1)
            yield self._foot(label_width, width)
        elif height == 2:
            yield self._foot(0, width)

    def _head(self, width: int) -> list[Run]:
        """The title, and the newest values as fully as there is room for."""
        series = self._series
        values = [self._words(newest(one.values)) for one in series]
        if len(series) > 1:
            signed = list(zip("▲▼", series, values, strict=False))
            choices = [
                "  ".join(f"{sign} {one.name} {value}" for sign, one, value in signed),
                "  ".join(f"{sign} {value}" for sign, _, value in signed),
            ]
        else:
            choices = [values[0]]
        room = width - cell_len(self._title) - 2
        words = next((words for words in choices if cell_len(words) <= room), choices[-1])
        title = cut(self._title, max(width - cell_len(words) - 2, 0))
        gap = max(width - cell_len(title) - cell_len(words), 0)
        return [(title, "title"), (" " * gap, "axis"), (cut(words, width), "value")]

    def _body(self, axis: Scale, over: int, under: int, label_width: int, room: int) -> Iterator[list[Run]]:
        """Rows above the axis, and rows below it."""
        plot = self._plot
        marked = tick_rows(axis, over)
        if under:
            # the axis itself has no row: 0 stands beside the last one above it
            marked |= {over + under - 1 - row: tick for row, tick in tick_rows(axis, under).items() if tick}
        drawn = [(text, "above") for text in self._area(plot.above, axis, over, room)]
        if plot.below is not None and under:
            drawn += [(text, "below") for text in self._area(plot.below, axis, under, room, below=True)]
        limit = plot.limit
        for row, (text, part) in enumerate(drawn):
            label = self._words(marked[row]) if row in marked and label_width else ""
            edge = "┤" if row in marked else "│"
            crossed = limit is not None and row == row_of(limit.value, axis, over)
            yield [
                (f"{label:>{label_width}}{edge}", "axis"),
                *(_crossed(text, limit.label) if limit is not None and crossed else [(text, part)]),
            ]

    def _area(
        self, series: Series, axis: Scale, rows: int, room: int, *, below: bool = False
    ) -> Sequence[str]:
        if room <= 0:
            return [""] * rows
        plot = self._plot
        values = columns(plot.times, series.values, span=plot.span, now=plot.now, count=room)
        return area(values, axis.top, rows, below=below)

    def _foot(self, label_width: int, width: int) -> list[Run]:
        """The times."""
        first, last = self._plot.begin, self._plot.end
        room = width - label_width - 1
        if cell_len(first) + cell_len(last) + 4 > room:
            line = cut(last, room).rjust(max(room, 0), "─")
        else:
            line = f" {first} {'─' * (room - cell_len(first) - cell_len(last) - 3)} {last}"
        return [(f"{' ' * label_width}└{line}", "axis")]

    @property
    def _series(self) -> Sequence[Series]:
        plot = self._plot
        return (plot.above,) if plot.below is None else (plot.above, plot.below)

    def _scale(self, rows: int) -> Scale:
        """The scale of everything in view."""
        plot = self._plot
        span, now = plot.span, plot.now
        most = max(most_of(plot.times, series.values, span=span, now=now) for series in self._series)
        most = max(most, self._least)
        if plot.limit is not None:
            most = max(most, plot.limit.value)
        steps = 1 if rows < FEW_ROWS else 2 if rows < SOME_ROWS else 3
        return scale(most, steps, binary=self._binary)

    def _label_width(self, axis: Scale, width: int) -> int:
        if width < UNLABELLED:
            return 0
        return max(LEAST_LABEL, *(cell_len(self._words(tick)) for tick in axis.ticks))

    def _words(self, value: float) -> str:
        return self._unit(value) if not math.isnan(value) else NONE


def _crossed(text: str, label: Shown) -> list[Run]:
    """A row with a line through what is free of it, and the line's label at its end or its beginning."""
    words = f" {label} "
    room = len(text) - cell_len(words)
    if room > 0 and not text[room:].strip():
        return [*_through(text[:room]), (words, "limit")]
    if room > 0 and not text[: len(text) - room].strip():
        return [(words, "limit"), *_through(text[len(text) - room :])]
    return _through(text)


def _through(text: str) -> list[Run]:
    runs = ("".join(group) for _, group in groupby(text, str.isspace))
    return [("┄" * len(run), "limit") if run.isspace() else (run, "above") for run in runs]
