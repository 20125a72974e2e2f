"""A dialog that asks for the person's word before something goes, and takes none that comes too early."""

from __future__ import annotations

import time

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.screens.dialog import Dialog, KeyLine, Leave
from tui.screens.plan import STILL
from tui.screens.plan_parts import Clock, Stillness
from tui.screens.rows import SCROLLING, Ink, Layout, TextRows, text_layout, whole
from widgets.text import shown


class Sure(Dialog[bool]):
    """Says what goes; ends in whether the person wants that."""

    DEFAULT_CSS = """
    Sure {
        #main { margin: 1 0 0 0; }
        #sure--line { max-height: 4; margin: 1 0 0 0; }
    }
    """

    BINDINGS = [
        Binding("y,ctrl+y", "apply", "yes", id="sure.apply", tooltip="Do exactly what is said"),
        Binding(
            "escape,enter,q",
            "cancel",
            "cancel",
            show=False,
            id="sure.cancel",
            tooltip="Leave everything as it is",
        ),
        *SCROLLING,
    ]

    def __init__(
        self, title: str, said: Layout, line: str, *, word: str = "remove", clock: Clock = time.monotonic
    ) -> None:
        """`line` does the same elsewhere, "" for none; `word` is what the key for going ahead is called."""
        super().__init__(classes="-destroys")
        self._title = title
        self._said = said
        self._line = line
        self._word = word
        self._stillness = Stillness(clock, STILL)
        self._seen = False

    def compose(self) -> ComposeResult:
        """Title, what goes, the line, the way out."""
        with Vertical(classes="dialog--box"):
            yield Static(shown(self._title), classes="dialog--title", markup=False)
            yield TextRows(id="main")
            if self._line:
                yield TextRows(id="sure--line")
            with Horizontal(classes="dialog--foot"):
                yield Leave("Cancel", "cancel")
                yield KeyLine()

    def on_mount(self) -> None:
        """Say it all; the focus stands on the way out."""
        self.query_one("#main", TextRows).show(self._said)
        if self._line:
            self.query_one("#sure--line", TextRows).show(text_layout(whole(self._line), Ink.ACCENT))
        self.query_one(Leave).focus()
        self.fit()
        self.call_after_refresh(self._begin)

    @property
    def ready(self) -> bool:
        """Whether going ahead would be taken now."""
        return self._seen and not self._stillness.left

    def describe(self, action: str) -> str | None:
        """The word for going ahead."""
        return self._word if action == "apply" else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Going ahead is dim until the dialog has been seen."""
        if action == "apply":
            return self.ready or None
        return super().check_action(action, parameters)

    def on_key(self, event: events.Key) -> None:
        """A key before that starts the clock again: a paste confirms nothing."""
        if not self.ready:
            self._stillness.disturb()

    def action_apply(self) -> None:
        """Go ahead."""
        self.dismiss(True)

    def action_cancel(self) -> None:
        """Touch nothing."""
        self.dismiss(False)

    def _begin(self) -> None:
        """It is on the screen: the time counts from now."""
        self._seen = True
        self._stillness.disturb()
        self._wait()

    def _wait(self) -> None:
        self.refresh_bindings()
        if left := self._stillness.left:
            self.set_timer(left, self._wait)
