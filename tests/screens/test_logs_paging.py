"""A log that is longer than what is kept of it: read back to its beginning, and on to its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.hosting import Host, until
from tests.screens.reading_logs import CACHE, Shelf, bar, last, log, said, shelf, shows, texts
from tui.demo.models import LogLine
from tui.engine.log_backlog import Backlog, Older
from tui.engine.log_feed import AHEAD
from tui.screens.logs import LogsScreen
from tui.screens.logs_pace import BATCH, BEHIND_SECONDS, Pace

COUNT = 1_500
"""Lines that the container wrote, one a second."""
KEPT = 200


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        write(made, range(COUNT))
        yield made


def write(shop: Shelf, numbers: range) -> None:
    """One line a second; the clock ends at the last one."""
    for number in numbers:
        shop.demo.now += 1
        with shop.demo.engine.world.lock:
            shop.demo.engine.world.container(CACHE).written.append(
                LogLine(shop.demo.now, 1, b"line %d" % number)
            )
    shop.demo.engine.nudge()


def numbers(screen: LogsScreen) -> list[int]:
    """Of the lines that are kept those that the test wrote."""
    return [int(text.split()[1]) for text in texts(screen) if text.startswith("line ")]


async def to_line(pilot: Pilot[Any], screen: LogsScreen, key: str, number: int) -> None:
    """Press a key until a line is kept."""
    await until(pilot, lambda: bool(numbers(screen)))
    while number not in numbers(screen):
        before = numbers(screen)
        for _ in range(KEPT // 10):
            await pilot.press(key)
            if numbers(screen) != before:
                break
        await until(pilot, lambda: not screen.reading.asking)
        assert in_order(screen)


def in_order(screen: LogsScreen) -> bool:
    """Whether every line stands once, and none is missing between the first and the last."""
    found = numbers(screen)
    return found == list(range(found[0], found[-1] + 1)) and log(screen).lines_count <= KEPT


async def test_reading_back_to_the_beginning_and_on_to_the_end_shows_every_line_once(shop: Shelf) -> None:
    screen = shop.open(lines=KEPT)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, f"line {COUNT - 1}")
        await to_line(pilot, screen, "pageup", COUNT - KEPT - 300)
        assert COUNT - 1 not in numbers(screen), "the newest lines had to go"
        assert screen.reading.feed is None
        head = bar(screen, "head")
        assert "paused at" in head
        assert "+" in head, "there is more after what is kept"
        write(shop, range(COUNT, COUNT + 5))
        await to_line(pilot, screen, "pagedown", COUNT + 4)
        await pilot.press("pagedown", "pagedown", "pagedown")
        await said(pilot, screen, "following")
        write(shop, range(COUNT + 5, COUNT + 6))
        await shows(pilot, screen, f"line {COUNT + 5}")
        assert in_order(screen)


async def test_the_beginning_is_one_key_away_and_so_is_the_end(shop: Shelf) -> None:
    screen = shop.open(lines=KEPT)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, f"line {COUNT - 1}")
        await pilot.press("g")
        await until(pilot, lambda: any("Redis version" in text for text in texts(screen)[:1]))
        await said(pilot, screen, "at the beginning")
        assert log(screen).lines_count <= KEPT
        newest = last(screen)
        await pilot.press(*["pagedown"] * (KEPT // 20))
        await until(pilot, lambda: last(screen) != newest)
        assert newest in texts(screen), "what comes next was added, and nothing left out"
        await pilot.press("G")
        await shows(pilot, screen, f"line {COUNT - 1}")
        await said(pilot, screen, "following")
        write(shop, range(COUNT, COUNT + 1))
        await shows(pilot, screen, f"line {COUNT}")


async def test_who_reads_elsewhere_has_new_lines_wait_and_loses_none(shop: Shelf) -> None:
    screen = shop.open(lines=KEPT)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, f"line {COUNT - 1}")
        await pilot.press("k", "k")
        at = log(screen).position
        for burst in range(AHEAD + 3):
            write(shop, range(COUNT + 10 * burst, COUNT + 10 * burst + 10))
            await pilot.pause()
        await until(pilot, lambda: len(screen.reading._waiting) > 0)
        assert last(screen) == f"line {COUNT - 1}", "what is kept has no room for them"
        assert log(screen).position == at
        await to_line(pilot, screen, "pagedown", COUNT + 10 * (AHEAD + 3) - 1)
        assert in_order(screen)
        await pilot.press("G")
        await said(pilot, screen, "following")


async def test_a_short_log_says_that_it_is_at_the_beginning_once_it_was_asked(shop: Shelf) -> None:
    screen = shop.open("shop-mailer-1")
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        await until(pilot, lambda: not screen.reading.asking)
        await pilot.press("pageup", "pageup")
        await until(pilot, lambda: not log(screen).older)
        await pilot.press("g")
        await said(pilot, screen, "at the beginning")
        assert log(screen).newest is not None


async def test_leaving_while_older_lines_are_on_their_way_drops_them(shop: Shelf) -> None:
    screen = shop.open(lines=KEPT)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, f"line {COUNT - 1}")
        shop.demo.engine.dials.latency = 5.0
        asked = screen.reading._dropped
        for _ in range(KEPT // 10):
            await pilot.press("pageup")
        await said(pilot, screen, "reading older lines …")
        await pilot.press("q")
        await until(pilot, lambda: app.ended == [None])
        assert asked.is_set()


async def test_a_page_is_dropped_whose_neighbour_had_to_go_meanwhile(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer, older = threading.Event(), threading.Event(), Backlog.older

    def slow(backlog: Backlog, before: int, count: int, cancelled: threading.Event) -> Older:
        found = older(backlog, before, count, cancelled)
        asked.set()
        assert answer.wait(10)
        return found

    screen = shop.open(lines=KEPT)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, f"line {COUNT - 1}")
        monkeypatch.setattr(Backlog, "older", slow)
        for _ in range(KEPT // 10):
            await pilot.press("pageup")
        await until(pilot, asked.is_set)
        await pilot.press("G")
        write(shop, range(COUNT, COUNT + 5))
        await shows(pilot, screen, f"line {COUNT + 4}")
        answer.set()
        await until(pilot, lambda: not screen.reading.asking)
        await pilot.pause()
        assert in_order(screen)
        assert log(screen).older
        await to_line(pilot, screen, "pageup", COUNT - KEPT - 50)


def test_full_batches_say_that_there_is_more_until_they_cease() -> None:
    now = 10.0
    pace = Pace(lambda: now)
    assert not pace.behind
    pace.note(BATCH)  # the tail, which is complete
    assert not pace.behind
    pace.begin(at_end=False)
    pace.note(BATCH)
    assert pace.behind
    pace.note(BATCH - 1)
    assert not pace.behind
    pace.begin(at_end=False)
    now += BEHIND_SECONDS
    assert not pace.behind
