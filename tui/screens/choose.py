"""A small dialog to choose one of a few things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.dialog import Dialog, KeyLine
from widgets.text import shown

DIGITS = "123456789"

TAKEN = "jkgGq"
"""Letters that move or leave, and never choose."""


class ChooseScreen(Dialog[str | None]):
    """Shows options and ends in the id of the chosen one; None when the person leaves.

    An option is chosen by enter, by its number, or by its first letter when no other begins so.
    """

    DEFAULT_CSS = """
    ChooseScreen {
        & > .dialog--box { max-width: 60; }
        #main { height: auto; margin: 1 0 0 0; padding: 0; border: none; }
        #main, #main:focus { background: transparent; background-tint: transparent; }
        #main > .option-list--option { padding: 0 1; }
        #main:focus > .option-list--option-highlighted { text-style: bold reverse; }
    }
    """

    BINDINGS = [
        Binding("j", "move(1)", "down", show=False, id="choose.down", tooltip="To the next one"),
        Binding("k", "move(-1)", "up", show=False, id="choose.up", tooltip="To the one above"),
        Binding("g", "edge(False)", "first", show=False, id="choose.first", tooltip="To the first one"),
        Binding("G", "edge(True)", "last", show=False, id="choose.last", tooltip="To the last one"),
        Binding("enter", "choose", "choose", priority=True, id="choose.choose", tooltip="Take this one"),
        Binding("escape,q", "leave", "leave", id="choose.leave", tooltip="Choose nothing"),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        """`options` are ids and labels."""
        super().__init__()
        self._title = title
        self._options = tuple(options)
        self._keys = _keys([label for _, label in options])

    def compose(self) -> ComposeResult:
        """Title, options, keys."""
        with Vertical(classes="dialog--box"):
            yield Static(shown(self._title), classes="dialog--title", markup=False)
            prompts = [
                Content.assemble((" ".join(keys).ljust(3), "bold"), " ", shown(label))
                for (_, label), keys in zip(self._options, self._keys, strict=True)
            ]
            yield OptionList(*(Option(prompt) for prompt in prompts), id="main", markup=False)
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the first one."""
        self._list.highlighted = 0 if self._options else None
        self._list.focus()
        self.fit()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#main", OptionList)

    def on_key(self, event: events.Key) -> None:
        """A number or a letter chooses at once."""
        for (ident, _), keys in zip(self._options, self._keys, strict=True):
            if event.character and event.character in keys:
                event.stop()
                event.prevent_default()
                self.dismiss(ident)
                return

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._options[event.option_index][0])

    def action_choose(self) -> None:
        """Take the one under the cursor."""
        self._list.action_select()

    def action_move(self, step: int) -> None:
        """Go up or down."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_edge(self, bottom: bool) -> None:
        """Go to the first or the last one."""
        if bottom:
            self._list.action_last()
        else:
            self._list.action_first()

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)


def _keys(labels: Sequence[str]) -> list[list[str]]:
    """The characters that choose each label: its number, and its first letter if that is its alone."""
    letters = [shown(label)[:1].lower() for label in labels]
    counts = Counter(letters)
    found = []
    for place, letter in enumerate(letters):
        keys = [DIGITS[place]] if place < len(DIGITS) else []
        if letter.isalpha() and letter not in TAKEN and counts[letter] == 1:
            keys.append(letter)
        found.append(keys)
    return found
