"""What a person set in config.toml, and the choices Wharf remembers by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tui.engine.endpoint import Endpoint
from tui.engine.places import config_home, state_dir


class SettingsError(Exception):
    """config.toml says something that Wharf does not know; the text names the place."""


class Marked(NamedTuple):
    """What is set for one endpoint."""

    read_only: bool = False
    prod: bool = False
    """Production: every plan asks for the name or the count."""


class Settings(NamedTuple):
    """config.toml, checked."""

    theme: str = ""
    """A Textual theme's name; "" for Wharf's own."""
    keys: Mapping[str, str] = MappingProxyType({})
    """Other keys, by the id of the verb or binding: "container.stop" to "S"."""
    endpoints: Mapping[str, Marked] = MappingProxyType({})
    """By context name or URL."""

    def marked(self, endpoint: Endpoint) -> Marked:
        """What is set for this endpoint."""
        by_url = self.endpoints.get(endpoint.url, Marked())
        return self.endpoints.get(endpoint.context, by_url)

    def applied(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, read-only where it is set so."""
        return replace(endpoint, read_only=True) if self.marked(endpoint).read_only else endpoint


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
    _only(found, {"theme": str, "keys": dict, "endpoints": dict}, where)
    keys = found.get("keys", {})
    _only(keys, dict.fromkeys(keys, str), f"{where}: [keys]")
    endpoints = {}
    for name, table in found.get("endpoints", {}).items():
        here = f'{where}: [endpoints."{name}"]'
        if not isinstance(table, dict):
            raise SettingsError(f"{here} is no table")
        _only(table, {"read_only": bool, "prod": bool}, here)
        endpoints[name] = Marked(**table)
    return Settings(found.get("theme", ""), keys, endpoints)


def _only(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    for name, value in table.items():
        if name not in known:
            raise SettingsError(f"{where}: {name!r} is not a setting; there are {', '.join(known)}")
        if not isinstance(value, known[name]):
            raise SettingsError(f"{where}: {name} must be a {known[name].__name__}")


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
