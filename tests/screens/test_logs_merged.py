"""Several logs in one: marked containers, a compose project, what ends and starts meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.hosting import Host, until
from tests.screens.reading_logs import CACHE, Shelf, bar, last, log, said, shelf, shows, texts
from tests.screens.test_hosts import pair
from tests.stage import staged
from tui.engine.log_feed import Began
from tui.screens.key_bar import KeyBar
from tui.screens.logs import LogsScreen
from tui.screens.logs_members import MembersScreen
from tui.theme import WHARF

WORKER, SEARCH = "shop-worker-1", "shop-search-1"
THREE = (CACHE, WORKER, SEARCH)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


def turns(shop: Shelf, count: int) -> list[str]:
    """Have the three write in turns, a second after each other; returns the lines in that order."""
    told = []
    for number in range(count):
        name = THREE[number * 2 % 3]
        shop.demo.now += 1
        shop.demo.write(name, b"turn %d" % number)
        told.append(f"{name.ljust(len(WORKER))} turn {number}")
    return told


async def test_lines_of_three_containers_stand_in_the_order_of_time_each_with_its_name(shop: Shelf) -> None:
    told = turns(shop, 30)
    screen = shop.open(*THREE)
    app = Host(lambda: screen)
    app.register_theme(WHARF)
    app.theme = WHARF.name
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: [text for text in texts(screen) if " turn " in text] == told)
        await said(pilot, screen, "3 containers")
        assert "● 3 running" in bar(screen, "head")
        for number, name in enumerate((*THREE, *THREE)):
            shop.demo.now += 1
            shop.demo.write(name, b"later %d" % number)
            await until(pilot, lambda end=f"later {number}": last(screen).endswith(end))  # type: ignore[misc]
        shown = log(screen)
        colours = {
            segment.style.color
            for y in range(shown.size.height)
            for segment in list(shown.render_line(y))
            if segment.style is not None and segment.text.strip() in THREE
        }
        assert len(colours) == 3


async def test_the_docker_line_is_that_of_the_container_under_the_cursor(shop: Shelf) -> None:
    screen = shop.open(*THREE)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        shop.demo.now += 1
        shop.demo.write(SEARCH, b"one")
        await until(pilot, lambda: any(text.endswith(" one") for text in texts(screen)))
        shop.demo.now += 1
        shop.demo.write(CACHE, b"two")
        await until(pilot, lambda: any(text.endswith(" two") for text in texts(screen)))
        view = log(screen)
        for text, name in ((" two", CACHE), (" one", SEARCH)):
            while not view.texts(view.selected)[0].endswith(text):
                await pilot.press("k")
            await said(pilot, screen, f"docker logs --follow --tail 1000 {name}", "line")


async def test_containers_are_switched_off_and_on_one_by_one(shop: Shelf) -> None:
    turns(shop, 12)
    screen = shop.open(*THREE)
    app = Host(lambda: screen)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: any("turn 11" in text for text in texts(screen)))

        def names() -> set[str]:
            return {text.split()[0] for text in texts(screen)}

        assert names() == set(THREE)
        assert "m which" in screen.query_one(KeyBar).text
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, MembersScreen))
        await pilot.press("space")
        await until(pilot, lambda: names() == {WORKER, SEARCH})
        await pilot.press("j", "o")
        await until(pilot, lambda: names() == {WORKER})
        await said(pilot, screen, "1 of 3 containers")
        await pilot.press("a")
        await until(pilot, lambda: names() == set(THREE))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)


async def test_the_docker_line_of_a_project_names_the_services_of_what_is_shown(shop: Shelf) -> None:
    screen = shop.open("shop-app-1", "shop-app-2", CACHE, project="shop")
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await said(pilot, screen, "docker compose -p shop logs --follow --tail 1000", "line")
        assert bar(screen, "line").endswith("1000")
        await pilot.press("m", "down", "down", "space", "escape")
        await until(pilot, lambda: bar(screen, "line").endswith("--tail 1000 app"))


async def test_one_that_ends_among_others_is_a_ruler_and_the_others_go_on(shop: Shelf) -> None:
    turns(shop, 3)
    screen = shop.open(*THREE)
    async with Host(lambda: screen).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: any("turn 2" in text for text in texts(screen)))
        await shop.listed(pilot)
        shop.demo.now += 1
        shop.demo.connection.api.kill(SEARCH)
        await until(pilot, lambda: f"{SEARCH} ended, exit code 137" in last(screen))
        await said(pilot, screen, "● 2 running")
        await said(pilot, screen, "following")
        shop.demo.now += 60
        shop.demo.connection.api.start(SEARCH)
        await until(pilot, lambda: any(f"{SEARCH} started" in text for text in texts(screen)))
        await said(pilot, screen, "● 3 running")
        shop.demo.now += 1
        shop.demo.write(SEARCH, b"here again")
        await until(pilot, lambda: any("here again" in text for text in texts(screen)))
        assert len([text for text in texts(screen) if "ended, exit code" in text]) == 1


async def test_a_start_that_is_told_after_others_wrote_stands_where_it_was_told_and_once(shop: Shelf) -> None:
    turns(shop, 3)
    screen = shop.open(*THREE)
    async with Host(lambda: screen).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: any("turn 2" in text for text in texts(screen)))
        await said(pilot, screen, "● 3 running")
        feed, newest = screen.reading.feed, log(screen).newest
        assert feed is not None
        assert newest is not None
        for text in ("a word", "another"):  # the second time it is read again
            screen.reading.hear(feed, Began(0, "running", newest.at - 1, newest.at - 1))
            shop.demo.now += 1
            shop.demo.write(WORKER, text.encode())
            await until(pilot, lambda end=text: last(screen).endswith(end))  # type: ignore[misc]
        starts = [text for text in texts(screen) if f"{CACHE} started" in text]
        assert len(starts) == 1
        after = texts(screen)[texts(screen).index(starts[0]) :]
        assert "a word" in after[1]
        assert not [text for text in after if "turn" in text]


async def test_a_container_of_the_project_that_starts_later_joins(shop: Shelf) -> None:
    api = shop.demo.connection.api
    labels = {"com.docker.compose.project": "fleet", "com.docker.compose.service": "boat"}

    def launch(name: str) -> None:
        made = api.create_container("redis:7-alpine", name=name, labels=labels)
        api.start(made["Id"])
        shop.demo.now += 1
        shop.demo.write(name, f"hello of {name}".encode())

    launch("fleet-boat-1")
    screen = shop.open("fleet-boat-1", project="fleet")
    async with Host(lambda: screen).run_test(size=(120, 30)) as pilot:
        await shop.listed(pilot)
        await shows(pilot, screen, "hello of fleet-boat-1")
        await said(pilot, screen, "project fleet")
        assert "docker compose -p fleet logs --follow --tail 1000" in screen.query_one(KeyBar).text
        launch("fleet-boat-2")
        await until(pilot, lambda: last(screen) == "boat-2 hello of fleet-boat-2")
        of_second = [text for text in texts(screen) if text.startswith("boat-2")]
        assert of_second[0].startswith("boat-2 started "), "a ruler has no name before it"
        await said(pilot, screen, "2 containers")
        assert "boat-1 hello of fleet-boat-1" in texts(screen)


async def test_what_is_said_of_one_brings_back_no_start_of_another(shop: Shelf) -> None:
    api = shop.demo.connection.api
    api.create_container("redis:7-alpine", name="asleep")
    screen = shop.open(SEARCH, "asleep")
    async with Host(lambda: screen).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: any("asleep was not started yet" in text for text in texts(screen)))
        shop.demo.now += 1
        shop.demo.write(SEARCH, b"a later line")
        await until(pilot, lambda: any("a later line" in text for text in texts(screen)))
        assert not [text for text in texts(screen) if f"{SEARCH} started" in text]


async def test_one_that_is_made_and_then_started_joins_without_a_word_of_not_being_started(
    shop: Shelf,
) -> None:
    api = shop.demo.connection.api
    labels = {"com.docker.compose.project": "fleet", "com.docker.compose.service": "boat"}
    api.start(api.create_container("redis:7-alpine", name="fleet-boat-1", labels=labels)["Id"])
    screen = shop.open("fleet-boat-1", project="fleet")
    async with Host(lambda: screen).run_test(size=(120, 30)) as pilot:
        await shop.listed(pilot)
        await said(pilot, screen, "following")
        late = api.create_container("redis:7-alpine", name="fleet-boat-2", labels=labels)
        await until(pilot, lambda: len(screen.sources) == 2 and not screen.sources[1].reading)
        shop.demo.now += 1
        api.start(late["Id"])
        shop.demo.write("fleet-boat-2", b"hello")
        await until(pilot, lambda: any("boat-2 hello" in text for text in texts(screen)))
        assert not [text for text in texts(screen) if "not started yet" in text]


async def test_marked_containers_are_read_together_and_a_project_by_one_key(tmp_path: Path) -> None:
    async with staged(tmp_path, (120, 34)) as stage:
        await stage.go_to("shop-app-1")
        await stage.press("space", "space", "l")
        await stage.until(lambda: stage.dialog == "LogsScreen" and "2 containers" in stage.text)
        await stage.until(lambda: "shop-app-2" in stage.text)
        await stage.press("q", "escape")
        await stage.go_to("shop-app-1")
        await stage.press("L")
        await stage.until(lambda: stage.dialog == "LogsScreen" and "project shop" in stage.text)
        screen = stage.app.screen
        assert isinstance(screen, LogsScreen)
        assert {source.label for source in screen.sources.all} >= {"app-1", "db-1", "proxy-1"}
        await stage.press("q")
        await stage.go_to("scratchpad")
        assert "L" not in stage.main.doing.offers, "it is of no project"


async def test_marks_on_two_hosts_are_read_in_one_log(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        stage = two.stage
        rows = [two.row(stage.engine, "shop-app-1"), two.row(two.other, "shop-app-2")]
        stage.table.move_to(rows[0])
        await stage.still()
        stage.table.mark(rows)
        await stage.still()
        await stage.press("l")
        await stage.until(lambda: stage.dialog == "LogsScreen" and "2 containers" in stage.text)
        await stage.until(lambda: "demo/shop-app-1" in stage.text and "other/shop-app-2" in stage.text)
        await stage.press("q")
        await stage.until(lambda: stage.dialog == "MainScreen")


async def test_the_end_of_one_that_had_ended_stands_among_the_lines_of_the_others(shop: Shelf) -> None:
    shop.demo.write(SEARCH, b"its last word")
    shop.demo.now += 1
    shop.demo.connection.api.kill(SEARCH)
    told = turns(shop, 1)
    screen = shop.open(SEARCH, CACHE)
    async with Host(lambda: screen).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: any("turn 0" in text for text in texts(screen)))
        await said(pilot, screen, "○ 1 ended")
        (end,) = [text for text in texts(screen) if "ended, exit code 137" in text]
        (word,) = [text for text in texts(screen) if "its last word" in text]
        (turn,) = [text for text in texts(screen) if text.endswith(told[0][-6:])]
        assert texts(screen).index(word) < texts(screen).index(end) < texts(screen).index(turn)
