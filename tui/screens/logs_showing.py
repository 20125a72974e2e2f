"""A screen on which logs are read: it takes what comes, and shows that and how it stands."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import ScreenResume
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.link import Link
from tui.engine.log_feed import Began, Feed, News
from tui.engine.scope import Held
from tui.engine.store import Changes
from tui.screens.logs_bars import LogBars
from tui.screens.logs_line import LineView
from tui.screens.logs_pace import BEHIND_SECONDS
from tui.screens.logs_prompt import LogPrompt
from tui.screens.logs_questions import PRESETS, Questions
from tui.screens.logs_reading import Reading
from tui.screens.logs_sources import Sources
from tui.screens.logs_view import ReadLog
from tui.settings import Choices, Settings
from tui.verbs.verb import Desk
from widgets.log_names import SourceName
from widgets.log_view import LogView
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.engine import News as EngineNews

FIRST_SECONDS = 0.03
"""How long the first frame waits for the first lines: one that is painted with them is painted once."""
STAND_SECONDS = 0.1
"""How long after it was opened the screen makes what is hidden at first: the lines come before."""


class Told(Message):
    """There is news from a feed's threads."""


class Noticed(Message):
    """Containers of an Engine are different."""

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes


class Linked(Message):
    """The line to an Engine is different."""


