"""Saving logs to a file of this machine: what is shown of them, or all that the Engine has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.engine.jobs import Job, Target, Task
from tui.engine.lines import DockerLine, docker
from tui.engine.log_places import Origin
from tui.engine.logs import LogLine
from tui.verbs.verb import Answers, Blank, Desk, FileRequest, Question, Sheet

if TYPE_CHECKING:
    from tui.engine.archives import Standing
    from tui.engine.connection import Connection

SHOWN, WHOLE = "what is shown", "the whole log"
PLAIN, JSON = "plain lines", "JSON lines"
OVERHEAD = {PLAIN: 1, JSON: 150}
"""About how many bytes of a file a line has beside its text."""


@dataclass(frozen=True, slots=True)
class LogSaving:
    """What there is to save."""

    origins: Sequence[Origin]
    """The containers, by the number of a line's source."""
    lines: list[LogLine]
    """What is shown of their logs."""
    name: str
    """A container's or a project's: the file is named after it."""
    project: bool = False
    """Whether the name is a project's."""
    times: bool = False
    """Whether plain lines have their times before them."""
    since: Sequence[str] = ()
    """The options of `docker logs` that show as much as is shown."""

    def line(self, answers: Answers) -> DockerLine:
        """The docker line that tells the same; where to is left to the shell."""
        flags = self.since if answers["what"] == SHOWN else ()
        if self.times or answers["form"] == JSON:
            flags = (*flags, "--timestamps")
        if self.project:
            return docker("compose", "-p", self.name, "logs", *flags)
        return docker("logs", *flags, self.name)

    @property
    def sheet(self) -> Sheet:
        """What is to be asked first."""
        questions = (
            Question("what", "Save", Blank.CHOICE, value=SHOWN, options=(SHOWN, WHOLE)),
            Question("form", "As", Blank.CHOICE, value=PLAIN, options=(PLAIN, JSON)),
        )
        return Sheet(f"Save the log of {self.name}", "choose a file", questions, self.line)

    def request(self, answers: Answers) -> FileRequest:
        """The question for the file."""
        size = 0
        if answers["what"] == SHOWN:
            size = sum(len(line.text) + OVERHEAD[answers["form"]] for line in self.lines)
        return FileRequest(
            f"Save the log of {self.name}",
            "save",
            lambda path: self.line(answers),
            writes=True,
            name=f"{self.name.replace('/', '-')}.{'jsonl' if answers['form'] == JSON else 'log'}",
            needs=size,
        )

    def task(self, answers: Answers, path: Path, replaces: Standing | None) -> Task:
        """The task that writes the file; `replaces` is the one that it may replace."""
        shown = self.lines if answers["what"] == SHOWN else None
        origins, several, times = self.origins, len(self.origins) > 1, self.times

        def work(job: Job, connection: Connection, target: Target) -> str:
            from tui.engine.log_file import save_log

            told = save_log(
                *(job, path, shown, origins),
                form="json" if answers["form"] == JSON else "plain",
                names=several,
                times=times,
                replaces=replaces,
            )
            if shown is not None:
                shown.clear()  # the job is remembered for long
            return f"{told} in {path}"

        target = Target(" ".join(origin.ref for origin in origins), f"{self.name} to {path.name}")
        return Task("container.logs", "save log", self.line(answers), (target,), work)


async def save_logs(desk: Desk, saving: LogSaving) -> None:
    """Ask what, how and where to, and begin; who leaves a question is at the one before it again."""
    from tui.engine.archives import standing

    sheet = saving.sheet
    while (answers := await desk.fill(sheet)) is not None:
        while (path := await desk.choose_file(saving.request(answers))) is not None:
            if await desk.start(saving.task(answers, path, standing(path))) is not None:
                return
        sheet = sheet.filled(answers)
