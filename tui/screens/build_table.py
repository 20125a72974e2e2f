"""The steps of a build as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.css.scalar import Scalar

from tui.engine.build_steps import Step, StepState
from widgets.table import Cell, Column, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

LEAST = 4
"""Rows of the table of steps, its title among them, even when there are fewer."""
COLUMNS = (
    Column("state", Shown("STATE"), least=9),
    Column("step", Shown("STEP"), least=4, most=20),
    Column("seconds", Shown("TIME"), least=6, right=True),
    Column("line", Shown("LINE"), least=4, right=True, priority=2),
    Column("name", Shown("INSTRUCTION"), least=20, most=400, grows=True),
)

STATES = {
    StepState.WAITING: ("○ waiting", Tone.DIM),
    StepState.RUNNING: ("◌ running", Tone.ACCENT),
    StepState.DONE: ("● done", Tone.GOOD),
    StepState.CACHED: ("● cached", Tone.GOOD),
    StepState.FAILED: ("✗ failed", Tone.BAD),
    StepState.STOPPED: ("○ stopped", Tone.WARN),
}


class StepTable(UnmarkedTable):
    """Each step with how it stands and how long it took; as high as it has rows."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` tells seconds, as that of the steps does."""
        super().__init__(COLUMNS, self._cells)
        self._clock = clock
        self._steps: dict[str, Step] = {}
        self._seen: dict[str, tuple[StepState, str]] = {}

    @property
    def chosen(self) -> Step | None:
        """The step under the cursor."""
        return self._steps.get(self.cursor or "")

    @property
    def current(self) -> Step | None:
        """The step to look at: what failed, else what runs, else the last that began."""
        steps = list(reversed(self._steps.values()))
        for state in (StepState.FAILED, StepState.RUNNING):
            for step in steps:
                if step.state is state:
                    return step
        return next((step for step in steps if step.began is not None), None)

    def follow(self, steps: Sequence[Step], most: int) -> None:
        """Show the steps as they are now, in no more than `most` rows."""
        self._steps = {step.key: step for step in steps}
        height = max(LEAST, min(len(steps) + 1, most))
        if self.styles.height != Scalar.from_number(height):
            self.styles.height = height
        now = {step.key: (step.state, self._seconds(step)) for step in steps}
        changed = {key for key, value in now.items() if self._seen.get(key) != value}
        if list(now) != list(self._seen) or changed:
            self._seen = now
            self.show(list(now), changed)

    def _seconds(self, step: Step) -> str:
        took = step.took(self._clock())
        return "–" if took is None or step.state is StepState.CACHED else f"{took:.1f} s"

    def _cells(self, key: str) -> Sequence[Cell]:
        step = self._steps[key]
        word, tone = STATES[step.state]
        return [
            Cell(Shown(word), tone),
            Cell(shown(step.label), Tone.DIM),
            Cell(Shown(self._seconds(step))),
            Cell(Shown(str(step.line or "")), Tone.DIM),
            Cell(shown(step.name), Tone.DIM if step.line is None else Tone.PLAIN),
        ]
