"""The detail beside the table, or in its place: it follows the cursor once that has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textual.timer import Timer

from tui.engine.errors import EngineError
from tui.engine.models import Container
from tui.engine.models.image import ImageSizes
from tui.engine.scope import Held
from tui.engine.store import Refusal, Store
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
        self._asked: tuple[ImageSizes | None, Mapping[str, Refusal]] = (None, self.store.refusals)
        """What is known only because somebody asked for something, as it was shown last."""
        self._rest: Timer | None = None
        self.settled = True
        """Whether all that was to be asked of what is shown has been answered."""

    def follow(self, held: Held | None) -> None:
        """Show this object, or the same one again because it changed."""
        if held is not None and held == self._wanted:
            store = held.engine.store
            asked = (store.image_sizes, store.refusals)
            if asked[0] is not self._asked[0] or asked[1] is not self._asked[1]:
                self._asked = asked
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
        self.settled = held is None
        if held is not None:
            self._rest = self.set_timer(REST_SECONDS, self._ask)

    def _ask(self) -> None:
        self.run_worker(self._read(), group="detail", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        held = self._wanted
        if held is None:
            return
        await self._read_all(held)
        self.settled = held is self._wanted

    async def _read_all(self, held: Held) -> None:
        from tui.engine.lists import inspect

        engine, model = held
        ref = target_of(model).ref
        try:
            found = await on_thread(lambda: inspect(engine.ready(), model.kind, ref))
        except EngineError as error:
            if held is self._wanted:
                self.show_error(error.message)
            return
        if held is not self._wanted:
            return
        # what was known of its end stays until it is told anew
        self.show(model, found, self._why)
        if isinstance(model, Container):
            await self._read_why(held, found)

    async def _read_why(self, held: Held, found: Mapping[str, Any]) -> None:
        """Ask why a container is down, or was started again."""
        from tui.engine.lives import Why, asked_why

        try:
            why = await on_thread(lambda: asked_why(held.engine.ready(), found, self._clock()))
        except EngineError as error:
            why = Why(unread=error.message)
        if held is self._wanted and why != self._why:
            self.show(held.model, found, why)
