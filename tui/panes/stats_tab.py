"""What one container uses over time, as charts; the Engine is asked only while they are in view."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.constants import MAX_FPS
from textual.containers import ScrollableContainer
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tui.engine import figures
from tui.engine.figures import Trace
from tui.engine.lines import docker
from tui.engine.models import Container
from tui.panes.figures import measured
from tui.panes.stats_layout import Layout, arrange
from tui.panes.stats_words import SPANS, bytes_in_use, count, percent, rate, span_of, totals
from tui.panes.words import age, state_words
from tui.terminal import SLOW_FRAMES
from widgets.bar import Bar, Piece
from widgets.chart import Chart, Limit, Plot, Series
from widgets.noticing import Noticing
from widgets.text import Shown, shown
from widgets.trails import Paths, Trails

if TYPE_CHECKING:
    from tui.engine.engine import Engine
    from tui.engine.meters import Meters

EVERY_SECONDS = 2.0 if MAX_FPS <= SLOW_FRAMES else 1.0
"""No more often than this are charts drawn anew; less often where bytes are to be spared."""
EARLY_SECONDS = 0.25
"""Figures that come so much earlier are drawn at once: they are read once a second, more or less."""
LATE_SECONDS = 5.0
"""Charts go on so often while no figures come, which is said from so many seconds on."""
EDGES, BARS = 2, 2
"""Columns at the sides of the charts, and rows below them."""
WORDS: dict[figures.Series, str] = {
    "cpu": "CPU",
    "memory": "memory",
    "received_rate": "in",
    "sent_rate": "out",
    "read_rate": "read",
    "written_rate": "written",
    "pids": "processes",
}
"""What each series of a trace is called."""
NO_CORES = shown("cores: this Engine does not tell of each (cgroup v2)")


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, tooltip=tooltip, id=f"stats.{name}")


class Charts(ScrollableContainer, can_focus=False, inherit_bindings=False):
    """The charts, scrolled where they do not fit."""


class StatsTab(Noticing, can_focus=True):
    """CPU, memory, network, disk and processes of a container, and what they add up to."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    StatsTab {
        layout: vertical;
        height: 1fr;
        & > Charts {
            layout: grid;
            grid-gutter: 0 2;
            height: 1fr;
            padding: 0 1;
            overflow: hidden auto;
            scrollbar-size-vertical: 1;
            & > Chart, & > Trails { width: 100%; height: 100%; }
        }
        & #stats--memory > .chart--above { color: $text-success; }
        & #stats--processes > .chart--above { color: $text-muted; }
    }
    """
    BINDINGS = [
        _binding("plus", "span(1)", "longer", "A longer time"),
        _binding("minus", "span(-1)", "shorter", "A shorter time"),
        _binding("j,down", "scroll_by(1)", "down", "A line down"),
        _binding("k,up", "scroll_by(-1)", "up", "A line up"),
        _binding("pagedown", "scroll_by(10)", "page_down", "A page down"),
        _binding("pageup", "scroll_by(-10)", "page_up", "A page up"),
    ]

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """`clock` tells the time in epoch seconds."""
        super().__init__()
        self._clock = clock
        self._model: Container | None = None
        self._engine: Engine | None = None
        self._asked: Meters | None = None
        self._span: float | None = None
        """How far back the charts reach, in seconds; None as far as there is something."""
        self._drawn = 0.0
        """When they were drawn, in seconds of time.monotonic()."""
        self._soon: Timer | None = None
        self._ages: Timer | None = None
        self._layout: Layout | None = None
        self._cpu = Chart(shown("CPU"), percent, id="stats--cpu")
        self._memory = Chart(shown("Memory"), bytes_in_use, least=2.0**20, binary=True, id="stats--memory")
        self._network = Chart(shown("Network"), rate, least=1000.0, id="stats--network")
        self._disk = Chart(shown("Disk"), rate, least=1000.0, id="stats--disk")
        self._processes = Chart(shown("Processes"), count, least=3.0, id="stats--processes")
        self._cores = Trails(shown("core"), id="stats--cores")
        self._charts = Charts()
        self._totals = Bar(id="stats--totals")
        self._foot = Bar(id="stats--foot")

    def compose(self) -> ComposeResult:
        """The charts, what they add up to, and what else there is to say."""
        with self._charts:
            yield from (self._cpu, self._memory, self._network, self._disk, self._processes, self._cores)
        yield self._totals
        yield self._foot

    def show(self, model: Container, engine: Engine | None) -> None:
        """Show this container of an Engine, or the same one again because it changed."""
        if engine is not self._engine or self._model is None or model.id != self._model.id:
            self._span = None
        self._model, self._engine = model, engine
        self._look()
        self._draw()

    def take_readings(self, ids: Collection[str]) -> None:
        """There are new figures of these containers."""
        if self._asked is None or self._model is None or self._model.id not in ids or self._soon is not None:
            return
        wait = self._drawn + EVERY_SECONDS - time.monotonic()
        if wait <= EARLY_SECONDS:
            self._draw()
        else:
            self._soon = self.set_timer(wait, self._draw)

    def action_span(self, longer: int) -> None:
        """Reach back farther, or less far."""
        trace = self._trace()
        span = self._span or span_of(trace.times if trace is not None else (), self._now(trace))
        self._span = SPANS[min(max(SPANS.index(span) + longer, 0), len(SPANS) - 1)]
        self._draw()

    def action_scroll_by(self, lines: int) -> None:
        """Scroll where the charts do not fit."""
        self._charts.scroll_relative(y=lines, animate=False)

    def on_focus(self) -> None:
        """Say what its keys do."""
        self.call_later(self._draw)

    def on_blur(self) -> None:
        """They do it no more."""
        self.call_later(self._draw)

    # Whether anybody looks

    def on_mount(self) -> None:
        """Notice when another screen covers this one, and when another program has the terminal."""
        self.app.screen_change_signal.subscribe(self, self._screens_changed)
        # nothing would be worked off between these two
        self.app.app_suspend_signal.subscribe(self, lambda _: self._want(None), immediate=True)
        self.app.app_resume_signal.subscribe(self, lambda _: self._look(), immediate=True)

    def on_show(self) -> None:
        """Somebody looks again."""
        self._look()
        self._draw()

    def on_hide(self) -> None:
        """Nobody looks any more."""
        self._look()

    def on_unmount(self) -> None:
        """Ask for nothing any more."""
        self._want(None)

    def _screens_changed(self, screen: Screen[object]) -> None:
        self._look()

    @property
    def _in_view(self) -> bool:
        """Whether it is to be seen, at least behind a dialog."""
        nodes = self.ancestors_with_self
        if not self.is_attached or not all(node.display for node in nodes if isinstance(node, Widget)):
            return False
        stack = self.app.screen_stack
        return self.screen in stack and all(one.is_modal for one in stack[stack.index(self.screen) + 1 :])

    def _look(self) -> None:
        """Want figures of what is in view, and of nothing else."""
        model, engine = self._model, self._engine
        looks = model is not None and measured(model) and self._in_view
        self._want(engine.meters if engine is not None and looks else None)

    def _want(self, meters: Meters | None) -> None:
        """Ask for figures of the container here, and nowhere else."""
        if self._asked is not None and self._asked is not meters:
            self._asked.want(self, ())
        self._asked = meters
        if meters is not None and self._model is not None:
            meters.want(self, (self._model.id,))
        if self._ages is not None and meters is None:
            self._ages.stop()
            self._ages = None
        elif self._ages is None and meters is not None:
            self._ages = self.set_interval(LATE_SECONDS, self._grow_old)

    def _grow_old(self) -> None:
        """No figures came for a while: time passes without them."""
        if time.monotonic() - self._drawn > EVERY_SECONDS + EARLY_SECONDS:
            self._draw()

    # What they see

    def on_resize(self) -> None:
        """Share the new room."""
        self._arrange()

    def _arrange(self) -> None:
        """Give each chart its place."""
        width, height = self.size
        layout = arrange(width - EDGES, height - BARS, self._cores.count)
        if not width or layout == self._layout:
            return
        self._layout = layout
        self._processes.display, self._cores.display = layout.processes, layout.cores
        self._cores.styles.column_span = 2 if layout.wide_cores else 1
        self._charts.styles.grid_size_columns = layout.columns
        self._charts.styles.grid_rows = " ".join(map(str, layout.rows))

    def _trace(self) -> Trace | None:
        if self._engine is None or self._model is None:
            return None
        return self._engine.meters.trace(self._model.id)

    def _now(self, trace: Trace | None) -> float:
        """The time at the right edge: of a container that does not run, when it was last seen running."""
        running = self._model is not None and measured(self._model)
        return self._clock() if running or trace is None or not trace.times else trace.times[-1]

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        model = self._model
        if model is None or not self.is_attached:
            return
        trace = self._trace() or Trace()
        now = self._now(trace)
        span = self._span or span_of(trace.times, now)
        minutes = f"{span / 60:g} min"
        plot = partial(Plot, trace.times, span=span, now=now)
        if measured(model):
            plot = partial(plot, begin=shown(f"{minutes} ago"))
        else:
            end = shown(f"{datetime.fromtimestamp(now):%H:%M:%S}")
            plot = partial(plot, begin=shown(f"{minutes} before"), end=end)
        series = {name: Series(shown(words), trace.series(name)) for name, words in WORDS.items()}
        self._cpu.show(plot(series["cpu"]))
        self._memory.show(plot(series["memory"], limit=self._memory_limit(trace)))
        self._network.show(plot(series["received_rate"], below=series["sent_rate"]))
        self._disk.show(plot(series["read_rate"], below=series["written_rate"]))
        self._processes.show(plot(series["pids"]))
        note = NO_CORES if trace.times else Shown("")
        self._cores.show(Paths(trace.times, trace.cores, span, now), note)
        self._arrange()
        self._say(model, trace)

    def _memory_limit(self, trace: Trace) -> Limit | None:
        """Its own limit, if it has one: without, the Engine says the machine's memory."""
        limit = trace.memory_limit
        server = self._engine.link.server if self._engine is not None else None
        if limit <= 0 or (server is not None and server.memory and limit >= server.memory):
            return None
        return Limit(limit, shown(f"limit {bytes_in_use(limit)}"))

    def _say(self, model: Container, trace: Trace) -> None:
        engine = self._engine
        figure = engine.meters.latest(model.id) if engine is not None else None
        self._totals.show(totals(figure) if figure is not None else [])
        line = Piece(shown(f" {docker('stats', model.name).masked()} "), "dim", weight=1)
        self._foot.show([*self._notes(model, trace)], [line])

    def _notes(self, model: Container, trace: Trace) -> Iterator[Piece]:
        """What is to be known of the figures."""
        if not measured(model):
            state, tone = state_words(model, self._clock())
            yield Piece(shown(f" {state}: "), tone)
            yield Piece(shown("its last figures" if trace.times else "there are no figures"), "dim")
        elif not trace.times:
            yield Piece(shown(" ◌ the first figures come in a moment"), "dim")
        elif (late := self._clock() - trace.times[-1]) > LATE_SECONDS:
            turns = self._engine is not None and self._engine.meters.turns
            words = "figures come in turns, these are" if turns else "✗ no figures come, these are"
            yield Piece(shown(f" {words} {age(late)} old"), "dim" if turns else "warn", weight=2 * turns)
        elif self._engine is not None and self._engine.meters.turns:
            yield Piece(shown(" more are watched than at once: figures come in turns"), "dim", weight=2)
        elif self.has_focus:
            yield Piece(shown(" + - a longer, a shorter time"), "dim", weight=3)
