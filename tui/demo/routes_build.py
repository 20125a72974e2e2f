"""POST /build and POST /build/prune."""

from __future__ import annotations

import json

from tui.demo import build_cache, build_order, builds, filters
from tui.demo.models import JSON, Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.wire import Request, Stream, as_json
from tui.demo.world import World


def build(world: World, request: Request) -> Answer:
    """POST /build: the classic builder; what fails in a step is told inside the stream."""
    wanted = build_order.order(
        request.body,
        request.query.get("dockerfile") or "Dockerfile",
        [tag for tag in request.many.get("t", ()) if tag],
        target=request.query.get("target", ""),
        args=_object(request, "buildargs"),
        labels=_object(request, "labels"),
        no_cache=request.flag("nocache"),
    )
    return Stream(builds.play(world, wanted), progress=True)


def _object(request: Request, name: str) -> JSON:
    try:
        found = json.loads(request.query.get(name) or "{}")
    except json.JSONDecodeError as error:
        raise Refusal(400, f"error reading build args: {error}") from None
    return found if isinstance(found, dict) else {}


def prune(world: World, request: Request) -> Answer:
    """POST /build/prune."""
    try:
        asked = filters.parsed(request, ("id", "until", "unused-for", "type", "inuse", "shared", "private"))
    except Refusal as refusal:
        raise Refusal(refusal.status, f"failed to prune build cache: {refusal.message}") from None
    return as_json(build_cache.prune(world, asked, every=request.flag("all")))


ROUTES: Routes = (("POST", "/build", build), ("POST", "/build/prune", prune))
