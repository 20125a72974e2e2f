"""The processes of a container."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from tui.engine.connection import Connection
from tui.engine.errors import EngineError

ANSWER_SECONDS = 10.0
"""The Engine runs `ps` for the answer, which takes some hundredths of a second."""


class Processes(NamedTuple):
    """What `ps` prints of the processes of a container."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """One string for each title."""


def processes(connection: Connection, container: str) -> Processes:
    """Ask for them (GET /containers/{id}/top). Raises EngineError, 409 when the container is not running."""
    path = f"/containers/{quote(container, safe='')}/top"
    answer = connection.ask("GET", path, seconds=ANSWER_SECONDS)
    try:
        found = answer.json()
        titles = tuple(map(str, found["Titles"]))
        rows = tuple(tuple(map(str, row)) for row in found["Processes"] or ())
    except (ValueError, KeyError, TypeError):
        # a Podman says nothing at all of a container that does not run
        raise EngineError("the Engine named no processes: is the container running?") from None
    width = len(titles)
    return Processes(titles, tuple((*row, *[""] * width)[:width] for row in rows))
