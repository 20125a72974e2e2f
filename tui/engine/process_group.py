"""Ending programs that Wharf started, with all that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from typing import Any

END_SECONDS = 3.0
"""How long a program has to end by itself."""


def end_group(process: subprocess.Popen[Any]) -> None:
    """End a program that leads a process group of its own: in order at first, and in the end for sure."""

    def signalled(number: signal.Signals) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    signalled(signal.SIGTERM)
    later = threading.Timer(END_SECONDS, signalled, (signal.SIGKILL,))
    later.daemon = True
    later.start()
