"""The dialog of what a context's files say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.engine.lines import docker
from tui.screens.dialog import Dialog, KeyLine, Leave
from tui.screens.rows import SCROLLING, Ink, TextRows, stacked, text_layout, whole
from widgets.text import shown


class InspectContext(Dialog[None]):
    """The JSON of `docker context inspect`."""

    DEFAULT_CSS = """
    InspectContext #main { margin: 1 0 0 0; }
    InspectContext #inspect--line { margin: 1 0 0 0; max-height: 2; }
    """

    BINDINGS = [
        Binding("y", "copy", "copy", id="context_inspect.copy", tooltip="Copy the JSON"),
        Binding("escape,enter,q", "close", show=False, id="context_inspect.close", tooltip="Close this"),
        *SCROLLING,
    ]

    def __init__(self, name: str, found: Mapping[str, Any]) -> None:
        super().__init__()
        self._of = name
        # ASCII keeps what cannot be seen as escapes, also on the clipboard
        self._text = json.dumps(found, indent=2)

    def compose(self) -> ComposeResult:
        """Title, JSON, docker line, the way out."""
        with Vertical(classes="dialog--box"):
            yield Static(shown(f"The context {self._of}"), classes="dialog--title", markup=False)
            yield TextRows(id="main")
            yield TextRows(id="inspect--line")
            with Horizontal(classes="dialog--foot"):
                yield Leave("Close", "close")
                yield KeyLine()

    def on_mount(self) -> None:
        """Show it all."""
        lines = [text_layout(whole(line)) for line in self._text.splitlines()]
        self.query_one("#main", TextRows).show(stacked(lines))
        line = docker("context", "inspect", self._of).masked()
        self.query_one("#inspect--line", TextRows).show(text_layout(whole(line), Ink.ACCENT))
        self.query_one(Leave).focus()
        self.fit()

    def action_copy(self) -> None:
        """Copy the JSON."""
        self.app.copy_to_clipboard(self._text)
        self.notify("copied", markup=False)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
