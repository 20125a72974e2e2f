"""Plans, a clock and a host for the tests of dialogs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tui.engine.endpoint import Endpoint
from tui.engine.jobs import Target
from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.engine.plans import Item, Plan

Ended = TypeVar("Ended")

DEADLINE = 10.0
"""Seconds that anything may take; what is slower is broken."""

CONNECTION: Any = object()
"""Stands for an Engine where the plan's own functions answer."""


HERE = Endpoint("unix:///nowhere", "local", "test")
"""Stands for where that Engine is."""


class Host(App[None]):
    """An app that shows one screen and keeps what it ends in."""

    def __init__(self, make: Callable[[], Screen[Any]]) -> None:
        super().__init__()
        self._make = make
        self.ended: list[Any] = []

    async def on_mount(self) -> None:
        """Show it."""
        await self.push_screen(self._make(), self.ended.append)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def item(name: str, note: str = "Exited (0) 2 days ago", size: int | None = None) -> Item:
    """A container of this name."""
    return Item(Kind.CONTAINER, Target(f"id-{name}", name), (("state", "exited"),), note, size)


def plan(*names: str, **more: Any) -> Plan:
    """A plan that removes containers of these names."""
    items = tuple(map(item, names))
    return Plan("container.remove", "remove", items, docker("rm", *names), lambda *args: "", **more)


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Let the app go on until something is true, and is painted; fails when it never is."""
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "it never came true"
        await pilot.pause(0.01)
    await pilot.pause()
