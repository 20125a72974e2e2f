"""A demo Engine with a clock that stands still, and the unmodified SDK talking to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import docker
import pytest

from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW

Connect = Callable[[DemoEngine], docker.APIClient]


@pytest.fixture
def connect() -> Iterator[Connect]:
    clients: list[docker.APIClient] = []

    def to(engine: DemoEngine) -> docker.APIClient:
        client = docker.APIClient(base_url=engine.start(), version="auto", timeout=5)
        clients.append(client)
        return client

    yield to
    for client in clients:
        client.close()


@pytest.fixture
def engine() -> Iterator[DemoEngine]:
    with DemoEngine(clock=lambda: FIXED_NOW) as running:
        yield running


@pytest.fixture
def api(engine: DemoEngine, connect: Connect) -> docker.APIClient:
    return connect(engine)
