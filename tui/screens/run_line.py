"""The docker line of the run form: written below it as far as it can be said, and read into it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import events
from textual.binding import Binding
from textual.screen import Screen

from tui.engine.endpoint import Endpoint
from tui.engine.lines import DockerLine, docker
from tui.engine.runline import ReadLine, is_line, line_problem, read_line
from tui.engine.runspec import RunSpec
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from tui.verbs.verb import Answers, Question, Sheet
from widgets.form import Form
from widgets.form_fields import Value

if TYPE_CHECKING:
    from tui.screens.desk import ScreenDesk


class SpecLine(TextRows):
    """Grows with what is typed; while a field is wrong the last good line stays, dim."""

    line: DockerLine | None = None
    """The last line that could be said."""

    def follow(self, spec: RunSpec, endpoint: Endpoint, *, create_only: bool) -> None:
        """Show the line that makes a container of these options on the endpoint."""
        ink = Ink.ACCENT
        try:
            line = (spec if spec.image else replace(spec, image="IMAGE")).line(create_only)
            self.line = line.at(endpoint)
        except ValueError:
            ink = Ink.DIM
        if self.line is not None:
            layouts: list[Layout] = [text_layout(whole(self.line.masked()), ink)]
            layouts += [text_layout(whole(text), Ink.DIM) for text in _beyond(spec, endpoint)]
            self.show(stacked(layouts))


def _beyond(spec: RunSpec, endpoint: Endpoint) -> list[str]:
    """What is done too, though no option of `docker run` says it."""
    connect = docker("network", "connect").at(endpoint)
    texts = [f"then {connect} {name}" for name in spec.carried.other_networks]
    if silent := spec.carried.unspoken():
        texts.append(f"sent as well, the docker line has no word for it: {', '.join(silent)}")
    return texts


class TakenLine(TextRows):
    """What of a line that filled the form is not in it; it stays in view as long as the form does."""

    untaken: tuple[str, ...] = ()
    """What the line says and the form does not: one sentence each."""
    agreed = False
    """Whether the person goes on without that."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._wrong: dict[str, tuple[object, str]] = {}

    def take(self, read: ReadLine, endpoint: Endpoint) -> None:
        """Say what is to be said of a line."""
        self._wrong = {name: (getattr(read.spec, name), why) for name, why in read.wrong.items()}
        self.untaken, self.agreed = (*_elsewhere(read, endpoint), *read.untaken), False
        lines = [text_layout(whole(f"✗ not in the form · {text}"), Ink.WARN) for text in self.untaken]
        lines += [text_layout(whole(f"→ {text}"), Ink.DIM) for text in read.notes]
        self.show(stacked(lines))
        self.set_class(bool(lines), "-said")

    def wrong(self, spec: RunSpec) -> Mapping[str, str]:
        """What of the line could not be read, by field, until the field is changed."""
        return {name: why for name, (value, why) in self._wrong.items() if getattr(spec, name) == value}


def _elsewhere(read: ReadLine, endpoint: Endpoint) -> Iterable[str]:
    """The Engine that a line is for, when that is not the form's."""
    here = (endpoint.flags, ("-c", endpoint.context), ("-H", endpoint.url), (f"DOCKER_HOST={endpoint.url}",))
    if read.engine and read.engine not in here:
        yield f"{' '.join(read.engine)}: this form is for {endpoint.name}"


class FromLine(Screen[None]):
    """A screen with a form that a docker line fills: typed on a key, or pasted anywhere in the form."""

    BINDINGS = [
        Binding(
            "ctrl+l", "line", "from a line", id="run.line", tooltip="Fill the form from a docker run line"
        ),
    ]

    def __init__(self, desk: ScreenDesk) -> None:
        super().__init__()
        self._desk = desk
        self._values: Mapping[str, Value] = {}

    @property
    @abstractmethod
    def is_typed_in(self) -> bool:
        """Whether the form holds what a person put there."""

    @property
    def _form(self) -> Form:
        """The form, which a line replaces by another."""
        return self.query_one(Form)

    @abstractmethod
    async def fill(self, read: ReadLine) -> None:
        """Show a form that says what the line says."""

    def once(self, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Begin something unless something has begun: its question may be on its way to the screen."""
        if all(worker.is_finished for worker in self.workers if worker.group == "run"):
            self.run_worker(work(), group="run", exit_on_error=False)

    def action_line(self) -> None:
        """Ask for a line."""
        self.once(self._ask)

    def on_paste(self, event: events.Paste) -> None:
        """Take a line that was pasted where no text is typed."""
        if is_line(event.text):
            event.stop()
            self.once(lambda: self.take(event.text))

    def holds_line(self, values: Mapping[str, Value]) -> bool:
        """Whether a line was put into a field: it is taken out again then, and fills the form."""
        if pasted_line(self._values, values) is None:
            self._values = values
            return False
        # a list gets what was pasted in two pieces
        self.call_after_refresh(self._take_out)
        return True

    def _take_out(self) -> None:
        if not self.is_attached:
            return
        found = pasted_line(self._values, self._form.values())
        if found is None:
            self._form.set_values({})
            return
        name, text = found
        self._form.set_values({name: self._values[name]})
        self.once(lambda: self.take(text))

    async def take(self, text: str) -> None:
        """Fill the form from a line, and ask first when that takes away what was typed."""
        try:
            read = read_line(text)
        except ValueError:
            await self._ask(text)
            return
        if not self.is_typed_in or await self._replaces():
            self._values = {}
            await self.fill(read)
            self._values = self._form.values()

    async def _ask(self, text: str = "") -> None:
        answers = await self._desk.fill(line_sheet(text))
        if answers is not None:
            await self.take(answers["line"])

    async def _replaces(self) -> bool:
        from tui.screens.choose import ChooseScreen

        options = [("line", "replace all of it by the line"), ("typed", "keep what was typed")]
        asked = ChooseScreen("Something was typed here already", options)
        return await self.app.push_screen_wait(asked) == "line"


def line_sheet(text: str) -> Sheet:
    """The question for a docker line; what cannot be read of it is said beside it."""

    def line(answers: Answers) -> DockerLine:
        try:
            read = read_line(answers["line"])
            return read.spec.line(read.create_only)
        except ValueError:
            return docker("run")

    question = Question(
        "line", "line", value=text, hint="docker run -d -p 8080:80 nginx:1.27", check=line_problem
    )
    return Sheet("Fill the form from a docker line", "fill the form", (question,), line)


def pasted_line(before: Mapping[str, Value], now: Mapping[str, Value]) -> tuple[str, str] | None:
    """The field into which a docker line was put at once, and the line."""
    for name, value in now.items():
        if not isinstance(value, bool) and value != before.get(name, value):
            text = _put_in(_text(before[name]), _text(value))
            if is_line(text):
                return name, text
    return None


def _text(value: Value) -> str:
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _put_in(before: str, now: str) -> str:
    """What is in a text and was not there before, in one piece."""
    start = _alike(before, now)
    end = _alike(before[start:][::-1], now[start:][::-1])
    return now[start : len(now) - end]


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
