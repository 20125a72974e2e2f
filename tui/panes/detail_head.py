"""The two lines above a detail: what it is about, and its tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from widgets.table_layout import Tone, cut
from widgets.text import Shown

EDGE = 1
"""Cells left free at both sides."""
GAP = 2
"""Cells between two tabs."""


class DetailHead(Widget):
    """A title line, and a line of tabs with a note at its right end."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        "head--title",
        "head--tab",
        "head--current",
        "head--note",
        *(f"head--{tone}" for tone in Tone),
    }
    DEFAULT_CSS = """
    DetailHead {
        height: 2;
        & > .head--title { text-style: bold; }
        & > .head--tab { color: $text-muted; }
        & > .head--current { text-style: bold underline; }
        & > .head--note { color: $text-warning; }
        & > .head--plain { color: $foreground; }
        & > .head--dim { color: $text-muted; }
        & > .head--good { color: $text-success; }
        & > .head--warn { color: $text-warning; }
        & > .head--bad { color: $text-error; }
        & > .head--accent { color: $text-accent; }
    }
    Detail:focus-within DetailHead > .head--current { color: $text-accent; }
    """

    @dataclass
    class Chosen(Message):
        """A tab was clicked."""

        tab: str

    def __init__(self, tabs: Sequence[tuple[str, Shown]]) -> None:
        """`tabs` are ids and titles in order."""
        super().__init__()
        self._tabs = tuple(tabs)
        self._current = self._tabs[0][0]
        self._glyph: tuple[Shown, Tone] = (Shown(""), Tone.PLAIN)
        self._title = self._note = Shown("")

    def show_tabs(self, tabs: Sequence[tuple[str, Shown]]) -> None:
        """Have these tabs from now on."""
        if (new := tuple(tabs)) != self._tabs:
            self._tabs = new
            self.refresh()

    def show_title(self, title: Shown, glyph: Shown, tone: Tone) -> None:
        """Say what the detail is about."""
        if (title, (glyph, tone)) != (self._title, self._glyph):
            self._title, self._glyph = title, (glyph, tone)
            self.refresh()

    def show_tab(self, current: str, note: Shown) -> None:
        """Say which tab is open, and what there is to know about it."""
        if (current, note) != (self._current, self._note):
            self._current, self._note = current, note
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The title above, the tabs below."""
        width = self.size.width
        edge = Segment(" " * EDGE, self.rich_style)
        line = self._title_line(width - 2 * EDGE) if y == 0 else self._tabs_line(width - 2 * EDGE)
        return Strip([edge, *line]).adjust_cell_length(width, self.rich_style)

    def on_click(self, event: Click) -> None:
        """A click on a tab opens it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y != 1:
            return
        x = EDGE
        for tab, title in self._tabs:
            if x <= offset.x < x + cell_len(title):
                event.stop()
                self.post_message(self.Chosen(tab))
            x += cell_len(title) + GAP

    def _title_line(self, room: int) -> list[Segment]:
        glyph, tone = self._glyph
        before = f"{glyph} " if glyph else ""
        title = cut(self._title, max(room - cell_len(before), 0))
        return [
            Segment(before, self.get_component_rich_style(f"head--{tone}")),
            Segment(title, self.get_component_rich_style("head--title")),
        ]

    def _tabs_line(self, room: int) -> list[Segment]:
        gap = Segment(" " * GAP, self.rich_style)
        line: list[Segment] = []
        for tab, title in self._tabs:
            kind = "head--current" if tab == self._current else "head--tab"
            line += [Segment(title, self.get_component_rich_style(kind)), gap]
        room -= sum(segment.cell_length for segment in line)
        note = cut(self._note, max(room, 0))
        return [
            *line,
            Segment(" " * max(room - cell_len(note), 0), self.rich_style),
            Segment(note, self.get_component_rich_style("head--note")),
        ]
