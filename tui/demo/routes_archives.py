"""Images and containers to and from tars: save, load, export, commit (import is in `routes_images`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from tui.demo import archives, lifecycle
from tui.demo.formats import with_tag
from tui.demo.images import REPOSITORY, TAG
from tui.demo.models import Image, Refusal
from tui.demo.pulls import UNIT, line
from tui.demo.routing import Answer, Routes
from tui.demo.wire import Request, Stream, as_json
from tui.demo.world import World

PIECE = 32 * 1024
"""Bytes that go out at a time."""
TAR, RAW = "application/x-tar", "application/octet-stream"


def save(world: World, request: Request) -> Answer:
    """GET /images/get."""
    chosen: dict[str, tuple[Image, list[str]]] = {}
    for name in request.many.get("names", []):
        try:
            image = world.image(name)
        except Refusal:
            named = with_tag(name) == name
            raise Refusal(404, "reference does not exist" if named else f"No such image: {name}") from None
        _, tags = chosen.setdefault(image.id, (image, []))
        # by its id it comes without a name
        if not world.is_id(name, image) and "@" not in name and with_tag(name) not in tags:
            tags.append(with_tag(name))
    for image, _ in chosen.values():
        world.emit("image", "save", image.id, {**image.labels, "name": image.id})
    size = sum(image.size for image, _ in chosen.values())
    return Stream(_pieces(world, archives.saved(chosen.values()), size), kind=TAR)


def save_one(world: World, request: Request, name: str) -> Answer:
    """GET /images/{name}/get."""
    request.many["names"] = [name]
    return save(world, request)


def export(world: World, request: Request, name: str) -> Answer:
    """GET /containers/{id}/export."""
    container = world.container(name)
    attributes = {**container.labels, "image": container.image, "name": container.name}
    world.emit("container", "export", container.id, attributes)
    return Stream(_pieces(world, archives.exported(container), container.size_rw), kind=RAW)


async def _pieces(world: World, tar: bytes, size: int) -> AsyncIterator[bytes]:
    """A tar, as slow as the whole of what it stands for (`size` bytes) would be."""
    for start in range(0, len(tar), PIECE):
        await asyncio.sleep(world.dials.pace * size / UNIT * PIECE / len(tar))
        yield tar[start : start + PIECE]


async def _lines(lines: Iterable[bytes]) -> AsyncIterator[bytes]:
    for each in lines:
        yield each


def load(world: World, request: Request) -> Answer:
    """POST /images/load."""
    return Stream(_lines(archives.loaded(world, request.body, quiet=request.flag("quiet"))), progress=True)


def bring_in(world: World, request: Request) -> Answer:
    """POST /images/create with `fromSrc`: an import of the body."""
    asked = request.query
    reference = _reference(asked.get("repo", ""), asked.get("tag", ""))
    changes = request.many.get("changes", [])
    image = archives.imported(world, request.body, asked.get("message", ""), changes)
    _name(world, image, reference)
    world.emit("image", "import", image.id, {**image.labels, "name": image.id})
    return Stream(_lines([line({"status": image.id})]), progress=True)


def commit(world: World, request: Request) -> Answer:
    """POST /commit."""
    asked = request.query
    container = world.container(asked.get("container", ""))
    reference = _reference(asked.get("repo", ""), asked.get("tag", ""))
    message, changes = asked.get("comment", ""), request.many.get("changes", [])
    image = archives.committed(world, container, message, asked.get("author", ""), changes)
    if pauses := container.status == "running" and request.flag("pause", True):
        lifecycle.pause(world, container)
    world.emit("image", "create", image.id, {**image.labels, "name": image.id})
    _name(world, image, reference)
    attributes = {"comment": message, "image": container.image, "imageID": image.id, "name": container.name}
    world.emit("container", "commit", container.id, {**container.labels, **attributes, "imageRef": reference})
    if pauses:
        lifecycle.unpause(world, container)
    return as_json({"Id": image.id}, 201)


def _reference(repo: str, tag: str) -> str:
    """The name that an image is to have; "" for none. Refusal 400."""
    if not repo:
        return ""
    if not REPOSITORY.match(repo):
        path = repo if "/" in repo else f"library/{repo}"
        lower = f": repository name ({path}) must be lowercase" if repo != repo.lower() else ""
        raise Refusal(400, f"invalid reference format{lower}")
    if tag and not TAG.match(tag):
        raise Refusal(400, "invalid tag format")
    return with_tag(f"{repo}:{tag}" if tag else repo)


def _name(world: World, image: Image, reference: str) -> None:
    if reference:
        archives.named(world, image, reference)
        world.emit("image", "tag", image.id, {**image.labels, "name": reference})
    world.forget_rows()


ROUTES: Routes = (
    ("GET", "/images/get", save),
    ("GET", "/images/{}/get", save_one),
    ("POST", "/images/load", load),
    ("GET", "/containers/{}/export", export),
    ("POST", "/commit", commit),
)
