"""Container logs, read straight from the socket."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from tui.engine.errors import engine_errors
from tui.engine.wire import Chunks, Frames, opened

if TYPE_CHECKING:
    import docker

LONGEST = 64 * 1024
"""Bytes of one line that are kept; a longer one ends in an ellipsis."""
BATCH = 1000
"""So many lines are handed on without waiting for a pause; as many as are asked for of what was before."""
GATHER_SECONDS = 0.02
"""How long a first line waits for others."""

_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) ?")
_STAMP_ROOM = 40
"""Bytes that a stamp takes at most."""
_FRAGMENT = 16 * 1024
"""The Engine cuts longer lines into pieces of so many bytes."""


class LogLine(NamedTuple):
    """One line that a container wrote."""

    fd: int
    """1 for output, 2 for errors; always 1 when the container has a terminal."""
    text: str
    """The line without its end, as it was written but for bytes that are not UTF-8."""
    stamp: str = ""
    """When it was written, as the Engine says it (RFC 3339 with nanoseconds); "" when not asked for."""


class LogStream:
    """The log of one container (GET /containers/{id}/logs), as batches of lines.

    A batch comes when the log pauses or some hundred lines are there. Without `follow` it ends at the log's
    end, with it at the container's. Raises EngineError when made, OSError while read when it broke.
    """

    def __init__(
        self,
        api: docker.APIClient,
        container: str,
        *,
        tty: bool,
        tail: int | None = 1000,
        follow: bool = True,
        timestamps: bool = False,
        since: float | None = None,
        longest: int = LONGEST,
    ) -> None:
        """`tty` is the container's Config.Tty, `tail` None for all lines, `since` in Unix seconds."""
        options: dict[str, str | int] = {
            "stdout": 1,
            "stderr": 1,
            "follow": int(follow),
            "timestamps": int(timestamps),
            "tail": "all" if tail is None else tail,
        }
        if since is not None:
            options["since"] = f"{since:.9f}"
        address = f"{api.base_url}/v{api.api_version}/containers/{quote(container, safe='')}/logs"
        with engine_errors():
            answer = api.get(address, params=options, stream=True, timeout=api.timeout)
            self._wire = opened(answer)
        self._body = Chunks.of(answer)
        kind = TerminalLines if tty else FrameLines
        self._lines = kind(timestamps=timestamps, longest=longest)

    def __iter__(self) -> Iterator[list[LogLine]]:
        try:
            while (batch := self._batch()) is not None:
                if batch:
                    yield batch
            last = self._lines.finish()
            if last and self._wire.fileno() >= 0:
                yield last
        finally:
            self.close()

    def close(self) -> None:
        """End the stream from any thread; the reader gets no more batches and no error."""
        self._wire.close()

    def _batch(self) -> list[LogLine] | None:
        """The lines of the next burst; None at the end."""
        if self._body.ended:
            return None
        data = self._wire.receive()
        if not data:
            return None
        batch = self._lines.feed(self._body.feed(data))
        until = time.monotonic() + GATHER_SECONDS
        while batch and len(batch) < BATCH and not self._body.ended:
            if not self._wire.ready(max(0.0, until - time.monotonic())) or time.monotonic() > until:
                break
            data = self._wire.receive()
            if not data:
                break
            batch += self._lines.feed(self._body.feed(data))
        return batch


class FrameLines:
    """Cuts the multiplexed log of a container without a terminal into lines, output and errors apart.

    A frame is one line or a part of one; with timestamps each begins with a stamp; a line keeps its first.
    """

    def __init__(self, *, timestamps: bool, longest: int = LONGEST) -> None:
        self._timestamps = timestamps
        self._longest = longest
        self._frames = Frames()
        self._begun: dict[int, _Begun] = {}

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that these bytes complete. Raises ConnectionError when they are no multiplexed stream."""
        lines: list[LogLine] = []
        stamp = b""
        for fd, payload in self._frames.feed(data):
            if self._timestamps:
                stamp, payload = _split_stamp(payload)
            if fd not in self._begun and payload.find(b"\n") == len(payload) - 1:
                lines.append(_line(fd, payload[:-1], stamp, self._longest))
                continue
            *whole, rest = payload.split(b"\n")
            for part in whole:
                begun = self._begun.pop(fd, None) or _Begun(stamp)
                begun.add(part, self._longest)
                lines.append(_line(fd, begun.text, begun.stamp, self._longest))
            if rest:
                self._begun.setdefault(fd, _Begun(stamp)).add(rest, self._longest)
        return lines

    def finish(self) -> list[LogLine]:
        """The lines that never got an end."""
        begun, self._begun = self._begun, {}
        return [_line(fd, part.text, part.stamp, self._longest) for fd, part in begun.items()]


class TerminalLines:
    """Cuts the raw log of a container with a terminal into lines.

    With timestamps the Engine puts a stamp again before each 16 KiB of a line; the line keeps its first.
    """

    def __init__(self, *, timestamps: bool, longest: int = LONGEST) -> None:
        self._timestamps = timestamps
        self._longest = longest
        # what stands between the fragments must not shorten what is kept of the line
        self._kept = longest + (longest // _FRAGMENT + 2) * _STAMP_ROOM
        self._begun = _Begun()

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that these bytes complete."""
        *whole, rest = data.split(b"\n")
        lines: list[LogLine] = []
        for part in whole:
            if self._begun.text:
                self._begun.add(part, self._kept)
                part, self._begun = bytes(self._begun.text), _Begun()
            lines.append(self._cleaned(part))
        self._begun.add(rest, self._kept)
        return lines

    def finish(self) -> list[LogLine]:
        """The line that never got an end."""
        begun, self._begun = bytes(self._begun.text), _Begun()
        return [self._cleaned(begun)] if begun else []

    def _cleaned(self, raw: bytes) -> LogLine:
        stamp = b""
        if self._timestamps:
            stamp, raw = _split_stamp(raw)
            place = _FRAGMENT
            while place < len(raw):
                if again := _STAMP.match(raw, place):
                    raw = raw[:place] + raw[again.end() :]
                place += _FRAGMENT
        return _line(1, raw, stamp, self._longest)


class _Begun:
    """A line whose end has not come yet."""

    __slots__ = ("stamp", "text")

    def __init__(self, stamp: bytes = b"") -> None:
        self.stamp = stamp
        self.text = bytearray()

    def add(self, part: bytes, longest: int) -> None:
        """Keep one byte more than fits, which tells that the line was cut."""
        self.text += part[: longest + 1 - len(self.text)]


def _split_stamp(raw: bytes) -> tuple[bytes, bytes]:
    found = _STAMP.match(raw)
    return (found.group().rstrip(), raw[found.end() :]) if found else (b"", raw)


def _line(fd: int, raw: bytes | bytearray, stamp: bytes, longest: int) -> LogLine:
    if len(raw) > longest:
        return LogLine(fd, raw[:longest].decode(errors="replace") + "…", stamp.decode())
    # a terminal ends its lines in CR LF
    return LogLine(fd, raw.removesuffix(b"\r").decode(errors="replace"), stamp.decode())
