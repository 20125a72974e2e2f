"""The registries a person has to do with, and those they added."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.engine.context_files import replace_file
from tui.engine.credentials import HUB_HOST, host_of, logins
from tui.engine.errors import EngineError
from tui.engine.places import state_dir

if TYPE_CHECKING:
    from tui.engine.connection import Connection

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Place:
    """One registry."""

    host: str
    """ "docker.io", "registry.lan:5000"."""
    plain: bool | None = None
    """Plain HTTP (True) or TLS (False); None: TLS, but on this machine whichever it speaks."""
    ca: str = ""
    """A PEM file with the authority that signed its certificate; "" for the usual ones."""
    source: str = ""
    """Where it is known from: "added", "login", "engine", "images" or "docker"."""
    user: str = ""
    """Whom config.json has logged in there; "" when only a credential helper knows."""
    logged_in: bool = False
    """Whether there are credentials for it, as far as config.json tells."""

    @property
    def hub(self) -> bool:
        """Whether it is Docker Hub, which lists no repositories."""
        return self.host == HUB_HOST


def places(
    repositories: Iterable[str] = (),
    info: Mapping[str, Any] | None = None,
    env: Mapping[str, str] = os.environ,
) -> Sequence[Place]:
    """All registries, each host once: added ones, logins, the Engine's, those of images, and Docker Hub.

    `repositories` are the `repository` of the Store's images; `info` is what `engine_info` told.
    """
    known = logins(env)
    hosts = {split_reference(repository)[0] for repository in repositories if repository != "<none>"}
    all_places = (
        *added(env),
        *(Place(host, source="login") for host in sorted(known)),
        *_of_engine(info or {}),
        *(Place(host, source="images") for host in sorted(hosts)),
        Place(HUB_HOST, source="docker"),
    )
    found: dict[str, Place] = {}
    for place in all_places:
        found.setdefault(place.host, place)
    return [
        replace(place, user=known.get(place.host, ""), logged_in=place.host in known)
        for place in found.values()
    ]


def place_of(host: str, env: Mapping[str, str] = os.environ) -> Place:
    """The registry of this host, as it was added where it was."""
    host = host_of(host)
    return next((place for place in added(env) if place.host == host), Place(host))


def engine_info(connection: Connection) -> Mapping[str, Any]:
    """What an Engine knows of registries (RegistryConfig of GET /info). Raises EngineError."""
    found = connection.ask("GET", "/info").json()
    config = found.get("RegistryConfig") if isinstance(found, dict) else None
    return config if isinstance(config, dict) else {}


def _of_engine(config: Mapping[str, Any]) -> Iterator[Place]:
    """The registries that the Engine's own settings name: insecure ones and mirrors."""
    indexes = config.get("IndexConfigs")
    for host in indexes if isinstance(indexes, dict) else ():
        if host_problem(host) is None:
            yield Place(host_of(host), source="engine")
    mirrors = config.get("Mirrors")
    for mirror in mirrors if isinstance(mirrors, list) else ():
        try:
            parts = urlsplit(str(mirror))
        except ValueError:
            continue
        if host_problem(parts.netloc) is None:
            yield Place(host_of(parts.netloc), plain=parts.scheme == "http", source="engine")


def host_problem(typed: str) -> str | None:
    """What is wrong with a host for a registry, in a sentence; None when it can be taken."""
    if not typed:
        return "A registry needs a host, as in registry.lan:5000"
    if "://" in typed:
        return f"Leave {typed.partition('://')[0]}:// away: TLS or plain HTTP is said beside it."
    if "/" in typed:
        return "Leave away what follows the host: repositories are chosen later."
    if not _HOST.fullmatch(typed):
        return "Write a host or host:port, as in registry.lan:5000"
    port = typed.rpartition(":")[2] if re.search(r":\d+$", typed) else ""
    return "A port is a number up to 65535." if port and not 0 < int(port) < 65536 else None


# Those a person added


def added(env: Mapping[str, str] = os.environ) -> list[Place]:
    """The registries a person added, the oldest first; [] when what was kept cannot be read."""
    try:
        found = json.loads(_file(env).read_text("utf-8"))
        rows = found["registries"]
        return [
            Place(row["host"], row["plain"], row["ca"], "added")
            for row in rows
            if isinstance(row["host"], str)
            and host_problem(row["host"]) is None
            and isinstance(row["plain"], bool | None)
            and isinstance(row["ca"], str)
        ]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return []


def add(place: Place, env: Mapping[str, str] = os.environ) -> None:
    """Remember a registry (registries.json in the state folder); one of this host is changed.

    Raises EngineError.
    """
    if problem := host_problem(place.host):
        raise EngineError(problem)
    if place.ca and not os.access(place.ca, os.R_OK):
        raise EngineError(f"{place.ca} cannot be read", advice="Name a PEM file with the authority in it.")
    place = replace(place, host=host_of(place.host), ca=os.path.abspath(place.ca) if place.ca else "")
    kept = {one.host: one for one in added(env)}
    kept[place.host] = place
    _keep(kept.values(), env)


def remove(host: str, env: Mapping[str, str] = os.environ) -> None:
    """Forget an added registry; its credentials stay. Raises EngineError."""
    _keep([place for place in added(env) if place.host != host_of(host)], env)


def _keep(kept: Iterable[Place], env: Mapping[str, str]) -> None:
    rows = [{"host": place.host, "plain": place.plain, "ca": place.ca} for place in kept]
    path = _file(env)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, json.dumps({"registries": rows}, indent=2).encode(), 0o600)
    except OSError as error:
        raise EngineError(f"{path} was not written: {error.strerror or error}") from error


def _file(env: Mapping[str, str]) -> Path:
    return state_dir(env) / "registries.json"


def split_reference(reference: str) -> tuple[str, str]:
    """Host and repository (with tag or digest, if any), by Docker's rule: "docker.io" where none is named."""
    first, slash, rest = reference.partition("/")
    if slash and (set(first) & {".", ":"} or first == "localhost" or first != first.lower()):
        return host_of(first), rest
    return HUB_HOST, reference
