"""The bare socket under streaming answers, and the formats that travel on it."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.fake_engine import frame
from tui.engine.wire import Chunks, Frames, Wire

PAYLOADS = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(min_size=1, max_size=50)), max_size=8)


def wire_on(connection: socket.socket) -> Wire:
    answer: Any = SimpleNamespace(
        raw=SimpleNamespace(_fp=SimpleNamespace(fp=connection.makefile("rb"))), close=lambda: None
    )
    return Wire(answer)


def tls_pair() -> tuple[socket.socket, socket.socket]:
    def context(protocol: int) -> ssl.SSLContext:
        made = ssl.SSLContext(protocol)
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        made.maximum_version = ssl.TLSVersion.TLSv1_2
        made.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")  # without certificates
        return made

    near, far = socket.socketpair()
    served: list[socket.socket] = []

    def serve() -> None:
        served.append(context(ssl.PROTOCOL_TLS_SERVER).wrap_socket(far, server_side=True))

    thread = threading.Thread(target=serve)
    thread.start()
    client = context(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(near)
    thread.join()
    return client, served[0]


@pytest.fixture(params=["plain", "tls"])
def pair(request: pytest.FixtureRequest) -> tuple[socket.socket, socket.socket]:
    return socket.socketpair() if request.param == "plain" else tls_pair()


def everything(wire: Wire) -> bytes:
    data = bytearray()
    while more := wire.receive():
        data += more
    return bytes(data)


def test_bytes_go_both_ways(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    wire = wire_on(near)
    wire.send_all(b"question")
    assert far.recv(100) == b"question"
    far.sendall(b"answer")
    assert wire.ready(5)
    assert wire.receive() == b"answer"
    assert not wire.ready(0)
    assert wire.take() is None


def test_output_under_way_is_not_lost_when_the_input_ends(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    wire = wire_on(near)
    last: list[bytes] = []

    def flood() -> None:
        for _ in range(500):
            far.sendall(b"x" * 2000)
        last.append(far.recv(10))
        far.sendall(b"end")
        far.close()

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    first = wire.receive()
    wire.finish()
    assert first + everything(wire) == b"x" * 1_000_000 + b"end"
    thread.join()
    assert last == [b""]


def test_closing_wakes_a_reader_at_once(pair: tuple[socket.socket, socket.socket]) -> None:
    wire = wire_on(pair[0])
    ended: list[bytes] = []
    reader = threading.Thread(target=lambda: ended.append(wire.receive()), daemon=True)
    reader.start()
    started = time.monotonic()
    wire.close()
    reader.join(5)
    assert ended == [b""]
    assert time.monotonic() - started < 0.5
    assert wire.fileno() == -1
    wire.close()


def test_closing_wakes_a_writer_that_nobody_reads_from(pair: tuple[socket.socket, socket.socket]) -> None:
    wire = wire_on(pair[0])
    failed: list[OSError] = []

    def write() -> None:
        try:
            wire.send_all(b"x" * 10_000_000)
        except OSError as error:
            failed.append(error)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    pair[1].recv(1)
    wire.close()
    writer.join(5)
    assert len(failed) == 1


def test_a_sender_that_finds_no_room_is_told_and_does_not_wait() -> None:
    near, far = socket.socketpair()
    wire = wire_on(near)
    while wire.send(b"x" * 65536):
        pass
    assert far.recv(1) == b"x"


@given(PAYLOADS, st.integers(1, 30))
def test_frames_come_out_however_the_stream_is_cut(payloads: list[tuple[int, bytes]], step: int) -> None:
    stream = b"".join(frame(fd, payload) for fd, payload in payloads)
    frames = Frames()
    found = []
    for start in range(0, len(stream), step):
        found += frames.feed(stream[start : start + step])
    assert found == payloads


def test_the_engines_own_errors_come_out_as_errors() -> None:
    assert Frames().feed(frame(3, b"daemon says no") + frame(0, b"in")) == [
        (2, b"daemon says no"),
        (1, b"in"),
    ]


def test_a_raw_stream_is_not_mistaken_for_frames() -> None:
    with pytest.raises(ConnectionError):
        Frames().feed(b"$ echo hello\r\n")


@given(st.lists(st.binary(min_size=1, max_size=40)), st.integers(1, 20))
def test_a_chunked_body_comes_out_however_it_is_cut(chunks: list[bytes], step: int) -> None:
    stream = b"".join(b"%x;x=y\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    body, found = Chunks(chunked=True), b""
    for start in range(0, len(stream), step):
        assert not body.ended or start >= len(stream) - step
        found += body.feed(stream[start : start + step])
    assert found == b"".join(chunks)
    assert body.ended


def test_a_chunk_is_passed_on_before_it_is_whole() -> None:
    body = Chunks(chunked=True)
    assert body.feed(b"ffffffffff\r\n") == b""
    assert body.feed(b"x" * 1000) == b"x" * 1000
    assert not body.ended


@pytest.mark.parametrize("line", [b"-1\r\n", b"many\r\n", b"1" * 5000])
def test_what_tells_no_size_is_no_chunk(line: bytes) -> None:
    with pytest.raises(ConnectionError):
        Chunks(chunked=True).feed(line)


def test_a_frame_longer_than_any_is_not_waited_for() -> None:
    with pytest.raises(ConnectionError):
        Frames().feed(b"\1\0\0\0\xff\xff\xff\xff")


def test_a_length_that_is_none_is_no_end() -> None:
    answer: Any = SimpleNamespace(headers={"Content-Length": "some"})
    assert Chunks.of(answer).feed(b"abc") == b"abc"


def test_a_body_of_known_length_ends_there() -> None:
    body = Chunks(chunked=False, length=5)
    assert body.feed(b"abc") + body.feed(b"defgh") == b"abcde"
    assert body.ended
    assert Chunks(chunked=False, length=0).ended
