"""The form that builds an image: which folder, which Dockerfile, how; and what would be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.engine.build_context import scan
from tui.engine.builds import Build, Building, read_dockerfile
from tui.engine.buildx import Builder, find
from tui.engine.dockerfile import Dockerfile, parse
from tui.engine.errors import EngineError
from tui.engine.folders import here
from tui.engine.jobs import Job, JobState
from tui.screens.bars import DEMO_WORDS
from tui.screens.build_choosing import choose_dockerfile, choose_stage, edit, new_dockerfile
from tui.screens.build_form import (
    FolderSuggester,
    build_of,
    builder_facts,
    check_folder,
    context_words,
    fields,
    trouble_words,
)
from tui.screens.copying import copy_line
from tui.screens.dialog import KeyLine
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from tui.screens.threads import on_thread
from widgets.form import Form
from widgets.form_inputs import Entry
from widgets.text import shown

if TYPE_CHECKING:
    from tui.screens.desk import ScreenDesk

REST_SECONDS = 0.25
"""So long nothing is typed before the folder is looked through."""
LEAVING = "esc again leaves; what was typed is gone then."


class BuildScreen(Screen[None]):
    """Options of `docker build`, the line they make, and the way to the build under way."""

    DEFAULT_CSS = """
    BuildScreen {
        layout: vertical;
        & > #build--title { height: auto; padding: 0 1; text-style: bold; color: $text-primary; }
        & > Form { margin: 1 0 0 0; }
        & > #build--facts { max-height: 5; padding: 0 1; }
        & > #build--line { max-height: 4; margin: 0 1; }
        & > #build--said { height: auto; max-height: 3; padding: 0 1; color: $text-warning; display: none; }
        & > #build--said.-said { display: block; }
        & > KeyLine { padding: 0 1; background: $panel; }
    }
    """

    BINDINGS = [
        Binding("f2", "edit", "edit", id="build.edit", tooltip="Edit the Dockerfile"),
        Binding("f3", "new", "new one", id="build.new", tooltip="Begin a new Dockerfile from a template"),
        Binding("f4", "choose", "Dockerfiles", id="build.choose", tooltip="Choose one of the Dockerfiles"),
        Binding("f5", "stage", "stages", id="build.stage", tooltip="Choose the stage to stop at"),
        Binding("f6", "last", "last build", id="build.last", tooltip="See the newest build"),
        Binding("ctrl+y", "copy", "copy line", id="build.copy", tooltip="Copy the docker line"),
        Binding("escape", "leave", "leave", id="build.leave", tooltip="Leave; a build goes on"),
    ]

    AUTO_FOCUS = ""

    def __init__(
        self, desk: ScreenDesk, jobs: Callable[[], Sequence[Job]], folder: Path | None = None
    ) -> None:
        """`jobs` are those of the Engine, the newest last; `folder` is where to begin."""
        super().__init__()
        self._desk = desk
        self._jobs = jobs
        last = self._last
        self.build = last[1].build if last is not None else Build(folder or here())
        """What the form says now."""
        self._began = self.build
        self._builder: Builder | None = None
        self._dockerfile: Dockerfile | None = None
        self._facts: list[tuple[str, Ink]] = []
        self._looked: tuple[Path, str] | None = None
        self._leaving = False

    def compose(self) -> ComposeResult:
        """Title, form, what is known, docker line, keys."""
        yield Static(id="build--title", markup=False)
        yield Form(fields(self.build))
        yield TextRows(id="build--facts")
        yield TextRows(id="build--line")
        yield Static(id="build--said", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the folder; a build that runs is shown at once."""
        where = f" · {DEMO_WORDS}" if self._desk.endpoint.demo else ""
        self.query_one("#build--title", Static).update(Content(shown(f"Build an image{where}")))
        self.query_one(Entry).suggester = FolderSuggester()
        self._form.focus()
        self.run_worker(self._find_builder(), group="builder", exit_on_error=False)
        self._look()
        if self._last is not None and self._last[0].state is JobState.RUNNING:
            self.action_last()

    @property
    def _form(self) -> Form:
        return self.query_one(Form)

    @property
    def _last(self) -> tuple[Job, Building] | None:
        """The newest build of this Engine."""
        return newest_build(self._jobs())

    # What is typed

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        self._say("")
        self.build = build_of(event.values) or self.build
        self._look()

    def _look(self) -> None:
        """Say what is known of the values as they are now."""
        self._show()
        place = (self.build.folder, self.build.dockerfile)
        if place != self._looked:
            self._looked = place
            self._dockerfile, self._facts = None, []
            self.run_worker(self._look_through(self.build), group="look", exclusive=True, exit_on_error=False)

    async def _find_builder(self) -> None:
        server = self._desk.connection.server
        podman = server.podman if server is not None else ""
        endpoint = self._desk.endpoint
        self._builder = await on_thread(lambda: find(endpoint, podman))
        self._show()

    async def _look_through(self, build: Build) -> None:
        """Read the Dockerfile and count what would be sent; who types on does not wait for it."""
        await asyncio.sleep(REST_SECONDS)
        if check_folder(str(build.folder)) is not None:
            self._show()
            return
        self._facts = [("Counting the context …", Ink.DIM)]
        over = False
        try:
            self._dockerfile = await on_thread(lambda: parse(read_dockerfile(build.path)))
            self._show()
            context = await on_thread(lambda: scan(build.folder, build.dockerfile, lambda: over))
        except EngineError as error:
            self._facts = [(error.message, Ink.BAD), (error.advice, Ink.DIM)]
            if not build.path.exists():
                self._facts = [(self._missing, Ink.BAD)]
        else:
            if context is not None:
                self._facts = [(context_words(context), Ink.PLAIN), (trouble_words(context), Ink.BAD)]
        finally:
            over = True
        self._show()

    def _show(self) -> None:
        """Paint the facts and the line."""
        facts = [*self._facts]
        if self._builder is not None:
            facts += builder_facts(self._builder, self._dockerfile, demo=self._desk.endpoint.demo)
        layouts: list[Layout] = [text_layout(whole(text), ink) for text, ink in facts if text]
        self.query_one("#build--facts", TextRows).show(stacked(layouts))
        line = self.build.line(buildx=self._buildx is not None).at(self._desk.endpoint)
        self.query_one("#build--line", TextRows).show(text_layout(whole(line.masked()), Ink.ACCENT))
        self.refresh_bindings()

    @property
    def _missing(self) -> str:
        return f"There is no {self.build.dockerfile} in the folder: f3 begins one, f4 shows others."

    @property
    def _buildx(self) -> Any:
        return self._builder.buildx if self._builder is not None else None

    # What is done

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        self._do(self._start)

    async def _start(self) -> None:
        if self._builder is None:
            await self._find_builder()
        if not self.build.path.is_file():
            # not as an error of the field: the file may come into being without an edit of it
            self._form.focus_field("file")
            self._say(self._missing)
            return
        building = Building(self.build, self._buildx)
        job = await self._desk.start(replace(building.task(), quiet=True))
        if job is not None:
            self._open(job, building)

    def _open(self, job: Job, building: Building) -> None:
        from tui.screens.build_run import BuildRunScreen

        self._began = building.build
        self.app.push_screen(BuildRunScreen(self._desk, job, building))

    def action_last(self) -> None:
        """See the newest build."""
        if (last := self._last) is not None:
            self._open(*last)

    def action_edit(self) -> None:
        """Edit the Dockerfile."""
        self._do(self._edit)

    async def _edit(self) -> None:
        await edit(self.app, self.build.path)
        self._again()

    def action_new(self) -> None:
        """Begin a Dockerfile from a template."""
        self._do(self._new)

    async def _new(self) -> None:
        path = await new_dockerfile(self.app, self.build.folder)
        if path is not None:
            self._form.set_values({"file": path.name})
        self._again()

    def action_choose(self) -> None:
        """Choose one of the Dockerfiles in the folder, or another file."""
        self._do(self._choose)

    async def _choose(self) -> None:
        path = await choose_dockerfile(self.app, self._desk, self.build.folder)
        if path is not None:
            inside = path.is_relative_to(self.build.folder)
            folder = self.build.folder if inside else path.parent
            self._form.set_values({"folder": str(folder), "file": path.relative_to(folder).as_posix()})

    def action_stage(self) -> None:
        """Choose the stage to stop at."""
        self._do(self._choose_stage)

    async def _choose_stage(self) -> None:
        stages = self._dockerfile.stages if self._dockerfile is not None else ()
        wanted = await choose_stage(self.app, stages)
        if wanted is not None:
            self._form.set_values({"target": wanted})

    def _again(self) -> None:
        """Look at the Dockerfile again: it may be another."""
        self._looked = None
        self._say("")
        self._look()

    def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if all(worker.is_finished for worker in self.workers if worker.group == "build"):
            self.run_worker(self._told(work), group="build", exit_on_error=False)

    async def _told(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something, and say what went wrong with it."""
        from tui.screens.error import ErrorScreen

        try:
            await work()
        except EngineError as error:
            self.app.push_screen(ErrorScreen("build", [(str(self.build.path), error)], None))

    # Keys

    def describe(self, action: str) -> str | None:
        """The word for sending the form."""
        return "build" if action == "submit" else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a Dockerfile is there with one."""
        if action == "edit":
            return self._dockerfile is not None
        if action == "stage":
            return self._dockerfile is not None and bool(self._dockerfile.stages)
        return self._last is not None if action == "last" else True

    def action_leave(self) -> None:
        """Leave; when something was typed only the second time."""
        if self._leaving or self.build == self._began:
            self.dismiss(None)
        else:
            self._say(LEAVING)
            self._leaving = True

    def _say(self, words: str) -> None:
        self._leaving = False
        said = self.query_one("#build--said", Static)
        said.update(Content(shown(words)))
        said.set_class(bool(words), "-said")

    def action_copy(self) -> None:
        """Copy the docker line; one with secrets asks whether to copy them too."""
        line = self.build.line(buildx=self._buildx is not None)
        copying = copy_line(self.app, self._desk, line.at(self._desk.endpoint))
        self.run_worker(copying, group="copy", exit_on_error=False)


def newest_build(jobs: Sequence[Job]) -> tuple[Job, Building] | None:
    """The newest job among these that builds, and its work."""
    builds = ((job, job.task.work) for job in reversed(jobs))
    return next(((job, work) for job, work in builds if isinstance(work, Building)), None)
