from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from widgets.json_rows import MASK
from widgets.json_tree import JsonTree, Path

INSPECT = {
    "Id": "f00d",
    "State": {"Running": True, "Pid": 42, "Health": None},
    "Config": {"Env": ["PATH=/bin", "DB_PASSWORD=hunter2"], "Labels": {}},
    "Mounts": [],
}
HOSTILE = [
    "\x1b]52;c;aGk=\x07",
    "[/x]",
    "[@click=app.bell]x[/]",
    "a\u202eb",
    "\x1b[31",
    "\x9b2J",
    "new\nline",
]


def secret(path: Path, value: Any) -> int | None:
    return value.index("=") + 1 if isinstance(value, str) and "PASSWORD=" in value else None


class TreeApp(App[None]):
    def __init__(self, **arguments: Any) -> None:
        super().__init__()
        self.json = JsonTree(secret=secret, **arguments)
        self.moves: list[Path] = []

    def compose(self) -> ComposeResult:
        yield self.json

    def on_json_tree_moved(self, event: JsonTree.Moved) -> None:
        self.moves.append(event.path)


@asynccontextmanager
async def showing(
    document: Any = INSPECT, size: tuple[int, int] = (60, 20)
) -> AsyncIterator[tuple[JsonTree, Pilot[None]]]:
    app = TreeApp()
    async with app.run_test(size=size) as pilot:
        app.json.show(document)
        app.json.focus()
        await pilot.pause()
        yield app.json, pilot


def painted(tree: JsonTree) -> list[str]:
    lines = [tree.render_line(y).text.rstrip() for y in range(tree.size.height)]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def moves(pilot: Pilot[None]) -> list[Path]:
    assert isinstance(pilot.app, TreeApp)
    return pilot.app.moves


def is_harmful(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs") or character in "\u200e\u200f\u202a\u202b\u202d\u202e"
    )


async def test_a_document_opens_folded_with_the_size_of_each_branch() -> None:
    async with showing() as (tree, _):
        assert painted(tree) == [
            '▌  Id: "f00d"',
            " ▸ State  {3}",
            " ▸ Config  {2}",
            "   Mounts: []",
        ]


async def test_unfolding_shows_what_is_inside_by_type_and_indented() -> None:
    async with showing() as (tree, pilot):
        await pilot.press("j", "enter")
        assert painted(tree)[1:6] == [
            "▌▾ State",
            " │   Running: true",
            " │   Pid: 42",
            " │   Health: null",
            " ▸ Config  {2}",
        ]


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_enter_and_space_fold_what_they_unfolded(key: str) -> None:
    async with showing() as (tree, pilot):
        before = painted(tree)
        await pilot.press("j", key)
        assert len(painted(tree)) == len(before) + 3
        await pilot.press(key)
        assert len(painted(tree)) == len(before)


async def test_left_folds_and_from_inside_goes_to_the_branch() -> None:
    async with showing() as (tree, pilot):
        await pilot.press("j", "l", "l", "j")
        assert tree.cursor_path == ("State", "Pid")
        await pilot.press("h")
        assert tree.cursor_path == ("State",)
        assert "▌▾ State" in painted(tree)
        await pilot.press("left")
        assert "▌▸ State  {3}" in painted(tree)


async def test_minus_and_plus_fold_and_unfold_everything() -> None:
    async with showing() as (tree, pilot):
        await pilot.press("+")
        assert len(painted(tree)) == 11
        await pilot.press("j", "j", "-")
        assert len(painted(tree)) == 4
        assert tree.cursor_path == ("State",), "the cursor comes out of what was folded"


async def test_folding_a_path_takes_the_cursor_out_of_it() -> None:
    async with showing() as (tree, _):
        tree.unfold(("Config", "Env"))
        tree.search("PATH")
        assert tree.cursor_path == ("Config", "Env", 0)
        tree.fold(("Config",))
        assert tree.cursor_path == ("Config",)


async def test_keys_move_the_cursor_and_tell() -> None:
    async with showing(list(range(100))) as (tree, pilot):
        for key, index in [
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("G", 99), ("g", 0), ("end", 99),
            ("home", 0), ("pagedown", 20), ("ctrl+d", 30), ("ctrl+u", 20), ("pageup", 0),
        ]:  # fmt: skip
            await pilot.press(key)
            assert tree.cursor_path == (index,), key
            assert any(line.startswith("▌") for line in painted(tree)), f"{key} lost the cursor from sight"
        assert moves(pilot)[:4] == [(0,), (1,), (2,), (1,)]
        assert len(moves(pilot)) == 13, "a key that moved nothing tells nothing"


