"""When a line was written, in words of a fixed width, so that the text after them lines up."""

from __future__ import annotations

import time
from typing import Literal

Times = Literal["off", "age", "local", "utc"]
TIMES: tuple[Times, ...] = ("off", "age", "local", "utc")
WIDTHS: dict[Times, int] = {"off": 0, "age": 5, "local": 18, "utc": 19}
"""Cells of each."""

AGE_STEP = 5
"""Seconds in which an age under a minute changes."""

_NS = 1_000_000_000
_LATEST = 253_402_300_799  # the end of the year 9999, which is as far as calendars here go
_UNITS = (("d", 86_400), ("h", 3600), ("m", 60))


def words(at: int, times: Times, now: float) -> str:
    """The time `at`, nanoseconds since the epoch, as `times` has it; blank when it is not known.

    `now` is in seconds since the epoch.
    """
    if times == "off":
        return ""
    if not 0 < at // _NS <= _LATEST:
        return " " * WIDTHS[times]
    if times == "age":
        return age(now - at / _NS).rjust(WIDTHS["age"])
    seconds, rest = divmod(at, _NS)
    moment = time.localtime(seconds) if times == "local" else time.gmtime(seconds)
    text = f"{time.strftime('%m-%d %H:%M:%S', moment)}.{rest // 1_000_000:03}"
    return f"{text}Z" if times == "utc" else text


def age(seconds: float) -> str:
    """How long ago, in one unit; what seems to come from the future is now."""
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{min(9999, int(seconds // size))}{unit}"
    whole = int(max(0.0, seconds)) // AGE_STEP * AGE_STEP
    return f"{whole}s" if whole else "now"
