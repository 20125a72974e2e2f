"""The terminal under a program: the mode of its keyboard, what is written to it, and how it is put right."""

from __future__ import annotations

import contextlib
import os
import re
import select
import termios
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from widgets.text import Shown

PIECE = 4096
"""Bytes written to the terminal at once, so that keys are heard during a flood."""
RESET_SECONDS = 0.5
"""How long a terminal that takes nothing is waited for when it is handed back."""
PAUSE_SECONDS = 0.03
"""How long nothing is typed before a paste counts as over."""
DROP_SECONDS = 0.5
"""How long keys that nobody wants are waited for at most."""

_TITLED = ("xterm", "tmux", "alacritty", "foot", "st-", "vte", "wezterm")
"""How the names of terminals begin that keep a window title aside and give it back."""

_LONGEST_TITLE = 200
_FRAME_GONE = re.compile(
    rb"\x1b\](?:[012]|12|112)(?:;[^\x07\x1b]*)?(?:\x07|\x1b\\)"  # a title, the cursor's colour
    rb"|\x1b\[23(?:;\d*)*t|\x1bc"  # a title from the stack, a full reset
)
_LONGEST_OF_FRAME = 1024

_ALT_SCREEN = re.compile(rb"\x1b\[\?(?:\d+;)*(?:1049|1047|47)(?:;\d+)*([hl])")
_LONGEST_SEQUENCE = 32

_RESET = (
    b"\x0f\x1b(B\x1b[0m"  # plain letters
    b"\x1b[4l\x1b[?1l\x1b>\x1b[?5l\x1b[?7;25h\x1b[0 q"  # insert, key modes, reverse; wrap, cursor
    b"\x1b7\x1b[r\x1b8"  # the whole screen scrolls
    b"\x1b[?9;1000;1001;1002;1003;1004;1005;1006;1015;1016l"  # mouse and focus
    b"\x1b[?2004;2026;2048l\x1b[=0u"  # paste, held updates, resize reports, kitty's keyboard
    b"\r\n"
)

Modes = list[Any]
"""What termios.tcgetattr returns."""


class HangUp(Exception):
    """The terminal is gone."""


class Keyboard:
    """The terminal's input in a mode of its own."""

    def __init__(self, descriptor: int, modes: Modes) -> None:
        self.descriptor = descriptor
        self._modes = modes

    def keep(self) -> None:
        """Set the mode again if a shell changed it while the program was stopped. Raises HangUp."""
        try:
            if termios.tcgetattr(self.descriptor) != self._modes:
                termios.tcsetattr(self.descriptor, termios.TCSANOW, self._modes)
        except termios.error as error:
            raise HangUp from error

    def read(self, ready: int) -> bytes:
        """What was typed, after poll said `ready`; b"" for a ctrl-d on an empty line. Raises HangUp."""
        if not ready & select.POLLIN:
            raise HangUp
        try:
            typed = os.read(self.descriptor, PIECE)
        except OSError as error:
            raise HangUp from error
        if not typed:
            self.keep()
            if not self._modes[tty.LFLAG] & termios.ICANON:
                raise HangUp
        return typed


@contextlib.contextmanager
def keyboard(descriptor: int, change: Callable[[Modes], None]) -> Iterator[Keyboard]:
    """A terminal's keyboard with its modes changed meanwhile. Raises HangUp when it is no terminal."""
    try:
        before = termios.tcgetattr(descriptor)
        modes = termios.tcgetattr(descriptor)
    except termios.error as error:
        raise HangUp from error
    change(modes)
    try:
        board = Keyboard(descriptor, modes)
        board.keep()
        yield board
    finally:
        # keys typed after the end were meant for the process: nobody else must act on them
        _drop_keys(descriptor)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
            termios.tcflush(descriptor, termios.TCIFLUSH)


def _drop_keys(descriptor: int) -> None:
    """Read what is typed until it pauses: a flush misses the part of a paste that is still on its way."""
    until = time.monotonic() + DROP_SECONDS
    with contextlib.suppress(OSError):
        while time.monotonic() < until and select.select([descriptor], [], [], PAUSE_SECONDS)[0]:
            if not os.read(descriptor, PIECE):
                return


def make_raw(modes: Modes) -> None:
    """Every byte both ways as it is."""
    make_deaf(modes)
    modes[tty.IFLAG] &= ~(termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.INPCK | termios.ISTRIP)
    modes[tty.IFLAG] &= ~(termios.INLCR | termios.IGNCR)
    modes[tty.OFLAG] &= ~termios.OPOST
    modes[tty.CFLAG] = modes[tty.CFLAG] & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    modes[tty.LFLAG] &= ~termios.ECHONL