async def test_a_refresh_keeps_folds_and_cursor_by_path() -> None:
    async with showing() as (tree, pilot):
        await pilot.press("j", "l", "j", "j")
        assert tree.cursor_path == ("State", "Pid")
        tree.show({"New": 1, "More": 2, **INSPECT, "State": {"Pid": 43, "Running": True}})
        await pilot.pause()
        assert tree.cursor_path == ("State", "Pid")
        assert tree.cursor_value == 43
        assert "▌│   Pid: 43" in painted(tree)


async def test_a_refresh_keeps_the_cursor_on_its_line_of_the_screen() -> None:
    async with showing({f"k{n}": n for n in range(100)}) as (tree, pilot):
        tree.search("k50")
        await pilot.pause()
        line = next(y for y, text in enumerate(painted(tree)) if text.startswith("▌"))
        tree.show({f"new{n}": n for n in range(7)} | {f"k{n}": n for n in range(100)})
        await pilot.pause()
        assert painted(tree)[line] == "▌  k50: 50"


async def test_a_value_that_is_gone_leaves_the_cursor_at_what_held_it() -> None:
    async with showing() as (tree, _):
        tree.search("Pid")
        tree.show({**INSPECT, "State": {"Running": False}})
        assert tree.cursor_path == ("State",)
        tree.show({"Id": "other"})
        assert tree.cursor_path == ("Id",)


async def test_a_document_can_come_before_the_first_paint() -> None:
    app = TreeApp()
    app.json.show(INSPECT)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert painted(app.json)[0] == '▌  Id: "f00d"'


@pytest.mark.parametrize(
    ("document", "line"), [({}, "▌  {}"), ([], "▌  []"), ("x", '▌  "x"'), (None, "▌  null"), (1.5, "▌  1.5")]
)
async def test_documents_without_rows_are_one_line(document: Any, line: str) -> None:
    async with showing(document) as (tree, pilot):
        await pilot.press("enter", "l", "h", "j", "n", "-", "+")
        assert painted(tree) == [line]


async def test_secrets_are_covered_until_asked() -> None:
    async with showing() as (tree, pilot):
        tree.unfold(("Config", "Env"))
        assert f' │ │   1: "DB_PASSWORD={MASK}"' in painted(tree)
        assert "hunter2" not in "".join(painted(tree))
        await pilot.press("m")
        assert tree.reveal
        assert ' │ │   1: "DB_PASSWORD=hunter2"' in painted(tree)
        await pilot.press("m")
        assert "hunter2" not in "".join(painted(tree))


async def test_the_cursor_says_whether_its_value_is_covered() -> None:
    async with showing() as (tree, _):
        assert not tree.cursor_masked
        tree.search("PASSWORD")
        assert tree.cursor_masked
        assert tree.cursor_value == "DB_PASSWORD=hunter2"
        tree.reveal = True
        assert not tree.cursor_masked


async def test_a_search_does_not_find_what_is_covered() -> None:
    async with showing() as (tree, _):
        assert tree.search("hunter") == 0
        assert tree.search("•") == 0
        assert tree.search("db_pass") == 1
        tree.reveal = True
        assert tree.search("hunter") == 1


async def test_a_search_in_keys_and_values_unfolds_and_goes_round() -> None:
    async with showing() as (tree, pilot):
        assert tree.search("PA") == 2
        assert tree.cursor_path == ("Config", "Env", 0)
        assert '▌│ │   0: "PATH=/bin"' in painted(tree)
        assert tree.match_position == (1, 2)
        await pilot.press("n")
        assert tree.cursor_path == ("Config", "Env", 1)
        assert tree.match_position == (2, 2)
        await pilot.press("n")
        assert tree.cursor_path == ("Config", "Env", 0)
        await pilot.press("N")
        assert tree.cursor_path == ("Config", "Env", 1)
        await pilot.press("g", "n")
        assert tree.cursor_path == ("Config", "Env", 0), "the next match counts from the cursor"
        assert tree.search("running") == 1
        assert tree.cursor_path == ("State", "Running")
        assert tree.search("") == 0


async def test_showing_secrets_makes_them_matches() -> None:
    async with showing() as (tree, pilot):
        assert tree.search("hunter") == 0
        await pilot.press("m")
        assert tree.match_position == (0, 1)


