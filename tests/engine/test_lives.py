"""What is asked about a container that is down, and what is made of the answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tui.engine.connection import Connection
from tui.engine.errors import EngineError
from tui.engine.lives import Turn, Why, asked_why, why_down
from tui.engine.logs import LogLine

IDENT = "ab" * 32
LOG = f"GET /containers/{IDENT}/logs"
SECOND = 1_000_000_000
BEGAN = 1_750_000_000


ENDLESS = b'{"Action": "die", "timeNano": 1e999, "Actor": {"ID": "%s"}}' % IDENT.encode()


def event(action: str, at: float = BEGAN, ident: str = IDENT, **said: str) -> dict[str, Any]:
    """As an Engine from API 1.52 on tells it; `at` is in whole quarters of a second."""
    actor = {"ID": ident, "Attributes": {"name": "web", **said}}
    return {"Type": "container", "Action": action, "Actor": actor, "timeNano": int(at * 4) * SECOND // 4}


def found(status: str = "exited", *, restarts: int = 0, **state: Any) -> dict[str, Any]:
    """An inspect answer."""
    times = {"StartedAt": "2025-06-15T15:06:40.5Z", "FinishedAt": "2025-06-15T15:06:42Z"}
    return {
        "Id": IDENT,
        "Created": "2025-06-15T15:06:30Z",
        "State": {"Status": status, **times, **state},
        "RestartCount": restarts,
        "Config": {"Tty": False},
    }


@pytest.fixture
def engine(http_engine: HttpEngine) -> HttpEngine:
    http_engine.streamed.clear()
    http_engine.answers["GET /events"] = Reply(b"")
    http_engine.answers[LOG] = Reply(b"")
    return http_engine


def asked(engine: HttpEngine) -> list[str]:
    return [request.what for request in engine.asked]


def why(connection: Connection) -> Why:
    return why_down(connection, IDENT, False, since=BEGAN, until=BEGAN + 9)


def test_events_are_told_in_their_order_with_what_they_say(
    engine: HttpEngine, connection: Connection
) -> None:
    told = (
        event("start", BEGAN + 0.5),
        event("kill", BEGAN + 1, signal="15"),
        event("oom", BEGAN + 2),
        event("die", BEGAN + 2.25, exitCode="137"),
        event("stop", BEGAN + 3),
    )
    engine.answers["GET /events"] = Reply("\n".join(map(json.dumps, told)).encode())
    assert why(connection).turns == (
        Turn(BEGAN + 0.5, "start"),
        Turn(BEGAN + 1, "kill", signal=15),
        Turn(BEGAN + 2, "oom"),
        Turn(BEGAN + 2.25, "die", 137),
        Turn(BEGAN + 3, "stop"),
    )


def test_events_of_what_is_only_called_alike_are_left_out(engine: HttpEngine, connection: Connection) -> None:
    other = event("start", ident="cd" * 32)
    engine.answers["GET /events"] = Reply((json.dumps(other) + json.dumps(event("start"))).encode())
    assert why(connection).turns == (Turn(BEGAN, "start"),)


def test_podmans_words_for_an_end_are_known(engine: HttpEngine, connection: Connection) -> None:
    engine.answers["GET /events"] = Reply(event("died", containerExitCode="7"))
    assert why(connection).turns == (Turn(BEGAN, "die", 7),)


def test_the_last_lines_come_with_their_stream_and_time(engine: HttpEngine, connection: Connection) -> None:
    body = b"2025-06-15T15:06:41.000000001Z broken\n"
    engine.answers[LOG] = Reply(b"\2\0\0\0" + len(body).to_bytes(4, "big") + body)
    assert why(connection).lines == (LogLine(2, "broken", (BEGAN + 1) * SECOND + 1),)
    query = engine.last(LOG).query
    assert (query["tail"], query["follow"], query["timestamps"]) == ("10", "0", "1")


def test_a_log_that_cannot_be_read_is_told_in_the_engines_words(
    engine: HttpEngine, connection: Connection
) -> None:
    words = "configured logging driver does not support reading"
    engine.answers[LOG] = Reply({"message": words}, 501)
    engine.answers["GET /events"] = Reply(event("start"))
    assert why(connection) == Why((Turn(BEGAN, "start"),), (), words)


@pytest.mark.parametrize("body", [b'{"Type": "cont', b"[1]", b'{"Actor": 7}', ENDLESS, b"[" * 100_000])
def test_events_that_make_no_sense_are_an_error(
    engine: HttpEngine, connection: Connection, body: bytes
) -> None:
    engine.answers["GET /events"] = Reply(body)
    with pytest.raises(EngineError, match="the events cannot be read"):
        why(connection)


def test_what_is_down_is_asked_for_from_its_making_to_just_after_its_end(
    engine: HttpEngine, connection: Connection
) -> None:
    assert asked_why(connection, found(), BEGAN + 1000) == Why()
    assert asked(engine) == [LOG, "GET /events"]
    query = engine.last("GET /events").query
    assert (float(query["since"]), float(query["until"])) == (BEGAN - 10, BEGAN + 3)
    filters = json.loads(query["filters"])
    assert filters["container"] == [IDENT]
    assert {"start", "die", "oom", "kill", "stop"} < set(filters["event"])


def test_no_moment_is_asked_for_that_is_still_to_come(engine: HttpEngine, connection: Connection) -> None:
    # an Engine would wait for it before it ends its answer
    asked_why(connection, found(), BEGAN + 2.125)
    assert float(engine.last("GET /events").query["until"]) == BEGAN + 2.125


@pytest.mark.parametrize(
    "answer",
    [
        found("running"),
        found("paused"),
        found("created", StartedAt="0001-01-01T00:00:00Z", FinishedAt="0001-01-01T00:00:00Z"),
        {"Id": IDENT},
    ],
)
def test_nothing_is_asked_of_what_runs_or_never_ran(
    engine: HttpEngine, connection: Connection, answer: dict[str, Any]
) -> None:
    assert asked_why(connection, answer, BEGAN + 5) is None
    assert asked(engine) == []


@pytest.mark.parametrize(("seconds", "log"), [(30, [LOG]), (3000, [])])
def test_what_runs_again_is_asked_for_its_log_while_it_may_end_again(
    engine: HttpEngine, connection: Connection, seconds: float, log: list[str]
) -> None:
    assert asked_why(connection, found("running", restarts=2), BEGAN + seconds) is not None
    assert asked(engine) == [*log, "GET /events"]
