"""What is said of jobs: one line for each, and all of one of them."""

from __future__ import annotations

import time

from textual.content import Content

from tui.engine.jobs import Job, JobState, Outcome
from tui.engine.progress import Layer, Progress
from tui.panes.words import size
from tui.screens.bars import SILENT_SECONDS
from tui.screens.rows import Ink, Piece, Row, cells, folded, padded, paragraph, whole
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


def clock(span: float) -> str:
    """Seconds as a clock shows them: "0:07", "1:02:03"."""
    minutes, seconds = divmod(int(span), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def elapsed(job: Job, now: float) -> str:
    """How long it runs or ran."""
    return clock((job.ended or now) - job.started)


def pace(progress: Progress | None) -> str:
    """How fast bytes move and how long they still take: "12.4MB/s, 0:07 left"; "" while none move."""
    if progress is None or not (rate := progress.rate):
        return ""
    left = progress.left
    return f"{size(int(rate))}/s" + (f", {clock(left)} left" if left is not None else "")


def bar(share: float, width: int = BAR) -> str:
    """A share of 1 as a bar with its per cent."""
    full = round(share * width)
    return f"{'█' * full}{'░' * (width - full)} {share:4.0%}"


def job_line(job: Job, now: float) -> Content:
    """One job in one line, what matters most at its beginning."""
    word, style = STATES[job.state]
    share = fraction(job)
    parts: list[Content | tuple[str, str] | str] = [
        (word.ljust(12), style),
        elapsed(job, now).rjust(7),
        "  ",
        (title(job), "bold"),
    ]
    if share is not None:
        parts.append(f"  {bar(share)}")
    if job.state is JobState.RUNNING and (moving := pace(job.progress)):
        # what each layer does is told where there is room for it
        parts.append(f"  {moving}")
    elif note := waiting(job, now):
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


def layer_rows(progress: Progress, width: int) -> list[Row]:
    """One row a layer: what happens to it, how far it is, its size; and what they come to."""
    layers = progress.layers
    named = max((cells(shown(layer.id)) for layer in layers), default=0)
    said = max((cells(shown(layer.status)) for layer in layers), default=0)
    rows = [_layer_row(layer, min(named, width // 3), min(said, width // 3)) for layer in layers]
    if progress.existed:
        there = f"{progress.existed} of {len(layers)} layers were there already: they need not move"
        rows += paragraph(shown(there), width, Ink.GOOD)
    moved = f"{size(progress.done)} of {size(progress.total)} moved" if progress.total else ""
    if words := ", ".join(filter(None, (moved, pace(progress)))):
        rows += paragraph(shown(words), width)
    return rows


def _layer_row(layer: Layer, named: int, said: int) -> Row:
    ink = Ink.GOOD if layer.complete else Ink.PLAIN
    row = [
        Piece(_column(layer.id, named), Ink.STRONG),
        Piece(shown("  ")),
        Piece(_column(layer.status, said), ink),
    ]
    if layer.total:
        row.append(Piece(shown(f"  {bar(layer.share)}  {size(layer.total)}"), ink))
    return row


def _column(text: str, width: int) -> Shown:
    """A text of exactly this width."""
    return padded(folded(shown(text), max(width, 2))[0], width)


def log_rows(job: Job, width: int) -> list[Row]:
    """What the job said of itself, with the local time of each line; the newest line is the last."""
    rows: list[Row] = []
    for line in job.log.lines:
        stamp = time.strftime("%H:%M:%S", time.localtime(line.time))
        first, *more = paragraph(whole(line.text), width, indent=len(stamp) + 2)
        rows.append([Piece(shown(f"{stamp}  "), Ink.DIM), *first[1:]])
        rows += more
    return rows
