"""Lines that are records, in JSON or logfmt: read into fields, and told in one line."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from widgets.log_levels import level_of
from widgets.sgr import LONGEST_LINE, plain_text
from widgets.text import Shown, shown

LONGEST_VALUE = 2000
"""Characters of a value that the summary tells."""
MOST_FIELDS = 500
"""Fields of a logfmt line; what has more is none."""

_LEVELS = ("level", "lvl", "severity", "loglevel", "log.level", "log_level", "levelname", "@level")
_MESSAGES = ("msg", "message", "@message", "event", "short_message")
_TIMES = ("time", "ts", "timestamp", "@timestamp", "t", "@t", "datetime", "date", "asctime", "eventtime")

_KEY = r"[A-Za-z_@][\w.@/-]{0,99}"
_LOGFMT_START = re.compile(rf"{_KEY}=")
_PAIR = re.compile(rf'\s*({_KEY})(?:=("(?:[^"\\]|\\.)*"|[^\s"=][^\s"]*|(?=\s|$)))?(?=\s|$)', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Told(NamedTuple):
    """A record in one line; a span is (start, end, tone)."""

    plain: Shown
    spans: tuple[tuple[int, int, str], ...]


def may_have_fields(raw: str) -> bool:
    """Whether a line could be a record; False is sure, and told at once."""
    return raw[:1] in ("{", " ", "\x1b") or _LOGFMT_START.match(raw) is not None


def fields_of(raw: str) -> list[tuple[str, str]] | None:
    """All fields of a raw line in their order, as they came; None when it is no record.

    Values inside others are compact JSON. What the strings hold is not made safe to paint.
    """
    if not may_have_fields(raw) or len(raw) > LONGEST_LINE:
        return None
    text = (plain_text(raw) if "\x1b" in raw else raw).strip()
    if text.startswith("{"):
        return _json(text)
    return _logfmt(text)


def told(raw: str, timed: bool) -> Told | None:
    """`LEVEL message  key=value …` of a record; None when the line is none.

    Its time is left out where the line is `timed`, and so has it already.
    """
    fields = fields_of(raw)
    if not fields:
        return None
    level = _pop(fields, _LEVELS)
    message = _pop(fields, _MESSAGES)
    if timed:
        _pop(fields, _TIMES)
    spans: list[tuple[int, int, str]] = []
    parts: list[str] = []
    length = 0

    def add(text: str, tone: str = "") -> None:
        nonlocal length
        if tone:
            spans.append((length, length + len(text), tone))
        parts.append(text)
        length += len(text)

    if level:
        word = shown(level, 20).upper()
        name = level_of(level)
        add((name or word).upper().ljust(5), f"level-{name}" if name else "")
        add(" ")
    if message:
        add(shown(message, LONGEST_LINE))
        add("  " if fields else "")
    for index, (key, value) in enumerate(fields):
        add(f"{' ' if index else ''}{shown(key, 100)}=", "key")
        add(shown(value, LONGEST_VALUE))
    plain = "".join(parts).rstrip()
    if not plain:
        return None
    return Told(Shown(plain), tuple(span for span in spans if span[0] < len(plain)))


def _pop(fields: list[tuple[str, str]], names: tuple[str, ...]) -> str:
    """Take out the field that has the first of these names; empty when there is none."""
    keys = [key.lower() for key, _ in fields]
    name = next((name for name in names if name in keys), None)
    return fields.pop(keys.index(name))[1] if name is not None else ""


class _Pairs(list[tuple[str, Any]]):
    """An object with all its keys, also those that come twice."""


class _Number(str):
    """A number with the digits it came with."""


def _json(text: str) -> list[tuple[str, str]] | None:
    if not text.endswith("}"):
        return None
    try:
        found = _decode(text)
        return [(key, value if isinstance(value, str) else _compact(value)) for key, value in found]
    except (ValueError, RecursionError):
        return None


_decode = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_Number
).decode
_quoted = json.JSONEncoder(ensure_ascii=False).encode


def _compact(value: object) -> str:
    match value:
        case _Number():
            return value
        case _Pairs():
            return "{" + ",".join(f"{_quoted(key)}:{_compact(inner)}" for key, inner in value) + "}"
        case list():
            return "[" + ",".join(map(_compact, value)) + "]"
        case _:
            return _quoted(value)


def _logfmt(text: str) -> list[tuple[str, str]] | None:
    if not _LOGFMT_START.match(text):
        return None
    fields: list[tuple[str, str]] = []
    pairs = position = 0
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None or len(fields) >= MOST_FIELDS:
            return None
        key, value = match.groups()
        pairs += value is not None
        fields.append((key, _unquoted(value or "")))
        position = match.end()
    return fields if pairs > 1 and pairs * 2 > len(fields) else None


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), value[1:-1])
