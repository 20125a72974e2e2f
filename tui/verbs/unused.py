"""What nothing uses, as the Engine's own prunes see it: there is no dry run to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.models import Container, Image, Network, Volume
from tui.engine.plans import GONE
from tui.engine.store import Store

if TYPE_CHECKING:
    from tui.engine.connection import Connection

NOT_PRUNED = ("running", "paused", "restarting")
"""The states that a container prune leaves alone."""

LOCAL = "local"
"""The volume driver whose volumes a prune takes; those of plugins it leaves alone."""

NO_MANAGER = 503
"""The status with which an Engine that manages no swarm answers for services."""


def prunable_containers(store: Store) -> list[Container]:
    """The containers that do not run, nor are about to."""
    return [model for model in store.containers.values() if model.state not in NOT_PRUNED]


def prunable_images(store: Store, *, every: bool) -> list[Image]:
    """The images no container uses: those without a tag, or with `every` all of them.

    An image with several tags in use by a container keeps them all, although the Engine's own prune would
    take the tags but one: nobody asked for that.
    """
    unused = (image for image in store.images.values() if not store.uses.images.get(image.id))
    return [image for image in unused if every or image.dangling]


def every_image(connection: Connection) -> dict[str, Image]:
    """The images by id, with the parents that lists hide (GET /images/json?all=1)."""
    from tui.engine.models.image import decode_image

    return {image.id: image for item in connection.api.images(all=True) for image in decode_image(item)}


def orphans(everything: Mapping[str, Image], store: Store, going: Sequence[Image]) -> list[Image]:
    """The untagged parents that nothing else is built on once these images are gone, children first.

    A build leaves one such image a step, and the Engine's own prune takes them along.
    """
    keys = {image.key for image in going}
    gone = {image.id for image in going if keys.issuperset(image.references)}
    children: dict[str, set[str]] = {}
    for image in everything.values():
        children.setdefault(image.parent, set()).add(image.id)
    found: list[Image] = []
    line = [image.parent for image in going if image.id in gone]
    while line:
        parent = everything.get(line.pop(0))
        if parent is None or parent.id in gone or parent.references or store.uses.images.get(parent.id):
            continue
        if children.get(parent.id, set()) <= gone:
            gone.add(parent.id)
            found.append(parent)
            line.append(parent.parent)
    return found


def children_first(everything: Mapping[str, Image], images: Sequence[Image]) -> list[Image]:
    """The images in an order in which each can go: one with a child would only lose its tag."""

    def generation(image: Image) -> int:
        parent = everything.get(image.parent)
        return 0 if parent is None else 1 + generation(parent)

    return sorted(images, key=generation, reverse=True)


def prunable_networks(store: Store) -> list[Network]:
    """The networks that hold no running container and are not built in, as far as the Store knows."""
    users = store.uses.networks
    alive = {key for key, container in store.containers.items() if container.running}
    return [
        network
        for network in store.networks.values()
        if not (network.built_in or network.ingress or network.config_only)
        and alive.isdisjoint(users.get(network.id, ()))
    ]


def served_networks(connection: Connection, networks: Sequence[Network]) -> set[str]:
    """The ids of those networks of a swarm that a service uses, with or without a task (GET /services).

    All of them where the Engine is no manager: it leaves them alone then.
    """
    of_swarm = {network.id for network in networks if network.scope == "swarm"}
    if not of_swarm:
        return set()
    try:
        services = connection.ask("GET", "/services").json()
    except EngineError as error:
        if error.status != NO_MANAGER:
            raise
        return of_swarm
    specs = (service["Spec"] for service in services)
    lists = ((spec.get("TaskTemplate") or {}).get("Networks") or spec.get("Networks") or () for spec in specs)
    return of_swarm & {use["Target"] for uses in lists for use in uses}


def holds_endpoints(connection: Connection, network: Network) -> bool:
    """Whether anything is attached (GET /networks/{id}; the list's own filter `dangling` does not look)."""
    from tui.engine.lists import inspect

    try:
        return bool(inspect(connection, Kind.NETWORK, network.id).get("Containers"))
    except EngineError as error:
        if error.status != GONE:
            raise
        return True  # nothing is left of it to remove


def prunable_volumes(store: Store, *, every: bool) -> list[Volume]:
    """The local volumes no container uses: those the Engine marked as anonymous, or with `every` all."""
    used = store.uses.volumes
    return [
        volume
        for volume in store.volumes.values()
        if volume.driver == LOCAL and volume.name not in used and (every or volume.marked_anonymous)
    ]
