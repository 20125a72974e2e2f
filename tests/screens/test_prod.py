"""On an endpoint marked prod, changing and entering ask first, and a stay inside looks like production."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.live.pty_app import PtyApp
from tests.stage import Stage, staged
from tui.demo import NAME
from tui.screens.plan import PlanScreen
from tui.screens.sheet import SheetScreen
from tui.settings import Settings
from widgets.form import Form

PROD = Settings(endpoints={"demo": {"prod": True}})
IMAGE = "nginx:1.27-alpine"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, settings=PROD) as stage:
        yield stage


async def at(stage: Stage, pane: str, name: str, key: str) -> None:
    """Press a key on an object."""
    await stage.press(pane)
    await stage.until(lambda: name in stage.names)
    await stage.go_to(name)
    await stage.until(lambda: key in stage.main.doing.offers)
    await stage.press(key)


async def typed(stage: Stage, text: str) -> None:
    """Answer the first question of the sheet, and send it."""
    await stage.until(lambda: stage.dialog == "SheetScreen")
    await stage.press("end", "ctrl+u")
    await stage.type(text)
    await stage.press("ctrl+s")


async def sent(stage: Stage) -> None:
    """Send the run form as it is."""
    await stage.until(lambda: stage.dialog == "RunScreen")
    await stage.press("ctrl+s")


@dataclass(frozen=True)
class Asking:
    """A verb that has to ask."""

    pane: str
    name: str
    key: str
    title: str
    """The dialog's."""
    line: str
    request: str
    """What is sent once the person says yes, without version and id."""
    before: Callable[[Stage], Awaitable[None]] | None = None
    """What is answered before it asks."""
    back: str = "MainScreen"
    """Where a no leads."""


ASKING = {
    "stop": Asking(
        "1", "shop-app-1", "s", "Stop 1 container", "docker stop shop-app-1", "POST /containers/*/stop"
    ),
    "start": Asking(
        "1", "shop-canary", "s", "Start 1 container", "docker start shop-canary", "POST /containers/*/start"
    ),
    "restart": Asking(
        *("1", "shop-app-1", "r", "Restart 1 container", "docker restart shop-app-1"),
        "POST /containers/*/restart",
    ),
    "pause": Asking(
        "1", "shop-app-1", "p", "Pause 1 container", "docker pause shop-app-1", "POST /containers/*/pause"
    ),
    "go on": Asking(
        *("1", "metrics-prometheus-1", "p", "Go on 1 container", "docker unpause metrics-prometheus-1"),
        "POST /containers/*/unpause",
    ),
    "rename": Asking(
        *("1", "shop-app-1", "n", "Rename shop-app-1", "docker rename shop-app-1 other"),
        *("POST /containers/*/rename", lambda stage: typed(stage, "other"), "SheetScreen"),
    ),
    "pull": Asking(
        *("2", IMAGE, "P", "Pull mysql:9", "docker pull mysql:9", "POST /images/create"),
        *(lambda stage: typed(stage, "mysql:9"), "SheetScreen"),
    ),
    "run": Asking(
        *(
            "2",
            IMAGE,
            "R",
            f"Run {IMAGE}",
            f"docker run {IMAGE}",
            "POST /containers/create",
            sent,
            "RunScreen",
        )
    ),
    "create network": Asking(
        *("3", "bridge", "c", "Create back-end", "docker network create --driver bridge back-end"),
        *("POST /networks/create", lambda stage: typed(stage, "back-end"), "SheetScreen"),
    ),
    "create volume": Asking(
        *("4", "shop_db", "c", "Create data", "docker volume create --driver local data"),
        *("POST /volumes/create", lambda stage: typed(stage, "data"), "SheetScreen"),
    ),
    "exec": Asking(
        *("1", "shop-app-1", "e", "Enter shop-app-1", "docker exec -it shop-app-1 sh"),
        "POST /containers/*/exec",
    ),
    "attach": Asking(
        *("1", "shop-app-1", "a", "Attach to shop-app-1", "docker attach shop-app-1"),
        "POST /containers/*/attach",
    ),
}


def changes(stage: Stage) -> list[str]:
    """The requests that are no reads: "POST /containers/*/stop"."""
    asked = [request for request in stage.requests if not request.startswith(("GET ", "HEAD "))]
    return [
        re.sub(r"\?.*|/v[\d.]+|(?<=/)[0-9a-f]{64}", lambda cut: "*" * (cut[0][0] not in "?/"), one)
        for one in asked
    ]


