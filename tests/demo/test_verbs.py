"""Every verb there is, by its key through the app on a living demo Engine, as `wharf --demo` has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.demo.verb_rows import ROWS, TOOLS
from tests.live.person import at_home, at_wharf
from tests.live.pty_app import PtyApp
from tests.trying import Stay, try_by_key
from tui.demo import DemoEngine
from tui.demo.files import files_of
from tui.verbs.registry import VERBS
from tui.verbs.verb import Verb

DOWN, RIGHT = "\x1b[B", "\x1b[C"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for everything; no program that could be run is on the path, docker above all."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return at_home(tmp_path, monkeypatch)


@pytest.fixture
def demo() -> Iterator[DemoEngine]:
    with DemoEngine() as living:
        yield living


@pytest.fixture
def api(demo: DemoEngine) -> Iterator[docker.APIClient]:
    client = docker.APIClient(base_url=demo.start(), version="auto", timeout=5)
    yield client
    client.close()


def test_every_verb_has_a_row() -> None:
    assert set(ROWS) == {verb.id for verb in VERBS}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.id)
async def test_a_verb_does_by_its_key_what_it_says(
    verb: Verb, demo: DemoEngine, api: docker.APIClient, home: Path
) -> None:
    row = ROWS[verb.id]
    if isinstance(row, Stay):
        stay_in_a_terminal(verb, row, demo, api)
        return
    scene = row.scene(api, demo)
    async with at_wharf(demo.start(), home, demo=True) as person:
        await try_by_key(person, verb, row, scene, api)


def stay_in_a_terminal(verb: Verb, row: Stay, demo: DemoEngine, api: docker.APIClient) -> None:
    scene = row.scene(api, demo)
    with PtyApp(env={"DOCKER_HOST": demo.start()}) as terminal:
        terminal.go_to(scene.name)
        terminal.send(verb.key)
        terminal.wait_for(f"{scene.name} · docker {verb.word}")
        terminal.send(row.typed)
        terminal.until(lambda: exists(demo, scene.name, row.trace))
        assert api.inspect_container(scene.name)["State"]["Running"]


def exists(demo: DemoEngine, name: str, path: str) -> bool:
    with demo.world.lock:
        return files_of(demo.world.container(name)).exists(path)


@pytest.fixture
def terminal(home: Path) -> Iterator[PtyApp]:
    """`wharf --demo`, its lists read."""
    with PtyApp("--demo") as app:
        app.wait_for("DEMO ENGINE, NOT DOCKER")
        app.wait_for("  Engine ")
        yield app


def test_wharf_demo_lets_a_person_into_a_container_and_out_again(terminal: PtyApp) -> None:
    terminal.go_to("shop-app-1")
    terminal.send("e")
    terminal.wait_for("shop-app-1 · docker exec")
    terminal.send("echo hel''lo\r")
    terminal.wait_for("\nhello")
    terminal.send("exit 3\r")
    terminal.wait_for("1 Containers")
    terminal.wait_for("exit code 3")
    terminal.send("q")
    assert terminal.ends() == 0


def test_wharf_demo_runs_a_container_that_answers_in_the_terminal(terminal: PtyApp) -> None:
    terminal.send("2")
    terminal.wait_for("docker run")
    terminal.send(f"/{TOOLS}\r")
    terminal.wait_for(f"docker run {TOOLS}")
    terminal.send("R")
    terminal.wait_for(f"Run a container from {TOOLS}")
    terminal.send("bash")
    terminal.wait_for(f"docker run {TOOLS} bash")
    terminal.send(DOWN)
    terminal.wait_for("What the container is called")
    terminal.send("made")
    terminal.wait_for("docker run --name made")
    terminal.send(DOWN)
    terminal.wait_for("It runs on its own")
    terminal.send(RIGHT + " ")
    terminal.wait_for("docker run -i --name made")
    terminal.send(RIGHT + " ")
    terminal.wait_for("docker run -it --name made")
    terminal.send("\x13")
    terminal.wait_for("root@")
    terminal.send("echo hel''lo\r")
    terminal.wait_for("\nhello")
    terminal.send("exit 4\r")
    terminal.wait_for("1 Containers 17")
    terminal.wait_for("made: ended, exit code 4")
