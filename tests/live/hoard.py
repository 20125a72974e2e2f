"""Stands for an Engine that keeps the contexts it is sent, and builds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import socket
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any


@contextmanager
def hoard(path: Path) -> Iterator[list[bytes]]:
    """Listen on a socket; what is given fills with the bodies of POST /build."""
    kept: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            pieces = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            kept.append(b"".join(pieces))
            self._answer()

        def _answer(self) -> None:
            self.send_response(200)
            self.send_header("Api-Version", "1.41")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingMixIn, UnixStreamServer):
        daemon_threads = True

        def get_request(self) -> tuple[socket, Any]:
            # a unix socket has no address, and the handler wants one
            return super().get_request()[0], ("here", 0)

    with Server(str(path), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield kept
        finally:
            server.shutdown()
