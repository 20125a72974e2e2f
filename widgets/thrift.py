"""Keeps what the terminal shows, and turns each frame into the few bytes that make the difference.

A frame of Textual holds whole lines of every widget that was refreshed, and the whole screen at each change
of layout; seldom more than a few cells of it are other than before. The place to see that is the driver's
`write`: everything that reaches the terminal passes there as text, whoever sent it, so what is known of the
screen stays true without a look into the compositor, and an app without a terminal (a test, a browser) is
not touched at all.

Whatever is not a frame and could move or clear something goes out as it is, and the screen counts as unknown
from there on: what comes next is then written in full. So nothing stale can stay, at the worst bytes are
wasted.
"""

from __future__ import annotations

import re
from threading import RLock
from typing import TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize

from widgets.brush import Brush, Line, in_cells
from widgets.pen import PLAIN, pen

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.message import Message

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Around a frame that is to be shown at once, where the terminal can do that."""
AT_ONCE = 1024
"""Characters that a terminal takes in one piece anyhow: they need no brackets."""

_PIECES = re.compile(r"\x1b\[([0-9;]*)([Hm])")
_NO_FRAME = re.compile(r"\x1b(?!\[[0-9;]*[Hm])|[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
_HARMLESS = re.compile(
    # modes of the keyboard, the mouse and the cursor's looks, questions, the bell, the clipboard; the latter
    # in the envelopes of tmux and screen too, which may hold no sequence that begins with a bracket
    r"(?:\x1b\[\?(?:7|25|100[0-6]|101[56]|2004|2026|2048)(?:[hl]|\$p)|\x1b\[[<>=]?[0-9;]*u|\x1b\[[0-9]? q"
    r"|\x1b\]52;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[\w;+/=\x07\x1b\]]*\x1b\\|\x07)+"
)


class Thrift:
    """What one terminal shows. It takes what is to be written there, and gives what is enough."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._brush = Brush()
        self._bracketed = False
        self._in_doubt = False

    def forget(self) -> None:
        """The terminal may show anything now. May be called from a signal handler and from any thread."""
        self._in_doubt = True

    def spend(self, data: str) -> str:
        """What to write in place of `data`, maybe nothing; the screen looks the same after it."""
        if data in ("", BEGIN, END):
            self._bracketed = data == BEGIN
            return ""
        if _HARMLESS.fullmatch(data):
            return data
        if self._in_doubt:
            self._in_doubt = False
            self._lines.clear()
            self._brush.lost()
        frame = None if _NO_FRAME.search(data) else self._read(data)
        if frame is None:
            self.forget()
            return self._whole(data)
        lines, cursor = frame
        for y, line in sorted(lines.items()):
            self._mend(y, line)
        self._brush.move(*cursor)
        return self._whole(self._brush.taken())

    def _whole(self, data: str) -> str:
        """With the brackets around it that the app asked for, where they matter."""
        return f"{BEGIN}{data}{END}" if self._bracketed and len(data) > AT_ONCE else data

    def _read(self, data: str) -> tuple[dict[int, Line], tuple[int, int]] | None:
        """The lines that a frame writes to, as they are after it, and where it leaves the cursor.

        None when it is not a frame: text at places, each piece from a reset pen to a reset pen.
        """
        lines: dict[int, Line] = {}
        place: tuple[int, int] | None = None
        ink = PLAIN
        pieces = iter(_PIECES.split(data))
        if next(pieces):
            return None
        for parameters, final, text in zip(pieces, pieces, pieces, strict=True):
            if final == "m":
                known = pen(parameters)
                if known is None or (ink != PLAIN and known != PLAIN):
                    return None
                ink = known
            elif (place := _place(parameters)) is None:
                return None
            written = text.rstrip("\n")
            if written:
                cells = in_cells(written)
                if place is None or cells is None or "\n" in cells:
                    return None
                x, y = place
                if y not in lines:
                    lines[y] = self._line(y).copy()
                lines[y].put(x, cells, ink)
                place = x + len(cells), y
            if text != written:  # a line's end is always followed by a place
                place = None
        return (lines, place) if place is not None and ink == PLAIN else None

    def _line(self, y: int) -> Line:
        return self._lines.setdefault(y, Line([], []))

    def _mend(self, y: int, line: Line) -> None:
        """Paint what a line has other than before."""
        old = self._line(y)
        if line.text == old.text and line.pens == old.pens:
            return
        old.grow(len(line.text))
        if columns := line.due(line.differs(old)):
            self._brush.paint(y, line, columns)
        self._lines[y] = line


def _place(parameters: str) -> tuple[int, int] | None:
    """The column and the row, from 0, of a cursor movement's parameters."""
    row, _, column = parameters.partition(";")
    if not (row.isdigit() and column.isdigit()):
        return None
    return int(column) - 1, int(row) - 1


class ThriftyDriver(LinuxDriver):
    """Textual's driver, which writes only what changes the screen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._thrift = Thrift()
        # the app writes, and the thread of the keys; a signal's handler may write in the middle of a write
        self._one_at_a_time = RLock()
        super().__init__(*args, **kwargs)

    def write(self, data: str) -> None:
        """Write what is enough of `data`."""
        with self._one_at_a_time:
            if enough := self._thrift.spend(data):
                super().write(enough)

    def process_message(self, message: Message) -> None:
        """A terminal that tells its size itself has moved its cells about."""
        if isinstance(message, Resize):
            self._thrift.forget()
        super().process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        # asked for at the start, after a suspension, and when the terminal has another size
        self._thrift.forget()
        return super()._get_terminal_size()


def thrifty(driver: type[Driver]) -> type[Driver]:
    """The driver that saves bytes, in place of Textual's own for a terminal; any other one as it is."""
    return ThriftyDriver if driver is LinuxDriver else driver
