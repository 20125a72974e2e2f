"""The pane of a kind: a table of its objects, filtered and sorted, that follows the Store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tui.engine.models import Model
from tui.engine.store import Store
from tui.panes.filter import Words, parse_filter, words_of
from tui.panes.kind import KindView
from widgets.table import Cell, Column, Table
from widgets.text import shown


class Order(NamedTuple):
    """What the rows are sorted by; "" is the Engine's own order."""

    column: str
    reverse: bool = False


class _Rows(Table):
    """A table that calls instead of posting: the footer is painted in the same frame as the cursor."""

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[str], Sequence[Cell]],
        moved: Callable[[], None],
    ) -> None:
        super().__init__(columns, cells)
        self._moved = moved

    def rested(self) -> None:
        """The cursor is on another row."""
        self._moved()


class KindPane(Vertical):
    """One kind's objects."""

    DEFAULT_CSS = """
    KindPane { height: 1fr; width: 1fr; }
    KindPane > Table { height: 1fr; }
    KindPane > .pane--nothing { display: none; height: 1fr; color: $text-muted; padding: 1 2; }
    KindPane.-nothing > .pane--nothing { display: block; }
    KindPane.-nothing > Table { height: 1; }
    """

    class Told(Message):
        """What a pane tells; `pane` is the one that tells it."""

        def __init__(self, pane: KindPane) -> None:
            super().__init__()
            self.pane = pane

    class Opened(Told):
        """A row was opened."""

    class Changed(Told):
        """Rows, marks, filter or order are different."""

    def __init__(
        self, view: KindView, store: Store, clock: Callable[[], float], moved: Callable[[], None]
    ) -> None:
        """`moved` is called at once when the cursor rests on another object, or on none."""
        super().__init__(id=f"pane-{view.kind}")
        self.view = view
        self.order = Order(view.sort)
        self.filter = ""
        self.hide_stopped = False
        self._store = store
        self._clock = clock
        self._painted: dict[str, Sequence[Any]] = {}
        self._words: dict[str, Words] = {}
        self.table = _Rows([one.column for one in view.fields], self._cells, moved)
        self._nothing = Static(markup=False, classes="pane--nothing")

    def compose(self) -> ComposeResult:
        yield self.table
        yield self._nothing

    def on_mount(self) -> None:
        """Show what is known already."""
        self.table.sorted_by(self.order.column or None, self.order.reverse)
        self.refresh_rows()

    # What is shown

    @property
    def models(self) -> Mapping[str, Model]:
        """All objects of the kind."""
        return self._store.of(self.view.kind)

    @property
    def current(self) -> Model | None:
        """The object under the cursor."""
        return self._store.of(self.view.kind).get(self.table.cursor or "")

    @property
    def chosen(self) -> list[Model]:
        """The objects verbs act on: the marked ones, shown or not, else the one under the cursor."""
        known = self._store.of(self.view.kind)
        marked = [known[key] for key in known if key in self.table.marks] if self.table.marks else []
        current = self.current
        return marked or ([current] if current is not None else [])

    @property
    def hidden_marks(self) -> frozenset[str]:
        """The keys of marked objects that the filter hides."""
        marks = self.table.marks
        return marks.difference(self.table.keys) if marks else marks

    def refresh_rows(self, changed: Collection[str] | None = None) -> None:
        """Take the objects from the Store again; `changed` are the keys that are different now."""
        known = self._store.of(self.view.kind)
        self._forget_words(changed)
        if gone := self.table.marks and self.table.marks - known.keys():
            self.table.forget(gone)
        self.table.show(self._sorted(self._visible(known.values())), changed)
        self._say_nothing(len(known))
        self.post_message(self.Changed(self))

    def tick(self) -> None:
        """Repaint the rows whose words depend on the time and are different now."""
        known, now = self._store.of(self.view.kind), self._clock()
        stale = {
            key
            for key, cells in self._painted.items()
            if key in known and self.view.cells(known[key], self._store, now) != cells
        }
        if stale:
            self.table.redraw(stale)

    # What a person changes

    def set_filter(self, text: str) -> None:
        """Show only what the filter line lets through."""
        if text != self.filter:
            self.filter = text
            self.refresh_rows(())

    def toggle_stopped(self) -> bool:
        """Hide or show what `z` hides; returns whether it is hidden now."""
        self.hide_stopped = not self.hide_stopped
        self.refresh_rows(())
        return self.hide_stopped

    def sort_by(self, column: str, *, reverse: bool = False) -> None:
        """Sort by a column; does nothing for a column the kind does not have."""
        if self.view.field(column) is not None:
            self.order = Order(column, reverse)
            self.table.sorted_by(column, reverse)
            self.refresh_rows(())

    def sort_next(self) -> None:
        """Sort by the column after the present one."""
        columns = [one.column.id for one in self.view.fields]
        at = columns.index(self.order.column) if self.order.column in columns else -1
        self.sort_by(columns[(at + 1) % len(columns)])

    def sort_reverse(self) -> None:
        """Turn the order around."""
        self.sort_by(self.order.column, reverse=not self.order.reverse)

    # Inside

    def _cells(self, key: str) -> Sequence[Any]:
        model = self._store.of(self.view.kind).get(key)
        if model is None:  # gone a moment ago; the next refresh takes the row away
            return self._painted.get(key) or [(shown(""), "dim")] * len(self.view.fields)
        cells = self.view.cells(model, self._store, self._clock())
        if len(self._painted) > 500:
            self._painted.clear()
        self._painted[key] = cells
        return cells

    def _visible(self, models: Collection[Model]) -> list[Model]:
        found = list(models)
        if self.hide_stopped:
            found = [model for model in found if not self.view.hidden(model)]
        if self.filter:
            test, words = parse_filter(self.filter), self._words_of
            found = [model for model in found if test(words(model))]
        return found

    def _words_of(self, model: Model) -> Words:
        """What the filter looks at, remembered while there is a filter: each letter asks for all again."""
        words = self._words.get(model.key)
        if words is None:
            words = self._words[model.key] = words_of(self.view.words(model, self._store))
        return words

    def _forget_words(self, changed: Collection[str] | None) -> None:
        if changed is None or not self.filter:
            self._words.clear()
        else:
            for key in changed:
                self._words.pop(key, None)

    def _sorted(self, models: list[Model]) -> list[str]:
        field = self.view.field(self.order.column)
        if field is not None:
            models.sort(key=lambda model: field.order(model, self._store), reverse=self.order.reverse)
        return [model.key for model in models]

    def _say_nothing(self, known: int) -> None:
        nothing = not self.table.keys
        if nothing:
            if not self._store.listed(self.view.kind):
                text = f"Asking the Engine for its {self.view.kind.plural} …"
            elif known and self.filter:
                text = f"None of the {known} {self.view.kind.plural} matches {self.filter!r}. Esc clears it."
            elif known:
                text = f"All {known} {self.view.kind.plural} are stopped and hidden. z shows them."
            else:
                text = self.view.empty
            self._nothing.update(shown(text))
        self.set_class(nothing, "-nothing")

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
        self.sort_by(event.column, reverse=again and not self.order.reverse)
