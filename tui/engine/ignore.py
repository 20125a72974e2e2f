"""What a .dockerignore leaves out of a build, read as Docker reads it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import NamedTuple

IGNORE_FILE = ".dockerignore"

Matches = tuple[bool, ...]
"""Which of the patterns fit a path, or a folder that it is in."""


class IgnoreError(ValueError):
    """A pattern that Docker refuses; the text says which."""


class Pattern(NamedTuple):
    """One line of the file."""

    text: str
    """As Docker cleans it, without the exclamation mark."""
    keeps: bool
    """Whether it is an exception: what fits is sent after all."""
    fits: re.Pattern[str]


def lines_of(text: str) -> list[str]:
    """The patterns in the text of a .dockerignore; a comment begins at the first character of its line."""
    found = []
    for line in text.removeprefix("\ufeff").split("\n"):
        words = line.strip()
        if line.startswith("#") or not words:
            continue
        mark = "!" if words.startswith("!") else ""
        words = words.removeprefix("!").strip()
        if words:
            cleaned = posixpath.normpath(words)
            # a root of two slashes is kept by POSIX, and by nobody else
            words = cleaned.lstrip("/") or "/"
        found.append(mark + words)
    return found


class Ignore:
    """The patterns of a build, in their order: the last one that fits a path decides."""

    def __init__(self, patterns: Iterable[str] = (), always: Iterable[str] = ()) -> None:
        """`always` are paths that are sent in spite of all patterns. Raises IgnoreError."""
        self.patterns: tuple[Pattern, ...] = tuple(map(_pattern, patterns))
        for path in always:
            if self.leaves_out(path):
                self.patterns += (Pattern(path, True, re.compile(re.escape(path))),)
        self._kept = [f"{pattern.text}/" for pattern in self.patterns if pattern.keeps]

    def look(self, path: str, above: Matches = ()) -> tuple[bool, Matches]:
        """Whether a path is left out, given what `look` found of the folder that it is in.

        Paths are relative to the context, with slashes.
        """
        left_out = False
        found = []
        for place, pattern in enumerate(self.patterns):
            fits = bool(above) and above[place]
            # what would change nothing is not looked at
            if not fits and pattern.keeps is left_out:
                fits = pattern.fits.fullmatch(path) is not None
            if fits:
                left_out = not pattern.keeps
            found.append(fits)
        return left_out, tuple(found)

    def leaves_out(self, path: str) -> bool:
        """Whether a path is left out, by itself or with a folder that it is in."""
        left_out, above = False, Matches()
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            left_out, above = self.look("/".join(parts[:end]), above)
        return left_out

    def may_hold_kept(self, folder: str) -> bool:
        """Whether an exception can name something in a folder that is left out."""
        return any(kept.startswith(f"{folder}/") for kept in self._kept)


def _pattern(text: str) -> Pattern:
    keeps = text.startswith("!")
    words = text.removeprefix("!")
    if not words:
        raise IgnoreError('illegal exclusion pattern: "!"')
    try:
        return Pattern(words, keeps, re.compile(_expression(words), re.DOTALL))
    except re.error:
        raise IgnoreError(f"error in the pattern {text}: syntax error in pattern") from None


def _expression(words: str) -> str:
    """The pattern as a regular expression: ** is any number of folders, * and ? stay within a name."""
    parts = []
    at = 0
    while at < len(words):
        char = words[at]
        at += 1
        if words.startswith("**", at - 1):
            at += 1
            if words.startswith("/", at):
                at += 1
            parts.append(".*" if at == len(words) else "(.*/)?")
        elif char == "*":
            parts.append("[^/]*")
        elif char == "?":
            parts.append("[^/]")
        elif char == "[":
            end = words.find("]", at + 1)
            if end < 0:
                raise re.error("no end of the class")
            inside = words[at:end]
            parts.append(f"[{'^' if inside.startswith('^') else ''}{_class(inside.removeprefix('^'))}]")
            at = end + 1
        elif char == "\\":
            if at == len(words):
                raise re.error("nothing is escaped")
            parts.append(re.escape(words[at]))
            at += 1
        else:
            parts.append(re.escape(char))
    return "".join(parts)


def _class(inside: str) -> str:
    """The characters of a class, of which only the backslash and the range mean something."""
    return re.sub(r"([\[\]&~|^])", r"\\\1", inside)
