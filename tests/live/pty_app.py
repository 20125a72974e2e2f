"""Wharf in a pseudo-terminal of its own, and what a person sees there."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from fcntl import ioctl
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyte

CHECKOUT = Path(__file__).parents[2]
DEADLINE = 20.0
"""Seconds that anything may take; what is slower is broken."""

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<=>?][0-9;]*(?:\$p|[uq])|\x1b\[[<=>][0-9;]*[a-zA-Z]")
_OTHER_SCREEN = re.compile(rb"\x1b\[\?1049[hl]")
_UNFINISHED = re.compile(rb"\x1b(?:\[[<=>?]?[0-9;$]*)?\Z")


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    # the size is the terminal's, not what somebody exported
    own = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {**own, "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}


class PtyApp:
    """`python -m tui` in a terminal; a wait that takes too long fails with the screen in its message."""

    program = "tui"
    """The module that is run."""

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str] = MappingProxyType({}),
        rows: int = 30,
        columns: int = 110,
        program: str = "",
    ) -> None:
        """`program` is a module to run in place of Wharf's own."""
        self._person, line = os.openpty()
        self._shown = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._shown)
        self._held = b""
        self.resize(rows, columns)
        self.modes = termios.tcgetattr(line)
        """The terminal's modes before the program came."""
        self._line = line  # held open, so that the terminal can be asked for its modes after the end
        self._process = subprocess.Popen(
            [sys.executable, "-m", program or self.program, *arguments],
            cwd=CHECKOUT,
            env=_environment(env),
            preexec_fn=lambda: os.login_tty(line),
            pass_fds=(line,),
        )

    def __enter__(self) -> PtyApp:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._person)
        os.close(self._line)

    # Doing

    def send(self, text: str) -> None:
        """Type this."""
        os.write(self._person, text.encode())

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal another size."""
        self._shown.resize(rows, columns)
        ioctl(self._person, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def interrupt(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

    def go_to(self, name: str) -> None:
        """Put the cursor on an object of the pane in view by filtering for its name."""
        self.until(lambda: "  Engine " in self.text or "  Podman " in self.text)  # connected
        self.send(f"/{name}\r")
        self.wait_for(f"docker stop {name}")

    # Seeing

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    @property
    def text(self) -> str:
        """The whole screen, without the blanks at the lines' ends."""
        return "\n".join(line.rstrip() for line in self._shown.display)

    @property
    def cursor(self) -> tuple[int, int]:
        """The cursor's row and column, from 0."""
        return self._shown.cursor.y, self._shown.cursor.x

    def pump(self, seconds: float = 0.05) -> None:
        """Show what came, waiting up to so long for it."""
        if not select.select([self._person], [], [], seconds)[0]:
            return
        with contextlib.suppress(OSError):
            self._feed(os.read(self._person, 65536))

    def until(self, true: Callable[[], Any], seconds: float = DEADLINE) -> None:
        """Look at the screen until something is true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"not within {seconds:g} s:\n{self.text}"
            self.pump()

    def wait_for(self, text: str, seconds: float = DEADLINE) -> None:
        """Wait until a text is on the screen."""
        self.until(lambda: text in self.text, seconds)

    def ends(self, seconds: float = DEADLINE) -> int:
        """Wait for the program's end; its exit code."""
        self.until(lambda: self._process.poll() is not None, seconds)
        return int(self._process.returncode)

    def terminal_modes(self) -> list[Any]:
        """The terminal's modes as they are now."""
        return termios.tcgetattr(self._line)

    def _feed(self, data: bytes) -> None:
        data = self._held + data
        unfinished = _UNFINISHED.search(data)
        cut = unfinished.start() if unfinished else len(data)
        data, self._held = data[:cut], data[cut:]
        # pyte has one screen only: what is on it when a program takes or leaves the other one is gone
        parts = _OTHER_SCREEN.split(_UNKNOWN_TO_PYTE.sub(b"", data))
        for place, part in enumerate(parts):
            if place:
                self._shown.reset()
            self._stream.feed(part)
