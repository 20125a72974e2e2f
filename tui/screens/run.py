"""The form that runs or creates a container: what is typed stays until the Engine has accepted it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from tui.engine.errors import EngineError, ReadOnly, Unreachable
from tui.engine.jobs import Job, JobState
from tui.engine.kinds import Kind
from tui.engine.runspec import RunSpec, image_hints, problems
from tui.screens.bars import DEMO_WORDS
from tui.screens.copying import copy_line
from tui.screens.dialog import KeyLine
from tui.screens.job_words import STILL_UNDER_WAY
from tui.screens.run_fields import HINTED, conflicts, form_fields, image_hint, is_here, notes, spec_of
from tui.screens.run_following import Following, sentences
from tui.screens.run_line import SpecLine, TakenLine
from tui.screens.threads import on_thread
from tui.verbs.launching import Launch, field_of
from tui.verbs.pulling import pull_task
from widgets.form import Form
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.runline import ReadLine
    from tui.screens.desk import ScreenDesk

LEAVING = "esc again leaves; what was typed is gone then."
WITHOUT = "Not all that the line says is in the form: ctrl-s again goes on without it."


class RunForm(Form):
    """A form that can be sent again as it is after the Engine refused it: the next answer may be another."""

    refused: str | None = None
    """The field that the Engine's words stand at."""

    def action_submit(self) -> None:
        """Send the values, or go to the first field that is wrong."""
        if self.refused is not None:
            self.set_error(self.refused, None)
            self.refused = None
        super().action_submit()

    def refuse(self, field: str, words: str) -> None:
        """Show the Engine's words at a field and put the cursor there."""
        self.refused = field
        self.set_error(field, words)
        self.focus_field(field)


