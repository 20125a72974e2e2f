"""Docker lines pasted into the run form, on the demo Engine: what they fill, and what is said of the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Static

from tests.screens.hosting import Host, until
from tests.screens.test_run import DEADLINE, IMAGE, Running
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.engine.runline import read_line
from tui.engine.runspec import RunSpec
from tui.screens.choose import ChooseScreen
from tui.screens.desk import ScreenDesk
from tui.screens.run import WITHOUT, RunScreen
from tui.screens.run_line import TakenLine, pasted_line
from tui.screens.sheet import SheetScreen
from widgets.form import Form
from widgets.form_inputs import Entry

LINE = f"docker run -d --name web9 -p 8081:80 -e DB_PASSWORD=hunter2 {IMAGE}"
LINES = "$ sudo " + LINE.replace(" -", " \\\n  -") + "\n"
SPEC = read_line(LINE).spec


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """What the app has of the demo Engine, its lists read."""
    with DemoEngine(clock=lambda: FIXED_NOW) as demo:
        engine = Engine(Endpoint(demo.start(), "demo", "demo"), tmp_path)
        engine.painted()
        engine.start()
        end = time.monotonic() + DEADLINE
        while engine.link.state is not LinkState.UP or not all(engine.store.listed(kind) for kind in Kind):
            assert time.monotonic() < end, "the demo Engine was never read"
            time.sleep(0.01)
        yield engine
        engine.close()


async def paste(it: Running, text: str) -> None:
    """As a terminal that brackets what is pasted."""
    it.app.post_message(events.Paste(text))
    await it.pilot.pause()


def taken(it: Running) -> str:
    """What is said of the line below the form."""
    return " ".join(it.screen.query_one(TakenLine).text.split())


@pytest.mark.parametrize(
    ("field", "line"),
    [*((field, LINE) for field in ("command", "detach", "labels")), ("image", LINES), ("publish", LINES)],
    ids=["command", "detach", "labels", "several lines", "several lines beside a list"],
)
async def test_a_line_pasted_anywhere_fills_the_whole_form(engine: Engine, field: str, line: str) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        it.form.focus_field(field)
        await paste(it, line)
        await it.until(lambda: it.line.startswith("docker run -d --name web9"))
        assert it.screen.spec == SPEC
        assert it.form.values()["detach"] is True
        assert it.form.values()["publish"] == ("8081:80",)
        assert it.line == f"docker run -d --name web9 -p 8081:80 -e 'DB_PASSWORD=***' {IMAGE}"
        assert len(it.screen.query(Form)) == 1
        assert taken(it) == ""
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.app.ended == [None])
        await it.until(lambda: any(each.name == "web9" for each in engine.store.containers.values()))


async def test_what_was_typed_is_replaced_only_when_that_is_agreed(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        await it.fill("name", "mine")
        for answer, name in (("2", "mine"), ("1", "web9")):
            it.form.focus_field("command")
            await paste(it, LINE)
            await it.until(lambda: isinstance(it.app.screen, ChooseScreen))
            await it.pilot.press(answer)
            await it.until(lambda: it.app.screen is it.screen)
            await it.until(lambda name=name: it.form.values()["name"] == name)  # type: ignore[misc]
            assert it.form.values()["command"] == ""
        assert it.screen.spec == SPEC


async def test_a_text_that_is_no_line_goes_where_it_is_pasted(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        it.form.focus_field("command")
        await paste(it, "sh -c 'docker run x'")
        await it.until(lambda: it.form.values()["command"] == "sh -c 'docker run x'")
        await it.fill("labels", "docker run x")
        await it.until(lambda: it.form.values()["labels"] == ("docker run x",))
        assert it.screen.spec.image == IMAGE


async def test_a_key_opens_a_field_for_the_line_and_errors_stand_beside_it(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=""))
    async with it.shown():
        assert "^l from a line" in it.keys or "ctrl-l from a line" in it.keys
        await it.pilot.press("ctrl+l")
        await it.until(lambda: isinstance(it.app.screen, SheetScreen))
        await paste(it, f"docker run --nmae web9 {IMAGE}")
        await it.pilot.press("ctrl+s")
        notice = it.app.screen.query(".form--notice.-said").first(Static)
        assert "no option --nmae" in str(notice.render())
        entry = it.app.screen.query_one(Entry)
        entry.text = f"docker run --name web9 {IMAGE}"
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.screen.spec == RunSpec(IMAGE, name="web9"))


async def test_a_line_that_cannot_be_read_is_kept_to_be_put_right(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        await paste(it, "docker run -d 'web")
        await it.until(lambda: isinstance(it.app.screen, SheetScreen))
        assert it.app.screen.query_one(Entry).text == "docker run -d 'web"
        await it.pilot.press("escape")
        await it.until(lambda: it.app.screen is it.screen)
        assert it.form.values()["command"] == ""
        assert it.screen.spec == RunSpec(image=IMAGE)


async def test_what_only_a_shell_knows_is_said_at_its_field_until_it_is_written_out(engine: Engine) -> None:
    it = Running(engine, RunSpec())
    async with it.shown():
        await paste(it, f"docker run -d -e HOME=$HOME {IMAGE}")
        await it.until(lambda: it.form.values()["env"] == ("HOME=$HOME",))
        assert "Only a shell knows $HOME" in it.beside("env")
        await it.pilot.press("ctrl+s")
        assert not engine.jobs.all
        it.form.focus_field("env")
        await it.pilot.press("end", *["backspace"] * 5, *"/x")
        await it.until(lambda: it.beside("env") == "")
        assert it.screen.spec.env == ("HOME=/x",)


async def test_what_the_form_cannot_hold_stays_in_view_and_has_to_be_agreed_to(engine: Engine) -> None:
    it = Running(engine, RunSpec())
    async with it.shown():
        await paste(it, f"docker -c prod run -d --name web9 --annotation a=b {IMAGE} && docker ps")
        await it.until(lambda: it.form.values()["name"] == "web9")
        assert "not in the form · -c prod: this form is for demo" in taken(it)
        assert "--annotation a=b: the form has no place for it" in taken(it)
        assert "&& docker ps: only the line of docker run is read" in taken(it)
        await it.pilot.press("ctrl+s")
        assert it.status == WITHOUT
        assert not engine.jobs.all
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.app.ended == [None])


async def test_a_line_of_create_makes_a_form_that_creates(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        await paste(it, f"docker create --name web9 {IMAGE}")
        await it.until(lambda: "Create a container" in str(it.screen.query_one("#run--title").render()))
        assert "ctrl-s create" in it.keys
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.app.ended == [None])
        assert engine.jobs.all[-1].task.verb == "container.create"


async def test_a_form_can_be_opened_with_a_line(engine: Engine) -> None:
    screens: list[RunScreen] = []

    def make() -> RunScreen:
        desk = ScreenDesk(Screen(), engine, prod=False)  # type: ignore[arg-type]
        screens.append(RunScreen(RunSpec(), desk, create_only=False, line=LINE))
        return screens[0]

    async with Host(make).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(screens) and screens[0].spec == SPEC)


async def test_a_filled_form_is_not_left_by_one_key(engine: Engine) -> None:
    it = Running(engine, RunSpec())
    async with it.shown():
        await paste(it, LINE)
        await it.until(lambda: it.screen.spec == SPEC)
        await it.pilot.press("escape")
        assert it.app.ended == []
        await it.pilot.press("escape")
        assert it.app.ended == [None]


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ("", "docker run x", "docker run x"),
        ("nginx", "nginxdocker run x", "docker run x"),
        ("ab", "adocker run xb", "docker run x"),
        ("docker run x", "docker run xy", None),
        (("A=1",), ("A=1", "docker run \\", " x"), "\ndocker run \\\n x"),
        ("", "docker ps", None),
    ],
)
def test_a_line_is_found_in_what_was_put_into_a_field(before: Any, now: Any, found: str | None) -> None:
    assert pasted_line({"a": before}, {"a": now}) == (("a", found) if found else None)
