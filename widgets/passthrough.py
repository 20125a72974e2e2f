"""Hands the whole terminal to a remote process, and takes it back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import sys
import time
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from widgets.terminal_mode import (
    Frame,
    HangUp,
    Keyboard,
    Screen,
    keyboard,
    make_deaf,
    make_lines,
    make_raw,
    screen,
)

if TYPE_CHECKING:
    from textual.app import App

    from widgets.text import Shown

LOOK_SECONDS = 0.2
"""How often the terminal's size and mode are looked at."""
OUTPUT_HELD = 64 * 1024
"""Bytes of output that may wait for the terminal; few, so that an interrupt is soon felt."""
TYPED_HELD = 1024 * 1024
"""Bytes of input that may wait for the process: as much as a person pastes."""

_SIGNAL_KEYS = b"\x03\x1a\x1c"


class Duplex(Protocol):
    """A stream with a remote process."""

    tty: bool
    """Whether the process has a terminal of its own: every key then goes to it."""
    writable: bool
    """Whether the process reads input."""

    def fileno(self) -> int:
        """The descriptor to poll; negative once closed from elsewhere."""

    def pending(self) -> bool:
        """Whether `take()` has something that poll cannot see."""

    def take(self) -> list[tuple[int, bytes]] | None:
        """The output that came so far, each piece with its descriptor; None at the end. Raises OSError."""

    def send(self, data: bytes | bytearray | memoryview) -> int:
        """Send what fits now; how many bytes. Raises OSError."""

    def finish_input(self) -> None:
        """No more input will come."""

    def resize(self, rows: int, columns: int) -> None:
        """The terminal has this size now. Must not wait."""

    def close(self) -> None:
        """Let go; ends a pass-through in another thread."""


class How(Enum):
    """Why a pass-through ended."""

    LEFT = "left"
    """The person typed the leave key."""
    ENDED = "ended"
    """The stream ended: the process is over, or the other side let go."""
    LOST = "lost"
    """The connection broke."""
    HUNG_UP = "hung up"
    """The terminal itself is gone: nothing can be shown any more."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a pass-through ended."""

    how: How
    words: str = ""
    """For LOST, what the system says."""


async def lend_terminal(
    app: App[Any], stream: Duplex, *, leave: bytes | None, notice: Shown, frame: Frame | None = None
) -> Ending:
    """Suspend the app, show a line, and let the person work in the stream until it ends.

    The app's loop goes on, only its painting rests. When cancelled it closes the stream first. After HUNG_UP
    the app stays suspended, because a terminal that is gone cannot be set up again: exit at once. Raises
    SuspendNotSupported where there is no terminal.
    """
    assert sys.__stdin__ is not None
    assert sys.__stderr__ is not None
    keys, paint = sys.__stdin__.fileno(), sys.__stderr__.fileno()  # as Textual does
    cancelled = False
    # Painting while suspended would fill the queue of a writer that has stopped, and block the loop for ever.
    with contextlib.suppress(_StaySuspended), app.suspend(), app.batch_update():
        with contextlib.suppress(OSError):  # a terminal that is gone is told by the pass-through
            line = frame.line(notice) if frame is not None else notice
            os.write(paint, f"{line}\n".encode())
        connect = partial(pass_through, stream, leave=leave, frame=frame, stdin_fd=keys, stdout_fd=paint)
        work = asyncio.ensure_future(asyncio.to_thread(connect))
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
            stream.close()
            await asyncio.wait([work])
        # suspend() sets the terminal up again only when nothing is raised inside it
        hung_up = work.exception() is None and work.result().how is How.HUNG_UP
        if hung_up or not app.is_running:
            raise _StaySuspended
    if cancelled:
        raise asyncio.CancelledError
    return work.result()


class _StaySuspended(Exception):
    """There is no terminal to return to."""


def pass_through(
    stream: Duplex,
    *,
    leave: bytes | None,
    frame: Frame | None = None,
    stdin_fd: int = 0,
    stdout_fd: int = 1,
) -> Ending:
    """Connect a terminal with a stream until one of them ends.

    Blocks, so it is for a thread, while nobody else reads keys. A stream with a terminal gets every key, one
    without gets whole lines and no signals. The leave key ends the pass-through and not the process; so does
    closing the stream from elsewhere. The terminal's size is looked at five times a second: SIGWINCH
    belongs to the main thread, and Textual takes it over again at the end. Whatever happens, the terminal is
    as it was afterwards, and what the remote program switched on is off.
    """
    if stream.tty:
        change = make_raw
    elif stream.writable:
        change = partial(make_lines, leave=leave or b"")
    else:
        change = make_deaf
    try:
        with keyboard(stdin_fd, change) as keys, screen(stdout_fd, frame) as output:
            return _Copy(stream, leave or b"", keys, output).run()
    except HangUp:
        return Ending(How.HUNG_UP)


