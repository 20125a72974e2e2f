"""Ending with the terminal: on SIGHUP, and when the terminal is gone although SIGHUP is ignored."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

GRACE_SECONDS = 0.6
"""How long the app has to end by itself."""
HUNG_UP = 128 + signal.SIGHUP
"""The exit code, as a shell counts it."""


def end_with_terminal(app: App[Any], descriptor: int = 0) -> None:
    """Watch the terminal from now on, and end the app when it goes away.

    Textual's input loop reads end-of-file over and over when nobody ends it. The watching thread costs
    nothing: it sleeps until the kernel reports a hang-up.
    """
    signalled, signal_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: os.write(signal_end, b"!") and None)

    def watch() -> None:
        poller = select.poll()
        poller.register(descriptor, 0)  # only POLLHUP and POLLERR, which are always reported
        poller.register(signalled, select.POLLIN)
        poller.poll()
        app.call_later(app.exit, return_code=HUNG_UP)
        time.sleep(GRACE_SECONDS)
        os._exit(HUNG_UP)

    threading.Thread(target=watch, name="terminal watch", daemon=True).start()
