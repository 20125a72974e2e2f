"""The embedded demo Engine on the screen: how one gets there, and that nobody can take it for Docker."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tui.app import WharfApp
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.screens.main import MainScreen
from tui.screens.no_engine import NoEngineScreen
from tui.settings import Choices, Settings

DEADLINE = 10.0
WORDS = "DEMO ENGINE, NOT DOCKER"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own for everything that is kept, and for the demo's socket."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path))


class Visitor:
    """A person at Wharf."""

    def __init__(self, app: WharfApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + DEADLINE
        while not true():
            assert time.monotonic() < end, self.text
            await self.pilot.pause(0.01)

    async def sees(self, *words: str) -> None:
        await self.until(lambda: all(word in self.text for word in words))

    async def go_to(self, name: str) -> None:
        await self.until(lambda: isinstance(self.app.screen, MainScreen) and self.app.screen.pane.table.keys)
        await self.pilot.press("slash", *name, "enter")
        await self.sees(f"▌ {name}")


@asynccontextmanager
async def without_docker(
    tmp_path: Path, *, read_only: bool = False, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Visitor]:
    """Wharf where there is no Engine, on the screen that says so."""
    engine = Engine(Endpoint(f"unix://{tmp_path}/none.sock", "default", "default"), tmp_path)
    engine.start()
    app = WharfApp(engine, Settings(), Choices(tmp_path / "choices.json"), read_only=read_only)
    async with app.run_test(size=size) as pilot:
        visitor = Visitor(app, pilot)
        await visitor.until(lambda: isinstance(app.screen, NoEngineScreen))
        yield visitor


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_one_key_leads_from_no_engine_to_the_demo_and_every_full_screen_says_so(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with without_docker(tmp_path, size=size) as visitor:
        await visitor.pilot.press("d")
        await visitor.sees(WORDS, "shop-db-1")
        await visitor.go_to("shop-db-1")
        await visitor.pilot.press("l")
        await visitor.sees(WORDS, "following")
        await visitor.pilot.press("escape", "t")
        await visitor.sees(WORDS, "process")
        await visitor.pilot.press("escape", "R")
        await visitor.sees(f"Run again like shop-db-1 · {WORDS}")


async def test_what_is_read_only_stays_so_on_the_demo(tmp_path: Path) -> None:
    async with without_docker(tmp_path, read_only=True) as visitor:
        await visitor.pilot.press("d")
        await visitor.sees(WORDS, "shop-db-1", "read-only")


async def test_the_demo_goes_on_beside_another_engine_and_ends_when_it_is_left(tmp_path: Path) -> None:
    async with without_docker(tmp_path) as visitor:
        await visitor.pilot.press("d")
        await visitor.sees(WORDS, "shop-db-1")
        demo = visitor.app.engine
        socket = Path(demo.endpoint.socket_path)
        visitor.app.go(Endpoint(f"unix://{tmp_path}/none.sock", "demo", "chosen"))
        await visitor.until(lambda: isinstance(visitor.app.screen, NoEngineScreen))
        assert WORDS not in visitor.text
        assert socket.exists()
        await visitor.pilot.press("d")
        await visitor.sees(WORDS, "shop-db-1")
        assert visitor.app.engine is demo
        visitor.app.go(Endpoint(f"unix://{tmp_path}/none.sock", "other", "chosen"))
        visitor.app.disconnect(demo)
        assert not socket.exists()
