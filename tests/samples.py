"""Objects as an Engine lists them, with only what a test cares for said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tui.engine.kinds import Kind
from tui.engine.models import Container, Image, Model, Mount, Network, NetworkUse, Volume
from tui.engine.store import Store

STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
"""Every state that an Engine tells of a container."""


def a_container(
    ident: str = "c1",
    state: str = "running",
    *,
    image: str = "sha256:i1",
    volumes: Iterable[str] = (),
    networks: Iterable[str] = (),
    **more: Any,
) -> Container:
    """A container that uses an image, volumes and networks, each by its key."""
    return Container(
        **{
            "id": ident,
            "name": f"name-{ident}",
            "image": "busybox:latest",
            "image_id": image,
            "command": "sh",
            "created": 1,
            "state": state,
            "status": f"the status of {ident}",
            "mounts": tuple(Mount("volume", name, "/data", writable=True) for name in volumes),
            "networks": tuple(NetworkUse(f"name-{key}", key, "") for key in networks),
            **more,
        }
    )


def an_image(reference: str = "", ident: str = "sha256:i1", *others: str, parent: str = "") -> Image:
    """One reference of an image that has these others too; without any it is dangling."""
    repository, _, tag = reference.rpartition(":")
    references = (reference, *others) if reference else ()
    return Image(reference or ident, ident, repository, tag, (), references, 1, 1000, parent)


def a_network(name: str = "net", **more: Any) -> Network:
    """A network whose id is "id-" and its name."""
    return Network(f"id-{name}", name, "bridge", "local", (), (), "", **more)


def a_volume(name: str = "data", *, driver: str = "local", **more: Any) -> Volume:
    """A volume; its labels are pairs."""
    return Volume(name, driver, "", more.pop("created", "2026-01-01T00:00:00Z"), "local", **more)


def a_store(*models: Model) -> Store:
    """A Store in which every kind was listed, with these objects."""
    store = Store()
    for kind in Kind:
        store.replace(kind, [model for model in models if model.kind is kind])
    return store
