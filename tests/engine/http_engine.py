"""A programmable Engine: HTTP on a unix socket that notes what is asked and answers what a test says."""

from __future__ import annotations

import json
import re
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DEADLINE = 5.0
"""Seconds that a test may wait for something to become true."""
_VERSION = re.compile(r"^/v[\d.]+")


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    """Decoded, with the version."""
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def what(self) -> str:
        """ "GET /containers/json": the method and the path without a version."""
        return f"{self.method} {_VERSION.sub('', self.path)}"


@dataclass(frozen=True)
class Reply:
    """A whole answer; a body that is not bytes goes out as JSON."""

    body: Any = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def payload(self) -> bytes:
        """The body's bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Reply | Callable[[Asked], Reply]


class HttpEngine:
    """An Engine that knows nothing but what `answers` says, by "METHOD /path"."""

    def __init__(self, folder: Path, api: str = "1.47") -> None:
        self.path = str(folder / "engine.sock")
        self.url = f"unix://{self.path}"
        self.answers: dict[str, Answer] = {
            "GET /_ping": Reply(b"OK", headers=(("Api-Version", api),)),
            "GET /version": Reply({"Version": "28.3.1", "ApiVersion": api, "Os": "linux", "Arch": "amd64"}),
            "GET /info": Reply({"Name": "dock", "NCPU": 4, "MemTotal": 8_000_000_000}),
            "GET /containers/json": Reply([]),
            "GET /images/json": Reply([]),
            "GET /networks": Reply([]),
            "GET /volumes": Reply({"Volumes": None, "Warnings": None}),
        }
        self.streamed = {"GET /events"}
        """What is answered with a stream that `send` and `emit` feed."""
        self.asked: list[Asked] = []
        self.connections = 0
        self.awake = threading.Event()
        """Cleared while nothing is answered, as by a daemon under SIGSTOP."""
        self.awake.set()
        self.news = threading.Condition()
        self._streams: list[_Handler] = []
        self._open: list[_Handler] = []
        self._server: _Server | None = None
        self.listen()

    def listen(self) -> None:
        """Accept connections, also again after `die`."""
        Path(self.path).unlink(missing_ok=True)
        self._server = _Server(self.path, _Handler)
        self._server.engine = self
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()

    def die(self) -> None:
        """Cut everything and refuse new connections, as a daemon that was killed."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        Path(self.path).unlink(missing_ok=True)
        with self.news:
            handlers, self._open, self._streams = self._open, [], []
        for handler in handlers:
            handler.cut()

    def close(self) -> None:
        """End it for good."""
        self.awake.set()
        self.die()

    def emit(self, kind: str, action: str, ident: str = "", **attributes: str) -> None:
        """Send an event to whoever follows GET /events."""
        event = {"Type": kind, "Action": action, "Actor": {"ID": ident, "Attributes": attributes}}
        self.send(json.dumps(event).encode() + b"\n")

    def send(self, data: bytes) -> None:
        """Send one chunk to all streams; an empty one ends them."""
        with self.news:
            for stream in self._streams:
                stream.chunk(data)

    def count(self, what: str) -> int:
        """How often something was asked for: "GET /images/json"."""
        return sum(asked.what == what for asked in self.asked)

    def last(self, what: str) -> Asked:
        """The newest request of this sort."""
        return next(asked for asked in reversed(self.asked) if asked.what == what)

    def until(self, true: Callable[[], bool], seconds: float = DEADLINE) -> None:
        """Wait until something is true; looked at again with every request."""
        with self.news:
            assert self.news.wait_for(true, seconds), f"it never came true; asked: {self.asked[-5:]}"

    @property
    def followed(self) -> bool:
        """Whether somebody reads a stream."""
        return bool(self._streams)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    engine: HttpEngine

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        engine = self.server.engine
        with engine.news:
            engine.connections += 1
            engine._open.append(self)

    def finish(self) -> None:
        engine = self.server.engine
        with engine.news:
            if self in engine._streams:
                engine._streams.remove(self)
            engine.news.notify_all()
        super().finish()

    def cut(self) -> None:
        """Close the connection under whoever reads or writes."""
        try:
            self.connection.shutdown(2)
        except OSError:
            return

    def chunk(self, data: bytes) -> None:
        """One chunk of a stream."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def answer(self) -> None:
        """Note the request and answer it."""
        engine = self.server.engine
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        asked = Asked(self.command, unquote(url.path), query, dict(self.headers.items()), body)
        with engine.news:
            engine.asked.append(asked)
            engine.news.notify_all()
        engine.awake.wait()
        if asked.what in engine.streamed:
            self._follow(engine)
            return
        answer = engine.answers.get(asked.what) or Reply({"message": f"no {asked.what}"}, 404)
        reply = answer(asked) if callable(answer) else answer
        payload = reply.payload()
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else payload)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def _follow(self, engine: HttpEngine) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        with engine.news:
            engine._streams.append(self)
            engine.news.notify_all()
        self.rfile.read(1)  # until the client leaves

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def until(true: Callable[[], bool], seconds: float = DEADLINE) -> None:
    """Wait until something is true that nobody announces."""
    end = time.monotonic() + seconds
    wait = threading.Event()
    while not true():
        assert time.monotonic() < end, "it never came true"
        wait.wait(0.002)
