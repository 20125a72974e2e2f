from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from tests.panes.captured import NOW, answer, named, store
from tui.panes.detail import Detail
from tui.panes.stats_tab import StatsTab
from widgets.facts import Facts
from widgets.json_tree import JsonTree


class Beside(Widget, can_focus=True):
    """Takes the focus when nobody holds on to it."""


class Host(App[None]):
    """A detail above another widget, and where keys go that it does not take."""

    CSS = "Beside { height: 1; } Detail { height: 1fr; }"

    BINDINGS = [("slash", "outside('slash')"), ("escape", "outside('escape')")]

    def __init__(self) -> None:
        super().__init__()
        self.store = store()
        self.outside: list[str] = []

    def compose(self) -> ComposeResult:
        yield Detail(self.store, clock=lambda: NOW)
        yield Beside()

    def action_outside(self, key: str) -> None:
        self.outside.append(key)


@asynccontextmanager
async def detail_of(name: str | None = "db", width: int = 80) -> AsyncIterator[tuple[Detail, Pilot[None]]]:
    """A detail that shows a container, with the keyboard's focus in it."""
    host = Host()
    async with host.run_test(size=(width, 40)) as pilot:
        detail = host.query_one(Detail)
        if name:
            detail.show(named(host.store, f"shop-{name}"), answer(f"container_{name}"))
        detail.query_one(Facts).focus()
        await pilot.pause()
        yield detail, pilot


def screen(pilot: Pilot[None]) -> str:
    """What is on the screen, as text."""
    compositor = pilot.app.screen._compositor
    return "\n".join("".join(part.text for part in strip) for strip in compositor.render_strips())


async def test_the_title_has_glyph_and_name_above_the_tabs() -> None:
    async with detail_of() as (_, pilot):
        title, tabs, state = screen(pilot).splitlines()[:3]
        assert title.split() == ["●", "shop-db"]
        assert tabs.split() == ["Overview", "Stats", "Inspect"]
        assert state.split() == ["state", "●", "up", "4", "min", "♥", "healthy"]


async def test_what_is_shown_before_it_is_mounted_appears() -> None:
    host = Host()
    detail = Detail(host.store, clock=lambda: NOW)
    detail.show(named(host.store, "shop-db"), None)
    async with host.run_test(size=(80, 40)) as pilot:
        await host.query_one(Detail).remove()
        await host.mount(detail)
        await pilot.pause()
        assert "shop-db" in screen(pilot)


async def test_nothing_under_the_cursor_is_said_in_words() -> None:
    async with detail_of(None) as (detail, pilot):
        assert "no row under the cursor" in screen(pilot)
        detail.show(named(pilot.app.store, "shop-db"), None)  # type: ignore[attr-defined]
        await pilot.pause()
        assert "no row under the cursor" not in screen(pilot)
        detail.show(None, None)
        await pilot.pause()
        assert "no row under the cursor" in screen(pilot)
        assert "shop-db" not in screen(pilot)


async def test_brackets_turn_the_tabs_and_the_focus_goes_along() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.press("right_square_bracket")
        assert (detail.tab, type(pilot.app.focused)) == ("stats", StatsTab)
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert detail.tab == "inspect"
        assert isinstance(pilot.app.focused, JsonTree)
        assert '"d59f2d0b265d' in screen(pilot)
        await pilot.press("right_square_bracket")
        assert (detail.tab, type(pilot.app.focused)) == ("overview", Facts)
        await pilot.press("left_square_bracket")
        assert detail.tab == "inspect"


async def test_the_next_key_is_for_what_is_shown_without_waiting_for_a_frame() -> None:
    async with detail_of() as (detail, pilot):
        for tab, body in (
            ("inspect", JsonTree),
            ("stats", StatsTab),
            ("overview", Facts),
            ("inspect", JsonTree),
        ):
            detail.tab = tab
            assert type(detail.body) is body
            assert pilot.app.focused is detail.body
        await pilot.press("slash")
        assert isinstance(pilot.app.focused, Input)
        detail.action_end_search()
        assert pilot.app.focused is detail.body


