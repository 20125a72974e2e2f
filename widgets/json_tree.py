"""A JSON document on the screen: a tree that folds, searches, and keeps secrets covered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from widgets.json_canvas import BAR, JsonCanvas
from widgets.json_paint import INDENT
from widgets.json_rows import Outline, Path, Secret, is_branch

__all__ = ["JsonTree", "Path", "Secret"]

KEYS: list[BindingType] = [
    Binding("j,down", "move(1)", "Down", show=False, id="tree.down", tooltip="One line down"),
    Binding("k,up", "move(-1)", "Up", show=False, id="tree.up", tooltip="One line up"),
    Binding("pagedown", "page(1)", "Page down", show=False, id="tree.page_down", tooltip="One page down"),
    Binding("pageup", "page(-1)", "Page up", show=False, id="tree.page_up", tooltip="One page up"),
    Binding("ctrl+d", "page(0.5)", "Half down", show=False, id="tree.half_down", tooltip="Half a page down"),
    Binding("ctrl+u", "page(-0.5)", "Half up", show=False, id="tree.half_up", tooltip="Half a page up"),
    Binding("g,home", "first", "First", show=False, id="tree.first", tooltip="To the first line"),
    Binding("G,end", "last", "Last", show=False, id="tree.last", tooltip="To the last line"),
    Binding("h,left", "fold", "Fold", show=False, id="tree.fold", tooltip="Fold, or go to what holds this"),
    Binding(
        "l,right",
        "unfold",
        "Unfold",
        show=False,
        id="tree.unfold",
        tooltip="Unfold, or go to the first in it",
    ),
    Binding(
        "enter,space", "toggle_fold", "Fold or unfold", show=False, id="tree.toggle", tooltip="Fold or unfold"
    ),
    Binding("minus", "fold_all", "Fold all", show=False, id="tree.fold_all", tooltip="Fold everything"),
    Binding(
        "plus", "unfold_all", "Unfold all", show=False, id="tree.unfold_all", tooltip="Unfold everything"
    ),
    Binding("n", "next_match", "Next match", show=False, id="tree.next_match", tooltip="To the next match"),
    Binding(
        "N", "previous_match", "Previous", show=False, id="tree.previous_match", tooltip="To the match before"
    ),
    Binding("m", "reveal", "Secrets", show=False, id="tree.reveal", tooltip="Show or cover secrets"),
]


class JsonTree(JsonCanvas, can_focus=True, inherit_bindings=False):
    """A JSON document as a tree. A value too long for its line is shown whole under the cursor."""

    BINDINGS = KEYS

    reveal: reactive[bool] = reactive(False, init=False)
    """Secrets are readable."""

    class Moved(Message):
        """The cursor came to another value."""

        def __init__(self, tree: JsonTree, path: Path) -> None:
            super().__init__()
            self.tree = tree
            self.path = path

        @property
        def control(self) -> JsonTree:
            """The tree that sent this."""
            return self.tree

    def __init__(
        self,
        *,
        secret: Secret | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(Outline(secret), id=id, classes=classes)

    @property
    def cursor_path(self) -> Path:
        """Where the value under the cursor stands in the document."""
        return self._outline.row.path

    @property
    def cursor_value(self) -> Any:
        """The value under the cursor as it is in the document, also when it is covered on the screen."""
        return self._outline.row.value

    @property
    def cursor_masked(self) -> bool:
        """Whether the value under the cursor is covered on the screen."""
        return self._outline.visible(self._outline.row) is not None

    @property
    def match_position(self) -> tuple[int, int]:
        """Which of the matches the cursor is on, from 1 (0: none of them), and how many there are."""
        return self._outline.match_position

    def show(self, value: Any) -> None:
        """Show a document. What was unfolded, and the cursor, stay where the same path still exists."""
        with self._changing():
            self._outline.show(value)

    def fold(self, path: Path | None = None) -> None:
        """Fold the value at `path`, by default under the cursor; a cursor inside it comes out."""
        with self._changing():
            self._outline.fold(self.cursor_path if path is None else path)

    def unfold(self, path: Path | None = None) -> None:
        """Unfold the value at `path`, by default under the cursor, and all that holds it."""
        with self._changing():
            self._outline.unfold(self.cursor_path if path is None else path)

    def fold_all(self) -> None:
        """Fold everything."""
        with self._changing():
            self._outline.fold_all()

    action_fold_all = fold_all

    def unfold_all(self) -> None:
        """Unfold everything."""
        with self._changing():
            self._outline.unfold_all()

    action_unfold_all = unfold_all

    def search(self, text: str) -> int:
        """Mark `text` in keys and values, unfold and go to a match; return how many there are.

        Upper and lower case are alike. What is covered is not searched.
        """
        with self._changing(into_view=True):
            found = self._outline.search(text)
            self._outline.go_to_match(0)
        return found

    def next_match(self) -> None:
        """Go to the next match, after the last one to the first."""
        with self._changing(into_view=True):
            self._outline.go_to_match(1)

    action_next_match = next_match

    def previous_match(self) -> None:
        """Go to the match before, from the first one to the last."""
        with self._changing(into_view=True):
            self._outline.go_to_match(-1)

    action_previous_match = previous_match

    @contextmanager
    def _changing(self, into_view: bool = False) -> Iterator[None]:
        """Paint anew what a change of the outline moved, and tell when the cursor came elsewhere.

        A cursor that stays on its value stays on its line of the screen, unless it must come `into_view`.
        """
        path, before = self.cursor_path, self._outline.cursor
        yield
        moved = self.cursor_path != path
        self._strips.clear()
        self._place()
        if moved or into_view:
            self._scroll_to_cursor()
        else:
            self._go(self.scroll_offset.y + self._outline.cursor - before)
        self.refresh()
        if moved:
            self.post_message(self.Moved(self, self.cursor_path))

    def _move_to(self, index: int) -> None:
        outline = self._outline
        index = max(0, min(index, len(outline.rows) - 1))
        if index == outline.cursor:
            return
        before, extra = outline.cursor, self._extra
        outline.cursor = index
        self._place()
        self._scroll_to_cursor()
        if extra or self._extra:
            self.refresh()
        else:
            self.refresh_line(before)
            self.refresh_line(index)
        self.post_message(self.Moved(self, self.cursor_path))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; on the arrow, or where the cursor is, it folds or unfolds."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index, _ = self._row_at(self.scroll_offset.y + offset.y)
        if index >= len(self._outline.rows):
            return
        arrow = self._look(self._outline.rows[index]).indent + BAR
        toggles = index == self._outline.cursor or arrow <= offset.x < arrow + INDENT
        self._move_to(index)
        if toggles:
            self.action_toggle_fold()

    def watch_reveal(self, reveal: bool) -> None:
        with self._changing():
            self._outline.uncover(reveal)

    def action_move(self, rows: int) -> None:
        self._move_to(self._outline.cursor + rows)

    def action_page(self, pages: float) -> None:
        self._move_to(self._outline.cursor + int(pages * self._view.height))

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(len(self._outline.rows) - 1)

    def action_fold(self) -> None:
        path, value = self._outline.row
        if is_branch(value) and path in self._outline.opened:
            self.fold()
        elif len(path) > 1:
            self._move_to(next(i for i, row in enumerate(self._outline.rows) if row.path == path[:-1]))

    def action_unfold(self) -> None:
        path, value = self._outline.row
        if not is_branch(value):
            return
        if path in self._outline.opened:
            self._move_to(self._outline.cursor + 1)
        else:
            self.unfold()

    def action_toggle_fold(self) -> None:
        path, value = self._outline.row
        if is_branch(value):
            self.fold() if path in self._outline.opened else self.unfold()

    def action_reveal(self) -> None:
        self.reveal = not self.reveal
