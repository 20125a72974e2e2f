"""An answer of the Engine as a tree of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.screen import Screen

from tui.panes.secrets import COVER, secret
from tui.screens.engine_page import Raw, bindings
from tui.screens.key_bar import KeyBar
from widgets.bar import Bar, Piece
from widgets.json_tree import JsonTree, Path
from widgets.text import Shown, shown


class RawScreen(Screen[None]):
    """What the Engine answered, whole; secrets are covered until somebody wants to see them."""

    BINDINGS = bindings(
        "raw",
        ("escape,q,i", "leave", "leave", "Go back"),
        ("y", "copy", "copy", "Copy the value under the cursor as JSON"),
    )

    DEFAULT_CSS = """
    RawScreen {
        & > Bar { background: $surface; }
        & > JsonTree { height: 1fr; }
    }
    """

    def __init__(self, raw: Raw) -> None:
        super().__init__()
        self._raw = raw
        self._head = Bar()
        self._tree = JsonTree(secret=secret)

    def compose(self) -> ComposeResult:
        """Its title, the tree, the keys."""
        yield self._head
        yield self._tree
        yield KeyBar(
            [
                ("raw.leave", "back"),
                ("tree.toggle", "fold"),
                ("tree.unfold_all", "unfold all"),
                ("tree.reveal", "secrets"),
                ("raw.copy", "copy"),
            ]
        )

    def on_mount(self) -> None:
        """Show it, its first level unfolded."""
        self._head.show([Piece(Shown(f" {shown(self._raw.title)} "), "accent")])
        self._tree.show(self._raw.value)
        self._tree.focus()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the value under the cursor, its secrets as they are seen."""
        tree = self._tree
        value = tree.cursor_value if tree.reveal else _covered(tree.cursor_path, tree.cursor_value)
        # ASCII keeps what cannot be seen as escapes, also on the clipboard
        self.app.copy_to_clipboard(json.dumps(value, indent=2))
        self.notify("copied", markup=False)


def _covered(path: Path, value: Any) -> Any:
    """The value with its secrets covered."""
    if isinstance(value, Mapping):
        return {key: _covered((*path, key), one) for key, one in value.items()}
    if isinstance(value, list):
        return [_covered((*path, at), one) for at, one in enumerate(value)]
    prefix = secret(path, value)
    return value if prefix is None else value[:prefix] + COVER
