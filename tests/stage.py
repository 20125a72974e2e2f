"""Wharf on the embedded demo Engine, its clock standing still: for tests, snapshots and screenshots."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import docker
from textual.events import Paste
from textual.pilot import Pilot

from tui.app import WharfApp
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW, World
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.panes.pane import KindPane
from tui.screens.main import MainScreen
from tui.screens.side import Side
from tui.settings import Choices, Settings
from widgets.bar import Bar
from widgets.table import Table

DEADLINE = 10.0
"""Seconds that anything on the screen may take to come true."""
CLOSE = 0.005
"""Seconds between two looks at the screen."""

Build = Callable[[World], None]
"""Changes the demo's world before anybody sees it."""


class Stage:
    """One app in front of one demo Engine."""

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        settings: Settings | None = None,
        build: Build | None = None,
        choices: Choices | None = None,
        rows: bool = True,
    ) -> None:
        """`rows` is False when there are no containers to wait for."""
        self.demo = DemoEngine(seed=1, clock=lambda: FIXED_NOW)
        if build is not None:
            build(self.demo.world)
            self.demo.world.forget_rows()
        self.url = self.demo.start()
        endpoint = Endpoint(self.url, "demo", "test", read_only=read_only)
        self.engine = Engine(endpoint, folder, clock=lambda: FIXED_NOW)
        self.choices = folder / "choices.json"
        self.app = WharfApp(
            self.engine,
            settings or Settings(),
            choices or Choices(self.choices),
            clock=lambda: FIXED_NOW,
        )
        self._rows = rows
        self.app.animation_level = "none"
        self.requests: list[str] = []
        """What was asked of the Engine once the lists were there: "GET /v1.47/containers/…/json"."""
        self.pilot: Pilot[Any]

    def close(self) -> None:
        """End the threads and the demo."""
        self.engine.close()
        if "docker" in self.__dict__:
            self.docker.close()
        self.demo.stop()

    async def enter(self, pilot: Pilot[Any]) -> None:
        """Follow the Engine, and wait for the lists and the footer."""
        self.pilot = pilot
        self.engine.start()
        await self.until(
            lambda: (
                self.engine.link.state is LinkState.UP
                and self.engine.link.server is not None
                and self.engine.link.server.cpus > 0
                and isinstance(self.app.screen, MainScreen)
                and bool(self.table.keys) == self._rows
                and "GiB" in self.bar("header")
                and self.bar("footer") != ""
                and all(self.engine.store.listed(kind) for kind in Kind)
                and "…" not in self.bar("tabs")
            )
        )
        self.engine.connection.api.hooks["response"].append(self._note)
        await self.still()

    def _note(self, answer: Any, **options: Any) -> None:
        self.requests.append(f"{answer.request.method} {answer.request.path_url}")

    async def until(self, true: Callable[[], bool]) -> None:
        """Let the app go on until something is true, and is painted; fails when it never is."""
        end = time.monotonic() + DEADLINE
        while not true():
            assert time.monotonic() < end, f"it never came true:\n{self.text}"
            await self.pilot.pause(CLOSE)
        await self.still()

    async def still(self) -> None:
        """Let the app work off what it was told, and paint it."""
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, and let the app work them off."""
        await self.pilot.press(*keys)
        await self.still()

    async def type(self, text: str) -> None:
        """Give a text to what has the focus, in one piece."""
        self.app.post_message(Paste(text))
        await self.still()

    async def go_to(self, name: str) -> None:
        """Put the cursor on the object of this name."""
        self.table.move_to(self.key(name))
        await self.still()

    # What is there

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever stands on it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def pane(self) -> KindPane:
        """The pane in view."""
        return self.main.pane

    @property
    def table(self) -> Table:
        """The table in view."""
        return self.pane.table

    @property
    def names(self) -> list[str]:
        """The names of the rows, from the top."""
        known = self.pane.models
        # an object that has just gone may still have its row
        return [known[key].name for key in self.table.keys if key in known]

    @property
    def current(self) -> str:
        """The name of the object under the cursor."""
        model = self.pane.current
        return model.name if model is not None else ""

    def key(self, name: str) -> str:
        """The key of the row of that name."""
        return next(key for key, model in self.pane.models.items() if model.name == name)

    def bar(self, name: str) -> str:
        """What a bar of the main screen says, whether there is room for it or not."""
        return self.main.query_one(f"#{name}", Bar).text

    @property
    def lines(self) -> list[str]:
        """The screen as it is painted, line by line."""
        # there is no public way to a screen's text
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The screen as it is painted."""
        return "\n".join(self.lines)

    @property
    def toasts(self) -> list[str]:
        """What the notes in the corner say, title and text."""
        return [f"{note.title}\n{note.message}" for note in self.app._notifications]

    @property
    def dialog(self) -> str:
        """The name of the class of the screen on top."""
        return type(self.app.screen).__name__

    @property
    def detail(self) -> Side | None:
        """The detail, if it is in view."""
        return next((side for side in self.main.query(Side) if side.display), None)

    @property
    def detail_read(self) -> bool:
        """Whether the detail in view shows the Engine's answer, or there is nothing to ask for."""
        side = self.detail
        return side is None or side.model is None or (side.settled and side._found is not None)

    @property
    def opened(self) -> bool:
        """Whether the detail was opened, beside the table or in its place."""
        return self.main.body.has_class("-detail")

    # What somebody else does meanwhile

    @cached_property
    def docker(self) -> docker.APIClient:
        """Another client of the same Engine."""
        return docker.APIClient(base_url=self.url, version="auto", timeout=5)

    def state(self, name: str) -> str:
        """What the Engine says of a container's state; "gone" when there is none of that name."""
        with self.demo.world.lock:
            found = self.demo.world.named(name)
            return found.status if found is not None else "gone"


@asynccontextmanager
async def staged(folder: Path, size: tuple[int, int] = (120, 34), **more: Any) -> AsyncIterator[Stage]:
    """A running app with its lists on the screen."""
    stage = Stage(folder, **more)
    try:
        async with stage.app.run_test(size=size, notifications=True) as pilot:
            await stage.enter(pilot)
            yield stage
    finally:
        stage.close()
