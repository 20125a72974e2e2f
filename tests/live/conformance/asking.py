"""A tiny client that sees what the SDK hides: status, headers, framing, raw and multiplexed streams."""

from __future__ import annotations

import io
import json
import socket
import struct
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

SECONDS = 15.0
"""How long an answer or a piece of it may take."""
VERSION = "1.47"
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"
TARS = ("application/x-tar", "application/octet-stream")
UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}


@dataclass
class Seen:
    """What came back for one request."""

    status: int
    kind: str
    """Content type."""
    headers: frozenset[str]
    """Names of the headers, in small letters."""
    framing: str
    """How the end of the body is told: "length", "chunked", "close", or "none" where there is no body."""
    body: bytes = b""
    frames: list[tuple[int, str]] = field(default_factory=list)
    """Of a multiplexed stream: stream number and text, neighbours of one stream joined."""

    @property
    def lines(self) -> list[Any]:
        """The JSON values of the body, one a line; none when it is something else."""
        if self.kind != "application/json" and not (self.kind == "" and self.body[:1] == b"{"):
            return []
        return [json.loads(line) for line in self.body.splitlines() if line.strip()]

    @property
    def files(self) -> list[str]:
        """The names in a tar; none when it is something else."""
        if self.kind not in TARS or not self.body:
            return []
        with tarfile.open(fileobj=io.BytesIO(self.body)) as tar:
            return tar.getnames()


class Talk:
    """One connection with one request on it, answered now or later. Raises OSError, EOFError, ValueError."""

    def __init__(self, path: Path, method: str, target: str, body: bytes, headers: dict[str, str]) -> None:
        self.method = method
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        self._socket.connect(str(path))
        self._file = cast(BinaryIO, self._socket.makefile("rb"))
        lines = {"Host": "docker", "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._socket.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body)
        self._seen: Seen | None = None

    def head(self) -> Seen:
        """Status and headers; the body is still to come."""
        if self._seen is None:
            first = self._file.readline().split()
            status = int(first[1])
            headers: dict[str, str] = {}
            while (line := self._file.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            bodiless = self.method == "HEAD" or status in (204, 304)
            if bodiless or headers.get("content-length") == "0":
                framing = "none"
            elif headers.get("transfer-encoding") == "chunked":
                framing = "chunked"
            else:
                framing = "length" if "content-length" in headers else "close"
            self._length = int(headers.get("content-length", 0))
            self._seen = Seen(status, headers.get("content-type", ""), frozenset(headers), framing)
        return self._seen

    def say(self, typed: bytes) -> None:
        """Type into a hijacked stream."""
        self._socket.sendall(typed)

    def end(self) -> None:
        """Tell a hijacked stream that no more will be typed."""
        self._socket.shutdown(socket.SHUT_WR)

    def line(self) -> Any:
        """The next JSON value of a chunked stream that goes on; every one is a chunk of its own."""
        self.head()
        return json.loads(self._chunk())

    def read(self) -> Seen:
        """Everything, to the end."""
        seen = self.head()
        if seen.framing == "length":
            seen.body = self._file.read(self._length)
        elif seen.framing == "chunked":
            seen.body = b"".join(iter(self._chunk, b""))
        elif seen.framing == "close":
            seen.body = self._file.read()
        if seen.kind == MULTIPLEXED or (seen.framing == "close" and seen.body[:1] in (b"\0", b"\1", b"\2")):
            seen.frames = _frames(seen.body)
        self.close()
        return seen

    def close(self) -> None:
        """Leave."""
        self._file.close()
        self._socket.close()

    def _chunk(self) -> bytes:
        size = int(self._file.readline(), 16)
        piece = self._file.read(size)
        self._file.readline()
        return piece


def ask(
    path: Path,
    method: str,
    target: str,
    query: dict[str, Any] | None = None,
    body: Any = None,
    *,
    version: str = VERSION,
    hijack: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Talk:
    """Send a request. Filters and bodies are written as JSON; a body of bytes goes as it is."""
    words = {
        name: json.dumps(value) if isinstance(value, dict) else value for name, value in (query or {}).items()
    }
    address = f"/v{version}{target}" if version else target
    if words:
        address += "?" + urlencode(words)
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"} if body is not None else {}
    return Talk(path, method, address, content, {**kind, **(headers or {}), **(UPGRADE if hijack else {})})


def _frames(data: bytes) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    while len(data) >= 8:
        stream, size = struct.unpack(">BxxxI", data[:8])
        text = data[8 : 8 + size].decode(errors="replace")
        data = data[8 + size :]
        if found and found[-1][0] == stream:
            text = found.pop()[1] + text
        found.append((stream, text))
    return found
