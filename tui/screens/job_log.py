"""One job unfolded: its layers one by one, how it went for each target, and its log."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Static

from tui.engine.jobs import Job, JobState
from tui.screens.dialog import Dialog, KeyLine
from tui.screens.job_words import job_line, layer_rows, log_rows, result_rows
from tui.screens.rows import SCROLLING, Ink, Row, TextRows, paragraph
from widgets.text import shown

REFRESH_SECONDS = 0.5
"""Between two looks at a job under way."""


class JobLogScreen(Dialog[None]):
    """Follows one job while it runs; at the end of the log it stays there."""

    DEFAULT_CSS = """
    JobLogScreen {
        & > .dialog--box { height: 100%; }
        #main { margin: 1 0 0 0; height: 1fr; }
    }
    """

    BINDINGS = [
        Binding("x,delete", "cancel_job", "cancel the job", id="job.cancel", tooltip="Cancel this job"),
        Binding("y", "copy", "copy", id="job.copy", tooltip="Copy all of this as text"),
        Binding("escape,q,l", "close", "back", id="job.close", tooltip="Back to the jobs; it goes on"),
        *SCROLLING,
    ]

    def __init__(self, job: Job, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._job = job
        self._clock = clock
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """What it is and how far, its layers and log, the keys."""
        with Vertical(classes="dialog--box"):
            yield Static(classes="dialog--title", id="job--title", markup=False)
            yield TextRows(id="main")
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Show it, and look again until it has ended."""
        self._timer = self.set_interval(REFRESH_SECONDS, self.refresh_job)
        self.refresh_job()

    def refresh_job(self) -> None:
        """Show how the job stands now."""
        self.query_one("#job--title", Static).update(job_line(self._job, self._clock()))
        rows = self.query_one("#main", TextRows)
        at_end = bool(rows.rows) and rows.scroll_offset.y >= rows.max_scroll_y
        rows.show(self._layout)
        if at_end:
            rows.action_edge(True)
        if self._job.ended is not None and self._timer is not None:
            self._timer.stop()
        self.refresh_bindings()

    def _layout(self, width: int) -> list[Row]:
        job = self._job
        rows = result_rows(job, self._clock(), width)
        if job.progress is not None and job.progress.layers:
            rows += [[], *paragraph(shown("Layers"), width, Ink.STRONG), *layer_rows(job.progress, width)]
        return [*rows, [], *paragraph(shown("Log"), width, Ink.STRONG), *log_rows(job, width)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a job under way can be cancelled."""
        return self._job.state is JobState.RUNNING if action == "cancel_job" else True

    def action_cancel_job(self) -> None:
        """Cancel it."""
        self._job.cancel()
        self.refresh_job()

    def action_copy(self) -> None:
        """Put all of it on the clipboard."""
        self.app.copy_to_clipboard(self.query_one("#main", TextRows).text)
        self.notify("copied", markup=False)

    def action_close(self) -> None:
        """Go back; the job goes on."""
        self.dismiss(None)
