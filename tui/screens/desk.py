"""What verbs may ask of the screen, answered by dialogs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tui.engine.engine import Engine
from tui.engine.jobs import Job, Task
from tui.engine.models import Container, Model
from tui.engine.plans import Plan
from tui.engine.store import Store
from tui.screens.threads import on_thread
from tui.verbs.verb import Answers, Sheet, View, Visit
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.runspec import RunSpec
    from tui.screens.main import MainScreen

Answer = TypeVar("Answer")

PATIENCE_SECONDS = 1.0
"""So long a question may take before a dialog says that Wharf waits."""


class GaveUp(Exception):
    """The person stopped waiting for the Engine."""


class ScreenDesk:
    """The Desk of one Engine in front of one screen."""

    def __init__(self, screen: MainScreen, engine: Engine, *, prod: bool) -> None:
        self._screen = screen
        self._engine = engine
        self._prod = prod

    @property
    def connection(self) -> Connection:
        """The Engine the rows came from. Raises Unreachable."""
        return self._engine.connection

    @property
    def store(self) -> Store:
        """What is known of it."""
        return self._engine.store

    @property
    def prod(self) -> bool:
        """Whether the endpoint is marked as production."""
        return self._prod

    def start(self, task: Task) -> Job:
        """Begin a task. Raises Unreachable."""
        return self._engine.run(task)

    async def confirm(self, plan: Plan) -> Job | None:
        """Show a plan; start it when the person applies it."""
        from tui.screens.plan import PlanScreen

        marks = self._screen.pane.hidden_marks
        if hidden := sum(item.target.ref in marks for item in plan.items):
            plan = plan.warned(f"{hidden} of them hidden by the filter.")
        settled = await self._screen.app.push_screen_wait(
            PlanScreen(plan, self.connection, self._engine.endpoint.name)
        )
        return self.start(settled.task()) if settled is not None else None

    async def fill(self, sheet: Sheet) -> Answers | None:
        """Ask some questions."""
        from tui.screens.sheet import SheetScreen

        return await self._screen.app.push_screen_wait(SheetScreen(sheet))

    async def read(self, ask: Callable[[Connection], Answer]) -> Answer:
        """Ask the Engine on a thread. Raises EngineError, or GaveUp when the person stops waiting."""
        connection = self.connection
        future = on_thread(lambda: ask(connection))
        done, _ = await asyncio.wait({future}, timeout=PATIENCE_SECONDS)
        if not done:
            from tui.screens.wait import WaitScreen

            self._engine.probe()
            if not await self._screen.app.push_screen_wait(WaitScreen(future, "Asking the Engine")):
                raise GaveUp
        return await future

    async def view(self, view: View, model: Model) -> None:
        """Open a place that shows an object."""
        match view, model:
            case View.INSPECT, _:
                self._screen.body.show_detail("inspect")
            case View.LOGS, Container():
                from tui.screens.logs import LogsScreen

                await self._screen.app.push_screen(LogsScreen(model, self.connection))
            case View.TOP, Container():
                from tui.screens.top import TopScreen

                await self._screen.app.push_screen(TopScreen(model, self.connection))

    async def run_form(self, spec: RunSpec, *, create_only: bool) -> None:
        """Open the form that runs or creates a container."""
        from tui.screens.run import RunScreen

        await self._screen.app.push_screen_wait(RunScreen(spec, self, create_only=create_only))

    async def enter(self, visit: Visit) -> None:
        """Give the whole terminal to a process in a container."""
        from tui.screens.enter import enter

        await enter(self._screen.app, self, visit)

    def browse(self, url: str) -> None:
        """Open an address in a browser, or copy it where there is none."""
        import os

        remote = "SSH_CONNECTION" in os.environ
        if remote or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            self.copy(url, url)
        else:
            self._screen.app.open_url(url)
            self.say(url)

    def copy(self, text: str, what: str) -> None:
        """Put a text on the clipboard and say what it was."""
        self._screen.app.copy_to_clipboard(text)
        self.say(f"copied {what}")

    def say(self, text: str) -> None:
        """Show one line for a moment."""
        self._screen.app.notify(shown(text), markup=False)
