"""The contexts as places: which there are, how they are, and a way to each of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from tui.engine import contexts
from tui.engine.errors import EngineError
from tui.engine.link import LinkState
from tui.panes.colored import ColoredTable
from tui.screens import contexts_changes as changes
from tui.screens.contexts_places import Place, Places, Told, ask, gather
from tui.screens.contexts_rows import ALL, COLUMNS, about, all_cells, head_pieces, place_cells
from tui.screens.key_bar import KeyBar
from tui.screens.rows import TextRows
from tui.screens.threads import on_thread
from tui.settings import Marked, Settings
from widgets.bar import Bar
from widgets.table import Cell, Table
from widgets.unmarked_table import MARKING, UnmarkedTable

FOLLOW_SECONDS = 1.0
"""How often it is looked whether the counts of connected Engines, which are known anyway, are other ones."""
AT_ONCE = 8
"""Engines that are looked at at the same time."""


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"contexts.{name}")


class PlaceTable(ColoredTable, UnmarkedTable):
    """A table of places, some of which have a colour."""


class ContextsScreen(Screen[None]):
    """All docker contexts and all connected Engines. Each is asked once when it opens; nothing polls.

    It leaves by itself before it has the app go somewhere.
    """

    BINDINGS = [
        _binding("c", "create", "create", "Create a context"),
        _binding("e", "edit", "edit", "Change the context: address, TLS files, description"),
        _binding("d", "remove", "remove", "Remove the context from the docker CLI's files, after asking"),
        _binding("u", "use", "use", "Have the docker CLI use this context from now on"),
        _binding("x", "disconnect", "disconnect", "End Wharf's connection to it"),
        _binding("a", "all", "all", "All connected Engines side by side"),
        _binding("r", "again", "again", "Ask all of them again, those behind ssh too"),
        _binding("i", "inspect", "inspect", "What docker context inspect says"),
        _binding("question_mark", "help", "help", "The keys of this screen"),
        _binding("escape,q,at", "leave", "leave", "Go back"),
    ]

    DEFAULT_CSS = """
    ContextsScreen {
        & > #contexts--head { background: $surface; }
        & > PlaceTable { height: 1fr; }
        & > #contexts--about { height: 6; padding: 0 1; border-top: solid $panel; }
    }
    """

    def __init__(self, places: Places, settings: Settings, *, env: Mapping[str, str] = os.environ) -> None:
        """`env` says where the docker CLI's files are and what it uses."""
        super().__init__()
        self._places = places
        self._settings = settings
        self._env = env
        self._head = Bar(id="contexts--head")
        self._table = PlaceTable(COLUMNS, self._cells)
        self._about = TextRows(id="contexts--about")
        self._keys = KeyBar(
            [
                ("table.open", "go"),
                ("contexts.create", "create"),
                ("contexts.edit", "edit"),
                ("contexts.remove", "remove"),
                ("contexts.use", "use"),
                ("contexts.all", "all"),
                ("contexts.again", "ask"),
                ("contexts.disconnect", "disconnect"),
                ("contexts.inspect", "inspect"),
            ]
        )
        self._rows: dict[str, Place] = {}
        self._told: dict[str, Told] = {}
        self._counted: dict[str, Sequence[Cell]] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)

    def compose(self) -> ComposeResult:
        """How many there are, the places, what is to be said of one, the keys."""
        yield self._head
        yield self._table
        yield self._about
        yield self._keys

    def on_mount(self) -> None:
        """List them, the cursor on the one in view, and ask them."""
        self._table.focus()
        self.reload()
        here = next((row.key for row in self._rows.values() if self._in_view(row)), ALL)
        self._table.move_to(here)
        self._ask(self._rows.values())
        self.set_interval(FOLLOW_SECONDS, self._follow)

    @property
    def selected(self) -> Place | None:
        """The place under the cursor; None on the row of all hosts."""
        return self._rows.get(self._table.cursor or "")

    def reload(self) -> None:
        """Read the files again and show which Engines are connected; nobody is asked anything."""
        before, found = self._rows, gather(self._places, self._settings, self._env)
        self._rows = {place.key: place for place in found}
        # what was said of a place that is another one by now says nothing of this one
        self._told = {key: told for key, told in self._told.items() if self._rows.get(key) == before[key]}
        self._table.show([*([ALL] if self._places.engines else []), *self._rows])
        self._show_head()
        self._moved()

    def _in_view(self, place: Place) -> bool:
        return place.engine is not None and place.engine is self._places.current

    def _cells(self, key: str) -> Sequence[Cell]:
        if key == ALL:
            engines = self._places.engines
            return all_cells(engines, in_view=bool(engines) and self._places.current is None)
        place = self._rows[key]
        told = self._told.get(key, Told())
        return place_cells(place, told, self._marked(place), in_view=self._in_view(place))

    def _marked(self, place: Place) -> Marked:
        return self._settings.marked(place.endpoint) if place.endpoint is not None else Marked()

    def _show_head(self) -> None:
        by = contexts.override(self._env)
        self._head.show(*head_pieces(self._rows.values(), self._places.engines, by))

    async def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A click on the word for help."""
        await self.run_action(event.action)

    @on(Table.Moved)
    def _moved(self) -> None:
        place = self.selected
        told = self._told.get(place.key, Told()) if place is not None else Told()
        marked = self._marked(place) if place is not None else Marked()
        self._about.show(about(place, told, marked, contexts.override(self._env)))
        self._keys.show_line(place.line.masked() if place is not None else "")
        self.refresh_bindings()

    def _follow(self) -> None:
        """Show what is different now of the Engines that are connected."""
        keys = [ALL, *(key for key, place in self._rows.items() if place.engine is not None)]
        counted = {key: self._cells(key) for key in keys if key in self._table.keys}
        if changed := [key for key, cells in counted.items() if cells != self._counted.get(key)]:
            self._table.redraw(changed)
        self._counted = counted

    # Asking

    def _ask(self, places: Iterable[Place], *, ssh: bool = False) -> None:
        for place in places:
            if place.engine is not None:
                wanted = place.engine.link.state is LinkState.UP
            else:
                wanted = place.endpoint is not None and (ssh or not place.endpoint.ssh)
            if wanted:
                self.run_worker(self._ask_one(place), group="looks", exit_on_error=False)

    async def _ask_one(self, place: Place) -> None:
        self._tell(place, Told(asking=True))
        async with self._turn:
            try:
                told = await on_thread(lambda: ask(place))
            except EngineError as error:
                told = Told(error=error)
        self._tell(place, told)

    def _tell(self, place: Place, told: Told) -> None:
        if self._rows.get(place.key) == place:
            self._told[place.key] = told
            self._table.redraw([place.key])
            if self.selected is not None and self.selected.key == place.key:
                self._moved()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What does something to the place under the cursor."""
        place = self.selected
        match action:
            case "edit":
                return place is not None and place.stored and not (place.context and place.context.broken)
            case "remove" | "inspect":
                return place is not None and place.context is not None
            case "use":
                return place is not None and place.context is not None and not place.context.broken
            case "disconnect":
                return place is not None and place.engine is not None
            case "all":
                return bool(self._places.engines)
        return super().check_action(action, parameters)

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        place = self._rows.get(event.key)
        if place is None:
            self.action_all()
        elif place.endpoint is None:
            changes.refuse(self.app, place.problem)
        else:
            self.dismiss(None)
            self._places.go(place.endpoint)

    def action_all(self) -> None:
        """Show all connected Engines."""
        self.dismiss(None)
        self._places.go_all()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_again(self) -> None:
        """Ask all of them again."""
        self.workers.cancel_group(self, "looks")
        self.reload()
        self._ask(self._rows.values(), ssh=True)

    def action_disconnect(self) -> None:
        """End the connection to the place under the cursor."""
        place = self.selected
        if place is not None and place.engine is not None:
            self._places.disconnect(place.engine)
            self.reload()

    def action_use(self) -> None:
        """Have the docker CLI use the context."""
        if (place := self.selected) is not None:
            self._places.pin()
            changes.use(self.app, place.name, self._env)
            self._places.pin()
            self.reload()

    def action_create(self) -> None:
        """Create a context."""
        self.run_worker(self._fill(None), group="dialog", exit_on_error=False)

    def action_edit(self) -> None:
        """Change the context under the cursor."""
        if (place := self.selected) is not None:
            self.run_worker(self._fill(place.name), group="dialog", exit_on_error=False)

    async def _fill(self, name: str | None) -> None:
        if (written := await changes.fill(self.app, name, self._env)) is not None:
            self.reload()
            place = next(row for row in self._rows.values() if row.context and row.name == written)
            self._table.move_to(place.key)
            self._ask([place])

    def action_remove(self) -> None:
        """Remove the context under the cursor, after asking."""
        if (place := self.selected) is not None:
            self.run_worker(self._remove(place), group="dialog", exit_on_error=False)

    async def _remove(self, place: Place) -> None:
        await changes.remove(self.app, place, self._places, self._env)
        self.reload()

    def action_inspect(self) -> None:
        """Show the files of the context as the docker CLI does."""
        if (place := self.selected) is not None:
            changes.inspect(self.app, place.name, self._env)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from tui.screens.help import HelpRow, HelpScreen, HelpSection
        from tui.screens.keytable import bindings_of

        keys = self._settings.keys
        own = [HelpRow(one.key, one.tooltip) for one in bindings_of(ContextsScreen, keys)]
        table = [one for one in bindings_of(Table, keys) if one.action not in MARKING]
        moving = [HelpRow(one.key, one.tooltip) for one in table]
        self.app.push_screen(HelpScreen([HelpSection("Contexts", own), HelpSection("In a table", moving)]))
