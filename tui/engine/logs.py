"""Container logs, read straight from the socket."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
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

NANO = 1_000_000_000
"""Nanoseconds of a second."""

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)(?: |$)")
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
    at: int = 0
    """When it was written, in epoch nanoseconds; 0 when not asked for, or not to be read."""
    source: int = 0
    """Which of several logs it is from."""


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
        until: float | None = None,
        whole_lines: bool = False,
        longest: int = LONGEST,
        source: int = 0,
    ) -> None:
        """`tty` is the container's Config.Tty, `tail` None for all lines; since and until in Unix seconds.

        The last `tail` lines are counted off first, and what of them lies outside of the time is left out.
        With `whole_lines` a last one is left out whose end is not written yet.
        """
        options: dict[str, str | int] = {
            "stdout": 1,
            "stderr": 1,
            "follow": int(follow),
            "timestamps": int(timestamps),
            "tail": "all" if tail is None else tail,
        }
        options |= {
            name: f"{moment:.9f}"
            for name, moment in (("since", since), ("until", until))
            if moment is not None
        }
        address = f"{api.base_url}/v{api.api_version}/containers/{quote(container, safe='')}/logs"
        with engine_errors():
            answer = api.get(address, params=options, stream=True, timeout=api.timeout)
            self._wire = opened(answer)
        self._body = Chunks.of(answer)
        kind = TerminalLines if tty else FrameLines
        self._whole_lines = whole_lines
        self._lines = kind(timestamps=timestamps, longest=longest, source=source)

    def __iter__(self) -> Iterator[list[LogLine]]:
        try:
            while (batch := self._batch()) is not None:
                if batch:
                    yield batch
            last = self._lines.finish()
            if last and not self._whole_lines and self._wire.fileno() >= 0:
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

    def __init__(self, *, timestamps: bool, longest: int = LONGEST, source: int = 0) -> None:
        self._timestamps = timestamps
        self._longest = longest
        self._source = source
        self._frames = Frames()
        self._begun: dict[int, _Begun] = {}

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that these bytes complete. Raises ConnectionError when they are no multiplexed stream."""
        lines: list[LogLine] = []
        longest, source, at = self._longest, self._source, 0
        for fd, payload in self._frames.feed(data):
            if self._timestamps:
                at, payload = _split_stamp(payload)
            if fd not in self._begun and payload.find(b"\n") == len(payload) - 1:
                lines.append(LogLine(fd, _text(payload[:-1], longest), at, source))
                continue
            *whole, rest = payload.split(b"\n")
            for part in whole:
                begun = self._begun.pop(fd, None) or _Begun(at)
                begun.add(part, longest)
                lines.append(LogLine(fd, _text(begun.text, longest), begun.at, source))
            if rest:
                self._begun.setdefault(fd, _Begun(at)).add(rest, longest)
        return lines

    def finish(self) -> list[LogLine]:
        """The lines that never got an end."""
        begun, self._begun = self._begun, {}
        return [
            LogLine(fd, _text(part.text, self._longest), part.at, self._source) for fd, part in begun.items()
        ]


class TerminalLines:
    """Cuts the raw log of a container with a terminal into lines.

    With timestamps the Engine puts a stamp again before each 16 KiB of a line; the line keeps its first.
    """

    def __init__(self, *, timestamps: bool, longest: int = LONGEST, source: int = 0) -> None:
        self._timestamps = timestamps
        self._longest = longest
        self._source = source
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
        at = 0
        if self._timestamps:
            at, raw = _split_stamp(raw)
            place = _FRAGMENT
            while place < len(raw):
                if again := _STAMP.match(raw, place):
                    raw = raw[:place] + raw[again.end() :]
                place += _FRAGMENT
        return LogLine(1, _text(raw, self._longest), at, self._source)


class _Begun:
    """A line whose end has not come yet."""

    __slots__ = ("at", "text")

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.text = bytearray()

    def add(self, part: bytes, longest: int) -> None:
        """Keep one byte more than fits, which tells that the line was cut."""
        self.text += part[: longest + 1 - len(self.text)]


def moment(stamp: str) -> int:
    """A time as the Engine writes it (RFC 3339), in epoch nanoseconds; 0 for none and for what is no time."""
    return max(0, _split_stamp(stamp.encode() + b" ")[0])


def stamp(at: int) -> str:
    """An epoch nanosecond as the Engine writes it: RFC 3339 in UTC, with nine digits; "" for 0."""
    if not at:
        return ""
    seconds, nano = divmod(at, NANO)
    return f"{_second_words(seconds)}.{nano:09}Z"


@lru_cache(maxsize=64)
def _second_words(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _split_stamp(raw: bytes) -> tuple[int, bytes]:
    """When it was written, and what: the Engine puts a stamp (RFC 3339, with nanoseconds) before it."""
    # Docker's own are of one width; Podman's have an offset, and no zeros at the end
    if raw[29:31] == b"Z " and (digits := raw[20:29]).isdigit():
        base = _second(raw[:20], b"Z")
        return (base + int(digits), raw[31:]) if base is not None else (0, raw)
    if (found := _STAMP.match(raw)) is None:
        return 0, raw
    moment, fraction, zone = found.groups()
    base = _second(moment + b".", zone)
    return (
        (base + int((fraction or b"")[:9].ljust(9, b"0")), raw[found.end() :])
        if base is not None
        else (0, raw)
    )


@lru_cache(maxsize=64)  # lines mostly share their second with the line before
def _second(moment: bytes, zone: bytes) -> int | None:
    """The epoch nanosecond of a stamp up to the point after its seconds; None for what is no time."""
    try:
        text = moment.decode("ascii")
        return (
            int(datetime.fromisoformat(f"{text.removesuffix('.')}{zone.decode('ascii')}").timestamp()) * NANO
        )
    except (ValueError, OverflowError):
        return None


def _text(raw: bytes | bytearray, longest: int) -> str:
    if len(raw) > longest:
        return raw[:longest].decode(errors="replace") + "…"
    # a terminal ends its lines in CR LF
    return raw.removesuffix(b"\r").decode(errors="replace")
