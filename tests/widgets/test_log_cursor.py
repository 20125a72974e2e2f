"""The cursor of a log, the range, and the window that goes along."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from tests.widgets.log_app import LogApp, add, lines, numbered, pointed, screen, showing
from widgets.log_view import LogText, LogView, Sieve


def wanted(view: LogView) -> list[str]:
    assert isinstance(view.app, LogApp)
    return view.app.wanted


def timed(first: int, last: int) -> list[LogText]:
    return [LogText(f"line {at}", at=at) for at in range(first, last)]


def backgrounds(view: LogView, y: int) -> set[object]:
    return {part.style.bgcolor for part in view.render_line(y) if part.style}


async def test_while_following_the_newest_line_is_pointed_at_but_not_lit() -> None:
    async with showing(numbered(50)) as (view, pilot):
        assert pointed(view) == ["line 49"]
        assert backgrounds(view, 9) == backgrounds(view, 8)
        await add(view, pilot, numbered(1, 50))
        assert pointed(view) == ["line 50"]
        await pilot.press("k")
        assert pointed(view) == ["line 49"]
        assert backgrounds(view, 8) != backgrounds(view, 7)


@pytest.mark.parametrize("theme", ["textual-dark", "ansi-dark"])
async def test_the_cursor_line_differs_in_every_theme(theme: str) -> None:
    async with showing(numbered(5)) as (view, pilot):
        pilot.app.theme = theme
        await pilot.press("k")
        await pilot.pause()
        there, elsewhere = ({part.style for part in view.render_line(y)} for y in (3, 2))
        assert not there & elsewhere


async def test_without_focus_there_is_no_cursor_to_see() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("k")
        pilot.app.set_focus(None)
        await pilot.pause()
        assert pointed(view) == []
        assert backgrounds(view, 8) == backgrounds(view, 7)


async def test_moving_within_the_view_paints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("k", "k")
        regions: list[Region] = []
        refresh = view.refresh
        monkeypatch.setattr(
            view, "refresh", lambda *areas, **how: (regions.extend(areas), refresh(*areas, **how))[1]
        )
        await pilot.press("k")
        assert sorted(region.y for region in regions) == [6, 7]
        assert {region.height for region in regions} == {1}


async def test_the_view_scrolls_only_at_its_edges() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press(*["k"] * 9)
        assert (screen(view)[0], pointed(view)) == ("  line 40", ["line 40"])
        await pilot.press("k")
        assert (screen(view)[0], pointed(view)) == ("  line 39", ["line 39"])
        await pilot.press(*["j"] * 9)
        assert (screen(view)[0], pointed(view)) == ("  line 39", ["line 48"])


async def test_a_wrapped_line_taller_than_the_view_is_seen_row_by_row() -> None:
    tall = "".join(f"{row:<37}" for row in range(25)).rstrip()
    async with showing(["above", tall, "below"]) as (view, pilot):
        view.wrap = True
        await pilot.press("g", "j")
        assert screen(view)[:2] == ["  above", "  0"]
        seen = {row.strip() for row in screen(view)}
        presses = 0
        while view.current == LogText(tall):
            await pilot.press("j")
            presses += 1
            seen |= {row.strip() for row in screen(view)}
        assert seen >= {*map(str, range(25)), "below"}
        assert presses < 30
        assert view.follow
        await pilot.press("k", *["k"] * presses)
        assert screen(view)[0] == "  above"


async def test_reaching_the_end_follows_again_but_not_while_a_range_is_selected() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("k", "j")
        assert view.follow
        await pilot.press("k", "v", "j")
        assert not view.follow
        await add(view, pilot, numbered(3, 50))
        assert pointed(view) == ["line 49"]
        assert [line.text for line in view.selected] == ["line 48", "line 49"]
        await pilot.press("v")
        assert [line.text for line in view.selected] == ["line 49"]
        await pilot.press("G")
        assert view.follow


async def test_a_range_is_told_by_glyph_and_colour() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("k", "k", "v", "k", "k")
        assert view.ranging
        assert [view.render_line(y).text[1] for y in range(4, 9)] == [" ", "▸", "•", "•", " "]
        assert backgrounds(view, 6) != backgrounds(view, 4)
        assert backgrounds(view, 6) != backgrounds(view, 5)
        view.end_range()
        assert [view.render_line(y).text[1] for y in range(4, 9)] == [" ", "▸", " ", " ", " "]


async def test_a_click_moves_the_cursor() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.click(LogView, offset=(5, 3))
        assert pointed(view) == ["line 43"]
        assert not view.follow


@pytest.mark.parametrize("wrap", [False, True])
async def test_older_lines_come_without_moving_what_is_seen(wrap: bool) -> None:
    long = " and so on" * 8
    async with showing([LogText(f"line {n}{long}") for n in range(60)], limit=80) as (view, pilot):
        view.wrap = wrap
        view.older = True
        await pilot.press("g", "j", "j")
        assert wanted(view) == ["WantsOlder"]
        before = screen(view), pointed(view), view.current
        view.prepend([LogText(f"older {n}{long}") for n in range(30)])
        await pilot.pause()
        assert (screen(view), pointed(view), view.current) == before
        assert view.lines_count == 80
        assert view.newer
        await pilot.press("k", "k", "k")
        assert view.current == LogText(f"older 29{long}")
        await pilot.press("g")
        assert wanted(view) == ["WantsOlder", "WantsOlder"]
        assert view.current == LogText(f"older 0{long}")


async def test_a_need_is_told_once_until_it_is_answered() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("g", "k")
        assert wanted(view) == []
        view.older = True
        await pilot.press("k", "g", "k")
        assert wanted(view) == ["WantsOlder"]
        view.older = False
        await pilot.press("k")
        assert wanted(view) == ["WantsOlder"]


async def test_where_the_log_goes_on_the_end_is_not_followed() -> None:
    async with showing(numbered(50)) as (view, pilot):
        view.newer = True
        assert not view.follow
        await pilot.press("pagedown", "j")
        assert not view.follow
        assert wanted(view) == ["WantsNewer"]
        await add(view, pilot, numbered(3, 50))
        assert not view.follow
        await pilot.press("G")
        assert wanted(view) == ["WantsNewer", "WantsNewest"]
        assert pointed(view) == ["line 52"]
        view.newer = False
        await pilot.press("f")
        assert view.follow


async def test_lines_pushed_out_are_known_to_be_older() -> None:
    async with showing(numbered(50), limit=60) as (view, pilot):
        assert not view.older
        assert view.room == 10
        await add(view, pilot, numbered(20, 50))
        assert view.older
        assert view.room == 0


async def test_going_to_a_time() -> None:
    async with showing([*timed(100, 150), LogText("note", "note"), *timed(170, 200)]) as (view, _):
        assert view.go_to(120)
        assert pointed(view) == ["line 120"]
        assert view.go_to(160)
        assert pointed(view) == ["line 170"]
        assert not view.follow
        assert view.go_to(50)
        assert pointed(view) == ["line 100"]
        assert not view.go_to(200)
        view.older = True
        assert not view.go_to(50)
        view.keep(Sieve("/[05]$/"))
        assert view.go_to(121)
        assert view.current == LogText("line 125", at=125)


async def test_a_filter_keeps_the_cursor_on_its_line_or_near_it() -> None:
    async with showing(numbered(100)) as (view, pilot):
        await pilot.press("pageup", "pageup", "k", "k")
        assert pointed(view) == ["line 77"]
        row = view._lines.row(view.cursor) - view.scroll_offset.y
        view.keep(Sieve("7"))
        await pilot.pause()
        assert pointed(view) == ["line 77"]
        assert view._lines.row(view.cursor) - view.scroll_offset.y == row
        assert (view.filtered_count, view.lines_count) == (19, 100)
        view.drop(Sieve("77"))
        assert pointed(view) == ["line 78"]
        view.keep(None)
        view.drop(None)
        assert pointed(view) == ["line 78"]
        assert view.filtered_count == 100


async def test_gaps_between_groups_are_told_and_stepped_over() -> None:
    async with showing(numbered(30)) as (view, pilot):
        view.context = 1
        view.keep(Sieve("/5$/"))
        assert [row.strip() for row in screen(view)] == [
            "line 5", "line 6", "⋯", "line 14", "line 15", "line 16", "⋯", "line 24", "line 25", "line 26",
        ]  # fmt: skip
        await pilot.press("g", "j", "j", "j")
        assert pointed(view) == ["line 14"]
        assert view.position[1] <= view.filtered_count == 9
        await add(view, pilot, lines("line 35"))
        await pilot.press("G")
        assert [row.strip() for row in screen(view)][-4:] == ["line 26", "⋯", "line 29", "line 35"]


async def test_a_filter_that_nothing_passes_leaves_an_empty_view() -> None:
    async with showing(numbered(50)) as (view, pilot):
        await pilot.press("k")
        view.keep(Sieve("absent"))
        await pilot.press("j", "k", "g", "G", "pageup", "pagedown", "v", "n", "f", "w", "w", "T")
        assert not any(screen(view))
        assert (view.current, view.selected, view.position, view.shown) == (None, (), (0, 0), [])
        view.keep(None)
        assert view.filtered_count == 50


async def test_hidden_sources_are_not_shown() -> None:
    mixed = [LogText(f"line {n}", source=n % 3) for n in range(9)]
    async with showing(mixed) as (view, _):
        view.hide({0, 2})
        assert [line.text for line in view.shown] == ["line 1", "line 4", "line 7"]
        view.hide(())
        assert view.filtered_count == 9


async def test_a_search_looks_only_at_what_is_shown() -> None:
    async with showing(numbered(100)) as (view, _):
        assert view.search("line 1") == 11
        view.drop(Sieve("/1$/"))
        assert view.match_position[1] == 9
        view.prepend(lines("line 1x", "line 11"))
        assert view.match_position[1] == 10
