"""Reading an answer of the Engine in which every key may be missing or null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from tui.engine.errors import EngineError, engine_errors
from tui.engine.lists import READ
from tui.engine.transport import ANSWER_SECONDS

if TYPE_CHECKING:
    from tui.engine.connection import Connection

Decoded = TypeVar("Decoded")

Found = Mapping[str, Any]
"""An object of an answer."""


def json_of(connection: Connection, path: str, seconds: float = ANSWER_SECONDS) -> Any:
    """The answer to GET `path`, begun within `seconds`. Raises EngineError."""
    with engine_errors():
        answer = connection.ask("GET", path, seconds=seconds)
    try:
        return answer.json()
    except (ValueError, RecursionError) as error:
        raise EngineError(f"the answer to GET {path} is no JSON", status=READ) from error


def read_as(decode: Callable[[Any], Decoded], found: Any, what: str) -> Decoded:
    """What `decode` makes of an answer; `what` names it. Raises EngineError for one that cannot be read."""
    try:
        return decode(found)
    except (ArithmeticError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise EngineError(f"{what} cannot be read: {error!r}", status=READ) from error


def word(found: Found, key: str) -> str:
    """The value of a key as a string."""
    value = found.get(key)
    return "" if value is None else str(value)


def number(found: Found, key: str, missing: int = 0) -> int:
    """The value of a key as a whole number. Raises ValueError for one that no Engine can mean."""
    told = found.get(key)
    value = missing if told is None else int(told)
    if abs(value) >= 1 << 63:
        raise ValueError(f"{key} is beyond 64 bits")
    return value
