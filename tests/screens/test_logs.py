"""The screen of a container's log: it opens at the end, follows, searches, copies, and says how it ended."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.engine.fake_engine import FakeEngine
from tests.screens.hosting import Host, until
from tests.screens.reading_logs import (
    CACHE,
    Shelf,
    Unwatched,
    bar,
    last,
    log,
    said,
    shelf,
    shows,
    texts,
    types,
)
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.scope import Held
from tui.screens.help import HelpScreen
from tui.screens.key_bar import KeyBar
from tui.screens.logs import LogsScreen
from tui.screens.logs_prompt import LogPrompt
from tui.screens.rows import TextRows
from tui.settings import Settings


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


def numbered(count: int) -> list[bytes]:
    return [b"line %d" % number for number in range(count)]


async def test_the_last_thousand_lines_are_shown_and_new_ones_come_by_themselves(shop: Shelf) -> None:
    shop.demo.write(CACHE, *numbered(1_500))
    shop.demo.now += 1
    shop.demo.write(CACHE, *numbered(1_000))
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "line 998", "line 999")
        assert log(screen).lines_count == 1000
        shop.demo.now += 1
        shop.demo.write(CACHE, b"fresh")
        await shows(pilot, screen, "line 999", "fresh")
        head = bar(screen, "head")
        for words in (CACHE, "● running", "1,001 lines", "following"):
            assert words in head


async def test_errors_stand_apart_and_times_are_there_without_reading_again(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"broken", stream=2)
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "broken")
        feed, newest = screen.reading.feed, log(screen).newest
        assert newest is not None
        assert newest.tone == "err"
        assert "--timestamps" not in bar(screen, "line")
        await pilot.press("T")
        await shows(pilot, screen, "  now broken")
        assert f"docker logs --follow --tail 1000 --timestamps {CACHE}" in bar(screen, "line")
        assert "times age" in bar(screen, "head")
        assert screen.reading.feed is feed


@pytest.mark.parametrize(("size", "beside"), [((80, 24), False), ((160, 48), True)])
async def test_keys_and_docker_line_are_in_view(shop: Shelf, size: tuple[int, int], beside: bool) -> None:
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=size) as pilot:
        await said(pilot, screen, "following")
        await until(pilot, lambda: log(screen).lines_count > 0)
        await pilot.pause()
        keys = screen.query_one(KeyBar)
        painted = "".join(segment.text for segment in keys.render_line(0))
        for word in ("esc back", "/ search", "f follow", "& keep", "s since", "enter unfold"):
            assert word in painted
        assert "read on" not in painted
        assert "which" not in painted
        line = f"docker logs --follow --tail 1000 {CACHE}"
        assert (line in painted) is beside
        assert screen.query_one("#logs--line").display is not beside


async def test_moving_up_pauses_and_the_head_says_where_one_is(shop: Shelf) -> None:
    shop.demo.write(CACHE, *numbered(1_000))
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(100, 24)) as pilot:
        await shows(pilot, screen, "line 999")
        await pilot.press("pageup")
        await said(pilot, screen, "paused at ")
        shop.demo.now += 1
        shop.demo.write(CACHE, b"fresh")
        await shows(pilot, screen, "fresh")
        assert "paused at " in bar(screen, "head")
        await pilot.press("f", "w")
        await said(pilot, screen, "following")
        assert "wrap" in bar(screen, "head")


async def test_search_goes_from_match_to_match_and_esc_ends_it_before_it_leaves(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"apple", b"pear", b"Apple pie", b"plum", b"apple")
    screen = shop.open()
    app = Host(lambda: screen)
    async with app.run_test(size=(100, 24)) as pilot:
        await shows(pilot, screen, "plum", "apple")
        await pilot.press("slash", *"apple")
        assert screen.query_one(Input).value == "apple"
        await pilot.press("enter")

        def position() -> str:
            return str(screen.query_one(LogPrompt).query("Static").last().render())

        # more was written than is held: what was found is not all there is
        among = f"in the {log(screen).lines_count:,} lines read"
        assert log(screen).older
        await until(pilot, lambda: position() == f"1 of 3 {among}")
        await pilot.press("n")
        await until(pilot, lambda: position() == f"2 of 3 {among}")
        await pilot.press("N")
        await until(pilot, lambda: position() == f"1 of 3 {among}")
        assert "n next" in screen.query_one(KeyBar).text
        await pilot.press("slash", "ctrl+u")
        await types(pilot, "/(/")
        await until(pilot, lambda: "Not a regular expression" in position())
        await pilot.press("ctrl+u")
        await types(pilot, "/^(pear|plum)/")
        await until(pilot, lambda: position().endswith(f"of 2 {among}"))
        await pilot.press("escape")
        await until(pilot, lambda: screen.query_one(LogPrompt).sign == "")
        assert app.ended == []
        assert log(screen).match_position == (0, 0)
        assert "n next" not in screen.query_one(KeyBar).text
        await pilot.press("escape")
        await until(pilot, lambda: app.ended == [None])


async def test_copy_takes_the_line_the_range_or_all_that_is_shown(shop: Shelf) -> None:
    shop.demo.write(CACHE, *numbered(1_000))
    screen = shop.open()
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "line 999")
        await pilot.press("y")
        assert app.clipboard == "line 999"
        await pilot.press("k", "v", "k", "k", "y")
        assert app.clipboard.splitlines() == ["line 996", "line 997", "line 998"]
        await pilot.press("escape", "y")
        assert app.clipboard == "line 996"
        assert app.ended == [], "esc gave up the range only"
        await pilot.press("ampersand", *"9", "enter", "Y")
        assert app.clipboard.splitlines()[-3:] == ["line 997", "line 998", "line 999"]
        assert all("9" in line for line in app.clipboard.splitlines())


async def test_the_end_is_told_and_the_next_start_is_read_on_without_a_key(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"before")
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "before")
        await shop.listed(pilot)
        shop.demo.connection.api.kill(CACHE)
        await shows(pilot, screen, "before", f"{CACHE} ended, exit code 137")
        await said(pilot, screen, "ended, exit code 137")
        await said(pilot, screen, "at the end")
        await until(pilot, lambda: "r read on" in screen.query_one(KeyBar).text)
        shop.demo.now += 65
        shop.demo.connection.api.start(CACHE)
        await said(pilot, screen, "● running")
        await until(pilot, lambda: "read on" not in screen.query_one(KeyBar).text)
        shop.demo.now += 1
        shop.demo.write(CACHE, b"after")
        await until(pilot, lambda: last(screen) == "after")
        told = texts(screen)
        assert told.count("before") == 1
        (start,) = [line for line in told if line.startswith(f"{CACHE} started")]
        assert told.index(f"{CACHE} ended, exit code 137") + 1 == told.index(start)
        assert "following" in bar(screen, "head")


async def test_a_start_in_the_middle_of_what_was_written_is_a_ruler_there(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"before")
    shop.demo.connection.api.kill(CACHE)
    shop.demo.now += 65
    shop.demo.connection.api.start(CACHE)
    shop.demo.now += 1
    shop.demo.write(CACHE, b"after")
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: texts(screen)[-1:] == ["after"])
        told = texts(screen)
        (start,) = [line for line in told if line.startswith(f"{CACHE} started")]
        assert told.index("before") < told.index(start) < told.index("after")


async def test_a_container_that_is_gone_is_told_in_the_engines_words(shop: Shelf) -> None:
    screen = shop.open()
    shop.demo.connection.api.remove_container(CACHE, force=True)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await said(pilot, screen, "gone")
        await until(pilot, lambda: any("No such container" in line for line in texts(screen)))


async def test_leaving_ends_the_threads_and_listens_no_more(shop: Shelf) -> None:
    screen = shop.open()
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        feed = screen.reading.feed
        assert feed is not None
        assert feed.alive
        assert shop.engine._listeners
        await pilot.press("q")
        await until(pilot, lambda: not feed.alive)
        assert app.ended == [None]
        assert not shop.engine._listeners


async def test_an_engine_that_goes_away_is_told(shop: Shelf) -> None:
    screen = shop.open()
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        shop.demo.engine.drop()
        await said(pilot, screen, "cannot be read")
        await until(pilot, lambda: any(f"the log of {CACHE} broke off: " in text for text in texts(screen)))


async def test_the_help_tells_the_keys_of_the_screen_and_of_the_log(shop: Shelf) -> None:
    screen = shop.open()
    app = Host(lambda: screen)
    async with app.run_test(size=(120, 60)) as pilot:
        await said(pilot, screen, "following")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.pause()
        rows = app.screen.query_one(TextRows)
        seen = "\n".join("".join(part.text for part in rows.render_line(y)) for y in range(rows.size.height))
        assert "Save what is shown, or all of the log, to a file" in seen
        assert "To the end, and follow it" in seen
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)


async def test_one_that_is_removed_while_followed_is_gone_and_cannot_be_read_on(shop: Shelf) -> None:
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await said(pilot, screen, "following")
        await shop.listed(pilot)
        shop.demo.connection.api.remove_container(CACHE, force=True)
        await said(pilot, screen, "at the end")
        await said(pilot, screen, "○ gone")
        assert screen.check_action("again", ()) is False


async def test_how_one_left_the_view_is_how_the_next_one_opens(shop: Shelf) -> None:
    first, second = shop.open(), shop.open()
    async with Host(lambda: first).run_test() as pilot:
        await pilot.press("w", "T", "T", "x", "c")
        await pilot.press("q")
    async with Host(lambda: second).run_test() as pilot:
        view = log(second)
        assert (view.wrap, view.times, view.fields, view.context) == (True, "local", False, 2)
        await said(pilot, second, "times local")


async def test_hostile_lines_and_names_do_no_harm(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"[/x]\x1b]52;c;QUFB\x07\x1b[2J \xe2\x80\xae" + b"x" * 100_000)
    ((engine, model),) = shop.held(CACHE)
    hostile = Held(engine, replace(model, name="[/x]\x1b[2J\u202e" + "n" * 10_000))  # type: ignore[type-var]
    desk: Any = shop.desk
    screen = LogsScreen([hostile, hostile], desk, shop.choices, Settings(), project="[b]\x1b[2J")
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: any("[/x]" in line for line in texts(screen)))
        await pilot.press("enter", "m", "escape")
        await pilot.pause()
        painted = pilot.app.screen.query_one("#logs--unfolded")
        seen = "".join((*texts(screen), bar(screen, "head"), bar(screen, "line")))
        seen += "".join(
            segment.text for y in range(painted.size.height) for segment in painted.render_line(y)
        )
        assert not {"\x1b", "\x07", "\u202e"} & set(seen)


async def test_a_driver_that_cannot_be_read_is_told_in_the_engines_words(shop: Shelf, tmp_path: Path) -> None:
    words = b'{"message":"configured logging driver does not support reading"}'
    config = b'{"Config": {"Tty": false}, "State": {"Status": "running", "ExitCode": 0}}'

    def talk(wire: socket.socket, request: bytes) -> None:
        body, status = (words, b"501 Not Implemented") if b"/logs?" in request else (config, b"200 OK")
        head = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        wire.sendall(head % (status, len(body)) + body)

    fake = FakeEngine(tmp_path, talk)
    connection = Connection(Endpoint(f"unix://{tmp_path / 's'}", "fake", "fake"))
    engine: Any = Unwatched(connection)
    desk: Any = shop.desk
    screen = LogsScreen([Held(engine, shop.demo.container(CACHE))], desk, shop.choices, Settings())
    try:
        async with Host(lambda: screen).run_test() as pilot:
            await said(pilot, screen, "cannot be read")
            await shows(pilot, screen, "configured logging driver does not support reading")
            await until(pilot, lambda: screen.check_action("again", ()) is True)
    finally:
        connection.close()
        fake.close()
