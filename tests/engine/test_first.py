"""The look at a local Engine that does not wait for the SDK."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tui.demo import DemoEngine
from tui.engine.first import first_look


def test_containers_are_there_before_the_sdk(http_engine: HttpEngine) -> None:
    http_engine.answers["GET /containers/json"] = Reply([{"Id": "c", "Status": "Up 5 seconds"}])
    found = first_look(http_engine.path, lambda: 100.0)
    assert found is not None
    assert [(container.id, container.since) for container in found] == [("c", 95.0)]
    assert http_engine.last("GET /containers/json").query == {"all": "1"}


def test_the_demo_engine_is_read_too() -> None:
    with DemoEngine() as demo:
        found = first_look(demo.start().removeprefix("unix://"))
    assert found


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"message": "starting"}, 500),
        Reply(b"<html>"),
        Reply(["text"]),
        Reply([{"Name": "no id"}]),
        Reply({"a": 1}),
        Reply(b"7"),
        Reply(b"\xff\xfe"),
    ],
)
def test_whatever_goes_wrong_is_left_to_the_connection(http_engine: HttpEngine, reply: Reply) -> None:
    http_engine.answers["GET /containers/json"] = reply
    assert first_look(http_engine.path) is None


def test_a_socket_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    assert first_look(str(tmp_path / "none")) is None


def test_a_silent_engine_is_not_waited_for(http_engine: HttpEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.first.SECONDS", 0.05)
    http_engine.awake.clear()
    assert first_look(http_engine.path) is None
