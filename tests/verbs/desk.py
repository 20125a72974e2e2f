"""A desk where the person says yes to everything, for verbs without a screen."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

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


class EagerDesk:
    """Does everything at once, on the caller's thread, and notes what was shown and how it failed."""

    def __init__(
        self, connection: Any, store: Store, *, prod: bool = False, answers: Mapping[str, Any] | None = None
    ) -> None:
        self.connection: Connection = connection
        self.store = store
        self.prod = prod
        self.several = False
        self.answers = dict(answers or {})
        """What is typed, by question; what is not here stays as it was offered."""
        self.plans: list[Plan] = []
        self.sheets: list[Sheet] = []
        self.tasks: list[Task] = []
        self.failures: list[EngineError] = []

    @property
    def plan(self) -> Plan:
        """The one plan that was shown."""
        (plan,) = self.plans
        return plan

    async def start(self, task: Task) -> Job:
        """Do all its targets; a failure is noted."""
        self.tasks.append(task)
        job = Job(len(self.tasks), task)
        for target in task.targets:
            self._attempt(lambda target=target: task.work(job, self.connection, target))  # type: ignore[misc]
        return job

    async def confirm(self, plan: Plan) -> Job | None:
        """Complete the plan and do its work, without looking again first."""
        self.plans.append(plan)
        refine = plan.refine
        if refine is not None:
            self._attempt(lambda: refine(self.connection))
        targets = tuple(item.target for item in plan.items)
        return await self.start(Task(plan.verb, plan.title, plan.line, targets, plan.work))

    async def fill(self, sheet: Sheet) -> Answers | None:
        """Answer every question."""
        self.sheets.append(sheet)
        return {question.id: self.answers.get(question.id, question.value) for question in sheet.questions}

    async def choose_file(self, request: FileRequest) -> Path | None:
        """A file of a folder made for it: a new one to write, one with a tar of nothing to read."""
        path = Path(tempfile.mkdtemp()) / (request.name or "a.tar")
        if not request.writes:
            tarfile.open(path, "w").close()
        return path

    async def read(self, ask: Callable[[Connection], Answer]) -> Answer:
        """Ask at once."""
        return ask(self.connection)

    async def view(self, view: View, model: Model) -> None:
        """Reading needs no answer here."""

    async def logs(self, containers: Sequence[Container], project: str = "") -> None:
        """Reading needs no answer here."""

    async def run_form(self, spec: RunSpec, *, create_only: bool, line: str = "") -> None:
        """Send the form as it was offered."""
        spec = RunSpec(image=spec.image or "web:1")
        await self.start(Launch("image.run", spec, create_only=create_only, size=(24, 80)).task)

    async def search(self, term: str) -> None:
        """Reading needs no answer here."""

    async def build(self) -> None:
        """Build from a small folder."""
        from tui.engine.builds import Build, Building

        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "Dockerfile").write_text("FROM scratch\nCMD x\n")
            await self.start(Building(Build(Path(folder), tags=("made",))).task())

    async def build_cache(self) -> None:
        """Reading needs no answer here."""

    async def enter(self, visit: Visit) -> None:
        """Go in, and out again."""
        self._attempt(lambda: visit.open(self.connection).close())

    def figures(self) -> None:
        """Nobody looks."""

    def browse(self, url: str) -> None:
        """Nobody looks."""

    def copy(self, text: str, what: str) -> None:
        """Nobody pastes."""

    def say(self, text: str) -> None:
        """Nobody listens."""

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            with engine_errors():
                work()
        except EngineError as error:
            self.failures.append(error)
