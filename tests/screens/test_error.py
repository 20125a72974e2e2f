"""The dialog of what went wrong."""

from __future__ import annotations

from textual.widgets import Static

from tests.screens.hosting import Host
from tui.engine.errors import EngineError
from tui.engine.lines import Secret, docker
from tui.screens.error import ErrorScreen
from tui.screens.rows import TextRows

HOSTILE = EngineError("[bold]no[/x]\x1b]52;c;aGk=\x07 " + "such thing " * 40, 500, "Do [@click=x]this[/].")


def error(**more: int) -> ErrorScreen:
    failures = [("web[/red]", HOSTILE), ("db", EngineError("volume is in use - [a1b2]", 409))]
    line = docker("run", "-e", Secret("hunter2", "PASSWORD="), "web")
    return ErrorScreen("remove: 2 [refused]", failures * more.get("times", 1), line)


async def test_each_object_stands_with_the_engines_words_the_advice_and_the_line() -> None:
    screen = error()
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        said = " ".join(screen.query_one("#main", TextRows).text.split())
        assert "web[/red] [bold]no[/x]␛]52;c;aGk=␇ such thing" in said
        assert said.count("such thing") == 40
        assert "Do [@click=x]this[/]." in said
        assert "db volume is in use - [a1b2] Remove the containers that use the volume first." in said
        assert str(screen.query_one(".dialog--title", Static).render()) == "remove: 2 [refused]"
        assert screen.query_one("#error--line", TextRows).text == "docker run -e 'PASSWORD=***' web"


async def test_many_failures_scroll_and_the_way_out_stays_in_view() -> None:
    screen = error(times=50)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        view = screen.query_one("#main", TextRows)
        assert view.max_scroll_y > 100
        assert screen.query_one("Leave").region.bottom <= 23
        await pilot.press("G")
        assert view.scroll_offset.y == view.max_scroll_y
        await pilot.press("escape")
        assert app.ended == [None]


async def test_copy_takes_the_words_but_no_secret_and_no_control_character() -> None:
    app = Host(error)
    async with app.run_test() as pilot:
        await pilot.press("y")
        assert "volume is in use - [a1b2]" in app.clipboard
        assert "docker run -e 'PASSWORD=***' web" in app.clipboard
        assert "\x1b" not in app.clipboard
        assert "hunter2" not in app.clipboard


async def test_an_error_without_words_says_so() -> None:
    screen = ErrorScreen("stop", [("web", EngineError(""))], None)
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "It said nothing." in screen.query_one("#main", TextRows).text
        await pilot.press("enter")
        assert app.ended == [None]
