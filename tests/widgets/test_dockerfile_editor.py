"""The editor for Dockerfiles, used from the keyboard; what is shown of a text comes from a stand-in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.widgets.log_app import until
from tui.theme import WHARF, WHARF_16
from widgets import dockerfile_editor
from widgets.code_area import exact, held, painted
from widgets.dockerfile_editor import QUICK, DockerfileEditor, Look
from widgets.text import Shown, shown

TEXT = "FROM a\n\tRUN b \\\n  && c\nNOPE x\nCOPY d e\n"
HELP = {
    "FROM": "Begins a stage.\nFROM alpine",
    "COPY": "Copies.\nCOPY a b",
    "CMD": "Runs.\nCMD a",
    "RUN": "Runs.\nRUN a",
}


class Wrong(NamedTuple):
    line: int
    column: int
    severity: str
    sentence: str
    mend: str


class Plain:
    """The first word of a line in capitals is its instruction; NOPE is a mistake, COPY is doubtful."""

    def __init__(self, text: str) -> None:
        self._rows = text.split("\n")

    @property
    def problems(self) -> Sequence[Wrong]:
        found = []
        for line, row in enumerate(self._rows, 1):
            if "NOPE" in row:
                found.append(Wrong(line, row.index("NOPE") + 1, "error", "NOPE is [/none].", "Remove\x1bit."))
            if "COPY" in row:
                found.append(Wrong(line, row.index("COPY") + 1, "hint", "COPY copies.", "Do not."))
        return found

    def spans(self, line: int) -> list[tuple[int, int, str]]:
        word = re.match(r"\s*([A-Z]+)", self._rows[line - 1]) if line <= len(self._rows) else None
        return [(*word.span(1), "instruction"), (0, 10**6, "unheard-of")] if word else []

    def word(self, line: int) -> str:
        return self._rows[line - 1].split(" ")[0].strip() if line <= len(self._rows) else ""

    def begins(self, line: int) -> bool:
        return not "".join(self._rows[line - 2 : line - 1]).endswith("\\")


class EditorApp(App[None]):
    def __init__(self, text: str, look: Callable[[str], Look] = Plain, ansi: bool = False) -> None:
        super().__init__(ansi_color=ansi)
        theme = WHARF_16 if ansi else WHARF
        self.register_theme(theme)
        self.theme = theme.name
        self.editor = DockerfileEditor(text, look=look, words=HELP, path_label=Shown("shop/Dockerfile"))
        self.events: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.editor

    def on_mount(self) -> None:
        self.editor.focus()

    def on_dockerfile_editor_saved(self) -> None:
        self.events.append("saved")

    def on_dockerfile_editor_left(self) -> None:
        self.events.append("left")

    def rows(self) -> list[str]:
        """All that is painted."""
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


@asynccontextmanager
async def editing(text: str = TEXT, ansi: bool = False) -> AsyncIterator[tuple[EditorApp, Pilot[None]]]:
    app = EditorApp(text, ansi=ansi)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield app, pilot


def style_of(app: EditorApp, row: int, word: str) -> tuple[str, bool]:
    """The colour of a word on the screen, and whether it is bold."""
    for segment in app.screen._compositor.render_strips()[row]:
        if word in segment.text and segment.style is not None:
            return str(segment.style.color and segment.style.color.name), bool(segment.style.bold)
    raise AssertionError(f"{word} is not in row {row}")


async def test_lines_have_numbers_and_marks_and_the_place_is_said() -> None:
    async with editing() as (app, _):
        rows = app.rows()
        assert "shop/Dockerfile" in rows[0]
        assert "✗ 1 mistake  ! 1 hint  line 1, column 1" in rows[0]
        assert rows[1].rstrip() == "1  FROM a"
        assert rows[2] == "2      RUN b \\"
        assert rows[4] == "4✗ NOPE x"
        assert rows[5] == "5! COPY d e"


async def test_help_is_for_the_instruction_at_the_cursor() -> None:
    async with editing() as (app, pilot):
        assert app.rows()[-2:] == [" FROM  Begins a stage.", "       FROM alpine"]
        await pilot.press("down", "down")
        assert app.rows()[-2:] == ["", ""]
        await pilot.press("ctrl+end", "down", "down", "down")
        assert "tab completes it" in app.rows()[-2]


async def test_the_mistake_at_the_cursor_is_said_safely() -> None:
    async with editing() as (app, pilot):
        await pilot.press("down", "down", "down")
        assert app.rows()[-2:] == [" ✗ NOPE is [/none].", " Remove␛it."]


async def test_f8_goes_through_the_mistakes() -> None:
    async with editing() as (app, pilot):
        lines = []
        for _ in range(3):
            await pilot.press("f8")
            lines.append(app.editor.line)
        await pilot.press("shift+f8")
        assert (lines, app.editor.line) == ([4, 5, 4], 5)


async def test_what_is_typed_is_looked_at_at_once() -> None:
    async with editing("") as (app, pilot):
        await pilot.press(*"NOPE")
        assert app.rows()[1] == "1✗ NOPE"
        await pilot.press("backspace")
        assert app.rows()[1] == "1  NOP"
        await pilot.press("ctrl+z")
        await pilot.press("ctrl+y")
        assert app.editor.text == "NOP"


async def test_undo_brings_back_what_was_taken() -> None:
    async with editing() as (app, pilot):
        await pilot.press("ctrl+k")
        assert app.editor.text != TEXT
        await pilot.press("ctrl+z")
        assert app.editor.text == TEXT


async def test_saving_and_leaving_are_for_whoever_holds_it() -> None:
    async with editing() as (app, pilot):
        await pilot.press("x", "ctrl+s", "escape")
        assert app.events == ["saved", "left"]


@pytest.mark.parametrize("ansi", [False, True])
async def test_instructions_stand_out_in_many_colours_and_in_16(ansi: bool) -> None:
    async with editing(ansi=ansi) as (app, pilot):
        await pilot.press("down")
        colour, bold = style_of(app, 1, "FROM")
        assert bold
        assert colour != style_of(app, 3, "&& c")[0]
        assert style_of(app, 4, "4")[0] != style_of(app, 3, "3")[0]


async def test_tab_completes_the_instruction_and_goes_on_to_the_next() -> None:
    async with editing("") as (app, pilot):
        await pilot.press(*"co", "tab", *"x y", "enter", "c", "tab")
        assert app.editor.text == "COPY x y\nCOPY "
        await pilot.press("tab")
        assert app.editor.text == "COPY x y\nCMD "
        await pilot.press("tab")
        assert app.editor.text == "COPY x y\nCOPY "
        await pilot.press("end", "a", "tab")
        assert app.editor.text == "COPY x y\nCOPY a" + " " * 2


async def test_tab_indents_where_no_instruction_begins() -> None:
    async with editing("RUN a \\\n") as (app, pilot):
        await pilot.press("down", "c", "tab", "x")
        assert app.editor.text == "RUN a \\\nc   x"
    async with editing("\tRUN a \\\n") as (app, pilot):
        await pilot.press("down", "tab", "x")
        assert app.editor.text == "\tRUN a \\\n\tx"


@pytest.mark.parametrize(
    "text",
    [
        "a\r\nb\r\n",
        "a\r\nb\n",
        "a\rb\n",
        "a\x85b\u2028c\x0bd\x0ce\n",
        "no end",
        "",
        "\ufeffFROM a\n",
        "\x1b]52;c;x\x07 \u202e\x00 \udc80\n",
        "\ta\tb \n\n\n",
    ],
)
async def test_a_text_stays_as_it_is(text: str) -> None:
    async with editing(text) as (app, pilot):
        assert app.editor.text == text
        assert not any(shown(row, len(row) + 1) != row for row in app.rows())
        await pilot.press("z", "backspace")
        assert app.editor.text == text


async def test_new_lines_of_a_windows_file_are_windows_lines() -> None:
    async with editing("a\r\nb\r\n") as (app, pilot):
        await pilot.press("x", "enter")
        assert app.editor.text == "x\r\na\r\nb\r\n"


@given(st.text())
def test_what_is_held_is_exact(text: str) -> None:
    assert exact(held(text)) == text
    assert len(painted(held(text))) == len(text)


async def test_hostile_text_is_pasted_as_pictures_of_itself() -> None:
    async with editing("") as (app, pilot):
        app.post_message(events.Paste("A\x1b]52;c;x\x07\r\n\tB\u202e\rC"))
        await pilot.pause()
        assert app.editor.text == "A␛]52;c;x␇\n\tB\ufffd\nC"


async def test_what_is_copied_may_be_pasted_anywhere() -> None:
    async with editing("A\x1b\x85\udc80\tB\n") as (app, pilot):
        await pilot.press("f7", "ctrl+c")
        assert app.clipboard == "A␛\ufffd\ufffd\tB\n"
        await pilot.press("ctrl+x")
        assert app.clipboard == "A␛\ufffd\ufffd\tB\n"
        assert app.editor.text == ""
        await pilot.press("ctrl+z")
        assert app.editor.text == "A\x1b\x85\udc80\tB\n"


async def test_going_to_a_line_shows_it() -> None:
    async with editing("x\n" * 300) as (app, pilot):
        app.editor.go_to(200)
        await pilot.pause()
        assert any(row.startswith("200") for row in app.rows())
        app.editor.go_to(9999)
        assert app.editor.line == 301


async def test_only_the_lines_in_sight_of_a_huge_text_are_coloured() -> None:
    asked: set[int] = set()

    class Counting(Plain):
        def spans(self, line: int) -> list[tuple[int, int, str]]:
            asked.add(line)
            return super().spans(line)

    text = "RUN something long enough\n" * 20_000
    app = EditorApp(text, Counting)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.rows()[1].endswith("1  RUN something long enough")
        assert 0 < len(asked) < 50
        await pilot.press("N")
        assert app.editor.text == "N" + text


async def test_a_long_text_is_looked_at_when_nothing_is_typed_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dockerfile_editor, "REST_SECONDS", 60.0)
    async with editing("x\n" * (QUICK // 2)) as (app, pilot):
        await pilot.press(*"NOPE")
        assert app.editor.text.startswith("NOPE")
        assert "mistake" not in app.rows()[0]
        monkeypatch.setattr(dockerfile_editor, "REST_SECONDS", 0.1)
        await pilot.press("S")
        await until(pilot, lambda: "✗ 1 mistake" in app.rows()[0])
