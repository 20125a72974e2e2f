"""A log on the screen: follows its end, wraps, searches, and keeps a bounded number of lines."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer

from widgets.log_canvas import GUTTER, LogCanvas
from widgets.log_lines import LogLines, LogText

__all__ = ["LogText", "LogView"]

MOMENT = 1 / 30  # seconds between two times that lines are taken in
SIDEWAYS = 8  # cells that one key press moves an unwrapped log

KEYS: list[BindingType] = [
    Binding("j,down", "move(1)", "Down", show=False, id="log.down", tooltip="One line down"),
    Binding("k,up", "move(-1)", "Up", show=False, id="log.up", tooltip="One line up; stops following"),
    Binding("pagedown", "page(1)", "Page down", show=False, id="log.page_down", tooltip="One page down"),
    Binding("pageup", "page(-1)", "Page up", show=False, id="log.page_up", tooltip="One page up"),
    Binding("ctrl+d", "page(0.5)", "Half down", show=False, id="log.half_down", tooltip="Half a page down"),
    Binding("ctrl+u", "page(-0.5)", "Half up", show=False, id="log.half_up", tooltip="Half a page up"),
    Binding("g,home", "oldest", "Oldest", show=False, id="log.oldest", tooltip="To the oldest line kept"),
    Binding("G,end", "newest", "Newest", show=False, id="log.newest", tooltip="To the end, and follow it"),
    Binding("left", "sideways(-1)", "Left", show=False, id="log.left", tooltip="Scroll left"),
    Binding("right", "sideways(1)", "Right", show=False, id="log.right", tooltip="Scroll right"),
    Binding("f", "follow", "Follow", show=False, id="log.follow", tooltip="Follow new lines, or stay here"),
    Binding("w", "wrap", "Wrap", show=False, id="log.wrap", tooltip="Wrap long lines, or scroll sideways"),
    Binding("T", "stamps", "Times", show=False, id="log.stamps", tooltip="Show or hide when lines came"),
    Binding("n", "next_match", "Next match", show=False, id="log.next_match", tooltip="To the next match"),
    Binding(
        "N", "previous_match", "Previous", show=False, id="log.previous_match", tooltip="To the match before"
    ),
]


class LogMessage(Message):
    """Something that a log view tells."""

    def __init__(self, log: LogView) -> None:
        super().__init__()
        self.log = log

    @property
    def control(self) -> LogView:
        """The view that sent this."""
        return self.log


class LogView(LogCanvas, can_focus=True, inherit_bindings=False):
    """The last lines of a log. Lines are raw text from outside: only their colours are obeyed."""

    BINDINGS = KEYS

    follow: reactive[bool] = reactive(True, init=False)
    """The view stays at the end. Scrolling up ends this, reaching the end starts it again."""
    wrap: reactive[bool] = reactive(False, init=False)
    """Long lines go on in the next row."""
    stamps: reactive[bool] = reactive(False, init=False)
    """The time of each line stands before it."""

    class FollowChanged(LogMessage):
        """The view began or ceased to follow its end."""

        def __init__(self, log: LogView, follow: bool) -> None:
            super().__init__(log)
            self.follow = follow

    class Moved(LogMessage):
        """Other lines are in view, or there are more or fewer: `position` or `lines_count` changed."""

    def __init__(
        self,
        *,
        limit: int = 10_000,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(LogLines(limit), id=id, classes=classes)
        # The text at the top of the screen (line, row of it): what stays there while lines come and go.
        self._anchor = (0, 0)
        self._placing = False
        # Lines of a burst, which are taken in together.
        self._waiting: list[LogText] = []
        self._taken_at = 0.0
        self._timer: Timer | None = None
        self._told = (0, 0, 0)

    @property
    def lines_count(self) -> int:
        """How many lines are kept."""
        return len(self._lines)

    @property
    def position(self) -> tuple[int, int]:
        """The first and the last line on screen, counted from 1 for the oldest kept; zeros when empty."""
        if not self._lines:
            return 0, 0
        top = self.scroll_offset.y
        first, last = self._lines.at(top)[0], self._lines.at(top + max(1, self._view.height) - 1)[0]
        return first - self._lines.first + 1, last - self._lines.first + 1

    @property
    def match_position(self) -> tuple[int, int]:
        """Which of the matching lines was last gone to, from 1 (0: none of them), and how many there are."""
        return self._search.position

    def append(self, lines: Sequence[LogText]) -> None:
        """Add raw lines at the end; the oldest beyond the limit go. In a burst they are shown in a moment."""
        self._waiting += lines
        if len(self._waiting) > self._lines.limit:
            del self._waiting[: -self._lines.limit]
        if not self.is_running or monotonic() - self._taken_at >= MOMENT:
            self._take()
        elif self._timer is None:
            self._timer = self.set_timer(MOMENT, self._take)

    def _take(self) -> None:
        """Take in the lines that wait."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        lines, self._waiting = self._waiting, []
        in_view = self.follow or self.scroll_offset.y + self._view.height >= self._lines.rows
        self._lines.append(lines)
        gone = self._anchor[0] < self._lines.first
        self._place()
        self._taken_at = monotonic()
        if in_view or gone:
            self.refresh()

    def clear(self) -> None:
        """Let go of all lines."""
        self._waiting.clear()
        self._lines.clear()
        self._widest = 0
        self._repaint()

    def search(self, text: str) -> int:
        """Mark `text`, in any case, go to the nearest line that has it; return how many lines have."""
        self._search.start(text)
        self._go_to_match(self._search.nearest(self._lines.at(self.scroll_offset.y)[0]))
        return len(self._search.matches)

    def action_next_match(self) -> None:
        """Go to the next line with the search text, after the last one to the first."""
        self._go_to_match(self._search.next(self._match_origin()))

    def action_previous_match(self) -> None:
        """Go to the line before with the search text, from the first one to the last."""
        self._go_to_match(self._search.previous(self._match_origin()))

    next_match = action_next_match
    previous_match = action_previous_match

    def _match_origin(self) -> int:
        first, last = (at + self._lines.first - 1 for at in self.position)
        current = self._search.current
        return current if first <= current <= last else first

    def _go_to_match(self, number: int | None) -> None:
        if number is not None:
            self._search.current = number
            self.follow = False
            height = self._view.height
            self._lines.measure(range(number - height, number + height))
            row = self._lines.row(number)
            if not 0 <= row - self._lines.row(*self._anchor) < height:
                self._anchor = self._lines.at(row - height // 2)
        self._repaint()

    def _repaint(self) -> None:
        self._painted.clear()
        self._place()
        self.refresh()

    def _place(self) -> None:
        """Bring height and scroll position in line with the lines: at the end, or the anchor on top."""
        lines = self._lines
        self._view = self.scrollable_content_region.size
        width, height = self._view
        if not height:
            return
        lines.lay_out(max(2, width - GUTTER) if self.wrap else 0, self.stamps)
        moved = True
        while moved:
            top = lines.rows if self.follow else lines.row(*self._anchor)
            top = max(0, min(top, lines.rows - height))
            # One screen further each way: what the next key brings is exact as well.
            moved = lines.measure(range(lines.at(top)[0] - height, lines.at(top + height)[0] + height))
        self._placing = True
        self.virtual_size = Size(0 if self.wrap else self._widest + GUTTER, lines.rows)
        self._go(top)
        self._placing = False
        if self.follow:
            self._anchor = lines.at(top)
        self._tell()

    def _tell(self) -> None:
        state = (*self.position, len(self._lines))
        if state != self._told:
            self._told = state
            self.post_message(self.Moved(self))

    def on_resize(self) -> None:
        self._repaint()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        # Not every change is a person's: placing moves it, and so does Textual when the size changes.
        if self._placing or self._view != self.scrollable_content_region.size:
            return
        self._anchor = self._lines.at(round(new_value))
        self.follow = new_value >= self.max_scroll_y
        if self.wrap:
            self._place()
        self._tell()

    def watch_follow(self, follow: bool) -> None:
        if follow:
            self._place()
        self.post_message(self.FollowChanged(self, follow))

    def watch_wrap(self) -> None:
        self.scroll_to(x=0, animate=False, force=True)
        self._anchor = (self._anchor[0], 0)
        self._repaint()

    def watch_stamps(self) -> None:
        self._widest = 0
        self._search.forget()
        self._repaint()

    def _go(self, y: float) -> None:
        self.scroll_to(y=round(y), animate=False, force=True)

    def action_move(self, rows: int) -> None:
        self._go(self.scroll_offset.y + rows)

    def action_page(self, pages: float) -> None:
        self._go(self.scroll_offset.y + pages * self._view.height)

    def action_oldest(self) -> None:
        self._go(0)

    def action_newest(self) -> None:
        self.follow = True

    def action_sideways(self, steps: int) -> None:
        if not self.wrap:
            self.scroll_to(x=self.scroll_offset.x + steps * SIDEWAYS, animate=False, force=True)

    def action_follow(self) -> None:
        self.follow = not self.follow

    def action_wrap(self) -> None:
        self.wrap = not self.wrap

    def action_stamps(self) -> None:
        self.stamps = not self.stamps
