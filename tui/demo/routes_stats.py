"""GET /containers/{id}/stats: what a container uses, once or a frame a second."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator

from tui.demo import stats
from tui.demo.models import JSON, Container, Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.watch import Watch
from tui.demo.wire import Request, Stream, as_json
from tui.demo.world import World


def read(world: World, request: Request, name: str) -> Answer:
    """As `stream` and `one-shot` ask for it."""
    streams, alone = request.flag("stream", True), request.flag("one-shot")
    if streams and alone:
        raise Refusal(400, "cannot have stream=true and one-shot=true")
    container, now = world.container(name), world.now()
    if streams:
        return Stream(_frames(world, container, Watch(world)), kind="")
    if alone:
        return as_json(stats.one_shot(world, container, now))
    return as_json(stats.frame(world, container, now, now - 1))


async def _frames(world: World, container: Container, watch: Watch) -> AsyncIterator[bytes]:
    """A frame at each whole second, until the container is removed.

    The Engine lets a second pass before the first with a processor figure: the demo looks a second back.
    """
    with watch:
        before: float | None = None
        due = world.now() - 1
        while True:
            with world.lock:
                if container.id not in world.containers:
                    return
                now = world.now()
                told: list[JSON] = []
                if before is None and _ran_at(container, due):
                    told.append(stats.frame(world, container, due, None))
                    before = due
                if now >= due:
                    told.append(stats.frame(world, container, now, before))
                    before = now if _ran_at(container, now) else None
                    due = math.floor(now) + 1
            for one in told:
                yield as_json(one).body
            await watch.next(due - now)


def _ran_at(container: Container, at: float) -> bool:
    return container.status in ("running", "paused") and (container.started or at) <= at


ROUTES: Routes = (("GET", "/containers/{}/stats", read),)
"""Which function answers which request."""
