"""Figures for the rows of a pane: of the containers in view, and of none while nobody looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from time import monotonic
from typing import TYPE_CHECKING

from tui.engine.models import Container
from tui.engine.scope import Scope
from tui.panes.figures import OLD_SECONDS, STATISTICS, latest, measured

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.engine.engine import Engine
    from tui.panes.pane_rows import PaneRows

SETTLE_SECONDS = 0.15
"""How long rows have to stay in view before their figures are asked for."""
ORDER_SECONDS = 2.0
"""Rows that are sorted by a figure change places no more often than this."""
AGE_SECONDS = 1.0
"""How often figures are looked at again while no new ones come."""


class Watch:
    """Has the figures of the running containers in view read, and shows those that came."""

    def __init__(self, pane: PaneRows, scope: Scope) -> None:
        self.words = ""
        """What is to be said of the figures besides themselves."""
        self._pane = pane
        self._scope = scope
        self._told: dict[Engine, list[str]] = {}
        self._seen: frozenset[str] = frozenset()
        self._settling: Timer | None = None
        self._ages: Timer | None = None
        self._taken = self._ordered = 0.0
        self._lent = False
        app = pane.app
        self._signals = (app.screen_change_signal, app.app_suspend_signal, app.app_resume_signal)
        app.screen_change_signal.subscribe(pane, lambda _: self.look())
        # nothing would be worked off between these two
        app.app_suspend_signal.subscribe(pane, lambda _: self._lend(True), immediate=True)
        app.app_resume_signal.subscribe(pane, lambda _: self._lend(False), immediate=True)

    def look(self) -> None:
        """Somebody may have begun to look at the rows, or looks no more."""
        looking = not self._lent and self._pane.screen.is_active and self._pane.is_on_screen
        if looking == (self._ages is not None):
            return
        if looking:
            self._ages = self._pane.set_interval(AGE_SECONDS, self._grow_old)
            self._pane.table.redraw(self._pane.table.in_view, wider=False)
            self._tell()
        else:
            self._stop()

    def end(self) -> None:
        """Nobody wants figures any more."""
        for signal in self._signals:
            signal.unsubscribe(self._pane)
        self._stop()

    def rows_differ(self, *, again: bool = False) -> None:
        """Have the figures read of what is in view, soon; with `again` only once it stands still."""
        if self._ages is None or (self._settling is not None and not again):
            return
        if self._settling is not None:
            self._settling.stop()
        self._settling = self._pane.set_timer(SETTLE_SECONDS, self._tell)

    def viewed(self) -> None:
        """Other rows may be in view: what they said last is old."""
        seen = frozenset(self._pane.table.in_view)
        if seen != self._seen:
            fresh = seen - self._seen
            self._seen = seen
            self._pane.table.redraw(fresh, wider=False)
            self.rows_differ(again=True)

    def take(self, engine: Engine, ids: Collection[str]) -> None:
        """Show new figures of these containers."""
        if self._ages is None:
            return
        self._taken, now = monotonic(), self._pane.now()
        keys = {*self._scope.rows(engine, ids), *self._old(now)}
        if self._sorted and not 0 <= now - self._ordered < ORDER_SECONDS:
            self._ordered = now
            self._pane.refresh_rows(keys)
        else:
            self._pane.table.redraw(keys, wider=False)

    # Inside

    @property
    def _sorted(self) -> bool:
        """Whether the rows are sorted by a figure."""
        field = self._pane.view.field(self._pane.order.column)
        return field is not None and field.needs == STATISTICS

    def _lend(self, lent: bool) -> None:
        """Another program has the terminal, or had it."""
        self._lent = lent
        self.look()

    def _stop(self) -> None:
        for timer in (self._settling, self._ages):
            if timer is not None:
                timer.stop()
        self._settling = self._ages = None
        self._tell()

    def _tell(self) -> None:
        """Tell each Engine whose figures are wanted now."""
        self._settling = None
        wanted = self._wanted() if self._ages is not None else {}
        for engine in {**self._told, **wanted}:
            ids = wanted.get(engine, [])
            if ids != self._told.get(engine, []):
                engine.meters.want(self, ids)
        self._told = wanted
        words = self._turns()
        if words != self.words:
            self.words = words
            self._pane.post_message(self._pane.Changed(self._pane))

    def _wanted(self) -> dict[Engine, list[str]]:
        """The containers whose figures are wanted, those in view first."""
        table, models = self._pane.table, self._pane.models
        view = dict.fromkeys(table.in_view)
        rows = table.keys if self._sorted else table.near_view(1)
        found: dict[Engine, list[str]] = {}
        for key in dict.fromkeys((*view, *rows)):
            model = models.get(key)
            if isinstance(model, Container) and measured(model):
                engine = self._scope.engine_of(key)
                ids = found.setdefault(engine, [])
                # for the sake of a row that nobody sees yet those in view need not take turns
                if key in view or self._sorted or len(ids) < engine.stats_at_once:
                    ids.append(model.id)
        return found

    def _turns(self) -> str:
        """What is to be said where more are wanted than an Engine is asked for at once."""
        short = [engine for engine in self._told if engine.meters.turns]
        if not short:
            return ""
        wanted = sum(len(self._told[engine]) for engine in short)
        places = sum(engine.stats_at_once for engine in short)
        return "statistics in turns" + (f": {places} of {wanted} at once" if wanted > places else "")

    def _old(self, now: float) -> Iterable[str]:
        """The rows in view whose figures are so old that they say so, or will in a moment."""
        models = self._pane.models
        for key in self._pane.table.in_view:
            model = models.get(key)
            if isinstance(model, Container):
                figure = latest(model, self._scope.store_of(key))
                if figure is not None and now - figure.at > OLD_SECONDS:
                    yield key

    def _grow_old(self) -> None:
        """No figures came for a while: those there are say how old they are."""
        if monotonic() - self._taken > AGE_SECONDS and (old := set(self._old(self._pane.now()))):
            self._pane.table.redraw(old, wider=False)
