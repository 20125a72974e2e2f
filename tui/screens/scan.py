"""Known weaknesses of an image, on a screen of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from tui.engine.models import Image
from tui.engine.scans import NONE_FOUND, SCANS, Finding, Findings, Scanner, Severity, scanner
from tui.screens.finding import FindingScreen
from tui.screens.rows import Ink, TextRows, stacked, text_layout, whole
from tui.screens.threads import asked
from tui.verbs.looking_inside import scan_task
from tui.verbs.verb import Desk
from widgets.bar import Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

COLUMNS = (
    Column("severity", Shown("SEVERITY"), least=12),
    Column("id", Shown("ID"), least=13, most=24),
    Column("package", Shown("PACKAGE"), least=10, most=30),
    Column("installed", Shown("INSTALLED"), least=9, most=24, priority=2),
    Column("fixed", Shown("FIXED IN"), least=9, most=24, priority=1),
    Column("title", Shown("TITLE"), least=12, most=200, priority=3, grows=True),
)
LOOKS: Mapping[Severity, tuple[str, Tone, str]] = {
    Severity.CRITICAL: ("✗", Tone.BAD, "bad"),
    Severity.HIGH: ("▲", Tone.BAD, "bad"),
    Severity.MEDIUM: ("●", Tone.WARN, "warn"),
    Severity.LOW: ("○", Tone.PLAIN, "plain"),
    Severity.NEGLIGIBLE: ("·", Tone.DIM, "dim"),
    Severity.UNKNOWN: ("?", Tone.DIM, "dim"),
}
"""Glyph, and how a cell and a piece of the head are painted."""


class ScanScreen(FindingScreen[Findings]):
    """What a scanner found, the gravest first."""

    BINDINGS = [
        Binding("y", "copy", "Copy", show=False, id="scan.copy", tooltip="Copy the id of the weakness"),
    ]
    DEFAULT_CSS = """
    ScanScreen {
        #scan--table { height: 1fr; }
        #scan--whole { height: auto; max-height: 6; padding: 0 1; border-top: solid $panel; }
    }
    """
    WORDS = Shown(" Scan ")
    KEYS = (("scan.copy", "copy id"),)

    def __init__(self, model: Image, desk: Desk) -> None:
        """Raises Unreachable when there is no connection."""
        super().__init__(model, desk, SCANS, scan_task(model))
        self._table = UnmarkedTable(COLUMNS, self._cells, id="scan--table")
        self._whole = TextRows(id="scan--whole")
        self._rows: dict[str, Finding] = {}
        self._scanner: Scanner | None = None

    def body(self) -> Widget:
        """The weaknesses, and all of the one under the cursor."""
        return Vertical(self._table, self._whole)

    def main(self) -> Table:
        """The table."""
        return self._table

    @property
    def line(self) -> str:
        """What would do the same on a command line."""
        name = self.model.name if self.model.references else self.model.id
        return self._scanner.line(name) if self._scanner is not None else ""

    async def find(self) -> None:
        """Without a scanner there is nothing to begin."""
        self._scanner = await asked(scanner)
        self.calm = "" if self._scanner is not None else NONE_FOUND
        self._keys.show_line(self.line)
        if self._scanner is not None:
            await super().find()
        self._show()

    def found(self, value: Findings) -> None:
        """Show them."""
        self.filtered("")

    def filtered(self, text: str) -> None:
        """Show those that have the text in them."""
        every = self.value.all if self.value is not None else ()
        words = text.lower()
        self._rows = {
            str(number): one
            for number, one in enumerate(every)
            if words in "\n".join((one.severity, *one[1:])).lower()
        }
        self._table.show(list(self._rows), list(self._rows))
        self._show_whole()

    def summary(self, value: Findings) -> Sequence[Piece]:
        """How many of each severity."""
        counts = [
            Piece(shown(f" {LOOKS[severity][0]} {count:,} {severity} "), LOOKS[severity][2], weight=place)
            for place, (severity, count) in enumerate(value.counts.items())
        ]
        nothing = [Piece(Shown(" ● nothing found "), "good")] if not value.all else []
        return [*counts, *nothing, Piece(shown(f" by {value.scanner} "), "dim", weight=9)]

    def _cells(self, key: str) -> Sequence[Cell]:
        one = self._rows[key]
        glyph, tone, _ = LOOKS[one.severity]
        return [
            Cell(shown(f"{glyph} {one.severity}"), tone),
            Cell(shown(one.id)),
            Cell(shown(one.package)),
            Cell(shown(one.installed), Tone.DIM),
            Cell(shown(one.fixed or "–"), Tone.GOOD if one.fixed else Tone.DIM),
            Cell(shown(one.title), Tone.DIM),
        ]

    @on(Table.Moved)
    def _show_whole(self) -> None:
        one = self._rows.get(self._table.cursor or "")
        self._whole.display = one is not None
        if one is not None:
            fixed = f"fixed in {one.fixed}" if one.fixed else "no version mends it yet"
            head = f"{one.id} in {one.package} {one.installed}: {fixed}"
            self._whole.show(stacked([text_layout(whole(head), Ink.STRONG), text_layout(whole(one.title))]))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A scan can be done again: its scanner may know more by then."""
        if action == "copy":
            return self._table.cursor is not None
        return not self.running if action == "again" else super().check_action(action, parameters)

    def action_again(self) -> None:
        """Scan again."""
        SCANS.forget(self.model.id)
        self.value = None
        super().action_again()

    def action_copy(self) -> None:
        """Copy the id of the weakness under the cursor."""
        if (one := self._rows.get(self._table.cursor or "")) is not None:
            self.desk.copy(one.id, one.id)
