"""A search in the lines of a log: finds matching lines as they come and forgets those that go."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from widgets.log_body import body_text
from widgets.log_lines import LogLines
from widgets.log_sieve import pattern_of


class LogSearch:
    """Which of the lines shown have a text in what is seen of them; looked at when somebody asks."""

    def __init__(self, lines: LogLines) -> None:
        self.pattern: re.Pattern[str] | None = None
        self.current: int | None = None
        """The number of the line last gone to."""
        self._lines = lines
        self._matches: list[int] = []
        self._searched: tuple[int, int] | None = None  # the first and the last line that were looked at

    def start(self, text: str) -> None:
        """Look for another text or /regular expression/; for none when it is empty.

        Raises ValueError, with a sentence for the person, when it cannot be used; then nothing changes.
        """
        self.pattern = pattern_of(text) if text else None
        self.current = None
        self.forget()

    def forget(self) -> None:
        """Search again: what lines show has changed."""
        self._matches = []
        self._searched = None

    @property
    def matches(self) -> list[int]:
        """The numbers of the matching lines that are shown, oldest first."""
        lines = self._lines
        if self.pattern is None:
            return []
        first, last = lines.step(lines.kept.first, 0), lines.step(lines.kept.end, 0)
        if first is None or last is None:
            self.forget()
            return []
        if self._searched is None:
            self._matches = self._among(first, last)
        else:
            was_first, was_last = self._searched
            del self._matches[bisect_right(self._matches, last) :]
            del self._matches[: bisect_left(self._matches, first)]
            if first < was_first:
                self._matches[:0] = self._among(first, min(was_first - 1, last))
            if was_last < last:
                self._matches += self._among(max(was_last + 1, first), last)
        self._searched = first, last
        return self._matches

    def _among(self, first: int, last: int) -> list[int]:
        assert self.pattern is not None
        lines, search = self._lines, self.pattern.search
        return [at for at in lines.between(first, last) if search(body_text(lines[at], lines.fields))]

    @property
    def position(self) -> tuple[int, int]:
        """Which match is the current one, from 1 (0: none), and how many there are."""
        found = self.matches
        if self.current is None:
            return 0, len(found)
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
