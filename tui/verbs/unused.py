"""What nothing uses, as the Engine's own prunes see it: there is no dry run to ask."""

from __future__ import annotations

from collections.abc import Sequence
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
    return [image for image in unused if (every or image.dangling) and not image.intermediate]


def every_image(connection: Connection) -> dict[str, Image]:
    """The images by id, with the parents that lists hide (GET /images/json?all=1)."""
    from tui.engine.models.image import decode_every

    return {image.id: image for image in decode_every(connection.api.images(all=True))}


def prunable_networks(store: Store, *, stopped: bool = False) -> list[Network]:
    """The networks that hold no running container and are not built in, as far as the Store knows.

    With `stopped` those of stopped containers stay too, as with Podman.
    """
    users = store.uses.networks
    alive = {key for key, container in store.containers.items() if stopped or container.running}
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
