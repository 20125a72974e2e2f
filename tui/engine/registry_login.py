"""Logging in to a registry: asked of the Engine, which will use it, and of the registry itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.engine.credentials import Credentials, auth_body, store
from tui.engine.errors import EngineError, Unreachable
from tui.engine.registries import Place
from tui.engine.registry import Registry, RegistryError
from tui.engine.registry_json import read, table, text

if TYPE_CHECKING:
    from tui.engine.connection import Connection

_DENIED = ("unauthorized", "incorrect username", "authentication required", "access denied", "denied:")
ENGINE_SECONDS = 60.0
"""An Engine tries a registry over TLS and without, each until the network gives up."""
TRY_AGAIN = "Check the user and the password; some registries want a token in the password's place."


def log_in(
    connection: Connection, place: Place, credentials: Credentials, env: Mapping[str, str] = os.environ
) -> str:
    """Try credentials (POST /auth of the Engine, GET /v2/ of the registry) and keep them as the CLI does.

    It is enough when one of the two lets them in while the other does not get there; the words say so. A
    read-only Engine is not asked. Raises EngineError, and keeps nothing then.
    """
    engine = connection.endpoint
    failed: EngineError | None = None
    if not engine.read_only:
        try:
            credentials = _by_engine(connection, place, credentials)
        except Unreachable:
            raise
        except EngineError as error:
            if _denied(error):
                raise EngineError(error.message, 401, TRY_AGAIN) from None
            failed = error
    if engine.demo and failed is not None:
        raise failed
    if engine.demo:
        return "it lets you in; the demo keeps no logins"
    own = _by_wharf(place, credentials, env)
    if own is not None and (failed is not None or engine.read_only):
        also = f"; the Engine: {failed.message}" if failed is not None else ""
        raise EngineError(f"nobody could try it: {own.message}{also}", None, own.advice)
    note = ""
    if failed is not None:
        note = f" Only Wharf reaches it: pulls and pushes will fail, as the Engine says: {failed.message}"
    elif own is not None:
        note = f" Only the Engine reaches it, so it cannot be browsed from here: {own.message}"
    elif engine.read_only:
        note = " The Engine was not asked: it is read-only."
    return f"kept by {store(place.host, credentials, env)}.{note}"


def _by_engine(connection: Connection, place: Place, credentials: Credentials) -> Credentials:
    """What the Engine makes of credentials: the registry may give a token to keep instead of the password."""
    body = auth_body(place.host, credentials)
    answer = connection.ask("POST", "/auth", body=body, seconds=ENGINE_SECONDS)
    token = text(table(read(answer.content)).get("IdentityToken"))
    return Credentials(credentials.user, token=token) if token else credentials


def _by_wharf(place: Place, credentials: Credentials, env: Mapping[str, str]) -> EngineError | None:
    """Ask the registry itself; why that did not get there. Raises EngineError when nobody is let in."""
    registry = Registry(place.host, plain=place.plain, ca=place.ca, credentials=credentials, env=env)
    try:
        reach = registry.check()
    except RegistryError as error:
        return error
    finally:
        registry.close()
    if not reach.welcome:
        raise EngineError(reach.words, 401, TRY_AGAIN)
    return None


def _denied(error: EngineError) -> bool:
    """Whether the registry said no, in whatever status an Engine packs that."""
    return error.status == 401 or any(words in error.message.lower() for words in _DENIED)
