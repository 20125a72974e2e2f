"""What a registry says in JSON, taken for what it should be: what is something else counts as absent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

LARGEST = 2**63
_GO_ZERO = -62135596800
"""The moment that Go writes for no moment, in epoch seconds."""


def read(body: bytes) -> Any:
    """The value in a body; None when it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def table(value: object) -> Mapping[str, Any]:
    """An object; {} for anything else."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> Sequence[Any]:
    """An array; () for anything else."""
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    """A string; "" for anything else."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The strings of an array."""
    return tuple(one for one in entries(value) if isinstance(one, str))


def number(value: object) -> int | None:
    """A count of bytes; None for anything else."""
    return value if type(value) is int and 0 <= value < LARGEST else None


def pairs(value: object) -> tuple[tuple[str, str], ...]:
    """An object of strings, in its order."""
    return tuple((key, one) for key, one in table(value).items() if isinstance(one, str))


def moment(value: object) -> int | None:
    """A time in epoch seconds; None for anything else and for Go's zero time."""
    try:
        seconds = int(datetime.fromisoformat(text(value)).timestamp())
    except (ValueError, OverflowError):
        return None
    return None if seconds == _GO_ZERO else seconds
