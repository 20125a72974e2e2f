"""Someone at Wharf's keyboard: the app in this process, on a real Engine, driven by its keys."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from textual._wait import wait_for_idle
from textual.pilot import Pilot
from textual.widgets import Input

from tui.app import WharfApp
from tui.demo import NAME as DEMO
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.engine.models import Model
from tui.engine.plans import Plan
from tui.screens.doing import FLIP_SECONDS
from tui.screens.main import MainScreen
from tui.screens.plan import PlanScreen
from tui.settings import Choices, Settings
from widgets.bar import Bar

DEADLINE = 15.0
"""Seconds that anything may take; what is slower is broken."""
LOOK_SECONDS = 0.02


class Heard(WharfApp):
    """The app, which keeps what it said in toasts."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.toasts: list[str] = []

    def notify(self, message: str, *, title: str = "", **options: Any) -> None:
        """Show a toast and keep its words."""
        self.toasts.append(f"{title}\n{message}".strip())
        super().notify(message, title=title, **options)


class Person:
    """Presses keys, looks at the screen, and reads the journal."""

    def __init__(self, app: Heard, pilot: Pilot[None], state: Path) -> None:
        self.app = app
        self.pilot = pilot
        self._journal = state / "journal.jsonl"

    # Looking

    @property
    def main(self) -> MainScreen:
        """The screen with the panes, whatever stands before it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    def bar(self, name: str) -> str:
        """What the header, tabs, status or footer says."""
        return self.main.query_one(f"#{name}", Bar).text

    def sees(self, text: str) -> bool:
        """Whether a text is on the screen."""
        return text in self.text

    @property
    def text(self) -> str:
        """The whole screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(part.text for part in strip) for strip in strips)

    def rows(self, kind: Kind) -> dict[str, Model]:
        """What Wharf knows of a kind, by name."""
        return {model.name: model for model in self.app.engine.store.of(kind).values()}

    def said(self, text: str) -> bool:
        """Whether a toast had this text."""
        return any(text in toast for toast in self.app.toasts)

    def journal(self, verb: str) -> list[dict[str, Any]]:
        """The journal's entries of a verb."""
        lines = self._journal.read_text().splitlines() if self._journal.exists() else []
        return [entry for entry in map(json.loads, lines) if entry["verb"] == verb]

    async def until(self, true: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Let the app go on until something is true; fails, showing the screen, when it is not in time."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"not within {seconds:g} s; toasts {self.app.toasts}\n{self.text}"
            await self.pilot.pause(LOOK_SECONDS)

    # Doing

    async def press(self, *keys: str) -> None:
        """Press keys one after the other; on a real Engine, wait after each that is no text."""
        real = not self.app.engine.endpoint.demo
        for key, after in zip_longest(keys, keys[1:], fillvalue=""):
            await self.pilot.press(key)
            if real and not len(key) == len(after) == 1:
                await wait_for_idle(0)

    async def say(self, key: str, text: str) -> None:
        """Open a line with a key, write into it and press enter."""
        await self.press(key)
        await self.until(lambda: isinstance(self.app.screen.focused, Input))
        await self.press(*text, "enter")

    async def pane(self, kind: Kind) -> None:
        """Go to the pane of a kind."""
        await self.press(str(list(Kind).index(kind) + 1))
        await self.until(
            lambda: self.main.pane.view.kind is kind and self.main.focused is self.main.pane.table
        )

    async def go_to(self, kind: Kind, name: str) -> None:
        """Put the cursor on an object by filtering for its name."""
        await self.pane(kind)
        await self.until(lambda: name in self.rows(kind))
        await self.say("slash", name)
        await self.until(
            lambda: (
                (current := self.main.pane.current) is not None
                and current.name == name
                and self.main.focused is self.main.pane.table
            )
        )

    async def mark(self, kind: Kind, *names: str) -> None:
        """Mark objects, and take the filter away again."""
        for name in names:
            await self.go_to(kind, name)
            await self.press("space")
        await self.press("slash", "escape")
        await self.until(lambda: len(self.main.pane.chosen) == len(names))

    async def offered(self, key: str, title: str) -> None:
        """Wait until the footer says that a key does this to what is chosen, and long enough to be meant."""

        def meant() -> bool:
            doing = self.main.doing
            if key not in doing.offers or doing.offers[key].title != title:
                return False
            chosen = {held.model.id for held in self.main.pane.chosen}
            if any(held.model.id not in chosen for _, those in doing.offers[key].choices for held in those):
                return False
            old = doing._before.get(key)
            return old is None or old.title == title or time.monotonic() - doing._changed >= FLIP_SECONDS

        await self.until(meant)

    async def plan(self, *choices: str) -> Plan:
        """Wait for a plan, make these choices by their keys, and return it when it is complete."""
        await self.until(lambda: isinstance(self.app.screen, PlanScreen))
        screen = self.app.screen
        assert isinstance(screen, PlanScreen)
        await self.until(lambda: screen.complete and screen.focused is not None)
        if choices:
            while isinstance(screen.focused, Input):
                await self.press("tab")
            await self.press(*choices)
            await self.until(lambda: screen.complete)
        return screen.plan

    async def apply(self, *choices: str, typed: str = "") -> Plan:
        """Choose, type what has to be typed, and apply the plan once the dialog takes it."""
        plan = await self.plan(*choices)
        screen = self.app.screen
        assert isinstance(screen, PlanScreen)
        if typed:
            while not isinstance(screen.focused, Input):
                await self.press("shift+tab")
            await self.press(*typed)
        await self.until(lambda: screen.ready)
        await self.press("ctrl+y" if typed else "y")
        await self.until(lambda: self.app.screen is not screen)
        return plan


def at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have Wharf find and keep everything of its person's in a folder; no display, no SSH, no Engine."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, str(folder))
    for name in ("SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY", "DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    return folder


@asynccontextmanager
async def at_wharf(
    url: str,
    state: Path,
    *,
    read_only: bool = False,
    demo: bool = False,
    up: bool = True,
    size: tuple[int, int] = (120, 40),
) -> AsyncIterator[Person]:
    """Wharf on the Engine at `url`, its lists read (unless not `up`), with `state` as its folder."""
    endpoint = Endpoint(url, DEMO if demo else "", "--host", read_only=read_only, demo=demo)
    engine = Engine(endpoint, state)
    engine.start()
    app = Heard(engine, Settings(), Choices(state / "choices.json"))
    async with app.run_test(size=size) as pilot:
        person = Person(app, pilot, state)
        if up:
            await person.until(lambda: engine.link.state is LinkState.UP and engine.link.server is not None)
            await person.until(lambda: person.main.focused is person.main.pane.table)
        yield person
