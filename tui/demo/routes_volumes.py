"""GET /volumes, one volume, create, removal and prune."""

from __future__ import annotations

from tui.demo import filters, volumes
from tui.demo.models import Refusal, Volume
from tui.demo.routing import DONE, Answer, Routes
from tui.demo.wire import Request, as_json
from tui.demo.world import World

ALL_SINCE = (1, 42)
"""From this API version on a prune takes anonymous volumes only, unless the filter `all` is given."""


def listed(world: World, request: Request) -> Answer:
    """GET /volumes."""
    asked = filters.parsed(request, ("dangling", "driver", "label", "name"))
    found = [volumes.shape(one) for one in world.volumes.values() if _matches(world, one, asked)]
    return as_json({"Volumes": found, "Warnings": None})


def _matches(world: World, one: Volume, asked: filters.Filters) -> bool:
    if "dangling" in asked and filters.truth(asked, "dangling", True) is bool(
        world.users_of_volume(one.name)
    ):
        return False
    return (
        one.driver in asked.get("driver", [one.driver])
        and filters.labelled(one.labels, asked)
        and ("name" not in asked or filters.matches(one.name, asked["name"]))
    )


def inspect(world: World, request: Request, name: str) -> Answer:
    """GET /volumes/{name}."""
    return as_json(volumes.shape(world.volume(name)))


def create(world: World, request: Request) -> Answer:
    """POST /volumes/create."""
    return as_json(volumes.shape(volumes.create(world, request.json())), 201)


def remove(world: World, request: Request, name: str) -> Answer:
    """DELETE /volumes/{name}."""
    volumes.remove(world, name, force=request.flag("force"))
    return DONE


def prune(world: World, request: Request) -> Answer:
    """POST /volumes/prune: those that no container mounts, named ones only when asked to."""
    asked = filters.parsed(request, ("all", "label", "label!"))
    every = request.version < ALL_SINCE or _every(asked)
    chosen = [
        one
        for one in world.volumes.values()
        if (every or one.anonymous) and filters.labelled(one.labels, asked)
    ]
    return as_json(volumes.prune(world, chosen))


def _every(asked: filters.Filters) -> bool:
    try:
        return filters.truth(asked, "all", False)
    except Refusal:
        why = f'strconv.ParseBool: parsing "{asked["all"][0]}": invalid syntax'
        raise Refusal(400, f"invalid filter 'all': {why}") from None


ROUTES: Routes = (
    ("GET", "/volumes", listed),
    ("POST", "/volumes/create", create),
    ("POST", "/volumes/prune", prune),
    ("GET", "/volumes/{}", inspect),
    ("DELETE", "/volumes/{}", remove),
)