class LogsShowing(Screen[None]):
    """Follows logs from their last lines on; a slow screen holds the Engine up, not the memory.

    What its keys do is for the screen that builds on it.
    """

    DEFAULT_CSS = """
    LogsShowing {
        & > Vertical { height: 1fr; }
        & LogView { height: 1fr; }
        & > #logs--head, & > #logs--filters { background: $surface; }
    }
    """

    def __init__(
        self,
        chosen: Sequence[Held],
        desk: Desk,
        choices: Choices,
        settings: Settings,
        *,
        project: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`chosen` are the containers as the lists showed them; with a `project` later ones of it join."""
        super().__init__()
        self.sources = Sources(chosen, project)
        self._desk = desk
        self._choices = choices
        self._settings = settings
        self._clock = clock
        self._bars = LogBars()
        self._opened = False
        self._later: Timer | None = None
        self._can: list[bool | None] = []
        self._news: deque[tuple[Feed, News]] = deque()
        self._first: Future[None] = Future()
        """Done when there is something to show."""
        self._log = ReadLog(limit=settings.log_lines, budget=settings.log_bytes, clock=clock)
        self._unfolded = LineView(id="logs--unfolded")
        self._prompt = LogPrompt(id="logs--prompt")
        self.reading = Reading(self._log, self.sources, self._tell, clock)
        self._questions = Questions(self._prompt, self._log, self.reading, self.sources, clock)

    def compose(self) -> ComposeResult:
        """What is read, the log, the docker line, the keys; the rest once the first frame stands."""
        # the Engine answers while the widgets are being made
        self._begin(lambda: self._questions.read_since(PRESETS[0]))
        yield self._bars.head
        with Vertical():
            yield self._log
        yield self._bars.line
        yield self._bars.keys

    async def on_mount(self) -> None:
        """Listen for containers that start, and show what comes at once in the first frame."""
        log = self._log
        log.recall(self._choices)
        for name in ("wrap", "times", "fields"):
            self.watch(log, name, self._remember, init=False)
        # told at once, and not by a message: the bars are painted with the log
        for name in ("follow", "scroll_x"):
            self.watch(log, name, self._show, init=False)
        log.focus()
        self._show_sources()
        for engine in self.sources.engines:
            engine.listen(self._hear)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.wrap_future(self._first), FIRST_SECONDS)
        self._hear_feeds()
        self.set_timer(STAND_SECONDS, self._stand)

    def _stand(self) -> None:
        """Have what can only be seen later: what is left out, an unfolded line, what is typed."""
        # too early, or the end of the program is on its way
        if self._prompt.is_attached or not (self.is_mounted and self._log.is_attached):
            return
        self.mount(self._bars.filters, after=self._bars.head)
        self.query_one(Vertical).mount(self._unfolded, self._prompt)

    def on_unmount(self) -> None:
        """Nobody reads any more."""
        for engine in self.sources.engines:
            engine.ignore(self._hear)
        self.reading.close()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Be styled once when opened: mounting has just done it. Later the theme may be another."""
        event.refresh_styles, self._opened = self._opened, True

    def on_resize(self) -> None:
        """Find the docker line its place."""
        self._show()

    # News

    def _tell(self, feed: Feed, news: News) -> None:
        self._news.append((feed, news))
        if not isinstance(news, Began):
            with suppress(InvalidStateError):  # it was done before, or is not waited for any more
                self._first.set_result(None)
        self.post_message(Told())

    def _hear(self, news: EngineNews) -> None:
        if isinstance(news, Changes) and news.kind is Kind.CONTAINER:
            self.post_message(Noticed(news))
        elif isinstance(news, Link):
            self.post_message(Linked())

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        if self._news:
            self._hear_feeds()

    def _hear_feeds(self) -> None:
        while self._news:
            self.reading.hear(*self._news.popleft())
        if self.reading.behind:
            # the last lines may have come without anybody saying so
            if self._later is not None:
                self._later.stop()
            self._later = self.set_timer(BEHIND_SECONDS, self._show)
        self._show()

    @on(Noticed)
    def _noticed(self, event: Noticed) -> None:
        event.stop()
        again, joined = self.sources.take(event.changes)
        for number in again:
            self.reading.resume(number)
        for source in joined:
            self._attempt(partial(self.reading.join, source))
        if joined:
            self._show_sources()
        self._show()

    @on(Linked)
    def _linked(self, event: Linked) -> None:
        event.stop()
        if self.sources.back():
            self._begin(self.reading.again)
        self._show()

    def _attempt(self, read: Callable[[], object]) -> None:
        """Begin to read something, and show how that stands."""
        self._begin(read)
        self._show()

    def _begin(self, read: Callable[[], object]) -> None:
        """Begin to read something; where the Engine cannot be reached, say so."""
        try:
            read()
        except EngineError as error:
            self.reading.fail(error)

    @on(LogView.WantsOlder)
    def _wants_older(self) -> None:
        self._read_older()

    @work(group="older", exit_on_error=False)
    async def _read_older(self) -> None:
        try:
            asking = self.reading.read_older()
            self.call_later(self._show)
            await asking
        except EngineError as error:
            self.notify(shown(f"older lines: {error.message}"), severity="error", markup=False)
        self._show()

    @on(LogView.WantsNewer)
    def _wants_newer(self) -> None:
        self._attempt(self.reading.read_newer)

    @on(LogView.WantsNewest)
    def _wants_newest(self) -> None:
        self._attempt(self.reading.to_tail)

    @on(ReadLog.WantsOldest)
    def _wants_oldest(self) -> None:
        self._attempt(self.reading.to_beginning)

    @on(LogView.FollowChanged)
    @on(LogView.Moved)
    def _moved(self) -> None:
        self.reading.use()
        self._questions.count()
        self._show()

    # What is said

    def _remember(self) -> None:
        self._log.remember(self._choices)
        self._show()

    def _show_sources(self) -> None:
        self._log.show_sources([SourceName(shown(source.label)) for source in self.sources.all])

    def _show(self) -> None:
        log = self._log
        self._bars.show(
            *(log, self.sources, self.reading, self._questions),
            unfolded=self._unfolded.is_open,
            width=(self.size or self.app.size).width,
        )
        if self._unfolded.is_open:
            self._unfolded.show_line(log.current, self.sources, self._clock())
        can = [self.check_action(action, ()) for action in ("again", "members")]
        if can != self._can:
            self._can = can
            self.refresh_bindings()
