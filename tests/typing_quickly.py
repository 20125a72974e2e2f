"""Keys of a text without the rest that a Pilot takes after each."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from textual import _wait
from textual.pilot import Pilot

GRANULARITY, IDLE = 0.004, 0.0005
"""How often it is looked whether the process rests, and how busy it may be meanwhile, in seconds."""


async def press_keys(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other; what is followed by another character of a text is pressed quickly.

    A Pilot sleeps for 40 ms after each key, and longer while any thread of the process is busy; there is no
    public way to have it otherwise. The last key of a text, and every key that is none, get all of it.
    """
    for key, after in zip_longest(keys, keys[1:], fillvalue=""):
        if len(key) == len(after) == 1:
            await _press_quickly(pilot, key)
        else:
            await pilot.press(key)


async def _press_quickly(pilot: Pilot[Any], key: str) -> None:
    before = _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE
    _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = GRANULARITY, IDLE
    try:
        await pilot.press(key)
    finally:
        _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = before
