"""What must still be true of an object when a plan is applied: seen in the Store, looked at on the Engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tui.engine.errors import engine_errors
from tui.engine.kinds import Kind
from tui.engine.models import Container, Image, Model, Network, Volume
from tui.engine.models.container import state_of
from tui.engine.models.image import full_id

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.store import Store

Seen = tuple[tuple[str, str], ...]
"""What was seen of an object, as (word, value) pairs; equal when nothing that matters changed."""

ATTACHED = ("running", "paused")
"""The states in which a container holds an endpoint in its networks."""


def seen(store: Store, model: Model) -> Seen:
    """What the Store shows of an object."""
    match model:
        case Container():
            return (("state", model.state),)
        case Image():
            return _image(model.id, store.uses.images.get(model.id, ()))
        case Network():
            users, containers = store.uses.networks.get(model.id, ()), store.containers
            return _users(key for key in users if key in containers and containers[key].state in ATTACHED)
        case Volume():
            return _volume(model.created, store.uses.volumes.get(model.name, ()))


def look(connection: Connection, kind: Kind, ref: str) -> Seen:
    """What the Engine shows of it now. Raises EngineError, with status 404 when it is gone.

    GET /containers/{id}/json, /images/{name}/json, /networks/{id} or /volumes/{name}, and
    GET /containers/json for who uses an image or a volume.
    """
    from tui.engine.lists import inspect

    found = inspect(connection, kind, ref)
    match kind:
        case Kind.CONTAINER:
            return (("state", state_of(found["State"]["Status"])),)
        case Kind.IMAGE:
            ident = full_id(found["Id"])
            # Podman finds nobody by an id with its "sha256:"
            users = _containers(connection, "ancestor", ident.removeprefix("sha256:"))
            return _image(ident, (user["Id"] for user in users if full_id(user["ImageID"]) == ident))
        case Kind.NETWORK:
            return _users(found.get("Containers") or {})
        case Kind.VOLUME:
            holders = (
                user["Id"]
                for user in _containers(connection, "volume", ref)
                if any(mount.get("Name") == ref for mount in user.get("Mounts") or ())
            )
            return _volume(found.get("CreatedAt") or "", holders)


def differences(before: Seen, now: Seen) -> str:
    """What changed, in words: "state was exited, is running"."""
    current = dict(now)
    changed = [(word, value, current.get(word, "")) for word, value in before if current.get(word) != value]
    return ", ".join(_difference(*change) for change in changed) or "it changed"


def _difference(word: str, before: str, now: str) -> str:
    if word == "containers":
        return "other containers use it now"
    if word == "created":
        return "another one has its name now"
    if word == "image":
        return "the reference leads to another image now"
    return f"{word} was {before}, is {now}"


def _image(ident: str, users: Iterable[str]) -> Seen:
    return (("image", ident), *_users(users))


def _volume(created: str, users: Iterable[str]) -> Seen:
    return (("created", created), *_users(users))


def _users(users: Iterable[str]) -> Seen:
    return (("containers", " ".join(sorted(users))),)


def _containers(connection: Connection, by: str, value: str) -> list[dict[str, Any]]:
    with engine_errors():
        return list(connection.api.containers(all=True, filters={by: value}))
