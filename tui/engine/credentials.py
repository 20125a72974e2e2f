"""The docker CLI's credentials: read and kept in config.json, or by the credential helpers it names."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.engine.context_files import change_config
from tui.engine.credential_programs import CredentialsError, ask_program, list_program
from tui.engine.endpoint import config_dir, docker_config

__all__ = [
    "HUB",
    "HUB_HOST",
    "Credentials",
    "CredentialsError",
    "build_headers",
    "engine_headers",
    "erase",
    "find",
    "host_of",
    "keeper",
    "logins",
    "registry_headers",
    "store",
]

HUB_HOST = "docker.io"
HUB = "https://index.docker.io/v1/"
"""What Docker Hub is called in config.json."""
_HUB_NAMES = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"})
_TOKEN_USER = "<token>"
"""The user's name by which a credential helper keeps an identity token."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who somebody is to a registry; only the user's name shows."""

    user: str
    secret: str = field(default="", repr=False)
    """The password."""
    token: str = field(default="", repr=False)
    """An identity token, which stands in the password's place; "" without one."""
    registry_token: str = field(default="", repr=False)
    """A bearer token, sent as it is; "" without one."""

    def __bool__(self) -> bool:
        return bool(self.secret or self.token or self.registry_token)


def host_of(key: str) -> str:
    """The host that a key of config.json, an address or a typed name means; Docker Hub is "docker.io"."""
    host = key.strip().removeprefix("https://").removeprefix("http://").partition("/")[0].lower()
    return HUB_HOST if host in _HUB_NAMES else host


def find(registry: str, env: Mapping[str, str] = os.environ) -> Credentials | None:
    """The credentials kept for a registry's host; None when there are none. Raises CredentialsError."""
    if program := keeper(registry, env):
        return _from_program(ask_program(program, "get", _key(registry), env))
    auths = _auths(docker_config(env))
    # older clients wrote whole addresses
    same = [key for key in auths if host_of(key) == host_of(registry)]
    same.sort(key=lambda key: key != _key(registry))
    return next(filter(None, (_from_file(auths[key]) for key in same)), None)


def store(registry: str, credentials: Credentials, env: Mapping[str, str] = os.environ) -> str:
    """Keep credentials as `docker login` does; returns where: a program's name, else config.json's path.

    Raises CredentialsError.
    """
    key, program = _key(registry), keeper(registry, env)
    entry: dict[str, str] = {}
    if program:
        user, secret = credentials.user, credentials.secret
        if credentials.token:
            user, secret = _TOKEN_USER, credentials.token
        ask_program(program, "store", {"ServerURL": key, "Username": user, "Secret": secret}, env)
    else:
        pair = f"{credentials.user}:{credentials.secret}".encode("utf-8", "surrogateescape")
        entry["auth"] = base64.b64encode(pair).decode()
        if credentials.token:
            entry["identitytoken"] = credentials.token

    def change(config: dict[str, Any]) -> bool:
        if not isinstance(config.get("auths"), dict):
            config["auths"] = {}
        # with a program only the name stands in the file, as the docker CLI leaves it
        config["auths"][key] = entry
        return True

    path = config_dir(env) / "config.json"
    _change(env, change, private=True)
    return f"docker-credential-{program}" if program else str(path)


def erase(registry: str, env: Mapping[str, str] = os.environ) -> bool:
    """Take credentials away as `docker logout` does; False when there were none. Raises CredentialsError."""
    there = False
    if program := keeper(registry, env):
        there = ask_program(program, "get", _key(registry), env) is not None
        if there:
            ask_program(program, "erase", _key(registry), env)

    def change(config: dict[str, Any]) -> bool:
        auths = _auths(config)
        gone = [key for key in auths if host_of(key) == host_of(registry)]
        for key in gone:
            del auths[key]
        nonlocal there
        there = there or bool(gone)
        return bool(gone)

    _change(env, change)
    return there


