"""The lines of a table in view, and the cursor on one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from rich.style import Style
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from widgets.table_layout import Cell, Column, Tone
from widgets.table_paint import Painter, difference

SAMPLE = 200
"""Rows from the top whose cells decide the column widths, besides those in view."""

WHEEL = 3
"""Lines that one notch of the mouse wheel scrolls."""


class TableView(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows known by key, of which only those in view are painted, below a header that stands still.

    The cursor stays on its key through every refresh. Text is painted as it is, never read as markup.
    """

    COMPONENT_CLASSES = {"table--header", "table--cursor", *(f"table--{tone}" for tone in Tone)}

    DEFAULT_CSS = """
    TableView {
        overflow: hidden auto;
        scrollbar-size-vertical: 1;
        & > .table--header { color: $text-muted; text-style: bold; }
        & > .table--cursor { background: $surface; }
        & > .table--plain { color: $foreground; }
        & > .table--dim { color: $text-muted; }
        & > .table--good { color: $text-success; }
        & > .table--warn { color: $text-warning; }
        & > .table--bad { color: $text-error; }
        & > .table--accent { color: $text-accent; }
        &:focus > .table--cursor { background: $primary-muted; text-style: bold; }
        &:ansi > .table--dim { text-style: dim; }
        &:ansi:focus > .table--cursor { background: ansi_default; text-style: bold reverse; }
    }
    """

    ALLOW_SELECT = False

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[str], Sequence[Cell]],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """`cells(key)` gives one cell per column and must know every key that was shown last."""
        super().__init__(id=id, classes=classes)
        self._painter = Painter(columns, cells, self._tone_style)
        self._keys: tuple[str, ...] = ()
        self._index: dict[str, int] | None = None
        self._position = 0
        self._cursor: str | None = None
        self._follow = True
        self._measured_count = 0
        self._painted: dict[int, Strip] = {}

    @property
    def keys(self) -> Sequence[str]:
        """The rows in display order."""
        return self._keys

    @property
    def cursor(self) -> str | None:
        """Key of the row under the cursor; None when there are no rows."""
        return self._cursor

    @property
    def position(self) -> int:
        """Place of the cursor in `keys`, from 0."""
        return self._position

    @property
    def marks(self) -> frozenset[str]:
        """Keys of the rows that are painted as marked."""
        return frozenset()

    @property
    def in_view(self) -> Sequence[str]:
        """Keys of the rows in view, from top to bottom."""
        return self.near_view(0)

    def near_view(self, rows: int) -> Sequence[str]:
        """Keys of the rows in view, and of so many above and below them."""
        top = self.scroll_offset.y
        return self._keys[max(top - rows, 0) : top + self._page + rows]

    def rested(self) -> None:
        """Called when the cursor came to rest on another row."""

    def viewed(self) -> None:
        """Called when other rows may be in view than before."""

    def show(self, keys: Sequence[str], changed: Collection[str] | None = None) -> None:
        """Show these rows in this order; each key stands once.

        `changed` are the keys whose cells differ from when they were last shown (None: all may). The cursor
        stays on its key, or at its position when that row is gone. Only lines that look different are
        painted.
        """
        follow = self._follow
        self._painter.forget(changed)
        self._keys, self._index = tuple(keys), None
        at = self._find(self._cursor)
        self._rest(self._position if at is None else at)
        self._set_height(len(self._keys) + 1)
        if follow:
            self._reveal()
        # A few rows more or less must not make the columns jump; a filter may.
        self._measure(anew=not self._measured_count / 2 <= len(self._keys) <= self._measured_count * 2)
        self._repaint()
        self.viewed()

    def redraw(self, keys: Collection[str], *, wider: bool = True) -> None:
        """The cells of these rows changed, their order did not; they fit their columns unless `wider`."""
        self._painter.forget(keys, wider=wider)
        if wider:
            self._measure()
        self._repaint()

    def move_to(self, key: str) -> bool:
        """Put the cursor on this row and bring it into view; False when it is not shown."""
        at = self._find(key)
        if at is not None:
            self._go(at)
        return at is not None

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns; from now on `cells` answers for these."""
        self._painter.set_columns(columns)
        self._measure(anew=True)
        self._repaint()

    def sorted_by(self, column: str | None, reverse: bool) -> None:
        """Say in the header which column the rows are sorted by."""
        self._painter.fit.sorted_by(column, reverse)
        self._measure(anew=True)
        self._repaint()

    def render_line(self, y: int) -> Strip:
        """Paint one line of what is in view; line 0 is the header."""
        self._painter.fit.width = self.scrollable_content_region.width
        strip = self._painted[y] = self._line(y)
        return strip

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll at once: gliding would repaint every line several times."""
        super().scroll_to(x, y, **{**options, "animate": False})

    def notify_style_update(self) -> None:
        """Paint with the new styles."""
        super().notify_style_update()
        self._painter.forget_strips()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """A cursor that was scrolled out of view stays there until it is moved."""
        super().watch_scroll_y(old_value, new_value)
        self._follow = 0 <= self._position - self.scroll_offset.y < self._page
        self.viewed()

    def on_resize(self) -> None:
        """Keep the cursor in view and fit the columns again."""
        if self._follow:
            self._reveal()
        self._measure(anew=True)
        self._repaint()
        self.viewed()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel scrolls; the cursor stays on its row."""
        self._wheel(event, WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel scrolls; the cursor stays on its row."""
        self._wheel(event, -WHEEL)

    @property
    def _page(self) -> int:
        """Rows in view at a time."""
        return max(self.size.height - 1, 1)

    def _find(self, key: str | None) -> int | None:
        if self._position < len(self._keys) and self._keys[self._position] == key:
            return self._position
        if key is None:
            return None
        if self._index is None:
            self._index = {key: at for at, key in enumerate(self._keys)}
        return self._index.get(key)

    def _rest(self, position: int) -> None:
        """Put the cursor at a position, or as near as there are rows."""
        self._position = max(min(position, len(self._keys) - 1), 0)
        cursor = self._keys[self._position] if self._keys else None
        if cursor != self._cursor:
            self._cursor = cursor
            self.rested()

    def _go(self, position: int) -> None:
        """Move the cursor and bring it into view."""
        self._rest(position)
        self._follow = True
        self._reveal()
        self._repaint()

    def _reveal(self) -> None:
        """Scroll no further than it takes to have the cursor in view."""
        top = self.scroll_offset.y
        y = min(max(top, self._position - self._page + 1), self._position)
        if y != top and self.size.height > 1:
            self.scroll_to(y=y, force=True)

    def _wheel(self, event: MouseScrollDown | MouseScrollUp, lines: int) -> None:
        event.prevent_default()
        if self.max_scroll_y:
            event.stop()
            self.scroll_to(y=self.scroll_offset.y + lines)

    def _set_height(self, lines: int) -> None:
        """Scroll over so many lines; the screen is laid out again only when the scrollbar comes or goes."""
        size = Size(0, lines)
        scrolls = lines > self.container_size.height
        if scrolls != self.show_vertical_scrollbar or self.styles.auto_dimensions:
            self.virtual_size = size
            return
        self.set_reactive(Widget.virtual_size, size)
        if scrolls:
            self.vertical_scrollbar.window_virtual_size = lines
            self.scroll_to(y=min(self.scroll_offset.y, self.max_scroll_y))

    def _measure(self, *, anew: bool = False) -> None:
        top = self.scroll_offset.y
        if anew:
            self._measured_count = len(self._keys)
        self._painter.measure((*self._keys[:SAMPLE], *self._keys[top : top + self._page]), anew=anew)

    def _tone_style(self, tone: str, at_cursor: bool) -> Style:
        style = self.get_component_rich_style(f"table--{tone}")
        if not at_cursor:
            return style
        cursor = self.get_component_rich_style("table--cursor")
        return cursor if tone == Tone.PLAIN else cursor + Style(color=style.color)

    def _line(self, y: int) -> Strip:
        if y == 0:
            return self._painter.header()
        at = self.scroll_offset.y + y - 1
        if at >= len(self._keys):
            return self._painter.blank()
        return self._painter.row(self._keys[at], at == self._position, self._keys[at] in self.marks)

    def _repaint(self) -> None:
        """Have exactly those cells painted that look different from what is on the screen."""
        self._painter.fit.width = self.scrollable_content_region.width
        for y, strip in self._painted.items():
            if y < self.size.height and (line := self._line(y)) != strip:
                x, width = difference(strip, line)
                self.refresh(Region(x, y, width, 1))
