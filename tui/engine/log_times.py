"""Times as a person types them: from when on a log is read, and where in it to go."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from tui.engine.log_places import After, Beginning, Place, Tail

NANO = 1_000_000_000
"""Nanoseconds in a second."""
MOST_LINES = 1_000_000
"""So many lines of a tail may be asked for."""
NO_TIME = "No time. Try 15m, 14:30, or 2026-11-24 14:30."

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?:\d+ ?[smhdw] ?)+")
_PART = re.compile(r"(\d+) ?([smhdw])")
_WORDS = re.compile(r"(?<=\d) ?(sec|min|hour|day|week)(?:ond|ute)?s?\b")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_SHORT_HOUR = re.compile(r" (\d:)")
_TAIL = re.compile(r"(?:tail|last) (\d+)")
_LONGEST_SPAN = 100 * 365 * 86_400


class Since(NamedTuple):
    """From where on a log is read."""

    place: Place
    words: str
    """What a person reads: "since 15m"."""
    flags: tuple[str, ...]
    """The options of `docker logs` that mean the same."""


TAIL = Since(Tail(), "", ("--tail", str(Tail().lines)))
"""What a log is opened with."""
WHOLE = Since(Beginning(), "", ("--tail", "all"))
"""What it is once nothing older is left."""


def since(text: str, now: float, begins: int = 0) -> Since:
    """From where on to read, as typed. Times are local, and a time of day later than now is yesterday's.

    `now` is in epoch seconds; `begins` in epoch nanoseconds, before the first line of the container's last
    run, or 0 if it never ran. Raises ValueError with a sentence that says what is wrong.
    """
    typed = " ".join(text.split()).lower()
    if typed == "all":
        return Since(Beginning(), "from the beginning", ("--tail", "all"))
    if typed == "start":
        if not begins:
            raise ValueError("Nobody knows when it started.")
        return Since(After(begins - 1), "since start", ("--since", rfc3339(begins)))
    if found := _TAIL.fullmatch(typed):
        lines = int(found[1])
        if not 1 <= lines <= MOST_LINES:
            raise ValueError(f"From 1 to {MOST_LINES:,} lines can be asked for.")
        return Since(Tail(lines), f"tail {lines:,}", ("--tail", str(lines)))
    if typed.isdecimal():
        raise ValueError(f"Lines or minutes? Type tail {typed}, or {typed}m.")
    at = moment(text, now)
    if span := _span(typed):
        return Since(After(at - 1), f"since {_go_span(span)}", ("--since", _go_span(span)))
    words = datetime.fromtimestamp(at // NANO)
    day = "" if words.date() == datetime.fromtimestamp(now).date() else f"{words:%Y-%m-%d} "
    return Since(After(at - 1), f"since {day}{words:%H:%M:%S}", ("--since", rfc3339(at)))


def moment(text: str, now: float) -> int:
    """A typed time in epoch nanoseconds: a length of time before now, a time of day, a date with or without.

    `now` is in epoch seconds. Raises ValueError with a sentence that says what is wrong.
    """
    typed = " ".join(text.split())
    if span := _span(typed.lower()):
        if span > _LONGEST_SPAN:
            raise ValueError("That is longer ago than there are logs.")
        return int((now - span) * NANO)
    if found := _CLOCK.fullmatch(typed):
        return _of_day(found, now)
    try:
        at = datetime.fromisoformat(_SHORT_HOUR.sub(r" 0\1", typed))
        nanos = int(at.replace(microsecond=0).timestamp()) * NANO + at.microsecond * 1000
    except (ValueError, OverflowError, OSError):
        raise ValueError(NO_TIME) from None
    if nanos > now * NANO:
        raise ValueError("That time is yet to come.")
    return max(nanos, 1)


def rfc3339(at: int) -> str:
    """Epoch nanoseconds as UTC in full: "2026-11-24T14:30:00.000000001Z"."""
    seconds, nanos = divmod(at, NANO)
    fraction = f".{nanos:09}".rstrip("0").removesuffix(".")
    return f"{datetime(1970, 1, 1) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _of_day(found: re.Match[str], now: float) -> int:
    today = datetime.fromtimestamp(now)
    try:
        at = today.replace(
            hour=int(found[1]), minute=int(found[2]), second=int(found[3] or 0), microsecond=0, fold=0
        )
    except ValueError:
        raise ValueError("A day goes from 0:00 to 23:59.") from None
    if at.timestamp() > now:
        at -= timedelta(days=1)
    return int(at.timestamp()) * NANO


def _span(typed: str) -> int:
    """Seconds of a length of time; 0 when it is none."""
    typed = _WORDS.sub(lambda found: found[1][0], typed)
    if not _SPAN.fullmatch(typed):
        return 0
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(typed))


def _go_span(seconds: int) -> str:
    """A length of time as `docker logs --since` takes it."""
    for unit in ("h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"