def keeper(registry: str, env: Mapping[str, str] = os.environ) -> str:
    """The credential helper that config.json names for a registry: "pass"; "" for config.json itself."""
    config = docker_config(env)
    named = config.get("credHelpers")
    own = named.get(_key(registry)) or named.get(host_of(registry)) if isinstance(named, dict) else None
    return str(own or config.get("credsStore") or "")


def logins(env: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """The hosts with credentials and the user of each, "" where only a program knows; asks none."""
    config = docker_config(env)
    found: dict[str, str] = {}
    for key, entry in _auths(config).items():
        credentials = _from_file(entry)
        if credentials is not None or keeper(key, env):
            found[host_of(key)] = credentials.user if credentials is not None else ""
    named = config.get("credHelpers")
    for key in named if isinstance(named, dict) else ():
        found.setdefault(host_of(str(key)), "")
    return found


def registry_headers(reference: str, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The X-Registry-Auth header for a request to the Engine about this reference; {} without credentials.

    Raises CredentialsError.
    """
    from tui.engine.registries import split_reference

    host, _ = split_reference(reference)
    credentials = find(host, env)
    return engine_headers(host, credentials) if credentials is not None else {}


def engine_headers(registry: str, credentials: Credentials) -> dict[str, str]:
    """These credentials as X-Registry-Auth."""
    return {"X-Registry-Auth": _encoded(auth_body(registry, credentials))}


def auth_body(registry: str, credentials: Credentials) -> dict[str, str]:
    """These credentials as the Engine's AuthConfig (POST /auth)."""
    named = {
        "username": credentials.user,
        "password": credentials.secret,
        "identitytoken": credentials.token,
        "registrytoken": credentials.registry_token,
    }
    return {**{name: value for name, value in named.items() if value}, "serveraddress": _key(registry)}


def build_headers(env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The X-Registry-Config header for a build: all credentials that can be had; {} without any."""
    config = docker_config(env)
    keys = {_key(host): None for host in logins(env)}
    if program := str(config.get("credsStore") or ""):
        keys.update(dict.fromkeys(list_program(program, env)))
    found = {}
    for key in keys:
        try:
            credentials = find(key, env)
        except CredentialsError:
            continue  # a build from other registries does not need these
        if credentials is not None:
            found[key] = auth_body(key, credentials)
    return {"X-Registry-Config": _encoded(found)} if found else {}


def _key(registry: str) -> str:
    """What config.json calls a registry."""
    host = host_of(registry)
    return HUB if host == HUB_HOST else host


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _auths(config: Mapping[str, Any]) -> dict[str, Any]:
    auths = config.get("auths")
    return auths if isinstance(auths, dict) else {}


def _from_program(answer: Mapping[str, Any] | None) -> Credentials | None:
    if answer is None:
        return None
    user, secret = str(answer.get("Username") or ""), str(answer.get("Secret") or "")
    found = Credentials("", token=secret) if user == _TOKEN_USER else Credentials(user, secret)
    return found or None


def _from_file(entry: object) -> Credentials | None:
    """What an entry of `auths` holds; None when it holds nothing that can be used."""
    if not isinstance(entry, dict):
        return None
    user, secret = _text(entry, "username"), _text(entry, "password")
    if packed := _text(entry, "auth"):
        try:
            pair = base64.b64decode(packed, validate=True).decode("utf-8", "surrogateescape")
        except ValueError:
            pair = ""
        user, _, secret = pair.partition(":")
        secret = secret.rstrip("\x00")
    found = Credentials(user, secret, _text(entry, "identitytoken"), _text(entry, "registrytoken"))
    return found or None


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _change(env: Mapping[str, str], change: Any, *, private: bool = False) -> None:
    """Change config.json; with `private` nobody else may read it afterwards."""
    path = config_dir(env) / "config.json"
    try:
        if private and path.exists() and path.stat().st_mode & 0o077:
            path.chmod(0o600)
        change_config(path, change)
    except OSError as error:
        raise CredentialsError(f"{path} was not changed: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise CredentialsError(f"{path} was left alone: it is no JSON as the docker CLI writes it") from None
