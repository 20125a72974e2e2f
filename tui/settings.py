"""What a person set in config.toml, and the choices Wharf remembers by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tui.engine.endpoint import Endpoint
from tui.engine.places import config_home, state_dir


class SettingsError(Exception):
    """config.toml says something that Wharf does not know; the text names the place."""


COLORS = ("blue", "cyan", "green", "magenta", "yellow", "red")
SWITCHES = ("auto", "on", "off")

Table = Mapping[str, bool | str]
"""What one [endpoints."PATTERN"] table sets: only the keys that stand there."""

BUILT_IN: Mapping[str, Table] = MappingProxyType({"*prod*": {"prod": True}})
"""What holds before the file says anything."""


class Marked(NamedTuple):
    """What is set for one endpoint."""

    read_only: bool = False
    prod: bool = False
    """Production: every plan asks for the name or the count, and changing and entering ask first."""
    color: str = ""
    """One of COLORS, in which its name is painted; "" for none."""


class Settings(NamedTuple):
    """config.toml, checked."""

    theme: str = ""
    """A Textual theme's name; "" for Wharf's own."""
    keys: Mapping[str, str] = MappingProxyType({})
    """Other keys, by the id of the verb or binding: "container.stop" to "S"."""
    endpoints: Mapping[str, Table] = MappingProxyType({})
    """By pattern, in the file's order: a context's name or a URL, in which * ? and [] stand for others."""
    slow_line: str = "auto"
    """One of SWITCHES: whether the screen spares the line; "auto" does so inside an SSH session."""
    ascii: str = "auto"
    """One of SWITCHES: whether only ASCII is painted; "auto" does so where nothing else can be."""
    mouse: str = "auto"
    """One of SWITCHES: whether the mouse is followed."""
    log_lines: int = 10_000
    """Lines that a log view keeps; older ones are fetched again when one scrolls there."""
    log_bytes: int = 8 * 2**20
    """Bytes of text that a log view keeps at most, however few lines that are."""
    stats_at_once: int = 50
    """Containers whose statistics are streamed at the same time; with more of them they take turns."""

    def matching(self, endpoint: Endpoint) -> list[tuple[str, Table]]:
        """The patterns that fit this endpoint's context or URL, and what each sets; the last counts most."""
        names = {endpoint.context.casefold(), endpoint.url.casefold()} - {""}
        return [
            (pattern, table)
            for pattern, table in (*BUILT_IN.items(), *self.endpoints.items())
            if any(_fits(name, pattern.casefold()) for name in names)
        ]

    def marked(self, endpoint: Endpoint) -> Marked:
        """What is set for this endpoint."""
        merged: dict[str, Any] = {}
        for _, table in self.matching(endpoint):
            merged.update(table)
        return Marked(**merged)

    def applied(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, read-only where it is set so."""
        return replace(endpoint, read_only=True) if self.marked(endpoint).read_only else endpoint


def _fits(name: str, pattern: str) -> bool:
    # the brackets of an IPv6 address would match one character: what is written out in full always fits
    return name == pattern or fnmatchcase(name, pattern)


def config_file(env: Mapping[str, str] = os.environ) -> Path:
    """Wharf's config.toml."""
    return config_home(env) / "wharf" / "config.toml"


def load_settings(path: Path) -> Settings:
    """Read config.toml; without the file everything is as it comes. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error
    where = str(path)
    switches = dict.fromkeys(("slow_line", "ascii", "mouse"), SWITCHES)
    numbers = {name: found.pop(name, {}) for name in NUMBERS}
    _only(found, {"theme": str, "keys": dict, "endpoints": dict, **switches}, where)
    keys = found.get("keys", {})
    _only(keys, dict.fromkeys(keys, str), f"{where}: [keys]")
    for pattern, table in found.get("endpoints", {}).items():
        here = f'{where}: [endpoints."{pattern}"]'
        if not isinstance(table, dict):
            raise SettingsError(f"{here} must be a table")
        _only(table, {"read_only": bool, "prod": bool, "color": COLORS}, here)
    for name, table in numbers.items():
        found |= _numbers(table, NUMBERS[name], f"{where}: [{name}]")
    return Settings(**found)


class _Number(NamedTuple):
    """What a number in config.toml sets."""

    field: str
    least: int
    most: int
    unit: int = 1
    """By how much it is multiplied."""


NUMBERS: Mapping[str, Mapping[str, _Number]] = MappingProxyType(
    {
        "logs": {
            "lines": _Number("log_lines", 100, 1_000_000),
            "megabytes": _Number("log_bytes", 1, 1024, 2**20),
        },
        "statistics": {"at_once": _Number("stats_at_once", 1, 500)},
    }
)
"""The tables of numbers."""


def _numbers(table: Any, known: Mapping[str, _Number], where: str) -> dict[str, int]:
    """The fields that a table of numbers sets. Raises SettingsError."""
    if not isinstance(table, dict):
        raise SettingsError(f"{where} must be a table")
    _only(table, dict.fromkeys(known, int), where)
    for name, value in table.items():
        least, most = known[name].least, known[name].most
        if isinstance(value, bool) or not least <= value <= most:
            raise SettingsError(f"{where}: {name} must be a number from {least:,} to {most:,}")
    return {known[name].field: value * known[name].unit for name, value in table.items()}


_TOML_WORDS = {str: "a string", bool: "true or false", dict: "a table", int: "a number"}


def _only(table: Mapping[str, Any], known: Mapping[str, type | tuple[str, ...]], where: str) -> None:
    """Raises SettingsError for a key that is not known, and for a value that is not of its type or list."""
    for name, value in table.items():
        if name not in known:
            raise SettingsError(f"{where}: {name!r} is not a setting; there are {', '.join(known)}")
        wanted = known[name]
        if isinstance(wanted, tuple):
            if value not in wanted:
                raise SettingsError(f"{where}: {name} must be one of {_listed(wanted)}")
        elif not isinstance(value, wanted):
            raise SettingsError(f"{where}: {name} must be {_TOML_WORDS[wanted]}")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{word}"' for word in words)


class Choices:
    """What was chosen while Wharf ran, kept for the next time (choices.json in the state folder)."""

    def __init__(self, path: Path, values: dict[str, Any] | None = None) -> None:
        self.path = path
        self.values = values or {}

    @classmethod
    def load(cls, env: Mapping[str, str] = os.environ) -> Choices:
        """Read the file; one that is missing or broken is as good as none."""
        path = state_dir(env) / "choices.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        return cls(path, found if isinstance(found, dict) else {})

    def get(self, name: str, default: Any) -> Any:
        """The value chosen, when it is of the default's type."""
        value = self.values.get(name, default)
        return value if isinstance(value, type(default)) else default

    def keep(self, name: str, value: Any) -> None:
        """Remember a value; a folder that cannot be written is no reason to stop."""
        self.values[name] = value
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.values), encoding="utf-8")
        except OSError:
            return
