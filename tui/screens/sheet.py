"""The dialog of a sheet: some questions, and the docker line growing below them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from tui.engine.endpoint import Endpoint
from tui.screens.dialog import Dialog, KeyLine
from tui.screens.rows import Ink, TextRows, text_layout, whole
from tui.verbs.verb import Answers, Blank, Question, Sheet
from widgets.form import Form
from widgets.form_fields import Field, FieldKind
from widgets.text import shown

KINDS = {
    Blank.TEXT: FieldKind.TEXT,
    Blank.FLAG: FieldKind.FLAG,
    Blank.CHOICE: FieldKind.CHOICE,
    Blank.LIST: FieldKind.LIST,
}

LIST_LINES = 3
"""Lines of a form that each list has beside its first."""
SPARE = 3
"""Lines of a form below its questions: for what is wrong with them, and its line of help."""


def field_of(question: Question) -> Field:
    """The question as a field of a form."""
    return Field(
        id=question.id,
        label=shown(question.label),
        kind=KINDS[question.blank],
        value=bool(question.value) if question.blank is Blank.FLAG else question.value,
        hint=shown(question.hint),
        options=question.options,
        check=question.check,
        secret=question.secret,
    )


class SheetScreen(Dialog[Answers | None]):
    """Asks the questions of a sheet and ends in the answers; None when the person leaves."""

    DEFAULT_CSS = """
    SheetScreen {
        #main { height: auto; margin: 1 0 0 0; }
        #sheet--line { max-height: 4; }
        #sheet--leaving { color: $text-warning; height: auto; display: none; }
        &.-leaving #sheet--leaving { display: block; }
    }
    """

    BINDINGS = [
        Binding("escape", "leave", "leave", id="sheet.leave", tooltip="Leave without doing anything"),
    ]

    def __init__(self, sheet: Sheet, endpoint: Endpoint) -> None:
        super().__init__()
        self._sheet = sheet
        self._endpoint = endpoint
        self._began: Answers = {}

    def compose(self) -> ComposeResult:
        """Title, questions, docker line, keys."""
        with Vertical(classes="dialog--box"):
            yield Static(shown(self._sheet.title), classes="dialog--title", markup=False)
            yield Form(map(field_of, self._sheet.questions), id="main")
            yield TextRows(id="sheet--line")
            yield Static("esc again leaves; what was typed is gone then.", id="sheet--leaving", markup=False)
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Start with the answers there are."""
        form = self.query_one(Form)
        lists = sum(question.blank is Blank.LIST for question in self._sheet.questions)
        form.styles.height = len(self._sheet.questions) + lists * LIST_LINES + SPARE
        self._began = form.values()
        self._grow(self._began)
        form.focus()
        self.fit()

    def describe(self, action: str) -> str | None:
        """The sheet has a word of its own for sending the form."""
        return shown(self._sheet.action) if action == "submit" else None

    def action_leave(self) -> None:
        """Leave; when something was typed, only the second time."""
        if self.has_class("-leaving") or self.query_one(Form).values() == self._began:
            self.dismiss(None)
        else:
            self.add_class("-leaving")
            self.fit()

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        self.remove_class("-leaving")
        self._grow(event.values)

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        self.dismiss(event.values)

    def _grow(self, answers: Answers) -> None:
        line = self._sheet.line(answers).at(self._endpoint)
        self.query_one("#sheet--line", TextRows).show(text_layout(whole(line.masked()), Ink.ACCENT))
        self.fit()
