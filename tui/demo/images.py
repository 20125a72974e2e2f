"""The demo's images: tagged, untagged, deleted, pruned, shown (API paths /images…)."""

from __future__ import annotations

import re

from tui.demo.formats import misnamed, repository, rfc3339, short, with_tag
from tui.demo.models import JSON, Container, Image, Refusal
from tui.demo.world import World

TAG = re.compile(r"^[\w][\w.-]{0,127}$", re.ASCII)
REPOSITORY = re.compile(
    r"^(?:[a-zA-Z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    r"(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$"
)


def tag(world: World, image: Image, repo: str, name: str) -> None:
    """POST /images/{name}/tag; a tag that pointed elsewhere moves."""
    if not REPOSITORY.match(repo):
        raise Refusal(400, misnamed(repo) or "invalid reference format")
    if name and not TAG.match(name):
        raise Refusal(400, "invalid tag format")
    reference = with_tag(f"{repo}:{name}" if name else repo)
    for other in world.images.values():
        if reference in other.tags:
            other.tags.remove(reference)
    image.tags.append(reference)
    image.tagged = world.now()
    world.forget_rows()
    world.emit("image", "tag", image.id, {**image.labels, "name": reference})


def remove(world: World, reference: str, *, force: bool, prune_parents: bool) -> list[JSON]:
    """DELETE /images/{name}: untag, and delete what no reference holds any more."""
    image = world.image(reference)
    records: list[JSON] = []
    by_id = world.is_id(reference, image)
    if not by_id:
        users = world.users_of_image(image)
        if users and not force and _one_reference(image):
            raise Refusal(
                409,
                f'conflict: unable to remove repository reference "{reference}" (must force) - container '
                f"{short(users[0].id)} is using its referenced image {short(image.id)}",
            )
        gone = with_tag(reference)
        _untag(world, image, gone, records)
        if "@" not in gone and not any(repository(one) == repository(gone) for one in image.tags):
            for digest in [one for one in image.digests if repository(one) == repository(gone)]:
                _untag(world, image, digest, records, told=False)
        if image.references:
            return records
    elif _one_reference(image):
        _refuse_conflicts(world, image, force=force, several=False)
        for one in image.references:
            _untag(world, image, one, records)
    _delete(world, image, records, force=force, prune_parents=prune_parents, quiet=not by_id)
    return records


def prune(world: World, chosen: list[Image]) -> JSON:
    """POST /images/prune over the images that passed its filters; those in use or built upon stay."""
    before = disk_usage(world)
    records: list[JSON] = []
    for image in chosen:
        if image.id not in world.images or world.users_of_image(image) or _children(world, image):
            continue
        for reference in image.references or [image.id]:
            if image.id in world.images:
                records += remove(world, reference, force=False, prune_parents=True)
    freed = before - disk_usage(world)
    world.emit("image", "prune", "", {"reclaimed": str(freed)})
    return {"ImagesDeleted": records or None, "SpaceReclaimed": freed}


def disk_usage(world: World) -> int:
    """Bytes of all layers, shared ones once (LayersSize of GET /system/df)."""
    return sum({layer.digest: layer.size for one in world.images.values() for layer in one.layers}.values())


def shared_size(world: World, image: Image) -> int:
    """Bytes of its layers that other listed images have as well."""
    others = {
        layer.digest
        for one in world.images.values()
        if one is not image and not one.hidden
        for layer in one.layers
    }
    return sum(layer.size for layer in image.layers if layer.digest in others)


def row(image: Image, version: tuple[int, int], *, containers: int = -1, shared: int = -1) -> JSON:
    """One image of GET /images/json, as the API version words it."""
    tags, digests = list(image.tags), list(image.digests) or None
    older: JSON = {"VirtualSize": image.size} if version < (1, 44) else {}
    if version >= (1, 43):
        digests = digests or []
    elif not image.references:
        tags, digests = ["<none>:<none>"], ["<none>@<none>"]
    return {
        "Containers": containers,
        "Created": int(image.created),
        "Id": image.id,
        "Labels": image.config["Labels"],
        "ParentId": image.parent,
        "RepoDigests": digests,
        "RepoTags": tags,
        "SharedSize": shared,
        "Size": image.size,
        **older,
    }


def shape(world: World, image: Image, version: tuple[int, int]) -> JSON:
    """The object of GET /images/{name}/json."""
    root = f"/var/lib/docker/overlay2/{world.digest(image.id)}"
    older: JSON = {"VirtualSize": image.size} if version < (1, 44) else {}
    if version < (1, 45):
        older["ContainerConfig"] = image.config
    return {
        "Id": image.id,
        "RepoTags": list(image.tags),
        "RepoDigests": list(image.digests),
        "Parent": image.parent,
        "Comment": image.comment,
        "Created": rfc3339(image.created),
        "DockerVersion": "",
        "Author": image.author,
        "Config": image.config,
        "Architecture": "amd64",
        "Os": "linux",
        "Size": image.size,
        **older,
        "GraphDriver": {
            "Data": {
                key: f"{root}/{end}"
                for key, end in GRAPH_FOLDERS.items()
                if key != "LowerDir" or len(image.layers) > 1
            },
            "Name": "overlay2",
        },
        "RootFS": {"Type": "layers", "Layers": [layer.digest for layer in image.layers]},
        "Metadata": {"LastTagTime": rfc3339(image.tagged)},
    }


GRAPH_FOLDERS = {"LowerDir": "lower", "MergedDir": "merged", "UpperDir": "diff", "WorkDir": "work"}


def history(world: World, image: Image) -> list[JSON]:
    """GET /images/{name}/history, newest step first; those of its parent, if that is here, are as there."""
    below = world.images.get(image.parent)
    layers, steps = (len(below.layers), len(below.steps)) if below else (0, 0)
    if below is not None and image.steps[:steps] != below.steps:
        steps = 0  # a commit notes none but its own
    made = [(layer.made_by, layer.size) for layer in image.layers[layers:]]
    made += [(step, 0) for step in image.steps[steps:]]
    rows: list[JSON] = [
        {
            "Comment": image.comment,
            "Created": int(image.created) - (len(made) - 1 - number),
            "CreatedBy": made_by,
            "Id": "<missing>",
            "Size": size,
            "Tags": None,
        }
        for number, (made_by, size) in enumerate(made)
    ]
    rows.reverse()
    rows[:1] = [row | {"Id": image.id, "Tags": list(image.tags) or None} for row in rows[:1]]
    return [*rows, *(history(world, below) if below else ())]


def _one_reference(image: Image) -> bool:
    """The Engine's isSingleReference: at most one tag, all digests of the same repository."""
    if len(image.references) <= 1:
        return True
    return len(image.tags) <= 1 and len({repository(one) for one in image.references}) == 1


def _untag(world: World, image: Image, reference: str, records: list[JSON], *, told: bool = True) -> None:
    (image.digests if "@" in reference else image.tags).remove(reference)
    records.append({"Untagged": reference})
    world.forget_rows()
    if told:
        world.emit("image", "untag", image.id, {**image.labels, "name": image.id})


def _children(world: World, image: Image) -> list[Image]:
    return [one for one in world.images.values() if one.parent == image.id]


def _running(users: list[Container]) -> Container | None:
    return next((one for one in users if one.alive), None)


def _conflict(world: World, image: Image, *, force: bool, several: bool) -> str:
    """Why the Engine would not delete it; empty when it would."""
    users = world.users_of_image(image)
    if _children(world, image):
        return "(cannot be forced) - image has dependent child images"
    if running := _running(users):
        return f"(cannot be forced) - image is being used by running container {short(running.id)}"
    if force:
        return ""
    if several and len(image.references) > 1:
        return "(must be forced) - image is referenced in multiple repositories"
    if users:
        return f"(must be forced) - image is being used by stopped container {short(users[0].id)}"
    return ""


def _refuse_conflicts(world: World, image: Image, *, force: bool, several: bool) -> None:
    if why := _conflict(world, image, force=force, several=several):
        raise Refusal(409, f"conflict: unable to delete {short(image.id)} {why}")


def _delete(
    world: World, image: Image, records: list[JSON], *, force: bool, prune_parents: bool, quiet: bool
) -> None:
    if quiet and _conflict(world, image, force=force, several=True):
        return
    _refuse_conflicts(world, image, force=force, several=True)
    for reference in image.references:
        _untag(world, image, reference, records)
    del world.images[image.id]
    world.emit("image", "delete", image.id, {"name": image.id})
    records.append({"Deleted": image.id})
    kept = {layer.digest for one in world.images.values() for layer in one.layers}
    records += [{"Deleted": layer.digest} for layer in reversed(image.layers) if layer.digest not in kept]
    parent = world.images.get(image.parent)
    if prune_parents and parent is not None and not parent.references:
        _delete(world, parent, records, force=False, prune_parents=True, quiet=True)
