"""What stands in one line of a form: a text entry, a flag, a choice; none knows of the others."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input

from widgets.form_fields import Hidden
from widgets.text import Shown, shown

LONGEST_ENTRY = 10_000
"""Characters of a text that can be edited; a longer one is kept as it is."""

KEPT_HELP = Shown("Holds what cannot be shown or is too long: kept exactly as it is, delete empties it")
"""What to say about an entry whose text is kept."""


def _key(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, tooltip=tooltip, id=f"form.{name}")


class Edited(Message):
    """A flag or a choice was changed by hand."""

    def __init__(self, editor: Flag | Choice) -> None:
        super().__init__()
        self.editor = editor


class Entry(Input):
    """One line of text, exact to the byte.

    A text that cannot be painted as it is (control characters, newlines, direction marks) is kept
    beside what is shown of it, and cannot be edited, only emptied.
    """

    BINDINGS = [
        _key("backspace", "erase_left", "erase_left", "Delete the character to the left, or this empty line"),
    ]

    class Lines(Message):
        """Several lines were pasted: the first went in here, these did not."""

        def __init__(self, entry: Entry, further: list[str]) -> None:
            super().__init__()
            self.entry = entry
            self.further = further

    class Vacated(Message):
        """Backspace was pressed in an empty entry."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(
        self,
        text: str,
        hint: Shown,
        suggestions: tuple[str, ...] = (),
        in_list: bool = False,
        secret: bool = False,
    ) -> None:
        typeable = [each for each in suggestions if shown(each) == each]
        super().__init__(
            placeholder=hint,
            compact=True,
            select_on_focus=False,
            password=secret,
            suggester=SuggestFromList(typeable) if typeable else None,
        )
        self.cursor_blink = False
        self.in_list = in_list
        self.kept: str | None = None
        """The exact text when the shown one is not; None when they are the same."""
        with self.prevent(Input.Changed):
            self.text = text

    @property
    def text(self) -> str:
        """The exact text."""
        text = self.value if self.kept is None else self.kept
        return Hidden(text) if self.password else text

    @text.setter
    def text(self, raw: str) -> None:
        painted = shown(raw, LONGEST_ENTRY)
        self.kept = None if painted == raw else raw
        self.value = painted
        self.set_class(self.kept is not None, "-kept")

    def replace(self, text: str, start: int, end: int) -> None:
        """Every edit ends here: put text between two places."""
        if self.kept is not None:
            if text:
                self.app.bell()
            else:
                self.text = ""
            return
        start, end = sorted((max(0, start), min(len(self.value), end)))
        raw = self.value[:start] + text + self.value[end:]
        if shown(raw, LONGEST_ENTRY) == raw:
            super().replace(text, start, end)
        else:
            self.text = raw
            self.cursor_position = len(self.value)

    def validate_value(self, value: str) -> str:
        """A secret tells nothing of itself to a traceback either."""
        return Hidden(value) if self.password else value

    def action_copy(self) -> None:
        """Copy what is selected; a secret is not copied."""
        if self.password:
            self.app.bell()
        else:
            super().action_copy()

    def action_cut(self) -> None:
        """Take out what is selected; a secret is not taken out to be pasted elsewhere."""
        if self.password:
            self.app.bell()
        else:
            super().action_cut()

    def on_paste(self, event: events.Paste) -> None:
        """Take all of what is pasted, and not only its first line."""
        event.prevent_default()
        event.stop()
        self._insert(event.text)

    def action_paste(self) -> None:
        """Paste what was copied in this program."""
        self._insert(self.app.clipboard)

    def _insert(self, text: str) -> None:
        text = text.rstrip("\r\n")
        first, *further = text.splitlines() if self.in_list and text else [text]
        self.replace(first, *self.selection)
        if further:
            self.post_message(self.Lines(self, further))

    def action_erase_left(self) -> None:
        """Delete to the left; an empty line of a list goes away."""
        if self.in_list and not self.text:
            self.post_message(self.Vacated(self))
        else:
            self.action_delete_left()


class Flag(Widget, can_focus=True):
    """Something that is on or off."""

    BINDINGS = [
        _key("space", "switch", "switch", "On or off"),
        _key("left", "beside(-1)", "flag_left", "To the flag on the left"),
        _key("right", "beside(1)", "flag_right", "To the flag on the right"),
    ]

    on = reactive(False, layout=False)

    def __init__(self, label: Shown, on: bool) -> None:
        super().__init__()
        self.label = label
        self.set_reactive(Flag.on, on)

    def render(self) -> Content:
        """The box and what it is for."""
        return Content(f"[{'x' if self.on else ' '}] {self.label}")

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All of the words."""
        return self.render().cell_length

    def action_switch(self) -> None:
        """Turn on or off."""
        self.on = not self.on
        self.post_message(Edited(self))

    def action_beside(self, step: int) -> None:
        """Move to the flag beside this one."""
        flags = list(self.parent.query_children(Flag)) if isinstance(self.parent, Widget) else []
        place = flags.index(self) + step
        if 0 <= place < len(flags):
            self.screen.set_focus(flags[place])

    def on_mouse_down(self) -> None:
        """The mouse does what space does: at once, since an error of the field left may move this line."""
        self.action_switch()


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose and how it is shown."""

    value: str
    label: Shown


class Choice(Widget, can_focus=True):
    """One of a few things, all in sight when there is room."""

    BINDINGS = [
        _key("left", "turn(-1)", "previous", "The choice before"),
        _key("right,space", "turn(1)", "next", "The next choice"),
    ]

    place = reactive(0)

    def __init__(self, options: tuple[str, ...], value: str, empty: Shown) -> None:
        super().__init__()
        self._empty = empty or Shown("default")
        self._options: list[Option] = []
        self._offer(options)
        self.value = value

    def _offer(self, values: tuple[str, ...]) -> None:
        self._options += [Option(value, shown(value) if value else self._empty) for value in values]

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._options[self.place].value if self._options else ""

    @value.setter
    def value(self, value: str) -> None:
        values = [option.value for option in self._options]
        if value not in values:
            self._offer((value,))
            values.append(value)
        self.place = values.index(value)

    def render(self) -> Content:
        """All of them, or the chosen one between arrows."""
        parts = self._parts()
        if sum(Content(part).cell_length for part in parts) <= self.size.width:
            return Content("".join(parts))
        label = self._options[self.place].label
        return Content(f"◂ {label} ▸ {self.place + 1} of {len(parts)}")

    def _parts(self) -> list[str]:
        last = len(self._options) - 1
        return [
            f"{'●' if place == self.place else '○'} {option.label}{'  ' if place < last else ''}"
            for place, option in enumerate(self._options)
        ]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Choose what the mouse points at, or the next when only one is in sight."""
        parts = self._parts()
        ends = [sum(Content(part).cell_length for part in parts[: place + 1]) for place in range(len(parts))]
        if ends[-1] > self.size.width:
            self.action_turn(1)
        elif (place := bisect_right(ends, event.x)) < len(parts):
            self.action_turn(place - self.place)

    def action_turn(self, step: int) -> None:
        """Choose the next one, or the one before."""
        self.place = (self.place + step) % len(self._options)
        self.post_message(Edited(self))
