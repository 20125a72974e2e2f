"""Reading lists and single objects from an Engine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any
from urllib.parse import quote

from tui.engine.connection import Connection
from tui.engine.errors import EngineError, engine_errors
from tui.engine.kinds import Kind
from tui.engine.models import Model
from tui.engine.models.container import decode_container
from tui.engine.models.image import (
    Image,
    ImageSizes,
    decode_every,
    decode_image,
    decode_inspected,
    decode_sizes,
)
from tui.engine.models.network import decode_network
from tui.engine.models.volume import decode_volume
from tui.engine.transport import ANSWER_SECONDS
from tui.engine.versions import DF_BY_TYPE

READ = 200
"""The status of an answer that came and could not be understood."""
DF_SECONDS = 600.0
"""How long GET /system/df may take: on a slow disk with many layers that is minutes."""
PATHS = {
    Kind.CONTAINER: "/containers/json",
    Kind.IMAGE: "/images/json",
    Kind.NETWORK: "/networks",
    Kind.VOLUME: "/volumes",
}
_ONE = {
    Kind.CONTAINER: "/containers/{}/json",
    Kind.IMAGE: "/images/{}/json",
    Kind.NETWORK: "/networks/{}",
    Kind.VOLUME: "/volumes/{}",
}
_FILTERS = {Kind.CONTAINER: "id", Kind.NETWORK: "id", Kind.VOLUME: "name"}


def fetch(
    connection: Connection,
    kind: Kind,
    only: Collection[str] | None = None,
    *,
    every: bool = False,
    seconds: float = ANSWER_SECONDS,
    clock: Callable[[], float] = time.time,
) -> list[Model]:
    """All objects of a kind in one request, or just those whose key is in `only`.

    GET /containers/json, /images/json, /networks or /volumes. Images cannot be asked for by id: with `only`
    all of them are still read, with `every` the intermediate ones too. Raises EngineError, also when no
    answer begins within `seconds`.
    """
    whole = kind is Kind.CONTAINER or (every and kind is Kind.IMAGE)
    params: dict[str, str] = {"all": "1"} if whole else {}
    if only is not None and kind in _FILTERS:
        params["filters"] = json.dumps({_FILTERS[kind]: sorted(only)})
    answer = connection.ask("GET", PATHS[kind], params=params, seconds=seconds)
    try:
        models = list(_decoded(kind, json.loads(answer.content), clock(), every=every))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        words = f"the list of {kind.plural} cannot be read: {error!r}"
        raise EngineError(words, status=READ) from error
    if only is not None and kind in _FILTERS:
        models = [model for model in models if model.key in only]  # the Engine's filters match prefixes too
    return models


def fetch_image(connection: Connection, ref: str, *, seconds: float = ANSWER_SECONDS) -> list[Image]:
    """One image, a model a reference (GET /images/{name}/json): far less than the list of all.

    Raises EngineError, with status 404 when it is gone, also when no answer begins within `seconds`.
    """
    found = inspect(connection, Kind.IMAGE, ref, seconds=seconds)
    try:
        return list(decode_inspected(found))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise EngineError(f"the image {ref} cannot be read: {error!r}", status=READ) from error


def image_sizes(connection: Connection, clock: Callable[[], float] = time.time) -> ImageSizes:
    """What the images share (GET /system/df, of images alone where the Engine can be told that).

    The Engine walks through everything it has for that: it may take minutes. Raises EngineError.
    """
    params = {"type": "image"} if connection.api_version >= DF_BY_TYPE else {}
    asked = clock()
    with engine_errors():
        found = connection.ask("GET", "/system/df", params=params, seconds=DF_SECONDS).json()
    try:
        return decode_sizes(found, asked)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise EngineError(f"the sizes of images cannot be read: {error!r}", status=READ) from error


def inspect(
    connection: Connection, kind: Kind, ref: str, *, seconds: float = ANSWER_SECONDS
) -> dict[str, Any]:
    """One object whole (GET /containers/{id}/json, /images/{name}/json, /networks/{id}, /volumes/{name}).

    Raises EngineError, also when no answer begins within `seconds`.
    """
    path = _ONE[kind].format(quote(ref, safe="/:"))
    with engine_errors():
        return dict(connection.ask("GET", path, seconds=seconds).json())


def _decoded(kind: Kind, found: Any, now: float, *, every: bool) -> Iterable[Model]:
    # an empty list may come as null
    items = (found.get("Volumes") if kind is Kind.VOLUME else found) or ()
    match kind:
        case Kind.CONTAINER:
            return (decode_container(item, now) for item in items)
        case Kind.IMAGE:
            return decode_every(items) if every else (image for item in items for image in decode_image(item))
        case Kind.NETWORK:
            return (decode_network(item) for item in items)
        case Kind.VOLUME:
            return (decode_volume(item) for item in items)
