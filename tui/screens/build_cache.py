"""The build cache: what is in it, and the way to prune exactly some of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from tui.engine.build_cache import Record, line, plan, records
from tui.engine.errors import EngineError
from tui.panes.words import age, moment, size, when
from tui.screens.bars import demo_pieces
from tui.screens.key_bar import KeyBar
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from tui.screens.threads import on_thread
from widgets.bar import Bar, Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.screens.desk import ScreenDesk

WIDE = 150
"""Cells from which the docker line has room beside the keys."""
LOOK_SECONDS = 0.1
"""How often a prune under way is looked at."""
COLUMNS = (
    Column("size", Shown("SIZE"), least=6, right=True),
    Column("state", Shown("STATE"), least=8),
    Column("type", Shown("TYPE"), least=8, most=18),
    Column("used", Shown("LAST USED"), least=9, right=True, priority=1),
    Column("uses", Shown("USES"), least=4, right=True, priority=2),
    Column("description", Shown("DESCRIPTION"), least=20, most=400, grows=True),
)
NOTHING = (
    "The build cache is empty. BuildKit fills it; what the Engine's own builder keeps are images: "
    "intermediate ones, in the Images pane."
)


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"cache.{name}")


class BuildCacheScreen(Screen[None]):
    """Records of the build cache, the biggest first."""

    BINDINGS = [
        _binding("escape,q", "leave", "leave", "Go back"),
        _binding("d", "remove", "remove", "Remove the marked records, or the one under the cursor"),
        _binding("X", "prune", "prune", "Remove all that no build uses"),
        _binding("r", "again", "again", "Ask the Engine again"),
        _binding("y", "copy", "copy", "Copy the id"),
        _binding("Y", "copy_line", "copy_line", "Copy the docker line"),
    ]

    DEFAULT_CSS = """
    BuildCacheScreen {
        & > #cache--head { background: $surface; }
        & > #cache--said { max-height: 6; padding: 0 1; margin: 1 0; }
        & > Table { height: 1fr; }
        & > #cache--whole { max-height: 5; padding: 0 1; border-top: solid $panel; display: none; }
    }
    """

    AUTO_FOCUS = ""

    def __init__(self, desk: ScreenDesk, clock: Callable[[], float] = time.time) -> None:
        """`clock` tells epoch seconds."""
        super().__init__()
        self._desk = desk
        self._clock = clock
        self._records: dict[str, Record] = {}
        self._error: EngineError | None = None
        self._asking = True
        self._head = Bar(id="cache--head")
        self._said = TextRows(id="cache--said")
        self._table = Table(COLUMNS, self._cells)
        self._whole = TextRows(id="cache--whole")
        self._keys = KeyBar(
            [
                ("cache.leave", "back"),
                ("cache.remove", "remove"),
                ("cache.prune", "prune all unused"),
                ("table.mark", "mark"),
                ("cache.again", "refresh"),
                ("cache.copy", "copy id"),
            ]
        )

    def compose(self) -> ComposeResult:
        """How much there is, what went wrong, the records, all of one of them, the keys."""
        yield self._head
        yield self._said
        yield self._table
        yield self._whole
        yield self._keys

    def on_mount(self) -> None:
        """Ask for the records."""
        self._table.focus()
        self._show()
        self.action_again()

    def action_again(self) -> None:
        """Ask the Engine again."""
        self.run_worker(self._ask(), group="ask", exclusive=True, exit_on_error=False)

    async def _ask(self) -> None:
        self._asking, self._error = True, None
        self._show()
        try:
            connection = self._desk.connection
            found = await on_thread(lambda: records(connection))
        except EngineError as error:
            self._error = error
        else:
            gone = self._records.keys() - {record.id for record in found}
            self._records = {record.id: record for record in found}
            self._table.forget(gone)
            self._table.show(list(self._records), list(self._records))
        self._asking = False
        self._show()

    # What is seen

    @property
    def _chosen(self) -> Sequence[Record]:
        """The marked records, else the one under the cursor."""
        keys = [key for key in self._records if key in self._table.marks]
        cursor = self._table.cursor
        return [self._records[key] for key in keys or ([cursor] if cursor in self._records else [])]

    def _cells(self, key: str) -> Sequence[Cell]:
        record = self._records[key]
        if record.in_use:
            state = Cell(Shown("● in use"), Tone.GOOD)
        elif record.shared:
            state = Cell(Shown("‖ shared"), Tone.DIM)
        else:
            state = Cell(Shown("○ unused"))
        used = moment(record.last_used)
        return [
            Cell(shown(size(record.size)), Tone.DIM if record.shared else Tone.PLAIN),
            state,
            Cell(shown(record.type), Tone.DIM),
            Cell(shown(f"{age(self._clock() - used)} ago" if used else "never")),
            Cell(Shown(f"{record.uses:,}")),
            Cell(shown(record.description)),
        ]

    def _show(self) -> None:
        every = self._records.values()
        left = [*demo_pieces(self._desk.endpoint), Piece(Shown(" Build cache "), "accent")]
        if self._error is not None:
            left.append(Piece(Shown(" ✗ no list "), "bad"))
        elif self._asking:
            left.append(Piece(Shown(" ◌ asking the Engine … "), "dim"))
        else:
            free = sum(record.frees for record in every if not record.in_use)
            words = f" {len(every):,} records · {size(sum(record.size for record in every))}"
            left.append(Piece(shown(f"{words} · {size(free)} can be freed "), "plain"))
        self._head.show(left, [])
        said = self._words()
        self._said.display = bool(said)
        self._said.show(stacked(said))
        self._show_whole()

    def _words(self) -> list[Layout]:
        if self._error is not None:
            advice = [text_layout(whole(self._error.advice))] if self._error.advice else []
            return [text_layout(whole(self._error.message), Ink.BAD), *advice]
        return [] if self._records or self._asking else [text_layout(Shown(NOTHING), Ink.DIM)]

    @on(Table.Moved)
    @on(Table.Marked)
    def _show_whole(self) -> None:
        """All of the one under the cursor, and the line that removes what is chosen."""
        record = self._records.get(self._table.cursor or "")
        self._whole.display = record is not None
        chosen = self._chosen
        if record is not None:
            made, now = moment(record.created), self._clock()
            words = [text_layout(whole(record.description or record.type), Ink.STRONG)]
            words.append(text_layout(whole(f"{record.id}  made {when(made, now)}"), Ink.DIM))
            if record.shared:
                words.append(
                    text_layout(Shown("An image has it too: removing it here frees nothing."), Ink.DIM)
                )
            self._whole.show(stacked(words))
        fits = len(chosen) == 1 and self.size.width >= WIDE
        self._keys.show_line(line([chosen[0].id]).at(self._desk.endpoint).masked() if fits else "")
        self.refresh_bindings()

    # What is done

    def action_remove(self) -> None:
        """Remove what is chosen."""
        self._do(lambda: self._prune(self._chosen))

    def action_prune(self) -> None:
        """Remove all that no build uses."""
        self._do(lambda: self._prune(list(self._records.values())))

    async def _prune(self, chosen: Sequence[Record]) -> None:
        job = await self._desk.confirm(plan(chosen))
        if job is None:
            return
        while job.ended is None:
            await asyncio.sleep(LOOK_SECONDS)
        self._table.clear_marks()
        await self._ask()

    def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if all(worker.is_finished for worker in self.workers if worker.group == "prune"):
            self.run_worker(self._told(work), group="prune", exit_on_error=False)

    async def _told(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        from tui.screens.error import ErrorScreen

        try:
            await work()
        except EngineError as error:
            self.app.push_screen(ErrorScreen("prune", [("build cache", error)], None))

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What removes needs something to remove, and an endpoint that may be changed."""
        if action in ("remove", "prune"):
            return bool(self._records) and not self._desk.endpoint.read_only
        return bool(self._records) if action in ("copy", "copy_line") else True

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the id of the one under the cursor."""
        if (key := self._table.cursor) is not None:
            self._desk.copy(key, key)

    def action_copy_line(self) -> None:
        """Copy the line that removes what is chosen."""
        text = line([one.id for one in self._chosen]).at(self._desk.endpoint).text()
        self._desk.copy(text, "the docker line")
