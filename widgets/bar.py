"""A bar of one line: pieces from the left and from the right, some of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from widgets.table_paint import difference
from widgets.text import Shown

TONES = (
    *("plain", "dim", "good", "warn", "bad", "accent", "key", "current", "loud", "alarm"),
    *("host-blue", "host-cyan", "host-green", "host-magenta", "host-yellow", "host-red"),
)


def trimmed(text: Shown, cells: int) -> Shown:
    """As much of a text as fits into so many cells: an ellipsis and a space end what is cut."""
    return text if cell_len(text) <= cells else Shown(f"{set_cell_size(text, max(cells - 2, 0))}… ")


class Piece(NamedTuple):
    """A run of text in a bar."""

    text: Shown
    tone: str = "plain"
    action: str = ""
    """What `Bar.Clicked` names when the piece is clicked; "" when nothing happens."""
    weight: int = 0
    """Pieces with the highest weight are left out first when there is no room; 0 always stays."""
    group: int = 0
    """Pieces of the same group, other than 0, stay or go together."""


class Bar(Widget):
    """One line that repaints only when what it says is different.

    The host colours are no theme's: each has to be told from the others in every theme, dark or light. Where
    there are only 16 colours each becomes the bright one of its name.
    """

    COMPONENT_CLASSES = {f"bar--{tone}" for tone in TONES}

    DEFAULT_CSS = """
    Bar {
        height: 1;
        & > .bar--plain { color: $foreground; }
        & > .bar--dim { color: $text-muted; }
        & > .bar--good { color: $text-success; }
        & > .bar--warn { color: $text-warning; }
        & > .bar--bad { color: $text-error; text-style: bold; }
        & > .bar--accent { color: $text-accent; }
        & > .bar--key { color: $text-accent; text-style: bold; }
        & > .bar--current { color: $foreground; text-style: bold reverse; }
        & > .bar--loud { color: $text-warning; text-style: bold reverse; }
        & > .bar--alarm { color: $text-error; text-style: bold reverse; }
        & > .bar--host-blue { color: #5c9dff; text-style: bold; }
        & > .bar--host-cyan { color: #2fd5d5; text-style: bold; }
        & > .bar--host-green { color: #4fce5d; text-style: bold; }
        & > .bar--host-magenta { color: #e070e8; text-style: bold; }
        & > .bar--host-yellow { color: #e0c83c; text-style: bold; }
        & > .bar--host-red { color: #ff6b5e; text-style: bold; }
        &:light > .bar--host-blue { color: #1f5fbf; }
        &:light > .bar--host-cyan { color: #007c7c; }
        &:light > .bar--host-green { color: #1d7a2c; }
        &:light > .bar--host-magenta { color: #9a2fa3; }
        &:light > .bar--host-yellow { color: #7a6200; }
        &:light > .bar--host-red { color: #b3261e; }
    }
    """

    ALLOW_SELECT = False

    class Clicked(Message):
        """A piece with an action was clicked."""

        def __init__(self, bar: Bar, action: str) -> None:
            super().__init__()
            self.bar = bar
            self.action = action

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()
        self._painted: Strip | None = None
        self._places: list[tuple[int, int, str]] = []
        """First cell, cell after the last, and action of what was painted."""

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Say this from now on; only the part of the line that looks different is painted again."""
        new = (tuple(left), tuple(right))
        if new == (self._left, self._right):
            return
        self._left, self._right = new
        if self._painted is None or self._painted.cell_length != self.size.width:
            self.refresh()
            return
        before, self._painted = self._painted, self._paint()
        if before != self._painted:
            first, length = difference(before, self._painted)
            self.refresh(Region(first, 0, length, 1))

    @property
    def text(self) -> str:
        """All that it says, whether there is room for it or not."""
        return "".join(piece.text for piece in (*self._left, *self._right))

    def render_line(self, y: int) -> Strip:
        """The line as it is."""
        if self._painted is None or self._painted.cell_length != self.size.width:
            self._painted = self._paint()
        return self._painted

    def notify_style_update(self) -> None:
        """Other colours: paint again."""
        self._painted = None
        super().notify_style_update()

    def _paint(self) -> Strip:
        """The pieces for which there is room."""
        width = self.size.width
        left, right = _fitting(self._left, self._right, width)
        gap = width - _length(left) - _length(right)
        space = Piece(Shown(" " * max(gap, 0)))
        segments: list[Segment] = []
        self._places.clear()
        at = 0
        for piece in (*left, space, *right):
            length = _length((piece,))
            if piece.action:
                self._places.append((at, at + length, piece.action))
            at += length
            segments.append(Segment(piece.text, self.get_component_rich_style(f"bar--{piece.tone}")))
        strip = Strip(segments)
        if strip.cell_length > width > 0:
            strip = Strip.join([strip.crop(0, width - 1), Strip([Segment("…", self.rich_style)])])
        return strip.adjust_cell_length(width, self.rich_style)

    def on_click(self, event: Click) -> None:
        """Tell what was clicked."""
        for first, after, action in self._places:
            if first <= event.x < after:
                event.stop()
                self.post_message(self.Clicked(self, action))
                return


def _length(pieces: Sequence[Piece]) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def _fitting(
    left: Sequence[Piece], right: Sequence[Piece], width: int
) -> tuple[Sequence[Piece], Sequence[Piece]]:
    """Leave out the heaviest pieces, the last of them first, until the rest fits."""
    while _length(left) + _length(right) > width:
        heaviest = max((piece.weight for piece in (*left, *right)), default=0)
        if heaviest == 0:
            break
        last = next(piece for piece in reversed((*left, *right)) if piece.weight == heaviest)

        def stays(piece: Piece, out: Piece = last) -> bool:
            return piece is not out and (out.group == 0 or piece.group != out.group)

        left, right = [*filter(stays, left)], [*filter(stays, right)]
    return left, right
