"""A log on the screen: a cursor among its lines, which follows the end, selects, and searches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer

from widgets.log_body import body_text
from widgets.log_cursor import LogCursor
from widgets.log_kept import LogText
from widgets.log_names import SOURCE_TONES, Names, SourceName
from widgets.log_sieve import Sieve
from widgets.log_times import AGE_STEP, TIMES, Times, words

__all__ = ["SOURCE_TONES", "LogText", "LogView", "Sieve", "SourceName", "Times"]

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
    Binding("T", "times", "Times", show=False, id="log.times", tooltip="Times: off, age, local, UTC"),
    Binding(
        "x", "fields", "Fields", show=False, id="log.fields", tooltip="JSON and logfmt as fields, or raw"
    ),
    Binding("v", "range", "Range", show=False, id="log.range", tooltip="Begin or end a range of lines"),
    Binding("n", "next_match", "Next match", show=False, id="log.next_match", tooltip="To the next match"),
    Binding(
        "N", "previous_match", "Previous", show=False, id="log.previous_match", tooltip="To the match before"
    ),
]


class LogView(LogCursor, can_focus=True, inherit_bindings=False):
    """Some lines of a log. They are raw text from outside: only their colours are obeyed.

    Lines have numbers, which stay theirs however many come before or after them.
    """

    BINDINGS = KEYS

    times: reactive[Times] = reactive("off", init=False)
    """What of its time stands before each line."""

    _ages: Timer | None = None

    # What is shown

    def show_sources(self, sources: Sequence[SourceName]) -> None:
        """Name the logs, by source number; before each line when there are several."""
        self._names = Names(sources)
        self._repaint()

    def texts(self, lines: Iterable[LogText]) -> list[str]:
        """What is seen of lines, whole, with the times and names before them as they are on."""
        return [self._seen(line) for line in lines]

    def _seen(self, line: LogText) -> str:
        if line.tone == "rule":
            return body_text(line, self.fields)
        before = [words(line.at, self.times, self._clock()), self._names.of(line.source)[0]]
        return " ".join([*filter(None, before), body_text(line, self.fields)])

    @property
    def shown(self) -> list[LogText]:
        """All lines that are shown."""
        return [self._lines[number] for number in self._lines.shown]

    # Search

    @property
    def match_position(self) -> tuple[int, int]:
        """Which of the matching lines was last gone to, from 1 (0: none of them), and how many there are."""
        return self._search.position

    def search(self, text: str) -> int:
        """Mark `text`, or /a regular expression/, in any case, and go to the nearest line that has it.

        Returns how many lines have. Raises ValueError, with a sentence for the person, when it is not usable.
        """
        self._search.start(text)
        self._painted.clear()
        start = self._lines.at(self.scroll_offset.y)[0] if self.follow else self.cursor
        self._go_to_match(self._search.nearest(start))
        return len(self._search.matches)

    def action_next_match(self) -> None:
        """Go to the next line with the search text, after the last one to the first."""
        self._go_to_match(self._search.next(self.cursor))

    def action_previous_match(self) -> None:
        """Go to the line before with the search text, from the first one to the last."""
        self._go_to_match(self._search.previous(self.cursor))

    next_match = action_next_match
    previous_match = action_previous_match

    def _go_to_match(self, number: int | None) -> None:
        self._search.current = number
        self._painted.clear()
        if number is None:
            self.refresh()
        else:
            self._centre(number)

    # How it is shown

    def watch_wrap(self) -> None:
        self.scroll_to(x=0, animate=False, force=True)
        self._anchor = (self._anchor[0], 0)
        self._repaint()

    def watch_fields(self) -> None:
        self._widest = 0
        self._search.forget()
        self._repaint()

    def watch_times(self, times: Times) -> None:
        self._times = times
        if self._ages is not None:
            self._ages.stop()
            self._ages = None
        if times == "age":
            self._ages = self.set_interval(AGE_STEP, self._grow_old)
        self._aged.clear()
        self._repaint()

    def _grow_old(self) -> None:
        """Paint anew the lines whose age has other words now."""
        top, now = self.scroll_offset.y, self._clock()
        for y in range(min(self._view.height, self._lines.rows - top)):
            number, part = self._lines.at(top + y)
            if part == 0 and words(self._lines[number].at, "age", now) != self._aged.get(y):
                self.refresh_line(top + y)

    def render_lines(self, crop: Region) -> list[Strip]:
        # the first frame is painted before the view is told of its size
        self._fit()
        return super().render_lines(crop)

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        if self._view != self.scrollable_content_region.size:
            self._repaint()

    def action_sideways(self, steps: int) -> None:
        """Scroll what is not wrapped to the side."""
        if not self.wrap:
            self.scroll_to(x=self.scroll_offset.x + steps * SIDEWAYS, animate=False, force=True)

    def action_wrap(self) -> None:
        """Wrap long lines, or scroll sideways."""
        self.wrap = not self.wrap

    def action_times(self) -> None:
        """Show other times."""
        self.times = TIMES[(TIMES.index(self.times) + 1) % len(TIMES)]

    def action_fields(self) -> None:
        """Show fields, or what came."""
        self.fields = not self.fields
