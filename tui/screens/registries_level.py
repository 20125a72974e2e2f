"""What the levels of the registries' screen share: the frame, asking, failing, logging in, leaving."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Task
from tui.engine.models.image import NONE
from tui.engine.registries import Place, split_reference
from tui.screens.bars import demo_pieces
from tui.screens.body import VIEWS
from tui.screens.desk import PATIENCE_SECONDS, GaveUp
from tui.screens.key_bar import KeyBar, Named
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from tui.screens.threads import on_thread
from widgets.bar import Bar, Piece
from widgets.table import Cell, Column, Table
from widgets.text import Shown, shown
from widgets.unmarked_table import MARKING, UnmarkedTable

if TYPE_CHECKING:
    from tui.engine.models import Image
    from tui.engine.registry_models import TagDetail
    from tui.screens.desk import ScreenDesk
    from tui.screens.registries_client import Opener
    from tui.settings import Settings
    from tui.verbs.verb import Desk

Answer = TypeVar("Answer")

WIDE = 120
"""Cells from which things stand beside each other: class `-wide`."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all levels stand on."""

    desk: ScreenDesk
    """The Engine that pulls, and whose images are known."""
    settings: Settings
    read_only: bool
    """Whether nothing may be changed in a registry."""
    env: Mapping[str, str]
    """Where the docker CLI's files are."""
    clock: Callable[[], float]
    """Seconds since the epoch."""
    open: Opener
    """A client of a registry."""

    def sparing(self, place: Place) -> bool:
        """Whether to ask it little: Docker Hub lists no repositories, and counts every manifest."""
        return place.hub and not self.desk.endpoint.demo

    def images(self) -> list[Image]:
        """The Engine's images that have a name."""
        return [one for one in self.desk.store.images.values() if one.repository not in ("", NONE)]

    def images_of(self, host: str) -> Mapping[str, list[Image]]:
        """The Engine's images that come from a registry, by repository."""
        found: dict[str, list[Image]] = {}
        for image in self.images():
            where, repository = split_reference(image.repository)
            if where == host:
                found.setdefault(repository, []).append(image)
        return found

    def here(self, host: str, repository: str, found: TagDetail) -> Sequence[Image]:
        """The Engine's images that a tag's digest leads to; without any those of the same tag."""
        images = self.images_of(host).get(repository, [])
        same = [image for image in images if any(one.endswith(f"@{found.digest}") for one in image.digests)]
        return same or [image for image in images if image.tag == found.reference]


def bindings(scope: str, *rows: tuple[str, str, str, str]) -> list[BindingType]:
    """Bindings with ids of a scope, from (keys, action, name, tooltip)."""
    return [
        Binding(keys, action, tip, show=False, tooltip=tip, id=f"{scope}.{name}")
        for keys, action, name, tip in rows
    ]


def failure(error: EngineError) -> list[Layout]:
    """What a registry said, and the next step."""
    advice = [text_layout(whole(error.advice))] if error.advice else []
    return [text_layout(whole(error.message), Ink.BAD), *advice]


