"""The dialog that adds a registry to Wharf's own list, or changes how one is reached."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.engine import registries
from tui.engine.context_draft import file_problem, full_path
from tui.engine.credentials import host_of
from tui.engine.errors import EngineError
from tui.engine.registries import Place, host_problem
from tui.screens.dialog import Dialog, KeyLine
from tui.screens.registries_rows import PLAIN
from tui.screens.sheet import SPARE
from widgets.form import Field, FieldKind, Form
from widgets.text import Shown, shown

TRANSPORTS: Mapping[str, bool | None] = {"find out": None, "TLS": False, "plain HTTP": True}
"""What can be chosen, and what a Place calls it."""
LEAVING = "esc again leaves; what was typed is gone then."


class RegistryForm(Dialog[Place | None]):
    """Asks for a registry and remembers it; ends in what was written, or in None when the person leaves."""

    DEFAULT_CSS = """
    RegistryForm {
        #main { height: auto; margin: 1 0 0 0; }
        #registry--note { height: auto; color: $text-muted; }
        #registry--note.-plain { color: $text-error; }
        #registry--trouble { color: $text-error; height: auto; display: none; }
        #registry--leaving { color: $text-warning; height: auto; display: none; }
        &.-trouble #registry--trouble, &.-leaving #registry--leaving { display: block; }
    }
    """

    BINDINGS = [
        Binding("escape", "leave", "leave", id="registry_form.leave", tooltip="Leave without adding it"),
    ]

    def __init__(self, before: Place | None, env: Mapping[str, str] = os.environ) -> None:
        """`before` is the registry to change; None adds one."""
        super().__init__()
        self._before = before
        self._env = env
        name = Field("host", Shown("host"), hint=Shown("registry.lan:5000"), check=host_problem)
        was = before or Place("")
        self._began: Place | None = None
        self._form = Form(
            [
                *([name] if before is None else []),
                Field(
                    "transport",
                    Shown("transport"),
                    FieldKind.CHOICE,
                    value=next(word for word, plain in TRANSPORTS.items() if plain is was.plain),
                    options=tuple(map(Shown, TRANSPORTS)),
                ),
                Field(
                    "ca",
                    Shown("CA"),
                    value=was.ca,
                    hint=Shown("a PEM file: who signed its certificate; empty for the usual ones"),
                    check=lambda typed: file_problem(full_path(typed, env), "ca"),
                ),
            ],
            id="main",
        )

    def compose(self) -> ComposeResult:
        """Title, fields, what follows from them, what went wrong, keys."""
        with Vertical(classes="dialog--box"):
            title = f"How to reach {self._before.host}" if self._before is not None else "Add a registry"
            yield Static(shown(title), classes="dialog--title", markup=False)
            yield self._form
            yield Static(id="registry--note", markup=False)
            yield Static(id="registry--trouble", markup=False)
            yield Static(LEAVING, id="registry--leaving", markup=False)
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Start with what there is."""
        self._form.styles.height = len(self._form.fields) + SPARE
        self._began = self.place
        self._follow()
        self._form.focus()

    @property
    def place(self) -> Place:
        """What the fields say."""
        values = self._form.values()
        plain = TRANSPORTS[str(values["transport"])]
        ca = "" if plain else full_path(str(values["ca"]), self._env)
        host = self._before.host if self._before is not None else host_of(str(values["host"]))
        return Place(host, plain, ca, "added")

    def describe(self, action: str) -> str | None:
        """The word for sending the form."""
        return ("add" if self._before is None else "change") if action == "submit" else None

    def action_leave(self) -> None:
        """Add nothing; when something was typed, only the second time."""
        if self.has_class("-leaving") or self.place == self._began:
            self.dismiss(None)
        else:
            self.add_class("-leaving")
            self.fit()

    @on(Form.Changed)
    def _follow(self) -> None:
        self.remove_class("-trouble", "-leaving")
        plain = self.place.plain
        words = {
            None: "TLS; on this machine itself whichever it speaks.",
            False: "TLS, and nothing else.",
            True: PLAIN,
        }[plain]
        note = self.query_one("#registry--note", Static)
        note.update(words)
        note.set_class(plain is True, "-plain")
        self.fit()

    @on(Form.Submitted)
    def _submitted(self) -> None:
        place = self.place
        try:
            registries.add(place, self._env)
        except EngineError as error:
            words = " ".join(filter(None, (error.message, error.advice)))
            self.query_one("#registry--trouble", Static).update(Content(shown(f"✗ {words}")))
            self.add_class("-trouble")
            self.fit()
        else:
            self.dismiss(place)
