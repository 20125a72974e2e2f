"""Reading lists and single objects from an Engine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any
from urllib.parse import quote

from tui.engine.connection import ANSWER_SECONDS, Connection
from tui.engine.errors import EngineError, engine_errors
from tui.engine.kinds import Kind
from tui.engine.models import Model
from tui.engine.models.container import decode_container
from tui.engine.models.image import Image, decode_image, decode_inspected
from tui.engine.models.network import decode_network
from tui.engine.models.volume import decode_volume

READ = 200
"""The status of an answer that came and could not be understood."""
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
    seconds: float = ANSWER_SECONDS,
    clock: Callable[[], float] = time.time,
) -> list[Model]:
    """All objects of a kind in one request, or just those whose key is in `only`.

    GET /containers/json, /images/json, /networks or /volumes. Images cannot be asked for by id: with `only`
    all of them are still read. Raises EngineError, also when no answer begins within `seconds`.
    """
    params: dict[str, str] = {"all": "1"} if kind is Kind.CONTAINER else {}
    if only is not None and kind in _FILTERS:
        params["filters"] = json.dumps({_FILTERS[kind]: sorted(only)})
    answer = connection.ask("GET", PATHS[kind], params=params, seconds=seconds)
    try:
        models = list(_decoded(kind, json.loads(answer.content), clock()))
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


def inspect(
    connection: Connection, kind: Kind, ref: str, *, seconds: float = ANSWER_SECONDS
) -> dict[str, Any]:
    """One object whole (GET /containers/{id}/json, /images/{name}/json, /networks/{id}, /volumes/{name}).

    Raises EngineError, also when no answer begins within `seconds`.
    """
    path = _ONE[kind].format(quote(ref, safe="/:"))
    with engine_errors():
        return dict(connection.ask("GET", path, seconds=seconds).json())


def _decoded(kind: Kind, found: Any, now: float) -> Iterable[Model]:
    match kind:
        case Kind.CONTAINER:
            return (decode_container(item, now) for item in found)
        case Kind.IMAGE:
            return (image for item in found for image in decode_image(item))
        case Kind.NETWORK:
            return (decode_network(item) for item in found)
        case Kind.VOLUME:
            return (decode_volume(item) for item in found.get("Volumes") or ())
