"""What the snapshots and the screenshots show: each a few keys pressed on the demo Engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.stage import Build, Stage
from tui.demo.world import World
from tui.engine.endpoint import DEFAULT_URL, Endpoint
from tui.engine.errors import Unreachable
from tui.engine.link import Link, LinkState
from tui.screens.no_engine import NoEngineScreen
from tui.screens.plan import PlanScreen


class Scene(NamedTuple):
    """A moment of the program."""

    play: Callable[[Stage], Awaitable[None]]
    build: Build | None = None
    """What the demo's world is like before."""
    rows: bool = True
    """Whether it has containers."""


def _pane(digit: str, name: str) -> Scene:
    async def play(stage: Stage) -> None:
        await stage.press(digit)
        await stage.go_to(name)
        await _read_detail(stage)

    return Scene(play)


async def _read_detail(stage: Stage) -> None:
    """Where the detail is in view, wait for the Engine's answer."""
    await stage.until(lambda: stage.detail_read)
    await stage.still()


async def _overview(stage: Stage) -> None:
    await stage.go_to("shop-db-1")
    await stage.press("enter")
    await _read_detail(stage)


async def _inspect(stage: Stage) -> None:
    await stage.go_to("shop-db-1")
    await stage.press("i")
    await stage.until(lambda: "sha256" in stage.text or "Created" in stage.text)
    await _read_detail(stage)


async def _run(stage: Stage) -> None:
    await stage.press("2")
    await stage.go_to("nginx:1.27-alpine")
    await stage.press("R")
    await stage.until(lambda: stage.dialog == "RunScreen")
    await stage.until(lambda: "docker run" in stage.text and "/docker-entrypoint.sh" in stage.text)


async def _ready(stage: Stage, *, typed: bool = False) -> None:
    """Wait until a plan could be applied, or until it only waits for what is to be typed."""
    await stage.until(lambda: stage.dialog == "PlanScreen")
    screen = stage.app.screen
    assert isinstance(screen, PlanScreen)
    sized = screen.plan.measure is None
    await stage.until(lambda: screen.complete and (typed or screen.ready))
    await stage.until(lambda: sized or any(item.size is not None for item in screen.items))
    await stage.still()


async def _remove(stage: Stage) -> None:
    await stage.go_to("nightly-backup")
    await stage.press("d")
    await _ready(stage)


async def _prune(stage: Stage) -> None:
    await stage.press("2", "X")
    await _ready(stage)


async def _typed(stage: Stage) -> None:
    await stage.press("4")
    await stage.go_to("shop_db_before_upgrade")
    await stage.press("d")
    await _ready(stage, typed=True)
    await stage.type("shop_db")


async def _error(stage: Stage) -> None:
    await stage.go_to("shop-proxy-1")
    await stage.press("d")
    await _ready(stage)
    await stage.press("y")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    await stage.still()


async def _help(stage: Stage) -> None:
    await stage.press("question_mark")


async def _marks(stage: Stage) -> None:
    await stage.press("slash")
    await stage.type("shop")
    await stage.press("enter", "g", "space", "space", "j", "space")
    await _read_detail(stage)


async def _command(stage: Stage) -> None:
    await stage.press("colon")
    await stage.type("sotp shop-db-1")
    await stage.press("enter")
    await _read_detail(stage)


async def _logs(stage: Stage) -> None:
    await stage.go_to("shop-proxy-1")
    await stage.press("l")
    await stage.until(lambda: stage.dialog == "LogsScreen" and "GET" in stage.text)
    await stage.still()


async def _no_engine(stage: Stage) -> None:
    endpoint = Endpoint(DEFAULT_URL, "default", "default")
    link = Link(LinkState.DOWN, 0.0, Unreachable("Permission denied"))
    stage.app.push_screen(NoEngineScreen(endpoint, link))
    await stage.until(lambda: "usermod" in stage.text)
    await stage.still()


async def _as_it_is(stage: Stage) -> None:
    await _read_detail(stage)


def _emptied(world: World) -> None:
    world.containers.clear()
    for network in world.networks.values():
        network.hosts.clear()


SCENES = {
    "containers": _pane("1", "shop-db-1"),
    "images": _pane("2", "shop/app:2.3.1"),
    "networks": _pane("3", "shop_backend"),
    "volumes": _pane("4", "shop_db"),
    "overview": Scene(_overview),
    "inspect": Scene(_inspect),
    "marks": Scene(_marks),
    "command": Scene(_command),
    "run": Scene(_run),
    "remove": Scene(_remove),
    "plan": Scene(_prune),
    "typed": Scene(_typed),
    "error": Scene(_error),
    "help": Scene(_help),
    "logs": Scene(_logs),
    "no-engine": Scene(_no_engine),
    "empty": Scene(_as_it_is, _emptied, rows=False),
}
