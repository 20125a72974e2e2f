"""The rows of a pane: a table of a kind's objects that follows the Store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tui.engine.engine import Engine
from tui.engine.link import LinkState
from tui.engine.models import Model
from tui.engine.scope import Held, Scope
from tui.panes.arranged import HOST, Arranged, Order
from tui.panes.colored import ColoredTable, host_tone
from tui.panes.figures import STATISTICS
from tui.panes.kind import KindView
from widgets.noticing import Noticing
from widgets.table import Cell, Column, Tone
from widgets.text import shown

if TYPE_CHECKING:
    from tui.panes.watch import Watch


class _Rows(ColoredTable):
    """A table that calls instead of posting: the footer is painted in the same frame as the cursor."""

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[str], Sequence[Cell]],
        moved: Callable[[], None],
        viewed: Callable[[], None],
    ) -> None:
        super().__init__(columns, cells)
        self._moved = moved
        self._viewed = viewed

    def rested(self) -> None:
        """The cursor is on another row."""
        self._moved()

    def viewed(self) -> None:
        """Other rows may be in view."""
        self._viewed()


class PaneRows(Vertical, Noticing):
    """One kind's objects, whatever a person chose to see of them."""

    DEFAULT_CSS = """
    PaneRows { height: 1fr; width: 1fr; }
    PaneRows > Table { height: 1fr; }
    PaneRows > .pane--nothing { display: none; height: 1fr; color: $text-muted; padding: 1 2; }
    PaneRows > .pane--note { display: none; height: 1; color: $text-muted; padding: 0 1; }
    PaneRows.-noted > .pane--note { display: block; }
    PaneRows.-nothing > .pane--nothing { display: block; }
    PaneRows.-nothing > Table { height: 1; }
    """

    class Told(Message):
        """What a pane tells; `pane` is the one that tells it."""

        def __init__(self, pane: PaneRows) -> None:
            super().__init__()
            self.pane = pane

    class Opened(Told):
        """A row was opened."""

    class Changed(Told):
        """Rows, marks, filter or order are different."""

    def __init__(
        self,
        view: KindView,
        scope: Scope,
        clock: Callable[[], float],
        moved: Callable[[], None],
    ) -> None:
        """`moved` is called at once when the cursor rests on another object, or on none."""
        super().__init__(id=f"pane-{view.kind}")
        self.view = view
        self.arranged = Arranged(view, scope)
        self._scope = scope
        self._clock = clock
        self._more = False
        self._watch: Watch | None = None
        self._painted: dict[str, Sequence[Cell]] = {}
        self._on: frozenset[str] = frozenset()
        self._fields = view.shown(self._on)
        self.table = _Rows(self._columns, self._cells, moved, self._viewed)
        self._nothing = Static(markup=False, classes="pane--nothing")
        self._note = Static(markup=False, classes="pane--note")
        self._noted = shown("")

    def compose(self) -> ComposeResult:
        yield self.table
        yield self._nothing
        yield self._note

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
    def order(self) -> Order:
        """What the rows are sorted by."""
        return self.arranged.order

    @property
    def filter(self) -> str:
        """The filter line."""
        return self.arranged.filter

    @property
    def hide_stopped(self) -> bool:
        """Whether what `z` hides is hidden."""
        return self.arranged.hide_stopped

    @hide_stopped.setter
    def hide_stopped(self, hide: bool) -> None:
        self.arranged.hide_stopped = hide

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
        if gone := self.table.marks and self.table.marks - known.keys():
            self.table.forget(gone)
        self._show_columns()
        rows = self.arranged.rows(known, self.table.marks, changed)
        folds, cursor = self.arranged.folds, self.table.cursor
        if folds is not None and changed is not None:
            changed = folds.changed.union(changed)
        self.table.show(rows, changed)
        if folds is not None and cursor is not None and folds.away(cursor):
            self.table.move_to(folds.head(cursor))
        self._say_nothing(len(known))
        self._say_note()
        if self._watch is not None:
            self._watch.rows_differ()
        self.post_message(self.Changed(self))

    def now(self) -> float:
        """The time in epoch seconds."""
        return self._clock()

    @property
    def aside(self) -> str:
        """What is to be said of the figures besides themselves; "" for nothing."""
        return self._watch.words if self._watch is not None else ""

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

    # Inside

    @property
    def _columns(self) -> list[Column]:
        return [*([HOST] if self._scope.many else ()), *(one.column for one in self._fields)]

    def _show_columns(self) -> None:
        on = {self.view.known(engine.store) for engine in self._scope.engines}
        on |= {self.view.more} if self._more else set()
        on |= {STATISTICS} if self._watch is not None else set()
        if on != self._on:
            self._on = frozenset(on)
            fields = self.view.shown(self._on)
            if fields != self._fields:
                self._fields = fields
                self._painted.clear()
                self.table.set_columns(self._columns)
                self.table.sorted_by(self.order.column or None, self.order.reverse)

    def _viewed(self) -> None:
        if self._watch is not None:
            self._watch.viewed()

    def _cells(self, key: str) -> Sequence[Cell]:
        model = self.models.get(key)
        if model is None:  # gone a moment ago; the next refresh takes the row away
            return self._painted.get(key) or [Cell(shown(""))] * len(self._columns)
        cells = self._row(key, model, self._clock())
        if len(self._painted) > 500:
            self._painted.clear()
        self._painted[key] = cells
        return cells

    def _row(self, key: str, model: Model, now: float) -> list[Cell]:
        engine = self._scope.engine_of(key)
        cells = self.view.cells(model, engine.store, now, self._fields, self.arranged.place(key))
        return [_host_cell(engine, self._scope.color(engine)), *cells] if self._scope.many else cells

    def _say_nothing(self, known: int) -> None:
        nothing = not self.table.keys
        if nothing:
            if not self._scope.listed(self.view.kind):
                text = f"Asking the Engine for its {self.view.kind.plural} …"
            elif known and self.filter:
                text = f"None of the {known} {self.view.kind.plural} matches {self.filter!r}. Esc clears it."
            elif known and self.hide_stopped:
                text = f"All {known} {self.view.kind.plural} are stopped and hidden. z shows them."
            elif known:
                text = f"None of the {known} {self.view.kind.plural} is listed. a lists others."
            else:
                text = self.view.empty
            self._nothing.update(shown(text))
        self.set_class(nothing, "-nothing")

    def _say_note(self) -> None:
        listing = self.arranged.listing
        words = [listing.words] if listing is not None else []
        words += {self.view.note(engine.store): None for engine in self._scope.engines}
        text = shown(" · ".join(filter(None, words)))
        if text != self._noted:
            self._noted = text
            self._note.update(text)
            self.set_class(bool(text), "-noted")


_LOST = {LinkState.STALE: "◌", LinkState.DOWN: "✗"}


def _host_cell(engine: Engine, color: str) -> Cell:
    """Which Engine, and whether what is shown of it is old; `color` is what is set for it."""
    name = engine.endpoint.name.removeprefix("unix://")
    if glyph := _LOST.get(engine.link.state):
        return Cell(shown(f"{glyph} {name}"), Tone.BAD)
    return Cell(shown(name), host_tone(color) if color else Tone.ACCENT)
