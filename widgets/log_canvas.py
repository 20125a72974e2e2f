"""The screen of a log view: paints the rows in view, behind a gutter that tells the streams apart."""

from __future__ import annotations

from rich.segment import Segment
from rich.text import Text
from textual.cache import LRUCache
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.log_lines import LogLines, painted
from widgets.log_search import LogSearch
from widgets.wrapping import rows

GUTTER = 2
GLYPHS = {"out": " ", "err": "┃", "note": "·"}

STYLES = """
LogCanvas {
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    scrollbar-size-horizontal: 0;
    & > .log-view--err { color: $text-error; }
    & > .log-view--err-glyph { color: $error; text-style: bold; }
    & > .log-view--note, & > .log-view--note-glyph { color: $text-muted; text-style: italic; }
    & > .log-view--stamp { color: $text-muted; }
    & > .log-view--match { background: $warning-muted; color: $text-warning; text-style: underline; }
    & > .log-view--match-current {
        background: $block-cursor-background; color: $block-cursor-foreground;
        text-style: bold underline;
    }
    &:ansi > .log-view--match { background: ansi_yellow; color: ansi_black; }
    &:ansi > .log-view--match-current { background: ansi_cyan; color: ansi_black; }
    &:ansi:nocolor > .log-view--match-current { text-style: bold reverse; }
}
"""


class LogCanvas(ScrollView):
    """Paints lines as they are laid out, and marks what a search found."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        "log-view--out",
        "log-view--out-glyph",
        "log-view--err",
        "log-view--err-glyph",
        "log-view--note",
        "log-view--note-glyph",
        "log-view--stamp",
        "log-view--match",
        "log-view--match-current",
    }
    DEFAULT_CSS = STYLES

    def __init__(
        self,
        lines: LogLines,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = lines
        self._search = LogSearch(lines)
        self._view = Size()
        self._painted: LRUCache[int, list[Strip]] = LRUCache(256)
        self._widest = 0

    def render_line(self, y: int) -> Strip:
        width = self._view.width
        row = self.scroll_offset.y + y
        blank = Strip.blank(width, self.rich_style)
        if row >= self._lines.rows:
            return blank
        number, part = self._lines.at(row)
        strips = self._painted.get(number)
        if strips is None:
            strips = self._painted[number] = self._paint(number)
        if part >= len(strips):
            return blank
        strip = strips[part]
        if strip.cell_length > self._widest:
            self._widest = strip.cell_length
            self.call_later(self._widen)
        left = self.scroll_offset.x
        text = strip.crop_extend(left, left + width - GUTTER, self.rich_style)
        return Strip.join([self._gutter(self._lines[number].tone), text])

    def _widen(self) -> None:
        if not self._lines.width:
            self.virtual_size = Size(self._widest + GUTTER, self.virtual_size.height)

    def _gutter(self, tone: str) -> Strip:
        style = self.get_component_rich_style(f"log-view--{tone}-glyph")
        return Strip([Segment(GLYPHS[tone].ljust(GUTTER), style)], GUTTER)

    def _paint(self, number: int) -> list[Strip]:
        style = self.get_component_rich_style
        line = self._lines[number]
        plain, spans = painted(line, self._lines.stamps, style("log-view--stamp"))
        text = Text(plain, end="")
        for start, end, span_style in spans:
            text.stylize(span_style, start, end)
        if self._search.pattern is not None:
            current = "-current" if number == self._search.current else ""
            for match in self._search.pattern.finditer(plain):
                text.stylize(style(f"log-view--match{current}"), *match.span())
        width = self._lines.width
        base, console = style(f"log-view--{line.tone}"), self.app.console
        return [
            Strip(Segment.apply_style(row.render(console), base))
            for row in (rows(text, width) if width else [text])
        ]

    def watch_show_vertical_scrollbar(self) -> None:
        # A scrollbar that has just come does not know how far the view is scrolled.
        self.vertical_scrollbar.position = self.scroll_y

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painted.clear()
