"""Text of a dialog in rows: laid out for the width there is, and painted only where they are in view."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum, auto
from typing import Any, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.text import Shown, shown

WHOLE = 1_000_000
"""Characters of a text that has to be seen to its end: a docker line, an object's name."""


class Ink(StrEnum):
    """How a piece of a row is painted; each is the component class `rows--<ink>`."""

    PLAIN = auto()
    STRONG = auto()
    DIM = auto()
    GOOD = auto()
    WARN = auto()
    BAD = auto()
    ACCENT = auto()


class Piece(NamedTuple):
    """A run of text in one row."""

    text: Shown
    ink: Ink = Ink.PLAIN


Row = Sequence[Piece]
Layout = Callable[[int], Sequence[Row]]
"""The rows for a width in cells."""


def whole(raw: str) -> Shown:
    """A text from outside that must not be cut."""
    return shown(raw, WHOLE)


def cells(text: Shown) -> int:
    """The width of a text; quick for the many that are plain ASCII."""
    return len(text) if text.isascii() else cell_len(text)


def folded(text: Shown, width: int) -> list[Shown]:
    """Break a text into rows of at most `width` cells, between words where it can be done."""
    if cells(text) <= width:
        return [text]
    width = max(width, 2)
    rows: list[str] = []
    row, used = "", 0
    for word in re.findall(r"\S+\s*|\s+", text):
        wide = cells(Shown(word.rstrip()))
        if used and used + wide > width:
            rows.append(row)
            row, used = "", 0
        if wide > width:
            *full, word = chop_cells(word, width)
            rows += full
        row += word
        used += cells(Shown(word))
    return [Shown(each.rstrip()) for each in (*rows, row)]


def paragraph(text: Shown, width: int, ink: Ink = Ink.PLAIN, indent: int = 0) -> list[Row]:
    """A text as rows, all of them moved to the right by `indent` cells."""
    margin = shown(" " * indent)
    return [[Piece(margin), Piece(row, ink)] for row in folded(text, width - indent)]


def padded(text: Shown, width: int) -> Shown:
    """A text that fills `width` cells, if it is no longer than that."""
    return Shown(text + " " * (width - cells(text)))


SCROLLING: tuple[BindingType, ...] = tuple(
    Binding(keys, action, tooltip, show=False, tooltip=tooltip, id=f"rows.{name}")
    for keys, action, name, tooltip in (
        ("j,down", "lines(1)", "down", "One line down"),
        ("k,up", "lines(-1)", "up", "One line up"),
        ("pagedown", "pages(1.0)", "page_down", "One page down"),
        ("pageup", "pages(-1.0)", "page_up", "One page up"),
        ("ctrl+d", "pages(0.5)", "half_page_down", "Half a page down"),
        ("ctrl+u", "pages(-0.5)", "half_page_up", "Half a page up"),
        ("g,home", "edge(False)", "top", "To the top"),
        ("G,end", "edge(True)", "bottom", "To the bottom"),
    )
)
"""The keys that scroll; who binds them has the actions `lines`, `pages` and `edge`."""


class TextRows(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows that scroll. It takes the focus only when there is more than fits."""

    COMPONENT_CLASSES = {f"rows--{ink}" for ink in Ink}
    BINDINGS = [*SCROLLING]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TextRows {
        height: auto;
        overflow: hidden auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        &:focus { background: $primary-muted; }
        & > .rows--strong { text-style: bold; }
        & > .rows--dim { color: $text-muted; }
        & > .rows--good { color: $text-success; }
        & > .rows--warn { color: $text-warning; }
        & > .rows--bad { color: $text-error; }
        & > .rows--accent { color: $text-accent; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._layout: Layout = lambda width: ()
        self._laid: tuple[int, Sequence[Row]] = (-1, ())

    def show(self, layout: Layout) -> None:
        """Show other rows; the place scrolled to stays as far as there are rows."""
        self._layout, self._laid = layout, (-1, ())
        if self.size.width:
            self._measure()
        self.refresh(layout=not self.size.width)

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown, as laid out last."""
        return self._laid[1]

    @property
    def text(self) -> str:
        """All rows as plain text."""
        return "\n".join("".join(piece.text for piece in row).rstrip() for row in self.rows)

    def allow_focus(self) -> bool:
        """Nothing to scroll, nothing to focus."""
        return super().allow_focus() and self.max_scroll_y > 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are rows."""
        return len(self._rows_for(width - self.styles.scrollbar_size_vertical))

    def on_resize(self, event: Resize) -> None:
        """Break the rows again."""
        self._measure()

    def render_line(self, y: int) -> Strip:
        """Paint one line of what is in view."""
        width, at = self.scrollable_content_region.width, self.scroll_offset.y + y
        rows = self._rows_for(width)
        if at >= len(rows):
            return Strip.blank(width, self.rich_style)
        styles = {ink: self.get_component_rich_style(f"rows--{ink}") for ink in {p.ink for p in rows[at]}}
        strip = Strip([Segment(piece.text, styles[piece.ink]) for piece in rows[at]])
        return strip.adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll at once: gliding would paint every line several times."""
        super().scroll_to(x, y, **{**options, "animate": False})

    def action_lines(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_to(y=self.scroll_offset.y + lines)

    def action_pages(self, pages: float) -> None:
        """Scroll by pages."""
        self.scroll_to(y=self.scroll_offset.y + int(pages * max(self.size.height - 1, 2)))

    def action_edge(self, bottom: bool) -> None:
        """Scroll to the first or the last row."""
        self.scroll_to(y=self.max_scroll_y if bottom else 0)

    def _measure(self) -> None:
        rows = self._rows_for(self.scrollable_content_region.width)
        self.virtual_size = Size(0, len(rows))

    def _rows_for(self, width: int) -> Sequence[Row]:
        if self._laid[0] != width:
            self._laid = (width, self._layout(max(width, 4)))
        return self._laid[1]


def text_layout(text: Shown, ink: Ink = Ink.PLAIN) -> Layout:
    """One text, wrapped."""
    return lambda width: paragraph(text, width, ink)


def stacked(layouts: Iterable[Layout]) -> Layout:
    """Several layouts below each other."""
    parts = tuple(layouts)
    return lambda width: [row for part in parts for row in part(width)]
