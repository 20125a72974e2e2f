from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from widgets.facts import FactLine, Facts, Tone, wrap
from widgets.text import shown


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Facts()

    def on_mount(self) -> None:
        self.query_one(Facts).focus()


@asynccontextmanager
async def facts_of(width: int = 40, height: int = 10) -> AsyncIterator[tuple[Facts, Pilot[None]]]:
    host = Host()
    async with host.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        yield host.query_one(Facts), pilot


def line(label: str, text: str, tone: Tone = Tone.PLAIN) -> FactLine:
    return FactLine(shown(label), shown(text), tone)


def many(count: int = 50) -> list[FactLine]:
    return [line("number", str(n)) for n in range(count)]


def painted(facts: Facts) -> list[str]:
    return [facts.render_line(y).text.rstrip() for y in range(facts.size.height)]


async def test_values_stand_in_one_column_right_of_the_widest_label() -> None:
    async with facts_of() as (facts, _):
        facts.show([line("id", "a1"), line("image", "redis:7"), line("", "b2")])
        assert painted(facts)[:3] == [" id     a1", " image  redis:7", "        b2"]


async def test_a_long_value_goes_on_below_itself() -> None:
    async with facts_of(width=20) as (facts, _):
        facts.show([line("why", "it was killed by hand")])
        assert painted(facts)[:3] == [" why  it was killed", "      by hand", ""]


async def test_a_long_label_is_cut_and_leaves_room_for_the_value() -> None:
    async with facts_of(width=30) as (facts, _):
        facts.show([line("x" * 40, "value")])
        assert painted(facts)[0] == f" {'x' * 8}…  value"


async def test_a_heading_stands_alone_below_an_empty_line() -> None:
    async with facts_of() as (facts, _):
        facts.show([line("First", ""), line("a", "1"), line("A longer heading", ""), line("b", "2")])
        assert painted(facts)[:5] == [" First", " a  1", "", " A longer heading", " b  2"]


async def test_the_tone_of_a_value_is_its_colour() -> None:
    async with facts_of() as (facts, _):
        facts.show([line("a", "well", Tone.GOOD), line("a", "ill", Tone.BAD)])
        colours = {
            segment.text: segment.style.color
            for y in range(2)
            for segment in facts.render_line(y)
            if segment.style
        }
        assert colours["well"] != colours["ill"]


async def test_markup_is_text() -> None:
    async with facts_of() as (facts, pilot):
        facts.show([line("[b]", "[/x]oops [@click=app.quit]x[/]")])
        await pilot.pause()
        assert painted(facts)[0] == " [b]  [/x]oops [@click=app.quit]x[/]"


async def test_keys_scroll_by_line_page_and_to_both_ends() -> None:
    async with facts_of(height=10) as (facts, pilot):
        facts.show(many())
        await pilot.pause()
        for keys, top in (
            (["j"], 1),
            (["down"], 2),
            (["k", "up"], 0),
            (["pagedown"], 10),
            (["ctrl+d"], 15),
            (["ctrl+u"], 10),
            (["pageup"], 0),
            (["G"], 40),
            (["j"], 40),
            (["g"], 0),
            (["end"], 40),
            (["home"], 0),
        ):
            await pilot.press(*keys)
            assert facts.scroll_offset.y == top, keys
        assert painted(facts)[0] == " number  0"


def test_every_key_has_an_id_of_its_own() -> None:
    ids = [binding.id for binding in Facts.BINDINGS]  # type: ignore[union-attr]
    assert None not in ids
    assert len(set(ids)) == len(ids)


async def test_a_refresh_about_the_same_keeps_the_scroll_position() -> None:
    async with facts_of() as (facts, pilot):
        facts.show(many(), about="web")
        await pilot.pause()
        await pilot.press("pagedown")
        facts.show(many(60), about="web")
        await pilot.pause()
        assert facts.scroll_offset.y == 10
        facts.show(many(), about="db")
        await pilot.pause()
        assert facts.scroll_offset.y == 0


async def test_fewer_lines_about_the_same_leave_no_empty_screen() -> None:
    async with facts_of(height=10) as (facts, pilot):
        facts.show(many(), about="web")
        await pilot.pause()
        await pilot.press("G")
        facts.show(many(12), about="web")
        await pilot.pause()
        assert painted(facts)[-1] == " number  11"


async def test_only_lines_in_view_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with facts_of(height=10) as (facts, pilot):
        facts.show(many())
        await pilot.pause()
        lines: list[int] = []
        paint = facts.render_line
        monkeypatch.setattr(facts, "render_line", lambda y: lines.append(y) or paint(y))
        changed = many()
        changed[3] = line("number", "three")
        changed[30] = line("number", "thirty")
        facts.show(changed)
        await pilot.pause()
        assert lines == [3]


async def test_a_resize_wraps_again() -> None:
    async with facts_of(width=40) as (facts, pilot):
        facts.show([line("a", "one two three four five six")])
        assert painted(facts)[1] == ""
        await pilot.resize_terminal(20, 10)
        await pilot.pause()
        assert painted(facts)[:2] == [" a  one two three", "    four five six"]


def test_a_wrapped_value_keeps_its_indent_and_breaks_at_spaces() -> None:
    assert wrap("  one two three", 9) == ["  one two", "  three"]
    assert wrap("/a/very/long/path and more", 8) == ["/a/very/", "long/pat", "h and", "more"]
    assert wrap("日本語テキスト", 6) == ["日本語", "テキス", "ト"]
    assert wrap("", 5) == [""]
    assert wrap("ended after 0.4 s", 15) == ["ended after", "0.4 s"]
    assert wrap("use 6 MiB of it, or 12 sheep", 9) == ["use 6 MiB", "of it, or", "12 sheep"]
    assert wrap("use 12 sheep", 6) == ["use 12", "sheep"]


@given(st.text(max_size=200).map(shown), st.integers(2, 60))
def test_wrapping_loses_nothing_but_spaces_and_never_passes_the_width(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
