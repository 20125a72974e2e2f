"""Keeps a log view filled: forward by a feed, back by pages, and never further than somebody looks."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from tui.engine.errors import EngineError
from tui.engine.log_backlog import Backlog
from tui.engine.log_feed import Began, Ended, Feed, Lines, News
from tui.engine.log_places import After, Beginning, Origin, Place, Tail
from tui.engine.logs import LogLine
from tui.screens.logs_pace import Pace
from tui.screens.logs_sources import LIVE, Source, Sources, Turn, origin_of
from tui.screens.logs_view import ReadLog
from tui.screens.threads import asked
from widgets.log_view import LogText
from widgets.text import shown

PAGE = 1000
"""So many older lines are asked for at a time, or less where few are kept."""

Tell = Callable[[Feed, News], None]


class Reading:
    """What is read, and how far; its methods are for the screen's thread.

    Where the person reads elsewhere and no more lines can be kept, they wait here and in the Engine.
    """

    def __init__(self, log: ReadLog, sources: Sources, tell: Tell, clock: Callable[[], float]) -> None:
        """`tell` brings news from a feed's threads to the screen's, where `hear` takes them."""
        self.feed: Feed | None = None
        self.floor = 0
        """Lines up to this epoch nanosecond are not wanted."""
        self.asking = False
        """Whether older lines are on their way."""
        self.elsewhere = False
        """Whether lines are kept that are older than those that were asked for, or a time was gone to."""
        self._log = log
        self._sources = sources
        self._tell = tell
        self._clock = clock
        self._begun: set[int] = set()
        self._waiting: deque[News] = deque()
        self._wanted = False
        """Whether the person wants to see what comes next."""
        self._cut = False
        """Whether lines between those kept and those that come were let go."""
        self._pace = Pace()
        self._origins: list[Origin] = []
        self._backlog: Backlog | None = None
        self._dropped = threading.Event()
        """Set when nobody waits for the older lines any more."""

    # From where on

    def begin(self, place: Place, *, floor: int = 0) -> None:
        """Show a log from a place on, and nothing up to `floor` (epoch nanoseconds). Raises Unreachable."""
        self.close()
        self.floor, self.elsewhere = floor, False
        for source in self._sources.all:
            source.lines = 0
        self._log.clear()
        self._forward(place)
        self._sources.expect()
        # only asking tells whether there are any
        self._log.older = isinstance(place, Tail) or (isinstance(place, After) and place.at > floor)
        self._log.newer = False
        self._pace.begin(at_end=isinstance(place, Tail))

    @property
    def behind(self) -> bool:
        """Whether the end has not been reached yet."""
        return self._pace.behind and (self._sources.reading or bool(self._waiting))

    def _forward(self, place: Place) -> None:
        origins = self._origins = self._sources.origins()
        self._cut = False
        self._begun.clear()
        self._backlog = Backlog(origins)
        # the feed tells which one it is: news of one that was closed may still be on its way
        feed = Feed(origins, lambda news: self._on_thread(feed, news), place)
        self.feed = feed
        feed.start()

    def _on_thread(self, feed: Feed, news: News) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody is left to be told
            self._tell(feed, news)

    def close(self) -> None:
        """Read no more."""
        self._dropped.set()
        self._dropped = threading.Event()
        if self._backlog is not None:
            self._backlog.close()
            self._backlog = None
        self._end_feed()

    def _end_feed(self) -> None:
        self._waiting.clear()
        if self.feed is not None:
            self.feed.close()
            self.feed = None

    def to_tail(self) -> None:
        """Follow the end. Raises Unreachable."""
        if self._cut or self._waiting or self.behind:  # what waits may be the first of millions
            self.begin(Tail(), floor=self.floor)
        self._log.newer = False
        self._log.follow = True
        self.use()

    def to_beginning(self) -> None:
        """Go to the oldest line that there is. Raises Unreachable."""
        self.begin(After(self.floor) if self.floor else Beginning(), floor=self.floor)
        self._log.follow = False

    def to(self, at: int) -> bool:
        """Go to the first line from an epoch nanosecond on; False when none was written since.

        Raises Unreachable.
        """
        newest = self._log.newest
        if self._log.go_to(at):
            return True
        if newest is not None and newest.at < at and not self._log.newer:
            return False
        self.begin(After(at - 1), floor=self.floor if at > self.floor else 0)
        self._log.follow, self.elsewhere = False, True
        return True

    def again(self) -> None:
        """Read on after what ended. Raises Unreachable."""
        if self.feed is not None and self.feed.alive and self._sources.origins() == self._origins:
            for number, source in enumerate(self._sources.all):
                if not source.reading:
                    self.resume(number)
            return
        newest = self._log.newest
        self._end_feed()
        self._forward(After(newest.at) if newest is not None and newest.at else Tail())
        self._sources.expect()

    # What comes

    def hear(self, feed: Feed, news: News) -> None:
        """Take news of a feed."""
        if feed is self.feed:
            self._waiting.append(news)
            self.use()

    def use(self) -> None:
        """Use what waits, as far as it is looked at."""
        while self._waiting:
            match self._waiting.popleft():
                case Began() as news:
                    self._begin_source(news)
                case Ended() as news:
                    self._end_source(news)
                case Lines(lines):
                    self._pace.note(len(lines))
                    room = self._room(len(lines))
                    if room:
                        self._append(lines[:room])
                    if room < len(lines):
                        self._waiting.appendleft(Lines(lines[room:]))
                        break
                    if self.feed is not None:
                        self.feed.taken()
        if (newer := self._cut or bool(self._waiting)) != self._log.newer:
            self._log.newer = newer

    def _room(self, lines: int) -> int:
        """How many of the lines that come next are looked at."""
        if self._log.follow:
            return lines
        wanted, self._wanted = self._wanted, False
        return max(self._log.room, self._page if wanted else 0)

    @property
    def _page(self) -> int:
        return max(1, min(PAGE, self._log.limit // 4))

    def _begin_source(self, news: Began) -> None:
        again, newest = news.source in self._begun, self._log.newest
        turn = self._sources.began(news, self._clock(), newest.at if again and newest is not None else 0)
        if turn is not None and again:
            self._show_turn(turn)
        self._begun.add(news.source)

    def _end_source(self, news: Ended) -> None:
        newest = self._log.newest
        told = self._sources.ended(news, newest.at if newest is not None else 0)
        if isinstance(told, Turn):
            self._show_turn(told)
        else:
            self._note(told)
        source = self._sources[news.source]
        if news.error is None and source.stirred and source.model.state in LIVE:
            self.resume(news.source)

    def _show_turn(self, turn: Turn) -> None:
        newest = self._log.newest
        if newest is None or newest.at < turn.at or not turn.at:
            self._log.append([turn.ruler])

    def _append(self, lines: Sequence[LogLine]) -> None:
        texts = _texts(lines, self.floor)
        for line in texts:
            source = self._sources[line.source]
            source.lines += 1
            source.last = line.at
        self._log.append(self._sources.woven(texts, before=self._log.newest))

    # More of it

    def read_newer(self) -> None:
        """The person wants to see what comes next. Raises Unreachable."""
        self._wanted = True
        newest = self._log.newest
        if self._cut and newest is not None:
            self._forward(After(newest.at))
        self.use()

    async def read_older(self) -> None:
        """Put a page of older lines before those kept. Raises EngineError."""
        backlog, begins, dropped = self._backlog, self._log.begins, self._dropped
        if backlog is None or not begins or self.asking:
            return
        self.asking = True
        count = self._page
        try:
            found = await asked(lambda: backlog.older(begins, count, dropped))
        finally:
            self.asking = False
            if not dropped.is_set():
                self._log.older = True
        if dropped.is_set() or self._log.begins != begins:  # what followed the page has gone meanwhile
            return
        newest, texts = self._log.newest, _texts(found.lines, self.floor)
        self.elsewhere = self.elsewhere or bool(texts)
        self._log.prepend(self._sources.woven(texts, after=self._log.oldest))
        self._log.older = found.more and len(texts) == len(found.lines)
        if self._log.newest is not newest:
            self._leave_tail()

    def _leave_tail(self) -> None:
        """The newest lines were let go: what comes next does not follow those that are kept."""
        self._cut = True
        self._end_feed()
        self._log.newer = True

    def resume(self, number: int) -> None:
        """Read on after the last line of a container that runs again."""
        if self.feed is not None and not self._cut:
            self._sources.again(number)
            self.feed.again(number)

    def fail(self, error: EngineError) -> None:
        """Say why nothing can be read."""
        self._note([note for note in (error.message, error.advice) if note])
        for source in self._sources.all:
            source.reading, source.trouble = False, True

    def _note(self, notes: Sequence[str]) -> None:
        self._log.append([LogText(shown(note), "note", 0, -1) for note in notes])

    def join(self, source: Source) -> None:
        """Read another container too. Raises Unreachable."""
        if self.feed is not None and not self._cut:
            self._begun.add(self.feed.join(origin_of(source)))
            self._origins = self._sources.origins()
            self._backlog = Backlog(self._origins)


def _texts(lines: Sequence[LogLine], floor: int) -> list[LogText]:
    """Lines as they are shown, without those up to `floor` (epoch nanoseconds)."""
    return [
        LogText(text, "err" if fd == 2 else "out", at, source)
        for fd, text, at, source in lines
        if at > floor or not at
    ]
