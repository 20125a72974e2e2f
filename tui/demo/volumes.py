"""The demo's volumes: made, shown, removed, pruned (API paths /volumes…)."""

from __future__ import annotations

import re

from tui.demo.formats import rfc3339
from tui.demo.models import JSON, Refusal, Volume
from tui.demo.world import World

NAME = re.compile(r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$")
ROOT = "/var/lib/docker/volumes"
OPTIONS = ("type", "device", "o", "size")
"""Those of the driver `local`."""


def mountpoint(volume: Volume) -> str:
    """Where the Engine's machine keeps it."""
    return f"{ROOT}/{volume.name}/_data"


def create(world: World, body: JSON) -> Volume:
    """POST /volumes/create; one that is there already is answered as it is."""
    name = body.get("Name") or ""
    driver = body.get("Driver") or "local"
    if len(name) == 1:
        raise Refusal(
            400,
            f"create {name}: volume name is too short, names should be at least two alphanumeric characters",
        )
    if name and not NAME.match(name):
        raise Refusal(
            400,
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, '
            "use absolute path",
        )
    if name in world.volumes:
        return world.volumes[name]
    if driver != "local":
        raise Refusal(
            404, f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" not found'
        )
    if odd := next((key for key in body.get("DriverOpts") or () if key not in OPTIONS), None):
        raise Refusal(400, f'create {name}: invalid option: "{odd}"')
    volume = Volume(
        name=name or world.fresh_id("volume"),
        created=world.now(),
        driver=driver,
        labels=body.get("Labels") or ({} if name and "Labels" in body else None),
        options=body.get("DriverOpts"),
        anonymous=not name,
    )
    if volume.anonymous:
        volume.labels = {"com.docker.volume.anonymous": ""}
    world.volumes[volume.name] = volume
    world.emit("volume", "create", volume.name, {"driver": driver})
    return volume


def remove(world: World, name: str, *, force: bool) -> None:
    """DELETE /volumes/{name}; `force` only forgives that it is not there."""
    if force and name not in world.volumes:
        return
    volume = world.volume(name)
    if users := world.users_of_volume(name):
        ids = ", ".join(one.id for one in users)
        raise Refusal(409, f"remove {name}: volume is in use - [{ids}]")
    del world.volumes[name]
    world.emit("volume", "destroy", name, {"driver": volume.driver})


def prune(world: World, chosen: list[Volume]) -> JSON:
    """POST /volumes/prune over the volumes that passed its filters; those in use or with options stay."""
    gone = [one for one in chosen if not one.options and not world.users_of_volume(one.name)]
    for volume in gone:
        remove(world, volume.name, force=False)
    freed = sum(volume.size for volume in gone)
    world.emit("volume", "prune", "", {"reclaimed": str(freed)})
    return {"VolumesDeleted": [volume.name for volume in gone], "SpaceReclaimed": freed}


def shape(volume: Volume) -> JSON:
    """The object of GET /volumes/{name}."""
    return {
        "CreatedAt": rfc3339(int(volume.created)),
        "Driver": volume.driver,
        "Labels": volume.labels,
        "Mountpoint": mountpoint(volume),
        "Name": volume.name,
        "Options": volume.options,
        "Scope": "local",
    }
