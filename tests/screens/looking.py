"""A desk for the screens that look into images: jobs really run, what is copied and opened is noted."""

from __future__ import annotations

from typing import Any

from tests.screens.on_demo import Demo
from tui.engine.jobs import Job, Jobs, Task
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.models import Image
from tui.engine.store import Store
from tui.verbs.verb import View
from widgets.bar import Bar
from widgets.table import Table


class LookingDesk:
    """The demo Engine, or another connection, and a person who agrees to everything unless told otherwise."""

    def __init__(self, demo: Demo, connection: Any = None) -> None:
        self.connection = connection or demo.connection
        self.store = Store()
        self.store.replace(Kind.IMAGE, fetch(demo.connection, Kind.IMAGE))
        self.jobs = Jobs(lambda job: None)
        self.agrees = True
        self.copied: list[str] = []
        self.viewed: list[View] = []

    async def start(self, task: Task) -> Job | None:
        """Begin it."""
        return self.jobs.start(task, self.connection) if self.agrees else None

    async def view(self, view: View, model: Image) -> None:
        """Note it."""
        self.viewed.append(view)

    def copy(self, text: str, what: str) -> None:
        """Note it."""
        self.copied.append(text)


def image(demo: Demo, name: str) -> Image:
    """The image of this name."""
    return next(model for model in fetch(demo.connection, Kind.IMAGE) if model.name == name)  # type: ignore[return-value]


def head(screen: Any) -> str:
    """What the first line says."""
    return str(screen.query(Bar).first().text)


def rows(table: Table) -> list[str]:
    """What is in view of a table, its titles first."""
    return [
        "".join(segment.text for segment in table.render_line(y)).rstrip() for y in range(table.size.height)
    ]
