"""Asking before Wharf ends while jobs are under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.engine.engine import Engine
from tui.engine.jobs import Job, JobState
from tui.screens.dialog import Dialog, KeyLine, Leave
from tui.screens.job_words import job_line
from tui.screens.rows import SCROLLING, Ink, Row, TextRows, paragraph
from widgets.text import shown

REFRESH_SECONDS = 0.5

ENDS = {
    "image.pull": "It is cut, and the Engine stops pulling.",
    "image.push": "It is cut, and the Engine stops pushing: the registry gets no tag.",
    "image.load": "It is cut: what came whole stays, the rest does not.",
    "image.import": "It is cut, and no image is made.",
    "image.save": "It is cut, and its unfinished file is removed.",
    "container.export": "It is cut, and its unfinished file is removed.",
    "image.build": "The build ends; steps that are done stay in the build cache.",
}
"""What quitting does, by verb."""
FINISHES = "The Engine finishes what it was asked; nobody waits for its answer."

Under = tuple[Engine, Job]
"""A job under way, and where."""


async def ask_before_quit(app: App[Any], engines: Iterable[Engine]) -> bool:
    """Whether Wharf may end; asks, in a worker, when an Engine has jobs under way, and then cancels them."""
    running = [(engine, job) for engine in engines for job in engine.running]
    if not running:
        return True
    may = await app.push_screen_wait(QuitScreen(running))
    return may is True


class QuitScreen(Dialog[bool]):
    """The jobs under way and what quitting does to each; True when they are cancelled."""

    DEFAULT_CSS = """
    QuitScreen { #main { margin: 1 0 0 0; } }
    """

    BINDINGS = [
        Binding("x", "quit_now", "cancel them and quit", id="quit.quit", tooltip="Cancel them and quit"),
        Binding("ctrl+c", "quit_now", show=False, id="quit.again", tooltip="Cancel them and quit"),
        Binding("escape,enter,q", "stay", "stay", show=False, id="quit.stay", tooltip="Stay; jobs go on"),
        *SCROLLING,
    ]

    def __init__(self, running: Sequence[Under], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._under_way = tuple(running)
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Title, jobs, the ways out."""
        with Vertical(classes="dialog--box"):
            yield Static(classes="dialog--title", id="quit--title", markup=False)
            yield TextRows(id="main")
            with Horizontal(classes="dialog--foot"):
                yield Leave("Stay", "stay")
                yield KeyLine()

    def on_mount(self) -> None:
        """Show them, and how they go on."""
        self.set_interval(REFRESH_SECONDS, self._look)
        self._look()
        self.query_one(Leave).focus()
        self.fit()

    def _look(self) -> None:
        count = sum(job.state is JobState.RUNNING for _, job in self._under_way)
        words = "1 job is" if count == 1 else f"{count or 'no'} jobs are"
        self.query_one("#quit--title", Static).update(shown(f"Quit? {words} under way"))
        self.query_one("#main", TextRows).show(self._layout)

    def _layout(self, width: int) -> list[Row]:
        now = self._clock()
        several = len({engine for engine, _ in self._under_way}) > 1
        rows: list[Row] = []
        for engine, job in self._under_way:
            where = f"  on {engine.endpoint.name}" if several else ""
            rows += paragraph(shown(f"{job_line(job, now).plain}{where}"), width, Ink.STRONG)
            rows += paragraph(shown(what_ends(job)), width, indent=2)
        return rows

    def action_stay(self) -> None:
        """Go back; jobs go on."""
        self.dismiss(False)

    def action_quit_now(self) -> None:
        """Cancel them all."""
        for _, job in self._under_way:
            job.cancel()
        self.dismiss(True)


def what_ends(job: Job) -> str:
    """What quitting does to a job."""
    if job.state is not JobState.RUNNING:
        return "It has ended."
    rest = len(job.task.targets) - len(job.results) - 1
    after = f" The {rest} after it {'is' if rest == 1 else 'are'} not begun." if rest > 0 else ""
    return ENDS.get(job.task.verb, FINISHES) + after