async def test_a_click_opens_a_tab() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.click("DetailHead", offset=(12, 1))
        assert detail.tab == "stats"
        await pilot.click("DetailHead", offset=(19, 1))
        assert detail.tab == "inspect"
        await pilot.click("DetailHead", offset=(2, 1))
        assert detail.tab == "overview"
        await pilot.click("DetailHead", offset=(12, 0))
        await pilot.click("DetailHead", offset=(60, 1))
        assert detail.tab == "overview"


async def test_a_tab_that_does_not_exist_is_refused() -> None:
    async with detail_of() as (detail, _):
        with pytest.raises(ValueError, match="no tab 'logs'"):
            detail.tab = "logs"


async def test_inspect_says_that_it_asks_and_takes_the_answer_with_the_focus_kept() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.press("left_square_bracket")
        other = named(detail.store, "shop-sick")
        detail.show(other, None)
        await pilot.pause()
        assert "asking the Engine" in screen(pilot)
        assert "d59f2d0b265d" not in screen(pilot)
        assert isinstance(pilot.app.focused, Facts)
        detail.show(other, answer("container_sick"))
        await pilot.pause()
        assert '"0465f75464bb' in screen(pilot)
        assert isinstance(pilot.app.focused, JsonTree)


async def test_an_answer_is_kept_while_the_same_object_is_asked_again() -> None:
    async with detail_of() as (detail, pilot):
        paused = replace(named(detail.store, "shop-db"), state="paused")
        detail.show(paused, None)
        await pilot.pause()
        assert "‖ paused" in screen(pilot)
        assert "64 MiB" in screen(pilot)
        detail.show(named(detail.store, "shop-sick"), None)
        await pilot.pause()
        assert "64 MiB" not in screen(pilot)


async def test_focus_elsewhere_is_not_taken() -> None:
    async with detail_of() as (detail, pilot):
        pilot.app.screen.set_focus(None)
        detail.tab = "inspect"
        detail.show(named(detail.store, "shop-sick"), answer("container_sick"))
        await pilot.pause()
        assert pilot.app.focused is None


@pytest.mark.parametrize("tab", ["overview", "inspect"])
async def test_a_refusal_shows_the_engines_words_and_does_no_harm(tab: str) -> None:
    async with detail_of() as (detail, pilot):
        detail.tab = tab
        detail.show_error("No such container: [/x] \x1b]52;c;aGk=\x07")
        await pilot.pause()
        assert "No such container: [/x] ␛]52;c;aGk=␇" in screen(pilot)
        detail.show(named(detail.store, "shop-db"), answer("container_db"))
        await pilot.pause()
        assert "No such container" not in screen(pilot)


@pytest.mark.parametrize("width", [60, 120])
async def test_hostile_text_is_shown_and_never_obeyed(width: int) -> None:
    async with detail_of(width=width) as (detail, pilot):
        hostile = "[/x][@click=app.quit]\x1b]52;c;aGk=\x07\u202e" + "y" * 10_000
        found = answer("container_db")
        found["Path"] = found["State"]["Error"] = hostile
        found["Config"]["Labels"] = {hostile: hostile}
        model = replace(named(detail.store, "shop-db"), name=hostile, labels=((hostile, hostile),))
        detail.show(model, found)
        await pilot.pause()
        text = screen(pilot)
        detail.tab = "inspect"
        await pilot.pause()
        for seen in (text, screen(pilot)):
            assert "[/x][@click=app.quit]" in seen
            assert not {"\x1b", "\x07", "\u202e"} & set(seen)


@pytest.mark.parametrize("tab", ["overview", "inspect"])
async def test_secrets_are_covered_in_both_tabs_until_m(tab: str) -> None:
    async with detail_of() as (detail, pilot):
        pilot.app.screen.set_focus(detail.query_one(Facts))
        await pilot.resize_terminal(80, 400)
        detail.tab = tab
        await pilot.pause()
        if tab == "inspect":
            await pilot.press("plus")
        assert "hunter2" not in screen(pilot)
        assert "DB_PASSWORD=•••••" in screen(pilot)
        await pilot.press("m")
        await pilot.pause()
        assert "DB_PASSWORD=hunter2" in screen(pilot)
        assert "t0ps3cret" in screen(pilot)
        assert "secrets shown" in screen(pilot)
        detail.tab = "overview"
        await pilot.pause()
        assert "hunter2" in screen(pilot)
        await pilot.press("m")
        await pilot.pause()
        assert "hunter2" not in screen(pilot)


