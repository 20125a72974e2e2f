"""A look at an Engine: what it says of itself, and that nothing of the look stays."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

import tui.engine.look
from tests.engine.http_engine import HttpEngine, Reply
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError, Unreachable
from tui.engine.look import latency, look

INFO = {"Containers": 14, "ContainersRunning": 3, "Images": 31}


def test_a_look_tells_version_counts_and_latency(http_engine: HttpEngine) -> None:
    http_engine.answers["GET /info"] = Reply(INFO)
    seen = look(Endpoint(http_engine.url, "", "test"))
    assert (seen.version, seen.api) == ("28.3.1", "1.47")
    assert (seen.running, seen.containers, seen.images) == (3, 14, 31)
    assert 0 < seen.latency < 2


def test_a_look_asks_for_nothing_else_over_one_connection(http_engine: HttpEngine) -> None:
    look(Endpoint(http_engine.url, "", "test"))
    # without a version in the path, which an Engine may have given up
    assert {asked.path for asked in http_engine.asked} == {"/_ping", "/version", "/info"}
    assert http_engine.connections == 1


@pytest.mark.parametrize("status", [200, 500])
def test_a_look_closes_its_connection(
    http_engine: HttpEngine, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    closed: list[Connection] = []
    monkeypatch.setattr(Connection, "close", lambda one: closed.append(one))
    http_engine.answers["GET /version"] = Reply({"Version": "1"}, status)
    with suppress(EngineError):
        look(Endpoint(http_engine.url, "", "test"))
    assert len(closed) == 1


def test_the_latency_is_not_that_of_the_first_request(
    http_engine: HttpEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter((0.9, 0.1))
    monkeypatch.setattr(tui.engine.look, "latency", lambda connection, seconds: next(times))
    assert look(Endpoint(http_engine.url, "", "test")).latency == 0.1


def test_nobody_there_is_told_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="No such file"):
        look(Endpoint(f"unix://{tmp_path}/none.sock", "", "test"))


def test_an_engine_that_hangs_is_given_up_in_time(http_engine: HttpEngine) -> None:
    http_engine.awake.clear()
    began = time.monotonic()
    with pytest.raises(EngineError, match="timed out"):
        look(Endpoint(http_engine.url, "", "test"), seconds=0.1)
    assert time.monotonic() - began < 2


def test_what_is_no_engine_is_called_so(http_engine: HttpEngine) -> None:
    http_engine.answers["GET /_ping"] = Reply(b"OK")
    with pytest.raises(EngineError, match="not a Docker Engine"):
        look(Endpoint(http_engine.url, "", "test"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Reply({"message": "go away"}, 403), "go away"),
        (Reply(b"<html>", 502), "no answer to /info"),
        (Reply(b"<html>"), "no answer to /info"),
        (Reply([]), "no answer to /info"),
    ],
)
def test_an_answer_that_is_none_is_an_error(http_engine: HttpEngine, answer: Reply, said: str) -> None:
    http_engine.answers["GET /info"] = answer
    with pytest.raises(EngineError, match=said):
        look(Endpoint(http_engine.url, "", "test"))


def test_odd_numbers_do_no_harm(http_engine: HttpEngine) -> None:
    http_engine.answers["GET /version"] = Reply({"Version": None})
    http_engine.answers["GET /info"] = Reply({"Containers": None})
    seen = look(Endpoint(http_engine.url, "", "test"))
    assert (seen.version, seen.api, seen.containers) == ("", "", 0)


def test_a_connected_engine_is_asked_for_one_ping(http_engine: HttpEngine, connection: Connection) -> None:
    assert 0 < latency(connection) < 2
    assert [asked.what for asked in http_engine.asked] == ["GET /_ping"]
