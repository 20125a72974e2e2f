"""The demo's world: every object that the demo Engine knows, its clock and its ids."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

from tui.demo.dials import Dials
from tui.demo.events import EventLog
from tui.demo.formats import HEX_ID, misnamed, repository, with_tag
from tui.demo.models import Container, Image, Network, Refusal, Volume

if TYPE_CHECKING:
    from tui.demo.build_cache import CacheRecord
    from tui.demo.plugins import Plugin

FIXED_NOW = 1_750_000_000.0
"""A moment for tests that need a clock which stands still: 2025-06-15 15:06:40 UTC, in epoch seconds."""

LOWEST_EPHEMERAL_PORT = 32768


class _Object(Protocol):
    id: str


_Found = TypeVar("_Found", bound=_Object)


class World:
    """Containers, images, networks and volumes with one lock over them all.

    The same seed and the same calls give the same ids. Whoever looks in from outside holds `lock`, and
    calls `forget_rows()` after changing something inside a dictionary of a container.
    """

    def __init__(self, seed: int = 1, clock: Callable[[], float] = time.time) -> None:
        self.seed = seed
        self.clock = clock
        self.lock = threading.RLock()
        self.events = EventLog()
        self.containers: dict[str, Container] = {}
        self.images: dict[str, Image] = {}
        self.networks: dict[str, Network] = {}
        self.volumes: dict[str, Volume] = {}
        self.build_cache: dict[str, CacheRecord] = {}
        self.dials = Dials()
        """How slow and how faulty it is."""
        self.plugins: dict[str, Plugin] = {}
        """By name."""
        self.execs: dict[str, object] = {}
        """Commands that were asked for beside main processes, by id."""
        self.born = clock()
        self._counter = 0

    def now(self) -> float:
        """Epoch seconds."""
        return self.clock()

    def fresh_id(self, kind: str) -> str:
        """64 hex digits that follow from the seed and from how many were asked for before."""
        self._counter += 1
        return self.digest(f"{kind}:{self._counter}")

    def digest(self, text: str) -> str:
        """64 hex digits that follow from the seed and a text."""
        return hashlib.sha256(f"{self.seed}:{text}".encode()).hexdigest()

    def forget_rows(self) -> None:
        """Have the container list written anew: what its rows show has changed elsewhere."""
        for container in self.containers.values():
            container.row = None

    def emit(self, kind: str, action: str, identity: str, attributes: Mapping[str, str]) -> None:
        """Tell an event of now."""
        self.events.add(kind, action, identity, attributes, self.now())

    # looking things up, with the Engine's sentences when they are not there

    def container(self, reference: str) -> Container:
        """By id, name or a prefix of the id that is the only one; Refusal 404 or 400."""
        if found := self.containers.get(reference) or self.named(reference.removeprefix("/")):
            return found
        found = _by_prefix(self.containers, reference, reference)
        if found is None:
            raise Refusal(404, f"No such container: {reference}")
        return found

    def named(self, name: str) -> Container | None:
        """The container with exactly this name, without a slash."""
        return next((one for one in self.containers.values() if one.name == name), None)

    def image(self, reference: str) -> Image:
        """By tag, digest, id or a prefix of the id; Refusal 404."""
        found = self.images.get(reference) or self.images.get(f"sha256:{reference}")
        wanted = with_tag(reference)
        found = found or next((one for one in self.images.values() if wanted in one.references), None)
        found = found or _by_prefix(self.images, f"sha256:{reference.removeprefix('sha256:')}", reference)
        if found is None and (why := misnamed(repository(reference))):
            raise Refusal(400, why)
        if found is None:
            missing = reference if reference.startswith("sha256:") or HEX_ID.match(reference) else wanted
            raise Refusal(404, f"No such image: {missing}")
        return found

    def is_id(self, reference: str, image: Image) -> bool:
        """Whether an image was asked for by (a prefix of) its id rather than by a reference."""
        if with_tag(reference) in image.references:
            return False
        return image.id.startswith((reference, f"sha256:{reference}"))

    def network(self, reference: str) -> Network:
        """By id, name or a prefix of the id; Refusal 404."""
        found = self.networks.get(reference)
        found = found or next((one for one in self.networks.values() if one.name == reference), None)
        found = found or _by_prefix(self.networks, reference, reference)
        if found is None:
            raise Refusal(404, f"network {reference} not found")
        return found

    def volume(self, name: str) -> Volume:
        """By name; Refusal 404."""
        if name not in self.volumes:
            raise Refusal(404, f"get {name}: no such volume")
        return self.volumes[name]

    # who uses what

    def users_of_image(self, image: Image) -> list[Container]:
        """Containers made from it, in any state."""
        return [one for one in self.containers.values() if one.image_id == image.id]

    def users_of_volume(self, name: str) -> list[Container]:
        """Containers that mount it, in any state."""
        return [one for one in self.containers.values() if name in one.volumes]

    def published_ports(self) -> set[tuple[str, str]]:
        """Host ports in use, with their protocol."""
        return {
            (binding["HostPort"], port.rpartition("/")[2])
            for one in self.containers.values()
            for port, bindings in one.ports.items()
            for binding in bindings or ()
        }


def _by_prefix(objects: Mapping[str, _Found], prefix: str, reference: str) -> _Found | None:
    if not reference:
        return None
    found = [one for identity, one in objects.items() if identity.startswith(prefix)]
    if len(found) > 1:
        raise Refusal(400, f"Multiple IDs found with provided prefix: {reference}")
    return found[0] if found else None
