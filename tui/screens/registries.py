"""The registries a person has to do with: which there are, how they are, and the way into each of them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on
from textual.widget import Widget

from tui.engine import registries
from tui.engine.errors import EngineError
from tui.engine.registries import Place
from tui.screens.registries_level import Ground, Level, bindings
from tui.screens.registries_rows import COLUMNS, Told, about, login_line, place_cells
from tui.screens.rows import TextRows
from tui.screens.threads import on_thread
from widgets.bar import Piece
from widgets.table import Cell, Table
from widgets.text import shown

if TYPE_CHECKING:
    from tui.screens.desk import ScreenDesk
    from tui.screens.registries_client import Client, Opener
    from tui.settings import Settings

AT_ONCE = 8
"""Registries that are asked at the same time."""
LIMIT_SECONDS = 3.0
"""So long a registry may take to say how it is."""
NOWHERE = {"HOME": "/nowhere", "DOCKER_CONFIG": "/nowhere", "XDG_STATE_HOME": "/nowhere"}
"""An environment that leads to no files."""


class RegistriesScreen(Level):
    """All registries. Each is asked once when the screen opens; nothing polls."""

    HELP = "Registries"

    BINDINGS = bindings(
        "registries",
        ("a,c", "add", "add", "Add a registry: host, TLS or plain HTTP, authority"),
        ("e", "edit", "edit", "Change how the registry is reached: TLS or plain HTTP, authority"),
        ("d", "forget", "forget", "Forget a registry that was added here; its images and logins stay"),
        ("l", "login", "login", "Log in"),
        ("L", "logout", "logout", "Log out: forget the credentials"),
        ("o", "open", "open", "Type the name of a repository, and go to its tags"),
        ("y", "copy", "copy", "Copy the host"),
        ("r", "again", "again", "Ask all of them again"),
        ("question_mark", "help", "help", "The keys of this screen"),
        ("escape,q,backspace,5", "leave", "leave", "Go back"),
    )

    DEFAULT_CSS = """
    RegistriesScreen > #registries--about { height: 6; padding: 0 1; border-top: solid $panel; }
    """

    def __init__(
        self,
        desk: ScreenDesk,
        settings: Settings,
        *,
        read_only: bool = False,
        env: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
        opened: Opener | None = None,
    ) -> None:
        """`desk` is that of the Engine in view; with `read_only` nothing in a registry is changed.

        `env` says where the docker CLI's files are; `opened` makes the client of a registry.
        """
        if desk.endpoint.demo:
            # neither the person's logins nor the network play a part in the demo
            env, opened = NOWHERE, opened or _pretended(clock)
        ground = Ground(desk, settings, read_only, env, clock, opened or _opened(read_only, env))
        super().__init__(
            ground,
            COLUMNS,
            [
                ("registries.leave", "back"),
                ("table.open", "repositories"),
                ("registries.add", "add"),
                ("registries.edit", "edit"),
                ("registries.login", "log in"),
                ("registries.logout", "log out"),
                ("registries.forget", "forget"),
                ("registries.open", "type one"),
                ("registries.again", "ask"),
                ("registries.copy", "copy"),
            ],
        )
        self._about = TextRows(id="registries--about")
        self._rows: dict[str, Place] = {}
        self._told: dict[str, Told] = {}
        self._images: dict[str, int] = {}
        self._info: Mapping[str, Any] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)

    def middle(self) -> Iterable[Widget]:
        """The table, and what is to be said of one of them."""
        yield self.table
        yield self._about

    def on_mount(self) -> None:
        """List them and ask them; the Engine may know more."""
        self.table.focus()
        self._list()
        self._ask(self._rows.values())
        self.run_worker(self._ask_engine(), group="engine", exit_on_error=False)

    @property
    def selected(self) -> Place | None:
        """The registry under the cursor."""
        return self._rows.get(self.table.cursor or "")

    def _list(self) -> list[Place]:
        """Read the files again; returns what is new, or reached otherwise or as somebody else by now."""
        before = self._rows
        images = [image.repository for image in self.ground.images()]
        found = registries.places(images, self._info, self.ground.env)
        self._rows = {place.host: place for place in found}
        self._images = {host: sum(map(len, self.ground.images_of(host).values())) for host in self._rows}
        new = [place for place in found if not _same(place, before.get(place.host))]
        for place in new:
            self._told.pop(place.host, None)
        self.table.show(list(self._rows))
        count = len(self._rows)
        logged = sum(place.logged_in for place in found)
        words = f" {count} {'registry' if count == 1 else 'registries'} · {logged} logged in "
        self.show_head("Registries", Piece(shown(words)))
        self._moved()
        return new

    def cells(self, key: str) -> Sequence[Cell]:
        """One registry."""
        return place_cells(self._rows[key], self._told.get(key, Told()), self._images.get(key, 0))

    @on(Table.Moved)
    def _moved(self) -> None:
        place = self.selected
        told = self._told.get(place.host, Told()) if place is not None else Told()
        listed = place is None or not self.ground.sparing(place)
        self._about.show(about(place, told, listed=listed))
        self.show_line(login_line(place).masked() if place is not None else "")
        self.refresh_bindings()

    # Asking

    def _ask(self, places: Iterable[Place]) -> None:
        for place in places:
            self.run_worker(self._ask_one(place), group="looks", exit_on_error=False)

    async def _ask_one(self, place: Place) -> None:
        self._tell(place, Told(asking=True))
        async with self._turn:
            try:
                told = await asyncio.wait_for(on_thread(lambda: ask(self.ground, place)), LIMIT_SECONDS)
            except EngineError as error:
                told = Told(error=error)
            except TimeoutError:
                words = f"{place.host} did not answer within {LIMIT_SECONDS:.0f} s"
                told = Told(error=EngineError(words, advice="r asks again; enter tries for longer."))
        self._tell(place, told)

    async def _ask_engine(self) -> None:
        """The Engine's own settings name registries too; without an answer they are just not listed."""
        with suppress(EngineError):
            self._info = await on_thread(lambda: registries.engine_info(self.ground.desk.connection))
            self._ask(self._list())

    def _tell(self, place: Place, told: Told) -> None:
        if _same(place, self._rows.get(place.host)):
            self._told[place.host] = told
            self.table.redraw([place.host])
            if self.table.cursor == place.host:
                self._moved()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What does something to the registry under the cursor."""
        place = self.selected
        match action:
            case "login" | "copy" | "open":
                return place is not None
            case "add":
                return not self.ground.desk.endpoint.demo
            case "edit":
                return place is not None and not place.hub and not self.ground.desk.endpoint.demo
            case "logout":
                return place is not None and place.logged_in
            case "forget":
                return place is not None and place.source == "added"
        return super().check_action(action, parameters)

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        self._go(self._rows[event.key])

    def action_open(self) -> None:
        """Go to the repositories, and type the name of one at once."""
        if (place := self.selected) is not None:
            self._go(place, typing=True)

    def _go(self, place: Place, *, typing: bool = False) -> None:
        from tui.screens.registries_repositories import RepositoriesScreen

        self.app.push_screen(RepositoriesScreen(self.ground, place, typing=typing))

    def action_again(self) -> None:
        """Ask all of them again."""
        self.workers.cancel_group(self, "looks")
        self._list()
        self._ask(self._rows.values())

    def action_copy(self) -> None:
        """Copy the host."""
        if (place := self.selected) is not None:
            self.ground.desk.copy(place.host, place.host)

    def action_login(self) -> None:
        """Log in to the registry under the cursor."""
        if (place := self.selected) is not None:
            self.log_in(place)

    def action_logout(self) -> None:
        """Log out of the registry under the cursor."""
        if (place := self.selected) is not None:
            self.log_out(place)

    @on(Level.LoggedElsewise)
    def _logged(self) -> None:
        self._ask(self._list())

    def action_add(self) -> None:
        """Add a registry."""
        self.do("add a registry", "", lambda: self._fill(None))

    def action_edit(self) -> None:
        """Change how the registry under the cursor is reached."""
        if (place := self.selected) is not None:
            self.do("change a registry", place.host, lambda: self._fill(place))

    async def _fill(self, before: Place | None) -> None:
        from tui.screens.registries_form import RegistryForm

        if (place := await self.app.push_screen_wait(RegistryForm(before, self.ground.env))) is not None:
            new = self._list()
            self.table.move_to(place.host)
            self._ask(new or [self._rows[place.host]])

    def action_forget(self) -> None:
        """Forget the registry under the cursor, after asking."""
        if (place := self.selected) is not None:
            self.do("forget a registry", place.host, lambda: self._forget(place))

    async def _forget(self, place: Place) -> None:
        from tui.screens.registries_sure import forget

        if await self.app.push_screen_wait(forget(place)):
            registries.remove(place.host, self.ground.env)
            self._ask(self._list())


def _same(place: Place, other: Place | None) -> bool:
    """Whether one is reached as the other is, wherever they are known from."""
    return other is not None and replace(place, source=other.source) == other


def ask(ground: Ground, place: Place) -> Told:
    """Ask a registry how it is, on a thread. Raises EngineError."""
    registry = ground.open(place)
    began = time.monotonic()
    try:
        reach = registry.check()
    finally:
        registry.close()
    return Told(reach=reach, latency=time.monotonic() - began)


def _opened(read_only: bool, env: Mapping[str, str]) -> Opener:
    def opened(place: Place) -> Client:
        # only now: it brings the HTTP library along
        from tui.engine.registry import Registry

        return Registry.at(place, read_only=read_only, env=env)

    return opened


def _pretended(clock: Callable[[], float]) -> Opener:
    def opened(place: Place) -> Client:
        from tui.demo.hub import DemoRegistry

        return DemoRegistry(place.host, clock)

    return opened
