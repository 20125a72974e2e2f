"""Volumes, as GET /volumes lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tui.engine.kinds import Kind

ANONYMOUS_LABEL = "com.docker.volume.anonymous"
_HEXADECIMAL = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume (GET /volumes)."""

    kind: ClassVar[Kind] = Kind.VOLUME

    name: str
    driver: str
    mountpoint: str
    created: str
    """RFC 3339, as the Engine writes it; "" for a driver that does not say."""
    scope: str
    labels: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What the Store knows it by."""
        return self.name

    @property
    def id(self) -> str:
        """The name: the Engine gives volumes no other id."""
        return self.name

    @property
    def marked_anonymous(self) -> bool:
        """Whether the Engine itself marked it as anonymous (Engine 23 and newer do)."""
        return any(key == ANONYMOUS_LABEL for key, _ in self.labels)

    @property
    def anonymous(self) -> bool:
        """Whether nobody gave it a name: marked so, or named as the Engine names such volumes."""
        return self.marked_anonymous or (len(self.name) == 64 and set(self.name) <= _HEXADECIMAL)


def decode_volume(item: Mapping[str, Any]) -> Volume:
    """A Volume from one item of GET /volumes."""
    return Volume(
        name=item["Name"],
        driver=item.get("Driver") or "",
        mountpoint=item.get("Mountpoint") or "",
        created=item.get("CreatedAt") or "",
        scope=item.get("Scope") or "",
        labels=tuple((item.get("Labels") or {}).items()),
        options=tuple((item.get("Options") or {}).items()),
    )
