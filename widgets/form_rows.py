"""Rows of a form: a label, the lines that hold a field's values, and beside them what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widget import AwaitMount, Widget
from textual.widgets import Static

from widgets.form_fields import Field, FieldKind, Value
from widgets.form_inputs import KEPT_HELP, Choice, Entry, Flag
from widgets.text import Shown, shown

NARROW = 108
"""Columns of a row below which a notice stands under its line instead of beside it."""

Editor = Entry | Flag | Choice


class Line(Container):
    """What is edited in one line of the screen, and the notice beside or under it."""

    DEFAULT_CSS = """
    Line {
        layout: horizontal;
        height: auto;
        & > .form--editors { width: 1fr; max-width: 60; height: 1; }
        & > .form--notice { width: 1fr; height: auto; display: none; padding: 0 1; color: $text-muted; }
        & > .form--notice.-said { display: block; }
        & > .form--notice.-wrong { color: $text-error; }
        Entry { width: 1fr; height: 1; background: $surface; }
        Entry:focus { background: $primary-muted; }
        Entry.-kept { text-style: italic; color: $text-muted; }
        Entry.-wrong { color: $text-error; }
        Choice { width: 1fr; height: 1; }
        Flag { width: auto; height: 1; margin: 0 2 0 0; }
        Choice:focus, Flag:focus { text-style: bold reverse; }
        &.-flags, &.-narrow { layout: vertical; }
        &.-flags > .form--editors, &.-narrow > .form--editors { max-width: 100%; }
        &.-flags > .form--notice, &.-narrow > .form--notice { padding: 0; }
    }
    """

    def __init__(self, editors: Sequence[Editor]) -> None:
        super().__init__(classes="-flags" if isinstance(editors[0], Flag) else None)
        self.editors = editors
        self.is_revealed = False
        """Whether it may say what is wrong: once it was left, or the form was sent."""
        self._notice = Static(classes="form--notice", markup=False)

    def compose(self) -> ComposeResult:
        """The editors and the notice."""
        with Horizontal(classes="form--editors"):
            yield from self.editors
        yield self._notice

    @property
    def text(self) -> str:
        """The text of its only editor; empty for flags."""
        editor = self.editors[0]
        if isinstance(editor, Entry):
            return editor.text
        return editor.value if isinstance(editor, Choice) else ""

    def say(self, text: str, is_error: bool) -> None:
        """Show a notice, or none when the text is empty."""
        self._notice.set_class(bool(text), "-said")
        self._notice.set_class(is_error, "-wrong")
        mark = "✗" if is_error else "→"
        self._notice.update(Content(f"{mark} {shown(text)}" if text else ""))
        self.editors[0].set_class(is_error and isinstance(self.editors[0], Entry), "-wrong")


class Row(Horizontal):
    """One field, or several flags: it turns values into lines and lines into values."""

    DEFAULT_CSS = """
    Row {
        height: auto;
        & > .form--label { width: 14; height: 1; text-align: right; padding: 0 1 0 0; color: $text-muted; }
        & > .form--lines { width: 1fr; height: auto; }
        &.-here > .form--label { color: $text; text-style: bold; }
    }
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        super().__init__()
        self.fields = fields
        self._flags = {
            field.id: Flag(field.label, bool(field.value)) for field in fields if field.kind is FieldKind.FLAG
        }
        self._hint = fields[0].hint
        self._errors: dict[str, str] = {}
        self._notes: dict[str, str] = {}
        self._box = Vertical(classes="form--lines")
        self._mounting: list[AwaitMount] = []
        first = fields[0]
        self.lines: list[Line]
        if self._flags:
            self.lines = [Line(list(self._flags.values()))]
        elif first.kind is FieldKind.CHOICE:
            self.lines = [Line([Choice(first.options, str(first.value), first.hint)])]
        else:
            values = first.value if isinstance(first.value, tuple) else (str(first.value),)
            self.lines = [Line([self._entry(text)]) for text in values]
            self._keep_one_empty()

    def compose(self) -> ComposeResult:
        """The label and the lines."""
        yield Static(
            Content("" if self._flags else self.fields[0].label), classes="form--label", markup=False
        )
        with self._box:
            yield from self.lines

    def on_descendant_focus(self) -> None:
        """Its label stands out while the cursor is in it."""
        self.add_class("-here")

    def on_descendant_blur(self) -> None:
        """Its label steps back."""
        self.remove_class("-here")

    def on_resize(self) -> None:
        """Notices go under their lines when there is no room beside."""
        for line in self.lines:
            line.set_class(self.size.width < NARROW, "-narrow")

    @property
    def is_list(self) -> bool:
        """Whether its lines are the values of one list."""
        return self.fields[0].kind is FieldKind.LIST

    def value_of(self, field: str) -> Value:
        """The value of a field, exactly."""
        if self._flags:
            return self._flags[field].on
        if self.is_list:
            return tuple(line.text for line in self.lines if line.text)
        return self.lines[0].text

    def set_value(self, field: str, value: Value) -> None:
        """Put a value in, and forget what the outside said about the old one."""
        self._errors.pop(field, None)
        editor = self.lines[0].editors[0]
        if self._flags:
            self._flags[field].on = bool(value)
        elif isinstance(editor, Choice):
            editor.value = str(value)
        elif isinstance(value, tuple):
            self._set_texts(value)
        elif isinstance(editor, Entry):
            editor.text = str(value)
        self.refresh_notices()

    def error_of(self, field: str) -> str:
        """What is wrong with a field, shown or not; empty when it is good."""
        own = next((problem for line in self.lines if (problem := self._problem(line))), "")
        return own or self._errors.get(field, "")

    def set_error(self, field: str, text: str | None) -> None:
        """Keep an error from outside until the field is edited; None takes it away."""
        _keep(self._errors, field, text)
        self.refresh_notices()

    def set_note(self, field: str, text: str | None) -> None:
        """Keep a note from outside; None takes it away."""
        _keep(self._notes, field, text)
        self.refresh_notices()

    def set_hint(self, hint: Shown) -> None:
        """Show this where a text is empty."""
        self._hint = hint
        for line in self.lines:
            if isinstance(entry := line.editors[0], Entry):
                entry.placeholder = hint

    async def settle(self) -> None:
        """Wait until a line added just now can take the focus."""
        while self._mounting:
            await self._mounting.pop()

    def reveal(self) -> None:
        """Say all that is wrong from now on."""
        for line in self.lines:
            line.is_revealed = True
        self.refresh_notices()

    def refresh_notices(self) -> None:
        """Say at each line what is to be said there; what the outside said stands at the first one."""
        outside = " ".join(self._errors.values())
        note = " ".join(self._notes.values())
        for place, line in enumerate(self.lines):
            problem = self._problem(line) if line.is_revealed else ""
            error = problem or (outside if place == 0 else "")
            line.say(error or (note if place == 0 else ""), is_error=bool(error))

    def edited(self, editor: Editor) -> None:
        """An editor of this row changed."""
        field = next((name for name, flag in self._flags.items() if flag is editor), self.fields[0].id)
        self._errors.pop(field, None)
        self._keep_one_empty()
        self.refresh_notices()

    def place_of(self, field: str) -> Widget:
        """Where to put the cursor: the first line that is wrong, or the first."""
        if self._flags:
            return self._flags[field]
        return next((line for line in self.lines if self._problem(line)), self.lines[0]).editors[0]

    def help_of(self, editor: Widget) -> str:
        """What to say while an editor has the focus."""
        if isinstance(editor, Entry) and editor.kept is not None:
            return KEPT_HELP
        for field in self.fields:
            if self._flags.get(field.id, editor) is editor:
                return field.help
        return ""

    def insert_after(self, entry: Entry, texts: Sequence[str]) -> None:
        """Give each of these texts a line of its own after an entry's."""
        values = [line.text for line in self.lines]
        place = self._line_number(entry) + 1
        self._set_texts([text for text in [*values[:place], *texts, *values[place:]] if text])
        self.refresh_notices()

    def remove_line(self, entry: Entry) -> None:
        """Take an empty line away, unless it is the last, which waits for more; the cursor goes up."""
        place = self._line_number(entry)
        if place < len(self.lines) - 1:
            self._drop(place)
            self.refresh_notices()
        self.screen.set_focus(self.lines[max(0, place - 1)].editors[0])

    def _entry(self, text: str) -> Entry:
        field = self.fields[0]
        return Entry(text, self._hint, field.suggestions, in_list=self.is_list, secret=field.secret)

    def _problem(self, line: Line) -> str:
        check = self.fields[0].check
        if check is None or self._flags or (self.is_list and not line.text):
            return ""
        return check(line.text) or ""

    def _line_number(self, entry: Entry) -> int:
        return next(place for place, line in enumerate(self.lines) if entry in line.editors)

    def _set_texts(self, texts: Sequence[str]) -> None:
        """Make the lines of a list say this, keeping those there are: the cursor may be in one."""
        while len(self.lines) > max(1, len(texts)):
            self._drop(-1)
        for line, text in zip(self.lines, [*texts, ""], strict=False):
            if isinstance(entry := line.editors[0], Entry):
                entry.text = text
        for text in texts[len(self.lines) :]:
            self._add(text)
        self._keep_one_empty()

    def _keep_one_empty(self) -> None:
        if self.is_list and (not self.lines or self.lines[-1].text):
            self._add("")

    def _add(self, text: str) -> None:
        line = Line([self._entry(text)])
        line.set_class(self.size.width < NARROW, "-narrow")
        self.lines.append(line)
        if self._box.is_attached:
            self._mounting.append(self._box.mount(line))

    def _drop(self, place: int) -> None:
        line = self.lines.pop(place)
        if line.is_attached:
            line.remove()


def _keep(texts: dict[str, str], field: str, text: str | None) -> None:
    if text:
        texts[field] = text
    else:
        texts.pop(field, None)
