"""The steps of a build as they go: what each one is, how it stands, how long it took, what it said."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tui.engine.dockerfile import Dockerfile
from tui.engine.lines import MASK

STEP_LINES = 1000
"""So many lines a step's log keeps, the newest."""
LONGEST_LINE = 2000
"""Characters of a line that are kept."""


class StepState(StrEnum):
    """How a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CACHED = "cached"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(eq=False)
class Step:
    """One step of a build."""

    key: str
    name: str
    """The instruction: "RUN make"."""
    label: str = ""
    """Which step it is, in the builder's words: "3/7", "build 2/4"."""
    line: int | None = None
    """Where it stands in the Dockerfile, from 1; None for what the builder does by itself."""
    state: StepState = StepState.WAITING
    began: float | None = None
    """Seconds on a clock that only tells differences."""
    ended: float | None = None
    said: int = 0
    """Lines that it said, also those that are not kept any more."""
    error: str = ""
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=STEP_LINES))

    def took(self, now: float) -> float | None:
        """Seconds that it took, or has taken by `now`; None before it began."""
        if self.began is None:
            return None
        return max((self.ended if self.ended is not None else now) - self.began, 0.0)


def _order(step: Step) -> tuple[bool, float, float]:
    line = math.inf if step.line is None else step.line
    return (step.began is None, step.began or 0.0, line)


