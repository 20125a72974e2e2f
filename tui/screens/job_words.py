"""What is said of jobs: one line for each, and all of one of them."""

from __future__ import annotations

from textual.content import Content

from tui.engine.jobs import Job, JobState, Outcome
from tui.screens.bars import SILENT_SECONDS
from tui.screens.rows import Ink, Row, paragraph, whole
from widgets.text import Shown, shown

BAR = 10
"""Cells of a progress bar."""

STATES = {
    JobState.RUNNING: ("◌ running", ""),
    JobState.DONE: ("● done", "$text-success"),
    JobState.FAILED: ("✗ failed", "$text-error"),
    JobState.CANCELLED: ("○ cancelled", "$text-warning"),
}

OUTCOMES = {
    Outcome.DONE: ("● done", Ink.GOOD),
    Outcome.SKIPPED: ("○ skipped", Ink.WARN),
    Outcome.REFUSED: ("✗ refused", Ink.BAD),
}

STILL_UNDER_WAY = "Cancelled. The Engine may still do what is under way."


def title(job: Job) -> Shown:
    """The verb and what it works on: "stop web", "stop 3 objects"."""
    targets = job.task.targets
    return shown(f"{job.task.title} {targets[0].name if len(targets) == 1 else f'{len(targets):,} objects'}")


def fraction(job: Job) -> float | None:
    """How much is done, as the job reports it or by its targets; None when nobody can tell."""
    if job.state is not JobState.RUNNING:
        return None
    if job.fraction is not None or len(job.task.targets) < 2:
        return job.fraction
    return len(job.results) / len(job.task.targets)


def waiting(job: Job, now: float) -> str:
    """What it says of itself, or for how long the Engine has not answered."""
    if job.state is not JobState.RUNNING or job.note or job.asked is None:
        return job.note if job.state is JobState.RUNNING else ""
    silent = now - job.asked
    return f"no answer for {int(silent)} s" if silent > SILENT_SECONDS else ""


def elapsed(job: Job, now: float) -> str:
    """How long it runs or ran: "0:07", "1:02:03"."""
    minutes, seconds = divmod(int((job.ended or now) - job.started), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def job_line(job: Job, now: float) -> Content:
    """One job in one line, what matters most at its beginning."""
    word, style = STATES[job.state]
    share = fraction(job)
    full = round((share or 0) * BAR)
    parts: list[Content | tuple[str, str] | str] = [
        (word.ljust(12), style),
        elapsed(job, now).rjust(7),
        "  ",
        (title(job), "bold"),
    ]
    if share is not None:
        parts.append(f"  {'█' * full}{'░' * (BAR - full)} {share:.0%}")
    if note := waiting(job, now):
        parts.append((f"  {shown(note)}", "dim"))
    return Content.assemble(*parts)


def result_rows(job: Job, now: float, width: int) -> list[Row]:
    """The docker line, and how it went for each target."""
    rows: list[Row] = list(paragraph(whole(job.task.line.masked()), width, Ink.ACCENT))
    if job.state is JobState.CANCELLED:
        rows += paragraph(shown(STILL_UNDER_WAY), width, Ink.WARN)
    for result in job.results:
        word, ink = OUTCOMES[result.outcome]
        said = f": {result.words}" if result.words else ""
        rows += paragraph(whole(f"{word}  {result.target.name}{said}"), width, ink)
        if result.error is not None and result.error.advice:
            rows += paragraph(whole(result.error.advice), width, indent=2)
    if job.doing is not None:
        rows += paragraph(whole(f"◌ under way  {job.doing.name}"), width)
    if note := waiting(job, now):
        rows += paragraph(whole(note), width, Ink.DIM, indent=2)
    return rows
