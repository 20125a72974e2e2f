"""The run form on the demo Engine: what it says while it is typed, and what comes of sending it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Static

from tests.screens.hosting import Host, until
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.carried import Carried
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.jobs import Job, JobState
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.engine.runspec import RunSpec
from tui.screens.choose import ChooseScreen
from tui.screens.desk import ScreenDesk
from tui.screens.dialog import KeyLine
from tui.screens.error import ErrorScreen
from tui.screens.rows import TextRows
from tui.screens.run import LEAVING, RunScreen
from tui.verbs.launching import REMOVED
from widgets.form import Form
from widgets.form_inputs import Entry

DEADLINE = 10.0


@pytest.fixture
def demo() -> Iterator[DemoEngine]:
    with DemoEngine(clock=lambda: FIXED_NOW) as running:
        yield running


@pytest.fixture
def engine(demo: DemoEngine, tmp_path: Path) -> Iterator[Engine]:
    """What the app has of the demo Engine, its lists read."""
    engine = Engine(Endpoint(demo.start(), "demo", "demo"), tmp_path)
    engine.painted()
    engine.start()
    end = time.monotonic() + DEADLINE
    while engine.link.state is not LinkState.UP or not all(engine.store.listed(kind) for kind in Kind):
        assert time.monotonic() < end, "the demo Engine was never read"
        time.sleep(0.01)
    yield engine
    engine.close()


class Running:
    """The screen under test with the Engine behind it."""

    def __init__(self, engine: Engine, spec: RunSpec, *, create_only: bool = False) -> None:
        self.engine = engine
        self.screen: Any = None
        self.pilot: Any = None

        def make() -> Screen[Any]:
            desk = ScreenDesk(Screen(), engine, prod=False)  # type: ignore[arg-type]
            self.screen = RunScreen(spec, desk, create_only=create_only)
            return self.screen

        self.app = Host(make)

    @asynccontextmanager
    async def shown(self, width: int = 80, height: int = 24) -> Any:
        async with self.app.run_test(size=(width, height)) as pilot:
            self.pilot = pilot
            await pilot.pause()
            yield pilot

    @property
    def form(self) -> Form:
        form: Form = self.screen.query_one(Form)
        return form

    @property
    def line(self) -> str:
        return " ".join(self.screen.query_one("#run--line", TextRows).text.split())

    @property
    def status(self) -> str:
        return str(self.screen.query_one("#run--status", Static).render())

    @property
    def keys(self) -> str:
        return str(self.screen.query_one(KeyLine).render())

    def beside(self, field: str) -> str:
        """What stands at a field."""
        row = self.form._row_of[field]
        return "".join(str(notice.render()) for notice in row.query(".form--notice.-said").results(Static))

    async def fill(self, field: str, text: str) -> None:
        """Put the cursor into a field and type."""
        self.form.focus_field(field)
        await self.pilot.press(*[{" ": "space"}.get(char, char) for char in text])

    async def until(self, true: Callable[[], bool]) -> None:
        await until(self.pilot, true)

    async def ended(self) -> Job:
        """The job of the last sending, once it has ended and the form can be used again."""
        await self.until(lambda: bool(self.engine.jobs.all))
        await self.until(lambda: self.engine.jobs.all[-1].ended is not None)
        await self.until(lambda: self.app.ended != [] or not self.form.disabled)
        return self.engine.jobs.all[-1]


IMAGE = "nginx:1.27-alpine"


async def test_the_line_grows_while_options_are_typed(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        assert it.line == f"docker run {IMAGE}"
        await it.fill("name", "web9")
        assert it.line == f"docker run --name web9 {IMAGE}"
        await it.fill("publish", "8081:80")
        assert it.line == f"docker run --name web9 -p 8081:80 {IMAGE}"
        it.form.focus_field("detach")
        await it.pilot.press("space")
        assert it.line.startswith("docker run -d ")
        await it.fill("env", "DB_PASSWORD=hunter2")
        assert "-e 'DB_PASSWORD=***'" in it.line
        await it.fill("command", "sh -c 'echo")
        assert it.line.endswith(IMAGE + " sh -c")  # the last one that could be said


async def test_the_line_names_the_context_that_the_cli_would_not_use_by_itself(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "endpoint", replace(engine.endpoint, context="eu-1", source="chosen"))
    it = Running(engine, RunSpec(image=IMAGE, carried=Carried(other_networks=("back",))))
    async with it.shown():
        assert it.line == f"docker -c eu-1 run {IMAGE} then docker -c eu-1 network connect back"


async def test_a_wrong_field_is_refused_beside_it_before_the_engine_is_asked(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE, detach=True))
    async with it.shown():
        await it.fill("memory", "12x")
        await it.pilot.press("ctrl+s")
        assert "12x is no amount of memory" in it.beside("memory")
        assert engine.running == ()
        assert not engine.jobs.all
        assert it.app.ended == []
        assert it.form.values()["memory"] == "12x"


async def test_what_two_options_get_wrong_together_is_said_at_once(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE, remove=True))
    async with it.shown():
        await it.fill("restart", "always")
        assert "cannot restart" in it.beside("restart")
        await it.pilot.press("ctrl+s")
        assert not engine.jobs.all
        it.form.focus_field("remove")
        await it.pilot.press("space")
        assert it.beside("restart") == ""


async def test_a_missing_image_is_said_beside_the_field_and_offered(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=""))
    async with it.shown():
        await it.fill("image", "nosuch")
        assert "Not on this Engine" in it.beside("image")
        assert "f2 pull the image" in it.keys
        assert "pull, then run" in it.keys
        await it.pilot.press(*["backspace"] * 6, *IMAGE)
        assert it.beside("image") == ""
        assert "f2" not in it.keys


async def test_a_failed_pull_stands_beside_the_image_and_nothing_is_lost(engine: Engine) -> None:
    it = Running(engine, RunSpec(image="nosuch:1", name="web9", detach=True, env=("A=1", "B=2")))
    async with it.shown():
        await it.pilot.press("ctrl+s")
        job = await it.ended()
        assert job.task.verb == "image.pull"
        assert job.refused[0].error is not None
        assert " ".join(job.refused[0].error.message.split())[:30] in " ".join(it.beside("image").split())
        assert it.screen.spec == RunSpec(image="nosuch:1", name="web9", detach=True, env=("A=1", "B=2"))
        assert it.form.values()["env"] == ("A=1", "B=2")
        assert it.app.ended == []


async def test_a_taken_name_is_refused_at_the_name_and_can_be_put_right(
    engine: Engine, demo: DemoEngine
) -> None:
    taken = next(iter(engine.store.containers.values())).name
    it = Running(engine, RunSpec(image=IMAGE, name=taken, detach=True, labels=("tier=front",)))
    async with it.shown():
        assert f"called {taken} already" in it.beside("name")
        await it.pilot.press("ctrl+s")
        job = await it.ended()
        assert job.task.quiet
        assert job.task.verb == "image.run"
        assert "already in use by container" in it.beside("name")
        focused = it.screen.focused
        assert isinstance(focused, Entry)
        assert focused.text == taken
        assert it.form.values()["labels"] == ("tier=front",)
        await it.fill("name", "-two")
        assert it.beside("name") == ""
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.app.ended == [None])
        await it.until(lambda: any(each.name == f"{taken}-two" for each in engine.store.containers.values()))
        made = next(each for each in engine.store.containers.values() if each.name == f"{taken}-two")
        assert made.state == "running"


async def test_a_refused_form_can_be_sent_again_as_it_is(engine: Engine) -> None:
    taken = next(each for each in engine.store.containers.values() if each.state == "exited")
    it = Running(engine, RunSpec(image=IMAGE, name=taken.name, detach=True))
    async with it.shown():
        await it.pilot.press("ctrl+s")
        await it.ended()
        assert it.app.ended == []
        engine.connection.api.remove_container(taken.id)
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.app.ended == [None])


async def test_a_created_container_is_listed_and_not_started(engine: Engine) -> None:
    it = Running(engine, RunSpec(), create_only=True)
    async with it.shown():
        assert "Create a container" in str(it.screen.query_one("#run--title").render())
        assert "detach" not in it.form.values()
        await it.fill("image", IMAGE)
        await it.fill("name", "web9")
        assert it.line == f"docker create --name web9 {IMAGE}"
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.app.ended == [None])
        assert engine.jobs.all[-1].task.verb == "container.create"
        await it.until(lambda: any(each.name == "web9" for each in engine.store.containers.values()))
        made = next(each for each in engine.store.containers.values() if each.name == "web9")
        assert made.state == "created"


async def test_a_taken_port_is_said_at_publish_and_the_name_is_free_again(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE, name="web9", detach=True, publish=("8099:80",)))
    engine.connection.api.start(
        engine.connection.api.create_container_from_config(
            RunSpec(image=IMAGE, detach=True, publish=("8099:80",)).body()
        )["Id"]
    )
    async with it.shown():
        await it.pilot.press("ctrl+s")
        await it.ended()
        beside = " ".join(it.beside("publish").split())
        assert "port is already allocated" in beside
        assert REMOVED in beside
        assert [
            each["Names"] for each in engine.connection.api.containers(all=True) if "/web9" in each["Names"]
        ] == []


async def test_the_image_tells_what_it_brings_along(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown(160, 48):
        entry = it.form._row_of["publish"].query_one(Entry)
        await it.until(lambda: "80" in entry.placeholder.replace("8080:80", ""))
        assert "nginx" in it.form._row_of["command"].query_one(Entry).placeholder


async def test_leaving_asks_once_more_when_something_was_typed(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        await it.fill("name", "w")
        await it.pilot.press("escape")
        assert it.status == LEAVING
        assert it.app.ended == []
        await it.fill("name", "x")
        assert it.status == ""
        await it.pilot.press("escape", "escape")
        assert it.app.ended == [None]


async def test_leaving_an_untouched_form_is_one_key(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE))
    async with it.shown():
        await it.pilot.press("escape")
        assert it.app.ended == [None]


async def test_a_silent_engine_can_be_cancelled_and_the_form_stays(engine: Engine, demo: DemoEngine) -> None:
    it = Running(engine, RunSpec(image=IMAGE, name="web9", detach=True))
    async with it.shown():
        demo.freeze()
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.form.disabled and "running" in it.status)
        assert "esc cancel" in it.keys
        await it.pilot.press("escape")
        await it.until(lambda: not it.form.disabled)
        assert "may still do" in it.status
        assert it.form.values()["name"] == "web9"
        demo.thaw()
        job = engine.jobs.all[-1]
        await it.until(lambda: job.ended is not None)
        # made after all, it was not started and is gone again
        assert "cancelled before its start" in job.results[0].words
        assert not [each for each in engine.connection.api.containers(all=True) if "/web9" in each["Names"]]


class NoTerminal:
    """A stay in a container that was started."""

    tty = True
    writable = True

    def close(self) -> None:
        """Nothing to let go of."""


async def test_a_container_that_runs_without_the_terminal_is_not_made_twice(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(api: Any, container: str, **options: Any) -> NoTerminal:
        api.start(container)
        return NoTerminal()

    # the demo Engine does not attach
    monkeypatch.setattr("tui.engine.streams.start_attached", started)
    it = Running(engine, RunSpec(image=IMAGE, name="web9"))
    async with it.shown():
        await it.pilot.press("ctrl+s")
        # the test's terminal cannot be lent, and the container runs already
        await it.until(lambda: it.app.ended == [None])
        await it.until(lambda: isinstance(it.app.screen, ErrorScreen))
        assert engine.jobs.all[-1].state is JobState.DONE
        assert engine.connection.api.inspect_container("web9")["State"]["Running"]


async def test_a_lost_engine_is_said_above_the_keys(engine: Engine, demo: DemoEngine) -> None:
    it = Running(engine, RunSpec(image=IMAGE, name="web9", detach=True))
    async with it.shown():
        demo.drop()
        await it.until(lambda: engine.link.state is LinkState.DOWN)
        await it.pilot.press("ctrl+s")
        await it.until(lambda: "no connection to demo" in it.status)
        assert it.form.values()["name"] == "web9"


async def test_run_again_is_said_so_and_what_no_option_says_stands_below_the_line(engine: Engine) -> None:
    carried = Carried(host={"Isolation": "process"}, other_networks=("back",))
    it = Running(engine, RunSpec(image=IMAGE, like="web", carried=carried))
    async with it.shown():
        assert str(it.screen.query_one("#run--title").render()) == "Run again like web"
        assert "docker network connect back" in it.line
        assert "no word for it: Isolation" in it.line


async def test_the_line_is_copied_and_its_secrets_only_when_asked_for(engine: Engine) -> None:
    it = Running(engine, RunSpec(image=IMAGE, env=("DB_PASSWORD=hunter2",)))
    async with it.shown():
        copied: list[str] = []
        it.screen._desk.copy = lambda text, what: copied.append(text)
        for key, secret in (("1", "***"), ("2", "hunter2")):
            await it.pilot.press("ctrl+y")
            await it.until(lambda: isinstance(it.app.screen, ChooseScreen))
            await it.pilot.press(key)
            await it.until(lambda: bool(copied))
            assert copied.pop() == f"docker run -e 'DB_PASSWORD={secret}' {IMAGE}".replace(
                "'DB_PASSWORD=hunter2'", "DB_PASSWORD=hunter2"
            )
