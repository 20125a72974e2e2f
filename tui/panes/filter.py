"""The filter line: text, `!not`, `key=value`, `~fuzzy` and patterns with `*`, all of which must hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Words = Mapping[str, str]
"""What can be looked for in an object, by key and in lower case; all of it stands under ALL."""
ALL = ""
NAMES = ("name", "repository")
"""What a pattern may fit."""
Test = Callable[[Words], bool]


def words_of(raw: Mapping[str, str]) -> Words:
    """What a filter looks at, from an object's raw strings by key."""
    words = {key: value.lower() for key, value in raw.items()}
    words[ALL] = "\n".join(words.values())  # no term holds the end of a line
    return words


def parse_filter(text: str) -> Test:
    """The test that a filter line stands for; an empty one holds for everything."""
    tests = [_term(term) for term in text.lower().split()]
    return tests[0] if len(tests) == 1 else lambda words: all(test(words) for test in tests)


def _term(term: str) -> Test:
    if term.startswith("!") and len(term) > 1:
        test = _term(term[1:])
        return lambda words: not test(words)
    if term.startswith("~") and len(term) > 1:
        return lambda words: _fuzzy(term[1:], words.get("name", ""))
    key, equals, value = term.partition("=")
    if equals and key and "*" in value:
        fits = _pattern(value)
        return lambda words: any(
            fits(part) for name, found in words.items() if name.startswith(key) for part in found.split()
        )
    if equals and key:
        return lambda words: (
            # what is nowhere need not be looked for by key
            value in words[ALL]
            and (
                any(value in found for name, found in words.items() if name.startswith(key))
                or term in words.get("label", "")
            )
        )
    if "*" in term:
        fits = _pattern(term)
        # what has a star in it is found by that too
        return lambda words: any(fits(words.get(key, "")) for key in NAMES) or term in words[ALL]
    return lambda words: term in words[ALL]


def _pattern(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text fits; `*` stands for any letters."""
    fitting = re.compile(".*".join(map(re.escape, re.split(r"\*+", pattern))), re.DOTALL)
    return lambda text: fitting.fullmatch(text) is not None


def _fuzzy(letters: str, text: str) -> bool:
    """Whether the letters occur in this order."""
    at = 0
    for letter in letters:
        at = text.find(letter, at) + 1
        if not at:
            return False
    return True
