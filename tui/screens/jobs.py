"""The dialog of jobs: what is under way, how far it is, and how the others ended."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, JobState, Task
from tui.screens.dialog import Dialog, KeyLine
from tui.screens.job_words import job_line, result_rows, title
from tui.screens.rows import Ink, TextRows, text_layout
from widgets.text import shown

REFRESH_SECONDS = 0.5
"""Between two looks at jobs under way."""

Again = Callable[[Jobs, Task], Awaitable[Job | None]]
"""Starts a task once more on the Engine whose jobs these are. Raises EngineError."""


class JobsScreen(Dialog[None]):
    """All jobs, the newest first, and what is known of the one under the cursor."""

    DEFAULT_CSS = """
    JobsScreen {
        #main { height: auto; margin: 1 0 0 0; padding: 0; border: none; }
        #main, #main:focus { background: transparent; background-tint: transparent; }
        #main > .option-list--option { padding: 0; }
        #main:focus > .option-list--option-highlighted { text-style: bold reverse; }
        #jobs--results { max-height: 8; margin: 1 0 0 0; }
    }
    """

    BINDINGS = [
        Binding(
            "x,delete",
            "cancel_job",
            "cancel the job",
            id="jobs.cancel",
            tooltip="Cancel the job under the cursor",
        ),
        Binding("r", "again", "try again", id="jobs.again", tooltip="Do again what a job did not do"),
        Binding("l,enter", "log", "layers and log", id="jobs.log", tooltip="The layers and the log of a job"),
        Binding("j", "move(1)", "down", show=False, id="jobs.down", tooltip="To the next job"),
        Binding("k", "move(-1)", "up", show=False, id="jobs.up", tooltip="To the job above"),
        Binding("escape,q", "close", "close", id="jobs.close", tooltip="Close this; jobs go on"),
    ]

    def __init__(
        self, *jobs: Jobs, again: Again | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`jobs` are those of each Engine; without `again` nothing is tried again."""
        super().__init__()
        self._again = again
        self._jobs = jobs
        self._clock = clock
        self._shown: list[Job] = []
        self._timer: Timer | None = None
        self.looks_again = False
        """Whether it follows jobs under way."""

    def compose(self) -> ComposeResult:
        """Title, jobs, results, keys."""
        with Vertical(classes="dialog--box"):
            yield Static("Jobs", classes="dialog--title", markup=False)
            yield OptionList(id="main", markup=False)
            yield TextRows(id="jobs--results")
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Show them, and look again while something runs."""
        self._timer = self.set_interval(REFRESH_SECONDS, self.refresh_jobs, pause=True)
        self._list.focus()
        self.refresh_jobs()

    @property
    def selected(self) -> Job | None:
        """The job under the cursor."""
        place = self._list.highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    @property
    def _list(self) -> OptionList:
        return self.query_one("#main", OptionList)

    def refresh_jobs(self) -> None:
        """Show how the jobs stand now; the cursor stays on its job."""
        every = [job for jobs in self._jobs for job in jobs.all]
        newest_first = sorted(every, key=lambda job: (job.started, job.number), reverse=True)
        lines = [job_line(job, self._clock()) for job in newest_first]
        if newest_first == self._shown:
            for place, line in enumerate(lines):
                if self._list.get_option_at_index(place).prompt != line:
                    self._list.replace_option_prompt_at_index(place, line)
        else:
            cursor = self.selected
            self._shown = newest_first
            self._list.set_options(Option(line) for line in lines)
            self._list.highlighted = newest_first.index(cursor) if cursor else 0
            self.fit()
        self._follow()
        self._show_results()

    def _follow(self) -> None:
        # one that was cancelled is followed until it has ended: then it can be tried again
        self.looks_again = any(job.ended is None for job in self._shown)
        if self._timer is not None and self.looks_again:
            self._timer.resume()
        elif self._timer is not None:
            self._timer.pause()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a job under way can be cancelled, and only one that ended can be tried again."""
        job = self.selected
        if action == "cancel_job":
            return job is not None and job.state is JobState.RUNNING
        if action == "again":
            ended = job is not None and job.ended is not None and job.state is not JobState.DONE
            return ended and self._again is not None
        if action == "log":
            return job is not None
        return super().check_action(action, parameters)

    def action_cancel_job(self) -> None:
        """Cancel the job under the cursor."""
        if self.selected is not None:
            self.selected.cancel()
            self.refresh_jobs()

    def action_again(self) -> None:
        """Do once more what the job under the cursor did not do."""
        self.run_worker(self._try_again(), group="again", exclusive=True, exit_on_error=False)

    async def _try_again(self) -> None:
        job, again = self.selected, self._again
        if job is None or again is None:
            return
        owner = next(jobs for jobs in self._jobs if job in jobs.all)
        try:
            begun = await again(owner, job.again())
        except EngineError as error:
            from tui.screens.error import ErrorScreen

            self.app.push_screen(ErrorScreen(title(job), [(title(job), error)], job.task.line))
            return
        self.refresh_jobs()
        if begun in self._shown:
            self._list.highlighted = self._shown.index(begun)

    def action_log(self) -> None:
        """Show the layers and the log of the job under the cursor."""
        if (job := self.selected) is not None:
            from tui.screens.job_log import JobLogScreen

            self.app.push_screen(JobLogScreen(job, clock=self._clock))

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_log()

    def action_move(self, step: int) -> None:
        """Go up or down."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_close(self) -> None:
        """Go back; jobs go on."""
        self.dismiss(None)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._show_results()

    def _show_results(self) -> None:
        job, now = self.selected, self._clock()
        layout = (
            text_layout(
                shown("Nothing was done yet. What takes longer than a moment shows up here."), Ink.DIM
            )
            if job is None
            else lambda width: result_rows(job, now, width)
        )
        self.query_one("#jobs--results", TextRows).show(layout)
        self.refresh_bindings()
