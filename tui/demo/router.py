"""Which function answers which request."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tui.demo import (
    routes_archives,
    routes_attach,
    routes_auth,
    routes_build,
    routes_container_lists,
    routes_containers,
    routes_exec,
    routes_images,
    routes_logs,
    routes_networks,
    routes_plugins,
    routes_stats,
    routes_system,
    routes_transfers,
    routes_volumes,
)
from tui.demo.models import Refusal
from tui.demo.routing import Answer, Handler
from tui.demo.wire import Request
from tui.demo.world import World

_MODULES = (
    routes_archives,
    routes_system,
    routes_container_lists,
    routes_logs,
    routes_stats,
    routes_attach,
    routes_exec,
    routes_containers,
    routes_transfers,
    routes_images,
    routes_build,
    routes_networks,
    routes_volumes,
    routes_plugins,
    routes_auth,
)


def _compiled(template: str) -> re.Pattern[str]:
    return re.compile("^" + template.replace("{}", "(.+)") + "$")


ROUTES: tuple[tuple[str, re.Pattern[str], Handler], ...] = tuple(
    (method, _compiled(template), handler)
    for module in _MODULES
    for method, template, handler in module.ROUTES
)
"""In order: a path that could be two things is the first of them."""


def route(world: World, request: Request) -> Answer:
    """Answer one request; the world's lock is held. Refusal 501 for what is not built."""
    for method, pattern, handler in ROUTES:
        if method == request.method and (found := pattern.match(request.path)):
            return handler(world, request, *map(unquote, found.groups()))
    raise Refusal(501, f"the demo Engine does not answer {request.method} {request.path}")
