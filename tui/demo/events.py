"""What happened in the demo's world, kept for a while and told to whoever listens (GET /events)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.demo.formats import repository
from tui.demo.models import JSON

REMEMBERED = 256
"""How many events `since=` can bring back, as on a real Engine."""

PREFIXED = {"health_status", "exec_create", "exec_start"}
"""Actions that carry a detail after a colon: asking for one of them matches by prefix."""


@dataclass(frozen=True)
class Event:
    """One event, in the Engine's words."""

    kind: str
    action: str
    id: str
    attributes: Mapping[str, str]
    nanos: int
    """Epoch nanoseconds."""

    def json(self) -> JSON:
        """The message of GET /events; `status`, `id` and `from` only where older clients expect them."""
        legacy: JSON = {}
        if self.kind in ("container", "image"):
            legacy = {"status": self.action, "id": self.id}
        if self.kind == "container" and "image" in self.attributes:
            legacy["from"] = self.attributes["image"]
        return {
            **legacy,
            "Type": self.kind,
            "Action": self.action,
            "Actor": {"ID": self.id, "Attributes": dict(sorted(self.attributes.items()))},
            "scope": "local",
            "time": self.nanos // 1_000_000_000,
            "timeNano": self.nanos,
        }


class EventLog:
    """The last events and the listeners. Not locked: the world's lock covers it."""

    def __init__(self) -> None:
        self.recent: deque[Event] = deque(maxlen=REMEMBERED)
        self._listeners: list[Callable[[Event | None], None]] = []
        self._last = 0

    @property
    def listeners(self) -> int:
        """How many are listening now (NEventsListener in GET /info)."""
        return len(self._listeners)

    def add(self, kind: str, action: str, identity: str, attributes: Mapping[str, str], at: float) -> None:
        """Keep one event and tell it to everybody; times never repeat or go back."""
        self._last = max(self._last + 1, round(at * 1_000_000) * 1000)
        event = Event(kind, action, identity, dict(attributes), self._last)
        self.recent.append(event)
        for tell in tuple(self._listeners):
            tell(event)

    def nudge(self) -> None:
        """Let listeners look at the world again without an event: its clock or a log has moved."""
        for tell in tuple(self._listeners):
            tell(None)

    def listen(self, tell: Callable[[Event | None], None]) -> Callable[[], None]:
        """Call `tell` with each event from now on; the answer ends it."""
        self._listeners.append(tell)
        return lambda: self._listeners.remove(tell)


def wanted(event: Event, filters: Mapping[str, list[str]]) -> bool:
    """Whether an event passes the filters of GET /events, by the Engine's own rules."""
    return (
        _action(event, filters.get("event", []))
        and _exact([event.kind], filters.get("type", []))
        and _exact(["local"], filters.get("scope", []))
        and _image(event, filters.get("image", []))
        and _labels(event, filters.get("label", []))
        and all(
            _named(event, filters[kind]) for kind in ("container", "network", "volume") if kind in filters
        )
    )


def _exact(values: list[str], asked: list[str]) -> bool:
    return not asked or any(value in asked for value in values)


def _action(event: Event, asked: list[str]) -> bool:
    if PREFIXED.intersection(asked):
        return event.action.startswith(tuple(asked))
    return _exact([event.action], asked)


def _named(event: Event, asked: list[str]) -> bool:
    """By prefix of id or name, whatever the kind: `container=web` also brings a network called web."""
    return event.id.startswith(tuple(asked)) or event.attributes.get("name", "").startswith(tuple(asked))


def _image(event: Event, asked: list[str]) -> bool:
    name = event.attributes.get("name" if event.kind == "image" else "image", "")
    return _exact([event.id, name, repository(event.id), repository(name)], asked)


def _labels(event: Event, asked: list[str]) -> bool:
    for label in asked:
        key, equals, value = label.partition("=")
        if key not in event.attributes or (equals and event.attributes[key] != value):
            return False
    return True
