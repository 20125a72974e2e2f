"""Figures of a log that is followed: how fast it is read, what it costs, and whether keys still answer."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.cost import Peak, own_cpu, resident
from tests.bench.figures import Aim, Figure, median, p95
from tests.bench.ground import Ground
from tests.bench.programs import WHARF
from tests.bench.scene import LOG, LOG_END, LOG_LINES
from tests.bench.terminal import Terminal

SEEN_SECONDS = 5.0
WRITTEN_SECONDS = 120.0
TALKING = "aa-talking"
AT_ONCE, PAUSE = 500, 0.1
"""So many lines every so many seconds: 5,000 a second."""


def follow(ground: Ground) -> Iterator[Figure]:
    """Following a million lines as they are written, and pressing keys while 5,000 a second come."""
    rates, grown, spent = [], [], []
    for run in range(ground.count(3, 1)):
        name = f"{LOG}-{run}"
        ident = ground.builder.run(name, ("sh", "-c", _after_a_sign(_million())))
        with ground.programs.start(WHARF, ground.url) as terminal:
            _open(terminal, name)
            before, cpu, peak = resident(terminal.pid), own_cpu(terminal.pid), Peak(terminal.pid)
            _sign(ground, ident)
            first = terminal.wait_for(lambda text: "biglog line" in text, SEEN_SECONDS, peak.look)
            last = terminal.wait_for(lambda text: LOG_END in text, WRITTEN_SECONDS, peak.look)
            if first and last:
                rates.append(LOG_LINES / (last.at - first.at))
                grown.append((max(peak.most, resident(terminal.pid)) - before) * 2**20 / 1e6)
                spent.append((own_cpu(terminal.pid) - cpu) / LOG_LINES * 1e6)
        ground.builder.api.remove_container(ident, force=True)
    yield ground.figure("lines followed", "/s", median(rates))
    yield ground.figure("1,000,000 lines: memory grows by", "MB", median(grown), aim=Aim(10))
    yield ground.figure("processor a line", "µs", median(spent))
    yield from _keys(ground)


def _keys(ground: Ground) -> Iterator[Figure]:
    script = f"while :; do seq {AT_ONCE}; sleep {PAUSE}; done"
    ground.builder.run(TALKING, ("sh", "-c", script))
    with ground.programs.start(WHARF, ground.url) as terminal:
        _open(terminal, TALKING)
        terminal.run_for(2.0)
        times: list[float | None] = []
        for _ in range(ground.count(20, 8)):
            for key, word in (("k", "paused"), ("G", "following")):
                sent = time.monotonic()
                terminal.send(key)
                shown = terminal.wait_for(lambda text, word=word: word in text, SEEN_SECONDS)
                times.append(shown and (shown.at - sent) * 1000)
                terminal.run_for(0.2)
    found = [each for each in times if each is not None]
    missing = len(times) - len(found)
    note = f"{missing} of {len(times)} never" if missing else ""
    yield ground.figure("key amid 5,000 lines a second, p95", "ms", p95(found), aim=Aim(30), note=note)


def _million() -> str:
    return f"seq {LOG_LINES} | sed 's/^/biglog line /'; echo {LOG_END}; exec sleep 1000000"


def _after_a_sign(script: str) -> str:
    return f"while [ ! -e /go ]; do sleep 0.1; done; {script}"


def _sign(ground: Ground, ident: str) -> None:
    api = ground.builder.api
    api.exec_start(api.exec_create(ident, ["touch", "/go"])["Id"])


def _open(terminal: Terminal, name: str) -> None:
    """Open the log of the first container in the table, which has this name."""
    terminal.wait_for(lambda text: name in text, SEEN_SECONDS)
    terminal.run_for(2.0)
    terminal.send("l")
    terminal.wait_for(lambda text: "following" in text, SEEN_SECONDS)
    terminal.run_for(1.0)
