"""Keys without the rest that a Pilot takes after each: for tests that wait for what they look at anyway."""

from __future__ import annotations

from typing import Any

from textual import _wait
from textual.pilot import Pilot

GRANULARITY, IDLE = 0.004, 0.0005
"""How often it is looked whether the process rests, and how busy it may be meanwhile, in seconds."""


async def press_quickly(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other, each worked off by the screen before this returns.

    A Pilot sleeps for 40 ms after each key, and longer while any thread of the process is busy; there is no
    public way to have it otherwise.
    """
    before = _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE
    _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = GRANULARITY, IDLE
    try:
        await pilot.press(*keys)
    finally:
        _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = before
