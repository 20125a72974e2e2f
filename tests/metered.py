"""Meters whose figures are what a test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.demo.world import FIXED_NOW
from tui.engine.engine import Engine
from tui.engine.figures import Figure, Readings, Trace


class Meters:
    """The Meters of an Engine, from the moment they are made."""

    turns = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.wants: dict[object, Sequence[str]] = {}
        self.figures: dict[str, Figure] = {}
        self.looked = 0
        """How often a figure was asked for."""
        self.traces: dict[str, Trace] = {}
        engine.__dict__["meters"] = engine.store.__dict__["meters"] = self

    def want(self, who: object, ids: Sequence[str]) -> None:
        self.wants[who] = tuple(ids)

    def latest(self, ident: str) -> Figure | None:
        self.looked += 1
        return self.figures.get(ident)

    def trace(self, ident: str) -> Trace | None:
        return self.traces.get(ident)

    def close(self) -> None:
        self.wants.clear()

    @property
    def wanted(self) -> list[str]:
        """The names of the containers whose figures are wanted."""
        known = self.engine.store.containers
        return [known[ident].name for ids in self.wants.values() for ident in ids]

    def read(self, figures: Mapping[str, Figure]) -> None:
        """Have new figures, by container name."""
        by_name = {model.name: ident for ident, model in self.engine.store.containers.items()}
        new = {by_name[name]: figure for name, figure in figures.items()}
        self.figures.update(new)
        for ident, one in new.items():
            self.traces.setdefault(ident, Trace()).add(one)
        self.engine._tell(Readings(frozenset(new)))


def figure(cpu: float | None = 0.35, memory: int = 12_900_000, at: float = FIXED_NOW) -> Figure:
    return Figure(at, cpu, memory, 2**30, 1_200, 648, 0, 4_100_000, 7)
