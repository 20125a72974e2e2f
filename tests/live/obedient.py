"""A desk where nobody sits: it says yes to every plan, fills in every sheet, and keeps what was refused."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.live.making import IMAGE
from tui.engine.builds import Build, Building
from tui.engine.connection import Connection
from tui.engine.errors import EngineError, engine_errors
from tui.engine.jobs import Job, Task
from tui.engine.models import Container, Model
from tui.engine.plans import Plan
from tui.engine.runspec import RunSpec
from tui.engine.store import Store
from tui.verbs.launching import Launch
from tui.verbs.verb import Answers, FileRequest, Sheet, View, Visit

Answer = TypeVar("Answer")

GIVEN = {"name": "made", "image": IMAGE}
"""What is typed where a sheet asks for it; everything else stays as proposed."""


class ObedientDesk:
    """Does at once, on the caller's thread, whatever a verb wants done."""

    prod = False
    several = False

    def __init__(self, connection: Connection, store: Store) -> None:
        self.connection = connection
        self.store = store
        self.refused: list[EngineError | None] = []
        """How each request ended: the error, or None for what the Engine did."""

    async def start(self, task: Task) -> Job:
        """Do each target."""
        job = Job(1, task)
        for target in task.targets:
            self._try(partial(task.work, job, self.connection, target))
        return job

    async def confirm(self, plan: Plan) -> Job | None:
        """Apply the complete plan."""
        assert plan.items or plan.refine, f"{plan.verb} has nothing to do"
        if plan.refine is not None:
            plan = plan.refine(self.connection)
        return await self.start(plan.task())

    async def fill(self, sheet: Sheet) -> Answers | None:
        """Answer all questions."""
        return {question.id: GIVEN.get(question.id, question.value) for question in sheet.questions}

    async def choose_file(self, request: FileRequest) -> Path | None:
        """A file of a folder made for it: a new one to write, one with a tar of nothing to read."""
        path = Path(tempfile.mkdtemp()) / (request.name or "a.tar")
        if not request.writes:
            tarfile.open(path, "w").close()
        return path

    async def read(self, ask: Callable[[Connection], Answer]) -> Answer:
        """Ask the Engine."""
        return ask(self.connection)

    async def run_form(self, spec: RunSpec, *, create_only: bool, line: str = "") -> None:
        """Send the form as it is proposed."""
        spec = replace(spec, image=spec.image or IMAGE)
        await self.start(Launch("container.run", spec, create_only=create_only, size=(24, 80)).task)

    async def build(self) -> None:
        """Build from a folder made for it."""
        folder = Path(tempfile.mkdtemp())
        (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
        await self.start(Building(Build(folder, tags=("made",))).task())

    async def enter(self, visit: Visit) -> None:
        """Go inside, and out again."""
        self._try(lambda: visit.open(self.connection).close())

    async def view(self, view: View, model: Model) -> None:
        """Nobody looks."""

    async def logs(self, containers: Sequence[Container], project: str = "") -> None:
        """Nobody looks."""

    def figures(self) -> None:
        """Nobody looks."""

    def browse(self, url: str) -> None:
        """Nobody looks."""

    def copy(self, text: str, what: str) -> None:
        """Nobody pastes."""

    def say(self, text: str) -> None:
        """Nobody listens."""

    def _try(self, ask: Callable[[], object]) -> None:
        try:
            with engine_errors():
                ask()
        except EngineError as error:
            self.refused.append(error)
        else:
            self.refused.append(None)
