"""How an image was made, on a screen of its own: the Dockerfile line behind every layer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from tui.engine.errors import EngineError
from tui.engine.history import History, Line, history
from tui.engine.lines import docker
from tui.engine.models import Image
from tui.panes.words import age, counted, size, when
from tui.screens.bars import demo_pieces
from tui.screens.key_bar import KeyBar
from tui.screens.rows import Ink, TextRows, stacked, text_layout, whole
from tui.screens.threads import on_thread
from tui.verbs.verb import Desk, View
from widgets.bar import Bar, Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

BAR = 8
"""Cells of the bar for a whole image."""
SHORT = 12
"""Digits of an id that tell it from others."""

COLUMNS = (
    Column("number", Shown("#"), least=2, right=True),
    Column("line", Shown("LINE"), least=36, most=400, grows=True),
    Column("size", Shown("SIZE"), least=7, right=True),
    Column("share", Shown("SHARE"), least=BAR + 5, priority=2),
    Column("age", Shown("AGE"), least=6, priority=1, right=True),
    Column("layer", Shown("LAYER"), least=SHORT, priority=3),
    Column("id", Shown("ID"), least=9, priority=4),
    Column("comment", Shown("COMMENT"), least=7, most=24, priority=5),
)


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"history.{name}")


class HistoryScreen(Screen[None]):
    """All steps of an image as one would write them; what a builder noted of one on a key."""

    BINDINGS = [
        _binding("escape,q", "leave", "leave", "Go back"),
        _binding("s", "biggest", "biggest", "Biggest first, or as in the Dockerfile again"),
        _binding("f", "files", "files", "The files of the layers"),
        _binding("w", "software", "software", "The software in the image"),
        _binding("r", "again", "again", "Ask again"),
        _binding("y", "copy", "copy", "Copy the line under the cursor"),
        _binding("Y", "copy_line", "copy_line", "Copy the docker line"),
    ]

    DEFAULT_CSS = """
    HistoryScreen {
        & > #history--head { background: $surface; }
        & > #history--trouble { max-height: 6; padding: 0 1; margin: 1 0; display: none; }
        & > UnmarkedTable { height: 1fr; }
        & > #history--whole { max-height: 40%; padding: 0 1; border-top: solid $panel; display: none; }
    }
    """

    def __init__(self, model: Image, desk: Desk, clock: Callable[[], float] = time.time) -> None:
        """`model` is the image as the list showed it; `clock` tells epoch seconds where the Engine does not.

        Raises Unreachable when there is no connection.
        """
        super().__init__()
        self._model = model
        self._desk = desk
        self._endpoint = desk.connection.endpoint
        self._clock = clock
        self._head = Bar(id="history--head")
        self._trouble = TextRows(id="history--trouble")
        self._table = UnmarkedTable(COLUMNS, self._cells)
        self._whole = TextRows(id="history--whole")
        self._keys = KeyBar(
            [
                ("history.leave", "back"),
                ("table.open", "as noted"),
                ("history.biggest", "biggest first"),
                ("history.files", "files"),
                ("history.software", "software"),
                ("history.copy", "copy"),
            ]
        )
        self._found: History | None = None
        self._rows: dict[str, Line] = {}
        self._error: EngineError | None = None
        self._by_size = False
        self._as_noted = False

    def compose(self) -> ComposeResult:
        """Whose history it is, what went wrong, the steps, all of one of them, the keys."""
        yield self._head
        yield self._trouble
        yield self._table
        yield self._whole
        yield self._keys

    def on_mount(self) -> None:
        """Ask."""
        self._table.focus()
        self._keys.show_line(self._line)
        self.action_again()

    @property
    def _line(self) -> str:
        line = docker("image", "history", "--no-trunc", self._model.name)
        return line.at(self._endpoint).masked()

    # What is shown

    def action_again(self) -> None:
        """Ask the Engine."""
        self._show_head()
        self.run_worker(self._ask(), group="history", exclusive=True, exit_on_error=False)

    async def _ask(self) -> None:
        self._error = None
        try:
            connection = self._desk.connection
            self._found = await on_thread(lambda: history(connection, self._model.id))
        except EngineError as error:
            self._error = error
            said, advice = text_layout(whole(error.message), Ink.BAD), text_layout(whole(error.advice))
            self._trouble.show(stacked([said, advice] if error.advice else [said]))
        self._trouble.display = self._error is not None
        self._show()

    @property
    def _now(self) -> float:
        now = self._found.now if self._found is not None else None
        return now if now is not None else self._clock()

    def _show(self) -> None:
        lines = list(enumerate(self._found.lines, 1)) if self._found is not None else []
        if self._by_size:
            lines.sort(key=lambda numbered: -numbered[1].size)
        self._rows = {str(number): line for number, line in lines}
        self._table.show(list(self._rows), list(self._rows))
        self._show_whole()
        self._show_head()

    def _cells(self, key: str) -> Sequence[Cell]:
        line = self._rows[key]
        total = self._found.total if self._found is not None else 0
        share = line.size / total if total else 0.0
        bar = ("█" * round(share * BAR) or "▏").ljust(BAR)
        text = line.text or line.comment or "–"
        ident = line.id.removeprefix("sha256:")
        plain = Tone.PLAIN if line.size else Tone.DIM
        return [
            Cell(shown(key), Tone.DIM),
            Cell(shown(text), plain),
            Cell(shown(size(line.size)), plain),
            Cell(shown(f"{bar}{share:5.0%}" if line.size else ""), Tone.ACCENT),
            Cell(shown(age(self._now - line.created)), Tone.DIM),
            Cell(shown(line.layer.removeprefix("sha256:")[:SHORT] or "–"), Tone.DIM),
            Cell(shown(ident if ident.startswith("<") else ident[:SHORT]), Tone.DIM),
            Cell(shown(line.comment), Tone.DIM),
        ]

    @on(Table.Moved)
    def _show_whole(self) -> None:
        """All of the step under the cursor."""
        line = self._selected
        self._whole.display = line is not None
        if line is not None:
            text = line.original if self._as_noted else line.text or line.comment
            head = "As the builder noted it:" if self._as_noted else "As in a Dockerfile:"
            facts = [when(line.created, self._now), f"layer {line.layer}" if line.layer else "no layer"]
            facts += [line.id] if line.id.startswith("sha256:") else []
            facts += [f"tags {', '.join(line.tags)}"] if line.tags else []
            rows = [text_layout(Shown(head), Ink.DIM), text_layout(whole(text or "nothing"))]
            rows.append(text_layout(whole(" · ".join(filter(None, facts))), Ink.DIM))
            self._whole.show(stacked(rows))
        self.refresh_bindings()

    def _show_head(self) -> None:
        left = [
            *demo_pieces(self._endpoint),
            Piece(Shown(" History "), "dim"),
            Piece(Shown(f" {shown(self._model.name)} "), "accent"),
        ]
        right = []
        if self._error is not None:
            word = "no answer" if self._error.status is None else "refused"
            left.append(Piece(Shown(f" ✗ {word} "), "bad"))
        elif self._found is None:
            left.append(Piece(Shown(" ◌ asking the Engine … "), "dim"))
        else:
            found = self._found
            counts = f"{counted(len(found.lines), 'line')} · {counted(found.layers, 'layer')}"
            left.append(Piece(shown(f" {counts} · {size(found.total)} "), "plain"))
            order = "biggest first" if self._by_size else "as in the Dockerfile"
            right.append(Piece(Shown(f" {order} "), "dim", weight=1))
        self._head.show(left, right)

    # Keys

    @property
    def _selected(self) -> Line | None:
        return self._rows.get(self._table.cursor or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a row there is nothing to copy or to sort."""
        return bool(self._rows) if action in ("copy", "biggest") else True

    @on(Table.Opened)
    def _opened(self) -> None:
        self._as_noted = not self._as_noted
        self._show_whole()

    def action_biggest(self) -> None:
        """Sort by size, or by place."""
        self._by_size = not self._by_size
        self._show()

    async def action_files(self) -> None:
        """Show the files instead."""
        self.dismiss(None)
        await self._desk.view(View.FILES, self._model)

    async def action_software(self) -> None:
        """Show the software instead."""
        self.dismiss(None)
        await self._desk.view(View.SOFTWARE, self._model)

    def action_copy(self) -> None:
        """Copy the line under the cursor, as it is shown."""
        if (line := self._selected) is not None:
            self._desk.copy(line.original if self._as_noted else line.text or line.comment, "the line")

    def action_copy_line(self) -> None:
        """Copy the docker line."""
        self._desk.copy(self._line, "the docker line")

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)
