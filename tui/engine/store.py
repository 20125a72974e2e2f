"""What Wharf knows of an Engine: one mapping a kind, replaced whole, with the differences published."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from tui.engine.kinds import Kind
from tui.engine.models import Container, Image, Model, Network, Volume
from tui.engine.models.image import ImageSizes

if TYPE_CHECKING:
    from tui.engine.meters import Meters


class Changes(NamedTuple):
    """What became different in one kind."""

    kind: Kind
    added: frozenset[str] = frozenset()
    updated: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.removed)


class Uses(NamedTuple):
    """Which containers use what: object to the keys of its containers, in the order of the list."""

    images: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By image id."""
    volumes: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By volume name."""
    networks: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By network id; stopped containers among them."""


class Refusal(NamedTuple):
    """What an Engine said when it would not start a container."""

    at: float
    """Epoch seconds."""
    words: str


Listener = Callable[[Changes], None]


class Store:
    """The objects of one Engine by kind.

    Written by one thread, read by any: a mapping once given never changes.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """`clock` tells the time in epoch seconds."""
        self.clock = clock
        self._kinds: dict[Kind, Mapping[str, Model]] = {kind: MappingProxyType({}) for kind in Kind}
        self._listed: set[Kind] = set()
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._uses: tuple[Mapping[str, Container], Uses] = ({}, Uses())
        self.every_image = False
        """Whether intermediate images are read too from now on."""
        self.image_sizes: ImageSizes | None = None
        """What the images share, as somebody asked for it last; None before anybody did."""
        self.refusals: Mapping[str, Refusal] = MappingProxyType({})
        """By container id, of starts asked for here: of some an Engine's State.Error says nothing."""
        self.meters: Meters | None = None
        """What the containers use; None before anybody wanted to know."""

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with every later Changes, on the thread that made them."""
        self._listeners.append(listener)

    def listed(self, kind: Kind) -> bool:
        """Whether the kind was read from the Engine at least once."""
        return kind in self._listed

    def of(self, kind: Kind) -> Mapping[str, Model]:
        """The objects of a kind by key, in the Engine's order; the same mapping until one is different."""
        return self._kinds[kind]

    @property
    def containers(self) -> Mapping[str, Container]:
        """The containers by id."""
        return cast(Mapping[str, Container], self._kinds[Kind.CONTAINER])

    @property
    def images(self) -> Mapping[str, Image]:
        """The images by reference, or by id where there is none."""
        return cast(Mapping[str, Image], self._kinds[Kind.IMAGE])

    @property
    def networks(self) -> Mapping[str, Network]:
        """The networks by id."""
        return cast(Mapping[str, Network], self._kinds[Kind.NETWORK])

    @property
    def volumes(self) -> Mapping[str, Volume]:
        """The volumes by name."""
        return cast(Mapping[str, Volume], self._kinds[Kind.VOLUME])

    @property
    def uses(self) -> Uses:
        """Which containers use which images, volumes and networks."""
        containers = self.containers
        known, uses = self._uses
        if known is not containers:
            uses = _count_uses(containers)
            self._uses = (containers, uses)
        return uses

    def measured(self, sizes: ImageSizes) -> None:
        """Take what the images share, from any thread, and publish that they look different."""
        self.image_sizes = sizes
        self._publish(Changes(Kind.IMAGE, updated=frozenset(self.images)), always=True)

    def start_ended(self, ident: str, refused: str) -> None:
        """A start of a container was done, or `refused` in these words. From any thread."""
        with self._lock:
            others = {one: said for one, said in self.refusals.items() if one in self.containers}
            others.pop(ident, None)
            self.refusals = others | ({ident: Refusal(self.clock(), refused)} if refused else {})
        if refused:
            # an Engine tells of no event then
            self._publish(Changes(Kind.CONTAINER, updated=frozenset((ident,))), always=True)

    def replace(self, kind: Kind, models: Iterable[Model]) -> Changes:
        """Take a whole list of a kind; returns and publishes what became different."""
        with self._lock:
            new = {model.key: model for model in models}
            old = self._kinds[kind]
            first = kind not in self._listed
            self._listed.add(kind)
            changes = Changes(
                kind,
                frozenset(new.keys() - old.keys()),
                frozenset(key for key in new.keys() & old.keys() if new[key] != old[key]),
                frozenset(old.keys() - new.keys()),
            )
            self._kinds[kind] = MappingProxyType(new)
        self._publish(changes, always=first)
        return changes

    def update(self, kind: Kind, models: Iterable[Model], asked: Iterable[str]) -> Changes:
        """Take some objects of a kind again; of the keys asked for, those not among them are gone."""
        with self._lock:
            old = self._kinds[kind]
            found = {model.key: model for model in models}
            gone = frozenset(key for key in asked if key in old and key not in found)
            added = frozenset(found.keys() - old.keys())
            updated = frozenset(key for key in found.keys() & old.keys() if found[key] != old[key])
            # new objects come first, as the Engine lists them
            new = {key: found[key] for key in found if key in added}
            new |= {key: found.get(key, model) for key, model in old.items() if key not in gone}
            self._kinds[kind] = MappingProxyType(new)
            changes = Changes(kind, added, updated, gone)
        self._publish(changes)
        return changes

    def _publish(self, changes: Changes, *, always: bool = False) -> None:
        if changes or always:
            for listener in self._listeners:
                listener(changes)


def _count_uses(containers: Mapping[str, Container]) -> Uses:
    images: dict[str, list[str]] = {}
    volumes: dict[str, list[str]] = {}
    networks: dict[str, list[str]] = {}
    for key, container in containers.items():
        images.setdefault(container.image_id, []).append(key)
        for mount in container.mounts:
            if mount.type == "volume":
                volumes.setdefault(mount.source, []).append(key)
        for use in container.networks:
            networks.setdefault(use.network_id, []).append(key)
    return Uses(
        *({name: tuple(keys) for name, keys in index.items()} for index in (images, volumes, networks))
    )
