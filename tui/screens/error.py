"""The dialog of what went wrong: the Engine's own words and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.engine.errors import EngineError
from tui.engine.lines import DockerLine
from tui.screens.dialog import Dialog, KeyLine, Leave
from tui.screens.rows import SCROLLING, Ink, Row, TextRows, paragraph, text_layout, whole
from widgets.text import Shown, shown

INDENT = 2
"""Cells by which the words stand in below the object's name."""

Failure = tuple[str, EngineError]
"""The object's name and what happened to it."""


class ErrorScreen(Dialog[None]):
    """Says of each object what the Engine said, what can be done, and which docker line does the same."""

    DEFAULT_CSS = """
    ErrorScreen {
        #main { margin: 1 0 0 0; }
        #error--line { max-height: 4; margin: 1 0 0 0; }
    }
    """

    BINDINGS = [
        Binding("y", "copy", "copy", id="error.copy", tooltip="Copy all of this as text"),
        Binding("escape,enter,q", "close", "close", show=False, id="error.close", tooltip="Close this"),
        *SCROLLING,
    ]

    def __init__(self, title: str, failures: Sequence[Failure], line: DockerLine | None) -> None:
        super().__init__(classes="-destroys")
        self._title = title
        self._failures = tuple(failures)
        self._line = line

    def compose(self) -> ComposeResult:
        """Title, failures, docker line, the way out."""
        with Vertical(classes="dialog--box"):
            yield Static(shown(self._title), classes="dialog--title", markup=False)
            yield TextRows(id="main")
            if self._line is not None:
                yield TextRows(id="error--line")
            with Horizontal(classes="dialog--foot"):
                yield Leave("Close", "close")
                yield KeyLine()

    def on_mount(self) -> None:
        """Show it all."""
        self.query_one("#main", TextRows).show(self._layout)
        if self._line is not None:
            self.query_one("#error--line", TextRows).show(text_layout(whole(self._line.masked()), Ink.ACCENT))
        self.query_one(Leave).focus()
        self.fit()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Put the words on the clipboard, as they are shown."""
        self.app.copy_to_clipboard(self.text)
        self.notify("copied", markup=False)

    @property
    def text(self) -> str:
        """All of it as plain text, one failure after the other."""
        parts = [shown(self._title)]
        for name, error in self._failures:
            parts += [whole(name), *_sentences(error)]
        if self._line is not None:
            parts.append(whole(self._line.masked()))
        return "\n".join(parts)

    def _layout(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for name, error in self._failures:
            said, *advice = _sentences(error)
            rows += [[]] if rows else []
            rows += paragraph(whole(name), width, Ink.STRONG)
            rows += paragraph(said, width, Ink.BAD, INDENT)
            for sentence in advice:
                rows += paragraph(sentence, width, indent=INDENT)
        return rows


def _sentences(error: EngineError) -> list[Shown]:
    """The Engine's sentence, and the advice when there is some."""
    return [whole(sentence) for sentence in (error.message, error.advice) if sentence] or [
        shown("It said nothing.")
    ]
