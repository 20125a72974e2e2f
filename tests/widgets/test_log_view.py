from __future__ import annotations

import json
import unicodedata

import pytest
from rich.color import Color
from rich.style import Style
from rich.text import Text
from textual.events import MouseScrollUp

from tests.widgets.log_app import LogApp, add, lines, numbered, pointed, screen, showing, until
from widgets.log_view import LogText, LogView, SourceName
from widgets.sgr import parse
from widgets.text import shown
from widgets.wrapping import rows

HOSTILE = [
    "\x1b]52;c;aGk=\x07",
    "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "[/x]",
    "[@click=app.bell]x[/]",
    "a\u202eb",
    "\x1b[31",
    "\x1b]0;never ended",
    "\x1b",
    "\x1b[",
    "\x9b2J",
    "\x1b[2J\x1b[H\x1b[?1049h",
    "\x1bPq#0\x1b\\",
    "\x1bc",
    "null\x00bell\x07",
    "a\nb\x0bc",
]


def style_of(view: LogView, y: int, text: str) -> Style:
    return next(part.style for part in view.render_line(y) if text in part.text and part.style)


def is_harmful(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs") or character in "\u200e\u200f\u202a\u202b\u202d\u202e"
    )


async def test_the_view_follows_the_end() -> None:
    async with showing(numbered(5)) as (view, pilot):
        assert screen(view)[:6] == [*(f"  line {n}" for n in range(5)), ""]
        await add(view, pilot, numbered(50, 5))
        assert screen(view) == [f"  line {n}" for n in range(45, 55)]
        assert view.position == (46, 55)
        assert view.lines_count == 55


async def test_the_scrollbar_stands_at_the_end_from_the_first_lines_on() -> None:
    async with showing(numbered(50)) as (view, _):
        assert view.vertical_scrollbar.position == 40


async def test_scrolling_up_pauses_and_the_end_resumes() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("k")
        assert not view.follow
        await add(view, pilot, numbered(5, 50))
        assert screen(view)[0] == "  line 40"
        await pilot.press("G")
        assert view.follow
        assert screen(view)[-1] == "  line 54"
        await pilot.press("up", "end")
        await add(view, pilot, numbered(1, 55))
        assert screen(view)[-1] == "  line 55"
        assert isinstance(pilot.app, LogApp)
        assert pilot.app.follows == [False, True, False, True]


async def test_scrolling_back_down_to_the_end_follows_again() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("pageup", "pageup")
        assert not view.follow
        await pilot.press("pagedown")
        assert not view.follow
        await pilot.press("pagedown")
        assert view.follow


async def test_the_mouse_wheel_pauses_following() -> None:
    async with showing(numbered(50)) as (view, pilot):
        view.post_message(MouseScrollUp(view, 1, 1, 0, 0, 0, False, False, False))
        await pilot.pause()
        assert not view.follow
        assert screen(view)[-1] != "  line 49"


async def test_f_stays_here_and_follows_again() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("f")
        await add(view, pilot, numbered(5, 50))
        assert screen(view)[-1] == "  line 49"
        await pilot.press("f")
        assert screen(view)[-1] == "  line 54"


async def test_keys_move_through_the_log() -> None:
    async with showing(numbered(100)) as (view, pilot):
        for key, first, cursor in [
            ("g", 0, 0), ("j", 0, 1), ("down", 0, 2), ("k", 0, 1), ("up", 0, 0), ("pagedown", 10, 10),
            ("ctrl+d", 15, 15), ("k", 14, 14), ("ctrl+u", 9, 9), ("pageup", 0, 0),
            ("end", 90, 99), ("home", 0, 0),
        ]:  # fmt: skip
            await pilot.press(key)
            assert screen(view)[0] == f"  line {first}", key
            assert pointed(view) == [f"line {cursor}"], key
            assert view.current == LogText(f"line {cursor}")


@pytest.mark.parametrize("wrap", [False, True])
async def test_lines_that_fall_off_the_top_leave_the_view_on_the_same_text(wrap: bool) -> None:
    async with showing(numbered(100), limit=100) as (view, pilot):
        view.wrap = wrap
        await pilot.press("ctrl+u", "j", "j")
        before = screen(view)
        await add(view, pilot, numbered(30, 100))
        assert screen(view) == before
        assert view.position == (58, 67)
        await add(view, pilot, numbered(90, 130))
        assert screen(view)[0] == "  line 120", "when the text itself has gone, the oldest is shown"


async def test_only_the_last_lines_are_kept() -> None:
    async with showing(limit=100) as (view, pilot):
        for start in range(0, 1000, 50):
            view.append(numbered(50, start))
        view.append(numbered(350, 1000))
        await until(pilot, lambda: screen(view)[-1] == "  line 1349")
        assert view.lines_count == 100
        await pilot.press("g")
        assert screen(view)[0] == "  line 1250"