class Steps:
    """All steps of one build. One thread feeds it, others read it."""

    def __init__(self, secrets: Sequence[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        """`secrets` are masked wherever a step says them; `clock` tells seconds."""
        self.clock = clock
        self.image = ""
        """The id of the image, once there is one."""
        self.tags: list[str] = []
        self.total = 0
        """How many steps there will be; 0 while nobody told."""
        self.failed_line: int | None = None
        """The line of the Dockerfile at which it failed."""
        self._secrets = tuple(secret for secret in secrets if secret)
        self._steps: dict[str, Step] = {}
        self._lock = threading.Lock()

    @property
    def all(self) -> Sequence[Step]:
        """The steps in the order in which they began, those that did not as they stand in the Dockerfile."""
        with self._lock:
            return sorted(self._steps.values(), key=_order)

    @property
    def failed(self) -> Step | None:
        """The step that failed."""
        return next((step for step in self.all if step.state is StepState.FAILED), None)

    @property
    def done(self) -> int:
        """How many steps are behind it."""
        return sum(step.ended is not None for step in self.all)

    def get(self, key: str) -> Step | None:
        """The step of this key."""
        return self._steps.get(key)

    def add(self, step: Step) -> Step:
        """Another step."""
        step.name = self.masked(step.name)
        with self._lock:
            self._steps[step.key] = step
        return step

    def say(self, step: Step, line: str) -> None:
        """A step said a line."""
        line = self.masked(line)
        with self._lock:
            step.said += 1
            step._lines.append(line[:LONGEST_LINE])

    def since(self, step: Step, said: int) -> tuple[Sequence[str], int]:
        """The lines that a step said after so many, as far as they are kept, and how many it said by now."""
        with self._lock:
            new = min(step.said - said, len(step._lines))
            return tuple(step._lines)[len(step._lines) - new :] if new > 0 else (), step.said

    def masked(self, text: str) -> str:
        """A text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def stop(self) -> None:
        """The build was ended: what runs is stopped."""
        for step in self.all:
            if step.state is StepState.RUNNING:
                step.state, step.ended = StepState.STOPPED, self.clock()

    def fail(self, step: Step | None, words: str, line: int | None) -> None:
        """The build failed at a step, or at a line before any step began."""
        self.failed_line = line
        if step is not None:
            step.state, step.error, step.ended = StepState.FAILED, self.masked(words), self.clock()


_STEP = re.compile(r"(?:\[(\d+)/\d+\] )?(Step|STEP) (\d+)/(\d+) ?: (.*)", re.DOTALL)
"""Podman counts in each stage anew, and names the stage where there are several."""
_RESET = "\x1b[0m"
"""What the builder writes after the colour of errors, at the beginning of the next line."""
_CACHE = re.compile(r" ?--+> Using cache.*")
_INTERMEDIATE = re.compile(
    r" ?--+> (?:[0-9a-f]{12}|Running in [0-9a-f]+|Removed intermediate container [0-9a-f]+)"
    r"|Removing intermediate container [0-9a-f]+"
)
_BUILT = re.compile(r"Successfully built ([0-9a-f]+)")
_TAGGED = re.compile(r"Successfully tagged (.+)")
_PARSE_ERROR = re.compile(r"(?:parse error (?:on )?line|on line|Dockerfile line) (\d+)")


class ClassicSteps:
    """Reads the steps from what the Engine's own builder tells (POST /build)."""

    def __init__(self, steps: Steps, dockerfile: Dockerfile) -> None:
        self._steps = steps
        self._dockerfile = dockerfile
        self._step: Step | None = None
        self._half = ""

    def take(self, item: Mapping[str, Any]) -> str:
        """Take in one item of the stream that tells no failure; returns what is worth a line in a log."""
        aux = item.get("aux")
        if isinstance(aux, Mapping) and aux.get("ID"):
            self._steps.image = str(aux["ID"])
        if status := item.get("status"):
            # the FROM pulls an image
            name = f"{item['id']}: " if item.get("id") else ""
            if self._step is not None and not item.get("progressDetail"):
                self._steps.say(self._step, f"{name}{status}")
            return ""
        text = str(item.get("stream") or "")
        if not self._half and (found := _STEP.match(text)):
            return self._begin(found)
        whole, _, self._half = (self._half + text).rpartition("\n")
        if self._half == _RESET:
            self._half = ""
        told = [self._line(line) for line in whole.split("\n")] if whole else []
        if len(self._half) > LONGEST_LINE:
            told.append(self._line(self._half))
            self._half = ""
        return "\n".join(filter(None, told))

    def _begin(self, found: re.Match[str]) -> str:
        self._end()
        number, podman = int(found[3]), found[2] == "STEP"
        self._steps.total = int(found[4])
        label = " ".join(filter(None, (found[1] and f"[{found[1]}]", f"{number}/{found[4]}")))
        line = self._dockerfile.line_of_step(number, int(found[1] or 1) - 1 if podman else None)
        step = Step(label, " ".join(found[5].split()), label, line)
        step.state, step.began = StepState.RUNNING, self._steps.clock()
        self._step = self._steps.add(step)
        return f"Step {label}: {step.name}"

    def _end(self) -> None:
        if (step := self._step) is not None and step.ended is None:
            step.ended = self._steps.clock()
            if step.state is StepState.RUNNING:
                step.state = StepState.DONE

    def _line(self, line: str) -> str:
        """One whole line."""
        line = line.removeprefix(_RESET).removesuffix("\r")
        if found := _BUILT.fullmatch(line):
            self._end()
            self._steps.image = self._steps.image or found[1]
            return line
        if found := _TAGGED.fullmatch(line):
            self._steps.tags.append(found[1])
            return line
        step = self._step
        if step is None or not line:
            return ""
        if _CACHE.fullmatch(line):
            step.state = StepState.CACHED
            return f"Step {step.label}: cached"
        if not _INTERMEDIATE.fullmatch(line):
            self._steps.say(step, line)
            return self._steps.masked(line)
        return ""

    def finish(self) -> None:
        """The stream ended well."""
        if self._half:
            self._line(self._half)
        self._end()

    def fail(self, words: str) -> None:
        """The stream told a failure, or the Engine refused the whole build."""
        if self._half:
            self._line(self._half)
            self._half = ""
        step = self._step
        self._steps.fail(step, words, line_in(words) or (step.line if step is not None else None))


def line_in(words: str) -> int | None:
    """The line of the Dockerfile that an error names; None when it names none."""
    found = _PARSE_ERROR.search(words)
    return int(found[1]) if found else None
