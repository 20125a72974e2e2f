"""A search in the lines of a log: finds matching lines as they come and forgets those that go."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from widgets.log_lines import LogLines, seen_text


class LogSearch:
    """Which lines have a text, upper and lower case alike; lines are looked at when somebody asks."""

    def __init__(self, lines: LogLines) -> None:
        self.pattern: re.Pattern[str] | None = None
        self.current = -1
        """The number of the line last gone to, -1 before that."""
        self._lines = lines
        self._matches: list[int] = []
        self._searched = 0

    def start(self, text: str) -> None:
        """Look for another text; for none when it is empty."""
        self.pattern = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self.forget()

    def forget(self) -> None:
        """Search again: what lines show has changed."""
        self.current = -1
        self._matches = []
        self._searched = 0

    @property
    def matches(self) -> list[int]:
        """The numbers of the matching lines that are kept, oldest first."""
        lines = self._lines
        del self._matches[: bisect_left(self._matches, lines.first)]
        if self.pattern is not None:
            new = range(max(self._searched, lines.first), lines.end)
            search = self.pattern.search
            self._matches += [at for at in new if search(seen_text(lines[at], lines.stamps))]
        self._searched = lines.end
        return self._matches

    @property
    def position(self) -> tuple[int, int]:
        """Which match is the current one, from 1 (0: none), and how many there are."""
        found = self.matches
        at = bisect_left(found, self.current)
        return (at + 1 if found[at : at + 1] == [self.current] else 0), len(found)

    def nearest(self, number: int) -> int | None:
        """The first match from line `number` on, else the last one."""
        found = self.matches
        return found[min(bisect_left(found, number), len(found) - 1)] if found else None

    def next(self, number: int) -> int | None:
        """The match after line `number`, round the end."""
        found = self.matches
        return found[bisect_right(found, number) % len(found)] if found else None

    def previous(self, number: int) -> int | None:
        """The match before line `number`, round the start."""
        found = self.matches
        return found[bisect_left(found, number) - 1] if found else None
