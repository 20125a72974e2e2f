"""Reading container logs from raw answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.fake_engine import FakeEngine, frame
from tui.engine.errors import EngineError
from tui.engine.logs import NANO, FrameLines, LogLine, LogStream, TerminalLines, moment, stamp
from tui.engine.wire import Chunks

STAMP = b"2026-11-24T05:36:29.523416170Z "
LATER = b"2026-11-24T05:36:30.000000001Z "
AT = 1_795_498_589_523_416_170
LATER_AT = 1_795_498_590_000_000_001
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TEXTS = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=30)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


Kind = type[FrameLines] | type[TerminalLines]


def read(kind: Kind, *pieces: bytes, stamped: bool = True) -> list[LogLine]:
    reader = kind(timestamps=stamped, longest=LONG * 4, source=7)
    return [line for piece in pieces for line in reader.feed(piece)] + reader.finish()


LONG = 16384
"""Bytes of a fragment."""
FDS = st.sampled_from([1, 2])
LENGTHS = st.sampled_from([0, 1, LONG - 1, LONG, LONG + 1, 2 * LONG + 5])


def fragments(text: bytes) -> list[bytes]:
    """A line with its end, as the Engine cuts it."""
    text += b"\n"
    return [text[start : start + LONG] for start in range(0, len(text), LONG)]


@given(st.lists(st.tuples(FDS, TEXTS), max_size=4), st.booleans())
def test_a_multiplexed_log_cut_anywhere_gives_the_same_lines(
    lines: list[tuple[int, str]], stamped: bool
) -> None:
    stamp = STAMP if stamped else b""
    stream = b"".join(frame(fd, stamp + text.encode() + b"\n") for fd, text in lines)
    expected = [LogLine(fd, text, AT if stamped else 0, 7) for fd, text in lines]
    for place in range(len(stream) + 1):
        assert read(FrameLines, stream[:place], stream[place:], stamped=stamped) == expected


@given(st.lists(TEXTS, max_size=4), st.booleans())
def test_a_terminals_log_cut_anywhere_gives_the_same_lines(lines: list[str], stamped: bool) -> None:
    stamp = STAMP if stamped else b""
    stream = b"".join(stamp + text.encode() + b"\r\n" for text in lines)
    expected = [LogLine(1, text, AT if stamped else 0, 7) for text in lines]
    for place in range(len(stream) + 1):
        assert read(TerminalLines, stream[:place], stream[place:], stamped=stamped) == expected


@given(st.lists(st.tuples(FDS, LENGTHS), max_size=4), st.lists(st.integers(0, 200_000), max_size=8))
def test_long_lines_are_joined_however_the_stream_is_cut(
    lines: list[tuple[int, int]], places: list[int]
) -> None:
    texts = [(fd, b"%d" % number + b"x" * length) for number, (fd, length) in enumerate(lines)]
    framed = b"".join(
        frame(fd, (LATER if number else STAMP) + part)
        for fd, text in texts
        for number, part in enumerate(fragments(text))
    )
    raw = b"".join(
        (LATER if number else STAMP) + part
        for _, text in texts
        for number, part in enumerate(fragments(text))
    )
    for kind, stream in ((FrameLines, framed), (TerminalLines, raw)):
        cuts = sorted({0, len(stream), *(min(place, len(stream)) for place in places)})
        assert read(kind, *(stream[start:end] for start, end in pairwise(cuts))) == [
            LogLine(fd if kind is FrameLines else 1, text.decode(), AT, 7) for fd, text in texts
        ]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4), st.booleans())
def test_bytes_that_are_no_log_raise_nothing_but_a_broken_connection(
    stream: bytes, places: list[int], stamped: bool
) -> None:
    cuts = sorted({0, len(stream), *(min(place, len(stream)) for place in places)})
    pieces = [stream[start:end] for start, end in pairwise(cuts)]
    with suppress(ConnectionError):
        read(FrameLines, *pieces, stamped=stamped)
    read(FrameLines, *(frame(1, piece) for piece in pieces), stamped=stamped)
    read(TerminalLines, *pieces, stamped=stamped)
    for chunked in (True, False):
        body = Chunks(chunked)
        with suppress(ConnectionError):
            for piece in pieces:
                body.feed(piece)


@pytest.mark.parametrize("head", [b"-6", b"", b"x"])
def test_a_chunk_without_a_size_breaks_the_connection(head: bytes) -> None:
    with pytest.raises(ConnectionError):
        Chunks(chunked=True).feed(head + b"\r\nabcdefgh\r\n")


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-11-24T05:36:29.523416170Z", AT),
        ("2026-11-24T07:36:29.523416170+02:00", AT),
        ("2026-11-24T05:06:29.52341617-00:30", AT),
        ("2026-11-24T05:36:30Z", LATER_AT - 1),
        ("2026-11-24T05:36:30.5+00:00", LATER_AT - 1 + 500_000_000),
    ],
)
def test_stamps_of_docker_and_podman_are_epoch_nanoseconds(stamp: str, at: int) -> None:
    assert read(FrameLines, frame(1, f"{stamp} text\n".encode())) == [LogLine(1, "text", at, 7)]
    assert moment(stamp) == at


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-24T05:36:29.523416170Z x",
        "2026-11-24 x",
        "x" * 29 + "Z x",
        "x" * 20 + "123456789Z x",
        "",
        "Z",
    ],
)
def test_what_is_no_stamp_is_text_without_a_time(text: str) -> None:
    assert read(FrameLines, frame(1, f"{text}\n".encode())) == [LogLine(1, text, 0, 7)]


@pytest.mark.parametrize("text", ["", "0001-01-01T00:00:00Z", "yesterday"])
def test_no_time_is_zero(text: str) -> None:
    assert moment(text) == 0


@given(st.integers(1, 4_000_000_000 * NANO))
def test_a_time_is_written_as_the_engine_writes_it(at: int) -> None:
    assert moment(stamp(at)) == at


def test_a_line_in_fragments_is_one_line_with_its_first_stamp() -> None:
    reader = FrameLines(timestamps=True)
    assert reader.feed(frame(1, STAMP + b"a" * 16384)) == []
    assert reader.feed(frame(2, LATER + b"between\n")) == [LogLine(2, "between", LATER_AT)]
    assert reader.feed(frame(1, LATER + b"end\n")) == [LogLine(1, "a" * 16384 + "end", AT)]


def test_a_terminals_line_in_fragments_has_no_stamps_inside() -> None:
    reader = TerminalLines(timestamps=True)
    long = STAMP + b"a" * 16384 + LATER + b"b" * 16384 + LATER + b"end\r\n" + LATER + b"next\r\n"
    assert reader.feed(long) == [
        LogLine(1, "a" * 16384 + "b" * 16384 + "end", AT),
        LogLine(1, "next", LATER_AT),
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
    assert reader.finish() == [LogLine(2, "prompt> ", AT)]


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
    batches = iter(LogStream(engine.api, "web", tty=False, since=5, until=7.5))
    log.write(chunk(frame(1, b"one\n")) + chunk(frame(2, b"two\n")))
    assert next(batches) == [LogLine(1, "one"), LogLine(2, "two")]
    log.write(chunk(frame(1, b"three\n")))
    assert next(batches) == [LogLine(1, "three")]
    log.write(b"0\r\n\r\n")
    assert list(batches) == []
    assert log.gone.wait(5)
    for option in ("follow=1", "tail=1000", "since=5.0", "until=7.5", "timestamps=0"):
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
