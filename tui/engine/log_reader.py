"""One log, read on a thread of its own: what was there before, then what is new."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from itertools import chain

from tui.engine.errors import EngineError, Unreachable, translated
from tui.engine.log_desk import Began, Desk, Ended
from tui.engine.log_places import FIRST_LOOK, MARGIN, After, Beginning, Log, Mark, Place, State, Tail
from tui.engine.logs import LogLine

SETTLE_SECONDS = 1.0
"""How long after the end of its log a container may still count as running."""
STOPPED = frozenset(("exited", "dead", "restarting", "removing"))
"""The State.Status of a container whose process has ended."""
WIDER = 8
"""So many times as many last lines are read where all are of one time."""
IDLE = STOPPED | {"created"}
"""The State.Status of a container that writes nothing."""


class Reader:
    """Reads one log on a thread: what was there before, then what is new; and again when it is asked to."""

    def __init__(self, desk: Desk, log: Log, place: Place, follow: bool) -> None:
        self.log = log
        self._desk = desk
        self._place = place
        self._follow = follow
        self._begun: Began | None = None
        self._mark: Mark | None = None
        self._lock = threading.Lock()
        self._reading = True
        self._again = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        if follow:
            log.origin.connection.followed_by(log)

    @property
    def alive(self) -> bool:
        """Whether its thread has not ended."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def again(self) -> None:
        """Read on after the last line, when what is being read has ended."""
        with self._lock:
            if self._reading:
                self._again = True
                return
            self._reading = True
            self._thread = threading.Thread(target=self._run, args=(False,), name="log", daemon=True)
            self._thread.start()

    def _run(self, first: bool = True) -> None:
        asked_early = False
        while True:
            ended = self._read(first, asked_early)
            if ended is not None:
                self._desk.end(ended)
            with self._lock:
                self._reading, self._again = self._again and not self._desk.closed, False
                if not self._reading:
                    return
            first, asked_early = False, True

    def _read(self, first: bool, asked_early: bool) -> Ended | None:
        """Read to the end. None when it was asked for before the end was known, and was no new start."""
        source = self.log.source
        try:
            state = self.log.inspect()
            began, before = self._news_of(state), self._begun
            idle = began.state in IDLE
            if asked_early and idle and before is not None and before.started == began.started:
                return None
            if not first:
                self._desk.join(source, caught_up=before is not None)
            for number, batch in enumerate(self._batches(before is None, idle)):
                if not number:
                    self._begin(began)
                self._hand_on(batch)
                if self._desk.closed:
                    return Ended(source)
            if self._follow and not idle:
                state = self._settled()
        except (EngineError, OSError) as error:
            return Ended(source, error=translated(error))
        return Ended(source, state.status, state.exit_code if state.status in STOPPED else None)

    def _batches(self, fresh: bool, idle: bool) -> Iterator[Sequence[LogLine]]:
        """What there is to tell; the first batch says only that there is a log."""
        follow = self._follow and not idle
        if fresh:
            yield from self._earlier(whole_lines=follow)
            self._desk.catch_up(self.log.source)
        else:
            yield ()
        if follow or not fresh:
            yield from self._onward(follow=follow)

    def _earlier(self, *, whole_lines: bool) -> Iterator[Sequence[LogLine]]:
        """What was written before, from the place on."""
        match self._place:
            case Tail(count):
                # one more tells whether there are others of the first line's time, which are cut off
                tail = count + 1
                lines = list(chain.from_iterable(self.log.batches(tail, whole_lines=whole_lines)))
                # of one time they are told apart by their number, so those before them count
                while len(lines) >= tail and lines[0].at == lines[-1].at:
                    tail *= WIDER
                    lines = list(chain.from_iterable(self.log.batches(tail, whole_lines=whole_lines)))
                yield ()
                earlier = max(0, len(lines) - count - 1)
                self._note(lines[:earlier])
                yield self._whole_times(lines[earlier:], count)
            case After(at):
                tail = self.log.locate(at, FIRST_LOOK).tail
                yield ()
                yield from self.log.after(at, tail + FIRST_LOOK, follow=False, whole_lines=whole_lines)
            case Beginning():
                batches = self.log.batches(None, whole_lines=whole_lines)
                yield ()
                yield from batches

    def _whole_times(self, lines: list[LogLine], count: int) -> list[LogLine]:
        """The last lines, without those of a time of which earlier lines may have been cut off."""
        if len(lines) <= count:
            return lines
        order = lines[0].at
        others = (number for number, line in enumerate(lines) if not order - MARGIN <= line.at <= order)
        whole = next(others, len(lines) - count) if count else len(lines)
        self._note(lines[:whole])
        return lines[whole:]

    def _onward(self, *, follow: bool) -> Iterator[Sequence[LogLine]]:
        """What was written after the last line that is known."""
        if self._mark is not None:
            return self.log.behind(self._mark, follow=follow)
        if isinstance(self._place, After):
            return self.log.after(self._place.at, follow=follow)
        return self.log.opened(None, follow=follow)

    def _news_of(self, state: State) -> Began:
        end = (state.finished, state.exit_code) if state.status in STOPPED else (0, 0)
        return Began(self.log.source, state.status, state.started, state.begins, *end)

    def _begin(self, began: Began) -> None:
        self._begun = began
        self._desk.begin(began)

    def _hand_on(self, batch: Sequence[LogLine]) -> None:
        state = self.log.state
        if batch and state is not None and self._begun is not None and state.started != self._begun.started:
            # it started again before its log was opened: the lines of both runs come in one
            cut = next((number for number, line in enumerate(batch) if line.at >= state.begins), None)
            if cut is not None:
                self._put(batch[:cut])
                self._begin(self._news_of(state))
                batch = batch[cut:]
        self._put(batch)

    def _put(self, batch: Sequence[LogLine]) -> None:
        if batch:
            self._note(batch)
            self._desk.put(self.log.source, batch)

    def _note(self, batch: Sequence[LogLine]) -> None:
        """Remember behind which line one would read on."""
        if not batch:
            return
        at = batch[-1].at
        lines = [line.at for line in batch].count(at)
        known = self._mark.lines if self._mark is not None and self._mark.at == at else 0
        self._mark = Mark(at, known + lines)

    def _settled(self) -> State:
        """The container's State after its log ended: the Engine takes a moment to write the end down."""
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            if self.log.closed.is_set():
                raise Unreachable("the connection was closed")
            state = self.log.inspect()
            if state.status != "running" or self._begun is None or state.started != self._begun.started:
                return state
            if time.monotonic() > until:
                return state
            self.log.closed.wait(SETTLE_SECONDS / 10)
