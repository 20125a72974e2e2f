"""What an introduction to Docker teaches of images and of the Hub, done by keys only, on real Engines."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from textual.events import Paste

from tests.live.conftest import running, tidy
from tests.live.engine import PrivateEngine
from tests.live.making import build, container
from tests.live.person import Person, at_wharf
from tests.live.registry import PASSWORD, USER, SharedGround, shared_registry
from tui.engine import registries as known
from tui.engine.credentials import find
from tui.engine.kinds import Kind
from tui.screens.build import BuildScreen
from tui.screens.build_run import BuildRunScreen
from tui.screens.engine import EngineScreen
from tui.screens.error import ErrorScreen
from tui.screens.files import FilesScreen
from tui.screens.history import HistoryScreen
from tui.screens.logs import LogsScreen
from tui.screens.main import MainScreen
from tui.screens.registries import RegistriesScreen
from tui.screens.registries_repositories import RepositoriesScreen
from tui.screens.registries_tags import TagsScreen
from tui.screens.run import RunScreen
from tui.screens.sheet import SheetScreen
from tui.screens.sure import Sure

pytestmark = pytest.mark.parametrize("engine", ["28.5"], indirect=True)

DOCKERFILE = """FROM busybox
COPY greeting /greeting
RUN echo built >> /greeting
CMD ["sh", "-c", "cat /greeting; sleep 1000"]
"""
NO_HUB = "127.0.0.1:9"


@pytest.fixture
def course(home: Path) -> Path:
    """The folder of an application: a Dockerfile, and what it copies."""
    folder = home / "course"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "greeting").write_text("hello\n")
    return folder


@pytest.fixture
def hub(engine: PrivateEngine, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SharedGround]:
    """The registry that stands for Docker Hub, with passwords."""
    monkeypatch.setattr(known, "HUB_HOST", NO_HUB)
    with shared_registry(engine, auth=True) as ground:
        yield ground


@pytest.fixture(scope="module")
def older_engine() -> Iterator[PrivateEngine]:
    """The Engine of `older`, for all of its tests."""
    yield from running("20.10")


@pytest.fixture
def older(older_engine: PrivateEngine) -> Iterator[PrivateEngine]:
    """Another Engine, of an older release; cleared afterwards."""
    yield older_engine
    tidy(older_engine)


async def shown(person: Person, screen: type, *words: str) -> None:
    """Wait until a screen is there and says all these words."""
    await person.until(lambda: isinstance(person.app.screen, screen) and all(map(person.sees, words)))


async def typed(person: Person, key: str, text: str) -> None:
    """Press a key that clears a field or leads to it, and paste a text there."""
    await person.press(key)
    person.app.post_message(Paste(text))
    await person.pilot.pause()


async def filled(person: Person, *fields: str) -> None:
    """Fill in the first fields of a form, and send it; "" leaves one as it is."""
    await person.until(lambda: isinstance(person.app.screen, SheetScreen))
    await person.until(lambda: person.app.screen.focused is not None)
    for place, text in enumerate(fields):
        if place:
            await person.press("down")
        if text:
            await typed(person, "ctrl+u", text)
    await person.press("ctrl+s")


async def chosen(person: Person, reference: str) -> None:
    """Put the cursor on an image with a long name."""
    await person.pane(Kind.IMAGE)
    await person.until(lambda: reference in person.rows(Kind.IMAGE))
    await typed(person, "slash", reference)
    await person.press("enter")
    await person.until(lambda: (row := person.main.pane.current) is not None and row.name == reference)


async def run_as(person: Person, name: str) -> None:
    """Run in the background, under a name."""
    await person.until(lambda: isinstance(person.app.screen, RunScreen))
    await person.until(lambda: person.app.screen.focused is not None)
    await person.press("down", *name, "down", "space", "ctrl+s")


async def command(person: Person, text: str) -> None:
    """Type a command."""
    await typed(person, ":", text)
    await person.press("enter")


async def file_chosen(person: Person, path: Path, *, writes: bool) -> None:
    """Name a file in the chooser."""
    await shown(person, FilesScreen)
    await typed(person, "ctrl+u" if writes else "tab", str(path))
    await person.until(lambda: person.sees(path.name))
    await person.press("enter")


async def said(person: Person, api: docker.APIClient, name: str, *words: str) -> None:
    """Wait until a container has printed all these words."""
    await person.until(lambda: name in person.rows(Kind.CONTAINER))
    await person.until(lambda: all(word in api.logs(name).decode() for word in words))


async def test_an_image_is_built_looked_at_run_changed_and_kept(
    engine: PrivateEngine, api: docker.APIClient, home: Path, course: Path
) -> None:
    async with at_wharf(engine.url, home) as person:
        await person.pane(Kind.IMAGE)
        await person.press("b")
        await shown(person, BuildScreen)
        await person.until(lambda: person.app.screen.focused is not None)
        await typed(person, "ctrl+u", str(course))
        await person.press("down", "down", *"course:1")
        await person.until(lambda: person.sees("course:1"))
        await person.press("ctrl+s")
        await shown(person, BuildRunScreen, "● built", "RUN echo built >> /greeting")
        await person.press("escape", "escape")
        await person.until(lambda: person.app.screen is person.main)

        await person.go_to(Kind.IMAGE, "course:1")
        await person.press("h")
        await shown(person, HistoryScreen, "RUN echo built >> /greeting", "COPY", "CMD")
        await person.press("escape")

        await person.press("R")
        await run_as(person, "web")
        await said(person, api, "web", "hello", "built")

        api.exec_start(api.exec_create("web", ["sh", "-c", "echo changed >> /greeting"])["Id"])
        await person.go_to(Kind.CONTAINER, "web")
        await person.press("C")
        await filled(person, "course:2", "changed by hand")
        await person.until(lambda: "course:2" in person.rows(Kind.IMAGE))
        await person.go_to(Kind.IMAGE, "course:2")
        await person.press("h")
        await shown(person, HistoryScreen, "changed by hand")
        await person.press("escape", "R")
        await run_as(person, "again")
        await said(person, api, "again", "hello", "built", "changed")

        await person.mark(Kind.CONTAINER, "web", "again")
        await person.press("l")
        await shown(person, LogsScreen, "2 containers", "web   hello", "web   built", "again changed")
        await person.press("1")
        await shown(person, LogsScreen, "since 1m", "web   hello", "again changed")
        await person.say("ampersand", "changed")
        await shown(person, LogsScreen, "& changed", "again changed")
        await person.until(lambda: not person.sees("hello"))
        await person.press("q", "u")
        await shown(person, MainScreen, "CPU", "NET I/O")
        await person.until(lambda: re.search(r" web .* \d+\.\d\d%", person.text))

        await person.press("6")
        await shown(person, EngineScreen, "docker SDK", "2 running")
        await person.press("tab", "tab", "u")
        await shown(person, EngineScreen, "system df", "RECLAIMABLE", "Images ")
        await person.press("tab")
        await shown(person, EngineScreen, "● live", "course:2")


async def test_an_image_goes_to_the_hub_and_comes_back(
    engine: PrivateEngine, api: docker.APIClient, home: Path, hub: SharedGround
) -> None:
    build(api, "course:1", "RUN echo hello > /greeting", "CMD cat /greeting; sleep 1000")
    reference = f"{hub.host}/{USER}/course:1"
    async with at_wharf(engine.url, home, size=(160, 48)) as person:
        await person.go_to(Kind.IMAGE, "course:1")
        await person.press("t")
        await filled(person, reference)
        await person.until(lambda: reference in person.rows(Kind.IMAGE))

        # nobody may push
        await chosen(person, reference)
        await person.press("p")
        await filled(person, "")
        await shown(person, ErrorScreen, "no basic auth credentials", ":login")
        await person.press("escape")

        await command(person, f"login {hub.host} {USER}")
        await filled(person, "", "", "wrong")
        await shown(person, ErrorScreen, "401 Unauthorized")
        assert find(hub.host) is None
        await person.press("escape")
        await command(person, f"login {hub.host} {USER}")
        await filled(person, "", "", PASSWORD)
        await person.until(lambda: person.said("kept by"))
        assert find(hub.host) is not None
        assert PASSWORD not in person.text + "".join(person.app.toasts) + (home / "journal.jsonl").read_text()

        await person.press("p")
        await filled(person, "")
        await person.until(lambda: person.said("digest: sha256:"))

        # the tag alone would leave the image: its other name goes too
        await person.press("d")
        await person.plan()
        assert person.sees("only the name goes")
        await person.apply("a")
        await person.until(lambda: {"course:1", reference}.isdisjoint(person.rows(Kind.IMAGE)))
        await person.press("P")
        await filled(person, reference)
        await person.until(lambda: reference in person.rows(Kind.IMAGE))
        await chosen(person, reference)
        await person.press("R")
        await run_as(person, "web")
        await said(person, api, "web", "hello")

        await person.press("5")
        await shown(person, RegistriesScreen, hub.host, "● reachable")
        await person.press("enter")
        await shown(person, RepositoriesScreen, f"{USER}/course")
        await person.press("enter")
        await shown(person, TagsScreen, " 1 tag ", "RUN echo hello > /greeting", "● delete")
        await person.press("d")
        await shown(person, Sure, f"{USER}/course", "sha256:")
        await person.until(lambda: isinstance(person.app.screen, Sure) and person.app.screen.ready)
        await person.press("y")
        await shown(person, TagsScreen, "0 tags")
        await person.press("escape", "escape", "escape")
        await person.until(lambda: person.app.screen is person.main)

        await command(person, f"logout {hub.host}")
        await person.until(lambda: person.said("forgotten"))
        assert find(hub.host) is None
        await chosen(person, reference)
        await person.press("p")
        await filled(person, "")
        await shown(person, ErrorScreen, "no basic auth credentials")


async def test_an_image_and_a_container_are_carried_in_files_to_another_engine(
    engine: PrivateEngine, older: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    build(api, "course:1", "RUN echo hello > /greeting", "CMD cat /greeting; sleep 1000")
    container(api, "web", "sh", "-c", "echo written > /greeting; sleep 1000")
    saved, exported = home / "course.tar", home / "web.tar"
    async with at_wharf(engine.url, home) as person:
        await person.go_to(Kind.IMAGE, "course:1")
        await person.press("S")
        await file_chosen(person, saved, writes=True)
        await person.until(lambda: person.said(f"in {saved}"))
        await person.go_to(Kind.CONTAINER, "web")
        await person.press("E")
        await file_chosen(person, exported, writes=True)
        await person.until(lambda: person.said(f"in {exported}"))

    there = docker.APIClient(base_url=older.url, version="auto", timeout=30)
    with contextlib.closing(there):
        async with at_wharf(older.url, home) as person:
            await person.pane(Kind.IMAGE)
            await person.press("L")
            await file_chosen(person, saved, writes=False)
            await person.go_to(Kind.IMAGE, "course:1")
            await person.press("R")
            await run_as(person, "web")
            await said(person, there, "web", "hello")

            await person.pane(Kind.IMAGE)
            await person.press("I")
            await file_chosen(person, exported, writes=False)
            await filled(person, "web:1")
            await person.go_to(Kind.IMAGE, "web:1")
            await person.press("R")
            await shown(person, RunScreen)
            await person.press("ctrl+u", *"cat /greeting")
            await run_as(person, "again")
            await said(person, there, "again", "written")
