"""Streams of statistics (GET /containers/{id}/stats), as many as are opened, read by one thread."""

from __future__ import annotations

import contextlib
import json
import os
import select
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from tui.engine.errors import EngineError, engine_errors
from tui.engine.wire import CHUNK, Chunks, Wire, opened

if TYPE_CHECKING:
    from tui.engine.connection import Connection

GATHER_SECONDS = 0.05
"""How long the first frame waits for the others, which the Engine sends at the same moment."""
OPENINGS = 4
"""Streams that are opened at the same time: one that does not answer must not hold up the others."""
OPENING_SECONDS = 10.0
"""How long an answer may take to begin."""
LONGEST = 1 << 20
"""Bytes of one frame at most, and about as many are taken at once; no Engine sends as many."""

JSON = Mapping[str, Any]


class Frame(NamedTuple):
    """What a container's stream said last."""

    ident: str
    answer: JSON
    before: JSON | None
    """The frame before in the same stream."""


class End(NamedTuple):
    """A container's stream ended by itself, or never began."""

    ident: str
    error: EngineError | None
    broken: bool = False
    """It broke off: that says nothing of the container, but of the Engine or the line to it."""


class Streams:
    """Opened and read by the thread that made it; `wake()` is for others."""

    def __init__(self, connection: Callable[[], Connection]) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._opening: dict[str, object] = {}
        self._begun: list[_Stream | End] = []
        self._busy = 0
        self._streams: dict[int, _Stream] = {}
        self._closed = False
        self._heard, self._called = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poller = select.poll()
        self._poller.register(self._heard, select.POLLIN)
        self._calls = select.poll()
        self._calls.register(self._heard, select.POLLIN)

    @property
    def room(self) -> int:
        """How many more may be opened now; `wait()` returns when it grows."""
        return OPENINGS - self._busy

    def open(self, ident: str) -> None:
        """Begin to stream a container's statistics; an End tells when that fails."""
        ticket = object()
        with self._lock:
            self._opening[ident] = ticket
            self._busy += 1
        threading.Thread(target=self._open, args=(ident, ticket), name="stats-open", daemon=True).start()

    def close(self, ident: str) -> None:
        """Stream a container no more."""
        with self._lock:
            self._opening.pop(ident, None)
            begun = [one for one in self._begun if one.ident == ident]
            self._begun = [one for one in self._begun if one.ident != ident]
        for stream in (*begun, *[one for one in self._streams.values() if one.ident == ident]):
            if isinstance(stream, _Stream):
                self._drop(stream)

    def shut(self) -> None:
        """Close all streams for good; those being opened are closed when they are."""
        with self._lock:
            self._closed = True
            self._opening.clear()
            begun, self._begun = self._begun, []
            os.close(self._heard)
            os.close(self._called)
        for stream in (*begun, *self._streams.values()):
            if isinstance(stream, _Stream):
                stream.wire.close()
        self._streams.clear()

    def wake(self) -> None:
        """Have `wait()` return now. From any thread."""
        with self._lock, contextlib.suppress(BlockingIOError):
            if not self._closed:
                os.write(self._called, b"!")

    def wait(self, seconds: float | None) -> list[Frame | End]:
        """What came, after so many seconds at most (None: for ever); [] too when woken."""
        limit = None if seconds is None else max(0.0, seconds) * 1000
        ready = self._poller.poll(limit)
        if any(descriptor != self._heard for descriptor, _ in ready):
            self._calls.poll(GATHER_SECONDS * 1000)
            ready = self._poller.poll(0)
        news: list[Frame | End] = []
        for descriptor, _ in ready:
            if descriptor == self._heard:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._heard, CHUNK)
                news += self._admit()
            else:
                news += self._read(self._streams[descriptor])
        return news

    def _admit(self) -> list[Frame | End]:
        """Read those too that were opened meanwhile; what came with their headers no poll would tell."""
        with self._lock:
            begun, self._begun = self._begun, []
        news: list[Frame | End] = []
        for one in begun:
            if isinstance(one, End):
                news.append(one)
                continue
            descriptor = one.wire.fileno()
            self._streams[descriptor] = one
            self._poller.register(descriptor, select.POLLIN)
            news += self._read(one)
        return news

    def _read(self, stream: _Stream) -> list[Frame | End]:
        try:
            frame = stream.read()
        except (OSError, ValueError, RecursionError) as error:
            self._drop(stream)
            return [End(stream.ident, EngineError(str(error)), broken=True)]
        found: list[Frame | End] = [] if frame is None else [frame]
        if stream.ended:
            self._drop(stream)
            found.append(End(stream.ident, None, stream.broken))
        return found

    def _drop(self, stream: _Stream) -> None:
        descriptor = stream.wire.fileno()
        if self._streams.pop(descriptor, None) is not None:
            self._poller.unregister(descriptor)
        stream.wire.close()

    def _open(self, ident: str, ticket: object) -> None:
        """Open one stream, on a thread of its own: the answer may be long in coming."""
        begun: _Stream | End
        try:
            begun = _Stream.of(self._connection(), ident)
        except EngineError as error:
            begun = End(ident, error)
        with self._lock:
            self._busy -= 1
            wanted = self._opening.get(ident) is ticket
            if wanted:
                del self._opening[ident]
                self._begun.append(begun)
        if not wanted and isinstance(begun, _Stream):
            begun.wire.close()
        self.wake()


class _Stream:
    """One container's statistics."""

    def __init__(self, ident: str, wire: Wire, body: Chunks) -> None:
        self.ident = ident
        self.wire = wire
        self.ended = False
        self.broken = False
        """Whether it ended before the Engine had said so."""
        self._body = body
        self._rest = b""
        self._before: JSON | None = None

    @classmethod
    def of(cls, connection: Connection, ident: str) -> _Stream:
        """Ask the Engine for it. Raises EngineError."""
        api = connection.api
        address = f"{api.base_url}/v{api.api_version}/containers/{quote(ident, safe='')}/stats"
        with engine_errors():
            answer = api.get(address, params={"stream": 1}, stream=True, timeout=OPENING_SECONDS)
            return cls(ident, opened(answer), Chunks.of(answer))

    def read(self) -> Frame | None:
        """The newest frame that came, if a whole one did.

        Raises OSError when it broke, ValueError or RecursionError for what cannot be read.
        """
        data = b""
        while not self.ended and (piece := self.wire.take()) is not None:
            data += self._body.feed(piece)
            self.broken = not piece and not self._body.ended
            self.ended = self.broken or self._body.ended
            if (len(piece) < CHUNK and not self.wire.pending()) or len(data) > LONGEST:
                break
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            raise ValueError("the Engine's statistics are not readable")
        if self.ended and self._rest.strip():
            whole.append(self._rest)
        frame = None
        # when several came at once, the last is what counts, and the one before to compare it with
        for line in [line for line in whole if line.strip()][-2:]:
            answer = json.loads(line)
            if not isinstance(answer, dict):
                raise ValueError("the Engine's statistics are not readable")
            frame = Frame(self.ident, answer, self._before)
            self._before = answer
        return frame