class LeaveKey:
    """Looks for a key sequence in what is typed; holds back what may become it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._held = b""

    def feed(self, typed: bytes) -> tuple[bytes, bool]:
        """The bytes to pass on, and whether the key came after them."""
        typed = self._held + typed
        self._held = b""
        if not self._key:
            return typed, False
        place = typed.find(self._key)
        if place >= 0:
            return typed[:place], True
        for length in range(min(len(self._key) - 1, len(typed)), 0, -1):
            if typed.endswith(self._key[:length]):
                self._held = typed[-length:]
                return typed[:-length], False
        return typed, False


class _Copy:
    """The bytes on their way between one terminal and one stream."""

    def __init__(self, stream: Duplex, leave: bytes, keys: Keyboard, output: Screen) -> None:
        self._stream = stream
        self._leave = LeaveKey(leave)
        self._keys = keys
        self._output = output
        self._typed = bytearray()
        self._takes_input = stream.writable
        self._finishing = False
        self._ended = False
        self._size: os.terminal_size | None = None
        self._next_look = 0.0

    def run(self) -> Ending:
        """Copy until there is nothing more to copy. Raises HangUp."""
        try:
            while self._stream.fileno() >= 0:
                self._look()
                ready = self._poll()
                if self._keys.descriptor in ready and self._read_keys(ready[self._keys.descriptor]):
                    self._send()
                    return Ending(How.LEFT)
                self._send()
                self._take()
                if self._output.descriptor in ready:
                    self._output.flush()
                if self._ended and not self._output.held:
                    break
        except OSError as error:
            return Ending(How.LOST, error.strerror or str(error))
        return Ending(How.ENDED)

    def _look(self) -> None:
        """Follow the terminal's size and keep its mode, from time to time."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._keys.keep()
        try:
            size = os.get_terminal_size(self._output.descriptor)
        except OSError:
            return
        if size != self._size and self._stream.tty:
            self._stream.resize(size.lines, size.columns)
        self._size = size

    def _poll(self) -> dict[int, int]:
        """Wait until something can be copied or it is time to look."""
        poller = select.poll()
        poller.register(self._keys.descriptor, select.POLLIN if len(self._typed) < TYPED_HELD else 0)
        if self._output.held:
            poller.register(self._output.descriptor, select.POLLOUT)
        wait = max(0.0, self._next_look - time.monotonic())
        events = (select.POLLIN if self._room else 0) | (select.POLLOUT if self._typed else 0)
        stream = self._stream.fileno()
        if events and not self._ended and stream >= 0:
            poller.register(stream, events)
            if self._room and self._stream.pending():
                wait = 0.0
        return dict(poller.poll(wait * 1000 + 1 if wait else 0))

    @property
    def _room(self) -> bool:
        return len(self._output.held) < OUTPUT_HELD

    def _read_keys(self, ready: int) -> bool:
        """Queue what was typed; whether it was the leave key."""
        typed = self._keys.read(ready)
        if not typed:
            self._finishing = True
            return False
        passed, left = self._leave.feed(typed)
        if self._takes_input and not self._finishing:
            # without a terminal on the other side these keys mean nothing there
            self._typed += passed if self._stream.tty else passed.translate(None, _SIGNAL_KEYS)
        return left

    def _send(self) -> None:
        if not self._takes_input:
            return
        try:
            if self._typed:
                del self._typed[: self._stream.send(self._typed)]
            elif self._finishing:
                self._takes_input = False
                self._stream.finish_input()
        except OSError:
            # the process takes no more; how the stream ended is told by what can still be read
            self._takes_input = False
            self._typed.clear()

    def _take(self) -> None:
        if self._ended or not self._room:
            return
        pieces = self._stream.take()
        if pieces is None:
            self._ended = True
            return
        for _, data in pieces:
            self._output.show(data)
