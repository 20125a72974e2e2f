"""A small app for the pass-through's tests: lends its terminal to an echoing stream as soon as it runs."""

from __future__ import annotations

import signal
import socket
import sys

from textual.app import App, ComposeResult
from textual.widgets import Static
from textual.worker import Worker

from widgets.passthrough import How, lend_terminal
from widgets.text import shown


class Echo:
    """A remote process: says back what it is told, and how often the app ticked."""

    tty = True
    writable = True

    def __init__(self, told: Told) -> None:
        self._told = told
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)

    def fileno(self) -> int:
        return self.near.fileno()

    def pending(self) -> bool:
        return False

    def take(self) -> list[tuple[int, bytes]] | None:
        try:
            data = self.near.recv(4096)
        except BlockingIOError:
            return []
        return [(1, data)] if data else None

    def send(self, data: bytes | bytearray | memoryview) -> int:
        self.far.sendall(b"remote: " + bytes(data))
        self._told(bytes(data))
        return len(data)

    def finish_input(self) -> None:
        return

    def resize(self, rows: int, columns: int) -> None:
        return

    def close(self) -> None:
        self.near.shutdown(socket.SHUT_RDWR)


class Told:
    """Passes what was typed to the app's loop."""

    def __init__(self, app: LendingApp) -> None:
        self._app = app

    def __call__(self, data: bytes) -> None:
        if data.startswith(b"bye"):
            self._app.call_later(self._app.bye)


class LendingApp(App[None]):
    BINDINGS = [("q", "quit", "Quit")]

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode
        self.ticks = 0
        self.stream = Echo(Told(self))
        self.loan: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Static("at first")

    def on_mount(self) -> None:
        self.loan = self.run_worker(self.lend(), exit_on_error=False)
        self.set_interval(0.01, self.tick)

    def tick(self) -> None:
        self.ticks += 1
        self.query_one(Static).update(f"{self.ticks} ticks so far")
        if self.ticks == 150:
            self.stream.far.sendall(b"remote: 100 ticks")

    def bye(self) -> None:
        if self.mode == "quit":
            self.exit()
        elif self.loan is not None:
            self.loan.cancel()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.is_cancelled and self.is_running:
            self.query_one(Static).styles.display = "none"
            self.mount(Static("cancelled"))

    async def lend(self) -> None:
        ending = await lend_terminal(self, self.stream, leave=b"\x1d", notice=shown("say hello"))
        if ending.how is How.HUNG_UP:
            self.exit(return_code=3)


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    app = LendingApp(sys.argv[1])
    app.run()
    sys.exit(app.return_code)
