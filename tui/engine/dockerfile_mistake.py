"""One mistake in a Dockerfile: where it is, what is wrong, how to mend it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tui.engine.dockerfile_lines import Statement

LONGEST = 40
"""Characters of the file that a sentence repeats."""


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """A builder refuses it."""
    HINT = "hint"
    """It is built, but is most likely not what was meant."""


class Mistake(NamedTuple):
    """Something wrong in a Dockerfile. Its sentences repeat parts of the file, as they are."""

    line: int
    """From 1."""
    column: int
    """From 1."""
    severity: Severity
    sentence: str
    """What is wrong."""
    mend: str
    """How to put it right."""


def error(statement: Statement, at: int, sentence: str, mend: str) -> Mistake:
    """What is refused at a place in a statement."""
    line, column = statement.place(at)
    return Mistake(line, column + 1, Severity.ERROR, sentence, mend)


def hint(statement: Statement, at: int, sentence: str, mend: str) -> Mistake:
    """What is doubtful at a place in a statement."""
    return error(statement, at, sentence, mend)._replace(severity=Severity.HINT)


def short(text: str) -> str:
    """As much of a word as a sentence may repeat."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
