"""What happens on an Engine, for a person to read: its latest events and what passes (GET /events)."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.engine.errors import EngineError, Unreachable, engine_errors
from tui.engine.wire import Chunks, Wire, opened

if TYPE_CHECKING:
    from tui.engine.connection import Connection

AT_MOST = 1000
"""So many that nobody has taken yet are kept, the newest."""
OPENING_SECONDS = 10.0
"""How long an answer may take to begin."""
LONGEST = 256 * 1024
"""Bytes of one event at most; a longer one is left out."""
NANOS = 1_000_000_000
LATEST = 253_402_214_400 * NANOS
"""No event is later: that is the last day that can be written with four digits of a year."""

ACTIONS = (
    *("attach", "checkpoint", "commit", "copy", "create", "destroy", "detach", "die", "export"),
    *("health_status", "kill", "oom", "pause", "prune", "rename", "resize", "restart", "start", "stop"),
    *("top", "unpause", "update", "archive-path", "extract-to-dir"),
    *("delete", "import", "load", "pull", "push", "save", "tag", "untag"),
    *("mount", "unmount", "connect", "disconnect", "remove", "reload", "enable", "disable", "install"),
)
"""What Docker tells of, but for EXECS."""
PODMANS = ("died", "loadfromarchive", "init", "cleanup")
"""Podman's own words."""
EXECS = ("exec_create", "exec_start", "exec_detach", "exec_die")
TYPES = (
    *("builder", "config", "container", "daemon", "image", "network", "node", "plugin", "secret"),
    *("service", "volume"),
)
"""What an event is about."""
FILTERS = {"event": sorted((*ACTIONS, *PODMANS))}
"""All that is told but commands beside main processes, which health checks run every few seconds."""


UNREADABLE = (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What decoding raises where the Engine tells nonsense."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event, with the Engine's exact strings."""

    at: int
    """Epoch nanoseconds."""
    kind: str
    """container, image, network, volume, plugin, daemon, builder …"""
    action: str
    """"start", "health_status" …"""
    detail: str
    """What stands after the action's colon: "healthy", or the command of an exec."""
    ident: str
    """The object's id, or what else the Engine knows it by."""
    name: str
    """Its name; "" when the event has none."""
    said: Mapping[str, str] = field(default_factory=dict)
    """The event's attributes."""


def decode(event: Mapping[str, Any]) -> Happening:
    """One element of the stream. Raises one of UNREADABLE for what is no event."""
    actor = event.get("Actor") or {}
    said = {str(key): str(value) for key, value in (actor.get("Attributes") or {}).items()}
    action, _, detail = str(event.get("Action") or event.get("status") or "").partition(":")
    ident = str(actor.get("ID") or event.get("id") or "")
    kind = str(event.get("Type") or "")
    named = said.get("name", "") or (ident if kind == "volume" else "")
    at = int(event.get("timeNano") or int(event.get("time") or 0) * NANOS)
    if at > LATEST:
        raise ValueError("a time beyond the year 9999")
    return Happening(at, kind, action, detail.strip(), ident, named, said)


class Happenings:
    """Reads the events after a moment and those that come, on a thread, until it is closed or they end."""

    def __init__(
        self,
        connection: Callable[[], Connection],
        news: Callable[[], None],
        *,
        after: int,
        every: bool = False,
        types: Sequence[str] = (),
    ) -> None:
        """`news` is called on that thread when there is something to `take`, once until it is taken.

        `after` is an epoch nanosecond; with `every` commands beside main processes are told too.
        `types` are those of TYPES that are told of, when not all are.
        """
        self._connection = connection
        self._news = news
        self._after = after
        self._filters = {**({} if every else FILTERS), **({"type": list(types)} if types else {})}
        self._lock = threading.Lock()
        self._found: deque[Happening] = deque(maxlen=AT_MOST)
        self._told = False
        self._closed = False
        self._wire: Wire | None = None
        self.began = False
        """Whether the Engine has begun to tell."""
        self.error: EngineError | None = None
        """Why it ended; None as long as it goes on."""

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name="happenings", daemon=True).start()

    def close(self) -> None:
        """End it, from any thread, at once; nothing is told any more. May be called again."""
        with self._lock:
            self._closed = True
            wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def take(self) -> list[Happening]:
        """What came since the last time, the oldest first."""
        with self._lock:
            found = list(self._found)
            self._found.clear()
            self._told = False
        return found

    def _run(self) -> None:
        try:
            connection = self._connection()
            connection.followed_by(self)
            with engine_errors():
                self._follow(*self._open(connection))
            self._end(connection.why(Unreachable("the Engine closed the stream of events")))
        except EngineError as error:
            self._end(error)

    def _open(self, connection: Connection) -> tuple[Wire, Chunks]:
        api = connection.api
        params = {"since": str(self._after // NANOS)}
        if self._filters:
            params["filters"] = json.dumps(self._filters)
        address = f"{api.base_url}/v{api.api_version}/events"
        answer = api.get(address, params=params, stream=True, timeout=OPENING_SECONDS)
        return opened(answer), Chunks.of(answer)

    def _follow(self, wire: Wire, body: Chunks) -> None:
        with self._lock:
            closed = self._closed
            self._wire = None if closed else wire
        try:
            if closed:
                return
            self.began = True
            self._tell()
            rest = b""
            while not body.ended and (data := wire.receive()):
                *whole, rest = (rest + body.feed(data)).split(b"\n")
                for line in whole:
                    self._add(line)
                rest = rest[: LONGEST + 1]  # that tells that it is too long
        finally:
            wire.close()

    def _add(self, line: bytes) -> None:
        if len(line) > LONGEST:
            return
        try:
            found = decode(json.loads(line))
        except UNREADABLE:
            return  # no event: there is nothing to say of it
        if found.at > self._after:  # the Engine counts from whole seconds on
            with self._lock:
                self._found.append(found)
            self._tell()

    def _end(self, error: EngineError) -> None:
        self.error = error
        with self._lock:
            self._told = False
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            if self._told or self._closed:
                return
            self._told = True
        self._news()
