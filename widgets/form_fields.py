"""What a form asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import SupportsIndex

from widgets.text import Shown

Value = str | bool | tuple[str, ...]
"""The value of a field: text, on or off, or several texts."""


NOTHING = Shown("")
"""No words."""


class FieldKind(Enum):
    """How a field is edited, and what its value is."""

    TEXT = "text"
    FLAG = "flag"
    CHOICE = "choice"
    LIST = "list"


@dataclass(frozen=True)
class Field:
    """One value that a form asks for. Flags that follow each other share a row."""

    id: str
    label: Shown
    kind: FieldKind = FieldKind.TEXT
    value: Value = ""
    """What it starts with: a str, a bool for a flag, a tuple for a list."""
    hint: Shown = NOTHING
    """Shown while it is empty; for a choice, the words for the empty one."""
    help: Shown = NOTHING
    """One line shown at the foot of the form while this has the focus."""
    options: tuple[str, ...] = ()
    """What a choice offers."""
    check: Callable[[str], str | None] | None = None
    """Says in one sentence what is wrong with a text, of a list with one of its texts; None is good."""
    suggestions: tuple[str, ...] = ()
    """What the right arrow completes to."""
    secret: bool = False
    """Whether nobody may see or copy what is typed; its value is `Hidden` then. For a text only."""


class Hidden(str):
    """A text that no repr shows, and so no traceback."""

    def __repr__(self) -> str:
        return "'***'"

    def __getitem__(self, key: SupportsIndex | slice) -> Hidden:
        return Hidden(super().__getitem__(key))
