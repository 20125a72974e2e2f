"""What one types on a log screen: filters, from when on to read, where to go; and the unfolded line."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.screens.hosting import Host, until
from tests.screens.reading_logs import CACHE, Shelf, bar, last, log, said, shelf, shows, texts, types
from tui.demo.models import LogLine
from tui.engine.log_times import rfc3339
from tui.screens.key_bar import KeyBar
from tui.screens.logs import LogsScreen
from tui.screens.logs_prompt import LogPrompt


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is UTC; the demo's clock says 15:06:40."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


def written(shop: Shelf, *lines: tuple[float, bytes]) -> None:
    """Lines of so many seconds ago."""
    with shop.demo.engine.world.lock:
        shop.demo.engine.world.container(CACHE).written += [
            LogLine(shop.demo.now - ago, 1, text) for ago, text in lines
        ]


def wrong(screen: LogsScreen) -> str:
    """What is said beside what was typed."""
    return str(screen.query_one(LogPrompt).query("Static").last().render())


def unfolded(screen: LogsScreen) -> str:
    """What the panel of the unfolded line says."""
    panel = screen.query_one("#logs--unfolded")
    rows = ("".join(part.text for part in panel.render_line(y)).rstrip() for y in range(panel.size.height))
    return "\n".join(rows)


async def test_keep_and_drop_hide_lines_and_the_screen_says_how_many(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"order 1 ok", b"order 2 failed", b"health ok", b"order 3 ok")
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "order 3 ok")
        await pilot.press("ampersand")
        await types(pilot, "order")
        await until(pilot, lambda: texts(screen) == ["order 1 ok", "order 2 failed", "order 3 ok"])
        await said(pilot, screen, "3 of 1,000 lines")
        await said(pilot, screen, "& order", "filters")
        await pilot.press("exclamation_mark")
        await types(pilot, "/fail(ed)?$/")
        await until(pilot, lambda: texts(screen) == ["order 1 ok", "order 3 ok"])
        await said(pilot, screen, "! /fail(ed)?$/", "filters")
        assert "context" not in bar(screen, "filters")
        shop.demo.now += 1
        shop.demo.write(CACHE, b"order 4 failed", b"order 5 ok")
        await shows(pilot, screen, "order 3 ok", "order 5 ok")
        await pilot.press("exclamation_mark")
        assert screen.query_one(Input).value == "/fail(ed)?$/", "what holds stands in the line"
        await pilot.press("ctrl+u", "enter", "c")
        await said(pilot, screen, "2 lines of context", "filters")
        await until(pilot, lambda: "health ok" in texts(screen))
        await pilot.press("ampersand", "ctrl+u", "enter")
        await until(pilot, lambda: not screen.query_one("#logs--filters").display)
        assert log(screen).filtered_count == log(screen).lines_count


async def test_a_filter_that_is_no_expression_is_refused_beside_the_line_and_stays_typed(shop: Shelf) -> None:
    screen = shop.open()
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        await pilot.press("ampersand")
        await types(pilot, "/(a/")
        await until(pilot, lambda: "Not a regular expression" in wrong(screen))
        assert screen.query_one(Input).value == "/(a/"
        await pilot.press("escape")
        assert screen.query_one(LogPrompt).sign == ""
        assert log(screen).filtered_count == log(screen).lines_count
        assert log(screen).has_focus
        assert app.ended == []


async def test_since_reads_from_another_time_on_and_nothing_before_it(shop: Shelf) -> None:
    written(shop, (3000, b"long ago"), (1000, b"a while ago"), (100, b"just now"))
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "just now")
        await pilot.press("s")
        await types(pilot, "yesterday")
        await until(pilot, lambda: "No time" in wrong(screen))
        assert screen.query_one(Input).value == "yesterday"
        await pilot.press("ctrl+u")
        await types(pilot, "20m")
        await until(pilot, lambda: "a while ago" in texts(screen) and "just now" in texts(screen))
        assert "long ago" not in texts(screen)
        await said(pilot, screen, "since 20m", "filters")
        await said(pilot, screen, f"docker logs --follow --since 20m {CACHE}", "line")
        await said(pilot, screen, "following")
        await pilot.press("g")
        await said(pilot, screen, "at the beginning")
        assert "long ago" not in texts(screen)
        await pilot.press("2")
        await until(pilot, lambda: "just now" in texts(screen) and "a while ago" not in texts(screen))
        await said(pilot, screen, "since 15m", "filters")
        await pilot.press("0")
        await until(pilot, lambda: "long ago" in texts(screen))
        assert not screen.query_one("#logs--filters").display


async def test_since_its_start_shows_how_the_container_began(shop: Shelf) -> None:
    screen = shop.open("shop-app-1")
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        assert "shop 2.3.1 starting" not in texts(screen)
        await pilot.press("4")
        await until(pilot, lambda: "shop 2.3.1 starting" in texts(screen))
        await said(pilot, screen, "since start", "filters")


async def test_a_time_is_gone_to_among_what_is_kept_or_read_from_there_on(shop: Shelf) -> None:
    written(shop, (86_400 * 10, b"ten days ago"), (86_400 * 10 - 9, b"a moment later"), (100, b"just now"))
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "just now")
        feed = screen.reading.feed
        await pilot.press("t")
        await types(pilot, "15:05")
        await until(pilot, lambda: log(screen).texts(log(screen).selected) == ["just now"])
        assert screen.reading.feed is feed, "it was kept already"
        await said(pilot, screen, "paused at")
        await pilot.press("t")
        await types(pilot, "2025-06-05 15:06:40")
        await until(pilot, lambda: texts(screen)[:2] == ["ten days ago", "a moment later"])
        assert log(screen).texts(log(screen).selected) == ["ten days ago"]
        await pilot.press("pageup")
        await until(pilot, lambda: texts(screen)[:1] not in ([], ["ten days ago"]))
        await pilot.press("G")
        await shows(pilot, screen, "just now")
        await said(pilot, screen, "following")
        await pilot.press("t")
        await types(pilot, "1s")
        await until(pilot, lambda: "Nothing was written since" in wrong(screen))


async def test_an_unfolded_line_tells_its_exact_time_and_all_its_fields(shop: Shelf) -> None:
    stack = "Traceback\n  File x\nKeyError"
    record = {"level": "error", "msg": "no mail", "stack": stack, "to": {"country": "NL"}, "": ""}
    shop.demo.write(CACHE, b"plain words", json.dumps(record).encode())
    screen = shop.open()
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: last(screen).startswith("ERROR no mail"))
        await pilot.press("enter")
        await until(pilot, lambda: "no mail" in unfolded(screen))
        panel = unfolded(screen)
        for words in (
            "2025-06-15 15:06:40.000000000 UTC (0 s ago)",
            f"container  {CACHE}",
            "stdout",
            "error",
        ):
            assert words in panel
        assert screen.query_one("#logs--unfolded").size.height <= 24 * 0.4
        await pilot.press("k")
        await until(pilot, lambda: "plain words" in unfolded(screen))
        await pilot.press("escape")
        await until(pilot, lambda: not screen.query_one("#logs--unfolded").display)
        assert app.ended == []
    async with Host(lambda: shop.open()).run_test(size=(100, 60)) as pilot:
        again = pilot.app.screen
        assert isinstance(again, LogsScreen)
        await until(pilot, lambda: last(again).startswith("ERROR no mail"))
        await pilot.press("enter")
        await until(pilot, lambda: "KeyError" in unfolded(again))
        rows = [row.split(maxsplit=1) for row in unfolded(again).splitlines()]
        assert ["stack", "Traceback"] in rows
        assert ["KeyError"] in rows
        assert ["to", '{"country":"NL"}'] in rows
        assert ['""', '""'] in rows


async def test_a_search_stays_while_something_else_is_typed(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"apple", b"pear", b"apple pie")
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "apple pie")
        await pilot.press("slash")
        await types(pilot, "apple")
        await until(pilot, lambda: "of 2" in wrong(screen))
        await pilot.press("exclamation_mark")
        await types(pilot, "pear")
        await until(pilot, lambda: screen.query_one(LogPrompt).sign == "/")
        await pilot.pause()
        assert "of 2" in wrong(screen)
        assert "n next" in screen.query_one(KeyBar).text
        assert "! pear" in bar(screen, "filters")


async def test_where_a_filter_shows_nothing_the_head_says_on_which_sides_there_is_more(shop: Shelf) -> None:
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(100, 24)) as pilot:
        await said(pilot, screen, "following")
        await until(pilot, lambda: log(screen).older)
        await pilot.press("ampersand")
        await types(pilot, "nobody wrote this")
        await pilot.press("f")
        await said(pilot, screen, "none shown here, more before")


async def test_the_line_opens_also_for_who_asks_before_the_screen_stands(shop: Shelf) -> None:
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(100, 24)) as pilot:
        screen._stand = lambda: None  # type: ignore[method-assign]
        screen.action_ask("keep")
        del screen._stand
        await until(pilot, lambda: screen._prompt.typing)
        await types(pilot, "order")
        await said(pilot, screen, "& order", "filters")


async def test_while_one_types_the_last_line_names_the_keys_that_work_there(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"apple")
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "apple")
        words = {
            "slash": " enter search  esc end the search  ctrl-u empty the line ",
            "ampersand": " enter show only these  esc leave it as it was  ctrl-u empty the line ",
            "exclamation_mark": " enter show none of these  esc leave it as it was  ctrl-u empty the line ",
            "s": " enter read from then on  esc leave it as it was  ctrl-u empty the line ",
            "t": " enter go there  esc leave it as it was  ctrl-u empty the line ",
        }
        keys = screen.query_one(KeyBar)
        for key, said_then in words.items():
            await pilot.press(key)
            await until(pilot, lambda end=said_then: keys.text == end)  # type: ignore[misc]
            await pilot.press("escape")
            await until(pilot, lambda: keys.text.startswith(" esc back "))
        await pilot.press("slash")
        await types(pilot, "apple")
        await until(pilot, lambda: keys.text.startswith(" esc end the search "))
        await pilot.press("v")
        await until(pilot, lambda: keys.text.startswith(" esc end the range  y copy the range "))


async def test_the_docker_line_is_true_also_for_what_was_paged_back_to_or_gone_to(shop: Shelf) -> None:
    for number in range(80):
        shop.demo.now += 1
        shop.demo.write(CACHE, *(b"line %d-%d" % (number, line) for line in range(50)))
    screen = shop.open(lines=1500)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "line 79-49")
        await said(pilot, screen, f"docker logs --follow --tail 1000 {CACHE}", "line")
        while not log(screen).newer:
            await pilot.press("pageup")
        oldest, newest = log(screen).oldest, log(screen).newest
        assert oldest is not None
        assert newest is not None
        window = f"docker logs --since {rfc3339(oldest.at)} --until {rfc3339(newest.at)} {CACHE}"
        await said(pilot, screen, window, "line")
        await pilot.press("G")
        await said(pilot, screen, f"docker logs --follow --tail 1000 {CACHE}", "line")
        await pilot.press("s")
        await types(pilot, "tail 5")
        await said(pilot, screen, "tail 5 ", "filters")
        await until(pilot, lambda: len(texts(screen)) == 5)
        await pilot.press("pageup")
        await said(pilot, screen, "docker logs --follow --since ", "line")
        assert "tail 5" not in bar(screen, "filters")
        await pilot.press("t")
        await types(pilot, "15:07:00")
        await said(pilot, screen, "docker logs --since 2025-06-15T15:07:00Z --until ", "line")
