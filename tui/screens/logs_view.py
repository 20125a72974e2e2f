"""The view of a log that is read piece by piece: its ends are where the log goes on."""

from __future__ import annotations

from rich.style import Style

from tui.settings import Choices
from widgets.log_flow import LogMessage
from widgets.log_times import TIMES
from widgets.log_view import LogText, LogView

REMEMBERED = ("wrap", "times", "fields", "context")
"""What of a view is as it was left the last time."""


class ReadLog(LogView):
    """A log view that asks for the beginning of the log where it does not hold it."""

    class WantsOldest(LogMessage):
        """The very beginning of the log is wanted, and `older` is true."""

    @property
    def limit(self) -> int:
        """How many lines are kept at most."""
        return self._lines.kept.limit

    @property
    def oldest(self) -> LogText | None:
        """The first line kept that has a time; what Wharf notes has none."""
        kept = self._lines.kept
        return next((line for line in kept.since(kept.first) if line.at), None)

    @property
    def newest(self) -> LogText | None:
        """The last line that has a time, also one that is only taken in in a moment."""
        if found := next((line for line in reversed(self._waiting) if line.at), None):
            return found
        kept = self._lines.kept
        numbers = range(kept.end - 1, kept.first - 1, -1)
        return next((line for line in map(self._lines.__getitem__, numbers) if line.at), None)

    @property
    def source(self) -> int:
        """The number of the log that the line under the cursor is from; 0 where it is from none."""
        return max(self.current.source, 0) if self.current is not None else 0

    def style_of(self, tone: str) -> Style:
        """How one of SOURCE_TONES looks here."""
        return self.get_component_rich_style(f"log-view--{tone}")

    @property
    def begins(self) -> int:
        """When the first line kept was written, in epoch nanoseconds; 0 when none tells."""
        return self.oldest.at if self.oldest is not None else 0

    def on_resize(self) -> None:
        """Keep the cursor in view, once the lines are laid out for the new size."""
        self.call_later(self._reveal_cursor)

    def _reveal_cursor(self) -> None:
        if not self.follow and self._lines.entries:
            self._scroll(self._reveal(self.cursor))

    def action_oldest(self) -> None:
        """Go to the oldest line that there is."""
        if self.older:
            self.post_message(self.WantsOldest(self))
        else:
            super().action_oldest()

    def recall(self, choices: Choices) -> None:
        """Look as the last one was left."""
        chosen = choices.get
        self.wrap, self.fields = chosen("logs.wrap", self.wrap), chosen("logs.fields", self.fields)
        self.times = next((times for times in TIMES if times == chosen("logs.times", "")), self.times)
        self.context = chosen("logs.context", self.context)

    def remember(self, choices: Choices) -> None:
        """Have the next one look like this one."""
        for name in REMEMBERED:
            if choices.values.get(f"logs.{name}") != (value := getattr(self, name)):
                choices.keep(f"logs.{name}", value)
