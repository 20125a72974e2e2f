"""What the snapshots and the screenshots show: each a few keys pressed on the demo Engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple
from unittest.mock import patch

from textual.widgets import Input

from tests.panes.metered import Known, past
from tests.stage import Build, Stage
from tui.demo import NAME, DemoEngine
from tui.demo.world import FIXED_NOW, World
from tui.engine.endpoint import DEFAULT_URL, Endpoint
from tui.engine.errors import Unreachable
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.screens.bars import DEMO_WORDS
from tui.screens.body import WIDE
from tui.screens.no_engine import NoEngineScreen
from tui.screens.plan import PlanScreen

QUARTER = 900
"""Seconds of statistics."""


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
        await _at(stage, name)

    return Scene(play)


async def _read_detail(stage: Stage) -> None:
    """Where the detail is in view, wait for the Engine's answer."""
    await stage.until(lambda: stage.detail_read)
    await stage.still()


async def _at(stage: Stage, name: str) -> None:
    """Put the cursor on an object, and let the detail be read: it shows behind what is opened next."""
    await stage.go_to(name)
    await _read_detail(stage)


async def _overview(stage: Stage) -> None:
    await stage.go_to("shop-search-1")
    await stage.press("enter")
    await _read_detail(stage)


async def _inspect(stage: Stage) -> None:
    await stage.go_to("shop-search-1")
    await stage.press("i")
    await stage.until(lambda: "sha256" in stage.text or "Created" in stage.text)
    await _read_detail(stage)
    await stage.press("tab")
    await stage.press("j", "j", "j", "j", "l")


FILLED_IN = (
    (("down",), "orders-db"),
    (("down", "space", "down"), "127.0.0.1:5433:5432"),
    (("down", "down"), "orders_db:/var/lib/postgresql/data"),
    (("down", "down"), "POSTGRES_PASSWORD=anchors-aweigh"),
    (("down", "down"), "shop_backend"),
    (("down",), "unless-stopped"),
    (("down",), "512m"),
)
"""Keys, and what is typed then, from the command on; below each line of a list comes an empty one."""


async def _run(stage: Stage) -> None:
    await stage.press("2")
    await stage.go_to("postgres:16")
    await stage.press("R")
    await stage.until(lambda: stage.dialog == "RunScreen" and "PGDATA" in stage.text)
    for keys, text in FILLED_IN:
        await stage.press(*keys)
        await stage.type(text)
    await stage.until(lambda: "--restart" in stage.text.rpartition("docker run")[2])
    await stage.still()


async def _ready(stage: Stage, *, typed: bool = False) -> None:
    """Wait until a plan could be applied, or until it only waits for what is to be typed."""
    await stage.until(lambda: stage.dialog == "PlanScreen")
    screen = stage.app.screen
    assert isinstance(screen, PlanScreen)
    sized = screen.plan.measure is None
    await stage.until(lambda: screen.complete and (typed or screen.ready))
    await stage.until(lambda: sized or all(item.size is not None for item in screen.items))
    # that the wait is over is painted by a timer, which may come later
    screen.refresh_bindings()
    await stage.still()


async def _remove(stage: Stage) -> None:
    await _at(stage, "nightly-backup")
    await stage.press("d")
    await _ready(stage)


async def _prune(stage: Stage) -> None:
    await stage.press("2")
    await _read_detail(stage)
    await stage.press("X")
    await _ready(stage)
    await stage.press("a")
    await stage.until(lambda: "docker image prune --all" in stage.text)
    await _ready(stage)


async def _typed(stage: Stage) -> None:
    await stage.press("4")
    await _at(stage, "shop_db_before_upgrade")
    await stage.press("d")
    await _ready(stage, typed=True)
    await stage.type("shop_db")


async def _error(stage: Stage) -> None:
    await _at(stage, "shop-proxy-1")
    await stage.press("d")
    await _ready(stage)
    await stage.press("y")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    await stage.still()


async def _help(stage: Stage) -> None:
    await _read_detail(stage)
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
    await stage.go_to("shop-app-1")
    await stage.press("l")
    await stage.until(lambda: stage.dialog == "LogsScreen" and "GET" in stage.text)
    await stage.press("slash")
    await stage.type("order")
    await stage.press("enter")
    await stage.still()


async def _top(stage: Stage) -> None:
    await stage.go_to("shop-app-1")
    await stage.press("t")
    await stage.until(lambda: "processes" in stage.text)
    await stage.still()


async def _jobs(stage: Stage) -> None:
    for name, state in (("shop-worker-1", "exited"), ("shop-canary", "running")):
        await _at(stage, name)
        await stage.press("s")
        await stage.until(lambda name=name, state=state: stage.pane.models[stage.key(name)].state == state)
    await _at(stage, "import-orders")
    await stage.press("d")
    await _ready(stage)
    await stage.press("y")
    await stage.until(lambda: "import-orders" not in stage.names and not stage.engine.running)
    for job in stage.engine.jobs.all:
        job.ended = job.started  # how long it took says only how fast this machine is
    stage.app.clear_notifications()
    await _read_detail(stage)
    await stage.press("J")
    await stage.until(lambda: stage.dialog == "JobsScreen")
    await stage.still()


