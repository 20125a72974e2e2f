"""What is seen of a line itself, as it came or as its fields."""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style

from widgets.log_fields import Told, may_have_fields, told
from widgets.log_kept import LogText
from widgets.log_levels import level_in
from widgets.sgr import LONGEST_LINE, parse, plain_text
from widgets.text import Shown

STREAMS = ("out", "err")
"""Tones of what programs wrote."""


class Body(NamedTuple):
    """Text ready to paint; a span is (start, end, style or the name of a tone)."""

    plain: Shown
    spans: tuple[tuple[int, int, Style | str], ...] = ()
    whole: bool = True
    """Whether this is all of the line, or only its beginning."""


def body(line: LogText, fields: bool, enough: int = LONGEST_LINE) -> Body:
    """What is seen of a line, at least its first `enough` characters; with `fields` those of a record."""
    if (record := _record(line, fields)) is not None:
        return Body(*record)
    found = Body(*parse(line.text, enough))
    if not found.spans and line.tone in STREAMS and (level := level_in(found.plain)) is not None:
        return found._replace(spans=((level.start, level.end, f"level-{level.level}"),))
    return found


def body_text(line: LogText, fields: bool) -> Shown:
    """The text alone of all of `body(line, fields)`."""
    record = _record(line, fields)
    return plain_text(line.text) if record is None else record.plain


def is_literal(line: LogText, fields: bool) -> bool:
    """Whether what is seen is, for sure and told at once, a cell for each character of the raw text."""
    text = line.text
    return text.isascii() and text.isprintable() and not (fields and may_have_fields(text))


def _record(line: LogText, fields: bool) -> Told | None:
    if fields and line.tone in STREAMS and may_have_fields(line.text):
        return told(line.text, timed=line.at > 0)
    return None
