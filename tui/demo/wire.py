"""HTTP/1.1 as far as Docker's clients speak it: requests read, replies and chunked streams written."""

from __future__ import annotations

import asyncio
import json
import re
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from tui.demo.models import JSON, Refusal

Version = tuple[int, int]

VERSION: Version = (1, 47)
OLDEST: Version = (1, 24)
ENGINE = "27.5.1"
"""The Engine release whose API this is."""

JSON_TYPE = "application/json"
RAW = "application/vnd.docker.raw-stream"
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"
PHRASES = {
    200: "OK",
    201: "Created",
    204: "No Content",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
VERSIONED = re.compile(r"^/v(\d+)\.(\d+)(?=/)")
FALSE = ("", "0", "no", "false", "none")


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    """Without the version, still percent-encoded."""
    query: dict[str, str]
    version: Version
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes
    many: dict[str, list[str]] = field(default_factory=dict)
    """All values of each query parameter; `query` has only the first."""

    def flag(self, name: str, default: bool = False) -> bool:
        """A query parameter as the Engine reads a boolean."""
        return self.query[name].strip().lower() not in FALSE if name in self.query else default

    def json(self) -> JSON:
        """The body; {} when there is none. Refusal 400 when it is not an object."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body.decode(errors="replace"))
        except json.JSONDecodeError as error:
            raise Refusal(400, _unreadable(error)) from None
        if not isinstance(value, dict):
            raise Refusal(400, "invalid JSON: an object is wanted")
        return value


def _unreadable(error: json.JSONDecodeError) -> str:
    if error.pos >= len(error.doc.rstrip()):
        return "invalid JSON: unexpected EOF"
    if error.msg == "Extra data":
        return "unexpected content after JSON"
    where = _WHERE.get(error.msg, "looking for beginning of value")
    return f"invalid JSON: invalid character '{error.doc[error.pos]}' {where}"


_WHERE = {
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
}
"""How the Engine's language says what Python's says."""


@dataclass
class Reply:
    """A whole answer."""

    status: int = 200
    body: bytes = b""
    kind: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stream:
    """An answer that comes piece by piece; every piece is one chunk on the wire."""

    pieces: AsyncIterator[bytes]
    kind: str = JSON_TYPE
    status: int = 200
    progress: bool = False
    """Whether it tells of a transfer, line by line, and errors come inside it."""


class Talk(Protocol):
    """A connection that was handed over to a process."""

    tty: bool
    """Whether the process has a terminal: its output then comes without frames."""

    async def read(self) -> bytes:
        """What was typed; b"" when no more will come. Raises ConnectionError."""

    async def write(self, data: bytes, stream: int = 1) -> None:
        """Output of stdout (1) or stderr (2). Raises ConnectionError when nobody is there any more."""


@dataclass
class Hijack:
    """An answer after which the connection belongs to a process; it is closed when `talk` returns."""

    talk: Callable[[Talk], Awaitable[None]]
    tty: bool


def as_json(value: object, status: int = 200) -> Reply:
    """A reply with a JSON body and the newline that the Engine puts after it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    # half of a pair is no UTF-8: it goes out as the escape that it is in JSON
    return Reply(status, text.encode("utf-8", "backslashreplace") + b"\n")


def refused(refusal: Refusal) -> Reply:
    """The Engine's answer to what it will not do."""
    return as_json({"message": refusal.message}, refusal.status)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None when the client has closed it.

    Raises ValueError for what is not HTTP, Refusal for a version that is not spoken here.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *rest = head.decode("latin-1").split("\r\n")
    method, target, protocol = first.split(" ")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in rest if line)
    }
    if protocol == "HTTP/1.0":
        headers.setdefault("connection", "close")
    body = await _body(reader, headers)
    parts = urlsplit(target)
    path, version = parts.path, VERSION
    if found := VERSIONED.match(path):
        version = (int(found[1]), int(found[2]))
        path = path[found.end() :]
    query: dict[str, str] = {}
    many: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(name, value)
        many.setdefault(name, []).append(value)
    return Request(method, path, query, version, headers, body, many)


def check_version(asked: Version) -> None:
    """Refusal 400 for a client that is newer or older than this Engine."""
    given, newest, oldest = (".".join(map(str, one)) for one in (asked, VERSION, OLDEST))
    if asked > VERSION:
        raise Refusal(400, f"client version {given} is too new. Maximum supported API version is {newest}")
    if asked < OLDEST:
        raise Refusal(
            400,
            f"client version {given} is too old. Minimum supported API version is {oldest}, "
            "please upgrade your client to a newer version",
        )


def head(status: int, kind: str, now: float, more: dict[str, str]) -> bytes:
    """The status line and the headers that every answer of the Engine has."""
    headers = {
        "Api-Version": ".".join(map(str, VERSION)),
        **({"Content-Type": kind} if kind else {}),
        "Docker-Experimental": "false",
        "Ostype": "linux",
        "Server": f"Docker/{ENGINE} (linux)",
        "Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)),
        **more,
    }
    lines = [
        f"HTTP/1.1 {status} {PHRASES.get(status, 'Unknown')}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def whole(reply: Reply, now: float, *, without_body: bool) -> tuple[bytes, bytes]:
    """A reply as head and body."""
    bare = reply.status in (204, 304)
    length = {} if bare else {"Content-Length": "0" if without_body else str(len(reply.body))}
    start = head(reply.status, "" if bare else reply.kind, now, {**reply.headers, **length})
    return start, b"" if bare or without_body else reply.body


def upgraded(request: Request, tty: bool) -> bytes:
    """The head before the raw stream: 101 for a client that asked for it, else 200."""
    if "upgrade" in request.headers:
        kind = RAW if tty or request.version < (1, 42) else MULTIPLEXED
        lines = ["HTTP/1.1 101 UPGRADED", f"Content-Type: {kind}", "Connection: Upgrade", "Upgrade: tcp"]
    else:
        lines = ["HTTP/1.1 200 OK", f"Content-Type: {RAW}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(stream: int, data: bytes) -> bytes:
    """A piece of output that says which stream it is of."""
    return struct.pack(">BxxxI", stream, len(data)) + data


def failed(message: str) -> bytes:
    """The line by which a stream of progress says that its transfer failed."""
    return json.dumps({"errorDetail": {"message": message}, "error": message}).encode() + b"\r\n"


def chunk(piece: bytes) -> bytes:
    """One piece of a chunked body; an empty one would end it and must not be sent."""
    return b"%x\r\n%s\r\n" % (len(piece), piece)


LAST_CHUNK = b"0\r\n\r\n"


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    pieces: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        pieces.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(pieces)
