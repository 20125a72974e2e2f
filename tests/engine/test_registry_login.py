"""Logging in: Engine and registry are both asked, and it is enough when one of them lets the person in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine
from tests.engine.http_engine import Reply as EngineReply
from tests.engine.http_registry import PASSWORD, USER, HttpRegistry, Tokens, http_registry
from tui.engine.connection import Connection
from tui.engine.credentials import Credentials, find
from tui.engine.errors import EngineError, Unreachable
from tui.engine.registries import Place
from tui.engine.registry_login import log_in

Env = dict[str, str]
PILOT = Credentials(USER, PASSWORD)
AUTH = "POST /auth"
SUCCESS = EngineReply({"Status": "Login Succeeded", "IdentityToken": ""})
UNREACHED = EngineReply({"message": 'Get "https://quay/v2/": dial tcp: connection refused'}, 500)


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}


@pytest.fixture
def server() -> Iterator[HttpRegistry]:
    with http_registry() as running:
        Tokens(running)
        yield running


def test_who_is_let_in_by_both_is_kept_without_further_words(
    http_engine: HttpEngine, connection: Connection, server: HttpRegistry, env: Env
) -> None:
    http_engine.answers[AUTH] = SUCCESS
    words = log_in(connection, Place(server.host), PILOT, env)
    assert words == f"kept by {env['DOCKER_CONFIG']}/config.json."
    assert find(server.host, env) == PILOT
    body = json.loads(http_engine.last(AUTH).body)
    assert body == {"username": USER, "password": PASSWORD, "serveraddress": server.host}


def test_a_token_that_the_registry_gives_is_kept_instead_of_the_password(
    http_engine: HttpEngine, connection: Connection, server: HttpRegistry, env: Env
) -> None:
    http_engine.answers[AUTH] = EngineReply({"IdentityToken": "idt"})
    log_in(connection, Place(server.host), PILOT, env)
    assert find(server.host, env) == Credentials(USER, token="idt")
    assert PASSWORD not in Path(env["DOCKER_CONFIG"], "config.json").read_text()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, 'Get "https://quay/v2/": unauthorized: incorrect username or password'),
        (500, "login attempt to http://quay/v2/ failed with status: 401 Unauthorized"),
        (500, "unauthorized: authentication required"),
    ],
)
def test_a_wrong_password_is_a_wrong_password_in_whatever_status_it_comes(
    http_engine: HttpEngine, connection: Connection, server: HttpRegistry, env: Env, status: int, words: str
) -> None:
    http_engine.answers[AUTH] = EngineReply({"message": words}, status)
    with pytest.raises(EngineError) as refused:
        log_in(connection, Place(server.host), Credentials(USER, "wrong-1"), env)
    assert (refused.value.status, refused.value.message) == (401, words)
    assert "password" in refused.value.advice
    assert not Path(env["DOCKER_CONFIG"]).exists()
    assert server.asked == []


def test_where_only_wharf_reaches_the_registry_that_is_said(
    http_engine: HttpEngine, connection: Connection, server: HttpRegistry, env: Env
) -> None:
    http_engine.answers[AUTH] = UNREACHED
    words = log_in(connection, Place(server.host), PILOT, env)
    assert "Only Wharf reaches it" in words
    assert "connection refused" in words
    assert find(server.host, env) == PILOT
    with pytest.raises(EngineError, match="incorrect username") as refused:
        log_in(connection, Place(server.host), Credentials(USER, "wrong"), env)
    assert refused.value.status == 401


def test_where_only_the_engine_reaches_the_registry_that_is_said(
    http_engine: HttpEngine, connection: Connection, server: HttpRegistry, env: Env
) -> None:
    http_engine.answers[AUTH] = SUCCESS
    server.close()
    words = log_in(connection, Place(server.host, plain=True), PILOT, env)
    assert "Only the Engine reaches it" in words
    assert find(server.host, env) == PILOT


def test_where_nobody_reaches_it_nothing_is_kept(
    http_engine: HttpEngine, connection: Connection, server: HttpRegistry, env: Env
) -> None:
    http_engine.answers[AUTH] = UNREACHED
    server.close()
    with pytest.raises(EngineError, match=r"nobody could try it: .*Connection refused.*dial tcp") as failed:
        log_in(connection, Place(server.host, plain=True), PILOT, env)
    assert PASSWORD not in failed.value.message
    assert find(server.host, env) is None


def test_a_read_only_engine_is_not_asked(
    http_engine: HttpEngine, connect: Callable[..., Connection], server: HttpRegistry, env: Env
) -> None:
    words = log_in(connect(read_only=True), Place(server.host), PILOT, env)
    assert "The Engine was not asked" in words
    assert find(server.host, env) == PILOT
    assert http_engine.count(AUTH) == 0


def test_an_engine_that_is_gone_is_not_taken_for_a_registry_that_is(
    http_engine: HttpEngine, connection: Connection, server: HttpRegistry, env: Env
) -> None:
    http_engine.die()
    with pytest.raises(Unreachable):
        log_in(connection, Place(server.host), PILOT, env)


def test_the_demo_keeps_no_login(http_engine: HttpEngine, connection: Connection, env: Env) -> None:
    connection.endpoint = replace(connection.endpoint, demo=True)
    http_engine.answers[AUTH] = SUCCESS
    assert "keeps no logins" in log_in(connection, Place("registry.lan"), PILOT, env)
    assert not Path(env["DOCKER_CONFIG"]).exists()
