"""The line in which one types what to search for in a detail."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from widgets.typed import Typed


class DetailSearch(Horizontal):
    """One line of text, and at its end which of the matches one is at."""

    DEFAULT_CSS = """
    DetailSearch {
        height: 1;
        padding: 0 1;
        & > Static { width: auto; color: $text-muted; }
        & > Input { width: 1fr; border: none; padding: 0; height: 1; background: transparent; }
    }
    """

    class Asked(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._input = Typed(select_on_focus=True, compact=True)
        self._input.cursor_blink = False
        self._position = Static(markup=False)

    @property
    def text(self) -> str:
        """What to search for."""
        return self._input.value

    def compose(self) -> ComposeResult:
        """The sign of a search, the text, the count."""
        yield Static("/", markup=False)
        yield self._input
        yield self._position

    def focus_text(self) -> None:
        """Type here."""
        # at once: the next key is already meant for it
        self.screen.set_focus(self._input)

    def show_position(self, current: int, matches: int) -> None:
        """Say which match the cursor is on, from 1 (0: on none), and how many there are."""
        words = f"{current} of {matches}" if current else f"{matches} found"
        self._position.update(Content(words if matches else "not found"))

    @on(Input.Submitted)
    def _ask(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Asked())
