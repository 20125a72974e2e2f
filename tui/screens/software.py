"""The software in an image, and what of it another image has, on a screen of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from tui.engine.errors import EngineError
from tui.engine.inside import CONTENTS
from tui.engine.layers import Contents
from tui.engine.models import Image
from tui.engine.packages import Change, Difference, Package, compared
from tui.panes.words import size
from tui.screens.finding import FindingScreen
from tui.screens.rows import Ink, TextRows, stacked, text_layout, whole
from tui.verbs.looking_inside import look_task
from tui.verbs.verb import Desk
from widgets.bar import Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

COLUMNS = (
    Column("name", Shown("NAME"), least=20, most=60, grows=True),
    Column("version", Shown("VERSION"), least=12, most=36),
    Column("kind", Shown("KIND"), least=6),
    Column("size", Shown("SIZE"), least=6, right=True, priority=1),
    Column("source", Shown("SOURCE"), least=8, most=30, priority=2),
)
COMPARED = (
    Column("name", Shown("NAME"), least=20, most=60, grows=True),
    Column("kind", Shown("KIND"), least=6, priority=1),
    Column("here", Shown("HERE"), least=10, most=36),
    Column("there", Shown("THERE"), least=10, most=36),
    Column("change", Shown("THERE IT IS"), least=15),
)
SORTS = ("name", "size", "kind")
"""What the rows can be sorted by; sizes the biggest first."""
LOOKS = {
    Change.ADDED: ("+ added", Tone.GOOD),
    Change.REMOVED: ("- removed", Tone.BAD),
    Change.OTHER: ("~ other version", Tone.WARN),
    Change.SAME: ("= same", Tone.DIM),
}
NOTHING = "No package database and no Python packages: an image may well hold just one program."

Row = Package | Difference


class SoftwareScreen(FindingScreen[Contents]):
    """The packages of an image by name, or what is different in another image."""

    BINDINGS = [
        Binding("o", "sort", "Sort", show=False, id="software.sort", tooltip="Sort by name, size or kind"),
        Binding(
            "c", "compare", "Compare", show=False, id="software.compare", tooltip="Compare with an image"
        ),
        Binding("a", "same", "All", show=False, id="software.same", tooltip="Show what is the same, too"),
        Binding("y", "copy", "Copy", show=False, id="software.copy", tooltip="Copy the name and the version"),
    ]
    DEFAULT_CSS = """
    SoftwareScreen {
        #software--table { height: 1fr; }
        #software--notes { height: auto; max-height: 6; padding: 0 1; border-top: solid $panel; }
    }
    """
    WORDS = Shown(" Software ")
    KEYS = (
        ("software.compare", "compare"),
        ("software.same", "same ones too"),
        ("software.sort", "sort"),
        ("software.copy", "copy"),
    )

    def __init__(self, model: Image, desk: Desk) -> None:
        """Raises Unreachable when there is no connection."""
        super().__init__(model, desk, CONTENTS, look_task(model))
        self._table = UnmarkedTable(COLUMNS, self._cells, id="software--table")
        self._notes = TextRows(id="software--notes")
        self._rows: dict[str, Row] = {}
        self._text = ""
        self._sort = SORTS[0]
        self._other: Image | None = None
        """The image that it is compared with."""
        self._differences: tuple[Difference, ...] = ()
        self._same = False

    def body(self) -> Widget:
        """The packages, and what could not be read."""
        return Vertical(self._table, self._notes)

    def main(self) -> Table:
        """The packages."""
        return self._table

    # What is shown

    def found(self, value: Contents) -> None:
        """Show the packages."""
        notes = [text_layout(whole(note), Ink.WARN) for note in value.notes]
        if not value.packages:
            notes.append(text_layout(Shown(NOTHING)))
        self._notes.display = bool(notes)
        self._notes.show(stacked(notes))
        self._show_rows()

    def filtered(self, text: str) -> None:
        """Show those that have the text in them."""
        self._text = text.lower()
        self._show_rows()

    def _show_rows(self) -> None:
        rows: list[Row] = list(self._comparison() if self._other is not None else self._packages())
        self._rows = {
            f"{row.manager} {row.name} {number}": row
            for number, row in enumerate(rows)
            if self._text in "\n".join(map(str, row)).lower()
        }
        self._table.show(list(self._rows), list(self._rows))
        self._show_head()
        self.refresh_bindings()

    def _packages(self) -> Sequence[Package]:
        packages = self.value.packages if self.value is not None else ()
        match self._sort:
            case "size":
                return sorted(packages, key=lambda one: -(one.size or 0))
            case "kind":
                return sorted(packages, key=lambda one: one.manager)
        return packages

    def _comparison(self) -> Sequence[Difference]:
        return [one for one in self._differences if self._same or one.change is not Change.SAME]

    def _cells(self, key: str) -> Sequence[Cell]:
        row = self._rows[key]
        if isinstance(row, Difference):
            word, tone = LOOKS[row.change]
            return [
                Cell(shown(row.name), tone),
                Cell(shown(row.manager), Tone.DIM),
                Cell(shown(row.here or "–")),
                Cell(shown(row.there or "–")),
                Cell(shown(word), tone),
            ]
        return [
            Cell(shown(row.name)),
            Cell(shown(row.version)),
            Cell(shown(row.manager), Tone.DIM),
            Cell(shown(size(row.size) if row.size is not None else "–"), Tone.DIM),
            Cell(shown(row.source), Tone.DIM),
        ]

    def summary(self, value: Contents) -> Sequence[Piece]:
        """What it is made from, and how much is in it; of a comparison, what is different."""
        if self._other is not None:
            counts = Counter(one.change for one in self._differences)
            tones = {Tone.GOOD: "good", Tone.BAD: "bad", Tone.WARN: "warn", Tone.DIM: "dim"}
            return [
                Piece(shown(f" with {self._other.name} "), "accent"),
                *(
                    Piece(shown(f" {counts[change]:,} {word[2:]} "), tones[tone], weight=1)
                    for change, (word, tone) in LOOKS.items()
                ),
            ]
        kinds = Counter(package.manager for package in value.packages)
        words = " · ".join(f"{count:,} {kind}" for kind, count in kinds.items())
        return [
            Piece(shown(f" {value.release or 'no os-release'} "), "plain" if value.release else "dim"),
            Piece(shown(f" {words or 'no packages'} "), "plain"),
            Piece(shown(f" by {self._sort} "), "dim", weight=2),
        ]

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done with packages, and what with a comparison."""
        if action == "copy":
            return self._table.cursor is not None
        if action == "same":
            return self._other is not None
        if action == "sort":
            return self.value is not None and self._other is None
        return self.value is not None if action == "compare" else super().check_action(action, parameters)

    def action_sort(self) -> None:
        """Sort by the next thing."""
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        self._show_rows()

    def action_same(self) -> None:
        """Show what is the same too, or not."""
        self._same = not self._same
        self._show_rows()

    def action_copy(self) -> None:
        """Copy the name and the version."""
        row = self._rows.get(self._table.cursor or "")
        if row is not None:
            version = row.version if isinstance(row, Package) else row.there or row.here
            self.desk.copy(f"{row.name} {version}", row.name)

    def action_leave(self) -> None:
        """Give up the filter, then the comparison, else go back."""
        if self._other is not None and not self._typed.display:
            self._compare_with(None, ())
        else:
            super().action_leave()

    def action_compare(self) -> None:
        """Choose an image, look into it, and show what is different."""
        self.run_worker(self._compare(), group="finding", exclusive=True, exit_on_error=False)

    async def _compare(self) -> None:
        from tui.screens.choose import ChooseScreen
        from tui.screens.error import ErrorScreen

        here = self.value
        others = {one.key: one for one in self.desk.store.images.values() if one.id != self.model.id}
        if here is None or not others:
            self.notify("there is no other image", markup=False)
            return
        options = [(key, one.name) for key, one in sorted(others.items(), key=lambda item: item[1].name)]
        key = await self.app.push_screen_wait(ChooseScreen("Compare with which image?", options))
        if key is None:
            return
        other = others[key]
        try:
            there = await self.fetched(other.id, look_task(other))
        except EngineError as error:
            self._show()
            self.app.push_screen(ErrorScreen(f"look into {other.name}", [(other.name, error)], None))
            return
        self._show()
        if there is not None:
            self._compare_with(other, compared(here.packages, there.packages))

    def _compare_with(self, other: Image | None, differences: tuple[Difference, ...]) -> None:
        self._other, self._differences, self._rows = other, differences, {}
        self._table.show([])
        self._table.set_columns(COMPARED if other is not None else COLUMNS)
        self._show_rows()
        self._table.focus()
