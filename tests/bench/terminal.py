"""A program in a pseudo-terminal: what it paints, when each change of the screen came, and what it cost.

Times are taken when bytes arrive, before the emulation works on them, so its own slowness does not count.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from fcntl import ioctl
from queue import Empty, SimpleQueue
from typing import NamedTuple

import pyte

from tests.bench.cost import own_cpu, processes

COLUMNS, ROWS = 120, 40
TURN_SECONDS = 0.0005
"""How long the emulation may keep the thread that reads from reading."""
END_SECONDS = 3.0
"""How long a program may take to end before it is killed."""

_ASKED = re.compile(rb"\x1b\[\?(\d+)\$p")
_KNOWN_MODES = frozenset(
    {b"1", b"7", b"25", b"1000", b"1002", b"1003", b"1004", b"1006", b"1049", b"2004", b"2026"}
)
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[\?\d+\$p|\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*u|\x1b[P_^][^\x1b]*\x1b\\"
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[<=>?]?[0-9;:$]*|[P_^\]][^\x1b\x07]*)?\Z")


class Change(NamedTuple):
    """The screen looked different from this moment on."""

    at: float
    """time.monotonic()"""
    cpu: float
    """Processor seconds of the program until then."""


class Terminal:
    """A program, the screen it paints, and the times of what is seen there."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (COLUMNS, ROWS)
    ) -> None:
        """`size` in columns and rows."""
        self._columns, rows = size
        self._screen = pyte.Screen(self._columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._held = b""
        self._rows: dict[int, int] = {}
        self.bytes = 0
        """Written by the program so far."""
        self.changes = 0
        self.changed = Change(0.0, 0.0)
        """The last change."""
        self._person, line = os.openpty()
        ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, self._columns, 0, 0))
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            command, env=env, stderr=line, preexec_fn=lambda: os.login_tty(line), pass_fds=(line,)
        )
        os.close(line)
        # a thread reads: while one piece of a frame is worked on, the next are not kept from coming
        sys.setswitchinterval(TURN_SECONDS)
        self._came: SimpleQueue[tuple[Change, bytes]] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        family = processes(self.pid)
        for number in (signal.SIGHUP, signal.SIGKILL):
            for process in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, number)
            if self.end(END_SECONDS):
                break
        self._process.wait()
        self._reader.join(END_SECONDS)
        os.close(self._person)

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the program is gone."""
        return self._process.poll() is not None

    @property
    def text(self) -> str:
        """The whole screen, without the blanks at the lines' ends."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def send(self, text: str) -> None:
        """Type this."""
        os.write(self._person, text.encode())

    def pump(self, seconds: float = 0.02) -> None:
        """Show what came, waiting up to so long for it."""
        with contextlib.suppress(Empty):
            self._show(*self._came.get(timeout=seconds))

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the other side is closed: the program has ended
            while data := os.read(self._person, 65536):
                self._came.put((Change(time.monotonic(), own_cpu(self.pid)), data))

    def _show(self, moment: Change, data: bytes) -> None:
        self.bytes += len(data)
        self._feed(data)
        self._note_changes(moment)

    def run_for(self, seconds: float, each: Callable[[], object] = lambda: None) -> None:
        """Show what comes during so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(min(left, 0.05))
            each()

    def wait_for(
        self, seen: Callable[[str], object], seconds: float, each: Callable[[], object] = lambda: None
    ) -> Change | None:
        """The change that made this true of the screen's text; None when it does not come in time."""
        end, looked = time.monotonic() + seconds, -1
        while time.monotonic() < end and not self.ended:
            if self.changes != looked:
                looked = self.changes
                if seen(self.text):
                    return self.changed
            self.pump()
            each()
        return None

    def wait_for_change(self, before: int, seconds: float) -> None:
        """Wait until there are more changes than `before`."""
        end = time.monotonic() + seconds
        while self.changes == before and time.monotonic() < end and not self.ended:
            self.pump(0.01)

    def settle(self, quiet: float, seconds: float = 3.0) -> None:
        """Wait until the screen has stood still for `quiet` seconds, at most for `seconds`."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end and now - self.changed.at < quiet:
            self.pump(0.01)

    def end(self, seconds: float) -> float | None:
        """The moment at which the program ended; None when it does not in time."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.ended:
                return time.monotonic()
            self.pump(0.002)
        return None

    def _feed(self, data: bytes) -> None:
        data = self._held + data
        unfinished = _UNFINISHED.search(data)
        cut = unfinished.start() if unfinished else len(data)
        data, self._held = data[:cut], data[cut:]
        for mode in _ASKED.findall(data):
            self.send(f"\x1b[?{mode.decode()};{2 if mode in _KNOWN_MODES else 0}$y")
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))

    def _note_changes(self, moment: Change) -> None:
        """A change is one that is seen: other text or other attributes."""
        changed = False
        for y in self._screen.dirty:
            line, blank = self._screen.buffer[y], self._screen.default_char
            looks = hash(tuple(line.get(x, blank) for x in range(self._columns)))
            changed |= self._rows.get(y) != looks
            self._rows[y] = looks
        self._screen.dirty.clear()
        if changed:
            self.changed = moment
            self.changes += 1
