"""A demo Engine whose clock stands still, and its containers as the list shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tui.demo import DemoEngine
from tui.demo.models import LogLine
from tui.demo.world import FIXED_NOW
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.models import Container


@dataclass
class Demo:
    """The Engine, and the one connection to it."""

    engine: DemoEngine
    connection: Connection

    def container(self, name: str) -> Container:
        """The container of this name."""
        return next(model for model in fetch(self.connection, Kind.CONTAINER) if model.name == name)

    def write(self, name: str, *lines: bytes, stream: int = 1, at: float = 0.0) -> None:
        """Have a container print lines, so many seconds after the others."""
        with self.engine.world.lock:
            written = self.engine.world.container(name).written
            written += [LogLine(FIXED_NOW + at, stream, line) for line in lines]
        self.engine.nudge()


@contextmanager
def demo() -> Iterator[Demo]:
    """Run one for a test."""
    with DemoEngine(clock=lambda: FIXED_NOW) as engine:
        connection = Connection(Endpoint(engine.start(), "demo", "demo"))
        connection.open()
        try:
            yield Demo(engine, connection)
        finally:
            connection.close()
