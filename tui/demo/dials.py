"""Faults and slowness of the demo Engine, for whoever rehearses them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tui.demo.models import Refusal


@dataclass
class Fault:
    """Requests that are refused."""

    method: str
    path: str
    """Without the version; * stands for anything."""
    refusal: Refusal
    times: int
    """How many more are refused; below zero without end."""


@dataclass
class Dials:
    """What can be turned, at any moment and from any thread; as made, the Engine is quick and well."""

    latency: float = 0.0
    """Seconds before every answer."""
    cut_after: int | None = None
    """Bytes of an answer's body after which the connection is cut in the middle."""
    half_open: bool = False
    """Streams stay open and say no more, as when the line is dead and nobody has noticed."""
    pace: float = 0.0
    """Seconds that 100 MB take in a stream of progress."""
    break_after: int | None = None
    """Lines of a stream of progress after which an error comes in place of the rest."""
    faults: list[Fault] = field(default_factory=list)
    """Requests that are refused; see `refuse`."""

    def refuse(self, method: str, path: str, status: int, message: str, *, times: int = -1) -> None:
        """Answer such requests with an error, so many times, or until `faults` is emptied."""
        self.faults.append(Fault(method, path, Refusal(status, message), times))

    def check(self, method: str, path: str) -> None:
        """Raise the Refusal that was asked for this request, if one was."""
        for fault in self.faults:
            if fault.times and fault.method == method and fnmatchcase(path, fault.path):
                fault.times -= 1
                raise fault.refusal
