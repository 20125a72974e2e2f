"""The dialog of the manifests that no tag names."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.engine.registry_models import Untagged
from tui.screens.dialog import Dialog, KeyLine, Leave
from tui.screens.registries_tag_rows import untagged_words
from tui.screens.rows import SCROLLING, Ink, Row, TextRows, paragraph, whole
from widgets.text import Shown, shown

KNOWN = (
    "A registry lists only tags: these are the images and attestations inside tagged indexes. "
    "What lost its last tag cannot be seen from outside; the registry's garbage collection finds it."
)
NONE = "There are none inside the tagged indexes."


class UntaggedScreen(Dialog[None]):
    """Each with its digest, what it is, and the tags whose index holds it."""

    DEFAULT_CSS = "UntaggedScreen #main { margin: 1 0 0 0; }"

    BINDINGS = [
        Binding("y", "copy", "copy", id="untagged.copy", tooltip="Copy the digests"),
        Binding("escape,enter,q", "close", "close", show=False, id="untagged.close", tooltip="Close this"),
        *SCROLLING,
    ]

    def __init__(self, repository: str, found: Sequence[Untagged]) -> None:
        super().__init__()
        self._repository = repository
        self._found = tuple(found)

    def compose(self) -> ComposeResult:
        """Title, manifests, what can be known, the way out."""
        title = f"Manifests of {self._repository} that no tag names: {len(self._found)}"
        with Vertical(classes="dialog--box"):
            yield Static(shown(title), classes="dialog--title", markup=False)
            yield TextRows(id="main")
            yield Static(KNOWN, classes="dialog--note dialog--gap", markup=False)
            with Horizontal(classes="dialog--foot"):
                yield Leave("Close", "close")
                yield KeyLine()

    def on_mount(self) -> None:
        """Show them all."""
        self.query_one("#main", TextRows).show(self._layout)
        self.query_one(Leave).focus()
        self.fit()

    def _layout(self, width: int) -> list[Row]:
        rows: list[Row] = [] if self._found else paragraph(Shown(NONE), width)
        for one in self._found:
            what, held_by = untagged_words(one)
            rows += paragraph(whole(one.digest), width, Ink.STRONG)
            rows += paragraph(whole(what), width, indent=2)
            rows += paragraph(whole(held_by), width, Ink.DIM, 2) if held_by else []
        return rows

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without any there is nothing to copy."""
        return bool(self._found) if action == "copy" else super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Copy the digests."""
        self.app.copy_to_clipboard("\n".join(one.digest for one in self._found))
        self.notify("copied the digests", markup=False)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
