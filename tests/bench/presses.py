"""Keys, and how long the screen takes to stand still after each."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from tests.bench.cost import own_cpu
from tests.bench.terminal import Terminal

DOWN, UP, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~"
BACKSPACE, ESCAPE = "\x7f", "\x1b"


class Press(NamedTuple):
    """What one key did."""

    took: float
    """Milliseconds until the last change of the screen."""
    size: float
    """Bytes written."""
    cpu: float
    """Milliseconds of processor."""


def press(terminal: Terminal, keys: Iterable[str], quiet: float = 0.08) -> list[Press]:
    """Press keys one after the other; one that changes nothing is left out.

    The screen stands still when it has for `quiet` seconds: longer than any gap between two changes of a key.
    """
    presses = []
    for key in keys:
        terminal.settle(0.1)
        size, changes, cpu, sent = terminal.bytes, terminal.changes, own_cpu(terminal.pid), time.monotonic()
        terminal.send(key)
        terminal.wait_for_change(changes, 1.0)
        terminal.settle(quiet)
        if terminal.changes > changes:
            took, spent = (terminal.changed.at - sent) * 1000, (own_cpu(terminal.pid) - cpu) * 1000
            presses.append(Press(took, float(terminal.bytes - size), spent))
    return presses
