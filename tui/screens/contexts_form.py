"""The dialog that creates a context or changes one: nothing is written until all of it is right."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.engine import contexts
from tui.engine.context_draft import ContextError, Draft, file_problem, full_path, host_problem
from tui.engine.lines import docker
from tui.screens.contexts_rows import PLAIN, UNVERIFIED
from tui.screens.dialog import Dialog, KeyLine
from tui.screens.rows import Ink, TextRows, text_layout, whole
from tui.screens.sheet import SPARE
from widgets.form import Field, FieldKind, Form
from widgets.text import Shown, shown

FILES = (
    ("ca", "CA", "a PEM file: who may vouch for the Engine"),
    ("cert", "certificate", "a PEM file: who you are"),
    ("key", "key", "a PEM file: proves it"),
)
"""Field, label and hint of the TLS files."""


class ContextForm(Dialog[Draft | None]):
    """Asks for a context and writes it; ends in what was written, or in None when the person leaves."""

    DEFAULT_CSS = """
    ContextForm {
        #main { height: auto; margin: 1 0 0 0; }
        #context--line { max-height: 4; }
        #context--warning, #context--trouble { color: $text-error; height: auto; display: none; }
        #context--leaving { color: $text-warning; height: auto; display: none; }
        &.-leaving #context--leaving { display: block; }
        &.-warning #context--warning, &.-trouble #context--trouble { display: block; }
    }
    """

    BINDINGS = [
        Binding(
            "escape", "leave", "leave", id="context_form.leave", tooltip="Leave without writing anything"
        ),
    ]

    def __init__(self, before: Draft | None, env: Mapping[str, str] = os.environ) -> None:
        """`before` is the context to change; None creates one."""
        super().__init__()
        self._before = before
        self._env = env
        self._form = Form(self._fields(), id="main")
        self._began: Draft | None = None
        self._wrong = ""
        """The field that the outside called wrong last."""

    def _fields(self) -> list[Field]:
        before = self._before or Draft("", "")
        env = self._env

        def file_check(name: str) -> Callable[[str], str | None]:
            return lambda typed: file_problem(full_path(typed, env), name)

        name = Field(
            "name",
            Shown("name"),
            hint=Shown("web"),
            check=lambda typed: contexts.name_problem(typed, env),
        )
        values = {"ca": before.ca, "cert": before.cert, "key": before.key}
        return [
            *([name] if self._before is None else []),
            Field(
                "host",
                Shown("host"),
                value=before.host,
                hint=Shown("ssh://user@host, tcp://host:2376 or unix:///path"),
                check=host_problem,
            ),
            Field("description", Shown("description"), value=before.description),
            *(
                Field(each, Shown(label), value=values[each], hint=shown(hint), check=file_check(each))
                for each, label, hint in FILES
            ),
            Field(
                "skip_verify",
                Shown("skip TLS verify (never silently: Wharf says so in red)"),
                FieldKind.FLAG,
                value=before.skip_verify,
            ),
        ]

    def compose(self) -> ComposeResult:
        """Title, fields, docker line, what went wrong, keys."""
        title = f"Change the context {self._before.name}" if self._before else "Create a context"
        with Vertical(classes="dialog--box"):
            yield Static(shown(title), classes="dialog--title", markup=False)
            yield self._form
            yield TextRows(id="context--line")
            yield Static(id="context--warning", markup=False)
            yield Static(id="context--trouble", markup=False)
            yield Static(
                "esc again leaves; what was typed is gone then.", id="context--leaving", markup=False
            )
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Start with what there is."""
        self._form.styles.height = len(self._form.fields) + SPARE
        self._began = self.draft
        self._follow()
        self._form.focus()

    @property
    def draft(self) -> Draft:
        """What the fields say."""
        values = self._form.values()
        name = self._before.name if self._before is not None else str(values["name"])
        ca, cert, key = (full_path(str(values[each]), self._env) for each, _, _ in FILES)
        host, description = str(values["host"]), str(values["description"])
        return Draft(name, host, description, ca, cert, key, bool(values["skip_verify"]))

    def describe(self, action: str) -> str | None:
        """The word for sending the form."""
        return ("change" if self._before else "create") if action == "submit" else None

    def action_leave(self) -> None:
        """Leave; when something was typed, only the second time."""
        if self.has_class("-leaving") or self.draft == self._began:
            self.dismiss(None)
        else:
            self.add_class("-leaving")
            self.fit()

    @on(Form.Changed)
    def _changed(self) -> None:
        self.remove_class("-leaving", "-trouble")
        if self._wrong:
            # it may be put right in another field
            self._form.set_error(self._wrong, None)
            self._wrong = ""
        self._follow()

    def _follow(self) -> None:
        draft = self.draft
        warning = PLAIN if draft.plain else UNVERIFIED if draft.skip_verify else ""
        self.query_one("#context--warning", Static).update(warning)
        self.set_class(bool(warning), "-warning")
        verb = "create" if self._before is None else "update"
        line = docker("context", verb, *contexts.options(draft, self._before), draft.name or "NAME")
        self.query_one("#context--line", TextRows).show(text_layout(whole(line.masked()), Ink.ACCENT))
        self.fit()

    @on(Form.Submitted)
    def _submitted(self) -> None:
        draft = self.draft
        write = contexts.create if self._before is None else contexts.edit
        try:
            write(draft, self._env)
        except ContextError as error:
            self._refuse(error)
        else:
            self.dismiss(draft)

    def _refuse(self, error: ContextError) -> None:
        """Say what is wrong where it is wrong; all that was typed stays."""
        if error.field in self._form.values():
            self._wrong = error.field
            self._form.set_error(error.field, str(error))
            self._form.focus_field(error.field)
        else:
            self.query_one("#context--trouble", Static).update(Content(shown(f"✗ {error}")))
            self.add_class("-trouble")
        self.fit()