async def test_a_burst_is_taken_in_at_once_and_told() -> None:
    async with showing(numbered(5)) as (view, pilot):
        assert isinstance(pilot.app, LogApp)
        before = pilot.app.moves
        for start in range(0, 1000, 5):
            view.append(numbered(5, start))
        await until(pilot, lambda: screen(view)[-1] == "  line 999")
        await pilot.pause()
        assert 0 < pilot.app.moves - before < 20
        assert view.lines_count == 1000


async def test_clear_empties_the_view() -> None:
    async with showing(numbered(50)) as (view, pilot):
        view.clear()
        assert view.lines_count == 0
        assert view.position == (0, 0)
        assert not any(screen(view))
        await add(view, pilot, numbered(2))
        assert screen(view)[:3] == ["  line 0", "  line 1", ""]


async def test_lines_can_come_before_the_first_paint() -> None:
    app = LogApp(limit=100)
    app.view.append(numbered(50))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert screen(app.view)[-1] == "  line 49"


async def test_wrapping_shows_all_of_a_long_line() -> None:
    text = "".join(chr(ord("a") + n % 26) for n in range(100))
    async with showing(["first", text, "last"]) as (view, pilot):
        assert screen(view)[1] == "  " + text[:37]
        await pilot.press("w")
        assert screen(view)[:5] == [
            "  first",
            "  " + text[:37],
            "  " + text[37:74],
            "  " + text[74:],
            "  last",
        ]
        await pilot.press("w")
        assert screen(view)[2] == "  last"


async def test_wrapping_keeps_the_text_at_the_top() -> None:
    texts = [f"{number} " + "\x1b[32mword\x1b[0m " * (number % 30) for number in range(300)]
    async with showing(texts) as (view, pilot):
        await pilot.press("g", *["pagedown"] * 15)
        top = screen(view)[0].split()[0]
        await pilot.press("w")
        assert screen(view)[0].split()[0] == top
        await pilot.resize_terminal(25, 12)
        await pilot.pause()
        assert screen(view)[0].split()[0] == top
        await pilot.press("w")
        assert screen(view)[0].split()[0] == top


async def test_wrapped_text_is_shown_row_by_row_in_both_directions() -> None:
    texts = [f"{n}:" + "\x1b[1m日本\x1b[0m" * (n % 25) for n in range(60)]
    expected = [
        "  " + row.plain for text in texts for row in rows(Text(parse(text).plain), 37)
    ]  # the width less gutter and scrollbar
    async with showing(texts) as (view, pilot):
        await pilot.press("w")
        seen = screen(view)
        while view.scroll_offset.y:
            view.action_page(-1)
            above = screen(view)
            overlap = max(0, len(seen) + len(above) - len(expected)) if view.scroll_offset.y == 0 else 0
            seen = above[: len(above) - overlap] + seen
        assert seen == expected
        await pilot.press("g")
        for row in range(1, 40):
            view.scroll_relative(y=1, animate=False)
            assert screen(view) == expected[row : row + 10]


async def test_a_resize_neither_pauses_nor_resumes_following() -> None:
    async with showing(numbered(50)) as (view, pilot):
        for height in (20, 5, 30):
            await pilot.resize_terminal(40, height)
            await pilot.pause()
            assert view.follow
            assert screen(view)[-1] == "  line 49"
        await pilot.press("g", "j")
        top = screen(view)[0]
        for height in (45, 60, 10, 30):
            await pilot.resize_terminal(40, height)
            await pilot.pause()
            assert not view.follow
        assert screen(view)[0] == top


@pytest.mark.parametrize("theme", ["ansi-dark", "textual-light"])
async def test_streams_and_matches_differ_in_every_theme(theme: str) -> None:
    async with showing([LogText("out x"), LogText("err x", "err")]) as (view, pilot):
        pilot.app.theme = theme
        await pilot.pause()
        view.search("x")
        await pilot.pause()
        assert style_of(view, 0, "out").color != style_of(view, 1, "err").color
        assert style_of(view, 0, "x").bgcolor != style_of(view, 0, "out").bgcolor
        assert style_of(view, 1, "x").bgcolor != style_of(view, 0, "x").bgcolor


async def test_left_and_right_scroll_only_what_is_not_wrapped() -> None:
    text = "".join(str(n % 10) for n in range(100))
    async with showing([text]) as (view, pilot):
        await pilot.press("right")
        assert screen(view)[0] == "  " + text[8:45]
        await pilot.press(*["right"] * 20)
        assert screen(view)[0] == "  " + text[-37:]
        await pilot.press(*["left"] * 20)
        assert screen(view)[0] == "  " + text[:37]
        await pilot.press("w", "right")
        assert screen(view)[0] == "  " + text[:37]


async def test_streams_differ_by_glyph_and_colour() -> None:
    async with showing([LogText("out"), LogText("err", "err"), LogText("note", "note")]) as (view, _):
        assert screen(view)[:3] == ["  out", "┃ err", "· note"]
        assert style_of(view, 0, "out").color != style_of(view, 1, "err").color
        assert style_of(view, 1, "err").color == view.get_component_rich_style("log-view--err").color


