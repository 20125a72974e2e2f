"""Statistics that are known beforehand, in the place of an Engine's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.demo.stats import frame
from tui.demo.world import FIXED_NOW, World
from tui.engine.figures import Figure, Trace
from tui.engine.stats import figure_of


class Known:
    """Has figures by container id, and notes what is wanted."""

    def __init__(self, figures: dict[str, Sequence[Figure]]) -> None:
        self.turns = False
        self.wanted: list[tuple[str, ...]] = []
        """What was wanted, one after the other."""
        self._traces: dict[str, Trace] = {}
        self._latest: dict[str, Figure] = {}
        for ident, those in figures.items():
            self.add(ident, those)

    def add(self, ident: str, figures: Iterable[Figure]) -> None:
        """There are more figures of a container."""
        for figure in figures:
            self._traces.setdefault(ident, Trace()).add(figure)
            self._latest[ident] = figure

    def want(self, who: object, ids: Sequence[str]) -> None:
        self.wanted.append(tuple(ids))

    def latest(self, ident: str) -> Figure | None:
        return self._latest.get(ident)

    def trace(self, ident: str) -> Trace | None:
        return self._traces[ident].copy() if ident in self._traces else None

    def close(self) -> None:
        self.wanted.append(())


def past(world: World, name: str, seconds: int, cores: int = 0) -> list[Figure]:
    """What a demo container has used in so many seconds until now, a reading each; with cores, if any."""
    container = world.container(name)
    figures: list[Figure] = []
    before = None
    for at in (FIXED_NOW - seconds + 1 + n for n in range(seconds)):
        answer = frame(world, container, at, at - 1)
        figure = figure_of(answer, before, at)
        if figure is None:  # it did not run then
            continue
        percents = tuple((37 * core + 3 * int(at)) % 101 for core in range(cores))
        figures.append(figure._replace(cores=tuple(map(float, percents))))
        before = answer
    return figures
