"""The detail beside the table, or in its place: it follows the cursor once that has come to rest."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from tui.engine.engine import Engine
from tui.engine.errors import EngineError
from tui.engine.models import Model
from tui.panes.detail import Detail
from tui.screens.threads import on_thread
from tui.verbs.common import target_of

REST_SECONDS = 0.08
"""So long the cursor rests on an object before the Engine is asked for it."""


class Side(Detail):
    """The detail of the object under the cursor; one question at a time, dropped when the cursor moves on."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(engine.store, clock=clock, id=id)
        self._engine = engine
        self._wanted: Model | None = None
        self._rest: Timer | None = None

    def follow(self, model: Model | None) -> None:
        """Show this object, or the same one again because it changed."""
        if model is not None and model == self._wanted:
            return
        self._wanted = model
        self.show(model, None)
        if self._rest is not None:
            self._rest.stop()
        if model is not None:
            self._rest = self.set_timer(REST_SECONDS, self._ask)

    def _ask(self) -> None:
        self.run_worker(self._read(), group="detail", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        from tui.engine.lists import inspect

        model = self._wanted
        if model is None:
            return
        ref = target_of(model).ref
        try:
            found = await on_thread(lambda: inspect(self._engine.ready(), model.kind, ref))
        except EngineError as error:
            if model is self._wanted:
                self.show_error(error.message)
            return
        if model is self._wanted:
            self.show(model, found)
