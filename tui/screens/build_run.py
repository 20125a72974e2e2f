"""A build under way: its steps, and the log of the one under the cursor."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.screen import Screen
from textual.timer import Timer

from tui.engine.build_steps import STEP_LINES, Steps, StepState
from tui.engine.builds import Building
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, JobState
from tui.panes.words import counted
from tui.screens.bars import demo_pieces
from tui.screens.build_choosing import edit
from tui.screens.build_table import StepTable
from tui.screens.job_words import elapsed
from tui.screens.key_bar import KeyBar
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from widgets.bar import Bar, Piece
from widgets.log_view import LogText, LogView
from widgets.table import Table
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.screens.desk import ScreenDesk

WIDE = 110
"""Cells from which the docker line has room beside the keys."""
TICK_SECONDS = 0.2
"""How often a build under way is looked at."""

HEADS = {
    JobState.RUNNING: (" ◌ building ", "accent"),
    JobState.DONE: (" ● built ", "good"),
    JobState.FAILED: (" ✗ failed ", "bad"),
    JobState.CANCELLED: (" ○ cancelled ", "warn"),
}
SILENT = "This step said nothing."


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"building.{name}")


class BuildRunScreen(Screen[None]):
    """Follows one build; leaving it lets the build go on."""

    DEFAULT_CSS = """
    BuildRunScreen {
        & > #building--head { background: $surface; }
        & > #building--error { max-height: 5; padding: 0 1; display: none; }
        & > #building--error.-said { display: block; }
        & > #building--step { background: $surface; }
        & > LogView { height: 1fr; min-height: 4; }
    }
    """

    BINDINGS = [
        _binding("escape,q", "leave", "leave", "Go back; the build goes on"),
        _binding("x,delete", "cancel_build", "cancel", "Cancel the build"),
        _binding("r", "again", "again", "Build again with the same options"),
        _binding("e", "edit", "edit", "Edit the Dockerfile, at the line of the step or of the mistake"),
        _binding("f", "follow", "follow", "Follow the step that runs, or stay at this one"),
        _binding("tab", "other", "other", "From the steps to the log, and back"),
        _binding("Y", "copy_line", "copy_line", "Copy the docker line"),
    ]

    AUTO_FOCUS = ""

    def __init__(
        self,
        desk: ScreenDesk,
        job: Job,
        building: Building,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` tells seconds, as the job's and the steps' own clock does."""
        super().__init__()
        self._desk = desk
        self._job = job
        self._building = building
        self._clock = clock
        self._logged: tuple[Steps | None, str, int] = (None, "", 0)
        self._follows = True
        self._ended = False
        self._shown_state: tuple[JobState, bool] | None = None
        self._timer: Timer | None = None
        self._head = Bar(id="building--head")
        self._table = StepTable(clock)
        self._error = TextRows(id="building--error")
        self._title = Bar(id="building--step")
        self._log = LogView(limit=STEP_LINES)
        self._keys = KeyBar(
            [
                ("building.leave", "back"),
                ("building.cancel", "cancel"),
                ("building.again", "build again"),
                ("building.edit", "edit"),
                ("building.follow", "follow"),
                ("building.other", "log"),
                ("log.wrap", "wrap"),
            ]
        )

    def compose(self) -> ComposeResult:
        """How it stands, the steps, what went wrong, one step's log, the keys."""
        yield self._head
        yield self._table
        yield self._error
        yield self._title
        yield self._log
        yield self._keys

    def on_mount(self) -> None:
        """Follow the build."""
        self._job.task = replace(self._job.task, quiet=True)
        self._table.focus()
        self._timer = self.set_interval(TICK_SECONDS, self._look)
        self._look()

    def on_resize(self, event: Resize) -> None:
        """The docker line gives way to the keys."""
        line = self._job.task.line.at(self._desk.endpoint).masked()
        self._keys.show_line(line if event.size.width >= WIDE else "")
        self._show_steps()

    def on_unmount(self) -> None:
        """Nobody sees it any more: how it ends is told where the person is."""
        self._job.task = replace(self._job.task, quiet=False)

    # What is seen

    def _look(self) -> None:
        """Show how the build stands now."""
        ended = self._job.ended is not None or self._job.cancelled.is_set()
        self._show_steps()
        self._show_head()
        self._show_log()
        if ended and not self._ended:
            self._ended = True
            self._show_error()
        if self._job.ended is not None and self._timer is not None:
            self._timer.pause()
        if (self._job.state, ended) != self._shown_state:
            self._shown_state = (self._job.state, ended)
            self.refresh_bindings()

    def _show_steps(self) -> None:
        # the log has what the steps leave over, and at least half
        self._table.follow(self._building.steps.all, most=self.size.height // 2)
        if self._follows and (current := self._table.current) is not None:
            self._table.move_to(current.key)

    def _show_head(self) -> None:
        job, steps = self._job, self._building.steps
        word, tone = HEADS[job.state]
        left = [*demo_pieces(self._desk.endpoint), Piece(Shown(word), tone)]
        left.append(Piece(shown(f" {job.task.targets[0].name} "), "plain", weight=1))
        if job.state is JobState.RUNNING and not steps.all:
            left.append(Piece(shown(f" {job.note or 'waiting for the Engine'} "), "dim"))
        if steps.image:
            left.append(Piece(shown(f" {steps.image.removeprefix('sha256:')[:12]} "), "accent", weight=2))
        every = steps.all
        cached = sum(step.state is StepState.CACHED for step in every)
        total = max(steps.total, len(every))
        words = f" {steps.done} of {total} steps" if total else " "
        words += f" · {cached} from the cache" if cached else ""
        self._head.show(left, [Piece(shown(f"{words} · {elapsed(job, self._clock())} "), "dim")])

    def _show_error(self) -> None:
        layouts: list[Layout] = []
        for error in (result.error for result in self._job.refused):
            if error is not None:
                layouts.append(text_layout(whole(error.message), Ink.BAD))
                line = self._building.steps.failed_line
                advice = f"{error.advice} e opens it there." if line is not None else error.advice
                layouts += [text_layout(whole(advice), Ink.WARN)] if advice else []
        self._error.show(stacked(layouts))
        self._error.set_class(bool(layouts), "-said")

    @on(Table.Moved)
    def _moved(self) -> None:
        self._show_log()

    def _show_log(self) -> None:
        """Bring the log in line with the step under the cursor."""
        steps = self._building.steps
        key = self._table.cursor or ""
        step = self._table.chosen
        before, shown_key, said = self._logged
        if before is not steps or shown_key != key:
            self._log.clear()
            self._log.follow, said = True, 0
        if step is None:
            self._logged = (steps, key, 0)
            self._title.show([Piece(Shown(" "), "dim")], [])
            return
        lines, now = steps.since(step, said)
        if lines:
            self._log.append([LogText(line) for line in lines])
        self._logged = (steps, key, now)
        quiet = f" {SILENT} " if not now and step.ended is not None else ""
        left = [
            Piece(shown(f" {step.label or step.name} "), "current"),
            Piece(shown(quiet or f" {step.name} "), "dim", weight=1),
        ]
        self._title.show(left, [Piece(Shown(f" {counted(now, 'line')} "), "dim", weight=2)] if now else [])

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What runs can be cancelled, what has ended can be done again."""
        running = self._job.state is JobState.RUNNING
        if action == "cancel_build":
            return running
        return not running and self._job.ended is not None if action == "again" else True

    def action_leave(self) -> None:
        """Go back; the build goes on."""
        self.dismiss(None)

    def action_cancel_build(self) -> None:
        """Cancel the build."""
        self._job.cancel()
        self._look()

    def action_follow(self) -> None:
        """Follow the step that runs, or stay."""
        self._follows = not self._follows
        self.notify("follows the step that runs" if self._follows else "stays at this step", markup=False)
        self._look()

    def action_other(self) -> None:
        """From the steps to the log, and back."""
        (self._table if self._log.has_focus else self._log).focus()

    def on_key(self) -> None:
        """Whoever moves among the steps wants to stay there."""
        if self._table.has_focus:
            self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        current = self._table.current
        if current is not None and self._table.cursor != current.key:
            self._follows = False

    def action_again(self) -> None:
        """Build again with the same options."""
        self._once("again", self._start_again)

    async def _start_again(self) -> None:
        building = Building(self._building.build, self._building.buildx)
        job = await self._desk.start(replace(building.task(), quiet=True))
        if job is None:
            return
        self._job, self._building = job, building
        self._follows, self._ended = True, False
        self._error.set_class(False, "-said")
        if self._timer is not None:
            self._timer.resume()
        self._look()

    def action_edit(self) -> None:
        """Edit the Dockerfile where the mistake is, or the step under the cursor."""
        self._once("edit", self._edit)

    async def _edit(self) -> None:
        step = self._table.chosen
        line = step.line if step is not None and step.state is not StepState.FAILED else None
        line = line or self._building.steps.failed_line
        saved = await edit(self.app, self._building.build.path, line)
        if saved and self._job.ended is not None:
            self.notify("r builds again", markup=False)

    def _once(self, group: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if all(worker.is_finished for worker in self.workers if worker.group == group):
            self.run_worker(self._told(work), group=group, exit_on_error=False)

    async def _told(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        from tui.screens.error import ErrorScreen

        try:
            await work()
        except EngineError as error:
            self.app.push_screen(ErrorScreen("build", [("build", error)], None))

    def action_copy_line(self) -> None:
        """Copy the docker line."""
        from tui.screens.copying import copy_line

        line = self._job.task.line.at(self._desk.endpoint)
        self.run_worker(copy_line(self.app, self._desk, line), group="copy", exit_on_error=False)
