"""The line at the bottom of a log screen in which one types what to show, or a time."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from widgets.text import shown
from widgets.typed import Typed


class Words(Typed):
    """The entry; its keys have names, so that they can be told and set."""

    BINDINGS = [
        Binding("enter", "submit", "Done", show=False, id="logs.given", tooltip="Take what was typed"),
        Binding(
            "ctrl+u", "delete_left_all", "Empty", show=False, id="logs.empty", tooltip="Empty it to the left"
        ),
    ]


class LogPrompt(Horizontal):
    """A word for what is asked, the text, and beside it what is wrong with it."""

    BINDINGS = [
        Binding("escape", "leave", "Leave", show=False, id="logs.prompt", tooltip="Leave the line"),
    ]

    DEFAULT_CSS = """
    LogPrompt { height: 1; display: none; background: $surface; }
    LogPrompt.-open { display: block; }
    LogPrompt > .prompt--sign { width: auto; padding: 0 1; color: $text-accent; text-style: bold; }
    LogPrompt > Input, LogPrompt > Input:focus {
        height: 1; border: none; padding: 0; width: 1fr; min-width: 12; background: $surface;
    }
    LogPrompt > .prompt--said {
        width: auto; max-width: 70%; padding: 0 1; color: $text-muted;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    LogPrompt > .prompt--said.-wrong { color: $text-error; }
    """

    @dataclass
    class Given(Message):
        """Enter: the text is complete. Answer with `close` or `say`."""

        sign: str
        text: str

    @dataclass
    class Left(Message):
        """The line was closed by its key."""

        sign: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._sign = ""
        self._sign_words = Static(markup=False, classes="prompt--sign")
        self._said = Static(markup=False, classes="prompt--said")
        self._input = Words(select_on_focus=False, compact=True)
        self._input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """The word, the text, what is wrong."""
        yield self._sign_words
        yield self._input
        yield self._said

    @property
    def sign(self) -> str:
        """What it asks for; "" when it is closed."""
        return self._sign

    @property
    def text(self) -> str:
        """What was typed."""
        return self._input.value

    @property
    def typing(self) -> bool:
        """Whether the keys are for the text."""
        # `has_focus` is true a moment later, when the next key is there already
        return self.is_attached and self.screen.focused is self._input

    def ask(self, sign: str, text: str, hint: str) -> None:
        """Open the line for one sort of text, which may be there already, and type in it."""
        if sign != self._sign:
            self.show(sign, text, hint)
        # at once: what is typed in the same breath belongs into the line
        self.screen.set_focus(self._input)

    def show(self, sign: str, text: str, hint: str = "") -> None:
        """Open the line, and leave the keys where they are."""
        self._sign = sign
        self._sign_words.update(shown(sign))
        self.say("")
        self._input.placeholder = shown(hint)
        # only what a person types takes back what was said
        with self._input.prevent(Input.Changed):
            self._input.value = text
        self._input.cursor_position = len(self._input.value)
        self.add_class("-open")

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something beside the text: how many were found, or what is wrong with it."""
        self._said.update(shown(words))
        self._said.set_class(wrong, "-wrong")

    def close(self) -> None:
        """Be there no more."""
        self._sign = ""
        self.remove_class("-open")

    def action_leave(self) -> None:
        """Close the line; nothing is different then."""
        sign = self._sign
        self.close()
        self.post_message(self.Left(sign))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Given(self._sign, event.value))
