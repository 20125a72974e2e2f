"""The help screen and the words for keys."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.screens.hosting import Host
from tui.screens.help import HelpRow, HelpScreen, HelpSection
from tui.screens.keys import key_words
from tui.screens.rows import TextRows

SECTIONS = [
    HelpSection(
        "Containers",
        [
            HelpRow("ctrl+k", "kill", "Send a [signal].", "docker kill NAME"),
            HelpRow("X", "prune", "Remove all that are not running.", "docker container prune"),
        ],
    ),
    HelpSection("Images", [HelpRow("X", "prune", "Remove dangling ones.", "docker image prune")]),
    HelpSection("Everywhere", [HelpRow("question_mark", "help", "This screen."), HelpRow("", "quit")]),
]


def text(screen: HelpScreen) -> str:
    return screen.query_one("#main", TextRows).text


async def test_all_sections_stand_with_keys_as_people_read_them() -> None:
    screen = HelpScreen(SECTIONS)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = [" ".join(line.split()) for line in text(screen).splitlines()]
        assert lines[:4] == [
            "Containers",
            "ctrl-k kill Send a [signal].",
            "docker kill NAME",
            "X prune Remove all that are not running.",
        ]
        assert "? help This screen." in lines
        assert "quit" in lines


async def test_a_wide_screen_has_two_columns() -> None:
    screen = HelpScreen(SECTIONS)
    app = Host(lambda: screen)
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        assert text(screen).splitlines()[0].split() == ["Containers", "Images"]


async def test_searching_shows_only_what_all_words_occur_in() -> None:
    screen = HelpScreen(SECTIONS)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"pRune", "space", *"dang")
        await pilot.pause()
        assert [line.split()[0] for line in text(screen).splitlines() if line] == ["Images", "X", "docker"]
        await pilot.press("enter", "escape")
        assert app.ended == []
        assert "Containers" in text(screen)
        await pilot.press("escape")
        assert app.ended == [None]


async def test_a_search_without_result_says_so_and_is_not_read_as_markup() -> None:
    screen = HelpScreen(SECTIONS)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "left_square_bracket", "slash", "x", "right_square_bracket")
        assert screen.query_one(Input).value == "[/x]"
        assert text(screen) == "Nothing has to do with '[/x]'."


@pytest.mark.parametrize("key", ["escape", "q", "question_mark"])
async def test_it_closes(key: str) -> None:
    app = Host(lambda: HelpScreen(SECTIONS))
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.ended == [None]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ctrl+k", "ctrl-k"),
        ("question_mark", "?"),
        ("left_square_bracket", "["),
        ("slash", "/"),
        ("colon", ":"),
        ("asterisk", "*"),
        ("comma", ","),
        ("full_stop", "."),
        ("space", "space"),
        ("escape", "esc"),
        ("enter", "enter"),
        ("tab", "tab"),
        ("shift+tab", "shift-tab"),
        ("j,down", "j ↓"),
        ("G", "G"),
        ("f1", "f1"),
        ("ctrl+plus", "ctrl-+"),
        ("pageup", "pgup"),
        ("", ""),
        (",", ","),
        ("+", "+"),
    ],
)
def test_keys_in_words(key: str, words: str) -> None:
    assert key_words(key) == words


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_long_word_of_what_a_key_does_goes_on_below_itself(size: tuple[int, int]) -> None:
    what = (
        "Delete the manifest from the registry, after showing what goes with it, and what of it stays there"
    )
    screen = HelpScreen([HelpSection("Among the tags", [HelpRow("d", what), HelpRow("y", "Copy")])])
    app = Host(lambda: screen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        lines = text(screen).splitlines()
        assert " ".join(" ".join(lines).split()) == f"Among the tags d {what} y Copy"
        assert max(map(len, lines)) <= screen.query_one("#main", TextRows).size.width
        assert lines[2].startswith("   ")