async def test_colours_are_painted() -> None:
    async with showing(["a\x1b[1;31mred\x1b[0m\x1b[38;5;208mor\x1b[48;2;1;2;3mbg"]) as (view, _):
        assert screen(view)[0] == "  aredorbg"
        red = style_of(view, 0, "red")
        assert (red.color, red.bold) == (Color.from_ansi(1), True)
        assert style_of(view, 0, "or").color == Color.from_ansi(208)
        assert style_of(view, 0, "bg").bgcolor == Color.from_rgb(1, 2, 3)


async def test_a_search_counts_lines_goes_to_one_and_round() -> None:
    async with showing([*numbered(40), "Needle here", *numbered(40), "a needle needle", "end"]) as (
        view,
        pilot,
    ):
        assert view.search("nEEdle") == 2
        assert not view.follow
        assert "  a needle needle" in screen(view)
        assert view.match_position == (2, 2)
        await pilot.press("n")
        assert "  Needle here" in screen(view)
        assert view.match_position == (1, 2)
        await pilot.press("n")
        assert "  a needle needle" in screen(view)
        await pilot.press("N")
        assert "  Needle here" in screen(view)
        assert view.search("absent") == 0
        assert view.search("") == 0
        assert view.match_position == (0, 0)


async def test_matches_are_marked_the_current_one_differently() -> None:
    async with showing(["one needle", "two needles, needle"]) as (view, pilot):
        view.search("needle")
        current = view.get_component_rich_style("log-view--match-current").bgcolor
        other = view.get_component_rich_style("log-view--match").bgcolor
        assert style_of(view, 0, "needle").bgcolor == current
        assert [part.text for part in view.render_line(1) if part.style and part.style.bgcolor == other] == [
            "needle"
        ] * 2
        await pilot.press("n")
        assert style_of(view, 1, "needle").bgcolor == current


async def test_matches_come_and_go_with_their_lines() -> None:
    async with showing(["needle", *numbered(50)], limit=60) as (view, pilot):
        assert view.search("needle") == 1
        await add(view, pilot, lines("new needle", *numbered(20)))
        assert view.match_position[1] == 1
        await pilot.press("n")
        assert "  new needle" in screen(view)


async def test_a_search_looks_at_what_is_seen() -> None:
    async with showing(["a\x1b[31mbc\x1b[0md", '{"level":"info","msg":"up","port":80}']) as (view, _):
        assert view.search("abcd") == 1
        assert view.search("[31m") == 0
        assert view.search("port=80") == 1
        view.fields = False
        assert view.search("port=80") == 0
        assert view.search('"port":80') == 1
        assert view.search("/^a.*d$/") == 1
        with pytest.raises(ValueError, match="Not a regular expression"):
            view.search("/(/")
        assert view.match_position == (1, 1)


async def test_wide_and_combining_characters_stay_within_the_width() -> None:
    async with showing(["日本語" * 30, "e\u0301" * 90, "x日" * 30, "👩\u200d💻\ufe0f" * 20]) as (view, pilot):
        for key in ("right", "w", "T"):
            assert {view.render_line(y).cell_length for y in range(10)} == {39}
            await pilot.press(key)
        assert {view.render_line(y).cell_length for y in range(10)} == {39}


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_painted_as_harmless_text(text: str) -> None:
    record = json.dumps({"level": text, "msg": text, text: text})
    lines_ = [
        LogText(text, "err"),
        LogText(text, "rule"),
        LogText(text, "note"),
        record,
        f"a={text} b={text}",
    ]
    async with showing(lines_) as (view, pilot):
        view.show_sources([SourceName(shown(text)), SourceName(shown("b"))])
        for key in ("T", "w", "x", "right", "w", "k", "v"):
            assert not any(is_harmful(character) for line in screen(view) for character in line)
            styles = [part.style for y in range(view.size.height) for part in view.render_line(y)]
            assert not any(style and (style.link or style.meta) for style in styles)
            await pilot.press(key)
        view.show_sources(())
        view.times = "off"
        view.wrap = False
        await pilot.press("g", *["left"] * 3)
        if text.isascii() and text.isprintable():
            assert screen(view)[0] == f"┃ {text}"[:39]


async def test_a_megabyte_on_one_line_does_no_harm() -> None:
    async with showing(["x" * 1_000_000, "\t" * 1_000_000, "\x1b[" * 500_000, "after"]) as (view, pilot):
        await pilot.press("w", "g", "G", "k", "w")
        await pilot.press("g")
        assert screen(view)[0] == "  " + "x" * 37
        assert screen(view)[3] == "  after"


async def test_every_key_has_an_id_and_a_tooltip() -> None:
    keys = [binding.key for binding in LogView.BINDINGS]
    assert len(keys) == len(set(keys))
    for binding in LogView.BINDINGS:
        assert binding.id
        assert binding.tooltip
        assert not binding.show
