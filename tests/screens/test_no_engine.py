"""The screen that stands in the place of everything while there is no Engine."""

from __future__ import annotations

import time

import pytest
from textual.widgets import Static

from tests.screens.hosting import Host, until
from tui.engine.endpoint import DEFAULT_URL, Endpoint
from tui.engine.errors import EngineError, Unreachable
from tui.engine.link import Link, LinkState
from tui.screens.key_bar import KeyBar
from tui.screens.no_engine import NoEngineScreen
from tui.screens.rows import TextRows

LOCAL = Endpoint(DEFAULT_URL, "default", "default")


def down(words: str, wait: float | None = 20.0) -> Link:
    """The line after a failed try, with the next one in so many seconds."""
    retry_at = None if wait is None else time.monotonic() + wait
    return Link(LinkState.DOWN, time.monotonic(), Unreachable(words), retry_at)


class Retrying(Host):
    """Keeps what the keys ask the app for."""

    def __init__(self, screen: NoEngineScreen) -> None:
        super().__init__(lambda: screen)
        self.asked: list[str] = []

    def action_retry(self) -> None:
        self.asked.append("retry")

    def action_contexts(self) -> None:
        self.asked.append("contexts")

    def action_demo(self) -> None:
        self.asked.append("demo")

    def action_engine(self, step: int) -> None:
        self.asked.append(f"engine {step}")


def body(screen: NoEngineScreen) -> str:
    return screen.query_one("#main", TextRows).text


def counted(screen: NoEngineScreen) -> str:
    return str(screen.query_one(".no-engine--next", Static).render())


async def test_endpoint_its_source_the_reason_and_what_to_type_are_in_view_at_80_by_24() -> None:
    endpoint = Endpoint("tcp://build.example:2375", "", "DOCKER_HOST")
    screen = NoEngineScreen(endpoint, down("Connection refused"))
    async with Retrying(screen).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = body(screen)
        assert "tcp://build.example:2375, named by DOCKER_HOST" in text
        assert "nobody listens" in text
        assert "Connection refused" in text
        assert "wharf -H ssh://build.example" in text
        assert screen.query_one("#main", TextRows).max_scroll_y == 0
        assert screen.query_one(KeyBar).text.split() == [
            *("r", "try", "now", "c", "another", "context", "d", "demo", "Engine", "q", "quit")
        ]


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_permission_denied_fits_the_screen(size: tuple[int, int]) -> None:
    screen = NoEngineScreen(LOCAL, down("Permission denied"))
    async with Retrying(screen).run_test(size=size) as pilot:
        await pilot.pause()
        assert screen.query_one("#main", TextRows).max_scroll_y == 0
        last = screen.query_one(".no-engine--next").region
        assert last.bottom <= size[1] - 1
        assert abs((last.x + last.right) - size[0]) <= 1


async def test_a_window_too_small_scrolls() -> None:
    screen = NoEngineScreen(LOCAL, down("Permission denied"))
    async with Retrying(screen).run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        rows = screen.query_one("#main", TextRows)
        await pilot.press("G")
        assert 0 < rows.scroll_offset.y == rows.max_scroll_y
        assert screen.query_one(".no-engine--next").region.bottom <= 11


async def test_the_wait_counts_down_by_itself() -> None:
    screen = NoEngineScreen(LOCAL, down("Connection refused", 20.0))
    async with Retrying(screen).run_test() as pilot:
        await pilot.pause()
        assert "next try in 20 s" in counted(screen)
        await until(pilot, lambda: "next try in 19 s" in counted(screen))


async def test_a_try_under_way_and_its_new_reason_are_shown() -> None:
    screen = NoEngineScreen(LOCAL, down("Connection refused"))
    async with Retrying(screen).run_test() as pilot:
        await pilot.pause()
        screen.show(down("Connection refused", None))
        assert "trying" in counted(screen)
        screen.show(down("Permission denied", 5.0))
        await pilot.pause()
        assert "next try in 5 s" in counted(screen)
        assert "as good as root" in body(screen).replace("\n", " ")
        assert "Connection refused" not in body(screen)


async def test_each_key_asks_the_app_and_a_click_on_it_does_the_same() -> None:
    screen = NoEngineScreen(LOCAL, down("Connection refused"))
    app = Retrying(screen)
    async with app.run_test() as pilot:
        await pilot.press("r", "c", "d")
        assert app.asked == ["retry", "contexts", "demo"]
        await pilot.click(KeyBar, offset=(3, 0))
        assert app.asked == ["retry", "contexts", "demo", "retry"]
        await pilot.press("q")
        assert app._exit


async def test_the_app_takes_it_away_when_an_engine_answers() -> None:
    screen = NoEngineScreen(LOCAL, down("Connection refused"))
    app = Retrying(screen)
    async with app.run_test() as pilot:
        await pilot.pause()
        screen.dismiss()
        await until(pilot, lambda: app.ended == [None])


async def test_what_to_type_comes_before_the_words_of_the_system_however_long_they_are() -> None:
    screen = NoEngineScreen(LOCAL, down("Connection refused " + "and more " * 200))
    async with Retrying(screen).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert 0 < body(screen).index("To type here") < body(screen).index("The system's own words")


async def test_one_who_came_from_another_engine_can_go_back_there() -> None:
    screen = NoEngineScreen(LOCAL, down("Connection refused"), others=True)
    app = Retrying(screen)
    async with app.run_test() as pilot:
        await pilot.press("escape", "less_than_sign", "greater_than_sign", "at")
        assert app.asked == ["engine -1", "engine -1", "engine 1", "contexts"]
        assert "back" in screen.query_one(KeyBar).text


async def test_without_another_engine_no_way_back_is_offered() -> None:
    screen = NoEngineScreen(LOCAL, down("Connection refused"))
    app = Retrying(screen)
    async with app.run_test() as pilot:
        await pilot.press("escape", "less_than_sign")
        assert app.asked == []
        assert "back" not in screen.query_one(KeyBar).text


async def test_a_context_that_was_just_chosen_is_not_said_to_be_named_by_anything() -> None:
    screen = NoEngineScreen(Endpoint("ssh://far", "far", "chosen"), down("Connection refused"))
    async with Retrying(screen).run_test() as pilot:
        await pilot.pause()
        assert "context far\n" in body(screen)
        assert "chosen" not in body(screen)


async def test_hostile_words_do_no_harm() -> None:
    endpoint = Endpoint("unix:///tmp/[/x]\x1b]52;c;AA\x07.sock", "[red]\u202e", "[@click=app.quit]")
    error = EngineError("[/x] \x1b[2J " + "long " * 2000)
    link = Link(LinkState.DOWN, 0.0, error, None)
    screen = NoEngineScreen(endpoint, link)
    async with Retrying(screen).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = body(screen)
        assert "[/x]" in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert screen.query_one(".no-engine--next").region.bottom <= 23
