"""The cursor among the lines of a log view: moves the view at its edges, and selects a range."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Click

from widgets.log_flow import LogFlow, LogMessage
from widgets.log_kept import LogText


class LogCursor(LogFlow):
    """A log view with a line that the person is at; while the view follows, that is the newest."""

    class WantsNewest(LogMessage, namespace="log_view"):
        """A person asked to go to the end of the log, or to follow it, and `newer` is true."""

    @property
    def current(self) -> LogText | None:
        """The line under the cursor."""
        return self._lines[self.cursor] if self._lines.entries else None

    @property
    def ranging(self) -> bool:
        """Whether a range is being selected."""
        return self._begun is not None

    @property
    def selected(self) -> Sequence[LogText]:
        """The lines of the range, else the one under the cursor."""
        if not self._lines.entries:
            return ()
        begun = self.cursor if self._begun is None else self._begun
        return [self._lines[number] for number in self._lines.between(begun, self.cursor)]

    def end_range(self) -> None:
        """Select no range."""
        self._begun = None
        self._point()
        self._tell()

    def go_to(self, at: int) -> bool:
        """Move to the first line shown that was written at `at`, nanoseconds since the epoch, or later.

        False when what is kept does not tell which that is; then nothing moves.
        """
        kept = self._lines.kept
        times = (
            (number, line.at) for number, line in enumerate(kept.since(kept.first), kept.first) if line.at
        )
        oldest = True
        for number, when in times:
            if when >= at:
                nearest = self._lines.nearest(number)
                if nearest is None or (oldest and self._older and when > at):
                    return False
                self._centre(nearest)
                return True
            oldest = False
        return False

    def _point(self) -> None:
        pointed = self.cursor if self._lines.entries else None
        begun = self._begun
        chosen = None if begun is None or pointed is None else (min(begun, pointed), max(begun, pointed))
        before = self._pointed, self._lit, self._range
        now = pointed, not self.follow, chosen
        if now == before:
            return
        self._pointed, self._lit, self._range = now
        for number in _changed(before, now):
            self._refresh_line(number)

    def _refresh_line(self, number: int) -> None:
        """Paint a line anew where it is in view."""
        top = self.scroll_offset.y
        row = self._lines.row(number)
        if row < top + self._view.height and row + self._lines.height(number) > top:
            self.refresh_lines(row, self._lines.height(number))

    def _set_cursor(self, number: int) -> None:
        """Move to a line, and begin to follow at the end."""
        self._cursor = number
        self.follow = (
            number == self._lines.nearest(self._lines.kept.end) and not self._newer and not self.ranging
        )

    def _reveal(self, number: int) -> int:
        """The row at the top of the screen when a line comes into view by as few rows as it takes."""
        top, height = self.scroll_offset.y, self._view.height
        self._lines.measure(range(top - height, top + 2 * height))
        row, rows = self._lines.row(number), self._lines.height(number)
        if rows > height:  # as much of it as one step brings
            return min(max(top, row - height + 1), row + rows - 1)
        return min(max(top, row + rows - height), row)

    def _stay(self) -> None:
        """Follow no more, at the line where the cursor is."""
        self._cursor = self.cursor
        self.follow = False

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines; a line taller than the screen is first seen to its end."""
        top, height = self.scroll_offset.y, self._view.height
        number = self.cursor
        row, rows = self._lines.row(number), self._lines.height(number)
        to = self._lines.step(number, lines)
        if to is None or (self.follow and lines > 0):
            self._want(lines)
            return
        self._stay()
        if rows > 1 and (row + rows > top + height if lines > 0 else row < top):
            self._scroll(top + (1 if lines > 0 else -1))
        else:
            self._set_cursor(to)
            if not self.follow:
                self._scroll(self._reveal(to))
        self._want(lines)

    def _scroll(self, top: float) -> None:
        """Show another part; the cursor stays where it is."""
        top = max(0, min(round(top), self._lines.rows - self._view.height))
        self._anchor = self._lines.at(top)
        self._place()

    def action_page(self, pages: float) -> None:
        """Move the view and the cursor by pages."""
        rows = int(pages * self._view.height)
        if self._lines.entries and not (self.follow and rows > 0):
            self._stay()
            self._scroll(self.scroll_offset.y + rows)
            # only now is what came into view measured
            self._set_cursor(self._lines.at(self._lines.row(self._cursor) + rows)[0])
            self._place()
        self._want(rows)

    def action_oldest(self) -> None:
        """Go to the oldest line kept."""
        self.follow = False
        self._cursor = self._lines.kept.first
        self._scroll(0)
        self._want(-1)

    def action_newest(self) -> None:
        """Go to the end and follow it."""
        if self._newer:
            self._cursor = self._lines.kept.end
            self._scroll(self._lines.rows)
            self.post_message(self.WantsNewest(self))
        else:
            self.follow = True

    def action_follow(self) -> None:
        """Follow the end, or stay here."""
        if self.follow:
            self._stay()
        else:
            self.action_newest()

    def action_range(self) -> None:
        """Begin a range at the cursor, or end it."""
        if self.ranging or not self._lines.entries:
            self.end_range()
            return
        self._stay()
        self._begun = self._cursor
        self._point()
        self._tell()

    def _want(self, way: int) -> None:
        """Ask for what comes next that way, where a person came near the end of what is kept."""
        top, height = self.scroll_offset.y, self._view.height
        if way < 0 and self._older and not self._asked_older and top < height:
            self._asked_older = True
            self.post_message(self.WantsOlder(self))
        if way > 0 and self._newer and not self._asked_newer and top + 2 * height > self._lines.rows:
            self._asked_newer = True
            self.post_message(self.WantsNewer(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        # Not every change is a person's: placing moves it, and so does Textual when the size changes.
        if self._placing or self._view != self.scrollable_content_region.size:
            return
        lines, top = self._lines, round(new_value)
        cursor = self.cursor
        self._anchor = lines.at(top)
        row = lines.row(cursor)
        inside = min(max(row, top), top + self._view.height - 1)
        self._cursor = cursor if row == inside else lines.at(inside)[0]
        self.follow = new_value >= self.max_scroll_y and not self._newer and not self.ranging
        self._place()
        self._want(-1 if new_value < old_value else 1)

    def on_click(self, event: Click) -> None:
        """A click moves the cursor."""
        row = self.scroll_offset.y + event.y
        if event.y < self._view.height and row < self._lines.rows:
            self._set_cursor(self._lines.at(row)[0])
            self._place()

    def _centre(self, number: int) -> None:
        """Move to a line and stop following; where it is not in view, put it in the middle."""
        height = self._view.height
        self._cursor = number
        self.follow = False
        row = self._lines.row(number)
        self._lines.measure(range(row - height, row + height))
        row = self._lines.row(number)
        if not 0 <= row - self._lines.row(*self._anchor) < height:
            self._anchor = self._lines.at(row - height // 2)
        self._place()
        self.refresh()

    def validate_follow(self, follow: bool) -> bool:
        """There is no end to follow while the log has newer lines."""
        return follow and not self._newer

    def watch_follow(self, follow: bool) -> None:
        if follow:
            self._begun = None
            self._place()
        else:
            self._point()
        self.post_message(self.FollowChanged(self, follow))


def _changed(
    before: tuple[int | None, bool, tuple[int, int] | None],
    now: tuple[int | None, bool, tuple[int, int] | None],
) -> set[int]:
    """The lines that look other than before."""
    changed = {number for number in (before[0], now[0]) if number is not None}
    (one_first, one_last), (first, last) = before[2] or (0, -1), now[2] or (0, -1)
    return changed | (set(range(one_first, one_last + 1)) ^ set(range(first, last + 1)))
