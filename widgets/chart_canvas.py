"""What charts are drawn from: round scales, values over time as columns, columns as glyphs."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

EIGHTHS = 8
"""A cell is filled in so many steps."""
UNKNOWN = math.nan
"""The value of a time of which nothing is known."""
FARTHEST = 1e30
"""Greater values are drawn as this one."""
LEAST_GAP = 5.0
"""Two readings that are not further apart, in seconds, are of one line."""
GAP_READINGS = 4
"""So many usual distances between two readings are a gap, where readings are rare."""
ALL_READINGS = 30
"""The usual distance is that of so many of the last readings."""

_STANDING = " ▁▂▃▄▅▆▇█"
_HANGING = " ▔▔▀▀▀▀██"
"""There are no more glyphs that hang."""


class Scale(NamedTuple):
    """The values of an axis."""

    top: float
    ticks: tuple[float, ...]
    """Round numbers from 0 to the top."""


def scale(most: float, steps: int, *, binary: bool = False) -> Scale:
    """The closest scale that holds `most` (above 0) in at most so many equal steps, each a round number.

    Round is 1, 2 or 5 and zeros; where `binary`, a power of two.
    """
    most = min(most, FARTHEST)
    for step in _round(most / steps, binary):
        count = math.ceil(most / step - 1e-9)
        if count <= steps:
            return Scale(step * count, tuple(step * n for n in range(count + 1)))
    raise AssertionError("round numbers have no end")


def row_of(value: float, axis: Scale, rows: int) -> int:
    """The row, from the top, that ends at or above a value; never outside."""
    return min(max(rows - math.ceil(value / axis.top * rows - 1e-9), 0), rows - 1)


def tick_rows(axis: Scale, rows: int) -> dict[int, float]:
    """Which rows have a tick; where two would share a row the lower one stays."""
    return {row_of(tick, axis, rows): tick for tick in reversed(axis.ticks)}


def _round(about: float, binary: bool) -> Iterator[float]:
    """Round numbers, rising, from one that is not above `about`."""
    base, within = (2.0, (1,)) if binary else (10.0, (1, 2, 5))
    power = math.floor(math.log(about, base)) - 1
    while True:
        yield from (base**power * digit for digit in within)
        power += 1


def columns(
    times: Sequence[float], values: Sequence[float], *, span: float, now: float, count: int
) -> list[float]:
    """The greatest value in each of `count` (one or more) equal parts of the `span` seconds before `now`.

    Between two readings of one line a part has what lies between them; it is UNKNOWN in a gap. Parts begin
    at whole multiples of their length, so that a line only moves to the left as time passes.
    """
    found = [UNKNOWN] * count
    length = span / count
    first = (math.floor(now / length) + 1) * length - span
    gap = max(LEAST_GAP, GAP_READINGS * _usual_distance(times))
    before: tuple[float, float, float] | None = None
    # one reading from before the span, from which the first line may come
    for at in range(max(bisect_left(times, first) - 1, 0), min(len(times), len(values))):
        moment, value = times[at], values[at]
        if not math.isfinite(value):
            continue
        value = min(max(value, 0.0), FARTHEST)
        place = (moment - first) / length
        if before is not None and moment - before[0] <= gap:
            _, earlier, begin = before
            for part in range(max(int(begin) + 1, 0), min(int(place), count)):
                found[part] = earlier + (value - earlier) * (part + 0.5 - begin) / (place - begin)
        if 0 <= place < count:
            part = int(place)
            found[part] = value if math.isnan(found[part]) else max(found[part], value)
        before = (moment, value, place)
    return found


def _usual_distance(times: Sequence[float]) -> float:
    last = times[-ALL_READINGS:]
    return median(later - earlier for earlier, later in pairwise(last)) if len(last) > 1 else 0.0


def most_of(times: Sequence[float], values: Sequence[float], *, span: float, now: float) -> float:
    """The greatest of the values read in the `span` seconds before `now`; 0 when there is none."""
    return max(filter(math.isfinite, values[max(bisect_left(times, now - span) - 1, 0) :]), default=0.0)


def newest(values: Sequence[float]) -> float:
    """The last value, which may be UNKNOWN."""
    return values[-1] if values and math.isfinite(values[-1]) else UNKNOWN


def area(values: Sequence[float], top: float, rows: int, *, below: bool = False) -> list[str]:
    """Rows of cells, the uppermost first, filled from 0 to each value; one value a cell.

    What is known has an eighth at least, so that nothing used looks different from nothing known. Where
    `below`, it hangs from the upper edge, in coarser steps.
    """
    heights = [_height(value, top, rows * EIGHTHS) for value in values]
    glyphs = _HANGING if below else _STANDING
    drawn = []
    for row in range(rows):
        filled = EIGHTHS * (row if below else rows - 1 - row)
        drawn.append("".join(glyphs[min(max(height - filled, 0), EIGHTHS)] for height in heights))
    return drawn


def trail(values: Sequence[float], top: float) -> str:
    """One row, a cell a value, in eighths of its height."""
    return "".join(_STANDING[_height(value, top, EIGHTHS)] for value in values)


def _height(value: float, top: float, whole: int) -> int:
    return 0 if math.isnan(value) else min(max(round(value / top * whole), 1), whole)
