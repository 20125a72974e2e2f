"""GET /images/search and POST /images/{name}/push."""

from __future__ import annotations

import base64
import binascii
import json

from tui.demo import filters, pushes, searches
from tui.demo.formats import misnamed
from tui.demo.models import Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.wire import Request, Stream, as_json
from tui.demo.world import World

MOST = 100
"""So many a search may bring."""
USUAL = 25


def search(world: World, request: Request) -> Answer:
    """GET /images/search, most stars first."""
    limit = request.query.get("limit") or str(USUAL)
    if not limit.isdecimal():
        raise Refusal(400, f'invalid limit specified: strconv.Atoi: parsing "{limit}": invalid syntax')
    if not 1 <= int(limit) <= MOST:
        raise Refusal(400, f"limit {limit} is outside the range of [1, {MOST}]")
    asked = filters.parsed(request, ("stars", "is-official", "is-automated"))
    official = filters.truth(asked, "is-official", False) if "is-official" in asked else None
    automated = filters.truth(asked, "is-automated", False) if "is-automated" in asked else False
    stars = asked.get("stars", [])
    if wrong := next((value for value in stars if not value.isdecimal()), None):
        words = f'strconv.Atoi: parsing "{wrong}": invalid syntax'
        raise Refusal(400, f"invalid filter 'stars={wrong}': {words}")
    found = searches.search(
        request.query.get("term", ""), stars=max(map(int, stars), default=0), official=official
    )
    # nothing is built automatically any more
    return as_json([] if automated else [one.row for one in found[: int(limit)]])


def push(world: World, request: Request, name: str) -> Answer:
    """POST /images/{name}/push: what goes wrong is told inside the stream, all but a wrong name."""
    if why := misnamed(name):
        raise Refusal(400, why)
    user = _user(request.headers.get("x-registry-auth", ""))
    return Stream(pushes.push(world, name, request.query.get("tag", ""), user), progress=True)


def _user(header: str) -> str:
    """Whose credentials these are; "" for what is none, as the Engine takes it."""
    try:
        padded = header + "=" * (-len(header) % 4)
        found = json.loads(base64.b64decode(padded, b"-_", validate=True) or "{}")
        return str(found.get("username") or "")
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError, AttributeError):
        return ""


ROUTES: Routes = (("GET", "/images/search", search), ("POST", "/images/{}/push", push))
