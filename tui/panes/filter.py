"""The filter line: plain text, `!not`, `key=value` and `~fuzzy`, all of which must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Words = Mapping[str, str]
"""What can be looked for in an object, by key."""
Test = Callable[[Words], bool]


def parse_filter(text: str) -> Test:
    """The test that a filter line stands for; an empty one holds for everything."""
    tests = [_term(term) for term in text.lower().split()]
    return lambda words: all(test(words) for test in tests)


def _term(term: str) -> Test:
    if term.startswith("!") and len(term) > 1:
        test = _term(term[1:])
        return lambda words: not test(words)
    if term.startswith("~") and len(term) > 1:
        return lambda words: _fuzzy(term[1:], words.get("name", "").lower())
    key, equals, value = term.partition("=")
    if equals and key:
        return lambda words: (
            any(value in found.lower() for name, found in words.items() if name.startswith(key))
            or (f"{key}={value}" in words.get("label", "").lower())
        )
    return lambda words: any(term in found.lower() for found in words.values())


def _fuzzy(letters: str, text: str) -> bool:
    """Whether the letters occur in this order."""
    rest = iter(text)
    return all(letter in rest for letter in letters)