async def asked(stage: Stage, asking: Asking) -> PlanScreen:
    """Go so far that the dialog stands."""
    await at(stage, asking.pane, asking.name, asking.key)
    if asking.before is not None:
        await asking.before(stage)
    await stage.until(lambda: stage.dialog == "PlanScreen")
    screen = stage.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


async def confirm(stage: Stage, screen: PlanScreen, key: str = "y") -> None:
    await stage.until(lambda: screen.ready)
    await stage.press(key)


@pytest.mark.parametrize("name", ASKING)
async def test_it_asks_first_and_a_no_sends_nothing_and_loses_nothing(stage: Stage, name: str) -> None:
    asking = ASKING[name]
    await asked(stage, asking)
    assert f"{asking.title} on  PROD demo " in stage.text
    assert asking.line in stage.text
    assert "to confirm" not in stage.text  # no name needs to be typed
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == asking.back)
    if isinstance(stage.app.screen, SheetScreen):
        answer = asking.line.rpartition(" ")[2]
        assert stage.app.screen.query(Input).first().value == answer
    assert changes(stage) == []
    assert stage.engine.running == ()


@pytest.mark.parametrize("name", ASKING)
async def test_a_yes_sends_it(stage: Stage, name: str) -> None:
    asking = ASKING[name]
    screen = await asked(stage, asking)
    assert changes(stage) == []
    await confirm(stage, screen)
    await stage.until(lambda: asking.request in changes(stage))


@pytest.mark.parametrize("name", ["stop", "pull", "exec"])
async def test_a_yes_that_is_typed_ahead_is_no_yes(stage: Stage, name: str) -> None:
    await asked(stage, ASKING[name])
    await stage.press("y", "enter")
    await stage.until(lambda: stage.dialog != "PlanScreen")
    await stage.type("y\n")
    assert changes(stage) == []


async def test_what_was_typed_into_the_run_form_is_there_after_a_no_and_can_be_sent_then(
    stage: Stage,
) -> None:
    await at(stage, "2", IMAGE, "R")
    await stage.until(lambda: stage.dialog == "RunScreen")
    form = stage.app.screen.query_one(Form)
    form.focus_field("name")
    await stage.type("web9")
    form.action_submit()
    form.action_submit()  # a key that is held asks once
    await stage.until(lambda: stage.dialog == "PlanScreen")
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "RunScreen")
    assert form.values()["name"] == "web9"
    assert changes(stage) == []
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.dialog == "PlanScreen")
    screen = stage.app.screen
    assert isinstance(screen, PlanScreen)
    assert "Run web9 on" in stage.text
    await confirm(stage, screen)
    await stage.until(lambda: stage.state("web9") == "running")


