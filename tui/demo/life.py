"""What goes on in the demo's world by itself while time runs."""

from __future__ import annotations

import asyncio

from tui.demo import lifecycle
from tui.demo.formats import rfc3339
from tui.demo.models import Container
from tui.demo.world import World

FIRST_WAIT, LONGEST_WAIT = 0.1, 60.0
"""Seconds. The Engine doubles the wait before each restart up to a minute; who failed often waits so long."""
LASTS = 1.0
"""Seconds that the crash-looping job runs."""
SETTLES = 5.0
"""Seconds after which a started container's first health check has passed."""
TICK = 1.0


async def live(world: World) -> None:
    """Move the world along until cancelled."""
    while True:
        await asyncio.sleep(TICK)
        with world.lock:
            advance(world)


def advance(world: World) -> None:
    """Do everything that is due by the world's clock."""
    now = world.now()
    for container in tuple(world.containers.values()):
        if container.status == "restarting" and container.finished is not None:
            if now - container.finished >= LONGEST_WAIT:
                lifecycle.retry(world, container)
        elif container.status == "running" and container.started is not None:
            if container.image.startswith("shop/mailer") and now - container.started >= LASTS:
                lifecycle.crash(world, container, 1)
            elif _starting(container) and now - container.started >= SETTLES:
                _settle(world, container, now)


def _starting(container: Container) -> bool:
    return container.health is not None and container.health.status == "starting"


def _settle(world: World, container: Container, now: float) -> None:
    if container.health is None:
        return
    failed = container.image.startswith("shop/search")
    verdict = "unhealthy" if failed else "healthy"
    container.health.status = verdict
    container.health.failing_streak = 3 if failed else 0
    probe = {"Start": rfc3339(now - 0.25), "End": rfc3339(now), "ExitCode": int(failed), "Output": ""}
    container.health.log = [*container.health.log[-4:], probe]
    container.row = None
    lifecycle.told(world, container, f"health_status: {verdict}")
