"""What a log screen shows, as it is saved."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.logs import LogLine
from tui.screens.logs_sources import Sources, origin_of
from tui.screens.logs_view import ReadLog
from tui.verbs.log_saving import LogSaving

STREAMS = {"out": 1, "err": 2}


def saving_of(log: ReadLog, sources: Sources, since: Sequence[str]) -> LogSaving:
    """The containers that are not hidden, and the lines that are shown. Raises Unreachable.

    `since` are the options of `docker logs` that show as much.
    """
    seen = [number for number, source in enumerate(sources.all) if not source.hidden]
    places = {number: place for place, number in enumerate(seen)}
    lines = [
        LogLine(STREAMS[line.tone], line.text, line.at, places[line.source])
        for line in log.shown
        if line.tone in STREAMS and line.source in places
    ]
    return LogSaving(
        [origin_of(sources[number]) for number in seen],
        lines,
        sources.project or sources[log.source].model.name,
        project=bool(sources.project),
        times=log.times != "off",
        since=since,
    )