def make_deaf(modes: Modes) -> None:
    """Output as lines; keys are not shown, make no signals, and can be read one by one."""
    modes[tty.IFLAG] &= ~(termios.IXON | termios.ICRNL)
    modes[tty.OFLAG] |= termios.OPOST | termios.ONLCR
    modes[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    modes[tty.CC][termios.VMIN] = 1
    modes[tty.CC][termios.VTIME] = 0


def make_lines(modes: Modes, leave: bytes) -> None:
    """Lines are edited here, without signals; the leave key ends one too, and so is heard at once."""
    modes[tty.IFLAG] = modes[tty.IFLAG] & ~termios.IXON | termios.ICRNL
    modes[tty.OFLAG] |= termios.OPOST | termios.ONLCR
    modes[tty.LFLAG] = modes[tty.LFLAG] & ~termios.ISIG | termios.ICANON | termios.ECHO
    if leave:
        keys = modes[tty.CC]
        keys[:] = [b"\0" if isinstance(key, bytes) and key in leave else key for key in keys]
        keys[termios.VEOL] = leave[-1:]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a terminal shows around a remote program for as long as that has it."""

    title: Shown
    """The window's title."""
    alarm: bool = False
    """Whether the cursor and the line above are red too, and all of it stays whatever the program prints."""

    def begin(self, env: Mapping[str, str] = os.environ) -> bytes:
        """Puts the window's own title aside and shows the frame; nothing where that could leave a trace."""
        return b"\x1b[22;2t" + self._shown(env) if _keeps_title(env) else b""

    def again(self, env: Mapping[str, str] = os.environ) -> bytes:
        """Shows the frame after the program changed it; nothing where the program may."""
        return self._shown(env) if self.alarm and _keeps_title(env) else b""

    def end(self, env: Mapping[str, str] = os.environ) -> bytes:
        """Gives the window its own title and cursor back."""
        if not _keeps_title(env):
            return b""
        return b"\x1b]112\x07" * self._is_red(env) + b"\x1b[23;2t"

    def line(self, text: Shown, env: Mapping[str, str] = os.environ) -> str:
        """A line above the program's output, loud when there is alarm."""
        if not self.alarm or env.get("TERM", "dumb") == "dumb":
            return text
        return f"\x1b[1;7{';31' * self._is_red(env)}m{text}\x1b[0m"

    def _shown(self, env: Mapping[str, str]) -> bytes:
        title = f"\x1b]2;{self.title[:_LONGEST_TITLE]}\x07"
        return (title + "\x1b]12;#ff0000\x07" * self._is_red(env)).encode()

    def _is_red(self, env: Mapping[str, str]) -> bool:
        return self.alarm and not env.get("NO_COLOR")


def _keeps_title(env: Mapping[str, str]) -> bool:
    terminal = env.get("TERM", "")
    # GNU screen hands a title on and never takes it back; tmux answers to both names
    return terminal.startswith(_TITLED) or (terminal.startswith("screen") and bool(env.get("TMUX")))


class Screen:
    """The terminal's output, written in pieces without ever waiting inside a write."""

    def __init__(self, descriptor: int, frame: Frame | None = None) -> None:
        self.descriptor = descriptor
        self.held = bytearray(frame.begin() if frame is not None else b"")
        """What the terminal has not taken yet."""
        self._seen = b""
        self._alternate = False
        self._again = frame.again() if frame is not None else b""
        self._end = frame.end() if frame is not None else b""
        self._unfinished = b""

    def show(self, data: bytes) -> None:
        """Queue output."""
        self.held += self._framed(data) if self._again else data
        # the alternate screen is followed, because leaving it when it is not there moves the cursor
        seen = self._seen + data
        if switches := _ALT_SCREEN.findall(seen):
            self._alternate = switches[-1] == b"h"
        self._seen = seen[-_LONGEST_SEQUENCE:]

    def _framed(self, data: bytes) -> bytes:
        """The output, with the frame shown again right after each sequence that changed it."""
        before = len(self._unfinished)
        seen = self._unfinished + data
        ends = [match.end() for match in _FRAME_GONE.finditer(seen) if match.end() > before]
        # a sequence may be cut anywhere between two pieces
        self._unfinished = seen[ends[-1] if ends else 0 :][-_LONGEST_OF_FRAME:]
        framed, start = b"", before
        for end in ends:
            framed += seen[start:end] + self._again
            start = end
        return framed + seen[start:]

    def flush(self) -> None:
        """Write what the terminal takes now. Raises HangUp."""
        try:
            written = os.write(self.descriptor, self.held[:PIECE])
        except BlockingIOError:
            return
        except OSError as error:
            raise HangUp from error
        del self.held[:written]

    def reset(self) -> None:
        """Drop what is held and switch off what a remote program left on."""
        # the first two bytes end a sequence that was cut
        self.held[:] = b"\x1b\\" + (b"\x1b[?1049l" if self._alternate else b"") + self._end + _RESET
        poller = select.poll()
        poller.register(self.descriptor, select.POLLOUT)
        until = time.monotonic() + RESET_SECONDS
        while self.held and time.monotonic() < until and poller.poll(RESET_SECONDS * 1000):
            self.flush()


@contextlib.contextmanager
def screen(descriptor: int, frame: Frame | None = None) -> Iterator[Screen]:
    """A terminal's output, framed meanwhile and reset afterwards."""
    try:
        # an own way to it: making the shared one non-blocking would do so for the shell as well
        own = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        own = os.dup(descriptor)
    output = Screen(own, frame)
    try:
        yield output
    finally:
        with contextlib.suppress(HangUp):
            output.reset()
        os.close(own)
