"""The Engine pane alone on the demo Engine, without the main screen below it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.stage import Stage
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.errors import EngineError
from tui.engine.figures import Figure
from tui.engine.jobs import Job, Task
from tui.engine.kinds import Kind
from tui.screens.engine import EngineScreen
from tui.screens.engine_kept import Kept
from tui.screens.engine_page import Page
from tui.settings import Settings
from tui.theme import WHARF
from widgets.table import Table

OVERVIEW, TOP, DISK, EVENTS, PLUGINS = range(5)
HOSTILE = "\x1b]52;c;aGk=\x07[@click=app.quit]x[/x]\u202e"
SSHFS, LOKI = "vieux/sshfs:latest", "grafana/loki-docker-driver:3.3.2"


class FakeMeters:
    """Notes who wants what, and knows the figures it was given."""

    def __init__(self) -> None:
        self.wanted: list[tuple[str, ...]] = []
        self.figures: dict[str, Figure] = {}
        self.turns = False

    def want(self, who: object, ids: Sequence[str]) -> None:
        self.wanted.append(tuple(ids))

    def latest(self, ident: str) -> Figure | None:
        return self.figures.get(ident)

    def close(self) -> None:
        pass


class HallApp(App[None]):
    """Nothing but the pane."""

    def __init__(self, hall: Hall) -> None:
        super().__init__()
        self.hall = hall

    def on_mount(self) -> None:
        self.register_theme(WHARF)
        self.theme = WHARF.name

    def show(self, section: int | None = OVERVIEW) -> None:
        hall = self.hall
        self.push_screen(
            EngineScreen(
                hall.engine,
                hall.desk,
                Settings(),
                clock=lambda: FIXED_NOW,
                jump=hall.jump,
                kept=hall.kept,
                section=section,
            )
        )


class Hall(Stage):
    """The app, the demo Engine behind it, and the one at the keys, who also is the desk."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.demo = DemoEngine(seed=1, clock=lambda: FIXED_NOW)
        endpoint = Endpoint(self.demo.start(), "demo", "test", read_only=read_only)
        self.engine = Engine(endpoint, folder, clock=lambda: FIXED_NOW)
        self.engine.__dict__["meters"] = self.meters = FakeMeters()
        self.app: Any = HallApp(self)
        self.requests = []
        self.kept = Kept(self.engine, lambda: FIXED_NOW)
        self.jumps: list[tuple[Kind, str]] = []
        self.desk: Any = SimpleNamespace(start=self._start, copy=self._copy)

    async def enter(self, pilot: Pilot[Any]) -> None:
        """Connect and list."""
        self.pilot = pilot
        self.engine.start()
        self.engine.painted()
        await self.until(lambda: self.engine.link.server is not None and bool(self.engine.link.server.cpus))
        await self.until(lambda: all(self.engine.store.listed(kind) for kind in Kind))
        self.engine.connection.api.hooks["response"].append(self._note)

    def jump(self, engine: Engine, kind: Kind, key: str) -> None:
        """Note where the pane wants to go."""
        self.jumps.append((kind, key))

    async def _start(self, task: Task) -> Job:
        return self.engine.run(task)

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)

    # What is there

    @property
    def screen(self) -> EngineScreen:
        return next(one for one in self.app.screen_stack if isinstance(one, EngineScreen))

    @property
    def head(self) -> str:
        return self.lines[0]

    @property
    def rows(self) -> Table:
        """The first table of the section in view."""
        return self.screen.page.query(Table).first()

    def called(self, name: str) -> str:
        """The id of a container."""
        return next(key for key, one in self.engine.store.containers.items() if one.name == name)

    def happen(self, action: str, ident: str, said: Mapping[str, str], kind: str = "container") -> None:
        """An event of now."""
        with self.demo.world.lock:
            self.demo.world.emit(kind, action, ident, said)

    @property
    def listeners(self) -> int:
        """How many listen to the Engine's events."""
        self.demo.nudge()
        with self.demo.world.lock:
            return self.demo.world.events.listeners

    def asked(self, end: str) -> int:
        """How often the Engine was asked for a path with this end."""
        return sum(one.partition("?")[0].endswith(end) for one in self.requests)

    async def open(self, section: int | None = OVERVIEW) -> Page:
        """The pane at a section, once it is looked at and the Engine has said what it is."""
        self.app.show(section)
        await self.until(
            lambda: isinstance(self.app.screen, EngineScreen) and self.app.screen._about is not None
        )
        await self.until(lambda: self.screen.page.looked_at)
        await self.still()
        return self.screen.page


@asynccontextmanager
async def hall(
    folder: Path, size: tuple[int, int] = (120, 34), *, read_only: bool = False
) -> AsyncIterator[Hall]:
    """An app whose Engine is known, the pane not yet open."""
    made = Hall(folder, read_only=read_only)
    try:
        async with made.app.run_test(size=size, notifications=True) as pilot:
            await made.enter(pilot)
            yield made
    finally:
        made.close()


def saying(monkeypatch: pytest.MonkeyPatch, path: str, change: Callable[[Any], Any]) -> None:
    """Have the Engine answer otherwise at a path."""
    ask = Connection.ask

    def asked(self: Connection, method: str, asked: str, **options: Any) -> Any:
        answer = ask(self, method, asked, **options)
        return SimpleNamespace(json=lambda: change(answer.json())) if asked == path else answer

    monkeypatch.setattr(Connection, "ask", asked)


def refusing(monkeypatch: pytest.MonkeyPatch, path: str, status: int = 500) -> None:
    """Have the Engine refuse what is asked at a path."""
    ask = Connection.ask

    def asked(self: Connection, method: str, asked: str, **options: Any) -> Any:
        if asked == path:
            raise EngineError(f"no {path} today", status=status)
        return ask(self, method, asked, **options)

    monkeypatch.setattr(Connection, "ask", asked)


async def shown(stage: Hall) -> EngineScreen:
    """The pane over the main screen, opened by its key."""
    await stage.press("6")
    await stage.until(lambda: isinstance(stage.app.screen, EngineScreen) and bool(stage.app.screen._pages))
    await stage.still()
    assert isinstance(stage.app.screen, EngineScreen)
    return stage.app.screen


def figure(cpu: float, memory: int, **more: Any) -> Figure:
    return Figure(FIXED_NOW, cpu, memory, 1 << 30, 0, 0, 0, 0, 7, **more)
