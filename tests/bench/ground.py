"""Where a scenario is measured: an Engine, what it holds, and the programs to start on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Aim, Figure
from tests.bench.programs import Programs
from tests.bench.scene import Builder


@dataclass(frozen=True)
class Ground:
    """One Engine in one state."""

    url: str
    scene: str
    builder: Builder
    programs: Programs
    quick: bool

    @property
    def socket_path(self) -> Path:
        """The Engine's unix socket."""
        return Path(self.url.removeprefix("unix://"))

    def count(self, full: int, quick: int) -> int:
        """How many times, or how many seconds."""
        return quick if self.quick else full

    def figure(
        self,
        name: str,
        unit: str,
        value: float | None,
        *,
        bare: float | None = None,
        aim: Aim | None = None,
        note: str = "",
    ) -> Figure:
        """A figure of this scene."""
        return Figure(name, self.scene, unit, value, bare, aim, note)


Scenario = Callable[[Ground], Iterator[Figure]]
