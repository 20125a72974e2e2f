"""Streams that follow the world: whoever waits wakes when something happens in it."""

from __future__ import annotations

import asyncio
import math
from types import TracebackType

from tui.demo.events import Event
from tui.demo.world import World


class Watch:
    """The world's events from now on, for one task of the server's loop.

    Made while the world's lock is held, it misses nothing that happens after.
    """

    def __init__(self, world: World) -> None:
        loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._leave = world.events.listen(lambda event: _tell(loop, self._events, event))
        self._world = world

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._world.lock:
            self._leave()

    async def next(self, patience: float = math.inf) -> Event | None:
        """The next event; None when the world was nudged or `patience` seconds have passed."""
        try:
            # not wait_for: that loses a cancellation which comes together with an event
            async with asyncio.timeout(None if math.isinf(patience) else max(patience, 0)):
                return await self._events.get()
        except TimeoutError:
            return None


def _tell(loop: asyncio.AbstractEventLoop, events: asyncio.Queue[Event | None], event: Event | None) -> None:
    # the world outlives its server: it may be changed after the loop has ended
    if not loop.is_closed():
        loop.call_soon_threadsafe(events.put_nowait, event)
