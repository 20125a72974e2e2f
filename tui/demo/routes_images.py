"""GET /images/json, one image and its history, tag, removal and prune."""

from __future__ import annotations

from dataclasses import replace

from tui.demo import filters, images
from tui.demo.models import Image, Refusal
from tui.demo.routes_archives import bring_in
from tui.demo.routing import Answer, Routes
from tui.demo.wire import Reply, Request, Stream, as_json
from tui.demo.world import World

FILTERS = ("before", "dangling", "label", "label!", "reference", "since", "until")


def listed(world: World, request: Request) -> Answer:
    """GET /images/json, newest first."""
    asked = filters.parsed(request, FILTERS)
    found = [one for one in world.images.values() if request.flag("all") or not one.hidden]
    if "dangling" in asked:
        wanted = filters.truth(asked, "dangling", True)
        found = [one for one in found if one.dangling is wanted]
    found = [one for one in found if filters.labelled(one.labels, asked)]
    try:
        latest = filters.before(asked, world.now())
    except Refusal as refusal:
        # the prune that takes the same filter says that the client is to blame
        raise Refusal(500, refusal.message) from None
    found = [one for one in found if one.created < latest]
    for name in ("before", "since"):
        for value in asked.get(name, []):
            moment = world.image(value).created
            found = [
                one for one in found if (one.created < moment if name == "before" else one.created > moment)
            ]
    if "reference" in asked:
        found = [kept for one in found if (kept := _referenced(one, asked["reference"]))]
    found.sort(key=lambda one: one.created, reverse=True)
    shared = request.flag("shared-size")
    return as_json(
        [
            images.row(one, request.version, shared=images.shared_size(world, one) if shared else -1)
            for one in found
        ]
    )


def _referenced(image: Image, patterns: list[str]) -> Image | None:
    """The image with only those references that match; None when none does."""
    tags, digests = (filters.references(given, patterns) for given in (image.tags, image.digests))
    return replace(image, tags=tags, digests=digests) if tags or digests else None


def inspect(world: World, request: Request, name: str) -> Answer:
    """GET /images/{name}/json."""
    return as_json(images.shape(world, world.image(name), request.version))


def history(world: World, request: Request, name: str) -> Answer:
    """GET /images/{name}/history."""
    return as_json(images.history(world, world.image(name)))


def tag(world: World, request: Request, name: str) -> Answer:
    """POST /images/{name}/tag."""
    image, repo = world.image(name), request.query.get("repo", "")
    if not repo:
        return Reply(200, kind="")
    images.tag(world, image, repo, request.query.get("tag", ""))
    return Reply(201, kind="")


def remove(world: World, request: Request, name: str) -> Answer:
    """DELETE /images/{name}."""
    keep_parents = request.flag("noprune")
    return as_json(images.remove(world, name, force=request.flag("force"), prune_parents=not keep_parents))


def prune(world: World, request: Request) -> Answer:
    """POST /images/prune: dangling ones, or under `dangling=false` all that no container uses."""
    asked = filters.parsed(request, ("dangling", "label", "label!", "until"))
    only_dangling = filters.truth(asked, "dangling", True)
    latest = filters.before(asked, world.now())
    chosen = [
        one
        for one in world.images.values()
        if (one.dangling or not only_dangling)
        and not one.hidden
        and one.created < latest
        and filters.labelled(one.labels, asked)
    ]
    return as_json(images.prune(world, chosen))


def create(world: World, request: Request) -> Answer:
    """POST /images/create: a pull, or an import of the body."""
    from tui.demo import pulls

    asked = request.query
    if not asked.get("fromImage"):
        return bring_in(world, request)
    stream = pulls.pull(world, asked["fromImage"], asked.get("tag", ""), asked.get("platform", ""))
    return Stream(stream, progress=True)


ROUTES: Routes = (
    ("GET", "/images/json", listed),
    ("POST", "/images/create", create),
    ("POST", "/images/prune", prune),
    ("GET", "/images/{}/json", inspect),
    ("GET", "/images/{}/history", history),
    ("POST", "/images/{}/tag", tag),
    ("DELETE", "/images/{}", remove),
)
