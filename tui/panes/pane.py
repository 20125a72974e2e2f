"""The pane of a kind: a table of its objects, filtered and sorted, that follows the Store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tui.engine.engine import Engine
from tui.engine.link import LinkState
from tui.engine.models import Model
from tui.engine.scope import Held, Scope
from tui.panes.filter import Words, parse_filter, words_of
from tui.panes.kind import KindView, column, natural
from widgets.table import Cell, Column, Table, Tone
from widgets.text import shown


HOST = column("host", least=6, most=20)
"""Which Engine a row is of, where there may be several."""


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
        self, view: KindView, scope: Scope, clock: Callable[[], float], moved: Callable[[], None]
    ) -> None:
        """`moved` is called at once when the cursor rests on another object, or on none."""
        super().__init__(id=f"pane-{view.kind}")
        self.view = view
        self.order = Order(view.sort)
        self.filter = ""
        self.hide_stopped = False
        self._scope = scope
        self._clock = clock
        self._painted: dict[str, Sequence[Any]] = {}
        self._words: dict[str, Words] = {}
        self._columns = [*([HOST] if scope.many else ()), *(one.column for one in view.fields)]
        self.table = _Rows(self._columns, self._cells, moved)
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
        """All objects of the kind by row key."""
        return self._scope.of(self.view.kind)

    @property
    def current(self) -> Model | None:
        """The object under the cursor."""
        return self.models.get(self.table.cursor or "")

    @property
    def held(self) -> Held | None:
        """The object under the cursor and its Engine."""
        return self._scope.held(self.view.kind, self.table.cursor or "")

    @property
    def chosen(self) -> list[Held]:
        """The objects verbs act on: the marked ones, shown or not, else the one under the cursor."""
        known, engine_of = self.models, self._scope.engine_of
        marks = self.table.marks
        marked = [Held(engine_of(key), known[key]) for key in known if key in marks] if marks else []
        current = self.held
        return marked or ([current] if current is not None else [])

    @property
    def hidden_marks(self) -> frozenset[str]:
        """The keys of marked objects that the filter hides."""
        marks = self.table.marks
        return marks.difference(self.table.keys) if marks else marks

    @property
    def hidden_refs(self) -> frozenset[tuple[Engine, str]]:
        """The same as Engines and the objects' own keys."""
        known, engine_of = self.models, self._scope.engine_of
        return frozenset((engine_of(row), known[row].key) for row in self.hidden_marks if row in known)

    def refresh_rows(self, changed: Collection[str] | None = None) -> None:
        """Take the objects from the Store again; `changed` are the keys that are different now."""
        known = self.models
        self._forget_words(changed)
        if gone := self.table.marks and self.table.marks - known.keys():
            self.table.forget(gone)
        self.table.show(self._sorted(self._visible(known)), changed)
        self._say_nothing(len(known))
        self.post_message(self.Changed(self))

    def tick(self) -> None:
        """Repaint the rows whose words depend on the time and are different now."""
        known, now = self.models, self._clock()
        stale = {
            key
            for key, cells in self._painted.items()
            if key in known and self._row(key, known[key], now) != cells
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
        if any(one.id == column for one in self._columns):
            self.order = Order(column, reverse)
            self.table.sorted_by(column, reverse)
            self.refresh_rows(())

    def sort_next(self) -> None:
        """Sort by the column after the present one."""
        columns = [one.id for one in self._columns]
        at = columns.index(self.order.column) if self.order.column in columns else -1
        self.sort_by(columns[(at + 1) % len(columns)])

    def sort_reverse(self) -> None:
        """Turn the order around."""
        self.sort_by(self.order.column, reverse=not self.order.reverse)

    # Inside

    def _cells(self, key: str) -> Sequence[Any]:
        model = self.models.get(key)
        if model is None:  # gone a moment ago; the next refresh takes the row away
            return self._painted.get(key) or [(shown(""), "dim")] * len(self._columns)
        cells = self._row(key, model, self._clock())
        if len(self._painted) > 500:
            self._painted.clear()
        self._painted[key] = cells
        return cells

    def _row(self, key: str, model: Model, now: float) -> list[Cell]:
        engine = self._scope.engine_of(key)
        cells = self.view.cells(model, engine.store, now)
        return [_host_cell(engine), *cells] if self._scope.many else cells

    def _visible(self, models: Mapping[str, Model]) -> list[str]:
        found = list(models)
        if self.hide_stopped:
            found = [key for key in found if not self.view.hidden(models[key])]
        if self.filter:
            test = parse_filter(self.filter)
            found = [key for key in found if test(self._words_of(key, models[key]))]
        return found

    def _words_of(self, key: str, model: Model) -> Words:
        """What the filter looks at, remembered while there is a filter: each letter asks for all again."""
        words = self._words.get(key)
        if words is None:
            engine = self._scope.engine_of(key)
            found = self.view.words(model, engine.store)
            if self._scope.many:
                found = {"host": engine.endpoint.name, **found}
            words = self._words[key] = words_of(found)
        return words

    def _forget_words(self, changed: Collection[str] | None) -> None:
        if changed is None or not self.filter:
            self._words.clear()
        else:
            for key in changed:
                self._words.pop(key, None)

    def _sorted(self, keys: list[str]) -> list[str]:
        models, engine_of = self.models, self._scope.engine_of
        field = self.view.field(self.order.column)
        if field is not None:
            keys.sort(
                key=lambda key: field.order(models[key], engine_of(key).store), reverse=self.order.reverse
            )
        elif self.order.column == HOST.id:
            keys.sort(key=lambda key: natural(engine_of(key).endpoint.name), reverse=self.order.reverse)
        return keys

    def _say_nothing(self, known: int) -> None:
        nothing = not self.table.keys
        if nothing:
            if not self._scope.listed(self.view.kind):
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


_LOST = (LinkState.STALE, LinkState.DOWN)


def _host_cell(engine: Engine) -> Cell:
    """Which Engine, and whether what is shown of it is old."""
    name = engine.endpoint.name.removeprefix("unix://")
    if engine.link.state in _LOST:
        return Cell(shown(f"✗ {name}"), Tone.BAD)
    return Cell(shown(name), Tone.ACCENT)
