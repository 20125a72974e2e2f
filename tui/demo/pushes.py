"""Pushing (POST /images/{name}/push): every layer is looked for first, and what is missing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tui.demo import catalogue
from tui.demo.formats import repository
from tui.demo.models import Image, Refusal
from tui.demo.pulls import AT_ONCE, PIECES, TICKS, UNIT, Coming, check_host, line, path_of
from tui.demo.world import World

OWN = "shop/"
"""What the demo's person may push to without a login."""
MANIFEST = 528
"""Bytes of a manifest with one layer, and about a hundred for each further one."""


async def push(world: World, repo: str, tag: str, user: str) -> AsyncIterator[bytes]:
    """The progress of a push by somebody, "" for nobody; without a tag all tags that are here are pushed."""
    yield line({"status": f"The push refers to repository [{_whole(repo)}]"})
    try:
        with world.lock:
            here = _here(world, repo)
        _check(repo, user)
        found = _chosen(here, tag)
    except Refusal as refusal:
        yield line({"errorDetail": {"message": refusal.message}, "error": refusal.message})
        return
    for reference, image in found:
        async for told in _layers(world, repo, image):
            yield told
        digest, size = f"sha256:{world.digest(f'{repo} {image.id}')}", MANIFEST + 100 * len(image.layers)
        name = reference.rpartition(":")[2]
        with world.lock:
            pinned = f"{repo}@{digest}"
            image.digests += [pinned] if pinned not in image.digests else []
        yield line({"status": f"{name}: digest: {digest} size: {size}"})
        yield line({"progressDetail": {}, "aux": {"Tag": name, "Digest": digest, "Size": size}})
    with world.lock:
        _, image = found[0]
        world.emit("image", "push", f"{repo}:{tag}" if tag else repo, {**image.labels, "name": repo})


def _whole(repo: str) -> str:
    """The repository with its registry."""
    path = path_of(repo)
    return repo if repo != path and repo.endswith(path) else f"docker.io/{path}"


def _here(world: World, repo: str) -> list[tuple[str, Image]]:
    """What is here of a repository, by reference. Refusal 404 when there is nothing."""
    every = [(one, image) for image in world.images.values() for one in image.tags]
    here = sorted((pair for pair in every if repository(pair[0]) == repo), key=lambda pair: pair[0])
    if not here:
        raise Refusal(404, f"An image does not exist locally with the tag: {repo}")
    return here


def _chosen(here: list[tuple[str, Image]], tag: str) -> list[tuple[str, Image]]:
    """The ones with this tag, or all of them. Refusal 404 when there is none."""
    chosen = [(one, image) for one, image in here if tag in ("", one.rpartition(":")[2])]
    if not chosen:
        raise Refusal(404, f"tag does not exist: {repository(here[0][0])}:{tag}")
    return chosen


def _check(repo: str, user: str) -> None:
    """Refusal for what somebody may not push to."""
    check_host(repo)
    if repo.startswith(OWN) or (user and repo.startswith(f"{user}/")):
        return
    if user or "/" not in repo:
        raise Refusal(403, "denied: requested access to the resource is denied")
    raise Refusal(401, "unauthorized: authentication required")


async def _layers(world: World, repo: str, image: Image) -> AsyncIterator[bytes]:
    """Send the layers that the registry does not have."""
    with world.lock:
        theirs = {
            layer.digest
            for name in catalogue.repositories()
            for one in catalogue.images(world, name)
            for layer in one.layers
        }
        theirs |= {
            layer.digest
            for one in world.images.values()
            if any(digest.startswith(f"{repo}@") for digest in one.digests)
            for layer in one.layers
        }
    coming = [Coming(layer) for layer in image.layers]
    for one in coming:
        yield one.told("Preparing")
    for one in coming[AT_ONCE:]:
        yield one.told("Waiting")
    for one in coming:
        if one.layer.digest in theirs:
            yield one.told("Layer already exists")
    coming = [one for one in coming if one.layer.digest not in theirs]
    while coming:
        pace = world.dials.pace
        await asyncio.sleep(1 / TICKS if pace else 0)
        active = coming[:AT_ONCE]
        for one in active:
            share = UNIT / pace / TICKS / len(active) if pace else one.total / PIECES
            one.got = min(one.got + share, one.total)
            yield one.told("Pushing", one.got)
            if one.got == one.total:
                yield one.told("Pushed")
        coming = [one for one in coming if one.got < one.total]
