"""Removing and pruning, of every kind: always a plan, and then exactly what it showed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.engine import versions
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.models import Container, Image, Network, Volume
from tui.engine.plans import Choice, Item, Plan
from tui.engine.store import Store
from tui.verbs.common import calling, item_of, lined, names_of, typed_for
from tui.verbs.removing_images import prune_images, remove_images
from tui.verbs.unused import (
    holds_endpoints,
    prunable_containers,
    prunable_networks,
    prunable_volumes,
    served_networks,
)
from tui.verbs.verb import Desk, Effect, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection

Switches = Mapping[str, bool]
Build = Callable[[Switches], Plan]


# Notes: what a person wants to know of an object before it goes


def _used_by(store: Store, keys: Sequence[str]) -> str:
    names = [store.containers[key].name for key in keys if key in store.containers]
    return f"used by {', '.join(names)}" if names else "used by no container"


def note_of(store: Store, model: Container | Network | Volume) -> str:
    """What depends on an object, or how it stands."""
    match model:
        case Container():
            return model.status
        case Network():
            return _used_by(store, store.uses.networks.get(model.id, ()))
        case Volume():
            kind = "anonymous" if model.anonymous else "named"
            return f"{kind}, {_used_by(store, store.uses.volumes.get(model.name, ()))}"


def _items(store: Store, models: Sequence[Container | Network | Volume]) -> tuple[Item, ...]:
    return tuple(item_of(store, model, note_of(store, model)) for model in models)


# Sizes


def _container_sizes(connection: Connection) -> Mapping[str, int]:
    """Bytes written by each container (GET /containers/json?size=1)."""
    found = connection.api.containers(all=True, size=True)
    return {item["Id"]: int(item.get("SizeRw") or 0) for item in found}


def _volume_sizes(connection: Connection) -> Mapping[str, int]:
    """Bytes in each volume whose driver tells (GET /system/df)."""
    found = connection.api.df().get("Volumes") or ()
    sizes = {item["Name"]: int((item.get("UsageData") or {}).get("Size", -1)) for item in found}
    return {name: size for name, size in sizes.items() if size >= 0}


# Removing what is chosen


async def _remove_containers(desk: Desk, models: Sequence[Container]) -> None:
    def build(on: Switches) -> Plan:
        flags = ["-v"] * on["volumes"] + ["-f"] * on["force"]
        alive = [model.name for model in models if model.running]
        warnings = []
        if alive and on["force"]:
            warnings.append(f"Killed first: {', '.join(alive)}")
        elif alive:
            warnings.append(f"Refused unless forced, as it has not stopped: {', '.join(alive)}")
        if on["volumes"]:
            warnings.append("Their anonymous volumes go too, with what is in them.")
        return Plan(
            REMOVE_CONTAINER.id,
            REMOVE_CONTAINER.title,
            _items(desk.store, models),
            docker("rm", *flags, *names_of(models)),
            calling("remove_container", v=on["volumes"], force=on["force"]),
            warnings=tuple(warnings),
            choices=(
                Choice("volumes", "v", "anonymous volumes too (-v)", on["volumes"]),
                Choice("force", "f", "force: kill what still runs (-f)", on["force"]),
            ),
            typed=typed_for(desk, models),
            rebuild=build,
            measure=_container_sizes,
        )

    await desk.confirm(build({"volumes": False, "force": False}))


async def _remove_networks(desk: Desk, models: Sequence[Network]) -> None:
    await desk.confirm(
        Plan(
            REMOVE_NETWORK.id,
            REMOVE_NETWORK.title,
            _items(desk.store, models),
            REMOVE_NETWORK.line(models),
            calling("remove_network"),
            typed=typed_for(desk, models),
        )
    )


async def _remove_volumes(desk: Desk, models: Sequence[Volume]) -> None:
    await desk.confirm(
        Plan(
            REMOVE_VOLUME.id,
            REMOVE_VOLUME.title,
            _items(desk.store, models),
            REMOVE_VOLUME.line(models),
            calling("remove_volume"),
            warnings=("What is in a volume is nowhere else: it cannot be brought back.",),
            typed=typed_for(desk, models, precious=not all(model.anonymous for model in models)),
            measure=_volume_sizes,
        )
    )


# Pruning: the removal of the objects shown


async def _prune_containers(desk: Desk, models: Sequence[Any]) -> None:
    unused = prunable_containers(desk.store)
    await desk.confirm(
        Plan(
            PRUNE_CONTAINERS.id,
            PRUNE_CONTAINERS.title,
            _items(desk.store, unused),
            PRUNE_CONTAINERS.line(()),
            calling("remove_container"),
            typed=typed_for(desk, unused),
            nothing="Every container runs: there is nothing to prune.",
            measure=_container_sizes,
        )
    )


async def _prune_networks(desk: Desk, models: Sequence[Any]) -> None:
    def build(unused: Sequence[Network]) -> Plan:
        return Plan(
            PRUNE_NETWORKS.id,
            PRUNE_NETWORKS.title,
            _items(desk.store, unused),
            PRUNE_NETWORKS.line(()),
            calling("remove_network"),
            typed=typed_for(desk, unused),
            nothing="Every network is in use or built in.",
        )

    def refine(connection: Connection) -> Plan:
        # only the Engine knows the endpoints of swarm itself, and what its services hold
        served = served_networks(connection, candidates)
        free = [network for network in candidates if network.id not in served]
        return build([network for network in free if not holds_endpoints(connection, network)])

    candidates = prunable_networks(desk.store, stopped=bool(desk.connection.podman))
    await desk.confirm(replace(build(candidates), refine=refine))


async def _prune_volumes(desk: Desk, models: Sequence[Any]) -> None:
    asks = not versions.prunes_named_volumes(desk.connection.api_version, desk.connection.podman)

    def build(on: Switches) -> Plan:
        every = on["all"] or not asks
        unused = prunable_volumes(desk.store, every=every)
        precious = not all(volume.anonymous for volume in unused)
        choice = Choice("all", "a", "named ones too (--all)", on["all"])
        return Plan(
            PRUNE_VOLUMES.id,
            PRUNE_VOLUMES.title,
            _items(desk.store, unused),
            docker("volume", "prune", *["--all"] * on["all"]),
            calling("remove_volume"),
            warnings=("Named volumes are among them.",) if precious else (),
            choices=(choice,) if asks else (),
            typed=typed_for(desk, unused, precious=precious),
            nothing=f"No unused {'local' if every else 'anonymous'} volume is left.",
            rebuild=build,
            measure=_volume_sizes,
        )

    await desk.confirm(build({"all": False}))


def _removable(model: Network, store: Store) -> bool:
    return not model.built_in


def _listed_by_itself(model: Image, store: Store) -> bool:
    return not model.intermediate


def _remove(kind: Kind, line: Callable[[Sequence[Any]], DockerLine], act: Any, tip: str, **more: Any) -> Verb:
    return Verb(f"{kind}.remove", "d", "remove", tip, kind, Effect.DESTROYS, line, act, weight=3, **more)


def _prune(kind: Kind, act: Any, tip: str) -> Verb:
    return Verb(
        f"{kind}.prune",
        "X",
        "prune",
        tip,
        kind,
        Effect.DESTROYS,
        lambda models: docker(kind.value, "prune"),
        act,
        needs_row=False,
        weight=5,
    )


REMOVE_CONTAINER = _remove(
    Kind.CONTAINER, lined("rm"), _remove_containers, "Remove containers, after a plan of it."
)
REMOVE_IMAGE = _remove(
    Kind.IMAGE,
    lined("rmi"),
    remove_images,
    "Remove image references, and images with their last one, after a plan of it.",
    applies=_listed_by_itself,
)
REMOVE_NETWORK = _remove(
    Kind.NETWORK,
    lined("network", "rm"),
    _remove_networks,
    "Remove networks, after a plan of it; Docker's own stay.",
    applies=_removable,
)
REMOVE_VOLUME = _remove(
    Kind.VOLUME, lined("volume", "rm"), _remove_volumes, "Remove volumes and what is in them, after a plan."
)
PRUNE_CONTAINERS = _prune(
    Kind.CONTAINER, _prune_containers, "Remove all containers that are not running, after a plan of it."
)
PRUNE_IMAGES = _prune(
    Kind.IMAGE, prune_images, "Remove dangling images, or all that no container uses, after a plan of it."
)
PRUNE_NETWORKS = _prune(
    Kind.NETWORK, _prune_networks, "Remove the networks without a running container, after a plan of it."
)
PRUNE_VOLUMES = _prune(
    Kind.VOLUME, _prune_volumes, "Remove the volumes that no container uses, after a plan of it."
)
