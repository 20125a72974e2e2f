"""The form, used from the keyboard as a person uses it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot

from widgets.form import Field, FieldKind, Form
from widgets.form_inputs import Choice, Entry, Flag
from widgets.text import Shown, shown

HOSTILE = "A=\x1b]52;c;x\x07\nnext\u202e[/x]"


def no_spaces(text: str) -> str | None:
    return f"{text} has a space, as in a-b." if " " in text else None


def needed(text: str) -> str | None:
    return no_spaces(text) if text else "A name is needed."


FIELDS = (
    Field("name", Shown("name"), hint=Shown("web-1"), help=Shown("What it is called"), check=needed),
    Field("stdin", Shown("-i stdin"), FieldKind.FLAG, False, help=Shown("Keeps stdin open")),
    Field("tty", Shown("-t terminal"), FieldKind.FLAG, True),
    Field("ports", Shown("ports"), FieldKind.LIST, (), check=no_spaces),
    Field("restart", Shown("restart"), FieldKind.CHOICE, "", Shown("no"), options=("", "always", "[/x]")),
    Field("user", Shown("user"), suggestions=("root", "www-data")),
)


class FormApp(App[None]):
    def __init__(self, fields: tuple[Field, ...] = FIELDS) -> None:
        super().__init__()
        self.fields = fields
        self.changes: list[Form.Changed] = []
        self.sent: list[Form.Submitted] = []

    def compose(self) -> ComposeResult:
        yield Form(self.fields)

    def on_form_changed(self, event: Form.Changed) -> None:
        self.changes.append(event)

    def on_form_submitted(self, event: Form.Submitted) -> None:
        self.sent.append(event)

    @property
    def form(self) -> Form:
        return self.query_one(Form)

    def screen_text(self) -> str:
        """All that is painted, line by line."""
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@asynccontextmanager
async def opened(
    *fields: Field, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[FormApp, Pilot[None]]]:
    app = FormApp(fields or FIELDS)
    async with app.run_test(size=size) as pilot:
        app.form.focus()
        await pilot.pause()
        yield app, pilot


async def test_values_are_what_was_typed_chosen_and_switched() -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"db", "down", "space", "right", "space", "down")
        await pilot.press(*"80:80", "down", *"53/udp", "down", "down", "right", "down", *"me")
        assert app.form.values() == {
            "name": "db",
            "stdin": True,
            "tty": False,
            "ports": ("80:80", "53/udp"),
            "restart": "always",
            "user": "me",
        }
        assert app.changes[-1].values == app.form.values()
        assert app.changes[-1].valid


async def test_nothing_is_reported_before_something_changes() -> None:
    fields = (Field("a", Shown("a"), value="x"), Field("b", Shown("b"), FieldKind.LIST, ("y", "z")))
    async with opened(*fields) as (app, _):
        assert app.changes == []
        assert app.form.values() == {"a": "x", "b": ("y", "z")}


async def test_an_error_shows_when_its_field_is_left_and_goes_as_it_is_put_right() -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"a b")
        assert "has a space" not in app.screen_text()
        assert app.form.errors() == {"name": "a b has a space, as in a-b."}
        assert not app.changes[-1].valid
        await pilot.press("down")
        await pilot.pause()
        assert "✗ a b has a space, as in a-b." in app.screen_text()
        await pilot.press("up", "backspace", "backspace")
        await pilot.pause()
        assert "has a space" not in app.screen_text()
        assert app.form.is_valid


async def test_an_error_stands_beside_its_line_when_wide_and_under_it_when_narrow() -> None:
    for width, apart in ((80, 1), (160, 0)):
        async with opened(size=(width, 48)) as (app, pilot):
            await pilot.press(*"a b", "tab")
            await pilot.pause()
            lines = app.screen_text().splitlines()
            at = next(place for place, line in enumerate(lines) if re.search(r"name +a b", line))
            assert "has a space" in lines[at + apart]


async def test_submitting_a_wrong_form_goes_to_its_first_wrong_field_and_sends_nothing() -> None:
    async with opened() as (app, pilot):
        await pilot.press("end", "down", "down", *"8 0", "down", "down", "down", "ctrl+s")
        await pilot.pause()
        assert app.sent == []
        assert app.focused is app.form.query(Entry).first()
        assert "✗ A name is needed." in app.screen_text()
        await pilot.press(*"db", "ctrl+s")
        await pilot.pause()
        assert app.sent == []
        assert isinstance(app.focused, Entry)
        assert app.focused.text == "8 0"
        await pilot.press("home", "right", "delete", "ctrl+s")
        await pilot.pause()
        assert [event.values["ports"] for event in app.sent] == [("80",)]


@pytest.mark.parametrize("downs", [0, 1, 3, 4])
async def test_enter_submits_from_text_flags_and_choices(downs: int) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"db", *["down"] * downs, "enter")
        await pilot.pause()
        assert len(app.sent) == 1
        assert app.form.values()["restart"] == ""
        assert app.form.values()["stdin"] is False


async def test_enter_in_a_list_goes_to_a_new_line_and_from_an_empty_one_submits() -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"db", "down", "down", *"1", "enter", *"2", "enter")
        await pilot.pause()
        assert app.sent == []
        await pilot.press("enter")
        await pilot.pause()
        assert [event.values["ports"] for event in app.sent] == [("1", "2")]


async def test_a_list_always_has_one_empty_line_and_backspace_takes_empty_ones_away() -> None:
    async with opened(Field("x", Shown("x"), FieldKind.LIST, ("1", "2"))) as (app, pilot):
        texts = [entry.text for entry in app.form.query(Entry)]
        assert texts == ["1", "2", ""]
        await pilot.press("backspace")
        assert [entry.text for entry in app.form.query(Entry)] == ["", "2", ""]
        await pilot.press("backspace")
        await pilot.pause()
        assert [entry.text for entry in app.form.query(Entry)] == ["2", ""]
        assert app.focused is app.form.query(Entry).first()
        await pilot.press("down", "backspace")
        assert app.focused is app.form.query(Entry).first()
        assert app.form.values() == {"x": ("2",)}


async def test_each_wrong_value_of_a_list_says_so_at_its_own_line() -> None:
    async with opened(Field("x", Shown("x"), FieldKind.LIST, ("1", "2 3"), check=no_spaces)) as (app, pilot):
        await pilot.press("down", "down")
        await pilot.pause()
        lines = app.screen_text().splitlines()
        assert "2 3" in lines[1]
        assert "✗ 2 3 has a space" in lines[2]


async def test_pasting_lines_into_a_list_gives_each_its_own() -> None:
    async with opened(Field("x", Shown("x"), FieldKind.LIST, ("9",))) as (app, pilot):
        app.focused.post_message(events.Paste("0\n1\r\n2\n"))  # type: ignore[union-attr]
        await pilot.pause()
        await pilot.pause()
        assert app.form.values() == {"x": ("90", "1", "2")}
        assert app.changes[-1].values == app.form.values()


async def test_pasting_lines_into_a_text_loses_none_of_them() -> None:
    async with opened(Field("x", Shown("x"))) as (app, pilot):
        app.focused.post_message(events.Paste("one\ntwo"))  # type: ignore[union-attr]
        await pilot.pause()
        assert app.form.values() == {"x": "one\ntwo"}


async def test_a_text_with_control_characters_is_kept_exactly_shown_harmlessly_and_only_emptied() -> None:
    async with opened(Field("env", Shown("env"), FieldKind.LIST, (HOSTILE, "B=1"))) as (app, pilot):
        assert app.form.values() == {"env": (HOSTILE, "B=1")}
        painted = app.screen_text()
        assert shown(HOSTILE) in painted
        assert not set(painted) & set("\x1b\x07\u202e")
        assert "kept exactly" in painted
        await pilot.press("end", "x")
        assert app.form.values() == {"env": (HOSTILE, "B=1")}
        await pilot.press("backspace", "x")
        assert app.form.values() == {"env": ("x", "B=1")}


async def test_labels_hints_errors_and_choices_are_never_markup() -> None:
    fields = (
        Field("a", shown("[/a]"), hint=shown("[/b]"), help=shown("[/c]"), check=lambda text: "[/d]\x1b."),
        Field("b", shown("[red]"), FieldKind.FLAG),
        Field("c", shown("c"), FieldKind.CHOICE, options=("[@click=app.bell]x[/]",)),
    )
    async with opened(*fields) as (app, pilot):
        assert "[/c]" in app.screen_text()
        await pilot.press("ctrl+s")
        app.form.set_note("b", "[/e]")
        await pilot.pause()
        text = app.screen_text()
        for word in ("[/a]", "[/b]", "✗ [/d]␛.", "[ ] [red]", "[@click=app.bell]x[/]", "→ [/e]"):
            assert word in text


async def test_an_error_from_outside_stops_sending_until_the_field_is_edited() -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"db")
        app.form.set_error("name", "There is a db already.")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.sent == []
        assert "✗ There is a db already." in app.screen_text()
        await pilot.press("2", "ctrl+s")
        await pilot.pause()
        assert "already" not in app.screen_text()
        assert [event.values["name"] for event in app.sent] == ["db2"]


async def test_an_error_from_outside_can_be_taken_back_and_stand_at_flags_and_lists() -> None:
    async with opened() as (app, pilot):
        for field in ("tty", "ports", "restart"):
            app.form.set_error(field, f"No {field}.")
        await pilot.pause()
        assert app.form.errors() == {
            "name": "A name is needed.",
            "tty": "No tty.",
            "ports": "No ports.",
            "restart": "No restart.",
        }
        for field in ("tty", "ports", "restart"):
            assert f"✗ No {field}." in app.screen_text()
            app.form.set_error(field, None)
        await pilot.pause()
        assert "✗" not in app.screen_text()


async def test_a_note_does_not_stand_in_the_way() -> None:
    async with opened() as (app, pilot):
        app.form.set_note("name", "It will be pulled.")
        await pilot.press(*"db", "ctrl+s")
        await pilot.pause()
        assert "→ It will be pulled." in app.screen_text()
        assert len(app.sent) == 1


async def test_setting_values_keeps_the_others_and_reports_once() -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"db")
        app.changes.clear()
        values = {"stdin": True, "ports": ("1", HOSTILE, "3"), "restart": "elsewhere", "user": "me"}
        app.form.set_values(values)
        await pilot.pause()
        assert app.form.values() == {"name": "db", "tty": True, **values}
        assert [change.values for change in app.changes] == [app.form.values()]
        assert [entry.text for entry in app.form.query(Entry)] == ["db", "1", HOSTILE, "3", "", "me"]
        app.form.set_values({"ports": ()})
        await pilot.pause()
        assert [entry.text for entry in app.form.query(Entry)] == ["db", "", "me"]
        assert app.form.values()["ports"] == ()


async def test_a_line_added_a_moment_ago_takes_the_cursor() -> None:
    async with opened() as (app, _):
        app.form.focus_field("ports")
        app.form.set_values({"ports": ("1",)})
        await app.form.action_move(1)
        assert app.focused is app.form.query(Entry)[2]
        assert app.focused.text == ""


async def test_help_follows_the_cursor() -> None:
    async with opened() as (app, pilot):
        assert "What it is called" in app.screen_text().splitlines()[-1]
        await pilot.press("tab")
        await pilot.pause()
        assert "Keeps stdin open" in app.screen_text().splitlines()[-1]


async def test_up_and_down_stop_at_the_ends_and_reach_every_line_when_scrolled() -> None:
    async with opened(*FIELDS, size=(40, 5)) as (app, pilot):
        await pilot.press("up")
        assert app.focused is app.form.query(Entry).first()
        await pilot.press(*["down"] * 20)
        await pilot.pause()
        assert app.focused is app.form.query(Entry).last()
        assert "user" in app.screen_text()
        await pilot.press("up")
        assert isinstance(app.focused, Choice)


async def test_tab_and_left_and_right_walk_over_the_flags() -> None:
    async with opened() as (app, pilot):
        stdin, tty = app.form.query(Flag)
        await pilot.press("tab")
        assert app.focused is stdin
        await pilot.press("tab")
        assert app.focused is tty
        await pilot.press("right")
        assert app.focused is tty
        await pilot.press("left", "left")
        assert app.focused is stdin
        await pilot.press("shift+tab")
        assert app.focused is app.form.query(Entry).first()


async def test_a_click_switches_a_flag() -> None:
    async with opened() as (app, pilot):
        await pilot.click(app.form.query(Flag).first())
        await pilot.pause()
        assert app.form.values()["stdin"] is True
        assert "[x] -i stdin" in app.screen_text()


async def test_a_click_chooses_what_is_under_it() -> None:
    async with opened() as (app, pilot):
        choice = app.form.query_one(Choice)
        await pilot.click(choice, offset=(choice.render().plain.index("always"), 0))
        await pilot.pause()
        assert app.form.values()["restart"] == "always"
        assert app.changes[-1].values["restart"] == "always"


async def test_a_choice_too_wide_for_its_line_shows_the_chosen_one() -> None:
    field = Field("x", Shown("x"), FieldKind.CHOICE, "b" * 30, options=("a" * 30, "b" * 30, "c" * 30))
    async with opened(field) as (app, pilot):
        assert f"◂ {'b' * 30} ▸ 2 of 3" in app.screen_text()
        await pilot.press("left", "left")
        await pilot.pause()
        assert f"◂ {'c' * 30} ▸ 3 of 3" in app.screen_text()


async def test_typing_into_a_filled_field_adds_to_it() -> None:
    async with opened(Field("x", Shown("x"), value="abc")) as (app, pilot):
        await pilot.press("d")
        assert app.form.values() == {"x": "abcd"}


async def test_the_right_arrow_completes_a_suggestion() -> None:
    async with opened() as (app, pilot):
        app.form.focus_field("user")
        await pilot.press(*"www")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("right")
        assert app.form.values()["user"] == "www-data"


async def test_no_cursor_blinks() -> None:
    async with opened() as (app, _):
        assert not any(entry.cursor_blink for entry in app.form.query(Entry))


def test_every_key_has_a_name_of_its_own_and_a_tooltip() -> None:
    bindings = [
        binding
        for widget in (Form, Entry, Flag, Choice)
        for binding in widget.BINDINGS
        if isinstance(binding, Binding)
    ]
    names = [binding.id or "" for binding in bindings]
    assert all(name.startswith("form.") for name in names)
    assert len(set(names)) == len(names)
    assert all(binding.tooltip for binding in bindings)


async def test_every_input_is_one_line_high() -> None:
    async with opened() as (app, _):
        editors = [*app.form.query(Entry), *app.form.query(Flag), *app.form.query(Choice)]
        assert {editor.outer_size.height for editor in editors} == {1}