class Level(Screen[None]):
    """A head, something to say, a table, the keys and a line; whatever is asked ends with the screen."""

    DEFAULT_CSS = """
    Level {
        & > .level--head { background: $surface; }
        & > .level--said { height: auto; max-height: 7; padding: 0 1; margin: 1 0; display: none; }
        & > UnmarkedTable { height: 1fr; }
        & > .level--line { background: $surface; }
        &.-wide > .level--line { display: none; }
    }
    """

    BINDINGS = bindings(
        "level",
        *(
            (str(number), f"app.pane('{view.kind}')", view.kind.plural, f"The {view.title} pane")
            for number, view in enumerate(VIEWS, 1)
        ),
        (str(len(VIEWS) + 2), "app.engine_pane", "engine", "The Engine: what it is, does and takes"),
    )

    HELP = ""
    """The title of its keys on the help screen."""

    class LoggedElsewise(Message):
        """Somebody else, or nobody, is logged in to a registry now."""

    def __init__(self, ground: Ground, columns: Sequence[Column], keys: Sequence[Named]) -> None:
        super().__init__()
        self.ground = ground
        self.head = Bar()
        self.head.add_class("level--head")
        self.said = TextRows(classes="level--said")
        self.table = UnmarkedTable(columns, self.cells)
        self.keys = KeyBar(keys)
        self._line = ""
        self._own_line = Bar()
        self._own_line.add_class("level--line")

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self.head
        yield self.said
        yield from self.middle()
        yield self._own_line
        yield self.keys

    def middle(self) -> Iterable[Widget]:
        """The table, and what stands with it."""
        yield self.table

    @abstractmethod
    def cells(self, key: str) -> Sequence[Cell]:
        """One row of the table."""

    def show_head(self, where: str, *pieces: Piece) -> None:
        """Say where one is and how it stands there."""
        left = [*demo_pieces(self.ground.desk.endpoint), Piece(shown(f" {where} "), "accent"), *pieces]
        self.head.show(left, [Piece(Shown(" ? help "), "dim", "help", weight=9)])

    async def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A click on the word for help."""
        await self.run_action(event.action)

    def show_line(self, line: str) -> None:
        """Have this docker line, or request, beside the keys, or above them where it is narrow."""
        self._line = line
        self.keys.show_line(line if self.has_class("-wide") else "")
        self._own_line.show([Piece(Shown(f" {shown(line)} "), "dim")] if line else [])

    def on_resize(self, event: Resize) -> None:
        """Narrow or wide."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self.show_line(self._line)

    def say(self, parts: Sequence[Layout]) -> None:
        """Say something above the table, or nothing."""
        self.said.show(stacked(parts))
        self.said.display = bool(parts)

    def refuse(self, why: str) -> None:
        """Say why something was not done."""
        self.app.notify(shown(why), severity="warning", markup=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say when something failed that nobody foresaw; the screen goes on."""
        if event.state is WorkerState.ERROR:
            words = f"Wharf itself failed: {event.worker.error!r}"
            self.notify(shown(words), severity="error", markup=False, timeout=30)

    # Asking

    def do(self, title: str, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do something that may take a while, and say what was refused."""
        self.run_worker(self._do(title, name, work), group="doing", exit_on_error=False)

    async def _do(self, title: str, name: str, work: Callable[[], Awaitable[None]]) -> None:
        from tui.screens.error import ErrorScreen

        try:
            await work()
        except GaveUp:
            self.refuse("you stopped waiting")
        except EngineError as error:
            self.app.push_screen(ErrorScreen(title, [(name, error)], None))

    async def patiently(self, work: Callable[[], Answer]) -> Answer:
        """What a registry answers on a thread; a dialog counts the seconds. Raises EngineError, GaveUp."""
        future = on_thread(work)
        done, _ = await asyncio.wait({future}, timeout=PATIENCE_SECONDS)
        if not done:
            from tui.screens.wait import WaitScreen

            if not await self.app.push_screen_wait(WaitScreen(future, "Asking the registry")):
                raise GaveUp
        return await future

    async def copy_one(self, options: Sequence[str]) -> None:
        """Copy one of these; which one is asked."""
        from tui.screens.choose import ChooseScreen

        chosen: str | None = options[0]
        if len(options) > 1:
            chosen = await self.app.push_screen_wait(ChooseScreen("Copy", [(one, one) for one in options]))
        if chosen is not None:
            self.ground.desk.copy(chosen, chosen)

    # Logging in

    def log_in(self, place: Place) -> None:
        """Ask who the person is to a registry; what follows is told by LoggedElsewise."""
        from tui.verbs.logging_in import log_in

        self.do("log in", place.host, lambda: log_in(self._hearing(), place.host, place.user))

    def log_out(self, place: Place) -> None:
        """Forget who the person is to a registry."""
        from tui.verbs.logging_in import log_out

        self.do("log out", place.host, lambda: log_out(self._hearing(), place.host))

    def _hearing(self) -> Desk:
        def heard() -> None:
            self.post_message(self.LoggedElsewise())

        return cast("Desk", _Hearing(self.ground.desk, heard))

    # Keys

    def action_leave(self) -> None:
        """One level up."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Show the keys of this level."""
        from tui.screens.help import HelpRow, HelpScreen, HelpSection
        from tui.screens.keytable import bindings_of

        keys = self.ground.settings.keys
        own = [HelpRow(one.key, _word(one), one.tooltip) for one in bindings_of(type(self), keys)]
        table = [one for one in bindings_of(Table, keys) if one.action not in MARKING]
        moving = [HelpRow(one.key, one.tooltip) for one in table]
        self.app.push_screen(HelpScreen([HelpSection(self.HELP, own), HelpSection("In a table", moving)]))


def _word(binding: Binding) -> str:
    """What a key does, in a word: the last part of its id."""
    return (binding.id or "").rpartition(".")[2]


class _Hearing:
    """A desk that gives word when a task begun through it has ended well."""

    def __init__(self, desk: ScreenDesk, heard: Callable[[], None]) -> None:
        self._desk = desk
        self._heard = heard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    async def start(self, task: Task) -> Job | None:
        """Begin a task."""
        return await self._desk.start(replace(task, done=lambda job: self._heard()))
