"""The bare socket under a streaming answer, and what the Engine sends on it."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

CHUNK = 64 * 1024
"""Bytes taken from the socket at once."""
_ANSWERED = select.POLLIN | select.POLLHUP | select.POLLERR
_WRITABLE = select.POLLOUT | select.POLLHUP | select.POLLERR
_HEADER = 8
_LONGEST_FRAME = 64 * 1024 * 1024
_LONGEST_SIZE = 1024
"""Bytes of the line before a chunk, at most."""


class Wire:
    """The socket of an answer whose headers were read, over unix, tcp or TLS.

    The socket never blocks by itself: waiting is done by poll, so that the two directions cannot hold each
    other up, a TLS connection is never inside two calls at once, and `close()` from any thread wakes whoever
    waits.
    """

    def __init__(self, answer: requests.Response) -> None:
        self._answer = answer
        reader: Any = answer.raw._fp.fp  # type: ignore[union-attr]
        self._socket: socket.socket = reader.raw._sock
        self._socket.setblocking(False)
        # bytes that came with the headers sit in the reader's buffer, where recv() never sees them
        try:
            self._early: bytes = reader.peek()
        except ssl.SSLWantReadError:
            self._early = b""
        self._closed = False
        # the same without TLS; polled, because the descriptor of the other leads elsewhere in _close_notify()
        self._plain = socket.fromfd(self._socket.fileno(), self._socket.family, self._socket.type)
        self._call = threading.Lock()
        self._receiving = threading.Lock()
        self._sending = threading.Lock()

    def fileno(self) -> int:
        """The descriptor to poll; -1 once closed."""
        return -1 if self._closed else self._plain.fileno()

    def pending(self) -> bool:
        """Whether bytes wait in this process, where poll() cannot see them."""
        if self._early:
            return True
        with self._call:
            return not self._closed and isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def ready(self, seconds: float) -> bool:
        """Wait so long for bytes or the end; whether `receive()` would now answer at once."""
        return self.pending() or self._await(_ANSWERED, seconds)

    def take(self) -> bytes | None:
        """What came so far, without waiting; None when nothing did, b"" at the end and after close().

        Raises OSError when the connection broke.
        """
        with self._call:
            if self._closed:
                return b""
            if self._early:
                early, self._early = self._early, b""
                return early
            try:
                return self._socket.recv(CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return None
            except (ConnectionResetError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
                # a process that ended without reading all its input resets the connection
                return b""

    def receive(self) -> bytes:
        """Wait for the next bytes; b"" at the end and after close(). Raises OSError when it broke."""
        with self._receiving:
            while (data := self.take()) is None:
                self._await(_ANSWERED)
            return data

    def send(self, data: bytes | bytearray | memoryview) -> int:
        """Send what fits now; how many bytes that was. Raises OSError when the other side is gone."""
        with self._call:
            if self._closed:
                raise BrokenPipeError("the stream was closed")
            try:
                return self._socket.send(data)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return 0

    def send_all(self, data: bytes) -> None:
        """Send everything, waiting for room. Raises OSError when the other side is gone."""
        with self._sending:
            left = memoryview(data)
            while left:
                sent = self.send(left)
                left = left[sent:]
                if not sent:
                    self._await(_WRITABLE)

    def finish(self) -> None:
        """Say that nothing more will be sent; what the other side still sends can be received."""
        with self._sending, contextlib.suppress(OSError):
            if not isinstance(self._socket, ssl.SSLSocket):
                with self._call:
                    self._socket.shutdown(socket.SHUT_WR)
                return
            # over TLS the end is a record of its own: a shutdown of the socket would cut both ways
            left = self._close_notify(self._socket)
            while left and not self._closed:
                self._await(_WRITABLE)
                with self._call:
                    left = left[self._plain.send(left) :]

    def close(self) -> None:
        """End both directions; whoever waits in another thread returns at once. May be called again."""
        with self._call:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(OSError):
                self._plain.shutdown(socket.SHUT_RDWR)
        # The number is given back only when nobody polls it: another file may get it next.
        with self._receiving, self._sending, contextlib.suppress(OSError):
            self._plain.close()
            self._answer.close()
            self._socket.close()

    def _close_notify(self, connection: ssl.SSLSocket) -> bytes:
        """The encrypted record that ends our direction.

        The only way to make it, unwrap(), goes on to wait for the other side's, and takes output that comes
        first for an error. So for the moment of the call the descriptor leads to an empty socket instead.
        """
        with self._call:
            while connection.pending():
                self._early += connection.recv(CHUNK)
            ours, theirs = socket.socketpair()
            real = os.dup(connection.fileno())
            with ours, theirs:
                ours.setblocking(False)
                theirs.setblocking(False)
                try:
                    os.dup2(ours.fileno(), connection.fileno())
                    with contextlib.suppress(ssl.SSLWantReadError):
                        connection.unwrap()
                finally:
                    os.dup2(real, connection.fileno())
                    os.close(real)
                return theirs.recv(CHUNK)

    def _await(self, wanted: int, seconds: float | None = None) -> bool:
        descriptor = self.fileno()
        if descriptor < 0:
            return True
        poller = select.poll()
        poller.register(descriptor, wanted)
        return bool(poller.poll(None if seconds is None else seconds * 1000))


def opened(answer: requests.Response) -> Wire:
    """The wire under a streaming answer. Raises docker.errors.APIError when the Engine refused."""
    import docker.errors
    import requests

    try:
        answer.raise_for_status()
    except requests.HTTPError as error:
        docker.errors.create_api_error_from_http_exception(error)
    return Wire(answer)


class Frames:
    """Takes the Engine's multiplexed stream apart (POST /containers/{id}/attach, "Stream format").

    A frame is one byte of stream (0 and 1 output, 2 and 3 errors), three of nothing, four of length, payload.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames these bytes complete, as (1 or 2, payload). Raises ConnectionError on anything else."""
        buffer = self._buffer
        buffer += data
        frames: list[tuple[int, bytes]] = []
        place, end = 0, len(buffer)
        while place + _HEADER <= end:
            stream = buffer[place]
            if stream > 3 or buffer[place + 1] or buffer[place + 2] or buffer[place + 3]:
                raise ConnectionError("the Engine sent bytes that are not a multiplexed stream")
            start = place + _HEADER
            length = int.from_bytes(buffer[place + 4 : start], "big")
            if length > _LONGEST_FRAME:
                raise ConnectionError("the Engine sent a frame that is too long to be one")
            stop = start + length
            if stop > end:
                break
            if stop > start:
                frames.append((2 if stream >= 2 else 1, bytes(buffer[start:stop])))
            place = stop
        del buffer[:place]
        return frames


class Chunks:
    """Takes HTTP's chunked transfer coding apart; other bodies pass as they are. Holds no part of a body."""

    def __init__(self, chunked: bool, length: int | None = None) -> None:
        self._chunked = chunked
        self._left = 0 if chunked else length  # of the body, or of a chunk and its end of line
        self._last = False
        self._buffer = bytearray()
        self.ended = length == 0
        """True once the body is complete."""

    @classmethod
    def of(cls, answer: requests.Response) -> Chunks:
        """What takes this answer's body apart."""
        length = answer.headers.get("Content-Length", "")
        chunked = answer.headers.get("Transfer-Encoding", "").lower() == "chunked"
        return cls(chunked, int(length) if length.isascii() and length.isdigit() else None)

    def feed(self, data: bytes) -> bytes:
        """The part of the body in these bytes. Raises ConnectionError when it is no chunked body."""
        if not self._chunked:
            return self._plain(data)
        buffer = self._buffer
        buffer += data
        parts = []
        place, end = 0, len(buffer)
        while place < end and not self.ended:
            if self._left:
                stop = min(place + self._left, end)
                parts.append(bytes(buffer[place : min(place + max(0, self._left - 2), end)]))
                self._left -= stop - place
                self.ended = self._last and not self._left
                place = stop
                continue
            line_end = buffer.find(b"\r\n", place, place + _LONGEST_SIZE)
            if line_end < 0 and end - place < _LONGEST_SIZE:
                break
            size = _size(buffer[place:line_end]) if line_end >= 0 else -1
            if size < 0:
                raise ConnectionError("the Engine's answer is not readable")
            place = line_end + 2
            self._left = size + 2
            self._last = size == 0
        del buffer[:place]
        return b"".join(parts)

    def _plain(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        self.ended = self._left == 0
        return data


def _size(line: bytes | bytearray) -> int:
    """How long a chunk is, by the line before it; -1 for what does not tell."""
    try:
        return int(line.split(b";")[0], 16)
    except ValueError:
        return -1
