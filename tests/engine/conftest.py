"""A programmable Engine and connections to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint


@pytest.fixture
def http_engine(tmp_path: Path) -> Iterator[HttpEngine]:
    engine = HttpEngine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def connect(http_engine: HttpEngine) -> Iterator[Callable[..., Connection]]:
    made: list[Connection] = []

    def to(*, read_only: bool = False) -> Connection:
        made.append(Connection(Endpoint(http_engine.url, "", "test", read_only=read_only)))
        return made[-1]

    yield to
    for connection in made:
        connection.close()


@pytest.fixture
def connection(connect: Callable[..., Connection]) -> Connection:
    return connect()
