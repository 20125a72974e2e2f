"""POST /auth: who somebody is to a registry."""

from __future__ import annotations

from tui.demo.models import Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.wire import Request, as_json
from tui.demo.world import World

USER = "demo"
WRONG = "wrong"
"""The one password that is not right."""


def login(world: World, request: Request) -> Answer:
    """POST /auth. Refusal 401 for anybody but "demo", and for the password "wrong"."""
    asked = request.json()
    user, password = (str(asked.get(name) or "") for name in ("username", "password"))
    if user != USER or password in ("", WRONG):
        where = asked.get("serveraddress") or "https://index.docker.io/v1/"
        host = str(where).removeprefix("https://").partition("/")[0]
        raise Refusal(401, f'Get "https://{host}/v2/": unauthorized: incorrect username or password')
    return as_json({"IdentityToken": "", "Status": "Login Succeeded"})


ROUTES: Routes = (("POST", "/auth", login),)
