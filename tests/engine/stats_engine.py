"""An Engine that streams statistics as a test says, container by container."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.engine.fake_engine import FakeEngine
from tests.engine.http_engine import DEADLINE
from tests.engine.stats_frames import CGROUP_1, NO_CPU, later

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
_ASKED = re.compile(rb"GET /v[\d.]+/containers/([^/]+)/stats\?stream=1 ")
FIRST = {**CGROUP_1, "precpu_stats": NO_CPU}


class StatsEngine:
    """Notes who is asked for and who leaves; streams nothing by itself but under `steady`."""

    def __init__(self, folder: Path) -> None:
        self.news = threading.Condition()
        self.opened: list[str] = []
        """Whose statistics were asked for, in order."""
        self.open: dict[str, socket.socket] = {}
        """Whose are streamed."""
        self.most = 0
        """So many at once, at the most."""
        self.refused: dict[str, int] = {}
        """Who is answered by this status."""
        self.silent: set[str] = set()
        """Who is not answered before `awake` is set."""
        self.awake = threading.Event()
        self.steady = False
        """Whether each stream begins with two frames, as after its first two seconds."""
        self._engine = FakeEngine(folder, self._answer)
        self.connection: Any = SimpleNamespace(api=self._engine.api)

    def close(self) -> None:
        with self.news:
            left = list(self.open.values())
        for connection in left:
            with contextlib.suppress(OSError):  # it may have ended meanwhile
                connection.shutdown(socket.SHUT_RDWR)
        self._engine.close()

    def say(self, ident: str, *answers: dict[str, Any]) -> None:
        """Send frames on a container's stream, together."""
        self.send(ident, b"".join(json.dumps(answer).encode() + b"\n" for answer in answers))

    def send(self, ident: str, data: bytes) -> None:
        """Send a chunk on a container's stream; an empty one ends it."""
        with self.news:
            self.open[ident].sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def break_off(self, ident: str) -> None:
        """Have a container's stream end as where the Engine dies."""
        with self.news:
            self.open[ident].shutdown(socket.SHUT_RDWR)

    def until_open(self, *idents: str) -> None:
        """Wait until just these are streamed."""
        with self.news:
            assert self.news.wait_for(lambda: self.open.keys() == set(idents), DEADLINE), self.open.keys()

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        found = _ASKED.match(request)
        assert found is not None, request
        ident = found[1].decode()
        with self.news:
            self.opened.append(ident)
            self.news.notify_all()
        if ident in self.refused:
            connection.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % self.refused[ident])
            return
        if ident in self.silent:
            self.awake.wait(DEADLINE)
        with self.news:
            connection.sendall(HEAD)
            self.open[ident] = connection
            self.most = max(self.most, len(self.open))
            self.news.notify_all()
        if self.steady:
            with contextlib.suppress(BrokenPipeError):  # it may be gone already
                self.say(ident, FIRST, later(CGROUP_1))
        with contextlib.suppress(ConnectionResetError):
            connection.recv(1)  # until the client leaves
        with self.news:
            del self.open[ident]
            self.news.notify_all()
