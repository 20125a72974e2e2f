"""What an overview is made of, and how an answer in which every key may be missing or null is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tui.engine.lines import quote
from tui.panes.secrets import covered
from widgets.table import Tone

Found = Mapping[str, Any]
"""An object of the Engine's answer to an inspect."""


class Fact(NamedTuple):
    """One line of an overview, with the Engine's exact strings.

    A label of "" continues the fact above; a label with a text of "" is the heading of a section.
    """

    label: str
    text: str
    tone: Tone = Tone.PLAIN


def fact(label: str, text: str, tone: Tone = Tone.PLAIN) -> list[Fact]:
    """One fact, or none when there is nothing to say."""
    return [Fact(label, text, tone)] if text else []


def facts(label: str, texts: Iterable[str], tone: Tone = Tone.PLAIN) -> list[Fact]:
    """A fact of several lines; empty ones say nothing."""
    return labelled(label, (Fact("", text, tone) for text in texts if text))


def labelled(label: str, lines: Iterable[Fact]) -> list[Fact]:
    """Lines that all continue one fact."""
    return [line._replace(label="" if n else label) for n, line in enumerate(lines)]


def section(title: str, *parts: Iterable[Fact]) -> list[Fact]:
    """Facts under a heading, or nothing when there are none."""
    inside = [one for part in parts for one in part]
    return [Fact(title, ""), *inside] if inside else []


def branch(found: Found | None, *keys: str) -> Found:
    """The object at the end of these keys; empty when anything on the way is missing or null."""
    for key in keys:
        found = (found or {}).get(key)
    return found or {}


def word(found: Found, key: str) -> str:
    """The value of a key as a string; "" when it is missing or null."""
    value = found.get(key)
    return "" if value is None else str(value)


def number(found: Found, key: str) -> int:
    """The value of a key as a whole number; 0 when it is missing or null."""
    return int(found.get(key) or 0)


def command_line(words: str | Iterable[str] | None) -> str:
    """A command as one would type it."""
    if isinstance(words, str):
        return words
    return " ".join(map(quote, words or ()))


def pairs(items: Iterable[tuple[str, str]], *, reveal: bool = False) -> list[str]:
    """Labels or options as KEY=VALUE in order of their keys, secrets covered."""
    return [
        f"{key}={covered(key, value, reveal=reveal)}" if value else key
        for key, value in sorted((key, value or "") for key, value in items)
    ]


def short_id(identifier: str) -> str:
    """The first 12 digits of an id, without its "sha256:"."""
    return identifier.removeprefix("sha256:")[:12]
