"""What the screens share on which a job finds out something about an image."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tui.engine.errors import EngineError
from tui.engine.inside import Shelf
from tui.engine.jobs import Job, JobState, Task
from tui.engine.models import Image
from tui.screens.bars import demo_pieces
from tui.screens.key_bar import KeyBar, Named
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from tui.verbs.verb import Desk
from widgets.bar import Bar, Piece
from widgets.table import Table
from widgets.text import Shown, shown
from widgets.typed import Typed

LOOK_SECONDS = 0.1
"""Between two looks at a job under way."""
LEAVING = "You may leave: it goes on, J shows how far it is, and what was found is here then."

Value = TypeVar("Value")


class FindingScreen(Screen[None], Generic[Value]):
    """Begins a job, or waits for the one under way, and shows what it found; that is kept for the next time.

    A subclass says what the body is, and fills it in `found`.
    """

    BINDINGS = [
        Binding("escape", "leave", "Back", show=False, id="finding.leave", tooltip="Go back"),
        Binding("q", "close", "Close", show=False, id="finding.close", tooltip="Go back"),
        Binding("x", "cancel", "Cancel", show=False, id="finding.cancel", tooltip="Cancel the job"),
        Binding("r", "again", "Again", show=False, id="finding.again", tooltip="Find it out anew"),
        Binding("slash", "filter", "Filter", show=False, id="finding.filter", tooltip="Filter the rows"),
        Binding("Y", "copy_line", "Copy line", show=False, id="finding.line", tooltip="Copy the docker line"),
    ]

    DEFAULT_CSS = """
    FindingScreen {
        & > .finding--head { background: $surface; }
        & > .finding--said { max-height: 8; padding: 0 1; margin: 1 0; }
        & > Typed, & > Typed:focus { height: 1; border: none; padding: 0 1; }
        & > Typed { background: $panel; display: none; }
        & > Typed:focus { background: $primary-muted; }
        & > .finding--body { height: 1fr; display: none; }
    }
    """

    AUTO_FOCUS = ""
    WORDS: Shown = Shown("")
    """What the head calls this place."""
    KEYS: Sequence[Named] = ()
    """What the last line says of the subclass's own keys."""

    def __init__(self, model: Image, desk: Desk, shelf: Shelf[Value], task: Task) -> None:
        """Raises Unreachable when there is no connection."""
        super().__init__()
        self.model = model
        self.desk = desk
        self.endpoint = desk.connection.endpoint
        self.value: Value | None = None
        """What was found; None until then."""
        self.calm = ""
        """Why nothing is looked for, when that is no failure."""
        self._shelf = shelf
        self._wanted = task
        self._job: Job | None = None
        self._error: EngineError | None = None
        self._head = Bar()
        self._head.add_class("finding--head")
        self._said = TextRows(classes="finding--said")
        self._typed = Typed(placeholder="filter", select_on_focus=False)
        self._keys = KeyBar(
            [
                ("finding.leave", "back"),
                ("finding.cancel", "cancel"),
                ("finding.again", "again"),
                ("finding.filter", "filter"),
                *self.KEYS,
            ]
        )

    # What a subclass says

    def body(self) -> Widget:
        """What shows what was found."""
        raise NotImplementedError

    def main(self) -> Table:
        """The table that has the focus at first."""
        raise NotImplementedError

    def found(self, value: Value) -> None:
        """Show what was found."""
        raise NotImplementedError

    def filtered(self, text: str) -> None:
        """Show only the rows that have this text in them."""
        raise NotImplementedError

    def summary(self, value: Value) -> Sequence[Piece]:
        """What the head says of it."""
        raise NotImplementedError

    # Finding it out

    def compose(self) -> ComposeResult:
        """Whose it is, how far the job is, the filter, what was found, the keys."""
        yield self._head
        yield self._said
        yield self._typed
        body = self.body()
        body.add_class("finding--body")
        yield body
        yield self._keys

    def on_mount(self) -> None:
        """Begin."""
        self._typed.cursor_blink = False
        self._keys.show_line(self.line)
        self._show()
        self._begin()

    def on_unmount(self) -> None:
        """From now on the end of the job is told elsewhere."""
        if self._job is not None:
            self._job.watched = False

    @property
    def line(self) -> str:
        """The docker line, for this Engine."""
        return self._wanted.line.at(self.endpoint).masked()

    @property
    def running(self) -> bool:
        """Whether the job is under way."""
        return self._job is not None and self._job.ended is None

    def _begin(self) -> None:
        self.run_worker(self.find(), group="finding", exclusive=True, exit_on_error=False)

    async def find(self) -> None:
        """Find it out, and show it."""
        self._error = None
        try:
            value = await self.fetched(self.model.id, self._wanted)
        except EngineError as error:
            self._error = error
            self._show()
            return
        if value is None and self._job is None:
            self.dismiss(None)  # on production the person said no
            return
        self.value = value
        self._show()
        if value is not None:
            self.found(value)
            self.main().focus()

    async def fetched(self, key: str, task: Task) -> Value | None:
        """What the shelf has, or the job puts there; None when it was cancelled. Raises EngineError."""
        if (value := self._shelf.get(key)) is not None:
            return value
        self._job = job = self._shelf.under_way(key) or await self.desk.start(task)
        if job is not None:
            job.watched = True
        while job is not None and job.ended is None:
            self._show()
            await asyncio.sleep(LOOK_SECONDS)
        if job is not None and job.refused:
            error = job.refused[0].error
            raise error if error is not None else EngineError(job.refused[0].words)
        return self._shelf.get(key)

    def _show(self) -> None:
        self.query_one(".finding--body").display = self.value is not None
        self._said.display = self.value is None or self.running or self._error is not None
        self._said.show(stacked(self._words()))
        self._show_head()
        self.refresh_bindings()

    def _words(self) -> list[Layout]:
        if self._error is not None:
            said = text_layout(whole(self._error.message), Ink.BAD)
            return [said, text_layout(whole(self._error.advice))] if self._error.advice else [said]
        if self.running and self._job is not None:
            note = self._job.note or "asking the Engine"
            return [text_layout(whole(f"{note} …")), text_layout(Shown(LEAVING), Ink.DIM)]
        if self.calm:
            return [text_layout(whole(self.calm))]
        return [text_layout(Shown("Cancelled: nothing was found out."), Ink.WARN)] if self._job else []

    def _show_head(self) -> None:
        name = Shown(f" {shown(self.model.name)} ")
        left = [*demo_pieces(self.endpoint), Piece(self.WORDS, "dim"), Piece(name, "accent")]
        right: Sequence[Piece] = ()
        if self._error is not None:
            left.append(Piece(Shown(" ✗ failed "), "bad"))
        elif self.running and self._job is not None:
            part = f" {self._job.fraction:.0%}" if self._job.fraction is not None else ""
            left.append(Piece(Shown(f" ◌ {self._wanted.title}{part} … "), "dim"))
        elif self.value is not None:
            right = self.summary(self.value)
        elif self._job is not None and self._job.state is JobState.CANCELLED:
            left.append(Piece(Shown(" ✗ cancelled "), "warn"))
        self._head.show(left, right)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done with a job, and with what it found."""
        if action == "cancel":
            return self.running
        if action == "again":
            return not self.running and (self.value is None or self._error is not None)
        return self.value is not None if action == "filter" else action != "copy_line" or bool(self.line)

    def action_cancel(self) -> None:
        """Cancel the job."""
        if self._job is not None:
            self._job.cancel()

    def action_again(self) -> None:
        """Try again."""
        self._begin()

    def action_filter(self) -> None:
        """Type what to look for."""
        self._typed.display = True
        self._typed.focus()

    @on(Input.Changed)
    def _narrowed(self, event: Input.Changed) -> None:
        event.stop()
        if self.value is not None:
            self.filtered(event.value.strip())

    @on(Input.Submitted)
    def _narrow(self, event: Input.Submitted) -> None:
        event.stop()
        self._typed.display = bool(self._typed.value)
        self.main().focus()

    def action_leave(self) -> None:
        """Give up the filter, else go back."""
        if self._typed.display:
            self._typed.value = ""
            self._typed.display = False
            self.main().focus()
        else:
            self.action_close()

    def action_close(self) -> None:
        """Go back; the job goes on."""
        self.dismiss(None)

    def action_copy_line(self) -> None:
        """Copy the docker line."""
        self.desk.copy(self.line, "the line")
