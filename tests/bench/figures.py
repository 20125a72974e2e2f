"""Figures, their aims, and how they are printed."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Aim:
    """The most a figure should be: a number of its unit, or a multiple of the bare table's."""

    most: float
    of_bare: bool = False

    def words(self, unit: str) -> str:
        """As it is printed: "≤ 6 ms", "≤ 1.3 × bare"."""
        return f"≤ {self.most:g} × bare" if self.of_bare else f"≤ {self.most:g} {unit}".rstrip()

    def reached(self, value: float, bare: float | None) -> bool | None:
        """Whether a value is within it; None when there is nothing to compare it with."""
        if self.of_bare:
            return None if not bare else value <= self.most * bare
        return value <= self.most


@dataclass(frozen=True)
class Figure:
    """One figure; `value` is None when it could not be had."""

    name: str
    scene: str
    unit: str
    value: float | None
    bare: float | None = None
    aim: Aim | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """ok, missed, or "" where there is no aim."""
        if self.aim is None:
            return ""
        reached = False if self.value is None else self.aim.reached(self.value, self.bare)
        return {True: "ok", False: "missed", None: ""}[reached]

    @property
    def ratio(self) -> float | None:
        """How many times the bare table's."""
        return self.value / self.bare if self.value is not None and self.bare else None

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {**asdict(self), "ratio": self.ratio, "verdict": self.verdict}


def median(values: Iterable[float | None]) -> float | None:
    """The median of the values that are there; None when none is."""
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None


def p95(values: Sequence[float]) -> float | None:
    """The value that 95 % do not exceed; None of none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))] if ranked else None


HEAD = ("figure", "scene", "wharf", "bare", "ratio", "aim", "")
_WIDTHS = (38, 6, 13, 13, 7, 14, 7)


def line(figure: Figure) -> str:
    """One figure as a line of the table."""
    value, bare = (_number(number, figure.unit) for number in (figure.value, figure.bare))
    ratio = f"{figure.ratio:.2f} ×" if figure.ratio is not None else ""
    aim = figure.aim.words(figure.unit) if figure.aim else ""
    bare = bare if figure.bare is not None else ""
    return row((figure.name, figure.scene, value, bare, ratio, aim, figure.verdict), figure.note)


def row(cells: Sequence[str], note: str = "") -> str:
    """Cells in columns, the numbers to the right."""
    words = [
        cell.rjust(width) if 2 <= place <= 4 else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ]
    return "  ".join((*words, note)).rstrip()


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "not seen"
    digits = 0 if unit == "bytes" else 2 if unit in ("%", "/s") else 1
    return f"{value:,.{digits}f} {unit}"
