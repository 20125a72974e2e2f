"""Log screens in front of a demo Engine that is followed, and a person who answers as a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot

from tests.screens import on_demo
from tests.screens.hosting import until
from tests.screens.on_demo import Demo
from tui.engine.connection import Connection
from tui.engine.engine import Engine
from tui.engine.jobs import Job, Task
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.scope import Held
from tui.engine.store import Store
from tui.screens.logs import LogsScreen
from tui.screens.logs_view import ReadLog
from tui.settings import Choices, Settings
from tui.verbs.verb import Answers, FileRequest, Sheet
from widgets.bar import Bar

CACHE = "shop-cache-1"
"""It writes a line every five minutes, so that what a test writes stands alone."""


class Answering:
    """A desk whose person answers every question as it was set, and agrees to everything."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.answers: Answers = {}
        """What is answered otherwise than offered."""
        self.path: Path | None = None
        """The file that is chosen."""
        self.sheets: list[Sheet] = []
        self.requests: list[FileRequest] = []
        self.jobs: list[Job] = []

    async def fill(self, sheet: Sheet) -> Answers | None:
        """Answer every question."""
        self.sheets.append(sheet)
        return {question.id: self.answers.get(question.id, question.value) for question in sheet.questions}

    async def choose_file(self, request: FileRequest) -> Path | None:
        """The file that was set; once only."""
        self.requests.append(request)
        path, self.path = self.path, None
        return path

    async def start(self, task: Task) -> Job | None:
        """Begin it."""
        self.jobs.append(self.engine.run(task))
        return self.jobs[-1]


class Unwatched:
    """An Engine that nobody follows: a connection, and a Store without anything."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.endpoint = connection.endpoint
        self.store = Store()
        self.link = Link(LinkState.UP, 0.0)

    def listen(self, listener: object) -> None:
        """Nothing is ever told."""

    ignore = listen


class Shelf:
    """The demo, and an Engine of Wharf's that follows it."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        self.demo = demo
        self.choices = Choices(folder / "choices.json")
        self.engine = Engine(demo.connection.endpoint, folder, clock=lambda: demo.now)
        self.engine.start()
        self.engine.painted()
        self.engine.ready()
        self.desk = Answering(self.engine)

    def held(self, *names: str) -> list[Held]:
        """Containers as the list shows them."""
        return [Held(self.engine, self.demo.container(name)) for name in names]

    def open(self, *names: str, project: str = "", lines: int = 10_000) -> LogsScreen:
        """The screen of these containers, which keeps so many lines."""
        return LogsScreen(
            self.held(*names or (CACHE,)),
            self.desk,  # type: ignore[arg-type]
            self.choices,
            Settings(log_lines=lines),
            project=project,
            clock=lambda: self.demo.now,
        )

    async def listed(self, pilot: Pilot[Any]) -> None:
        """Wait until the containers were read."""
        await until(pilot, lambda: self.engine.store.listed(Kind.CONTAINER))


@contextmanager
def shelf(folder: Path) -> Iterator[Shelf]:
    """One for a test."""
    with on_demo.demo() as demo:
        made = Shelf(demo, folder)
        try:
            yield made
        finally:
            made.engine.close()


def log(screen: LogsScreen) -> ReadLog:
    """The view."""
    return screen.query_one(ReadLog)


def texts(screen: LogsScreen) -> list[str]:
    """What is seen of all lines shown."""
    return log(screen).texts(log(screen).shown)


def last(screen: LogsScreen) -> str:
    """What is seen of the last line; "" before there is one."""
    return next(reversed(texts(screen)), "")


def bar(screen: LogsScreen, name: str) -> str:
    """What a bar says, whether there is room for it or not."""
    found: Bar = getattr(screen._bars, name)
    return found.text


async def shows(pilot: Pilot[Any], screen: LogsScreen, *lines: str) -> None:
    """Wait until the log ends in these lines."""
    await until(pilot, lambda: texts(screen)[-len(lines) :] == [*lines])


async def said(pilot: Pilot[Any], screen: LogsScreen, words: str, name: str = "head") -> None:
    """Wait until a bar says so."""
    await until(pilot, lambda: words in bar(screen, name))


async def types(pilot: Pilot[Any], text: str) -> None:
    """Give a text to what has the focus, in one piece, and enter."""
    pilot.app.post_message(Paste(text))
    await pilot.press("enter")
