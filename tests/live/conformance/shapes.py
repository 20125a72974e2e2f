"""The shape of JSON: keys and types, without the values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

MAPS = {
    *("Annotations", "Attributes", "Containers", "DriverOpts", "ExposedPorts"),
    *("IndexConfigs", "Labels", "LogConfig.Config", "Networks", "Options", "PortBindings", "Ports"),
    *("Runtimes", "Sysctls", "Tmpfs", "Volumes", "memory_stats.stats"),
}
"""Objects whose keys are data: what their values look like is compared, not which keys there are."""

HEX = re.compile(r"\b(?:sha256:)?[0-9a-f]{12,64}\b")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")
Shape = dict[str, set[str]]
"""Types by path; `[]` stands for the elements of a list, `*` for the values of a map."""


def plain(text: str) -> str:
    """A text without what is different each time: ids and times."""
    return STAMP.sub("<time>", HEX.sub("<id>", text))


def shape(value: Any, path: str = "") -> Shape:
    """What is where; elements of a list and values of a map are taken together."""
    found: Shape = {}
    for where, kind in _walk(value, path):
        found.setdefault(where, set()).add(kind)
    return found


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield path, "object"
        for key, one in value.items():
            yield from _walk(one, f"{path}.*" if _is_map(path) else f"{path}.{key}")
    elif isinstance(value, list):
        yield path, "list"
        for one in value:
            yield from _walk(one, f"{path}[]")
    elif isinstance(value, bool):
        yield path, "boolean"
    elif isinstance(value, int | float):
        yield path, "number"
    else:
        yield path, "null" if value is None else "string"


def _is_map(path: str) -> bool:
    return any(path.endswith(f".{name}") for name in MAPS)


def told_apart(demo: Shape, real: Shape) -> Iterator[tuple[str, str]]:
    """Paths that differ, with what is at each; what is below a path that only one has is left out."""
    for path in sorted(demo.keys() | real.keys()):
        ours, theirs = demo.get(path), real.get(path)
        if ours == theirs or _below(path, demo, real):
            continue
        yield path, f"demo {_named(ours)}, Engine {_named(theirs)}"


def _below(path: str, demo: Shape, real: Shape) -> bool:
    parts = re.split(r"(?=\.|\[\])", path)
    above = ("".join(parts[:end]) for end in range(1, len(parts)))
    return any((parent in demo) != (parent in real) for parent in above)


def _named(kinds: set[str] | None) -> str:
    return "nothing" if kinds is None else " or ".join(sorted(kinds))


def picked(value: Any, path: str) -> Any:
    """The value at a path such as `State.Status`; through a list the values of all elements, sorted."""
    if isinstance(value, list):
        return sorted((picked(one, path) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    if not path:
        return plain(value) if isinstance(value, str) else value
    key, _, rest = path.partition(".")
    return picked(value[key], rest) if isinstance(value, dict) and key in value else None
