"""How long a Pilot rests after what it did: until the app has worked it off, and no longer."""

from __future__ import annotations

import asyncio
from time import monotonic

from textual import app as textual_app
from textual import pilot as textual_pilot
from textual._context import active_app
from textual.app import App, ScreenStackError

THREADS = 0.002
"""Seconds that threads get to bring their answer, when what they do is short."""
MOST = 1.0
"""Seconds after which an app that never comes to rest is left to itself, as Textual does."""


async def rest(least: float = 0.0, most: float = MOST) -> None:
    """Wait until an app has nothing more to do for what it was told.

    Stands for textual._wait.wait_for_idle, which sleeps 20 ms at least, twice for each key, and up to a
    second while any thread of the process is busy. Here every message is worked off and what became of it is
    laid out and painted, without waiting for the next frame. What threads and timers bring later has to be
    waited for.
    """
    end = monotonic() + max(most, least)
    await asyncio.sleep(max(THREADS, least))
    await _nothing_to_run(end)
    app = active_app.get(None)
    while app is not None and app._running and monotonic() < end:
        if app._batch_count:
            await asyncio.sleep(THREADS)
        elif not _hurry(app):
            return
        await _nothing_to_run(end)


async def _nothing_to_run(end: float) -> None:
    """Let the loop go on until nothing is left to run in it at once."""
    # there is no public way to see that
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    while True:
        await asyncio.sleep(0)
        if not ready or monotonic() > end:
            return


def _hurry(app: App[object]) -> bool:
    """Do at once what an app put off till the next frame; whether there was any."""
    if app._resize_timer is not None:
        app._check_resize()
        return True
    try:
        screen = app.screen
    except ScreenStackError:
        return False
    if not screen._update_timer._active.is_set():
        return False
    screen._on_timer_update()
    return True


def rest_shortly() -> None:
    """Have every Pilot rest that way."""
    textual_app.wait_for_idle = textual_pilot.wait_for_idle = rest  # type: ignore[attr-defined]
