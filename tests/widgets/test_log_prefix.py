"""What stands before the lines of a log: times and names; and the rules between them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from textual.geometry import Region

from tests.widgets.log_app import LogApp, add, lines, screen, showing
from tests.widgets.test_log_view import style_of
from tui.theme import WHARF
from widgets.log_times import TIMES, WIDTHS, words
from widgets.log_view import LogText, SourceName
from widgets.text import shown

NS = 1_000_000_000
NOW = 1_700_000_000


@pytest.fixture(autouse=True)
def _an_hour_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "XST-1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def ago(seconds: float, text: str = "x") -> LogText:
    return LogText(text, at=int((NOW - seconds) * NS))


def names(*texts: str) -> list[SourceName]:
    return [SourceName(shown(text)) for text in texts]


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(-50, "now"), (0, "now"), (4.9, "now"), (5, "5s"), (59, "55s"), (60, "1m"), (7199, "1h"), (7200, "2h"),
     (86_400 * 400, "400d")],
)  # fmt: skip
def test_ages(seconds: float, age: str) -> None:
    assert words(int((NOW - seconds) * NS), "age", NOW) == age.rjust(5)


@pytest.mark.parametrize("at", [0, 1, NOW * NS + 123_456_789, 10**30, -5])
def test_every_time_is_as_wide_as_the_others(at: int) -> None:
    for times in TIMES:
        assert len(words(at, times, NOW)) == WIDTHS[times]


async def test_times_go_round_and_line_up() -> None:
    texts = [LogText("hello", at=NOW * NS - 90 * NS + 5_000_000), LogText("bare")]
    async with showing(texts) as (view, pilot):
        assert screen(view)[0] == "  hello"
        for key_times, row in [
            ("age", "     1m hello"),
            ("local", "  11-14 23:11:50.005 hello"),
            ("utc", "  11-14 22:11:50.005Z hello"),
            ("off", "  hello"),
        ]:
            await pilot.press("T")
            assert view.times == key_times
            assert screen(view)[0] == row
            assert screen(view)[1].index("bare") == screen(view)[0].index("hello")
            assert view.texts(view.shown)[0] == row[2:]


async def test_times_stay_while_the_text_scrolls_to_the_side_and_wrapped_text_hangs_under_itself() -> None:
    digits = "".join(str(n % 10) for n in range(60))
    async with showing([ago(0, digits)]) as (view, pilot):
        view.times = "age"
        await pilot.press("right")
        assert screen(view)[0] == "    now " + digits[8:39]
        await pilot.press("w")
        assert screen(view)[:2] == ["    now " + digits[:31], " " * 8 + digits[31:]]


async def test_only_ages_that_changed_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing([ago(7200), ago(20), ago(100)]) as (view, _):
        view.times = "age"
        assert view._ages is not None
        screen(view)
        regions: list[Region] = []
        monkeypatch.setattr(view, "refresh", lambda *areas, **_: regions.extend(areas))
        assert isinstance(view.app, LogApp)
        view.app.now += 5
        view._grow_old()
        assert [region.y for region in regions] == [1]
        view.times = "utc"
        assert view._ages is None


async def test_names_stand_before_the_lines_of_several_logs() -> None:
    texts = [LogText("one", source=0), LogText("two", "err", source=1), LogText("three", "note", source=-1)]
    async with showing(texts) as (view, _):
        view.show_sources(names("web"))
        assert screen(view)[0] == "  one"
        view.show_sources(names("web", "worker"))
        assert screen(view)[:3] == ["  web    one", "┃ worker two", "·        three"]
        assert style_of(view, 0, "web").color != style_of(view, 1, "worker").color
        assert view.texts(view.shown)[1] == "worker two"
        view.show_sources(names("w" * 30, "日" * 30))
        assert screen(view)[0] == "  " + "w" * 19 + "… one"
        assert {view.render_line(y).cell_length for y in range(4)} == {39}


async def test_names_beyond_the_colours_take_them_again() -> None:
    async with showing([LogText("x", source=n) for n in range(10)], size=(60, 12)) as (view, pilot):
        pilot.app.register_theme(WHARF)
        pilot.app.theme = WHARF.name
        await pilot.pause()
        view.show_sources(names(*(f"name-{n}" for n in range(10))))
        colors = [style_of(view, n, f"name-{n}").color for n in range(10)]
        assert len(set(colors)) == 8
        assert colors[:2] == colors[8:]


async def test_a_narrow_view_shows_the_text_rather_than_times_and_names() -> None:
    async with showing([LogText("text " * 9), LogText("y", source=1)], size=(26, 5)) as (view, pilot):
        view.show_sources(names("w" * 15, "x"))
        view.times = "utc"
        await pilot.pause()
        assert screen(view)[0].strip().startswith("text text")


async def test_a_rule_goes_across_the_whole_width() -> None:
    rule = LogText("web restarted", "rule")
    async with showing([rule, "x" * 100, LogText("y" * 90, "rule")]) as (view, pilot):
        await pilot.press("g", "j", "right")
        assert screen(view)[0] == "── web restarted " + "─" * 22
        assert screen(view)[2] == "── " + "y" * 32 + "… ──"
        await pilot.press("w")
        await add(view, pilot, lines("after"))
        assert [row[:3] for row in screen(view)[:6]] == ["── ", "  x", "  x", "  x", "── ", "  a"]
