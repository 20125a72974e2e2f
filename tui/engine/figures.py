"""What containers use: one reading of the Engine's statistics."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

Series = Literal["cpu", "memory", "received_rate", "sent_rate", "read_rate", "written_rate", "pids"]
"""What is kept over time, as a Figure names it."""
SERIES: tuple[Series, ...] = get_args(Series)

KEPT = 900
"""Readings that a trace holds at least: fifteen minutes at one a second."""
_SPARE = 60
"""So many more come before the oldest go together, as each going moves all that stay."""
_UNKNOWN = 255
"""A core's byte where there was no figure."""


class Figure(NamedTuple):
    """One reading of a container's statistics (GET /containers/{id}/stats), as `docker stats` computes it."""

    at: float
    """When it was read, in epoch seconds."""
    cpu: float | None
    """Percent of one core, so that two busy cores are 200; None for a first reading, that has none before."""
    memory: int
    """Bytes in use without the file cache that could be let go."""
    memory_limit: int
    """Bytes it may use; the machine's memory when it has no limit, 0 when the Engine does not say."""
    received: int
    """Bytes received on all its networks since it started."""
    sent: int
    read: int
    """Bytes read from block devices since it started."""
    written: int
    pids: int
    """Processes and threads in it."""
    received_rate: float | None = None
    """Bytes a second since the reading before; None for a first reading. So the others."""
    sent_rate: float | None = None
    read_rate: float | None = None
    written_rate: float | None = None
    cores: tuple[float, ...] = ()
    """Percent of each core; () where the Engine does not tell (cgroup v2)."""


class Readings(NamedTuple):
    """Containers of which there are new figures."""

    ids: frozenset[str]


class Trace:
    """What one container used over the last readings, for a chart. Not for several threads at once.

    A reading takes 36 bytes and one more for each core that the Engine tells of: a full trace 38 kB, and
    106 kB with 64 cores. Readings may be missing: `times` says when each one was.
    """

    def __init__(self) -> None:
        self.times = array("d")
        """When each reading was, in epoch seconds, the oldest first."""
        self.memory_limit = 0
        """Bytes it may use, as the last reading says it; 0 when the Engine does not say."""
        self._series = {name: array("f") for name in SERIES}
        self._cores: list[array[int]] = []

    def series(self, name: Series) -> Sequence[float]:
        """One value for each of `times`, in a Figure's units; NaN where the reading had none."""
        return self._series[name]

    @property
    def cores(self) -> Sequence[Sequence[float]]:
        """Whole percents of each core, one for each of `times`; NaN where there was none."""
        return [[math.nan if value == _UNKNOWN else value for value in core] for core in self._cores]

    def add(self, figure: Figure) -> None:
        """Keep one more reading, later than the others."""
        if len(self.times) >= KEPT + _SPARE:
            del self.times[:_SPARE]
            for values in self._series.values():
                del values[:_SPARE]
            for core in self._cores:
                del core[:_SPARE]
        for _ in range(len(self._cores), len(figure.cores)):
            self._cores.append(array("B", [_UNKNOWN]) * len(self.times))
        self.times.append(figure.at)
        for name, values in self._series.items():
            value: float | None = getattr(figure, name)
            values.append(math.nan if value is None else value)
        for number, core in enumerate(self._cores):
            known = number < len(figure.cores)
            core.append(min(max(round(figure.cores[number]), 0), 100) if known else _UNKNOWN)
        self.memory_limit = figure.memory_limit

    def copy(self) -> Trace:
        """The readings so far, to which nothing is added any more."""
        made = Trace()
        made.times = self.times[:]
        made.memory_limit = self.memory_limit
        made._series = {name: values[:] for name, values in self._series.items()}
        made._cores = [core[:] for core in self._cores]
        return made
