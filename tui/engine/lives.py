"""What a container has been through: its starts and ends, and the last that it wrote before it went down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.engine.errors import EngineError, engine_errors
from tui.engine.happenings import UNREADABLE
from tui.engine.logs import LogLine, LogStream
from tui.engine.models.container import state_of

if TYPE_CHECKING:
    from tui.engine.connection import Connection

DOWN = ("exited", "dead", "restarting", "created")
"""States of a container that does nothing, though it may have been asked to."""
LAST_LINES = 10
LONGEST_LINE = 400
"""Bytes of a line of the log that are kept."""
JUST_STARTED = 60.0
"""Seconds in which a container that was started again may be about to end again."""
_TOLD_SECONDS = 1.0
"""An end is among the events so soon after State.FinishedAt; Podman counts in whole seconds."""
_ACTIONS = ("start", "die", "oom", "kill", "stop", "restart", "died")
"""What is asked for; "died" is how a Podman before 5 calls "die" in the filter."""


class Turn(NamedTuple):
    """Something that happened to a container (GET /events)."""

    at: float
    """Epoch seconds."""
    action: str
    """The event's Action: "start", "die", "oom", "kill", "stop" or "restart"."""
    exit_code: int | None = None
    """What it ended with; None for what is no end."""
    signal: int | None = None
    """What it was killed with; None for what is no kill."""


class Why(NamedTuple):
    """What may tell why a container is down."""

    turns: tuple[Turn, ...] = ()
    """The oldest first; only as far back as the Engine remembers."""
    lines: tuple[LogLine, ...] = ()
    """The last lines of its log."""
    unread: str = ""
    """Why the log cannot be read, in the Engine's words; "" when it can."""


def asked_why(connection: Connection, found: Mapping[str, Any], now: float) -> Why | None:
    """What there is to know of a container that is down or was started again; None for any other.

    `found` is its inspect answer, `now` in epoch seconds. Asks twice at most. Raises EngineError.
    """
    state = found.get("State") or {}
    began, ended = _epoch(state.get("StartedAt")), _epoch(state.get("FinishedAt"))
    down = state_of(str(state.get("Status") or "")) in DOWN
    if not began or not (down or found.get("RestartCount")):
        return None
    # no longer than that: an Engine waits until a moment that is still to come
    latest = max(began, ended) + _TOLD_SECONDS
    return why_down(
        connection,
        str(found["Id"]),
        bool((found.get("Config") or {}).get("Tty")),
        since=_epoch(found.get("Created")) or began,
        until=min(latest, now) if connection.endpoint.local else latest,
        tail=LAST_LINES if down or now - began < JUST_STARTED else 0,
    )


def why_down(
    connection: Connection,
    container_id: str,
    tty: bool,
    *,
    since: float,
    until: float,
    tail: int = LAST_LINES,
) -> Why:
    """What happened to a container between two moments of the Engine's clock, and its last `tail` lines.

    `tty` is its Config.Tty. GET /containers/{id}/logs, unless `tail` is 0, and GET /events. Raises
    EngineError; a log that only cannot be read is told by the answer.
    """
    lines, unread = _last_lines(connection, container_id, tty, tail) if tail else ((), "")
    filters = {"type": ["container"], "container": [container_id], "event": list(_ACTIONS)}
    params = {"since": f"{since:.9f}", "until": f"{until:.9f}", "filters": json.dumps(filters)}
    with engine_errors():
        told = connection.ask("GET", "/events", params=params).content
    try:
        turns = tuple(_turns(_objects(told.decode(errors="replace")), container_id))
    except (LookupError, *UNREADABLE) as error:
        raise EngineError(f"the events cannot be read: {error!r}") from error
    return Why(turns, lines, unread)


def _last_lines(
    connection: Connection, container_id: str, tty: bool, tail: int
) -> tuple[tuple[LogLine, ...], str]:
    """The lines, or why there are none in the Engine's words."""
    try:
        stream = LogStream(
            connection.api,
            container_id,
            tty=tty,
            tail=tail,
            follow=False,
            timestamps=True,
            longest=LONGEST_LINE,
        )
        with engine_errors():
            return tuple(line for batch in stream for line in batch)[-tail:], ""
    except EngineError as error:
        if error.status is None:
            raise
        return (), error.message


def _turns(events: Iterable[Any], container_id: str) -> Iterator[Turn]:
    """What events say; an Engine's filter matches the beginnings of names and ids too."""
    for event in events:
        actor = event.get("Actor") or {}
        if actor.get("ID") != container_id:
            continue
        said = actor.get("Attributes") or {}
        at = int(event.get("timeNano") or 0) // 1000 / 1e6 or float(event.get("time") or 0)
        action = "die" if event.get("Action") == "died" else str(event.get("Action") or "")
        # the latter is Podman's name for it
        code = _number(said.get("exitCode", said.get("containerExitCode"))) if action == "die" else None
        yield Turn(at, action, code, _number(said.get("signal")) if action == "kill" else None)


def _objects(text: str) -> Iterator[Any]:
    """The JSON objects that stand one after the other."""
    decoder, place = json.JSONDecoder(), 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found, place = decoder.raw_decode(text, place)
        yield found


def _number(text: object) -> int | None:
    word = str(text or "")
    return int(word) if word.removeprefix("-").isdigit() else None


def _epoch(text: object) -> float:
    """The epoch seconds of an Engine's time; 0 for its zero time and for none."""
    try:
        return max(datetime.fromisoformat(str(text or "")).timestamp(), 0.0)
    except (ValueError, OverflowError):
        return 0.0
