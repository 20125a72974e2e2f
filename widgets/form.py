"""A form: rows of labelled values, each checked where it stands, all used from the keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from widgets.form_fields import Field, FieldKind, Value
from widgets.form_inputs import Choice, Edited, Entry, Flag
from widgets.form_rows import Line, Row
from widgets.text import Shown

__all__ = ["Field", "FieldKind", "Form", "Value"]


class Rows(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The rows, scrolled by the cursor only: the keys that would scroll move between lines."""


class Form(Vertical):
    """Rows of fields. It keeps every value exactly, and knows nothing of what they mean."""

    DEFAULT_CSS = """
    Form {
        height: 1fr;
        & > Rows { height: 1fr; scrollbar-size-vertical: 1; }
        & > .form--help { height: 1; color: $text-muted; padding: 0 1; text-overflow: ellipsis; }
    }
    """

    BINDINGS = [
        Binding("up", "move(-1)", "Up", show=False, id="form.up", tooltip="To the line above"),
        Binding("down", "move(1)", "Down", show=False, id="form.down", tooltip="To the line below"),
        Binding(
            "ctrl+s", "submit", "Done", id="form.submit", tooltip="Done: send the form when all is right"
        ),
        Binding(
            "enter", "enter", "Done", show=False, id="form.enter", tooltip="Next of a list, otherwise done"
        ),
    ]

    @dataclass
    class Changed(Message):
        """A value changed, by hand or by `set_values`."""

        form: Form
        values: dict[str, Value]
        valid: bool

        @property
        def control(self) -> Form:
            """The form, for `on` selectors."""
            return self.form

    @dataclass
    class Submitted(Message):
        """The person is done, and no field has an error."""

        form: Form
        values: dict[str, Value]

        @property
        def control(self) -> Form:
            """The form, for `on` selectors."""
            return self.form

    def __init__(self, fields: Iterable[Field], *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.fields = tuple(fields)
        self._rows: list[Row] = []
        self._row_of: dict[str, Row] = {}
        for is_flags, group in groupby(self.fields, lambda field: field.kind is FieldKind.FLAG):
            members = list(group)
            for together in [members] if is_flags else [[field] for field in members]:
                row = Row(together)
                self._rows.append(row)
                self._row_of.update((field.id, row) for field in together)

    def compose(self) -> ComposeResult:
        """The rows, scrolled, and the line of help under them."""
        with Rows():
            yield from self._rows
        yield Static(classes="form--help", markup=False)

    def values(self) -> dict[str, Value]:
        """All values by field, exactly as typed or set; of a list, the texts that are not empty."""
        return {field.id: self._row_of[field.id].value_of(field.id) for field in self.fields}

    def errors(self) -> dict[str, str]:
        """What is wrong, by field: found by its own check, else set from outside. Shown or not yet."""
        found = {field.id: self._row_of[field.id].error_of(field.id) for field in self.fields}
        return {name: error for name, error in found.items() if error}

    @property
    def is_valid(self) -> bool:
        """Whether it can be submitted."""
        return not self.errors()

    def set_error(self, field: str, text: str | None) -> None:
        """Say what only the outside knows to be wrong; None, or an edit of the field, takes it away."""
        self._row_of[field].set_error(field, text)

    def set_note(self, field: str, text: str | None) -> None:
        """Say something about a field that does not stand in the way; it stays until it is changed."""
        self._row_of[field].set_note(field, text)

    def set_hint(self, field: str, hint: Shown) -> None:
        """Show this in a text or a list while it is empty."""
        self._row_of[field].set_hint(hint)

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Put these values into their fields and leave the others alone. One `Changed` follows."""
        with self.prevent(Input.Changed):
            for name, value in values.items():
                self._row_of[name].set_value(name, value)
        self._tell()

    def focus_field(self, field: str) -> None:
        """Put the cursor into a field, where it is wrong if it is."""
        self.screen.set_focus(self._row_of[field].place_of(field))

    def focus(self, scroll_visible: bool = True, from_app_focus: bool = False) -> Form:
        """Put the cursor into the first field."""
        if self.fields:
            self.focus_field(self.fields[0].id)
        return self

    def action_submit(self) -> None:
        """Send the values, or go to the first field that is wrong."""
        for row in self._rows:
            row.reveal()
        errors = self.errors()
        if errors:
            self.focus_field(next(iter(errors)))
        else:
            self.post_message(self.Submitted(self, self.values()))

    async def action_enter(self) -> None:
        """In a filled line of a list go to the next one, anywhere else submit."""
        entry = self.screen.focused
        if isinstance(entry, Entry) and entry.in_list and entry.text:
            await self.action_move(1)
        else:
            self.action_submit()

    async def action_move(self, step: int) -> None:
        """Go to the line above or below, and no further than the ends."""
        for row in self._rows:
            await row.settle()
        lines = [line for row in self._rows for line in row.lines]
        here = next((place for place, line in enumerate(lines) if line.has_focus_within), None)
        if here is not None and 0 <= here + step < len(lines):
            self.screen.set_focus(lines[here + step].editors[0])

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field is for."""
        self._explain(event.widget)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """A field that was left shows what is wrong with it."""
        line = next((each for each in event.widget.ancestors if isinstance(each, Line)), None)
        row = _row(event.widget)
        if row is not None and line is not None:
            line.is_revealed = True
            row.refresh_notices()

    @on(Input.Changed)
    @on(Edited)
    def _edited(self, event: Input.Changed | Edited) -> None:
        event.stop()
        editor = event.input if isinstance(event, Input.Changed) else event.editor
        row = _row(editor)
        # a line that is already gone is of no row
        if row is not None and isinstance(editor, Entry | Flag | Choice):
            row.edited(editor)
            if editor.has_focus:
                self._explain(editor)
            self._tell()

    @on(Input.Submitted)
    async def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        await self.action_enter()

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()

    @on(Entry.Lines)
    def _pasted(self, event: Entry.Lines) -> None:
        event.stop()
        if row := _row(event.entry):
            row.insert_after(event.entry, event.further)
            self._tell()

    @on(Entry.Vacated)
    def _vacated(self, event: Entry.Vacated) -> None:
        event.stop()
        if row := _row(event.entry):
            row.remove_line(event.entry)

    def _explain(self, editor: Widget) -> None:
        row = _row(editor)
        text = row.help_of(editor) if row is not None else ""
        self.query_one(".form--help", Static).update(Content(text))

    def _tell(self) -> None:
        self.post_message(self.Changed(self, self.values(), self.is_valid))


def _row(widget: Widget) -> Row | None:
    return next((each for each in widget.ancestors if isinstance(each, Row)), None)
