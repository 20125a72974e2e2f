"""What a verb is, and what it may ask of the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tui.engine.jobs import Job, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine
from tui.engine.models import Container, Model
from tui.engine.plans import Plan
from tui.engine.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tui.engine.connection import Connection
    from tui.engine.runspec import RunSpec
    from tui.engine.streams import Session

Answer = TypeVar("Answer")


class Effect(StrEnum):
    """What a verb does to the Engine."""

    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"
    ENTERS = "enters"


class View(StrEnum):
    """A place that shows an object."""

    INSPECT = "inspect"
    TOP = "top"
    HISTORY = "history"
    FILES = "files"
    SOFTWARE = "software"
    SCAN = "scan"


class Blank(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    FLAG = "flag"
    CHOICE = "choice"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask for, checked where it stands."""

    id: str
    label: str
    blank: Blank = Blank.TEXT
    value: str | bool | tuple[str, ...] = ""
    hint: str = ""
    options: tuple[str, ...] = ()
    check: Callable[[str], str | None] | None = None
    """None for what can be sent, else one sentence that says what is wrong."""
    secret: bool = False
    """Whether nobody may see what is typed; no repr of the answer shows it."""


Answers = Mapping[str, Any]
"""The answers by question id: str or bool, of a list a tuple of str."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some questions asked together, the docker line growing below them."""

    title: str
    action: str
    """The word for going ahead: "create"."""
    questions: tuple[Question, ...]
    line: Callable[[Answers], DockerLine]

    def filled(self, answers: Answers) -> Sheet:
        """The same sheet with these answers already in it."""
        filled = (replace(question, value=answers[question.id]) for question in self.questions)
        return replace(self, questions=tuple(filled))


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay inside a container, full-screen."""

    verb: str
    name: str
    line: DockerLine
    open: Callable[[Connection], Session]
    """Begins it, on a thread. Raises EngineError."""
    ref: str = ""
    own: bool = False
    """Whether the process was begun for this stay, and ends with it."""
    ends: Callable[[int | None], str] = lambda code: ""
    """What to say of an exit code besides the code itself."""
    title: str = "enter"
    """What is done, in a person's words."""
    agreed: bool = False
    """Whether the person's word was given already, with the task that began it."""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """A file of the machine that Wharf runs on, to be chosen for reading, or for writing under a name."""

    title: str
    action: str
    """The word for going ahead: "save"."""
    line: Callable[[Path], DockerLine]
    """The docker line for a file."""
    writes: bool = False
    """Whether the file comes into being; one that is there already is only taken once that was agreed to."""
    name: str = ""
    """The name that is proposed."""
    needs: int = 0
    """About how many bytes will be written."""
    tell: Callable[[Path, Callable[[], bool]], str] | None = None
    """Says on a thread what a file holds, and gives up when what it is given becomes true."""


class Desk(Protocol):
    """What a verb may use: one Engine, what is known of it, and the person in front of the screen."""

    @property
    def connection(self) -> Connection:
        """The Engine the rows came from."""

    @property
    def store(self) -> Store:
        """What is known of it."""

    @property
    def several(self) -> bool:
        """Whether the same is done on other Engines too, and so to more than one object."""

    @property
    def prod(self) -> bool:
        """Whether the endpoint is marked as production: changing and entering ask first."""

    async def start(self, task: Task) -> Job | None:
        """Begin a task; its progress, result and errors show by themselves.

        On production the person is asked first; None when they leave.
        """

    async def confirm(self, plan: Plan) -> Job | None:
        """Show a plan; start it when the person applies it, else None."""

    async def fill(self, sheet: Sheet) -> Answers | None:
        """Ask some questions; None when the person leaves."""

    async def choose_file(self, request: FileRequest) -> Path | None:
        """Have a file of this machine chosen; None when the person leaves."""

    async def read(self, ask: Callable[[Connection], Answer]) -> Answer:
        """Ask the Engine on a thread while the screen goes on. Raises EngineError."""

    async def view(self, view: View, model: Model) -> None:
        """Open a place that shows an object."""

    async def logs(self, containers: Sequence[Container], project: str = "") -> None:
        """Open the logs of containers, those of several merged; of a `project` also those that come later."""

    async def run_form(self, spec: RunSpec, *, create_only: bool, line: str = "") -> None:
        """Open the form that runs or creates a container."""

    async def search(self, term: str) -> None:
        """Open the place where images are searched for; "" asks for the term first."""

    async def build(self) -> None:
        """Open the place where images are built, at the build that runs if one does."""

    async def build_cache(self) -> None:
        """Open the place that shows what builds left in the cache."""

    async def enter(self, visit: Visit) -> None:
        """Give the whole terminal to a process in a container; on production the person is asked first."""

    def figures(self) -> None:
        """Show what the containers use beside them, or show it no more."""

    def browse(self, url: str) -> None:
        """Open an address in the browser of this machine, or copy it where there is none."""

    def copy(self, text: str, what: str) -> None:
        """Put a text on the clipboard and say what it was."""

    def say(self, text: str) -> None:
        """Show one line for a moment."""


Act = Callable[[Desk, Sequence[Any]], Awaitable[None]]
"""Does a verb to the chosen objects, all of the verb's kind and all applicable."""


def always(model: Any, store: Store) -> bool:
    """Applies to every object."""
    return True


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing a person can do, declared once: keys, footer, help, palette and commands come from here."""

    id: str
    """kind.word: "container.stop". Keys are changed in config.toml by it, the journal names it."""
    key: str
    """The default key in Textual's words; "" when it has only a command."""
    title: str
    """The footer's word."""
    tip: str
    """What it does, in one sentence."""
    kind: Kind
    effect: Effect
    line: Callable[[Sequence[Any]], DockerLine]
    """The docker line for these objects (none of them for verbs that need no row)."""
    act: Act
    applies: Callable[[Any, Store], bool] = always
    bulk: bool = True
    """Whether it takes several rows at once."""
    needs_row: bool = True
    """Whether it acts on rows; prune and create do not."""
    together: bool = False
    """Whether rows of several Engines are taken at once, and not one Engine after the other."""
    everywhere: bool = False
    """Whether it is about what the screen shows, of all its Engines together; it needs no row then."""
    weight: int = 0
    """Its place in the footer: heavier ones are dropped first when there is little room."""

    @property
    def word(self) -> str:
        """The command's word: "stop"."""
        return self.id.partition(".")[2]
