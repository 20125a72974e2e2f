"""What a pane shows of a kind: its columns, their order, and what the filter looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from tui.engine.kinds import Kind
from tui.engine.store import Store
from widgets.table_layout import Cell, Column, Tone
from widgets.text import shown

CellOf = Callable[[Any, Store, float], tuple[str, Tone]]
"""A cell's raw text and tone for a model, at a time in epoch seconds."""


class Field(NamedTuple):
    """One column of a kind."""

    column: Column
    cell: CellOf
    order: Callable[[Any, Store], Any]
    """What the rows are sorted by in this column."""


@dataclass(frozen=True, slots=True)
class KindView:
    """How a kind is shown in its pane."""

    kind: Kind
    title: str
    fields: Sequence[Field]
    sort: str
    """The column sorted by at first; "" keeps the Engine's own order."""
    empty: str
    """What to say when the Engine has none."""
    words: Callable[[Any, Store], dict[str, str]]
    """What `key=value` and plain words of a filter look at, raw."""
    hidden: Callable[[Any], bool] = lambda model: False
    """Whether `z` hides it."""

    def cells(self, model: Any, store: Store, now: float) -> list[Cell]:
        """The row of one object."""
        row = []
        for one in self.fields:
            text, tone = one.cell(model, store, now)
            row.append(Cell(shown(text), tone))
        return row

    def field(self, column: str) -> Field | None:
        """The field of a column id; None when there is none."""
        return next((one for one in self.fields if one.column.id == column), None)


def column(ident: str, **layout: Any) -> Column:
    """A column whose title is its id in capitals, as docker prints it."""
    return Column(ident, shown(ident.upper()), **layout)


@lru_cache(maxsize=20_000)
def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """What to sort names by, so that web-2 comes before web-10."""
    parts: list[tuple[bool, int, str]] = []
    for digits, run in groupby(text, str.isdecimal):
        word = "".join(run)
        if digits:
            # by length, then digit by digit: a name may hold more digits than int() takes
            number = word.lstrip("0")
            parts.append((False, len(number), f"{number} {word}"))
        else:
            parts.append((True, 0, word))
    return tuple(parts)


def plain(text: str) -> tuple[str, Tone]:
    """A cell in the ordinary tone."""
    return text, Tone.PLAIN


def dim(text: str) -> tuple[str, Tone]:
    """A cell that stays in the background."""
    return text, Tone.DIM
