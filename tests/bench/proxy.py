"""A proxy before an Engine that counts the requests that pass."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import tempfile
import threading
from collections import Counter
from pathlib import Path

# a client writes the head of a request in one piece, and its requests one after the other
_REQUEST = re.compile(rb"^([A-Z]+) (\S+) HTTP/1\.[01]\r\n", re.M)
_NAME = re.compile(r"^(/(?:containers|networks|volumes|images|exec)/)(?!json|create|prune)[^/]+")


class CountingProxy:
    """Passes connections on to a unix socket; use it as a context."""

    def __init__(self, upstream: Path) -> None:
        self._upstream = str(upstream)
        self._folder = tempfile.mkdtemp(prefix="wharf-proxy-", dir="/tmp")
        self._server = socket.socket(socket.AF_UNIX)
        self._seen: Counter[str] = Counter()
        self.url = f"unix://{self._folder}/docker.sock"

    def __enter__(self) -> CountingProxy:
        self._server.bind(self.url.removeprefix("unix://"))
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.close()
        shutil.rmtree(self._folder)

    @property
    def requests(self) -> Counter[str]:
        """How often each method and path came so far, names of objects left out."""
        return self._seen.copy()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as engine, contextlib.suppress(OSError):
            engine.connect(self._upstream)
            down = threading.Thread(target=self._pass, args=(engine, client), daemon=True)
            down.start()
            self._pass(client, engine, count=True)
            down.join()

    def _pass(self, source: socket.socket, sink: socket.socket, *, count: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if count:
                    self._count(data)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _count(self, data: bytes) -> None:
        for method, target in _REQUEST.findall(data):
            path = re.sub(r"^/v\d+\.\d+", "", target.decode(errors="replace").partition("?")[0])
            general = _NAME.sub(r"\1ID", path)
            self._seen[f"{method.decode()} {general}"] += 1
