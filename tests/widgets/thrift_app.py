"""A small app for the thrifty driver's tests; with the argument "plain" it runs on Textual's own driver."""

from __future__ import annotations

import os
import sys

from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from widgets.thrift import thrifty

NAMES = [
    "web",
    "été",
    "数据库 one",
    "● up",
    "👍 fine",
    "❤️ heart",
    "👨‍👩‍👧 all",
    "e\u0301 apart",
    *map(str, range(30)),
]


class Question(ModalScreen[None]):
    """A dialog in front of the list."""

    CSS = "Question { align: center middle; } Question Static { width: 20; border: round $primary; }"
    BINDINGS = [("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        yield Static("Really 确定?", markup=False)


class ListApp(App[None]):
    """A list, a dialog, and a way to suspend."""

    BINDINGS = [("d", "ask", "Ask"), ("s", "leave", "Leave"), ("q", "quit", "Quit")]

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        return driver if "plain" in sys.argv else thrifty(driver)

    def compose(self) -> ComposeResult:
        yield OptionList(*NAMES, markup=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say in words where the cursor is, so that a test can wait for it."""
        event.option_list.border_subtitle = f"at {event.option_index}"

    def action_ask(self) -> None:
        self.push_screen(Question())

    def action_leave(self) -> None:
        with self.suspend():
            os.write(2, b"\x1b[H\x1b[2Jsomebody else wrote here\r\n")
        self.query_one(OptionList).border_title = "back"


if __name__ == "__main__":
    ListApp().run()
