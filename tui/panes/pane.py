"""The pane of a kind: its rows, and the keys that choose which of them show, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding

from tui.engine.scope import Scope
from tui.panes.arranged import HOST, Order
from tui.panes.figures import STATISTICS
from tui.panes.kind import KindView
from tui.panes.pane_rows import PaneRows
from tui.settings import Choices
from widgets.table import Table

if TYPE_CHECKING:
    from tui.engine.engine import Engine
    from tui.panes.watch import Watch

__all__ = ["HOST", "KindPane", "Order"]


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, tooltip=tooltip, id=f"pane.{name}")


class KindPane(PaneRows):
    """One kind's objects, filtered, sorted, folded and listed as a person wants."""

    BINDINGS = [
        _binding("x", "fold", "fold", "Unfold or fold the row: an image's other tags"),
        _binding("right", "fold(True)", "unfold", "Unfold the row"),
        _binding("left", "fold(False)", "fold_in", "Fold the row"),
        _binding("a", "listing", "listing", "List all images, or the dangling ones, or the usual"),
        _binding("D", "more", "more", "Show or hide digests and whole ids"),
    ]

    def __init__(
        self,
        view: KindView,
        scope: Scope,
        clock: Callable[[], float],
        moved: Callable[[], None],
        choices: Choices | None = None,
    ) -> None:
        """`moved` is called at once when the cursor rests on another object, or on none.

        What a person chose to be listed and shown is kept in `choices`.
        """
        super().__init__(view, scope, clock, moved)
        self._choices = choices
        if choices is not None:
            self.arranged.list_as(choices.get(f"{view.kind}.listing", ""))
            self._more = bool(view.more) and choices.get(f"{view.kind}.more", False)

        self.figures = False
        """Whether what containers use is shown from the start."""

    def on_mount(self) -> None:
        """Have listed and shown what was chosen the last time."""
        self._ask_for_listed()
        if self.figures:
            self._watch = self._make_watch()

    def on_show(self) -> None:
        """It came into view."""
        if self._watch is not None:
            self._watch.look()

    def on_hide(self) -> None:
        """It is out of view."""
        if self._watch is not None:
            self._watch.look()

    def on_unmount(self) -> None:
        """Nobody will look any more."""
        if self._watch is not None:
            self._watch.end()

    def set_filter(self, text: str) -> None:
        """Show only what the filter line lets through."""
        if text != self.filter:
            self.arranged.filter = text
            self.refresh_rows(())

    def toggle_stopped(self) -> bool:
        """Hide or show what `z` hides; returns whether it is hidden now."""
        self.hide_stopped = not self.hide_stopped
        self.refresh_rows(())
        return self.hide_stopped

    def turn_figures(self) -> bool:
        """Show what containers use, or show it no more; returns whether it is shown now."""
        if self._watch is None:
            self._watch = self._make_watch()
            self.refresh_rows(())
            self._watch.look()
            return True
        self._watch.end()
        self._watch = None
        field = self.view.field(self.order.column)
        if field is not None and field.needs == STATISTICS:
            self.sort_by(self.view.sort)
        self.refresh_rows(())
        return False

    def take_readings(self, engine: Engine, ids: Collection[str]) -> None:
        """Show new figures of these containers."""
        if self._watch is not None:
            self._watch.take(engine, ids)

    def sort_by(self, column: str, *, reverse: bool | None = None) -> None:
        """Sort by a column, None: the way round one wants first; does nothing for one without an order.

        The cursor stays on its object, or on the first row: who sorts from there wants to see what is first.
        """
        if column in self._sortable:
            first = self.table.cursor in self.table.keys[:1]
            if reverse is None:
                field = self.view.field(column)
                reverse = field is not None and field.most_first
            self.arranged.order = Order(column, reverse)
            self.table.sorted_by(column, reverse)
            self.refresh_rows(())
            if first:
                self.table.move_to(self.table.keys[0])

    def sort_next(self) -> None:
        """Sort by the column after the present one."""
        columns = self._sortable
        at = columns.index(self.order.column) if self.order.column in columns else -1
        self.sort_by(columns[(at + 1) % len(columns)])

    def sort_reverse(self) -> None:
        """Turn the order around."""
        self.sort_by(self.order.column, reverse=not self.order.reverse)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys for what the kind does not have belong to whoever is outside."""
        match action:
            case "fold":
                return self.view.group is not None
            case "listing":
                return bool(self.view.listings)
            case "more":
                return bool(self.view.more)
        return True

    def action_fold(self, unfold: bool | None = None) -> None:
        """Unfold or fold the row under the cursor, None: the other way."""
        key, model, folds = self.table.cursor, self.current, self.arranged.folds
        if folds is None or key is None or model is None:
            return
        if folds.turn(key, model, unfold=unfold):
            self.refresh_rows(())

    def action_listing(self) -> None:
        """List the next choice, and remember it."""
        self.arranged.next_listing()
        listing = self.arranged.listing
        if listing is not None and self._choices is not None:
            self._choices.keep(f"{self.view.kind}.listing", listing.id)
        self._ask_for_listed(less=True)
        self.refresh_rows(())

    def action_more(self) -> None:
        """Show more columns, or those that are always there, and remember it."""
        self._more = not self._more
        if self._choices is not None:
            self._choices.keep(f"{self.view.kind}.more", self._more)
        self.refresh_rows(())

    @property
    def _sortable(self) -> list[str]:
        """The ids of the columns that rows can be sorted by."""
        fields = {one.id: self.view.field(one.id) for one in self._columns}
        return [name for name, field in fields.items() if field is None or field.order is not None]

    def _make_watch(self) -> Watch:
        from tui.panes.watch import Watch

        return Watch(self, self._scope)

    def _ask_for_listed(self, *, less: bool = False) -> None:
        """Have the Engines list what is to be shown; with `less` also no more than that."""
        every = self.arranged.listing is not None and self.arranged.listing.every
        if every or (less and self.view.listings):
            for engine in self._scope.engines:
                engine.list_every_image(every)

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        self.post_message(self.Opened(self))

    @on(Table.Marked)
    def _marked(self, event: Table.Marked) -> None:
        event.stop()
        self.post_message(self.Changed(self))

    @on(Table.SortAsked)
    def _sort_asked(self, event: Table.SortAsked) -> None:
        event.stop()
        again = event.column == self.order.column
        self.sort_by(event.column, reverse=not self.order.reverse if again else None)
