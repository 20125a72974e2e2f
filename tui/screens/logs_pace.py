"""Whether a log is still being read up to its end, told by how many lines come at a time."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

BATCH = 1000
"""Where so many lines come at once there are more."""
BEHIND_SECONDS = 0.5
"""Where no more of them come for so long, the end has been reached after all."""


class Pace:
    """Notes each batch of lines of a log."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._until = clock()

    @property
    def behind(self) -> bool:
        """Whether there are more lines than those that came."""
        return self._clock() < self._until

    def begin(self, *, at_end: bool) -> None:
        """A log begins to be read; its last lines are complete as they come."""
        self._until = self._clock() + (0 if at_end else BEHIND_SECONDS)

    def note(self, lines: int) -> None:
        """So many lines came at once."""
        if self.behind:
            self.begin(at_end=lines < BATCH)
