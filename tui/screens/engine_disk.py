"""The Engine pane's section of the disk: what `docker system df` says, asked for by a key and never else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.widget import Widget

from tui.engine.errors import EngineError
from tui.engine.happenings import NANOS
from tui.engine.lines import DockerLine, docker
from tui.panes.fact import Fact, section
from tui.screens.engine_event_rows import time_words
from tui.screens.engine_page import Ground, Page, bindings, failure
from tui.screens.rows import Ink, text_layout
from tui.screens.threads import asked
from widgets.facts import FactLine, Facts
from widgets.table import Cell, Column, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

if TYPE_CHECKING:
    from tui.engine.disk_use import DiskUse, Usage

COLUMNS = (
    Column("kind", Shown("TYPE"), least=13),
    Column("total", Shown("TOTAL"), least=7, right=True),
    Column("active", Shown("ACTIVE"), least=7, right=True),
    Column("size", Shown("SIZE"), least=9, right=True),
    Column("free", Shown("RECLAIMABLE"), least=16, most=24),
)
NOT_ASKED = "u asks the Engine what its images, containers, volumes and build cache take: it may be a while."
ASKING = "◌ the Engine is measuring … on a big disk that takes minutes; esc leaves without waiting."


class DiskPage(Page, can_focus=True):
    """What each kind takes and what could be had back, and the biggest of each."""

    WORD = Shown("Disk")
    KEYS = (("engine_disk.use", "ask for disk use"),)

    BINDINGS = bindings("engine_disk", ("u", "use", "use", "Ask the Engine for its disk use"))

    DEFAULT_CSS = """
    DiskPage {
        & > .page--said { margin: 1 0; }
        & > UnmarkedTable { height: 5; display: none; }
        & > Facts { height: 1fr; margin: 1 0 0 0; display: none; }
        &.-asked > UnmarkedTable, &.-asked > Facts { display: block; }
    }
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._kinds: dict[str, Usage] = {}
        self._asking = False
        self._table = UnmarkedTable(COLUMNS, self._cells)
        self._table.can_focus = False
        self._facts = Facts()

    def compose(self) -> ComposeResult:
        """When it was asked, the kinds, the biggest."""
        yield self.said
        yield self._table
        yield self._facts

    def on_mount(self) -> None:
        """What is known from before, or how it is asked for."""
        if self._use is not None:
            self._show(self._use)
        else:
            self.say(text_layout(Shown(NOT_ASKED), Ink.DIM))

    @property
    def _use(self) -> DiskUse | None:
        return self.ground.kept.use

    @property
    def home(self) -> Widget:
        return self._facts if self._use is not None else self

    @property
    def line(self) -> DockerLine | None:
        return docker("system", "df")

    @property
    def copied(self) -> tuple[str, str]:
        if self._use is None:
            return "", ""
        rows = [[column.title for column in COLUMNS]]
        rows += [[cell.text for cell in self._cells(kind)] for kind in self._kinds]
        return "\n".join("\t".join(row) for row in rows), "the disk use"

    def action_use(self) -> None:
        """Ask now."""
        if not self._asking:
            self._asking = True
            self._ask()

    @work(group="disk", exit_on_error=False)
    async def _ask(self) -> None:
        # only now: it brings the HTTP library along
        from tui.engine.disk_use import ask_disk

        self.refresh_bindings()
        self.say(text_layout(Shown(ASKING), Ink.DIM))
        ground, began = self.ground, time.monotonic()

        def keep() -> DiskUse:
            # on the thread: whoever left meanwhile finds it when they come back
            ground.kept.use = use = ask_disk(connection, ground.clock)
            ground.kept.took = time.monotonic() - began
            return use

        try:
            connection = ground.engine.connection
            self._show(await asked(keep))
        except EngineError as error:
            self.say(failure(error))
        finally:
            self._asking = False
            self.refresh_bindings()

    def _show(self, use: DiskUse) -> None:
        self._kinds = {one.kind: one for one in use.kinds}
        self.add_class("-asked")
        self._table.show(list(self._kinds))
        parts = [
            section(f"Biggest {one.kind.lower()}", (_big(*big) for big in one.biggest)) for one in use.kinds
        ]
        lines = [one for part in parts for one in part]
        self._facts.show([FactLine(shown(one.label), shown(one.text), one.tone) for one in lines])
        took = self.ground.kept.took
        words = f"asked at {time_words(int(use.asked * NANOS), self.ground.clock())}"
        self.say(text_layout(shown(f"{words}, it took {took:.0f} s" if took >= 1 else words), Ink.DIM))
        if self.has_focus:
            self._facts.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One question at a time."""
        return not self._asking if action == "use" else super().check_action(action, parameters)

    def _cells(self, key: str) -> Sequence[Cell]:
        one = self._kinds[key]
        percent = f" ({one.percent}%)" if one.percent is not None else ""
        return [
            Cell(shown(one.kind)),
            Cell(Shown(str(one.total))),
            Cell(Shown(str(one.active)), Tone.DIM),
            Cell(shown(human(one.size))),
            Cell(shown(f"{human(one.reclaimable)}{percent}"), Tone.WARN if one.reclaimable else Tone.DIM),
        ]


def _big(name: str, bytes: int) -> Fact:  # noqa: A002 - the unit is the best name
    return Fact(human(bytes), name)


def human(bytes: int) -> str:  # noqa: A002 - the unit is the best name
    """Bytes as `docker system df` prints them: four digits, units of 1000 ("2.116MB")."""
    value, units = float(bytes), ["B", "kB", "MB", "GB", "TB", "PB"]
    while abs(value) >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.4g}{units[0]}"
