"""What the run form shows of a job that was started from it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.engine.errors import EngineError
from tui.engine.jobs import Job
from tui.screens.job_words import job_line
from tui.screens.run_line import FromLine
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.jobs import Task
    from tui.screens.desk import ScreenDesk

TICK_SECONDS = 0.05
"""How often a job under way is looked at."""


class Following(FromLine):
    """A screen with a form and a status line that follows one job at a time."""

    def __init__(self, desk: ScreenDesk) -> None:
        super().__init__(desk)
        self.job: Job | None = None
        """What is under way."""
        self.leaving = False
        """Whether the next esc leaves."""

    async def follow(self, task: Task) -> Job | None:
        """Start a task and show it until it ends or is cancelled; nothing can be typed meanwhile.

        None when it could not be started or the person did not want it after all.
        """
        try:
            job = await self._desk.start(task)
        except EngineError as error:
            self.say(sentences(error), is_error=True)
            return None
        if job is None:
            return None
        here = self.focused
        self.job = job
        self._form.disabled = True
        self.refresh_bindings()
        try:
            while job.ended is None and not job.cancelled.is_set():
                self.say(job_line(job, time.monotonic()))
                await asyncio.sleep(TICK_SECONDS)
        finally:
            self.job = None
            self._form.disabled = False
            self.say("")
            self.refresh_bindings()
            self._refocus(here)
        return job

    def _refocus(self, here: Widget | None) -> None:
        if here is not None and here.is_attached:
            self.set_focus(here)
        else:
            self._form.focus()

    def say(self, words: str | Content, *, is_error: bool = False) -> None:
        """Say something above the keys; "" says no more."""
        status = self.query_one("#run--status", Static)
        status.set_class(bool(words), "-said")
        status.set_class(is_error, "-wrong")
        status.update(
            Content(shown(f"✗ {words}" if is_error else words)) if isinstance(words, str) else words
        )
        self.leaving = False


def sentences(error: EngineError) -> str:
    """The Engine's words and what to do next."""
    return f"{error.message.rstrip('.')}. {error.advice}".strip()
