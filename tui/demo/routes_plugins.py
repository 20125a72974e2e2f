"""GET /plugins and /plugins/{name}/json, POST /plugins/{name}/enable and /disable."""

from __future__ import annotations

from tui.demo import plugins
from tui.demo.models import Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.wire import Reply, Request, as_json
from tui.demo.world import World


def listed(world: World, request: Request) -> Answer:
    """GET /plugins."""
    return as_json([plugins.shape(one) for one in world.plugins.values()])


def inspect(world: World, request: Request, name: str) -> Answer:
    """GET /plugins/{name}/json."""
    return as_json(plugins.shape(plugins.named(world, name)))


def enable(world: World, request: Request, name: str) -> Answer:
    """POST /plugins/{name}/enable; the Engine insists on a timeout."""
    plugin = plugins.named(world, name)
    timeout = request.query.get("timeout", "")
    if not timeout.isdigit():
        raise Refusal(500, f'strconv.Atoi: parsing "{timeout}": invalid syntax')
    plugins.turn(world, plugin, on=True)
    return Reply(200, kind="")


def disable(world: World, request: Request, name: str) -> Answer:
    """POST /plugins/{name}/disable."""
    plugins.turn(world, plugins.named(world, name), on=False)
    return Reply(200, kind="")


ROUTES: Routes = (
    ("GET", "/plugins", listed),
    ("GET", "/plugins/{}/json", inspect),
    ("POST", "/plugins/{}/enable", enable),
    ("POST", "/plugins/{}/disable", disable),
)
"""Which function answers which request."""
