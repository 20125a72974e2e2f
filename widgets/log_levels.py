"""The level of a log line, found in the formats that programs use."""

from __future__ import annotations

import re
from itertools import repeat
from typing import Literal, NamedTuple

Level = Literal["error", "warn", "info", "debug", "trace"]

LONGEST_LOOK = 200
"""Characters at the start of a line in which its level is looked for."""

_WORDS: dict[str, Level] = {
    **dict.fromkeys(
        (
            "fatal",
            "panic",
            "emerg",
            "emergency",
            "alert",
            "crit",
            "critical",
            "severe",
            "error",
            "err",
            "eror",
            "ftl",
        ),
        "error",
    ),
    **dict.fromkeys(("warn", "warning", "wrn"), "warn"),
    **dict.fromkeys(("info", "information", "informational", "notice", "inf", "log"), "info"),
    **dict.fromkeys(("debug", "dbg", "fine", "config"), "debug"),
    **dict.fromkeys(("trace", "trc", "verbose", "finer", "finest", "silly"), "trace"),
}
# In running text "log", "fine" or "config" are just words: there only these, and only in capitals.
_LOUD = (
    "FATAL|PANIC|EMERGENCY|EMERG|ALERT|CRITICAL|CRIT|SEVERE|ERROR|ERR|WARNING|WARN|WRN|NOTICE|INFO|INF"
    "|DEBUG|DBG|TRACE|TRC|VERBOSE"
)
_NAMES = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBERS: dict[str, Level] = {
    "10": "trace",
    "20": "debug",
    "30": "info",
    "40": "warn",
    "50": "error",
    "60": "error",
}
_LETTERS: dict[str, Level] = {"I": "info", "W": "warn", "E": "error", "F": "error", "D": "debug"}
_PRIORITIES: tuple[Level, ...] = ("error", "error", "error", "error", "warn", "info", "info", "debug")
_REDIS: dict[str, Level] = {"#": "warn", "*": "info", "-": "debug", ".": "trace"}

# Only the start of a line can have these.
_AT_START = re.compile(
    r"""
    <(?P<priority>\d{1,3})>                                                        # syslog
    | (?P<letter>[IWEFD])\d{4}[ ]\d\d:\d\d:\d\d                                    # glog, klog
    | \d+:[XCSM][ ]\d{1,2}[ ]\w{3}[ ]\d{4}[ ][\d:.]{8,12}[ ](?P<redis>[#*.-])[ ]  # redis
    | (?i:(?P<first>error|warning|warn|info|debug|fatal|panic|critical|trace)):
    """,
    re.VERBOSE,
)
# Each begins with letters, by which a place is found many times faster than by what stands before them.
_ANYWHERE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:level|lvl|severity|loglevel|log[._]level|levelname)\"?\s?[:=]\s?"
        rf"(?:\"?(?P<named>(?i:{_NAMES}))\b|(?P<number>[1-6]0)\b)",
        rf"\[\s?(?P<boxed>(?i:{_NAMES}))\s?[\]:]",
        rf"(?P<loud>{_LOUD})(?![\w/-]|\.\w)",
        r"(?P<log>LOG|HINT|DETAIL|STATEMENT|CONTEXT):  ",  # postgres
    )
)
_WITHIN_A_WORD = re.compile(r"[\w./-]")


class Found(NamedTuple):
    """A level, and where in the line it stands."""

    level: Level
    start: int
    end: int


def level_in(text: str) -> Found | None:
    """The level of a line without escapes; None where none is told. The first place that tells one counts."""
    text = text[:LONGEST_LOOK]
    match = _AT_START.match(text) or min(
        filter(None, map(_search, _ANYWHERE, repeat(text))), key=_start, default=None
    )
    if match is None:
        return None
    kind = match.lastgroup or ""
    level = _level(kind, match[kind])
    return Found(level, *match.span(kind)) if level else None


def _search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    for match in pattern.finditer(text):
        start = match.start()
        if not start or text[start] == "[" or not _WITHIN_A_WORD.match(text, start - 1):
            return match
    return None


def _start(match: re.Match[str]) -> int:
    return match.start()


def level_of(word: str) -> Level | None:
    """The level that a word or one of pino's numbers names."""
    return _NUMBERS.get(word) or _WORDS.get(word.lower())


def _level(kind: str, word: str) -> Level | None:
    match kind:
        case "priority":
            return _PRIORITIES[int(word) % 8]
        case "letter":
            return _LETTERS[word]
        case "redis":
            return _REDIS[word]
        case "log":
            return "info"
        case _:
            return level_of(word)
