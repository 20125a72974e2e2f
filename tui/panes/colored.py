"""A table in which the names of hosts have colours."""

from __future__ import annotations

from typing import cast

from tui.settings import COLORS
from widgets.table import Table, Tone


class ColoredTable(Table):
    """A table with a tone for each colour that an endpoint may have, besides those of every table."""

    COMPONENT_CLASSES = {f"table--host-{color}" for color in COLORS}
    DEFAULT_CSS = "\n".join(
        f"ColoredTable > .table--host-{color} {{ color: ansi_bright_{color}; text-style: bold; }}"
        for color in COLORS
    )


def host_tone(color: str) -> Tone:
    """The tone of one of COLORS; only a ColoredTable paints it."""
    return cast(Tone, f"host-{color}")
