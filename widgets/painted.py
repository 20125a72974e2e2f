"""A widget of lines that are painted once, and again only where they look different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice, repeat
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.table_paint import difference

Run = tuple[str, str]
"""Text, and the end of the component class it is painted with."""


class Painted(Widget):
    """Has `lines` for its size; `update_lines` says that they may be others now."""

    ALLOW_SELECT = False
    PREFIX: ClassVar[str]
    """The beginning of its component classes: PREFIX--part."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._painted: list[Strip] = []

    def lines(self, width: int, height: int) -> Iterable[Sequence[Run]]:
        """What stands on each line, from the top; what does not fit is cut off."""
        raise NotImplementedError

    def update_lines(self) -> None:
        """Paint again what looks different."""
        if not self._fits:
            self.refresh()
            return
        before, self._painted = self._painted, self._paint()
        for y, (old, new) in enumerate(zip(before, self._painted, strict=True)):
            if old != new:
                first, length = difference(old, new)
                self.refresh(Region(first, y, length, 1))

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        if not self._fits:
            self._painted = self._paint()
        return self._painted[y] if y < len(self._painted) else Strip.blank(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """Other colours: paint again."""
        self._painted = []
        super().notify_style_update()

    @property
    def _fits(self) -> bool:
        """Whether what is painted has the size of the widget."""
        width, height = self.size
        return 0 < len(self._painted) == height and self._painted[0].cell_length == width

    def _paint(self) -> list[Strip]:
        width, height = self.size
        lines = chain(self.lines(width, height), repeat(()))
        return [self._strip(runs, width) for runs in islice(lines, height)]

    def _strip(self, runs: Sequence[Run], width: int) -> Strip:
        style = self.get_component_rich_style
        line = Strip([Segment(text, style(f"{self.PREFIX}--{part}")) for text, part in runs if text])
        return line.adjust_cell_length(width, self.rich_style)
