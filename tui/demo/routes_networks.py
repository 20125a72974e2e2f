"""GET /networks, one network, create, connect, disconnect, removal and prune."""

from __future__ import annotations

from tui.demo import filters, networks
from tui.demo.models import JSON, Container, Network, Refusal
from tui.demo.routing import DONE, Answer, Routes
from tui.demo.wire import Reply, Request, as_json
from tui.demo.world import World

FILTERS = ("dangling", "driver", "id", "label", "name", "scope", "type")


def listed(world: World, request: Request) -> Answer:
    """GET /networks."""
    asked = filters.parsed(request, FILTERS)
    for value in asked.get("type", []):
        if value not in ("builtin", "custom"):
            raise Refusal(500, f"invalid filter: 'type'='{value}'")
    if not set(asked.get("dangling", [])) <= {"true", "false", "1", "0"}:
        raise Refusal(
            400, 'invalid value for filter \'dangling\', must be "true" (or "1"), or "false" (or "0")'
        )
    found = [one for one in world.networks.values() if _matches(world, one, asked)]
    return as_json([networks.shape(world, one, members=False) for one in found])


def _matches(world: World, one: Network, asked: filters.Filters) -> bool:
    if "dangling" in asked:
        used = one.builtin or any(one.name in each.networks for each in world.containers.values())
        if filters.truth(asked, "dangling", True) is used:
            return False
    return (
        one.driver in asked.get("driver", [one.driver])
        and "local" in asked.get("scope", ["local"])
        and ("builtin" if one.builtin else "custom") in asked.get("type", ["builtin", "custom"])
        and filters.labelled(one.labels, asked)
        and ("name" not in asked or any(value in one.name for value in asked["name"]))
        and ("id" not in asked or one.id.startswith(tuple(asked["id"])))
    )


def inspect(world: World, request: Request, name: str) -> Answer:
    """GET /networks/{id}."""
    return as_json(networks.shape(world, world.network(name), members=True))


def create(world: World, request: Request) -> Answer:
    """POST /networks/create."""
    return as_json({"Id": networks.create(world, request.json()).id, "Warning": ""}, 201)


def connect(world: World, request: Request, name: str) -> Answer:
    """POST /networks/{id}/connect."""
    body = request.json()
    network = world.network(name)
    networks.connect(world, network, _container(world, body), body.get("EndpointConfig"))
    return Reply(200, kind="")


def disconnect(world: World, request: Request, name: str) -> Answer:
    """POST /networks/{id}/disconnect."""
    body = request.json()
    network = world.network(name)
    networks.disconnect(world, network, _container(world, body))
    return Reply(200, kind="")


def _container(world: World, body: JSON) -> Container:
    if not body.get("Container"):
        raise Refusal(400, 'invalid name or ID supplied: ""')
    return world.container(body["Container"])


def remove(world: World, request: Request, name: str) -> Answer:
    """DELETE /networks/{id}."""
    networks.remove(world, world.network(name))
    return DONE


def prune(world: World, request: Request) -> Answer:
    """POST /networks/prune: those that no running container is on."""
    asked = filters.parsed(request, ("label", "label!", "until"))
    latest = filters.before(asked, world.now())
    chosen = [
        one for one in world.networks.values() if one.created < latest and filters.labelled(one.labels, asked)
    ]
    return as_json(networks.prune(world, chosen))


ROUTES: Routes = (
    ("GET", "/networks", listed),
    ("POST", "/networks/create", create),
    ("POST", "/networks/prune", prune),
    ("POST", "/networks/{}/connect", connect),
    ("POST", "/networks/{}/disconnect", disconnect),
    ("GET", "/networks/{}", inspect),
    ("DELETE", "/networks/{}", remove),
)
