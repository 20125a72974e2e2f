"""A look at an Engine that Wharf is not connected to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.engine.errors import EngineError, engine_errors

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.endpoint import Endpoint

LOOK_SECONDS = 2.0
"""How long an Engine may take for each answer."""


class Seen(NamedTuple):
    """What an Engine said of itself."""

    version: str
    api: str
    """The newest API version it speaks."""
    latency: float
    """Seconds from a ping to its answer."""
    running: int
    containers: int
    images: int


def look(endpoint: Endpoint, seconds: float = LOOK_SECONDS) -> Seen:
    """Ask who is there (GET /_ping, /version, /info), over a connection that ends with it.

    ssh is started where it leads there, and asks the person nothing. For a thread. Raises EngineError, also
    when an answer does not begin within `seconds`.
    """
    from tui.engine.connection import Connection

    connection = Connection(endpoint)
    try:
        if endpoint.ssh:
            connection.open(asking=False)
        # the first one opens the connection: with TLS that takes several times as long
        first = latency(connection, seconds)
        again = latency(connection, seconds)
        version = _asked(connection, "version", seconds)
        info = _asked(connection, "info", seconds)
    finally:
        connection.close()
    return Seen(
        version=str(version.get("Version") or ""),
        api=str(version.get("ApiVersion") or ""),
        latency=min(first, again),
        running=int(info.get("ContainersRunning") or 0),
        containers=int(info.get("Containers") or 0),
        images=int(info.get("Images") or 0),
    )


def latency(connection: Connection, seconds: float = LOOK_SECONDS) -> float:
    """Seconds that a ping takes (GET /_ping). Raises EngineError."""
    began = time.monotonic()
    answer = connection.ping(seconds)
    took = time.monotonic() - began
    if "Api-Version" not in answer.headers:
        raise EngineError("what answers there is not a Docker Engine")
    return took


def _asked(connection: Connection, what: str, seconds: float) -> dict[str, Any]:
    """An answer of the API in whatever version the Engine likes best."""
    api = connection.api
    with engine_errors():
        answer = api.get(f"{api.base_url}/{what}", timeout=seconds)
        try:
            found = answer.json()
        except ValueError:
            found = None
    if not answer.ok or not isinstance(found, dict):
        words = found.get("message") if isinstance(found, dict) else None
        raise EngineError(str(words or f"no answer to /{what}"), status=answer.status_code)
    return found
