"""How things stand between Wharf and an Engine."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.errors import EngineError

if TYPE_CHECKING:
    from tui.engine.connection import Server


class LinkState(StrEnum):
    """The state of the line."""

    CONNECTING = "connecting"
    UP = "up"
    STALE = "stale"
    """The Engine holds its socket open but does not answer."""
    DOWN = "down"


class Link(NamedTuple):
    """The line to an Engine at one moment; all times are time.monotonic()."""

    state: LinkState
    since: float
    error: EngineError | None = None
    retry_at: float | None = None
    """When the next try begins; None while one is under way, and when `waits`."""
    server: Server | None = None
    ever_up: bool = False
    """Whether there is a last known state to show."""
    waits: bool = False
    """Whether nothing is tried until a person asks for it: only a person can mend what is wrong."""
