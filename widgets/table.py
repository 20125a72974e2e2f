"""A table of many rows: keys, mouse and marks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from textual.binding import Binding
from textual.events import Click
from textual.message import Message

from widgets.table_layout import Cell, Column, Tone
from widgets.table_marks import Marks
from widgets.table_view import TableView

__all__ = ["Cell", "Column", "Table", "TableMessage", "Tone"]


@dataclass
class TableMessage(Message):
    """What a table tells; `table` is the one that tells it."""

    table: Table | None = field(default=None, kw_only=True)

    @property
    def control(self) -> Table | None:
        """The table, so that `@on(Table.Moved, "#id")` can choose."""
        return self.table


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, tooltip=tooltip, id=f"table.{name}")


class Table(TableView):
    """Rows known by key, with a cursor that stays on its key, and marks.

    `show` gives the rows' order; the cells of a row are asked for when it comes into view.
    """

    BINDINGS = [
        _binding("j,down", "move(1)", "down", "To the next row"),
        _binding("k,up", "move(-1)", "up", "To the row above"),
        _binding("g,home", "first", "first", "To the first row"),
        _binding("G,end", "last", "last", "To the last row"),
        _binding("pagedown", "page(1.0)", "page_down", "A page down"),
        _binding("pageup", "page(-1.0)", "page_up", "A page up"),
        _binding("ctrl+d", "page(0.5)", "half_page_down", "Half a page down"),
        _binding("ctrl+u", "page(-0.5)", "half_page_up", "Half a page up"),
        _binding("enter", "open", "open", "Open the row"),
        _binding("space", "mark", "mark", "Mark or unmark the row"),
        _binding("v", "range", "range", "Mark a range: here, and again at its end"),
        _binding("escape", "drop_range", "drop_range", "Give up the range"),
        _binding("*", "mark_all", "mark_all", "Mark or unmark all shown rows"),
    ]

    @dataclass
    class Moved(TableMessage):
        """The cursor rests on another row, also when a refresh took it there; None: there are no rows."""

        key: str | None

    @dataclass
    class Opened(TableMessage):
        """Enter or a double click on a row."""

        key: str

    @dataclass
    class Marked(TableMessage):
        """Other rows than before are marked; `marks` holds them all."""

        marks: frozenset[str]

    @dataclass
    class SortAsked(TableMessage):
        """The title of a column was clicked."""

        column: str

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[str], Sequence[Cell]],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """`cells(key)` gives one cell per column and must know every key that was shown last."""
        super().__init__(columns, cells, id=id, classes=classes)
        self._marks = Marks()

    @property
    def marks(self) -> frozenset[str]:
        """Every marked key, also of rows that a filter hides, and of the range being drawn."""
        return self._marks.all

    def mark(self, keys: Collection[str]) -> None:
        """Mark rows, shown or not."""
        self._remark(lambda: self._marks.add(keys))

    def unmark(self, keys: Collection[str]) -> None:
        """Take marks away, shown or not."""
        self._remark(lambda: self._marks.remove(keys))

    def clear_marks(self) -> None:
        """Take all marks away, and end the range."""
        self._remark(self._marks.clear)

    def forget(self, keys: Collection[str]) -> None:
        """These rows are gone for good, and their marks with them."""
        self.unmark(keys)

    def rested(self) -> None:
        """Tell where the cursor is."""
        self._say(self.Moved(self.cursor))

    def on_click(self, event: Click) -> None:
        """A click moves the cursor, a second one opens; with ctrl it marks; on a title it asks to sort."""
        offset = event.get_content_offset(self)
        if offset is None or event.button != 1:
            return
        event.stop()
        at = self.scroll_offset.y + offset.y - 1
        if offset.y == 0:
            if column := self._painter.fit.column_at(offset.x):
                self._say(self.SortAsked(column))
        elif at < len(self._keys):
            # The row may have changed between the two clicks: open only what the first one chose.
            again = event.chain == 2 and self._keys[at] == self._cursor
            self._go(at)
            if event.ctrl:
                self._remark(lambda: self._marks.toggle([self._keys[at]]))
            elif again:
                self.action_open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without an open range its end key belongs to whoever is outside."""
        return self._marks.anchor is not None if action == "drop_range" else True

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self._go(self._position + rows)

    def action_first(self) -> None:
        """Move to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move to the last row."""
        self._go(len(self._keys) - 1)

    def action_page(self, pages: float) -> None:
        """Move the cursor, and what is in view with it, by pages or parts of one."""
        rows = int(self._page * pages) or (1 if pages > 0 else -1)
        self.scroll_to(y=self.scroll_offset.y + rows)
        self._go(self._position + rows)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self._cursor is not None:
            self._say(self.Opened(self._cursor))

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor and go on to the next."""
        if (key := self._cursor) is not None:
            self._remark(lambda: self._marks.toggle([key]))
            self._go(self._position + 1)

    def action_mark_all(self) -> None:
        """Mark all shown rows, or unmark them when all are marked."""
        self._remark(lambda: self._marks.toggle(self._keys))

    def action_range(self) -> None:
        """Begin a range at the cursor, or end it and keep its marks."""
        if self._marks.anchor is not None:
            self._remark(self._marks.keep_range)
        elif (key := self._cursor) is not None:
            self._remark(lambda: self._marks.open_range(key))

    def action_drop_range(self) -> None:
        """End the range without its marks."""
        self._remark(self._marks.drop_range)

    def _go(self, position: int) -> None:
        super()._go(position)
        if self._marks.anchor is not None and self._keys:
            self._remark(self._stretch)

    def _stretch(self) -> None:
        if (anchor := self._find(self._marks.anchor)) is None:
            self._marks.keep_range()
            self._marks.open_range(self._keys[self._position])
            return
        first, last = sorted((anchor, self._position))
        self._marks.stretch(self._keys[first : last + 1])

    def _remark(self, change: Callable[[], None]) -> None:
        before = self._marks.all
        change()
        if self._marks.all != before:
            self._say(self.Marked(self._marks.all))
            self._repaint()

    def _say(self, message: TableMessage) -> None:
        message.table = self
        self.post_message(message)
