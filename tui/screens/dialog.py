"""What all dialogs share: the box in the middle, the line of keys below it, how they fit the screen."""

from __future__ import annotations

from typing import Protocol, TypeVar, runtime_checkable

from textual.content import Content
from textual.css.query import NoMatches
from textual.events import Resize
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from tui.screens.keys import key_words
from tui.screens.rows import TextRows

Answer = TypeVar("Answer")

LEAST = 3
"""Rows of a dialog's main part that are always in view."""

COMFORT = 8
"""Rows of a long main part below which the others give up their blank lines: class `-tight`."""

OTHERS = 16
"""A guess at the height of all but the main part, until they are laid out."""


@runtime_checkable
class Describes(Protocol):
    """A screen with words of its own for what its keys do."""

    def describe(self, action: str) -> str | None:
        """Another word for an action in the line of keys; None keeps the binding's own."""


class Dialog(ModalScreen[Answer]):
    """A dialog. Its main part takes the height that the others leave over, and the scrolling keys."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        & > .dialog--box {
            width: 100%;
            max-width: 110;
            height: auto;
            max-height: 100%;
            overflow: hidden auto;
            scrollbar-size-vertical: 1;
            border: round $primary;
            background: $surface;
            padding: 0 1;
        }
        .dialog--title { height: auto; text-style: bold; color: $text-primary; }
        .dialog--foot { height: auto; margin: 1 0 0 0; }
        .dialog--gap { margin: 1 0 0 0; }
        .dialog--note { height: auto; color: $text-muted; }
        Input, Input:focus { height: 1; border: none; padding: 0 1; }
        Input { background: $panel; }
        Input:focus { background: $primary-muted; }
        &.-destroys > .dialog--box { border: round $error; }
        &.-destroys .dialog--title { color: $text-error; }
    }
    """

    AUTO_FOCUS = ""

    MAIN = "#main"
    """Selects the part that grows."""

    def describe(self, action: str) -> str | None:
        """Another word for an action in the line of keys; None keeps the binding's own."""
        return None

    def on_mount(self) -> None:
        """Start with a main part that fits: laying out a long one that does not takes time."""
        for main in self.query(self.MAIN):
            main.styles.max_height = max(self.app.size.height - OTHERS, LEAST)

    def on_resize(self, event: Resize) -> None:
        """Fit the new size."""
        self.remove_class("-tight")
        self.fit()

    def fit(self) -> None:
        """Give the main part what the others leave over, once they are laid out."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        try:
            main = self.query_one(self.MAIN)
        except NoMatches:
            return
        box = main.parent
        if not isinstance(box, Widget):
            return
        others = sum(
            child.outer_size.height + child.styles.margin.height
            for child in box.children
            if child is not main and child.display
        )
        room = self.size.height - box.styles.gutter.height - main.styles.margin.height - others
        if room < min(COMFORT, main.virtual_size.height) and not self.has_class("-tight"):
            self.add_class("-tight")
            self.fit()
        limit = max(room, LEAST)
        if main.styles.max_height is None or main.styles.max_height.value != limit:
            main.styles.max_height = limit
            self.fit()

    def action_lines(self, lines: int) -> None:
        """Scroll the main part by lines."""
        self.query_one(self.MAIN, TextRows).action_lines(lines)

    def action_pages(self, pages: float) -> None:
        """Scroll the main part by pages."""
        self.query_one(self.MAIN, TextRows).action_pages(pages)

    def action_edge(self, bottom: bool) -> None:
        """Scroll the main part to its first or last row."""
        self.query_one(self.MAIN, TextRows).action_edge(bottom)


class KeyLine(Static):
    """The keys that do something now; those that will only do it in a moment are dim."""

    DEFAULT_CSS = """
    KeyLine { height: auto; width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        """Follow what the keys do."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        keys: dict[str, Content] = {}
        describe = screen.describe if isinstance(screen, Describes) else lambda action: None
        for key, active in screen.active_bindings.items():
            binding = active.binding
            typed = (
                len(key) == 1 and screen.focused is not None and screen.focused.check_consume_key(key, key)
            )
            if not binding.show or binding.action in keys or typed:
                continue
            word = describe(binding.action) or binding.description
            strong, plain = ("bold", "") if active.enabled else ("dim", "dim")
            keys[binding.action] = Content.assemble((key_words(key), strong), (f" {word}", plain))
        self.update(Content("   ").join(keys.values()))


class Leave(Static, can_focus=True):
    """Where the focus stands in a dialog: the way out, which enter takes."""

    DEFAULT_CSS = """
    Leave {
        width: auto;
        height: 1;
        margin: 0 3 0 0;
        background: $panel;
        &:focus { text-style: bold reverse; }
    }
    """

    def __init__(self, word: str, action: str) -> None:
        """`word` says what it does, `action` is the dialog's action."""
        super().__init__(markup=False)
        self._action = action
        self.say(word)

    def say(self, word: str) -> None:
        """Say what it does."""
        self.update(f" {word} ")

    async def on_click(self) -> None:
        """A click leaves."""
        await self.screen.run_action(self._action)
