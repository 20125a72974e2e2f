"""Faults and slowness of the demo Engine, for whoever rehearses them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tui.demo.models import Refusal

BROKEN = "unexpected EOF"
"""What an Engine says of a transfer whose other end went away."""


@dataclass
class Fault:
    """Requests that are refused."""

    method: str
    path: str
    """Without the version; * stands for anything."""
    status: int
    message: str
    times: int
    """How many more are refused; below zero without end."""


@dataclass
class Dials:
    """What can be turned, at any moment and from any thread; as made, the Engine is quick and well."""

    latency: float = 0.0
    """Seconds before every answer; those that wait already go by what it is turned to."""
    cut_after: int | None = None
    """Bytes of an answer's body, a stream or a hijacked connection after which the connection is cut."""
    half_open: bool = False
    """Streams and hijacked connections stay open and say no more, as when the line is dead and nobody has
    noticed; what they hold back comes when it is turned off."""
    pace: float = 0.0
    """Seconds that 100 MB take in a stream of progress."""
    break_after: int | None = None
    """Lines of a stream of progress after which the transfer fails."""
    break_words: str = BROKEN
    """What the Engine says then, inside the stream; with no words the connection is cut instead."""
    faults: list[Fault] = field(default_factory=list)
    """Requests that are refused; see `refuse`."""
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def refuse(self, method: str, path: str, status: int, message: str, *, times: int = -1) -> None:
        """Answer such requests with an error, so many times, or until `forgive`."""
        with self._lock:
            self.faults.append(Fault(method, path, status, message, times))

    def forgive(self) -> None:
        """Refuse nothing any more."""
        with self._lock:
            self.faults.clear()

    def check(self, method: str, path: str) -> None:
        """Raise the Refusal that was asked for this request, if one was."""
        with self._lock:
            for fault in self.faults:
                if fault.times and fault.method == method and fnmatchcase(path, fault.path):
                    fault.times -= 1
                    raise Refusal(fault.status, fault.message)
