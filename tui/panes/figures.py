"""What containers use, as columns: as `docker stats` prints it, and how old each figure is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isnan

from tui.engine.figures import Figure, Trace
from tui.engine.models import Container
from tui.engine.store import Store
from tui.panes.kind import CellOf, Field, column, dim
from tui.panes.words import size
from widgets.table_layout import Tone

STATISTICS = "statistics"
"""What the columns need."""
OLD_SECONDS = 5.0
"""A figure older than this stays in the background."""
TOLD_SECONDS = 10.0
"""From so old on it says how old it is."""
UNKNOWN, ASKED = "–", "…"
"""What a stopped container has, and one whose figures have not come yet."""

MARKS = "▁▂▃▄▅▆▇█"
TREND_MARKS, MARK_SECONDS = 8, 15
"""A trend shows so many marks, each for so long: two minutes."""
_TOPS = (10, 25, 50, 100, 200, 400, 800, 1600, 3200, 6400)
"""What a full mark may stand for, in percent: few steps, so that marks stand still."""

CPU_CELLS = 9


def measured(container: Container) -> bool:
    """Whether the Engine has figures of it."""
    return container.state in ("running", "paused")


def latest(container: Container, store: Store) -> Figure | None:
    """Its newest figures; None when there are none, or it does not run."""
    if store.meters is None or not measured(container):
        return None
    return store.meters.latest(container.id)


def percent(value: float) -> str:
    """As `docker stats` prints it: "0.35%"."""
    return f"{value:.2f}%"


def mebibytes(count: int) -> str:
    """Bytes of memory as `docker stats` prints them: four digits, units of 1024, no space ("12.34MiB")."""
    value, units = float(count), ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.4g}{units[0]}"


def cpu_words(cpu: float | None, seconds: float) -> str:
    """Percent of one core, `seconds` ago; an old one says so, with fewer digits where there is no room."""
    if seconds < TOLD_SECONDS:
        return UNKNOWN if cpu is None else percent(cpu)
    old = f"{int(seconds)}s" if seconds < 60 else f"{min(int(seconds / 60), 99)}m"
    if cpu is None:
        return f"{UNKNOWN} {old}"
    words = (f"{cpu:.{digits}f}% {old}" for digits in (2, 1))
    return next((text for text in words if len(text) <= CPU_CELLS), f"{cpu:.0f}% {old}")


def trend(trace: Trace) -> str:
    """The processor's use up to the last reading, a mark for each quarter of a minute; "" without any."""
    times = trace.times
    if not times:
        return ""
    first = int(times[-1] // MARK_SECONDS) - TREND_MARKS + 1
    edges = [bisect_left(times, (first + mark) * MARK_SECONDS) for mark in range(TREND_MARKS + 1)]
    values = trace.series("cpu")
    means = [_mean(values[start:end]) for start, end in pairwise(edges)]
    peak = max((mean for mean in means if mean is not None), default=0.0)
    top = next((step for step in _TOPS if step >= peak), peak)
    return "".join(" " if mean is None else _mark(mean / top) for mean in means).lstrip()


def _mean(values: Sequence[float]) -> float | None:
    known = [value for value in values if not isnan(value)]
    return sum(known) / len(known) if known else None


def _mark(share: float) -> str:
    return MARKS[min(int(share * len(MARKS)), len(MARKS) - 1)]


def _cell(words: Callable[[Figure, float], str]) -> CellOf:
    """A cell that tells of a container's newest figures and their age in seconds."""

    def cell(model: Container, store: Store, now: float) -> tuple[str, Tone]:
        figure = latest(model, store)
        if figure is None:
            return dim(ASKED if measured(model) else UNKNOWN)
        text, old = words(figure, now - figure.at), now - figure.at > OLD_SECONDS
        return text, Tone.DIM if old or text == UNKNOWN else Tone.PLAIN

    return cell


def _trend(model: Container, store: Store, now: float) -> tuple[str, Tone]:
    trace = store.meters.trace(model.id) if store.meters is not None and measured(model) else None
    return dim(trend(trace) if trace is not None else "")


def _order(amount: Callable[[Figure], float | None]) -> Callable[[Container, Store], float | None]:
    """The order of the newest figures, those without one apart."""

    def order(model: Container, store: Store) -> float | None:
        figure = latest(model, store)
        return amount(figure) if figure is not None else None

    return order


def _cpu(figure: Figure) -> float | None:
    """As it is seen: rows that look the same keep their places."""
    return None if figure.cpu is None else round(figure.cpu, 2)


def _share(figure: Figure) -> float | None:
    return figure.memory / figure.memory_limit * 100 if figure.memory_limit else None


def _memory_share(figure: Figure, seconds: float) -> str:
    share = _share(figure)
    return percent(share) if share is not None else UNKNOWN


def _field(
    ident: str,
    cells: int,
    words: Callable[[Figure, float], str],
    amount: Callable[[Figure], float | None],
    priority: int,
) -> Field:
    """A column that is as wide as it will ever have to be: figures come and go, columns stand still."""
    layout = column(ident, least=cells, most=cells, right=True, priority=priority)
    return Field(layout, _cell(words), _order(amount), needs=STATISTICS, most_first=True)


FIELDS = (
    _field("cpu", CPU_CELLS, lambda figure, age: cpu_words(figure.cpu, age), _cpu, 0),
    Field(
        column("trend", least=TREND_MARKS, most=TREND_MARKS, right=True, priority=2),
        _trend,
        None,
        needs=STATISTICS,
    ),
    _field("mem", 8, lambda figure, age: mebibytes(figure.memory), lambda figure: figure.memory, 0),
    _field("mem %", 7, _memory_share, _share, 1),
    _field(
        "net i/o",
        15,
        lambda figure, age: f"{size(figure.received)} / {size(figure.sent)}",
        lambda figure: figure.received + figure.sent,
        4,
    ),
    _field(
        "block i/o",
        15,
        lambda figure, age: f"{size(figure.read)} / {size(figure.written)}",
        lambda figure: figure.read + figure.written,
        5,
    ),
    _field("pids", 6, lambda figure, age: str(figure.pids), lambda figure: figure.pids, 6),
)
"""The columns of `docker stats`, and where the processor's use is going."""
