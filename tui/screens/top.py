"""The processes of one container, on a screen of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from tui.engine.connection import Connection
from tui.engine.errors import EngineError
from tui.engine.lines import docker
from tui.engine.models import Container
from tui.engine.processes import Processes, processes
from tui.screens.bars import demo_pieces
from tui.screens.key_bar import KeyBar
from tui.screens.rows import Ink, TextRows, stacked, text_layout, whole
from tui.screens.threads import on_thread
from widgets.bar import Bar, Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import LONGEST, Shown, shown
from widgets.unmarked_table import UnmarkedTable

AGAIN_SECONDS = 2.0
"""So long after an answer the Engine is asked again."""

NUMBERS = frozenset(
    ("PID", "PPID", "PGID", "SID", "C", "NI", "PRI", "%CPU", "%MEM", "VSZ", "RSS", "SZ", "NLWP", "TIME")
)
"""Titles of `ps` whose column holds numbers or times."""
COMMANDS = frozenset(("CMD", "COMMAND", "ARGS"))
KEPT = frozenset(("PID", "USER", "UID", "%CPU", "%MEM"))
"""Titles whose columns never make room for others."""
LEAST_COMMAND = 24


class TopScreen(Screen[None]):
    """What runs in a container, asked again every two seconds while this screen is the one in front."""

    BINDINGS = [
        Binding("escape,q", "leave", "Back", show=False, id="top.leave", tooltip="Go back"),
        Binding("y", "copy", "Copy", show=False, id="top.copy", tooltip="Copy the whole command"),
        Binding("r", "again", "Ask now", show=False, id="top.again", tooltip="Ask the Engine now"),
    ]

    DEFAULT_CSS = """
    TopScreen {
        & > #top--head { background: $surface; }
        & > #top--trouble { max-height: 6; padding: 0 1; margin: 1 0; display: none; }
        & > UnmarkedTable { height: 1fr; }
        & > #top--command { max-height: 5; padding: 0 1; border-top: solid $panel; display: none; }
    }
    """

    def __init__(self, model: Container, connection: Connection) -> None:
        """`model` is the container as the list showed it."""
        super().__init__()
        self._model = model
        self._connection = connection
        self._head = Bar(id="top--head")
        self._trouble = TextRows(id="top--trouble")
        self._table = UnmarkedTable((Column("", shown("")),), self._cells)
        self._command = TextRows(id="top--command")
        self._keys = KeyBar([("top.leave", "back"), ("top.again", "ask now"), ("top.copy", "copy command")])
        self._found: Processes | None = None
        self._rows: dict[str, tuple[str, ...]] = {}
        self._error: EngineError | None = None
        self._now = asyncio.Event()
        """Set when the next question need not wait."""

    def compose(self) -> ComposeResult:
        """What is looked at, what went wrong, the processes, the whole command, the keys."""
        yield self._head
        yield self._trouble
        yield self._table
        yield self._command
        yield self._keys

    def on_mount(self) -> None:
        """Begin to ask."""
        self._table.focus()
        self._keys.show_line(docker("top", self._model.name).masked())
        self._show_head()
        self.run_worker(self._follow(), group="top", exit_on_error=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a row there is nothing to copy."""
        return bool(self._rows) if action == "copy" else True

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_again(self) -> None:
        """Ask now."""
        self._now.set()

    def action_copy(self) -> None:
        """Copy the whole command of the row under the cursor."""
        self.app.copy_to_clipboard(self._whole_command())
        self.notify("copied the command", markup=False)

    async def _follow(self) -> None:
        """Ask again and again, until the container is gone."""
        while self._error is None or self._error.status != HTTPStatus.NOT_FOUND:
            # another screen may stand before this one
            if self.is_active:
                await self._ask()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._now.wait(), AGAIN_SECONDS)
            self._now.clear()

    async def _ask(self) -> None:
        try:
            found = await on_thread(lambda: processes(self._connection, self._model.id))
        except EngineError as error:
            self._error = error
            self._table.redraw(list(self._rows))
            said, advice = text_layout(whole(error.message), Ink.BAD), text_layout(whole(error.advice))
            self._trouble.show(stacked([said, advice] if error.advice else [said]))
        else:
            before, self._error = self._error, None
            self._show(found, anew=before is not None)
        self._trouble.display = self._error is not None
        self._show_head()

    def _show(self, found: Processes, *, anew: bool) -> None:
        before, self._found = self._found, found
        if before is None or before.titles != found.titles:
            self._table.set_columns([_column(title, at) for at, title in enumerate(found.titles)])
        pid = found.titles.index("PID") if "PID" in found.titles else None
        # a row is known by its process, so that the cursor stays on it; a number makes each key stand once
        rows: dict[str, tuple[str, ...]] = {}
        for at, row in enumerate(found.rows):
            key = str(at) if pid is None else row[pid]
            rows[key if key not in rows else f"{key} {at}"] = row
        changed = [key for key, row in rows.items() if anew or self._rows.get(key) != row]
        self._rows = rows
        self._table.show(list(rows), changed)
        self._show_command()

    def _cells(self, key: str) -> Sequence[Cell]:
        tone = Tone.PLAIN if self._error is None else Tone.DIM
        return [Cell(shown(text), tone) for text in self._rows[key]]

    @on(Table.Moved)
    def _show_command(self) -> None:
        self._command.show(text_layout(whole(self._whole_command())))
        self._command.display = bool(self._rows)
        self.refresh_bindings()

    def _whole_command(self) -> str:
        row = self._rows.get(self._table.cursor or "")
        titles = self._found.titles if self._found is not None else ()
        if row is None or not titles:
            return ""
        return next((text for title, text in zip(titles, row, strict=True) if title in COMMANDS), row[-1])

    def _show_head(self) -> None:
        left = [
            *demo_pieces(self._connection.endpoint),
            Piece(Shown(f" {shown(self._model.name)} "), "accent"),
        ]
        if self._error is not None:
            last = " · last known state" if self._rows else ""
            word = "no answer" if self._error.status is None else "refused"
            left.append(Piece(Shown(f" ✗ {word}{last} "), "bad"))
        elif self._found is None:
            left.append(Piece(Shown(" ◌ asking the Engine … "), "dim"))
        else:
            count = len(self._rows)
            left.append(Piece(Shown(f" {count:,} process{'' if count == 1 else 'es'} "), "plain"))
        self._head.show(left, [Piece(Shown(f" every {AGAIN_SECONDS:.0f} s "), "dim", weight=1)])


def _column(title: str, at: int) -> Column:
    name = shown(title, LONGEST)
    if title in COMMANDS:
        return Column(f"{at}", name, least=LEAST_COMMAND, grows=True)
    # the further right, the sooner it makes room
    return Column(f"{at}", name, least=1, priority=0 if title in KEPT else at + 1, right=title in NUMBERS)
