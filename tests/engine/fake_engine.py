"""A socket that answers one HTTP request with prepared bytes, for readers of raw streams."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import docker


def frame(stream: int, payload: bytes) -> bytes:
    """One frame of the Engine's multiplexed stream."""
    return struct.pack(">BxxxL", stream, len(payload)) + payload


class FakeEngine:
    """Listens on a unix socket; `answer` gets each connection after its request was read."""

    def __init__(self, folder: Path, answer: Callable[[socket.socket, bytes], None]) -> None:
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / "s"))
        self._listener.listen()
        self.api = docker.APIClient(base_url=f"unix://{folder / 's'}", version="1.41", timeout=5)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.api.close()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        request = b""
        with connection:
            while b"\r\n\r\n" not in request:
                if not (data := connection.recv(4096)):
                    return
                request += data
            self._answer(connection, request)
