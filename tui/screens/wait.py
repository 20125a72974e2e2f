"""A small dialog for when the Engine takes its time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class WaitScreen(ModalScreen[bool]):
    """Counts the seconds until a future is done; True when it is, False when the person gives up."""

    BINDINGS = [Binding("escape", "give_up", "Stop waiting", id="wait.give_up", tooltip="Stop waiting")]

    DEFAULT_CSS = """
    WaitScreen { align: center middle; }
    WaitScreen > Vertical { width: 60; height: auto; border: round $primary; padding: 0 1; }
    """

    def __init__(self, future: asyncio.Future[Any], what: str) -> None:
        super().__init__()
        self._future = future
        self._what = what
        self._began = time.monotonic()
        self._words = Static(markup=False)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._words

    def on_mount(self) -> None:
        """Count, and end with the future."""
        self._count()
        self.set_interval(1, self._count)
        self._future.add_done_callback(self._answered)

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._future.remove_done_callback(self._answered)

    def action_give_up(self) -> None:
        """Stop waiting."""
        self.dismiss(False)

    def _answered(self, future: asyncio.Future[Any]) -> None:
        self.dismiss(True)

    def _count(self) -> None:
        seconds = int(time.monotonic() - self._began) + 1
        self._words.update(f"{self._what}: no answer for {seconds} s.\nesc stops waiting.")
