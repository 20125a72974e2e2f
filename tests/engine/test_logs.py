"""Reading container logs from raw answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.fake_engine import FakeEngine, frame
from tui.engine.errors import EngineError
from tui.engine.logs import FrameLines, LogLine, LogStream, TerminalLines

STAMP = b"2026-11-24T05:36:29.523416170Z "
LATER = b"2026-11-24T05:36:30.000000001Z "
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TEXTS = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=30)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@given(st.lists(st.tuples(st.sampled_from([1, 2]), TEXTS)), st.integers(1, 40), st.booleans())
def test_any_cut_of_a_multiplexed_log_gives_the_same_lines(
    lines: list[tuple[int, str]], step: int, stamped: bool
) -> None:
    stamp = STAMP if stamped else b""
    stream = b"".join(frame(fd, stamp + text.encode() + b"\n") for fd, text in lines)
    reader, found = FrameLines(timestamps=stamped), []
    for start in range(0, len(stream), step):
        found += reader.feed(stream[start : start + step])
    assert found == [LogLine(fd, text, stamp.decode().strip()) for fd, text in lines]
    assert reader.finish() == []


@given(st.lists(TEXTS), st.integers(1, 40))
def test_any_cut_of_a_terminals_log_gives_the_same_lines(lines: list[str], step: int) -> None:
    stream = b"".join(text.encode() + b"\r\n" for text in lines)
    reader, found = TerminalLines(timestamps=False), []
    for start in range(0, len(stream), step):
        found += reader.feed(stream[start : start + step])
    assert found == [LogLine(1, text) for text in lines]


def test_a_line_in_fragments_is_one_line_with_its_first_stamp() -> None:
    reader = FrameLines(timestamps=True)
    assert reader.feed(frame(1, STAMP + b"a" * 16384)) == []
    assert reader.feed(frame(2, LATER + b"between\n")) == [LogLine(2, "between", LATER.decode().strip())]
    assert reader.feed(frame(1, LATER + b"end\n")) == [
        LogLine(1, "a" * 16384 + "end", STAMP.decode().strip())
    ]


def test_a_terminals_line_in_fragments_has_no_stamps_inside() -> None:
    reader = TerminalLines(timestamps=True)
    long = STAMP + b"a" * 16384 + LATER + b"b" * 16384 + LATER + b"end\r\n" + LATER + b"next\r\n"
    assert reader.feed(long) == [
        LogLine(1, "a" * 16384 + "b" * 16384 + "end", STAMP.decode().strip()),
        LogLine(1, "next", LATER.decode().strip()),
    ]


def test_a_character_cut_between_fragments_is_whole() -> None:
    reader = FrameLines(timestamps=False)
    euro = "€".encode()
    assert reader.feed(frame(1, b"1 " + euro[:1]) + frame(1, euro[1:] + b"\n")) == [LogLine(1, "1 €")]


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert FrameLines(timestamps=False).feed(frame(1, b"\xff!\n")) == [LogLine(1, "\ufffd!")]


@pytest.mark.parametrize("kind", [FrameLines, TerminalLines])
def test_a_line_too_long_is_cut_with_an_ellipsis_and_does_not_grow(
    kind: type[FrameLines] | type[TerminalLines],
) -> None:
    reader = kind(timestamps=False, longest=100)
    wrap: Callable[[bytes], bytes] = (lambda data: frame(1, data)) if kind is FrameLines else bytes
    for _ in range(1000):
        assert reader.feed(wrap(b"x" * 1000)) == []
    assert reader.feed(wrap(b"\nshort\n")) == [LogLine(1, "x" * 100 + "…"), LogLine(1, "short")]


def test_what_has_no_end_is_shown_at_the_end() -> None:
    reader = FrameLines(timestamps=True)
    reader.feed(frame(2, STAMP + b"prompt> "))
    assert reader.finish() == [LogLine(2, "prompt> ", STAMP.decode().strip())]


class Log:
    """A log that the test writes while it is read."""

    def __init__(self) -> None:
        self.head = HEAD
        self.connection: socket.socket | None = None
        self.connected = threading.Event()
        self.gone = threading.Event()
        self.request = ""

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        self.request = request.split(b"\r\n")[0].decode()
        connection.sendall(self.head)
        self.connection = connection
        self.connected.set()
        while connection.recv(100):
            pass
        self.gone.set()

    def write(self, data: bytes) -> None:
        assert self.connected.wait(5)
        assert self.connection is not None
        self.connection.sendall(data)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def engine(tmp_path: Path, log: Log) -> Iterator[FakeEngine]:
    engine = FakeEngine(tmp_path, log)
    yield engine
    engine.close()


def test_a_batch_comes_when_the_log_pauses(engine: FakeEngine, log: Log) -> None:
    batches = iter(LogStream(engine.api, "web", tty=False, since=5))
    log.write(chunk(frame(1, b"one\n")) + chunk(frame(2, b"two\n")))
    assert next(batches) == [LogLine(1, "one"), LogLine(2, "two")]
    log.write(chunk(frame(1, b"three\n")))
    assert next(batches) == [LogLine(1, "three")]
    log.write(b"0\r\n\r\n")
    assert list(batches) == []
    assert log.gone.wait(5)
    for option in ("follow=1", "tail=1000", "since=5.0", "timestamps=0"):
        assert option in log.request


def test_closing_from_another_thread_ends_the_reader_without_an_error(engine: FakeEngine, log: Log) -> None:
    stream = LogStream(engine.api, "web", tty=True)
    read: list[list[LogLine]] = []
    reader = threading.Thread(target=lambda: read.extend(stream), daemon=True)
    reader.start()
    log.write(chunk(b"line\r\nhalf a li"))
    started = time.monotonic()
    while not read and time.monotonic() < started + 5:
        reader.join(0.005)
    started = time.monotonic()
    stream.close()
    reader.join(5)
    assert time.monotonic() - started < 0.5
    assert read == [[LogLine(1, "line")]]


def test_a_silent_log_is_waited_for_longer_than_the_clients_timeout(engine: FakeEngine, log: Log) -> None:
    engine.api.timeout = 0.05  # type: ignore[assignment]
    batches = iter(LogStream(engine.api, "web", tty=True))
    later = threading.Timer(0.3, log.write, [chunk(b"at last\r\n")])
    later.start()
    assert next(batches) == [LogLine(1, "at last")]


def test_a_log_that_cannot_be_read_keeps_the_engines_words(engine: FakeEngine, log: Log) -> None:
    body = b'{"message":"configured logging driver does not support reading"}'
    log.head = b"HTTP/1.1 501 Not Implemented\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with pytest.raises(EngineError, match="does not support reading") as caught:
        LogStream(engine.api, "web", tty=False)
    assert caught.value.status == 501
