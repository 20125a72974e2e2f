"""What a container has been through: its starts and ends, and the last that it wrote before it went down."""

from __future__ import annotations

from typing import NamedTuple

from tui.engine.logs import LogLine


class Turn(NamedTuple):
    """Something that happened to a container (GET /events)."""

    at: float
    """Epoch seconds."""
    action: str
    """The event's Action: "start", "die", "oom", "kill", "restart" …"""
    exit_code: int | None = None
    """What it ended with; None for what is no end."""


class Why(NamedTuple):
    """What may tell why a container is down."""

    turns: tuple[Turn, ...] = ()
    """The oldest first; only as far back as the Engine remembers."""
    lines: tuple[LogLine, ...] = ()
    """The last lines of its log."""
    unread: str = ""
    """Why the log cannot be read, in the Engine's words; "" when it can."""
