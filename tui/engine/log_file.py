"""Writing logs to a file of the machine that Wharf runs on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from tui.engine.archives import REPORT_SECONDS, Standing, amount, arriving, write_all
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Skip
from tui.engine.log_feed import Beginning, Ended, Feed, Lines, News, Origin
from tui.engine.logs import LogLine, stamp
from tui.engine.transfer import STOPPED

Form = Literal["plain", "json"]
"""Lines as they are, or a JSON object on each."""

LONGEST = 16 * 1024 * 1024
"""Bytes of one line that are written; a longer one ends in an ellipsis."""
TOGETHER = 1000
"""Lines that are written at once."""


def save_log(
    job: Job,
    path: Path,
    lines: Iterable[LogLine] | None,
    origins: Sequence[Origin],
    *,
    form: Form = "plain",
    names: bool = False,
    times: bool = False,
    replaces: Standing | None = None,
) -> str:
    """Write these lines to a file, or without any the whole logs of all origins in order of time.

    A line's `source` is the place of its container in `origins`. Plain lines have the time (RFC 3339, UTC)
    and the container's name before them where asked for; a JSON line always has both, and the stream. Nothing
    of a log is in memory but some thousand lines. The file comes into being when it is complete, and replaces
    `replaces` only. Returns what there is to say of it. Raises EngineError, or Skip when it was cancelled.
    """
    containers = [origin.name for origin in origins]
    line_of = _json_line(containers) if form == "json" else _plain_line(containers, names=names, times=times)
    with arriving(job, path, replaces) as file:
        count = size = 0
        told = 0.0
        for batch in _whole(job, origins) if lines is None else _batches(lines):
            if job.cancelled.is_set():
                raise Skip(STOPPED)
            data = "".join(map(line_of, batch)).encode()
            write_all(file, path, data)
            count += len(batch)
            size += len(data)
            if time.monotonic() - told >= REPORT_SECONDS:
                told = time.monotonic()
                job.report(f"wrote {count:,} lines, {amount(size)}")
    return f"{count:,} lines, {amount(size)}"


def _plain_line(containers: Sequence[str], *, names: bool, times: bool) -> Callable[[LogLine], str]:
    def line_of(line: LogLine) -> str:
        before = f"{stamp(line.at) or '-'} " if times else ""
        return f"{before}{containers[line.source]} {line.text}\n" if names else f"{before}{line.text}\n"

    return line_of


def _json_line(containers: Sequence[str]) -> Callable[[LogLine], str]:
    streams = {1: "stdout", 2: "stderr"}

    def line_of(line: LogLine) -> str:
        entry = {
            "time": stamp(line.at) or None,
            "container": containers[line.source],
            "stream": streams[line.fd],
            "log": line.text,
        }
        return json.dumps(entry, ensure_ascii=False) + "\n"

    return line_of


def _batches(lines: Iterable[LogLine]) -> Iterator[Sequence[LogLine]]:
    lines = iter(lines)
    while batch := list(islice(lines, TOGETHER)):
        yield batch


def _whole(job: Job, origins: Sequence[Origin]) -> Iterator[Sequence[LogLine]]:
    """All lines of all logs. Raises EngineError when one broke off, or none can be read."""
    news: SimpleQueue[News | None] = SimpleQueue()
    feed = Feed(origins, news.put, Beginning(), follow=False, longest=LONGEST)

    def stop() -> None:
        feed.close()
        news.put(None)

    refused: list[EngineError] = []
    left = len(origins)
    feed.start()
    try:
        job.when_cancelled(stop)
        while left and (told := news.get()) is not None:
            if isinstance(told, Lines):
                yield told.lines
                feed.taken()
            elif isinstance(told, Ended):
                left -= 1
                if told.error is not None:
                    if told.error.status is None:
                        raise told.error
                    job.log.add(f"{origins[told.source].name}: {told.error.message}")
                    refused.append(told.error)
    finally:
        feed.close()
    if refused and len(refused) == len(origins):
        raise refused[0]
