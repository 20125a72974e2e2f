"""How charts share the room of a tab."""

from __future__ import annotations

from typing import NamedTuple

from widgets.trails import packed

LEAST_HEIGHT = 6
"""Rows of a chart that is still readable."""
ROOMY_HEIGHT = 7
"""Rows of a chart where another one that matters less has its place too."""
LEAST_WIDTH = 30
GAP = 2
"""Cells between two columns of charts."""
BROAD = 100
"""From so many cells on there are always two columns."""
MANY_CORES = 8
"""More cores than these have no row each."""
NAME_CELLS = 7
"""Cells before the cores that have no row each."""


class Layout(NamedTuple):
    """Where CPU, memory, network, disk and processes stand, in this order, and the cores after them."""

    columns: int
    rows: tuple[int, ...]
    """The height of each row."""
    processes: bool
    """Whether there is a chart of the processes."""
    cores: bool
    """Whether there is a place for the cores."""
    wide_cores: bool = False
    """Whether the cores have a row of the grid for themselves."""


def arrange(width: int, height: int, cores: int) -> Layout:
    """The layout for a room of so many cells; it is higher than the room where charts would be too low."""
    listed = cores if 0 < cores <= MANY_CORES else _packed(cores, width)
    if width < BROAD and height >= 4 * LEAST_HEIGHT + listed:
        charts = 5 if height >= 5 * LEAST_HEIGHT + listed else 4
        return Layout(1, (*_shared(height - listed, charts), listed), charts == 5, cores=True)
    if width >= 2 * LEAST_WIDTH + GAP:
        if height >= 3 * ROOMY_HEIGHT:
            return Layout(2, _shared(height, 3), processes=True, cores=True)
        strip = next((rows for rows in (_packed(cores, width), 1) if height - rows >= 2 * LEAST_HEIGHT), 0)
        rows = _shared(height - strip, 2)
        return Layout(2, (*rows, strip) if strip else rows, False, cores=strip > 0, wide_cores=True)
    return Layout(1, (*_shared(height - listed, 4), listed), processes=False, cores=True)


def _packed(cores: int, width: int) -> int:
    """The rows of so many cores that stand beside each other."""
    return -(-max(cores, 1) // packed(max(cores, 1), width - NAME_CELLS))


def _shared(height: int, charts: int) -> tuple[int, ...]:
    each, more = divmod(height, charts)
    return tuple(max(each + (place < more), LEAST_HEIGHT) for place in range(charts))
