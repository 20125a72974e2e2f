"""The Engine pane's section of what the containers use: all of them together, and who uses most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container as Group
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from tui.engine.figures import Figure, Readings
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.link import Link, LinkState
from tui.engine.store import Changes
from tui.panes.figures import OLD_SECONDS
from tui.panes.words import age, memory, size
from tui.screens.engine_page import Ground, Page, bindings
from tui.screens.rows import Ink, Layout, stacked, text_layout
from tui.screens.rows import Piece as Run
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

if TYPE_CHECKING:
    from tui.engine.engine import News

MOST = 5
"""So many are named of each."""
WIDE = 130
"""Cells from which the two tables stand beside each other."""
UNKNOWN = "–"


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column("name", Shown(first), least=16, most=60, grows=True),
        Column("cpu", Shown("CPU %"), least=7, right=True),
        Column("memory", Shown("MEMORY"), least=9, right=True),
        Column("percent", Shown("MEM %"), least=6, right=True),
        Column("network", Shown("NETWORK ↓ / ↑"), least=19, right=True, priority=1),
        Column("pids", Shown("PIDS"), least=4, right=True, priority=2),
    )


class TopPage(Page):
    """Every running container is measured while somebody looks, and none else."""

    WORD = Shown("Top")
    KEYS = (("table.open", "go to it"), ("engine_top.other", "other table"))

    BINDINGS = bindings("engine_top", ("h,l,left,right", "other", "other", "To the other table"))

    DEFAULT_CSS = """
    TopPage {
        & > .page--said { margin: 1 0; }
        & > Container { layout: vertical; height: 1fr; }
        & UnmarkedTable { height: 6; margin: 0 0 1 0; }
        &.-wide > Container { layout: horizontal; }
        &.-wide UnmarkedTable { width: 1fr; margin: 0 1 0 0; }
    }
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._by_cpu = UnmarkedTable(_columns("MOST CPU"), self._cells)
        self._by_memory = UnmarkedTable(_columns("MOST MEMORY"), self._cells)
        self._figures: dict[str, Figure] = {}
        self._wanted: tuple[str, ...] = ()
        self._aging: Timer | None = None

    def compose(self) -> ComposeResult:
        """All together, then who uses most."""
        yield self.said
        with Group():
            yield self._by_cpu
            yield self._by_memory

    @property
    def home(self) -> Widget:
        return self._by_cpu

    @property
    def line(self) -> DockerLine | None:
        return docker("stats")

    @property
    def copied(self) -> tuple[str, str]:
        name = self._called(self._table.cursor or "")
        return name, name

    def look(self) -> None:
        """Have all running containers measured."""
        super().look()
        self._want()
        self._show()
        self._aging = self.set_interval(OLD_SECONDS, self.grow_old)

    def look_away(self) -> None:
        """Have none measured any more."""
        super().look_away()
        if self._aging is not None:
            self._aging.stop()
        if self._wanted:
            self._wanted = ()
            self.ground.engine.meters.want(self, ())

    def grow_old(self) -> None:
        """An Engine that hangs sends nothing: say how old its figures are, and ask whether it is there."""
        self._show()
        newest = max((one.at for one in self._figures.values()), default=None)
        if newest is not None and self.ground.clock() - newest > OLD_SECONDS:
            self.ground.engine.probe()

    def hear(self, news: News) -> None:
        """Other containers run, or there are new figures."""
        if not self.looked_at:
            return
        match news:
            case Changes(kind=Kind.CONTAINER):
                self._want()
                self._show()
            case Readings() | Link():
                self._show()

    def on_resize(self, event: Resize) -> None:
        """Beside each other, or one below the other."""
        self.set_class(event.size.width >= WIDE, "-wide")

    # What is seen

    def _want(self) -> None:
        containers = self.ground.engine.store.containers
        running = tuple(key for key, one in containers.items() if one.state in ("running", "paused"))
        if running != self._wanted:
            self._wanted = running
            self.ground.engine.meters.want(self, running)

    def _show(self) -> None:
        latest = self.ground.engine.meters.latest if self._wanted else lambda ident: None
        found = {ident: latest(ident) for ident in self._wanted}
        before, self._figures = self._figures, {key: one for key, one in found.items() if one is not None}
        changed = [key for key, one in self._figures.items() if before.get(key) != one]
        self.say(self._totals())
        for table, weigh in ((self._by_cpu, _cpu), (self._by_memory, _memory)):
            table.show(self._first(weigh), changed)
        self.refresh_bindings()

    def _first(self, weigh: Callable[[Figure], float]) -> list[str]:
        def order(key: str) -> tuple[float, str]:
            return -weigh(self._figures[key]), self._called(key)

        return sorted(self._figures, key=order)[:MOST]

    def _totals(self) -> Layout:
        figures = list(self._figures.values())
        if not self._wanted:
            return text_layout(Shown("No container runs: nothing is used."), Ink.DIM)
        up = self.ground.engine.link.state is LinkState.UP
        if not figures:
            words = "◌ waiting for the first figures …" if up else "No connection, so no figures."
            return text_layout(Shown(words), Ink.DIM)
        server = self.ground.engine.link.server
        cores, whole = (server.cpus, server.memory) if server is not None else (0, 0)
        used = sum(one.memory for one in figures)
        cpu = f"{sum(one.cpu or 0 for one in figures):.1f} %" + (f" of {cores * 100:,} %" if cores else "")
        of = f" of {memory(whole)} ({used / whole:.1%})" if whole else ""
        rows = [
            ("CPU", cpu),
            ("memory", memory(used) + of),
            ("network", _pair(figures, "received_rate", "sent_rate", "received", "sent")),
            ("disk", _pair(figures, "read_rate", "written_rate", "read", "written")),
        ]
        rows.append(("containers", self._counted()))
        lost = [] if up else [text_layout(Shown("✗ no connection: the last known figures"), Ink.BAD)]
        return stacked([*lost, *(_row(label, words) for label, words in rows)])

    def _counted(self) -> str:
        measured, wanted = len(self._figures), len(self._wanted)
        turns = self.ground.engine.meters.turns
        words = f"{wanted:,} running"
        if turns or measured != wanted:
            words = f"figures of {measured:,} of {words}" + (", in turns" if turns else "")
        old = self.ground.clock() - min(one.at for one in self._figures.values())
        return words + (f", up to {age(old)} old" if old > OLD_SECONDS else "")

    def _cells(self, key: str) -> Sequence[Cell]:
        one = self._figures[key]
        network = f"{_rate(one.received_rate)} / {_rate(one.sent_rate)}"
        return [
            Cell(shown(self._called(key))),
            Cell(Shown(UNKNOWN if one.cpu is None else f"{one.cpu:.1f}")),
            Cell(shown(memory(one.memory))),
            Cell(Shown(f"{one.memory / one.memory_limit:.1%}" if one.memory_limit else UNKNOWN), Tone.DIM),
            Cell(shown(network), Tone.DIM),
            Cell(Shown(str(one.pids)), Tone.DIM),
        ]

    def _called(self, key: str) -> str:
        found = self.ground.engine.store.containers.get(key)
        return found.name if found is not None else key[:12]

    # Keys

    @property
    def _table(self) -> UnmarkedTable:
        return self._by_memory if self._by_memory.has_focus else self._by_cpu

    def action_other(self) -> None:
        """To the other table."""
        (self._by_cpu if self._by_memory.has_focus else self._by_memory).focus()

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        self.ground.jump(Kind.CONTAINER, event.key)


def _cpu(one: Figure) -> float:
    return one.cpu or 0.0


def _memory(one: Figure) -> float:
    return one.memory


def _rate(rate: float | None) -> str:
    return UNKNOWN if rate is None else f"{size(int(rate))}/s"


def _pair(figures: Iterable[Figure], first: str, second: str, *words: str) -> str:
    """Two rates of all together, with what they are."""
    parts = []
    for name, word in zip((first, second), words, strict=True):
        known = [rate for one in figures if (rate := getattr(one, name)) is not None]
        parts.append(f"{_rate(sum(known) if known else None)} {word}")
    return ", ".join(parts)


def _row(label: str, words: str) -> Layout:
    return lambda width: [[Run(Shown(f"{label:<12}"), Ink.DIM), Run(shown(words))]]