async def test_what_was_folded_is_still_searched_and_unfolds_again() -> None:
    async with showing() as (tree, pilot):
        await pilot.press("+")
        everything = len(painted(tree))
        await pilot.press("j", "h")
        assert tree.search("pid") == 1
        await pilot.press("-", "+")
        assert len(painted(tree)) == everything


async def test_matches_are_marked_where_they_stand() -> None:
    async with showing({"Name": "web web", "Other": 1}) as (tree, pilot):
        await pilot.press("G")
        tree.search("EB")
        await pilot.press("G")
        match = tree.get_component_rich_style("json-tree--match").bgcolor
        marked = [part.text for part in tree.render_line(0) if part.style and part.style.bgcolor == match]
        assert marked == ["eb", "eb"]


async def test_matches_follow_a_refreshed_document() -> None:
    async with showing({"a": "x", "b": "y"}) as (tree, pilot):
        assert tree.search("x") == 1
        tree.show({"a": "x", "b": "x"})
        assert tree.match_position == (1, 2)
        await pilot.press("n")
        assert tree.cursor_path == ("b",)


async def test_a_long_value_is_cut_and_shown_whole_under_the_cursor() -> None:
    value = "0123456789" * 10
    async with showing({"a": 1, "Long": value, "z": 2}, size=(40, 10)) as (tree, pilot):
        assert painted(tree)[1] == '   Long: "' + value[:28] + "…"
        await pilot.press("j")
        lines = painted(tree)
        assert "".join(line[1:].strip() for line in lines[1:-1]) == f'Long: "{value}"'
        assert lines[-1] == "   z: 2"
        await pilot.press("j")
        assert painted(tree)[2] == "▌  z: 2"


async def test_wide_characters_stay_within_the_width() -> None:
    async with showing({"名前": "コンテナ" * 20, "e\u0301": "e\u0301" * 50}, size=(31, 12)) as (tree, pilot):
        for key in ("j", "k"):
            await pilot.press(key)
            widths = {tree.render_line(y).cell_length for y in range(12)}
            assert widths == {30}


async def test_a_click_moves_the_cursor_and_the_arrow_unfolds() -> None:
    async with showing() as (tree, pilot):
        await pilot.click(JsonTree, offset=(8, 2))
        assert tree.cursor_path == ("Config",)
        assert len(painted(tree)) == 4
        await pilot.click(JsonTree, offset=(1, 1))
        assert tree.cursor_path == ("State",)
        assert len(painted(tree)) == 7
        await pilot.click(JsonTree, offset=(8, 1))
        assert len(painted(tree)) == 4, "a click on the cursor folds"
        await pilot.click(JsonTree, offset=(8, 15))
        assert tree.cursor_path == ("State",)


async def test_a_resize_breaks_the_value_under_the_cursor_anew() -> None:
    async with showing({"Long": "x" * 100}, size=(40, 10)) as (tree, pilot):
        narrow = len(painted(tree))
        await pilot.resize_terminal(120, 10)
        await pilot.pause()
        assert narrow > 1
        assert len(painted(tree)) == 1


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_painted_as_harmless_text(text: str) -> None:
    async with showing({text: text, "list": [text]}) as (tree, pilot):
        await pilot.press("+", "j")
        assert not any(is_harmful(character) for line in painted(tree) for character in line)
        if text.isprintable() and text.isascii():
            assert f'"{text}"' in painted(tree)[0]
        assert tree.cursor_value == [text]


async def test_a_megabyte_in_one_value_is_cut() -> None:
    async with showing({"big": "x" * 1_000_000, "after": 1}) as (tree, pilot):
        assert tree.virtual_size.height < 1000
        assert tree.search("xxx") == 1
        await pilot.press("j")
        assert painted(tree)[-1] == "▌  after: 1"


async def test_every_key_has_an_id_and_a_tooltip() -> None:
    keys = [binding.key for binding in JsonTree.BINDINGS]
    assert len(keys) == len(set(keys))
    for binding in JsonTree.BINDINGS:
        assert binding.id
        assert binding.tooltip
        assert not binding.show


async def test_deep_documents_unfold_without_recursion() -> None:
    document: Any = 0
    for _ in range(2000):
        document = [document]
    async with showing(document) as (tree, pilot):
        await pilot.press("+", "G")
        assert len(tree.cursor_path) == 2000
        assert painted(tree)[-1].endswith("0: 0")
