"""The help screen: every key and command, searched by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.screens.dialog import Dialog, KeyLine
from tui.screens.keys import key_words
from tui.screens.rows import (
    SCROLLING,
    Ink,
    Piece,
    Row,
    TextRows,
    cells,
    folded,
    padded,
    paragraph,
    text_layout,
    whole,
)
from widgets.text import shown
from widgets.typed import Typed

WIDE = 110
"""Cells from which there are two columns."""

BETWEEN = 4
"""Cells between the two columns."""

WHAT = 16
"""Most cells of the column that says in a word or two what a key does."""


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One thing that can be done."""

    key: str
    """In Textual's words; "" when it has only a command."""
    what: str
    """What it does, in a word or two."""
    tip: str = ""
    """What it does, in one sentence."""
    line: str = ""
    """The docker line that does the same."""

    def fits(self, words: Sequence[str]) -> bool:
        """Whether all the words, in lower case, occur in it."""
        text = " ".join((key_words(self.key), self.what, self.tip, self.line)).lower()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class HelpSection:
    """Keys that work in the same place."""

    title: str
    rows: Sequence[HelpRow]


class HelpScreen(Dialog[None]):
    """All keys by section; `/` shows only those in which the typed words occur."""

    DEFAULT_CSS = """
    HelpScreen {
        & > .dialog--box { max-width: 180; }
        #main { margin: 1 0 0 0; }
        #help--search { display: none; margin: 1 0 0 0; }
        &.-searching #help--search { display: block; }
    }
    """

    BINDINGS = [
        Binding("slash", "search", "search", id="help.search", tooltip="Show only what these words occur in"),
        Binding("escape,q,question_mark", "close", "close", id="help.close", tooltip="Close the help"),
        Binding(
            "enter", "leave_search", "scroll", show=False, id="help.done", tooltip="Scroll what was found"
        ),
        *SCROLLING,
    ]

    def __init__(self, sections: Sequence[HelpSection]) -> None:
        super().__init__()
        self._sections = tuple(sections)

    def compose(self) -> ComposeResult:
        """Title, search, keys."""
        with Vertical(classes="dialog--box"):
            yield Static("Help", classes="dialog--title", markup=False)
            yield Typed(id="help--search", placeholder="search", select_on_focus=False)
            yield TextRows(id="main")
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Show everything."""
        self.query_one(Input).cursor_blink = False
        self._show("")
        self.set_focus(None)

    def action_search(self) -> None:
        """Start typing."""
        self.add_class("-searching")
        self.query_one(Input).focus()
        self.fit()

    def action_leave_search(self) -> None:
        """Keep what was found, and scroll it."""
        self.set_focus(None)

    def action_close(self) -> None:
        """First show everything again, then go back."""
        if not self.has_class("-searching"):
            self.dismiss(None)
            return
        self.remove_class("-searching")
        self.query_one(Input).value = ""
        self.set_focus(None)
        self.fit()

    @on(Input.Changed)
    def _searched(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_leave_search()

    def _show(self, wanted: str) -> None:
        words = wanted.lower().split()
        found = [
            HelpSection(section.title, rows)
            for section in self._sections
            if (rows := [row for row in section.rows if row.fits(words)])
        ]
        view = self.query_one("#main", TextRows)
        if found:
            view.show(lambda width: _columns(found, width))
        else:
            view.show(text_layout(shown(f"Nothing has to do with {shown(wanted)!r}."), Ink.DIM))
        view.action_edge(False)
        self.fit()


def _columns(sections: Sequence[HelpSection], width: int) -> list[Row]:
    """The sections below each other, in two columns of about the same height where there is room."""
    if width < WIDE:
        return [row for section in sections for row in _section(section, width)]
    half = (width - BETWEEN) // 2
    blocks = [_section(section, half) for section in sections]
    total, left, right = sum(map(len, blocks)), list[Row](), list[Row]()
    for block in blocks:
        (left if not right and len(left) + len(block) / 2 <= total / 2 else right).extend(block)
    rows: list[Row] = []
    for one, other in zip_longest(left, right, fillvalue=()):
        missing = half - sum(cells(piece.text) for piece in one) + BETWEEN
        rows.append([*one, Piece(shown(" " * missing)), *other])
    return rows


def _section(section: HelpSection, width: int) -> list[Row]:
    keys = [shown(key_words(row.key)) for row in section.rows]
    key_width = max(map(cells, keys), default=0)
    what_width = min(max((cells(shown(row.what)) for row in section.rows), default=0), WHAT)
    indent = key_width + 2 + what_width + 2
    rows: list[Row] = list(paragraph(shown(section.title), width, Ink.ACCENT))
    for key, row in zip(keys, section.rows, strict=True):
        what = shown(row.what)
        said = [(part, Ink.PLAIN) for part in folded(whole(row.tip), width - indent)] if row.tip else []
        if row.line:
            said += [(part, Ink.DIM) for part in folded(whole(row.line), width - indent)]
        start = [Piece(padded(key, key_width + 2), Ink.STRONG), Piece(padded(what, what_width + 2))]
        if cells(what) > what_width or not said:
            # what has more to say than fits goes on below itself, up to the edge
            parts = folded(what, width - key_width - 2)
            rows.append([Piece(padded(key, key_width + 2), Ink.STRONG), Piece(parts[0])])
            rows += [[Piece(shown(" " * (key_width + 2))), Piece(part)] for part in parts[1:]]
            start = [Piece(shown(" " * indent))]
        rows += [
            [*(start if place == 0 else [Piece(shown(" " * indent))]), Piece(part, ink)]
            for place, (part, ink) in enumerate(said)
        ]
    return [*rows, []]
