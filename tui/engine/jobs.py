"""Jobs: verbs under way, each on a thread of its own, one result an object."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.engine.errors import EngineError, engine_errors
from tui.engine.lines import DockerLine
from tui.engine.progress import Progress

if TYPE_CHECKING:
    from tui.engine.connection import Connection

KEPT = 200
"""So many ended jobs of an Engine are remembered."""
LOG_LINES = 1000
"""So many lines a job's log keeps, the newest."""
LINE_CHARACTERS = 2000
"""What a line of it is cut to."""


class Outcome(StrEnum):
    """How it ended for one object."""

    DONE = "done"
    SKIPPED = "skipped"
    """Not touched: it is not what the plan showed any more."""
    REFUSED = "refused"
    """The Engine said no."""


@dataclass(frozen=True, slots=True)
class Target:
    """One object a job works on."""

    ref: str
    """Exactly what is sent to the Engine: an id, a reference or a volume name."""
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """How it went for one target."""

    target: Target
    outcome: Outcome
    words: str = ""
    """Why it was skipped, or the Engine's own sentence, or what the Engine answered."""
    error: EngineError | None = None


class JobState(StrEnum):
    """Where a job stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


Work = Callable[["Job", "Connection", Target], str]
"""Does one target; returns what there is to say of it. Raises EngineError, or Skip."""


class Skip(Exception):
    """The target is left alone; the text says why."""


class LogLine(NamedTuple):
    """What a job said of itself, and when."""

    time: float
    """Seconds since the epoch."""
    text: str


class Log:
    """The last lines that a job said of itself: one thread writes them, others read."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._lock = threading.Lock()

    def add(self, text: str) -> None:
        """Add a text, line by line."""
        now = self._clock()
        with self._lock:
            self._lines.extend(LogLine(now, line[:LINE_CHARACTERS]) for line in text.splitlines())

    @property
    def lines(self) -> Sequence[LogLine]:
        """The lines, the oldest first."""
        with self._lock:
            return tuple(self._lines)


@dataclass(frozen=True, slots=True)
class Task:
    """What a verb wants done, before it begins."""

    verb: str
    """The verb's id: "container.stop"."""
    title: str
    """What a person reads: "stop"."""
    line: DockerLine
    targets: tuple[Target, ...]
    work: Work
    done: Callable[[Job], None] | None = None
    """Called on the job's thread when it has ended well."""
    quiet: bool = False
    """Whether the one who started it shows itself what the Engine refused."""

    def without(self, done: Iterable[Target]) -> Task:
        """The same task for its other targets, in the docker line too."""
        names = {target.name for target in done}
        args = tuple(arg for arg in self.line.args if arg not in names)
        targets = tuple(target for target in self.targets if target.name not in names)
        return replace(self, targets=targets, line=replace(self.line, args=args))


@dataclass(eq=False)
class Job:
    """One task under way or ended. Its thread writes it, the screen reads it."""

    number: int
    task: Task
    started: float = field(default_factory=time.monotonic)
    """time.monotonic()."""
    ended: float | None = None
    state: JobState = JobState.RUNNING
    results: list[Result] = field(default_factory=list)
    doing: Target | None = None
    """The target whose request is under way."""
    asked: float | None = None
    """time.monotonic() when that request began."""
    note: str = ""
    """What it is doing now, in the Engine's words."""
    fraction: float | None = None
    """How much is done, 0 to 1; None when nobody can tell."""
    progress: Progress | None = None
    """What the Engine tells of the layers of the target under way; None for what moves none."""
    log: Log = field(default_factory=Log)
    """What happened, line by line; no secret ever comes into it."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    watched: bool = False
    """Whether a screen shows how it ends, so that nobody else need say so."""
    _ends: Callable[[], None] | None = None

    def report(self, note: str, fraction: float | None = None) -> None:
        """Say how far it is."""
        self.note, self.fraction = note, fraction

    def take(self, item: Mapping[str, Any]) -> None:
        """Say how far it is by an item of the Engine's progress. Raises EngineError for a failure in it."""
        if self.progress is None:
            self.progress = Progress()
        self.log.add(self.progress.take(item))
        self.report(self.progress.note, self.progress.fraction)

    def when_cancelled(self, end: Callable[[], None]) -> None:
        """Have a cancel end the request under way so, on the canceller's thread; at once if there was one."""
        self._ends = end
        if self.cancelled.is_set():
            end()

    def cancel(self) -> None:
        """Do no further target, and stop waiting for the one under way: the Engine may still do that one."""
        self.cancelled.set()
        if self.state is JobState.RUNNING:
            self.state = JobState.CANCELLED
            self.log.add("cancelled")
        if self._ends is not None:
            self._ends()

    def again(self) -> Task:
        """The task that does what this job did not do."""
        done = [result.target for result in self.results if result.outcome is Outcome.DONE]
        return self.task.without(done)

    @property
    def refused(self) -> list[Result]:
        """The results that the Engine refused."""
        return [result for result in self.results if result.outcome is Outcome.REFUSED]

    def count(self, outcome: Outcome) -> int:
        """How many targets ended so."""
        return sum(result.outcome is outcome for result in self.results)


JobListener = Callable[[Job], None]


class Jobs:
    """All jobs of one Engine, the newest last."""

    def __init__(self, listener: JobListener) -> None:
        self._listener = listener
        self._numbers = itertools.count(1)
        self.all: list[Job] = []

    @property
    def running(self) -> Sequence[Job]:
        """The jobs under way."""
        return [job for job in self.all if job.state is JobState.RUNNING]

    def start(self, task: Task, connection: Connection) -> Job:
        """Begin a task on a thread; the listener hears of the job's beginning and end, on that thread."""
        job = Job(next(self._numbers), task)
        job.log.add(task.line.masked())
        self.all.append(job)
        for old in [job for job in self.all if job.ended is not None][:-KEPT]:
            self.all.remove(old)
        threading.Thread(
            target=self._run, args=(job, connection), name=f"job {job.number}", daemon=True
        ).start()
        return job

    def _run(self, job: Job, connection: Connection) -> None:
        self._listener(job)
        for target in job.task.targets:
            if job.cancelled.is_set():
                break
            job.doing, job.asked, job.progress = target, time.monotonic(), None
            result = _one(job, connection, target)
            # after a cancel nobody waits any more, and the answer still tells what happened
            job.results.append(result)
            job.log.add(f"{target.name}: {result.outcome} {result.words}".rstrip())
        job.doing, job.asked = None, None
        job.ended = time.monotonic()
        if job.state is JobState.RUNNING:
            job.state = JobState.FAILED if job.refused else JobState.DONE
        if job.state is JobState.DONE and job.task.done is not None:
            job.task.done(job)
        self._listener(job)


def _one(job: Job, connection: Connection, target: Target) -> Result:
    try:
        with engine_errors():
            return Result(target, Outcome.DONE, job.task.work(job, connection, target))
    except Skip as why:
        return Result(target, Outcome.SKIPPED, str(why))
    except EngineError as error:
        return Result(target, Outcome.REFUSED, error.message, error)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        strange = EngineError(f"the answer cannot be read: {error!r}")
        return Result(target, Outcome.REFUSED, strange.message, strange)


def tally(results: Sequence[Result]) -> Mapping[Outcome, int]:
    """How many ended how; only what occurred."""
    counts = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
    return {outcome: count for outcome, count in counts.items() if count}
