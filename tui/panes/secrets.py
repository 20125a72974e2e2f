"""Which values of an Engine's answers stay covered until somebody asks."""

from __future__ import annotations

import re
from typing import Any

from tui.engine.lines import looks_secret

COVER = "•••••"
"""Stands for a secret, however long that is."""

_NO_SECRETS = frozenset({"SandboxKey"})
"""Keys of the Engine's own that only sound like secrets: this one is the path of a network namespace."""

# mount options, as CIFS volumes carry them: "username=me,password=…"
_OPTION = re.compile(r"(?:^|,)\s*(?:password2?|passwd|pass)=(?=.)", re.IGNORECASE)


def visible_prefix(key: str, value: str) -> int | None:
    """How many leading characters of the value under `key` may be seen; None when all may."""
    if key in _NO_SECRETS or not value:
        return None
    if looks_secret(key, value):
        return 0
    option = _OPTION.search(value)
    return option.end() if option else None


def covered(key: str, value: str, *, reveal: bool = False) -> str:
    """`value`, or what may be seen of it and the cover."""
    prefix = None if reveal else visible_prefix(key, value)
    return value if prefix is None else value[:prefix] + COVER


def covered_assignment(text: str, *, reveal: bool = False) -> str:
    """A KEY=VALUE entry of an environment, its value covered where it is a secret."""
    key, equals, value = text.partition("=")
    return key + equals + covered(key, value, reveal=reveal)


def secret(path: tuple[str | int, ...], value: Any) -> int | None:
    """How many characters of one value of an inspect answer may be shown; None when all may."""
    if not isinstance(value, str):
        return None
    if len(path) > 1 and path[-2] == "Env":
        name, equals, rest = value.partition("=")
        prefix = visible_prefix(name, rest)
        return None if prefix is None else len(name + equals) + prefix
    key = path[-1] if path else ""
    return visible_prefix(key if isinstance(key, str) else "", value)
