"""A demo Engine with a clock that stands still, and the unmodified SDK talking to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import docker
import pytest

from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW

DEADLINE = 10.0
"""Seconds that a test may wait for something to come."""

Connect = Callable[[DemoEngine], docker.APIClient]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """The SDK on an engine, started when need be; a stream that never ends is cut, so that its test fails."""
    clients: list[docker.APIClient] = []
    deadlines: list[threading.Timer] = []

    def to(engine: DemoEngine) -> docker.APIClient:
        client = docker.APIClient(base_url=engine.start(), version="auto", timeout=5)
        clients.append(client)
        deadlines.append(threading.Timer(DEADLINE, engine.drop))
        deadlines[-1].start()
        return client

    yield to
    for deadline in deadlines:
        deadline.cancel()
    for client in clients:
        client.close()


@pytest.fixture
def engine() -> Iterator[DemoEngine]:
    with DemoEngine(clock=lambda: FIXED_NOW) as running:
        yield running


@pytest.fixture
def api(engine: DemoEngine, connect: Connect) -> docker.APIClient:
    return connect(engine)
