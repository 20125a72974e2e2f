"""What of a log is shown: lines that match, with some around them, of the sources that are not hidden."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from widgets.log_kept import LogText
from widgets.sgr import plain_text

LONGEST_LOOK = 4096
"""Characters at the start of a line that a pattern is held against."""
LONGEST_PATTERN = 1000

# (a+)+, (.*a)* and their like take time without end on a line that almost matches.
_ENDLESS = re.compile(
    r"""
    (?<!\\)\( (?: (?:[^()\\]|\\.)* (?:[+*]|\{\d*,\d*\}) [?+]?           # a repeat at the end of a group
              | (?:[^()\\]|\\.)*? (?<!\\)\.[+*] (?:[^()\\]|\\.)* )     # or of anything at all within it
    \) (?:[+*]|\{\d+(?:,\d*)?\}|\{,\d+\})                                # that is repeated itself
    """,
    re.DOTALL | re.VERBOSE,
)
# What a search finds begins anywhere: saying so makes it try every end from every start.
_ANY_START = re.compile(r"(?:\.\*(?![+?]))+(?=.)", re.DOTALL)


def pattern_of(text: str) -> re.Pattern[str]:
    """What a person typed, as a pattern: /a regular expression/, else the text itself; in any case.

    Raises ValueError, with a sentence for the person, when it is no regular expression or a dangerous one.
    """
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"That is longer than {LONGEST_PATTERN} characters.")
    if len(text) < 3 or text[0] != "/" or text[-1] != "/":
        return re.compile(re.escape(text), re.IGNORECASE)
    source = text[1:-1]
    if _ENDLESS.search(source):
        raise ValueError("A repeat within a repeat, as in (a+)+, could take for ever: write it with one.")
    try:
        start = _ANY_START.match(source)
        return re.compile(source[start.end() if start else 0 :], re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"Not a regular expression: {error}.") from None


class Sieve:
    """Tells which lines have a text, or match a /regular expression/, upper and lower case alike."""

    def __init__(self, text: str) -> None:
        """Raises ValueError, with a sentence for the person, when it cannot be used."""
        self.text = text
        self._search = pattern_of(text).search

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sieve) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def matches(self, raw: str) -> bool:
        """Whether a raw line does, without its escapes, as far as its first 4,096 characters tell."""
        return self._search(plain_text(raw)[:LONGEST_LOOK]) is not None


class Choice(NamedTuple):
    """What is to be shown."""

    keep: Sieve | None = None
    """Only lines that match, with `context` lines before and after each."""
    drop: Sieve | None = None
    """No line that matches."""
    context: int = 0
    hidden: frozenset[int] = frozenset()
    """No line of these sources."""


ALL = Choice()


class Passage:
    """Lets lines through in their order: first what is hidden or dropped goes, then all that is not kept.

    Notes and rules are neither kept nor dropped by what they say: they pass, and context ends at them.
    """

    def __init__(self, choice: Choice = ALL) -> None:
        self.choice = choice
        self.start()

    def start(self) -> None:
        """Forget all lines before."""
        self._held: deque[int] = deque(maxlen=self.choice.context)
        self._left_out = 0  # lines since the last one shown
        self._due = 0  # lines still to be shown after a match
        self._any = False

    @property
    def open(self) -> bool:
        """Nothing is held back."""
        return self.choice._replace(context=0) == ALL

    def keys(self, lines: Sequence[LogText], number: int) -> list[int]:
        """The keys of what is shown of lines numbered from `number`: see `key` and `gap`."""
        passed = self._remaining(lines, number)
        if self.choice.keep is None:
            return [key(at) for at, _ in passed]
        matches, shown = self.choice.keep.matches, list[int]()
        for at, line in passed:
            note = line.tone in ("note", "rule")
            if note or matches(line.text):
                self._show(shown, at, note)
            elif self._due:
                self._due -= 1
                shown.append(key(at))
            else:
                self._left_out += 1
                self._held.append(at)
        return shown

    def _remaining(self, lines: Sequence[LogText], number: int) -> Iterator[tuple[int, LogText]]:
        drops = self.choice.drop.matches if self.choice.drop is not None else None
        hidden = self.choice.hidden
        for at, line in enumerate(lines, number):
            if line.source in hidden or (
                drops is not None and line.tone not in ("note", "rule") and drops(line.text)
            ):
                continue
            yield at, line

    def _show(self, shown: list[int], at: int, note: bool) -> None:
        before = [] if note else list(self._held)
        if self.choice.context and self._any and self._left_out > len(before):
            shown.append(gap(before[0] if before else at))
        shown += map(key, before)
        shown.append(key(at))
        self._held.clear()
        self._left_out = 0
        self._any = True
        self._due = 0 if note else self.choice.context


def key(number: int) -> int:
    """What stands for a line in the order of all that is shown."""
    return 2 * number


def gap(number: int) -> int:
    """What stands for the gap before a line."""
    return 2 * number - 1
