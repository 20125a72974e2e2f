"""Interactive streams and detach keys, without an Engine."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.fake_engine import FakeEngine, frame
from tui.engine.detach import DEFAULT, configured_keys, detach_bytes, detach_words
from tui.engine.errors import EngineError
from tui.engine.streams import open_attach, open_exec

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


def answer(status: str, value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status.encode(),
        len(body),
        body,
    )


class Script:
    """What the fake Engine says: the first answer whose key is in the request's first line."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.typed = b""
        self.done = threading.Event()

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        line = request.split(b"\r\n")[0].decode()
        self.requests.append(line)
        reply = next(reply for words, reply in self.answers.items() if words in line)
        connection.sendall(reply)
        if reply.startswith(b"HTTP/1.1 101"):
            while data := connection.recv(4096):
                self.typed += data
            self.done.set()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def engine(tmp_path: Path, script: Script) -> Iterator[FakeEngine]:
    engine = FakeEngine(tmp_path, script)
    yield engine
    engine.close()


def with_container(script: Script, *, tty: bool, stdin: bool, stream: bytes) -> None:
    state = {"Running": True, "Status": "running", "ExitCode": 0}
    script.answers = {
        "/json": answer("200 OK", {"Config": {"Tty": tty, "OpenStdin": stdin}, "State": state}),
        "/wait": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"StatusCode":7}\r\n0\r\n\r\n',
        "/attach": UPGRADED + stream,
    }


def test_output_that_came_in_one_packet_with_the_answer_is_read(engine: FakeEngine, script: Script) -> None:
    with_container(script, tty=True, stdin=True, stream=b"first words")
    session = open_attach(engine.api, "web")
    assert session.pending()
    assert session.read() == [(1, b"first words")]
    session.close()


def test_output_and_errors_come_apart_without_a_terminal(engine: FakeEngine, script: Script) -> None:
    with_container(script, tty=False, stdin=False, stream=frame(1, b"out\n") + frame(2, b"err\n"))
    session = open_attach(engine.api, "web")
    assert (session.tty, session.writable) == (False, False)
    assert session.read() == [(1, b"out\n"), (2, b"err\n")]
    session.close()


def test_what_is_typed_and_the_end_of_input_arrive(engine: FakeEngine, script: Script) -> None:
    with_container(script, tty=False, stdin=True, stream=b"")
    session = open_attach(engine.api, "web", detach_keys="ctrl-x")
    session.write(b"hello\n")
    session.finish_input()
    assert script.done.wait(5)
    assert script.typed == b"hello\n"
    assert session.read() == []
    assert session.exit_code() == 7
    session.close()
    attach = next(line for line in script.requests if "/attach" in line)
    assert "stdin=1" in attach
    assert "detachKeys=ctrl-x" in attach


def test_a_refused_exec_keeps_the_engines_words(engine: FakeEngine, script: Script) -> None:
    script.answers = {"/exec": answer("409 Conflict", {"message": "Container web is paused"})}
    with pytest.raises(EngineError, match="Container web is paused") as caught:
        open_exec(engine.api, "web", ["sh"])
    assert caught.value.status == 409


def test_a_resize_that_nobody_can_answer_does_no_harm(engine: FakeEngine, script: Script) -> None:
    with_container(script, tty=True, stdin=True, stream=b"")
    script.answers["/resize"] = answer("409 Conflict", {"message": "container is not running"})
    session = open_attach(engine.api, "web")
    session.resize(24, 80)
    session.write(b"still here")
    session.finish_input()
    assert script.done.wait(5)
    assert script.typed == b"still here"
    session.close()


@pytest.mark.parametrize(
    ("keys", "typed", "words"),
    [
        (DEFAULT, b"\x10\x11", "ctrl-p then ctrl-q"),
        ("ctrl-@", b"\x00", "ctrl-@"),
        ("ctrl-],x", b"\x1dx", "ctrl-] then x"),
        ("ctrl-\\,ctrl-^,ctrl-_,ctrl-[", b"\x1c\x1e\x1f\x1b", "ctrl-\\ then ctrl-^ then ctrl-_ then ctrl-["),
        ("DEL,A", b"\x7fA", "DEL then A"),
    ],
)
def test_detach_keys_become_bytes_and_words(keys: str, typed: bytes, words: str) -> None:
    assert detach_bytes(keys) == typed
    assert detach_words(keys) == words


@pytest.mark.parametrize("keys", ["", "ctrl-P", "ctrl-1", "alt-x", "ctrl-p,", "ctrl-,", "é", "ctrl-p ctrl-q"])
def test_detach_keys_that_docker_refuses_are_refused(keys: str) -> None:
    with pytest.raises(ValueError):
        detach_bytes(keys)


def test_detach_keys_come_from_config_json_or_are_dockers_own() -> None:
    assert configured_keys({"detachKeys": "ctrl-e,e"}) == "ctrl-e,e"
    assert configured_keys({"detachKeys": ""}) == DEFAULT
    assert configured_keys({}) == DEFAULT
    with pytest.raises(ValueError, match="ctrl-E"):
        configured_keys({"detachKeys": "ctrl-E"})
