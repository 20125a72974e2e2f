"""The dialog of a sheet: questions, checks, and the docker line that grows."""

from __future__ import annotations

from textual.widgets import Input

from tests.screens.hosting import HERE, Host
from tui.engine.endpoint import Endpoint
from tui.engine.lines import DockerLine, docker
from tui.screens.dialog import KeyLine
from tui.screens.rows import TextRows
from tui.screens.sheet import SheetScreen
from tui.verbs.verb import Answers, Blank, Question, Sheet
from widgets.form import Form


def line(answers: Answers) -> DockerLine:
    return docker("network", "create", *["--internal"] * answers["internal"], str(answers["name"]))


SHEET = Sheet(
    "Create [a] network",
    "create",
    (
        Question("name", "Name", check=lambda text: None if text else "A network needs a name.", hint="back"),
        Question("driver", "Driver", Blank.CHOICE, "bridge", options=("bridge", "overlay")),
        Question("internal", "Internal: no way out", Blank.FLAG, value=False),
    ),
    line,
)


async def test_the_docker_line_grows_and_the_answers_come_back() -> None:
    screen = SheetScreen(SHEET, HERE)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"back", "down", "right", "down", "space")
        await pilot.pause()
        assert screen.query_one("#sheet--line", TextRows).text == "docker network create --internal back"
        assert "ctrl-s create" in str(screen.query_one(KeyLine).render())
        await pilot.press("ctrl+s")
        assert app.ended == [{"name": "back", "driver": "overlay", "internal": True}]


async def test_a_wrong_answer_is_said_beside_it_and_the_others_are_kept() -> None:
    screen = SheetScreen(SHEET, HERE)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "right", "enter")
        await pilot.pause()
        assert app.ended == []
        assert screen.query_one(Form).errors() == {"name": "A network needs a name."}
        assert screen.focused is screen.query(Input).first()
        await pilot.press("x", "enter")
        assert app.ended == [{"name": "x", "driver": "overlay", "internal": False}]


async def test_leaving_asks_again_once_something_was_typed_and_loses_nothing() -> None:
    screen = SheetScreen(SHEET, HERE)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b", "escape")
        assert app.ended == []
        await pilot.pause()
        assert screen.query_one("#sheet--leaving").region.height == 1
        # typing on takes the warning back
        await pilot.press("c", "escape")
        assert app.ended == []
        assert screen.query_one(Form).values()["name"] == "bc"
        await pilot.press("escape")
        assert app.ended == [None]


async def test_leaving_an_untouched_sheet_needs_one_key() -> None:
    app = Host(lambda: SheetScreen(SHEET, HERE))
    async with app.run_test() as pilot:
        await pilot.press("escape")
        assert app.ended == [None]


async def test_the_line_names_the_context_that_the_cli_would_not_use_by_itself() -> None:
    screen = SheetScreen(SHEET, Endpoint("ssh://me@build", "eu-1", "chosen"))
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert screen.query_one("#sheet--line", TextRows).text == "docker -c eu-1 network create b"


async def test_a_sheet_that_is_shown_again_has_the_answers_in_it() -> None:
    screen = SheetScreen(SHEET.filled({"name": "b", "driver": "overlay", "internal": True}), HERE)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        assert app.ended == [{"name": "b", "driver": "overlay", "internal": True}]
