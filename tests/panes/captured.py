"""What an Engine 20.10 answered about some objects, and a Store filled from it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from tui.engine.kinds import Kind
from tui.engine.models import Container
from tui.engine.models.container import decode_container
from tui.engine.models.image import decode_image
from tui.engine.models.network import decode_network
from tui.engine.models.volume import decode_volume
from tui.engine.store import Store

NOW = 1_795_499_300.0
"""The epoch seconds at which the answers are looked at."""


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / "fixtures" / f"{name}.json").read_text(encoding="utf-8")


def answer(name: str) -> Any:
    """One captured answer, to be changed at will."""
    return json.loads(_text(name))


def store() -> Store:
    """What the lists said when the answers were captured."""
    listed, filled = answer("listed"), Store()
    filled.replace(Kind.CONTAINER, [decode_container(item, NOW) for item in listed["containers"]])
    filled.replace(Kind.IMAGE, [image for item in listed["images"] for image in decode_image(item)])
    filled.replace(Kind.NETWORK, [decode_network(item) for item in listed["networks"]])
    filled.replace(Kind.VOLUME, [decode_volume(item) for item in listed["volumes"]])
    return filled


def named(filled: Store, name: str) -> Container:
    """The container of this name."""
    return next(one for one in filled.containers.values() if one.name == name)