async def test_secrets_are_covered_again_when_another_object_is_shown() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.press("m", "left_square_bracket")
        detail.show(named(detail.store, "shop-sick"), answer("container_sick"))
        assert not detail.secrets
        assert not detail.query_one(JsonTree).reveal


async def test_a_search_jumps_counts_and_goes_on() -> None:
    async with detail_of() as (detail, pilot):
        tree_keys = ("left_square_bracket", "slash")
        await pilot.press(*tree_keys, *"hostport", "enter")
        await pilot.pause()
        tree = detail.query_one(JsonTree)
        assert pilot.app.focused is tree
        first = tree.cursor_path
        assert first[-1] == "HostPort"
        assert "1 of 14" in screen(pilot)
        await pilot.press("n")
        await pilot.pause()
        assert tree.cursor_path != first
        assert "2 of 14" in screen(pilot)
        await pilot.press("N")
        assert tree.cursor_path == first


async def test_a_search_without_a_match_says_so() -> None:
    async with detail_of() as (_, pilot):
        await pilot.press("left_square_bracket", "slash", *"zebra", "enter")
        await pilot.pause()
        assert "not found" in screen(pilot)


async def test_escape_ends_the_search_first_and_then_belongs_to_outside() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.press("left_square_bracket", "slash", "p", "[", "]", "m")
        assert detail.query_one(Input).value == "p[]m"
        assert detail.tab == "inspect"
        await pilot.press("escape")
        await pilot.pause()
        assert not detail.query(Input)
        assert isinstance(pilot.app.focused, JsonTree)
        assert detail.query_one(JsonTree).match_position == (0, 0)
        assert pilot.app.outside == []  # type: ignore[attr-defined]
        await pilot.press("escape")
        assert pilot.app.outside == ["escape"]  # type: ignore[attr-defined]


async def test_the_search_key_belongs_to_outside_on_the_overview() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.press("slash")
        assert pilot.app.outside == ["slash"]  # type: ignore[attr-defined]
        assert not detail.query(Input)


async def test_another_object_or_tab_ends_the_search() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.press("left_square_bracket", "slash", "p")
        detail.show(named(detail.store, "shop-sick"), answer("container_sick"))
        await pilot.pause()
        assert not detail.query(Input)
        assert isinstance(pilot.app.focused, JsonTree)
        await pilot.press("slash", "p", "enter", "right_square_bracket")
        await pilot.pause()
        assert not detail.query(Input)
        assert isinstance(pilot.app.focused, Facts)


async def test_the_searchs_cursor_does_not_blink() -> None:
    async with detail_of() as (detail, pilot):
        await pilot.press("left_square_bracket", "slash")
        assert not detail.query_one(Input).cursor_blink


async def test_ages_in_the_overview_grow_as_time_passes() -> None:
    async with detail_of() as (detail, pilot):
        before = screen(pilot)
        detail._clock = lambda: NOW + 3 * 86_400
        await pilot.pause()
        assert screen(pilot) == before
        detail.tick()
        await pilot.pause()
        assert "(3 d ago)" in screen(pilot)
        assert "(3 d ago)" not in before


async def test_ages_grow_with_the_figures_of_the_container_and_of_no_other() -> None:
    async with detail_of() as (detail, pilot):
        detail._clock = lambda: NOW + 3 * 86_400
        detail.take_readings(frozenset({"another"}))
        await pilot.pause()
        assert "(3 d ago)" not in screen(pilot)
        assert detail.model is not None
        detail.take_readings(frozenset({detail.model.key}))
        await pilot.pause()
        assert "(3 d ago)" in screen(pilot)


def test_every_key_has_an_id() -> None:
    assert {binding.id for binding in Detail.BINDINGS} >= {  # type: ignore[union-attr]
        "detail.previous_tab",
        "detail.next_tab",
        "detail.secrets",
        "detail.search",
    }


async def test_the_tree_and_the_charts_are_made_only_when_they_are_asked_for() -> None:
    async with detail_of() as (detail, pilot):
        assert not detail.query(JsonTree)
        assert not detail.query(StatsTab)
        await pilot.press("left_square_bracket")
        await pilot.pause()
        assert len(detail.query(JsonTree)) == 1
