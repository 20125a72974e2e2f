"""What verbs may ask of the screen, answered by dialogs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.jobs import Job, Target, Task
from tui.engine.models import Container, Image, Model
from tui.engine.plans import Plan, question
from tui.engine.scope import Held
from tui.engine.store import Store
from tui.screens.threads import on_thread
from tui.verbs.verb import Answers, FileRequest, Sheet, View, Visit
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.runspec import RunSpec
    from tui.screens.main import MainScreen

Answer = TypeVar("Answer")

LAST_FOLDER = "folder"
"""The choice that remembers where a file was last chosen."""
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
        self.several = False
        """Whether the same is done on other Engines too."""
        self.beside: Sequence[Held] = ()
        """What was chosen on other Engines, for a verb that takes all at once."""
        self.began: set[int] = set()
        """The numbers of the jobs that were begun here."""

    @property
    def connection(self) -> Connection:
        """The Engine the rows came from. Raises Unreachable."""
        return self._engine.connection

    @property
    def endpoint(self) -> Endpoint:
        """Where the Engine is."""
        return self._engine.endpoint

    @property
    def store(self) -> Store:
        """What is known of it."""
        return self._engine.store

    @property
    def prod(self) -> bool:
        """Whether the endpoint is marked as production."""
        return self._prod

    async def start(self, task: Task) -> Job | None:
        """Begin a task; on production ask first. Raises Unreachable."""
        if self._prod and not await self._settled(question(task.verb, task.title, task.targets, task.line)):
            return None
        return self._begin(task)

    async def confirm(self, plan: Plan) -> Job | None:
        """Show a plan; start it when the person applies it."""
        marks = self._screen.pane.hidden_refs
        if hidden := sum((self._engine, item.target.ref) in marks for item in plan.items):
            plan = plan.warned(f"{hidden} of them hidden by the filter.")
        settled = await self._settled(plan)
        return self._begin(settled.task()) if settled is not None else None

    def _begin(self, task: Task) -> Job:
        job = self._engine.run(task)
        self.began.add(job.number)
        return job

    async def _settled(self, plan: Plan) -> Plan | None:
        """The plan as the person applied it; None when they left it."""
        from tui.screens.plan import PlanScreen

        dialog = PlanScreen(plan, self.connection, self._engine.endpoint, prod=self._prod)
        return await self._screen.app.push_screen_wait(dialog)

    async def fill(self, sheet: Sheet) -> Answers | None:
        """Ask some questions."""
        from tui.screens.sheet import SheetScreen

        return await self._screen.app.push_screen_wait(SheetScreen(sheet, self._engine.endpoint))

    async def choose_file(self, request: FileRequest) -> Path | None:
        """Have a file of this machine chosen, beginning where the last one was."""
        from tui.engine.folders import here
        from tui.screens.files import FilesScreen

        choices = self._screen.choices
        last = choices.get(LAST_FOLDER, "")
        folder = Path(last) if last else here()
        path = await self._screen.app.push_screen_wait(FilesScreen(request, self._engine.endpoint, folder))
        if path is not None:
            choices.keep(LAST_FOLDER, str(path.parent))
        return path

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
            case View.TOP, Container():
                from tui.screens.top import TopScreen

                await self._screen.app.push_screen(TopScreen(model, self.connection))
            case View.HISTORY, Image():
                from tui.screens.history import HistoryScreen

                await self._screen.app.push_screen(HistoryScreen(model, self))
            case View.FILES, Image():
                from tui.screens.layers import LayersScreen

                await self._screen.app.push_screen(LayersScreen(model, self))
            case View.SOFTWARE, Image():
                from tui.screens.software import SoftwareScreen

                await self._screen.app.push_screen(SoftwareScreen(model, self))
            case View.SCAN, Image():
                from tui.screens.scan import ScanScreen

                await self._screen.app.push_screen(ScanScreen(model, self))

    async def logs(self, containers: Sequence[Container], project: str = "") -> None:
        """Open the logs of containers, those chosen on other Engines among them. Raises Unreachable."""
        from tui.screens.logs import LogsScreen

        chosen = [*(Held(self._engine, container) for container in containers), *self.beside]
        screen, clock = self._screen, self._engine.store.clock
        logs = LogsScreen(chosen, self, screen.choices, screen.settings, project=project, clock=clock)
        await screen.app.push_screen(logs)

    async def run_form(self, spec: RunSpec, *, create_only: bool, line: str = "") -> None:
        """Open the form that runs or creates a container; a docker line fills it."""
        from tui.screens.run import RunScreen

        form = RunScreen(spec, self, create_only=create_only, line=line)
        await self._screen.app.push_screen_wait(form)

    async def search(self, term: str) -> None:
        """Open the search for images."""
        from tui.screens.search import SearchScreen

        await self._screen.app.push_screen_wait(SearchScreen(self, term))

    async def build(self) -> None:
        """Open the form that builds; it shows the build that runs."""
        from tui.screens.build import BuildScreen

        jobs = self._engine.jobs
        await self._screen.app.push_screen_wait(BuildScreen(self, lambda: jobs.all))

    async def build_cache(self) -> None:
        """Open the list of the build cache."""
        from tui.screens.build_cache import BuildCacheScreen

        await self._screen.app.push_screen_wait(BuildCacheScreen(self))

    async def enter(self, visit: Visit) -> None:
        """Give the whole terminal to a process in a container; on production ask first."""
        from tui.screens.enter import enter

        if self._prod and not visit.agreed:
            inside = question(visit.verb, visit.title, (Target(visit.ref, visit.name),), visit.line)
            if await self._settled(inside) is None:
                return
        await enter(self._screen.app, self, visit)

    def figures(self) -> None:
        """Show what the containers use beside them, or show it no more."""
        self._screen.turn_figures()

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
