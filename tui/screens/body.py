"""The middle of the main screen: one pane a kind, and the detail beside it or in its place."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.message import Message

from tui.engine.kinds import Kind
from tui.engine.store import Changes
from tui.panes.containers import CONTAINERS
from tui.panes.images import IMAGES
from tui.panes.networks import NETWORKS
from tui.panes.pane import KindPane
from tui.panes.volumes import VOLUMES

if TYPE_CHECKING:
    from tui.engine.engine import Engine
    from tui.engine.scope import Scope
    from tui.screens.side import Side
    from tui.settings import Choices

VIEWS = (CONTAINERS, IMAGES, NETWORKS, VOLUMES)
WIDE = 140
"""From so many columns on the detail stands beside the table."""
FIGURES = "containers.stats"
"""The choice that remembers whether statistics are shown."""
TICK_SECONDS = 30.0
"""How often the words that tell an age are looked at again."""


class Body(Horizontal):
    """The panes of a scope, one in view, and the detail of what is under its cursor."""

    DEFAULT_CSS = """
    Body {
        height: 1fr;
        & > KindPane { display: none; }
        & > KindPane.-current { display: block; }
        & > Side { display: none; width: 1fr; border-left: vkey $surface-lighten-2; }
        &.-wide > KindPane { margin-right: 1; }
        &.-wide > Side { display: block; width: 42%; }
        &.-detail > Side { display: block; border-left: none; }
        &.-detail > KindPane.-current { display: none; }
        &.-wide.-detail > KindPane.-current { display: block; }
        &.-wide.-detail > Side { border-left: vkey $surface-lighten-2; }
    }
    """

    class Changed(Message):
        """Rows, marks, filter or order of the pane in view are different."""

    def __init__(
        self,
        scope: Scope,
        clock: Callable[[], float],
        moved: Callable[[], None],
        *,
        choices: Choices,
        spare: bool = False,
    ) -> None:
        """`moved` is called at once when the cursor rests on another object, or on none.

        With `spare` figures show only once somebody asks for them.
        """
        super().__init__()
        self.kind = Kind.CONTAINER
        """The kind in view."""
        self._scope = scope
        self._clock = clock
        self._moved = moved
        self._choices = choices
        self._spare = spare
        self._panes: dict[Kind, KindPane] = {}
        self._outdated: set[Kind] = set()
        self._side: Side | None = None

    def compose(self) -> ComposeResult:
        """The containers; the other panes and the detail come when they are first needed."""
        yield self._make_pane(Kind.CONTAINER)

    def on_mount(self) -> None:
        """Let time pass in what is in view."""
        self.set_interval(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self.pane.tick()
        if self._side is not None and self._side.display:
            self._side.tick()

    # The panes

    @property
    def pane(self) -> KindPane:
        """The pane in view."""
        return self._panes[self.kind]

    def show_kind(self, kind: Kind) -> None:
        """Bring a kind into view, its table focused."""
        self.kind = kind
        if kind not in self._panes:
            self.mount(self._make_pane(kind), before=self._side)
        elif kind in self._outdated:
            self.pane.refresh_rows()
        self._outdated.discard(kind)
        for other, pane in self._panes.items():
            pane.set_class(other is kind, "-current")
        self.remove_class("-detail")
        self.call_after_refresh(self.pane.table.focus)
        self.follow()

    def take(self, engine: Engine, changes: Changes) -> None:
        """Show what is different now; panes out of view are looked at again when they come back."""
        for kind, pane in self._panes.items():
            # who uses an object is a matter of the containers
            if kind is not changes.kind and changes.kind is not Kind.CONTAINER:
                continue
            if kind is self.kind:
                keys = self._scope.rows(engine, changes.added | changes.updated)
                pane.refresh_rows(keys if kind is changes.kind else None)
            else:
                self._outdated.add(kind)

    def take_readings(self, engine: Engine, ids: Collection[str]) -> None:
        """Show new figures of these containers."""
        if self.kind is Kind.CONTAINER:
            self.pane.take_readings(engine, ids)
        if self._side is not None and self._side.engine is engine:
            self._side.take_readings(ids)

    def turn_figures(self) -> bool:
        """Show what the containers use, or show it no more; returns whether it is shown now."""
        return self._panes[Kind.CONTAINER].turn_figures()

    def look_again(self) -> None:
        """Show what there is now in all panes."""
        self._outdated.update(self._panes)
        if self.kind in self._outdated:
            self._outdated.remove(self.kind)
            self.pane.refresh_rows()

    def _make_pane(self, kind: Kind) -> KindPane:
        view = next(view for view in VIEWS if view.kind is kind)
        pane = KindPane(view, self._scope, self._clock, self._cursor_moved, self._choices)
        pane.hide_stopped = kind is Kind.CONTAINER and self._choices.get("hide_stopped", False)
        if kind is Kind.CONTAINER and not self._spare:
            pane.figures = self._choices.get(FIGURES, False)
        pane.set_class(kind is self.kind, "-current")
        self._panes[kind] = pane
        return pane

    def _cursor_moved(self) -> None:
        self._moved()
        self.follow()

    @on(KindPane.Changed)
    def _pane_changed(self, event: KindPane.Changed) -> None:
        event.stop()
        if event.pane is self._panes.get(self.kind):
            self.post_message(self.Changed())
            self.follow()

    @on(KindPane.Opened)
    def _opened(self, event: KindPane.Opened) -> None:
        event.stop()
        self.show_detail("overview")

    # The detail

    @property
    def in_detail(self) -> bool:
        """Whether the detail has the keys."""
        return self._side is not None and self._side.has_focus_within

    @property
    def searches(self) -> bool:
        """Whether the detail has the keys and would search its tree."""
        return self.in_detail and self._side is not None and bool(self._side.check_action("search", ()))

    def show_detail(self, tab: str) -> None:
        """Open the detail of what is under the cursor at a tab."""
        self.add_class("-detail")
        side = self._need_side()
        side.tab = tab
        self.follow()
        self.call_after_refresh(lambda: side.body.focus())

    def leave_detail(self) -> bool:
        """Back to the table; False when it was not left."""
        if not (self.has_class("-detail") or self.in_detail):
            return False
        self.remove_class("-detail")
        self.pane.table.focus()
        return True

    def turn_tab(self, tabs: int) -> None:
        """Open another tab of the detail, where it is in view."""
        if self._side is not None and self._side.display:
            self._side.action_turn(tabs)

    def follow(self) -> None:
        """Let the detail show what is under the cursor."""
        if self.has_class("-wide") or self.has_class("-detail"):
            self._need_side().follow(self.pane.held)

    def on_resize(self, event: Resize) -> None:
        """Put the detail beside the table where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self.follow()

    def _need_side(self) -> Side:
        if self._side is None:
            from tui.screens.side import Side

            self._side = Side(self._clock)
            self.mount(self._side)
        return self._side
