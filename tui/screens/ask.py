"""The dialog in which ssh asks for a password, a passphrase, or about the key of a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui.screens.dialog import Dialog, KeyLine, Leave
from tui.screens.rows import Row, TextRows, paragraph, whole
from widgets.text import shown
from widgets.typed import Typed

if TYPE_CHECKING:
    from tui.engine.questions import SSHQuestion

OVER_SECONDS = 0.25
"""How often it is looked whether ssh still waits for the answer."""
FINGERPRINT = "fingerprint"


# the entry's own: one that went before the entry would overtake what is typed together with it
SEND = Binding("enter", "submit", "send", id="ask.send", tooltip="Give ssh this answer")


class Word(Typed):
    """An entry for yes, no or a fingerprint."""

    BINDINGS = [SEND]


class Secret(Input):
    """An entry of which nothing can be seen or copied; what is typed is kept exactly as it is."""

    BINDINGS = [SEND]

    def __init__(self) -> None:
        super().__init__(password=True, select_on_focus=False)

    def action_copy(self) -> None:
        """A secret is not copied."""
        self.app.bell()

    def action_cut(self) -> None:
        """Nor taken out to be pasted elsewhere."""
        self.app.bell()


class AskScreen(Dialog[str | None]):
    """Shows ssh's own words and ends in the answer; None when the person leaves, or ssh waits no more."""

    DEFAULT_CSS = """
    AskScreen {
        & > .dialog--box { max-width: 90; }
        #main { margin: 1 0; }
        &.-tight #main { margin: 0; }
        .ask--hint { height: auto; color: $text-muted; }
        .ask--wrong { height: auto; color: $text-warning; display: none; }
        &.-wrong .ask--wrong { display: block; }
    }
    """

    BINDINGS = [
        Binding("escape", "leave", "cancel", id="ask.leave", tooltip="Answer nothing, and do not connect"),
        Binding("down", "lines(1)", "down", show=False, id="ask.down", tooltip="One line down"),
        Binding("up", "lines(-1)", "up", show=False, id="ask.up", tooltip="One line up"),
        Binding("pagedown", "pages(1.0)", "page down", show=False, id="ask.page_down", tooltip="A page down"),
        Binding("pageup", "pages(-1.0)", "page up", show=False, id="ask.page_up", tooltip="A page up"),
    ]

    def __init__(self, question: SSHQuestion) -> None:
        super().__init__()
        self._question = question
        self._answers = "yes or no"
        if FINGERPRINT in question.words:
            self._answers = "yes, no, or the fingerprint that you were told"

    def compose(self) -> ComposeResult:
        """Title, ssh's words, the entry, keys."""
        question = self._question
        title = f"ssh to {question.host} says" if question.notice else f"ssh to {question.host} asks"
        with Vertical(classes="dialog--box"):
            yield Static(shown(title), classes="dialog--title", markup=False)
            yield TextRows(id="main")
            if question.confirm:
                yield Static(f"Type {self._answers}.", classes="ask--hint", markup=False)
                yield Word(select_on_focus=False)
                yield Static(f"This is not {self._answers}.", classes="ask--wrong", markup=False)
            elif question.secret:
                yield Secret()
            with Horizontal(classes="dialog--foot"):
                if question.notice:
                    yield Leave("Close", "leave")
                yield KeyLine()

    def on_mount(self) -> None:
        """Begin in the entry."""
        words = self.query_one("#main", TextRows)
        words.show(self._layout)
        words.can_focus = False
        for entry in self.query(Input):
            entry.cursor_blink = False
        self.query("Input, Leave").first().focus()
        if self._question.over is not None:
            self.set_interval(OVER_SECONDS, self._look)
        self.fit()

    def fit(self) -> None:
        """Fit the screen, with the end of the words in view: the question itself stands there."""
        super().fit()
        self.call_after_refresh(self._to_the_end)

    def describe(self, action: str) -> str | None:
        """A notice is only closed."""
        return "close" if action == "leave" and self._question.notice else None

    @on(Input.Submitted)
    def _send(self) -> None:
        """Give the answer, if it is one."""
        answer = self.query_one(Input).value
        if self._question.confirm:
            answer = answer.strip()
            if answer.lower() in ("yes", "no"):
                answer = answer.lower()
            elif FINGERPRINT not in self._question.words or ":" not in answer:
                self.add_class("-wrong")
                self.fit()
                return
        self.dismiss(answer)

    def action_leave(self) -> None:
        """Give no answer."""
        self.dismiss(None)

    @on(Input.Changed)
    def _changed(self) -> None:
        self.remove_class("-wrong")

    def _layout(self, width: int) -> list[Row]:
        lines = self._question.words.strip().splitlines()
        return [row for line in lines for row in paragraph(whole(line.rstrip()), width)]

    def _to_the_end(self) -> None:
        for words in self.query(self.MAIN).results(TextRows):  # none when it was just left
            words.action_edge(bottom=True)

    def _look(self) -> None:
        if self._question.over is not None and self._question.over.is_set():
            self.dismiss(None)