async def _copy(stage: Stage) -> None:
    await _run(stage)
    await stage.press("ctrl+y")
    await stage.until(lambda: stage.dialog == "ChooseScreen")
    await stage.still()


async def _sheet(stage: Stage) -> None:
    await stage.press("3")
    await _read_detail(stage)
    await stage.press("c")
    await stage.until(lambda: stage.dialog == "SheetScreen")
    await stage.type("shop_reports")
    await stage.press("down", "down")
    await stage.type("10.31.0.0/24")
    await stage.press("down", "space")
    await stage.still()


async def _palette(stage: Stage) -> None:
    await _at(stage, "shop-db-1")
    await stage.press("ctrl+p")
    await stage.until(lambda: stage.dialog == "CommandPalette")
    stage.app.screen.query_one(Input).cursor_blink = False  # Textual's own palette
    await stage.type("re")
    # until something is searched for it shows everything, and what it finds comes bit by bit
    await stage.until(lambda: "exec shop-db-1" not in stage.text)
    screen = stage.app.screen
    await stage.until(lambda: all(each.is_finished for each in stage.app.workers if each.node is screen))
    await stage.still()


async def _no_engine(stage: Stage) -> None:
    endpoint = Endpoint(DEFAULT_URL, "default", "default")
    link = Link(LinkState.DOWN, 0.0, Unreachable("Permission denied"))
    stage.app.push_screen(NoEngineScreen(endpoint, link))
    await stage.until(lambda: "usermod" in stage.text)
    await stage.still()


async def _demo(stage: Stage) -> None:
    stage.app.go(Endpoint(stage.url, NAME, NAME, demo=True))
    stage.app.disconnect(stage.engine)
    await stage.until(lambda: DEMO_WORDS in stage.text and "docker start import-orders" in stage.text)
    await stage.until(lambda: stage.app.size.width < WIDE or "hostname" in stage.text)
    await stage.until(lambda: "GiB" in stage.text and "Volumes 11" in stage.text)
    await stage.still()


async def _hosts(stage: Stage) -> None:
    other = DemoEngine(seed=2, clock=lambda: FIXED_NOW)
    stage.app.go(Endpoint(other.start(), "prod-eu", "test"), other)
    await stage.until(lambda: len(stage.app.engines) == 2 and stage.app.engine.store.listed(Kind.VOLUME))
    stage.app.go_all()
    await stage.until(lambda: "Volumes 22" in stage.text and "docker start import-orders" in stage.text)
    await stage.press("slash", *"shop-", "enter")
    await stage.until(lambda: "of 32" in stage.text and "docker stop shop-app-1" in stage.text)
    await stage.still()


async def _as_it_is(stage: Stage) -> None:
    await _read_detail(stage)


async def _merged(stage: Stage) -> None:
    await stage.go_to("shop-app-1")
    for name in ("shop-app-1", "shop-worker-1", "shop-mailer-1"):
        await stage.go_to(name)
        await stage.press("space")
    await stage.press("l")
    await stage.until(lambda: stage.dialog == "LogsScreen" and "receipt" in stage.text)
    await stage.press("T", "T", "k", "k", "k", "k", "enter")
    await stage.until(lambda: "written" in stage.text)
    await stage.still()


async def _stats(stage: Stage) -> None:
    known = stage.engine.store.containers
    running = {one.name: ident for ident, one in known.items() if one.state == "running"}
    world = stage.demo.world
    meters = Known({ident: past(world, name, QUARTER) for name, ident in running.items()})
    stage.engine.__dict__["meters"] = stage.engine.store.meters = meters  # type: ignore[assignment]
    await stage.press("u")
    stage.pane.sort_by("cpu")
    await stage.go_to("shop-db-1")
    await stage.press("right_square_bracket")
    await stage.until(lambda: "PIDS" in stage.text and stage.detail_read)
    await stage.still()


async def _why(stage: Stage) -> None:
    await stage.go_to("nightly-backup")
    await stage.press("enter")
    await stage.until(lambda: "last lines" in stage.text)
    await _read_detail(stage)


async def _engine(stage: Stage) -> None:
    # not what this machine happens to have
    with patch("tui.screens.engine_overview.here", lambda: ("7.2.0", "3.12.3", "linux/amd64")):
        await stage.press("6")
        await stage.until(lambda: stage.dialog == "EngineScreen" and "overlay2" in stage.text)
        await stage.still()


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
    "prune": Scene(_prune),
    "typed": Scene(_typed),
    "error": Scene(_error),
    "help": Scene(_help),
    "logs": Scene(_logs),
    "top": Scene(_top),
    "jobs": Scene(_jobs),
    "copy": Scene(_copy),
    "sheet": Scene(_sheet),
    "palette": Scene(_palette),
    "no-engine": Scene(_no_engine),
    "demo": Scene(_demo),
    "hosts": Scene(_hosts),
    "empty": Scene(_as_it_is, _emptied, rows=False),
}

PICTURES = {
    **SCENES,
    "merged": Scene(_merged),
    "stats": Scene(_stats),
    "why": Scene(_why),
    "engine": Scene(_engine),
}
"""What README shows besides: their snapshots stand beside those of what they are a part of."""
