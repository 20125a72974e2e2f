"""GET /containers/json and POST /containers/prune: many containers at a time."""

from __future__ import annotations

from tui.demo import filters, lifecycle, shapes
from tui.demo.models import Container, Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.wire import Reply, Request, as_json
from tui.demo.world import World

FILTERS = (
    *("ancestor", "before", "exited", "expose", "health", "id", "isolation", "is-task", "label", "name"),
    *("network", "publish", "since", "status", "volume"),
)
STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
HEALTH = ("none", "starting", "healthy", "unhealthy")


def listed(world: World, request: Request) -> Answer:
    """GET /containers/json, newest first."""
    asked = filters.parsed(request, FILTERS)
    _check(asked)
    limit = _number(request, "limit")
    every = request.flag("all") or limit > 0 or bool({"before", "since", "status"} & asked.keys())
    found = [one for one in world.containers.values() if every or one.alive]
    for name, values in asked.items():
        found = _kept(world, found, name, values)
    found.sort(key=lambda one: one.created, reverse=True)
    if limit > 0:
        found = found[:limit]
    if request.flag("size"):
        return as_json([shapes.sized_row(world, one) for one in found])
    return Reply(200, shapes.list_json(world, found).encode("utf-8", "replace") + b"\n")


def prune(world: World, request: Request) -> Answer:
    """POST /containers/prune: those that do not run, by label and age."""
    asked = filters.parsed(request, ("label", "label!", "until"))
    latest = filters.before(asked, world.now())
    gone = [
        one
        for one in world.containers.values()
        if not one.alive and one.created < latest and filters.labelled(one.labels, asked)
    ]
    for container in gone:
        lifecycle.remove(world, container, force=False, volumes=False)
    freed = sum(one.size_rw for one in gone)
    world.emit("container", "prune", "", {"reclaimed": str(freed)})
    return as_json({"ContainersDeleted": [one.id for one in gone] or None, "SpaceReclaimed": freed})


def _check(asked: filters.Filters) -> None:
    for name, called, allowed in (("status", "state", STATES), ("health", "health", HEALTH)):
        for value in asked.get(name, []):
            if value not in allowed:
                why = f"invalid value for {called} ({value}): must be one of {', '.join(allowed)}"
                raise Refusal(400, f"invalid filter '{name}={value}': {why}")
    for value in asked.get("exited", []):
        if not value.lstrip("-").isdigit():
            raise Refusal(400, f"invalid filter 'exited={value}': {_no_number('Atoi', value)}")
    for name in ("publish", "expose"):
        for value in asked.get(name, []):
            number = value.partition("/")[0]
            if not number.isdecimal():
                raise Refusal(
                    500, f"error while looking up for {name} {value}: {_no_number('ParseUint', number)}"
                )
    filters.truth(asked, "is-task", False)


def _no_number(parser: str, text: str) -> str:
    return f'strconv.{parser}: parsing "{text}": invalid syntax'


def _kept(world: World, found: list[Container], name: str, values: list[str]) -> list[Container]:
    if name in ("before", "since"):
        moment = world.container(values[0]).created
        return [
            one for one in found if (one.created < moment) == (name == "before") and one.created != moment
        ]
    if name == "ancestor":
        images = _descendants(world, values)
        return [one for one in found if one.image_id in images]
    if name == "id":
        beginnings = tuple(values)
        return [one for one in found if one.id.startswith(beginnings)]
    if name == "network":
        return [one for one in found if _on_network(one, values)]
    return [one for one in found if _matches(one, name, values)]


def _matches(one: Container, name: str, values: list[str]) -> bool:
    if name == "name":
        return filters.matches(f"/{one.name}", values) or filters.matches(one.name, values)
    if name == "status":
        return one.status in values
    if name == "exited":
        return one.status == "exited" and str(one.exit_code) in values
    if name == "health":
        return (one.health.status if one.health else "none") in values
    if name == "label":
        return filters.labelled(one.labels, {"label": values})
    if name == "volume":
        places = {mount.get("Name", "") for mount in one.mounts} | {
            mount["Destination"] for mount in one.mounts
        }
        return not places.isdisjoint(values)
    if name == "publish":
        return not _published(one).isdisjoint(map(_port, values))
    if name == "expose":
        return any(_port(value) in (one.config.get("ExposedPorts") or ()) for value in values)
    # isolation is a matter of Windows, tasks of a swarm: neither is here
    return name == "is-task" and values == ["false"]


def _on_network(one: Container, values: list[str]) -> bool:
    known = {settings["NetworkID"] for settings in one.networks.values()} | set(one.networks)
    return any(
        value in known or (value and any(each.startswith(value) for each in known)) for value in values
    )


def _descendants(world: World, values: list[str]) -> set[str]:
    """Images that were asked for by reference or id, and those built on top of them here."""
    found: set[str] = set()
    for value in values:
        try:
            found.add(world.image(value).id)
        except Refusal:
            continue
    while grown := {one.id for one in world.images.values() if one.parent in found} - found:
        found |= grown
    return found


def _published(one: Container) -> set[str]:
    """Its ports on the Engine's machine: the filter goes by those, not by the container's own."""
    return {
        f"{binding['HostPort']}/{port.rpartition('/')[2]}"
        for port, bindings in one.ports.items()
        for binding in bindings or ()
    }


def _port(text: str) -> str:
    return text if "/" in text else f"{text}/tcp"


def _number(request: Request, name: str) -> int:
    text = request.query.get(name) or "0"
    if not text.lstrip("-").isdigit():
        raise Refusal(500, _no_number("Atoi", text))
    return int(text)


ROUTES: Routes = (
    ("GET", "/containers/json", listed),
    ("POST", "/containers/prune", prune),
)