@pytest.mark.parametrize("key", ["i", "l", "t", "y", "w"])
async def test_reading_does_not_ask(stage: Stage, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    await at(stage, "1", "shop-proxy-1", key)
    seen = {"i": lambda: stage.opened, "l": lambda: stage.dialog == "LogsScreen"}
    seen |= {"t": lambda: stage.dialog == "TopScreen"}
    await stage.until(seen.get(key, lambda: stage.toasts != []))
    assert changes(stage) == []


async def test_several_marked_things_ask_for_their_count_and_say_where(stage: Stage) -> None:
    await stage.go_to("shop-app-1")
    await stage.press("space", "space")
    await stage.until(lambda: "s" in stage.main.doing.offers)
    await stage.press("s")
    await stage.until(lambda: stage.dialog == "PlanScreen")
    assert "Stop 2 containers on  PROD demo " in stage.text
    assert "Type 2 to confirm" in stage.text
    screen = stage.app.screen
    assert isinstance(screen, PlanScreen)
    await stage.type("2")
    await confirm(stage, screen, "ctrl+y")
    await stage.until(lambda: changes(stage) == ["POST /containers/*/stop"] * 2)


async def test_destroying_one_thing_asks_for_its_name(stage: Stage) -> None:
    await at(stage, "1", "shop-canary", "d")
    await stage.until(lambda: stage.dialog == "PlanScreen")
    assert "Remove 1 container on  PROD demo " in stage.text
    assert "Type shop-canary to confirm" in stage.text


async def test_an_endpoint_that_is_not_marked_does_as_the_key_says(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await at(stage, "1", "shop-app-1", "s")
        await stage.until(lambda: changes(stage) == ["POST /containers/*/stop"])
        assert stage.dialog == "MainScreen"


def test_the_dialog(
    snap_compare: Callable[..., bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stage = Stage(tmp_path, settings=PROD)

    async def play(pilot: Pilot[Any]) -> None:
        await stage.enter(pilot)
        screen = await asked(stage, ASKING["exec"])
        await stage.until(lambda: screen.ready)

    try:
        assert snap_compare(stage.app, terminal_size=(80, 24), run_before=play)
    finally:
        stage.close()


# In a real terminal

RED = b"\x1b]12;#ff0000\x07"
DETACH = "\x10\x11"
"""ctrl-p ctrl-q"""


class Terminal(PtyApp):
    """Keeps the bytes that a terminal was sent."""

    raw = b""

    def _feed(self, data: bytes) -> None:
        self.raw += data
        super()._feed(data)

    def takes(self, words: str) -> bool:
        """Whether a key of a dialog does something now; one that will in a moment is dim."""
        places = ((row, line.find(words)) for row, line in enumerate(self._shown.display))
        return any(self._shown.buffer[row][column].bold for row, column in places if column >= 0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of the settings, where the demo Engine is production."""
    (tmp_path / "wharf").mkdir()
    (tmp_path / "wharf" / "config.toml").write_text(f'[endpoints."{NAME}"]\nprod = true\n')
    return tmp_path


def environment(home: Path, **more: str) -> dict[str, str]:
    own = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "DOCKER_CONFIG"), str(home))
    return {**own, "LC_ALL": "C.UTF-8", "NO_COLOR": "", "TMUX": "", **more}


@pytest.fixture
def terminal(home: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    term = getattr(request, "param", "xterm-256color")
    with Terminal("--demo", env=environment(home, TERM=term)) as app:
        yield app


def inside(terminal: Terminal, name: str) -> int:
    """Go in; where in the bytes the stay began."""
    terminal.go_to(name)
    before = len(terminal.raw)
    terminal.send("e")
    terminal.wait_for(f"Enter {name} on")
    terminal.until(lambda: terminal.takes("y apply"))
    terminal.send("y")
    terminal.wait_for(f"PROD {NAME} · {name} · docker exec")
    # what is typed before the shell speaks may be typed into Wharf's own terminal
    terminal.wait_for("app@")
    return before


def test_the_terminal_looks_like_production_for_the_whole_stay_and_never_after(terminal: Terminal) -> None:
    before = inside(terminal, "shop-app-1")
    title = f"\x1b]2;PROD {NAME} · shop-app-1\x07".encode()
    stay = terminal.raw[before:]
    assert re.search(rb"\x1b\[1;7;31m[^\x1b]*PROD " + NAME.encode() + rb"[^\x1b]*\x1b\[0m", stay)
    terminal.until(lambda: b"\x1b[22;2t" + title + RED in terminal.raw[before:])
    # the process inside may say what it likes
    changed = len(terminal.raw)
    terminal.send("printf '\\033]0;mine\\a\\033]112\\a'\r")
    terminal.until(lambda: b"\x1b]0;mine\x07" + title + RED in terminal.raw[changed:])
    terminal.until(lambda: b"\x1b]112\x07" + title + RED in terminal.raw[changed:])
    ended = len(terminal.raw)
    terminal.send("exit\r")
    terminal.wait_for("shop-app-1: ended")
    after = terminal.raw[ended:]
    assert after.count(b"\x1b]112\x07\x1b[23;2t") == 1
    assert RED not in after.split(b"\x1b[23;2t")[1]


@pytest.mark.parametrize("terminal", ["linux", "screen-256color"], indirect=True)
def test_a_terminal_that_cannot_give_its_title_back_keeps_it(terminal: Terminal) -> None:
    before = inside(terminal, "shop-app-1")
    terminal.send(DETACH)
    terminal.wait_for("shop-app-1: left")
    stay = terminal.raw[before:]
    assert b"\x1b[1;7;31m" in stay
    for sequence in (b"\x1b]2;", b"\x1b]12;", b"\x1b]112", b"\x1b[22;2t", b"\x1b[23;2t"):
        assert sequence not in stay
