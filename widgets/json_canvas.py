"""The screen of a JSON tree: paints the rows in view, and the one under the cursor whole."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.json_paint import Look, look
from widgets.json_rows import Outline, Path, Row
from widgets.noticing import Noticing

BAR = 1  # cells at the left that mark the cursor

STYLES = """
JsonCanvas {
    overflow-x: hidden;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    & > .json-tree--guide { color: $text-disabled; }
    & > .json-tree--dim { color: $text-muted; }
    & > .json-tree--key { color: $text; }
    & > .json-tree--index { color: $text-muted; }
    & > .json-tree--string { color: $text-success; }
    & > .json-tree--number { color: $text-accent; }
    & > .json-tree--keyword { color: $text-primary; }
    & > .json-tree--match { background: $warning-muted; color: $text-warning; text-style: underline; }
    & > .json-tree--bar { color: $primary; }
    & > .json-tree--cursor { background: $surface; }
    &:focus > .json-tree--cursor { background: $primary-muted; text-style: bold; }
    &:ansi > .json-tree--match { background: ansi_yellow; color: ansi_black; }
    &:ansi:focus > .json-tree--cursor { background: ansi_default; text-style: bold reverse; }
}
"""


class JsonCanvas(ScrollView, Noticing):
    """Paints an outline. Only the row under the cursor takes more than one line, when its value is long."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        "json-tree--guide",
        "json-tree--dim",
        "json-tree--key",
        "json-tree--index",
        "json-tree--string",
        "json-tree--number",
        "json-tree--keyword",
        "json-tree--match",
        "json-tree--bar",
        "json-tree--cursor",
    }
    DEFAULT_CSS = STYLES

    def __init__(
        self,
        outline: Outline,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._outline = outline
        self._view = Size()
        # Screen lines that the cursor's row takes beside its first.
        self._extra = 0
        self._strips: LRUCache[tuple[Path, bool], list[Strip]] = LRUCache(256)

    def _place(self) -> None:
        """Bring the height in line with the rows."""
        self._view = self.scrollable_content_region.size
        width, height = self._view
        if height:
            self._extra = self._look(self._outline.row).count(width - BAR) - 1
            self.virtual_size = Size(width, len(self._outline.rows) + self._extra)

    def _scroll_to_cursor(self) -> None:
        first, top, height = self._outline.cursor, self.scroll_offset.y, self._view.height
        last = first + self._extra
        if height and not top <= first <= last < top + height:
            self._go(first if first < top else min(first, last - height + 1))

    def _go(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, force=True)

    def _row_at(self, y: int) -> tuple[int, int]:
        """The row on line `y` of all, and which of its lines that is."""
        cursor = self._outline.cursor
        if y <= cursor:
            return y, 0
        return (cursor, y - cursor) if y <= cursor + self._extra else (y - self._extra, 0)

    def _look(self, row: Row) -> Look:
        outline = self._outline
        return look(row, row.path not in outline.opened, outline.visible(row), self._view.width - BAR)

    def render_line(self, y: int) -> Strip:
        width = self._view.width
        index, part = self._row_at(self.scroll_offset.y + y)
        if index >= len(self._outline.rows):
            return Strip.blank(width, self.rich_style)
        under_cursor = index == self._outline.cursor
        key = (self._outline.rows[index].path, under_cursor)
        strips = self._strips.get(key)
        if strips is None:
            strips = self._strips[key] = self._paint(self._outline.rows[index], under_cursor)
        return strips[part] if part < len(strips) else Strip.blank(width, self.rich_style)

    def _paint(self, row: Row, under_cursor: bool) -> list[Strip]:
        width = self._view.width - BAR
        words, pattern = self._look(row), self._outline.pattern
        if under_cursor:
            base, bar = self.get_component_rich_style("json-tree--cursor"), "▌"
            lines = words.whole(width, self._style, pattern)
        else:
            base, bar = self.rich_style, " "
            lines = [words.cut(width, self._style, pattern)]
        console = self.app.console
        edge = Segment(bar, base + self._style("bar"))
        return [
            Strip([edge, *Segment.apply_style(line.render(console), base)]).crop_extend(0, width + BAR, base)
            for line in lines
        ]

    def _style(self, kind: str) -> Style:
        # Muted colours are known only against the background, which the cursor's row must not take over.
        name = f"json-tree--{kind}"
        color = self.get_component_rich_style(name).color
        return self.get_component_rich_style(name, partial=True) + Style(color=color)

    def watch_show_vertical_scrollbar(self) -> None:
        # A scrollbar that has just come does not know how far the view is scrolled.
        self.vertical_scrollbar.position = self.scroll_y

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        self._strips.clear()
        self._place()
        self._scroll_to_cursor()
        self.refresh()
