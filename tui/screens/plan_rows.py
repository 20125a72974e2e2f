"""What the dialog of a plan says: its title, its objects row by row, how many and how much."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.kinds import Kind
from tui.engine.plans import Item, Plan
from tui.panes.words import size
from tui.screens.rows import Ink, Piece, Row, cells, folded, padded, whole
from widgets.text import Shown, shown

GAP = 2
"""Cells between name, note and size."""

BETWEEN = Piece(shown(" " * GAP))

LONGEST_TITLE = 80
"""Characters of a title, and of an endpoint's name in it; the names are whole below it."""

NOTE = 2
"""Cells by which a note stands in when it has rows of its own."""


def count(plan: Plan) -> str:
    """The objects by number and kind: "3 containers"; without any just "containers"."""
    kinds = {item.kind for item in plan.items} or {Kind(plan.verb.partition(".")[0])}
    kind = kinds.pop() if len(kinds) == 1 else None
    number = len(plan.items)
    one, many = (kind.value, kind.plural) if kind else ("object", "objects")
    return f"{number:,} {one if number == 1 else many}" if number else many


def title(plan: Plan) -> Shown:
    """The verb and what it would touch: "Remove 3 containers", "Pull web:1"."""
    return shown(plan.headline or f"{plan.title.capitalize()} {count(plan)}", LONGEST_TITLE)


def word_to_type(plan: Plan) -> str:
    """What confirms the plan: its own word, or the count where a keyboard cannot write that word."""
    word = plan.typed
    writable = shown(word) == word and word.strip() == word
    return word if writable else str(len(plan.items))


def total(items: Sequence[Item], *, measuring: bool) -> str:
    """How many bytes the objects hold, as far as it is known; "" when sizes play no part."""
    known = [item.size for item in items if item.size is not None]
    unknown = len(items) - len(known)
    if measuring and unknown:
        return "sizes are being read"
    if not known:
        return ""
    return f"at least {size(sum(known))}, {unknown:,} of unknown size" if unknown else size(sum(known))


def item_rows(items: Sequence[Item], width: int) -> list[Row]:
    """The objects with note and size, one row each where that is enough room; nothing is ever cut."""
    sizes = [shown(size(item.size)) if item.size is not None else shown("") for item in items]
    names = [whole(item.target.name) for item in items]
    size_width = max(map(cells, sizes), default=0)
    room = width - size_width - GAP * bool(size_width)
    name_width = max((wide for wide in map(cells, names) if wide <= room // 2), default=room // 2)
    rows: list[Row] = []
    for item, name, bytes_ in zip(items, names, sizes, strict=True):
        note = whole(item.note)
        if cells(name) <= name_width and cells(note) <= room - name_width - GAP:
            rows.append(_row(name, name_width, note, room, bytes_, size_width))
            continue
        first, *others = folded(name, room)
        rows.append(_row(first, room, shown(""), room, bytes_, size_width))
        rows += [[Piece(other)] for other in others]
        if note:
            margin = shown(" " * NOTE)
            rows += [[Piece(margin), Piece(part, Ink.DIM)] for part in folded(note, room - NOTE)]
    return rows


def _row(name: Shown, name_width: int, note: Shown, room: int, bytes_: Shown, size_width: int) -> Row:
    row = [Piece(padded(name, name_width))]
    if name_width < room:
        row += [BETWEEN, Piece(padded(note, room - name_width - GAP), Ink.DIM)]
    if size_width:
        row += [BETWEEN, Piece(shown(bytes_.rjust(size_width)))]
    return row
