"""The line in which a filter or a command is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Key
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from widgets.text import shown
from widgets.typed import Typed


class _Line(Typed):
    """What is typed. Keys that come in one breath with the one that closes the line are not for it."""

    async def _on_key(self, event: Key) -> None:
        prompt = self.query_ancestor(Prompt)
        if self.screen.focused is not self:
            self.app.post_message(Key(event.key, event.character))
        elif event.key == "enter" and prompt.filters:
            prompt.leave()
        elif event.key == "escape":
            prompt.action_leave()
        else:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()


class Prompt(Horizontal):
    """One line below the table; it takes the keys until enter or esc."""

    BINDINGS = [
        Binding("escape", "leave", "Leave", show=False, tooltip="Leave the line", id="prompt.leave"),
    ]

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; background: $surface; }
    Prompt.-open { display: block; }
    Prompt > .prompt--sign { width: 2; padding: 0 0 0 1; color: $text-accent; text-style: bold; }
    Prompt > Input, Prompt > Input:focus {
        height: 1; border: none; padding: 0; width: 1fr; background: $surface;
    }
    Prompt > .prompt--error { width: auto; max-width: 70%; padding: 0 1; color: $text-error; }
    """

    @dataclass
    class Typed(Message):
        """The text is different now."""

        sign: str
        text: str

    @dataclass
    class Given(Message):
        """Enter: the text is complete. Answer with `leave` or `refuse`."""

        sign: str
        text: str

    @dataclass
    class Left(Message):
        """The line was closed; `before` is the text that is to hold: the old one after esc."""

        sign: str
        before: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._sign = ""
        self._before = ""
        self._sign_words = Static(markup=False, classes="prompt--sign")
        self._error = Static(markup=False, classes="prompt--error")
        self._input = _Line()
        self._input.cursor_blink = False
        self._from: Widget | None = None

    def compose(self) -> ComposeResult:
        yield self._sign_words
        yield self._input
        yield self._error

    def ask(self, sign: str, text: str, words: Sequence[str] = ()) -> None:
        """Open the line for a sort of text, with words to complete from."""
        self._sign, self._before = sign, text
        self._sign_words.update(sign)
        self._error.update("")
        self._input.suggester = SuggestFromList(words) if words else None
        self._input.value = text
        self._input.cursor_position = len(text)
        self.add_class("-open")
        self._from = self.screen.focused
        # at once: what is typed in the same breath belongs into the line
        self.screen.set_focus(self._input)

    def refuse(self, why: str) -> None:
        """Say what is wrong with the text; it stays as it was typed."""
        self._error.update(shown(why))

    @property
    def filters(self) -> bool:
        """Whether a filter is typed: enter only closes its line, as it holds already."""
        return self._sign == "/"

    def leave(self) -> None:
        """Close the line and keep what was typed."""
        self._close(self._input.value)

    def action_leave(self) -> None:
        """Close the line and take back what was typed."""
        self._close("" if self.filters else self._before)

    def _close(self, text: str) -> None:
        self.remove_class("-open")
        # at once, as it was opened
        self.screen.set_focus(self._from)
        self.post_message(self.Left(self._sign, text))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._error.update("")
        if self.has_class("-open"):
            self.post_message(self.Typed(self._sign, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Given(self._sign, event.value))
