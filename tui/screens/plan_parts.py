"""Parts of the dialog of a plan: the toggles, and the clock that keeps a paste from confirming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.engine.plans import Choice
from tui.screens.keys import key_words
from widgets.text import shown

Clock = Callable[[], float]
"""Seconds, as time.monotonic() counts them."""


class Stillness:
    """How long the dialog has been in front of the person, unchanged and with no key pressed."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._since = clock()

    def disturb(self) -> None:
        """Count again from now."""
        self._since = self._clock()

    @property
    def left(self) -> float:
        """Seconds until it has been still for long enough; 0 once it has."""
        return max(0.0, self._since + self._seconds - self._clock())


class Toggle(Static, can_focus=True):
    """One choice of a plan, on or off, by its key or by space."""

    BINDINGS = [Binding("space", "switch", "switch", id="plan.toggle", tooltip="Turn this choice on or off")]

    DEFAULT_CSS = """
    Toggle {
        height: auto;
        &:focus { text-style: bold reverse; }
    }
    """

    @dataclass
    class Toggled(Message):
        """The person wants this choice the other way round."""

        choice: str

    def __init__(self, choice: Choice) -> None:
        super().__init__(markup=False)
        self.choice = choice

    def show(self, choice: Choice, *, key_works: bool) -> None:
        """Say how it stands, and whether its key does something now."""
        self.choice = choice
        key = Content.styled(key_words(choice.key), "bold" if key_works else "dim")
        self.update(Content.assemble(key, f" [{'x' if choice.on else ' '}] {shown(choice.label)}"))

    def action_switch(self) -> None:
        """Ask for the other state."""
        self.post_message(self.Toggled(self.choice.id))

    def on_click(self) -> None:
        """A click does what space does."""
        self.action_switch()
