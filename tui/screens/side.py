"""The detail beside the table, or in its place: it follows the cursor once that has come to rest."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from tui.engine.errors import EngineError
from tui.engine.models.image import ImageSizes
from tui.engine.scope import Held
from tui.engine.store import Store
from tui.panes.detail import Detail
from tui.screens.threads import on_thread
from tui.verbs.common import target_of

REST_SECONDS = 0.08
"""So long the cursor rests on an object before the Engine is asked for it."""


class Side(Detail):
    """The detail of the object under the cursor; one question at a time, dropped when the cursor moves on."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(Store(), clock=clock, id=id)
        self._wanted: Held | None = None
        self._sizes: ImageSizes | None = None
        self._rest: Timer | None = None

    def follow(self, held: Held | None) -> None:
        """Show this object, or the same one again because it changed."""
        if held is not None and held == self._wanted:
            if self._sizes is not (sizes := held.engine.store.image_sizes):
                self._sizes = sizes
                self.show(held.model, None)
            return
        before, self._wanted = self._wanted, held
        if held is not None and (before is None or before.engine is not held.engine):
            # what is called the same on another Engine is another object
            self.show(None, None)
            self.engine, self.store = held.engine, held.engine.store
        self.show(held.model if held is not None else None, None)
        if self._rest is not None:
            self._rest.stop()
        if held is not None:
            self._rest = self.set_timer(REST_SECONDS, self._ask)

    def _ask(self) -> None:
        self.run_worker(self._read(), group="detail", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        from tui.engine.lists import inspect

        held = self._wanted
        if held is None:
            return
        engine, model = held
        ref = target_of(model).ref
        try:
            found = await on_thread(lambda: inspect(engine.ready(), model.kind, ref))
        except EngineError as error:
            if held is self._wanted:
                self.show_error(error.message)
            return
        if held is self._wanted:
            self.show(model, found)
