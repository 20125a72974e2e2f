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
    order: Callable[[Any, Store], Any] | None
    """What the rows are sorted by in this column; those with None stand last, whichever way round.

    None where another column has the same order.
    """
    needs: str = ""
    """Shown only while this is on."""
    unless: str = ""
    """Not shown while this is on."""
    most_first: bool = False
    """Whether who sorts by it wants to see the most first."""


class Fold(NamedTuple):
    """A row's place among those that are of the same thing."""

    others: int = 0
    """How many rows are folded into this one, or stand below it as `child`."""
    child: bool = False
    """Whether it stands below the first one of them."""
    unfolded: bool = False
    """Whether all of them are shown."""


ALONE = Fold()
"""A row that nothing folds into."""

Dress = Callable[[str, str, Tone, Fold], tuple[str, Tone]]
"""What a column shows in a row that has others: from the column's id, and what it shows by itself."""


class Listing(NamedTuple):
    """One choice of what a pane lists."""

    id: str
    words: str
    """What is listed, where it is not the usual."""
    shows: Callable[[Any], bool]
    every: bool = False
    """Whether the Engine must be asked for more than it usually lists."""


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
    group: Callable[[Any], str] | None = None
    """What the rows that fold into one have in common; None where every object has its row."""
    dress: Dress = lambda column, text, tone, fold: (text, tone)
    """How a row that folds looks."""
    listings: Sequence[Listing] = ()
    """What `a` lists in turn, the usual first; none where there is no choice."""
    more: str = ""
    """What `D` turns on and off, for fields to need; "" where there is no such thing."""
    known: Callable[[Store], str] = lambda store: ""
    """What an Engine has told, for fields to need; "" for nothing."""
    note: Callable[[Store], str] = lambda store: ""
    """What is to be said of it below the rows."""

    def shown(self, on: frozenset[str]) -> list[Field]:
        """The columns there are while these are on."""
        return [one for one in self.fields if one.needs in {"", *on} and one.unless not in on - {""}]

    def cells(
        self, model: Any, store: Store, now: float, fields: Sequence[Field] | None = None, fold: Fold = ALONE
    ) -> list[Cell]:
        """The row of one object, in all columns or these."""
        row = []
        for one in self.fields if fields is None else fields:
            text, tone = one.cell(model, store, now)
            if fold is not ALONE:
                text, tone = self.dress(one.column.id, text, tone, fold)
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
