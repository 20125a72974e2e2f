"""The processes of a container."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from tui.engine.connection import Connection
from tui.engine.errors import EngineError

ANSWER_SECONDS = 10.0
"""The Engine runs `ps` for the answer, which takes some hundredths of a second."""

Rows = tuple[tuple[str, ...], ...]


class Processes(NamedTuple):
    """What `ps` prints of the processes of a container."""

    titles: tuple[str, ...]
    rows: Rows
    """One string for each title."""


def processes(connection: Connection, container: str) -> Processes:
    """Ask for them (GET /containers/{id}/top). Raises EngineError, 409 when the container is not running."""
    path = f"/containers/{quote(container, safe='')}/top"
    answer = connection.ask("GET", path, seconds=ANSWER_SECONDS)
    try:
        found = answer.json()
        titles = tuple(map(str, found["Titles"]))
        rows = tuple(tuple(map(str, row)) for row in found["Processes"] or ())
        if len(titles) == 1:
            titles, rows = _apart(titles[0], rows)
    except (ValueError, KeyError, TypeError):
        # a Podman says nothing at all of a container that does not run
        raise EngineError("the Engine named no processes: is the container running?") from None
    width = len(titles)
    return Processes(titles, tuple((*row, *[""] * width)[:width] for row in rows))


def _apart(title: str, rows: Rows) -> tuple[tuple[str, ...], Rows]:
    """The columns of a list that came as whole lines, as a Podman before 5 takes it from `ps`."""
    titles = tuple(title.split())
    cuts = max(len(titles) - 1, 0)
    return titles, tuple(tuple(line.split(maxsplit=cuts)) for row in rows for line in row[:1])