class RunScreen(Following):
    """Options of `docker run`, the line they make, and the way to the container."""

    DEFAULT_CSS = """
    RunScreen {
        layout: vertical;
        & > #run--title { height: auto; padding: 0 1; text-style: bold; color: $text-primary; }
        & > RunForm { margin: 1 0 0 0; }
        & > #run--line { max-height: 6; margin: 0 1; }
        & > #run--taken { max-height: 4; margin: 0 1; display: none; }
        & > #run--taken.-said { display: block; }
        & > #run--status { height: auto; max-height: 5; padding: 0 1; color: $text-warning; display: none; }
        & > #run--status.-said { display: block; }
        & > #run--status.-wrong { color: $text-error; }
        & > KeyLine { padding: 0 1; background: $panel; }
    }
    """

    BINDINGS = [
        Binding("ctrl+y", "copy", "copy line", id="run.copy", tooltip="Copy the docker line"),
        Binding("f2", "pull", "pull the image", id="run.pull", tooltip="Pull the image, and run nothing yet"),
        Binding("escape", "leave", "leave", id="run.leave", tooltip="Cancel what is under way, else leave"),
    ]

    AUTO_FOCUS = ""

    def __init__(self, spec: RunSpec, desk: ScreenDesk, *, create_only: bool, line: str = "") -> None:
        """`line` is a docker line to fill the form from."""
        super().__init__(desk)
        self.spec = spec
        """What the form says now."""
        self._began = self._filled = spec
        self._first_line = line
        self._create_only = create_only
        self._wrong: dict[str, str] = {}
        self._said: dict[str, str] = {}
        self._hinted = ""
        self._pulled: set[str] = set()
        self._verb = "container.create" if create_only else "container.run" if spec.like else "image.run"

    def compose(self) -> ComposeResult:
        """Title, form, docker line, what is under way or wrong, keys."""
        yield Static(id="run--title", markup=False)
        yield RunForm(form_fields(self.spec, self._desk.store, create_only=self._create_only))
        yield SpecLine(id="run--line")
        yield TakenLine(id="run--taken")
        yield Static(id="run--status", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Start where something is missing."""
        self._look()
        self._form.focus_field("command" if self.spec.image else "image")
        self._values = self._form.values()
        if self._first_line:
            self.once(lambda: self.take(self._first_line))

    @property
    def _form(self) -> RunForm:
        """The form that is shown."""
        return self.query_one(RunForm)

    @property
    def _line(self) -> SpecLine:
        return self.query_one(SpecLine)

    @property
    def _taken(self) -> TakenLine:
        return self.query_one(TakenLine)

    # What is typed

    @property
    def is_typed_in(self) -> bool:
        """Whether it says something else than at first."""
        return spec_of(self._filled, self._form.values()) != self._began

    async def fill(self, read: ReadLine) -> None:
        """Begin anew with what a line says; whether it is started is the line's word too."""
        self.spec = self._filled = read.spec
        self._create_only = read.create_only
        self._verb = "container.create" if read.create_only else "image.run"
        self._wrong, self._said, self._hinted = {}, {}, ""
        fields = form_fields(self.spec, self._desk.store, create_only=self._create_only)
        former = self._form
        with self.app.batch_update():
            await self.mount(RunForm(fields), before=former)
            await former.remove()
        self._taken.take(read, self._desk.endpoint)
        self.say("")
        self._look()
        self._form.focus_field(next(iter(self._wrong), "image"))

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        if event.form is self._form and not self.holds_line(event.values):
            self.spec = spec_of(self._filled, event.values)
            self.say("")
            self._look()

    def _look(self) -> None:
        """Say what is known of the values as they are now."""
        spec, store = self.spec, self._desk.store
        wrong = {**conflicts(spec), **self._taken.wrong(spec)}
        said = notes(spec, store)
        if self.is_missing:
            then = "" if self._create_only else " and then runs it"
            said["image"] = f"Not on this Engine: ctrl-s pulls it first{then}, f2 only pulls it."
        # only what is to be said: every word lays the form out again
        for name in wrong.keys() | self._wrong.keys():
            self._form.set_error(name, wrong.get(name))
        for name in said.keys() | self._said.keys():
            if said.get(name) != self._said.get(name):
                self._form.set_note(name, said.get(name))
        self._wrong, self._said = wrong, said
        title = _title(spec, create_only=self._create_only)
        where = f" · {DEMO_WORDS}" if self._desk.endpoint.demo else ""
        self.query_one("#run--title", Static).update(Content(shown(title + where)))
        self._line.follow(spec, self._desk.endpoint, create_only=self._create_only)
        self.refresh_bindings()
        if not self.is_missing and spec.image != self._hinted and "image" not in problems(spec):
            self._hinted = spec.image
            self.run_worker(self._hint(spec.image), group="hints", exclusive=True)

    @property
    def is_missing(self) -> bool:
        """Whether the image would have to be pulled."""
        image = self.spec.image
        if image in self._pulled or "image" in problems(self.spec):
            return False
        return not is_here(image, self._desk.store)

    async def _hint(self, image: str) -> None:
        """Show what the image brings along (GET /images/{name}/json)."""
        from tui.engine.lists import inspect

        try:
            connection = self._desk.connection
            found = await on_thread(lambda: inspect(connection, Kind.IMAGE, image))
        except EngineError:
            found = {}  # hints are a help, and what is wrong with the image is said when it is used
        brought = image_hints(found)
        for name in HINTED:
            self._form.set_hint(name, image_hint(name, brought))

    # What is sent

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        taken = self._taken
        if taken.untaken and not taken.agreed:
            self.say(Content(WITHOUT))
            taken.agreed = True
        else:
            self.once(self._send)

    def action_pull(self) -> None:
        """Pull the image and run nothing."""
        if self.is_missing:
            self.once(self._pull)

    async def _send(self) -> None:
        if self.is_missing and not await self._pull():
            return
        size = self.app.size
        launch = Launch(self._verb, self.spec, create_only=self._create_only, size=(size.height, size.width))
        job = await self.follow(launch.task)
        if job is None or job.state is not JobState.DONE:
            self._say_refusal(job)
            return
        if launch.session is None:
            self.dismiss(None)
            return
        try:
            await self._desk.enter(launch.visit(launch.session))
        except EngineError as error:
            from tui.screens.error import ErrorScreen

            # the container is there: the form must not make a second one
            self.dismiss(None)
            name = self.spec.name or launch.id[:12]
            self.app.push_screen(ErrorScreen(f"run {name}", [(name, error)], job.task.line))
        else:
            self.dismiss(None)

    async def _pull(self) -> bool:
        """Whether the image is here now."""
        image = self.spec.image
        job = await self.follow(replace(pull_task(image), quiet=True))
        if job is None or job.state is not JobState.DONE:
            self._say_refusal(job, "image")
            return False
        self._pulled.add(image)
        self._look()
        return True

    def _say_refusal(self, job: Job | None, field: str | None = None) -> None:
        """Show the Engine's words at the field they are about, else above the keys."""
        if job is None:
            return
        if job.state is JobState.CANCELLED:
            self.say(STILL_UNDER_WAY)
            return
        for error in (result.error for result in job.refused if result.error is not None):
            unsent = isinstance(error, Unreachable | ReadOnly)
            place = None if unsent else field or field_of(self.spec, error)
            words = sentences(error)
            if place in self._form.values():
                self._form.refuse(place, words)
            else:
                self.say(words, is_error=True)

    # Keys

    def describe(self, action: str) -> str | None:
        """The words of the keys, as they are now."""
        if action == "submit":
            word = "create" if self._create_only else "run"
            return f"pull, then {word}" if self.is_missing else word
        return "cancel" if action == "leave" and self.job is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Pulling is offered while the image is not here."""
        return self.is_missing and self.job is None if action == "pull" else True

    def action_leave(self) -> None:
        """Cancel what is under way; else leave, and when something was typed only the second time."""
        if self.job is not None:
            self.job.cancel()
        elif self.leaving or not self.is_typed_in:
            self.dismiss(None)
        else:
            self.say(LEAVING)
            self.leaving = True

    def action_copy(self) -> None:
        """Copy the docker line; one with secrets asks whether to copy them too."""
        if (line := self._line.line) is not None:
            self.run_worker(copy_line(self.app, self._desk, line), group="copy", exit_on_error=False)


def _title(spec: RunSpec, *, create_only: bool) -> str:
    """What the form is for."""
    if create_only:
        return "Create a container"
    if spec.like:
        return f"Run again like {spec.like}"
    return f"Run a container from {spec.image}" if spec.image else "Run a container"
