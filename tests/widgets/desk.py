"""A person at a real pseudo-terminal, and a remote process whose other end the test holds."""

from __future__ import annotations

import os
import pty
import select
import socket
import termios
import threading
import time
from collections.abc import Callable

from widgets.passthrough import Ending, How, pass_through
from widgets.terminal_mode import Frame

DEADLINE = 5.0
LEAVE = b"\x1d"


class Remote:
    """A stream whose other end the test holds."""

    def __init__(self, *, tty: bool = True, writable: bool = True) -> None:
        self.tty = tty
        self.writable = writable
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.sizes: list[tuple[int, int]] = []
        self.broken: OSError | None = None

    def fileno(self) -> int:
        return self.near.fileno()

    def pending(self) -> bool:
        return False

    def take(self) -> list[tuple[int, bytes]] | None:
        if self.broken:
            raise self.broken
        try:
            data = self.near.recv(65536)
        except BlockingIOError:
            return []
        return [(1, data)] if data else None

    def send(self, data: bytes | bytearray | memoryview) -> int:
        try:
            return self.near.send(data)
        except BlockingIOError:
            return 0

    def finish_input(self) -> None:
        self.near.shutdown(socket.SHUT_WR)

    def resize(self, rows: int, columns: int) -> None:
        self.sizes.append((rows, columns))

    def close(self) -> None:
        self.near.shutdown(socket.SHUT_RDWR)


class Desk:
    """A person at a terminal: what is typed, what is seen, and the pass-through on a thread."""

    def __init__(self) -> None:
        self.person, self.line = pty.openpty()
        self.before = termios.tcgetattr(self.line)
        self.ending: Ending | None = None
        self.error: BaseException | None = None
        self.seen = bytearray()
        self.thread: threading.Thread | None = None

    def start(self, remote: Remote, leave: bytes | None = LEAVE, frame: Frame | None = None) -> None:
        def work() -> None:
            try:
                self.ending = pass_through(
                    remote, leave=leave, frame=frame, stdin_fd=self.line, stdout_fd=self.line
                )
            except BaseException as error:  # noqa: BLE001 - handed to the test
                self.error = error

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()
        until(lambda: termios.tcgetattr(self.line) != self.before)

    def type(self, keys: bytes) -> None:
        os.write(self.person, keys)

    def look(self) -> bytes:
        while select.select([self.person], [], [], 0)[0]:
            try:
                data = os.read(self.person, 65536)
            except OSError:
                break
            self.seen += data
        return bytes(self.seen)

    def sees(self, text: bytes) -> None:
        until(lambda: text in self.look())

    def ends(self, how: How, within: float = DEADLINE) -> Ending:
        assert self.thread is not None
        stop = time.monotonic() + within
        while self.thread.is_alive() and time.monotonic() < stop:
            if how is not How.HUNG_UP:
                self.look()
            self.thread.join(0.01)
        assert self.error is None
        assert self.ending is not None, "the pass-through did not end"
        assert self.ending.how is how
        if how is not How.HUNG_UP:
            self.look()
        return self.ending

    def hang_up(self) -> None:
        os.close(self.person)
        self.person = -1

    def close(self) -> None:
        for descriptor in (self.person, self.line):
            if descriptor >= 0:
                os.close(descriptor)


def until(condition: Callable[[], bool]) -> None:
    stop = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < stop, "it never happened"
        select.select([], [], [], 0.005)


def received(remote: Remote, length: int) -> bytes:
    remote.far.settimeout(DEADLINE)
    data = b""
    while len(data) < length and (more := remote.far.recv(65536)):
        data += more
    return data
