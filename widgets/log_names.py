"""The names of the logs that are shown together, one before each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from widgets.text import Shown

LONGEST_NAME = 20
"""Cells of a name; the rest is cut with an ellipsis."""

SOURCE_TONES = tuple(f"source-{number}" for number in range(1, 9))
"""Colours of the house that tell logs apart, then again from the first."""


class SourceName(NamedTuple):
    """What stands before the lines of one log."""

    name: Shown
    tone: str = ""
    """One of SOURCE_TONES; any other: by its place."""


class Names:
    """Names by source number, all as wide as the widest; nothing while there is but one log."""

    def __init__(self, sources: Sequence[SourceName] = ()) -> None:
        self.sources = tuple(sources)
        several = len(self.sources) > 1
        self.width = min(LONGEST_NAME, max(cell_len(each.name) for each in sources)) if several else 0
        self._padded = [_fit(each.name, self.width) for each in self.sources] if several else []

    def of(self, source: int) -> tuple[str, str]:
        """The name as it is painted, and its tone; blank for a source that is not known."""
        if not 0 <= source < len(self._padded):
            return " " * self.width, SOURCE_TONES[0]
        tone = self.sources[source].tone
        return self._padded[source], tone if tone in SOURCE_TONES else SOURCE_TONES[
            source % len(SOURCE_TONES)
        ]


def _fit(name: str, width: int) -> str:
    if cell_len(name) > width:
        return set_cell_size(name, width - 1) + "…"
    return set_cell_size(name, width)
