"""Lines that come and go in a log view, while the text under the eye stays where it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer

from widgets.log_canvas import LogCanvas
from widgets.log_kept import BUDGET, LogText
from widgets.log_lines import LogLines
from widgets.log_sieve import Choice, Passage, Sieve

MOMENT = 1 / 20  # seconds between two times that lines are taken in


class LogMessage(Message):
    """Something that a log view tells."""

    def __init__(self, log: LogFlow) -> None:
        super().__init__()
        self.log = log

    @property
    def control(self) -> LogFlow:
        """The view that sent this."""
        return self.log


class LogFlow(LogCanvas):
    """Holds a window of a log, and of that shows what is asked for; places it on the screen."""

    follow: reactive[bool] = reactive(True, init=False)
    """The view stays at the end. Moving up ends this, reaching the end starts it again."""
    wrap: reactive[bool] = reactive(False, init=False)
    """Long lines go on in the next row."""
    fields: reactive[bool] = reactive(True, init=False)
    """Lines of JSON or logfmt are shown as level, message, and the other fields."""

    class FollowChanged(LogMessage, namespace="log_view"):
        """The view began or ceased to follow its end."""

        def __init__(self, log: LogFlow, follow: bool) -> None:
            super().__init__(log)
            self.follow = follow

    class Moved(LogMessage, namespace="log_view"):
        """Other lines are in view, or the cursor elsewhere, or there are more or fewer lines."""

    class WantsOlder(LogMessage, namespace="log_view"):
        """A person came near the start of what is kept, and there is more before it: see `prepend`.

        Told once until lines are prepended or `older` is set.
        """

    class WantsNewer(LogMessage, namespace="log_view"):
        """A person came near the end of what is kept, and there is more after it: see `append`.

        Told once until lines are appended or `newer` is set.
        """

    def __init__(
        self,
        *,
        limit: int = 10_000,
        budget: int = BUDGET,
        clock: Callable[[], float] = time.time,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """Keeps at most `limit` lines of `budget` bytes; `clock` tells the seconds since the epoch."""
        super().__init__(LogLines(limit, budget), clock=clock, id=id, classes=classes)
        # The text at the top of the screen (line, row of it): what stays there while lines come and go.
        self._anchor = (0, 0)
        self._placing = False
        # Lines of a burst, which are taken in together.
        self._waiting: list[LogText] = []
        self._taken_at = 0.0
        self._timer: Timer | None = None
        self._told: tuple[object, ...] = ()
        self._cursor = 0
        self._begun: int | None = None  # where the range begins
        self._older = self._newer = False
        self._asked_older = self._asked_newer = False

    # What is kept

    @property
    def lines_count(self) -> int:
        """How many lines are kept."""
        return len(self._lines)

    @property
    def filtered_count(self) -> int:
        """How many of the lines kept are shown."""
        return self._lines.count

    @property
    def room(self) -> int:
        """How many lines can still be appended before one that is kept must go."""
        return max(0, self._lines.kept.room - len(self._waiting))

    @property
    def older(self) -> bool:
        """Whether the log has more before what is kept."""
        return self._older

    @older.setter
    def older(self, there_is: bool) -> None:
        self._older = there_is
        self._asked_older = False

    @property
    def newer(self) -> bool:
        """Whether the log has more after what is kept; the view cannot follow while it has."""
        return self._newer

    @newer.setter
    def newer(self, there_is: bool) -> None:
        self._newer = there_is
        self._asked_newer = False
        if there_is:
            self.follow = False

    @property
    def oldest(self) -> LogText | None:
        """The first line kept."""
        return self._lines[self._lines.kept.first] if len(self._lines) else None

    @property
    def newest(self) -> LogText | None:
        """The last line kept."""
        return self._lines[self._lines.kept.end - 1] if len(self._lines) else None

    def append(self, lines: Sequence[LogText]) -> None:
        """Add raw lines at the end; the oldest beyond the limit go. In a burst they are shown in a moment."""
        self._waiting += lines
        self._asked_newer = False
        surplus = len(self._waiting) - self._lines.kept.limit
        if surplus > 0:
            del self._waiting[:surplus]
            self._older = True
        if not self.is_running or monotonic() - self._taken_at >= MOMENT:
            self._take()
        elif self._timer is None:
            self._timer = self.set_timer(MOMENT, self._take)

    def prepend(self, lines: Sequence[LogText]) -> None:
        """Add raw lines at the start, at once; the newest beyond the limit go."""
        self._asked_older = False
        self._take()
        if lines and self._lines.prepend(lines):
            self.newer = True
            self._search.forget()
        self._repaint()

    def clear(self) -> None:
        """Let go of all lines. There are no others before or after them, for all the view knows."""
        self._waiting.clear()
        self._lines.clear()
        self.older = self.newer = False
        self._search.forget()
        self._widest = 0
        self._begun = None
        self._cursor = self._lines.kept.first
        self._repaint()

    def _take(self) -> None:
        """Take in the lines that wait."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        lines, self._waiting = self._waiting, []
        in_view = self.follow or self.scroll_offset.y + self._view.height >= self._lines.rows
        if self._lines.append(lines):
            self._older = True
        first = self._lines.kept.first
        gone = self._anchor[0] < first or self._cursor < first
        self._place()
        self._taken_at = monotonic()
        if in_view or gone:
            self.refresh()

    # What is shown

    @property
    def choice(self) -> Choice:
        """What is shown of the lines kept."""
        return self._lines.passage.choice

    def keep(self, sieve: Sieve | None) -> None:
        """Show only lines that match, with `context` lines around them; with None all."""
        self._sift(self.choice._replace(keep=sieve))

    def drop(self, sieve: Sieve | None) -> None:
        """Show no line that matches."""
        self._sift(self.choice._replace(drop=sieve))

    def hide(self, sources: Iterable[int]) -> None:
        """Show no line of these sources."""
        self._sift(self.choice._replace(hidden=frozenset(sources)))

    @property
    def context(self) -> int:
        """How many lines are shown before and after each that `keep` lets through."""
        return self.choice.context

    @context.setter
    def context(self, lines: int) -> None:
        self._sift(self.choice._replace(context=max(0, lines)))

    def _sift(self, choice: Choice) -> None:
        if choice == self.choice:
            return
        # the cursor's line stays at its height on the screen, or what takes its place
        above = self._lines.row(self.cursor) - self._lines.row(*self._anchor)
        cursor = self.cursor
        self._lines.passage = Passage(choice)
        self._lines.sift()
        self._search.forget()
        nearest = self._lines.nearest(cursor)
        if nearest is not None and not self.follow:
            self._cursor = nearest
            self._anchor = self._lines.at(self._lines.row(nearest) - above)
        self._repaint()

    # Where it stands

    @property
    def cursor(self) -> int:
        """The number of the line under the cursor: the newest one shown while the view follows."""
        lines = self._lines
        nearest = lines.nearest(lines.kept.end if self.follow else self._cursor)
        return lines.kept.first if nearest is None else nearest

    @property
    def position(self) -> tuple[int, int]:
        """The first and the last line on screen, of those shown, from 1; zeros when there is none."""
        lines = self._lines
        if not lines.entries:
            return 0, 0
        top = self.scroll_offset.y
        first, last = lines.at(top)[0], lines.at(top + max(1, self._view.height) - 1)[0]
        return lines.ordinal(first), lines.ordinal(last)

    def _repaint(self) -> None:
        self._bodies.clear()
        self._painted.clear()
        self._place()
        self.refresh()

    def _place(self) -> None:
        """Bring height and scroll position in line with the lines: at the end, or the anchor on top."""
        lines = self._lines
        self._view = self.scrollable_content_region.size
        height = self._view.height
        if not height:
            return
        lines.lay_out(self._text_width if self.wrap else 0, self.fields)
        moved = True
        while moved:
            top = lines.rows if self.follow else lines.row(*self._anchor)
            top = max(0, min(top, lines.rows - height))
            # One screen further each way: what the next key brings is exact as well.
            moved = lines.measure(range(top - height, top + 2 * height))
        self._placing = True
        self.virtual_size = Size(0 if self.wrap else self._full_width, lines.rows)
        self._go(top)
        self._placing = False
        if self.follow:
            self._anchor = lines.at(top)
        self._point()
        self._tell()

    def _go(self, y: float) -> None:
        self.scroll_to(y=round(y), animate=False, force=True)

    def _point(self) -> None:
        """Show where the cursor is and what is selected."""
        raise NotImplementedError

    def _tell(self) -> None:
        state = (*self.position, len(self._lines), self._pointed, self._range)
        if state != self._told:
            self._told = state
            self.post_message(self.Moved(self))
