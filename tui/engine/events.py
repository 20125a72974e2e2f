"""What an Engine's events (GET /events) say is different now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tui.engine.kinds import Kind
from tui.engine.models.image import full_id

_CONTAINER = (
    *("create", "start", "die", "destroy", "rename", "pause", "unpause"),
    *("update", "oom", "health_status", "commit"),
    # what a Podman before 5 calls "die", but only in the filter; any Podman says "remove" for "destroy"
    *("died", "remove"),
)
# "loadfromarchive" is Podman's word for a load
_IMAGE = ("pull", "push", "tag", "untag", "delete", "load", "loadfromarchive", "import", "create")
_NETWORK = ("create", "connect", "disconnect", "destroy", "remove", "update")
_VOLUME = ("create", "destroy", "remove")

FILTERS = {
    "type": [kind.value for kind in Kind],
    "event": sorted({*_CONTAINER, *_IMAGE, *_NETWORK, *_VOLUME}),
}
"""What is asked for; the exec events of health probes stay on the server."""


class Touched(NamedTuple):
    """An object that has to be read again."""

    kind: Kind
    key: str | None
    """None when the event does not say which one."""
    ended: bool = False
    """Whether its process has just ended."""


def touched(event: Mapping[str, Any]) -> Touched | None:
    """What one event is about, by its Type, Action and Actor; None for what Wharf does not show."""
    actor = event.get("Actor") or {}
    said = actor.get("Attributes") or {}
    ident = str(actor.get("ID") or "")
    action = str(event.get("Action") or "")
    match event.get("Type"):
        case "container" if action == "commit":
            return Touched(Kind.IMAGE, None)
        case "container":
            return Touched(Kind.CONTAINER, ident, ended=action == "die")
        case "network" if action in ("connect", "disconnect"):
            # for Podman the container itself is the actor
            return Touched(Kind.CONTAINER, str(said.get("container") or ident))
        case "network":
            return Touched(Kind.NETWORK, ident)
        case "volume":
            return Touched(Kind.VOLUME, ident or str(said.get("name") or "") or None)
        case "image":
            return Touched(Kind.IMAGE, full_id(ident) or None)
    return None
