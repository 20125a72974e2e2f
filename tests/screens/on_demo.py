"""A demo Engine whose clock stands still, and its containers as the list shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tui.demo import DemoEngine
from tui.demo.models import LogLine
from tui.demo.world import FIXED_NOW
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.models import Container


class Demo:
    """The Engine, and the one connection to it."""

    def __init__(self) -> None:
        self.now = FIXED_NOW
        """What the Engine's clock says, in epoch seconds."""
        self.engine = DemoEngine(clock=lambda: self.now)
        self.connection = Connection(Endpoint(self.engine.start(), "demo", "demo"))
        self.connection.open()

    def container(self, name: str) -> Container:
        """The container of this name."""
        return next(model for model in fetch(self.connection, Kind.CONTAINER) if model.name == name)

    def write(self, name: str, *lines: bytes, stream: int = 1) -> None:
        """Have a container print lines now."""
        with self.engine.world.lock:
            written = self.engine.world.container(name).written
            written += [LogLine(self.now, stream, line) for line in lines]
        self.engine.nudge()


@contextmanager
def demo() -> Iterator[Demo]:
    """Run one for a test."""
    running = Demo()
    try:
        yield running
    finally:
        running.connection.close()
        running.engine.stop()
