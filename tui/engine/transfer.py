"""Requests that answer with their progress, item by item: pull, push, load."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.engine.jobs import Job, Skip
from tui.engine.progress import Progress

if TYPE_CHECKING:
    import requests

STOPPED = "stopped before it was complete"


def follow(job: Job, ask: Callable[[], requests.Response]) -> Progress:
    """Send a request by `ask` and read its progress to the end; a cancel cuts the stream.

    Raises EngineError for what fails, also inside of the stream; Skip when it was cancelled.
    """
    import requests

    from tui.engine.connection import cut

    answer = ask()
    job.when_cancelled(lambda: cut(answer))
    job.progress = Progress()
    try:
        with answer:
            # a line end cut in two by the network leaves an empty line
            for text in filter(None, answer.iter_lines()):
                if job.cancelled.is_set():
                    break
                job.take(json.loads(text))
    except requests.RequestException:
        if not job.cancelled.is_set():
            raise
    if job.cancelled.is_set():
        raise Skip(STOPPED)
    return job.progress
