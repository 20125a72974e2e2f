"""Figures of the demo Engine: how it starts, and Wharf on its ten thousand containers."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, islice, pairwise

import docker

from tests.bench.cost import resident, tree_cpu
from tests.bench.figures import Aim, Figure, median, p95
from tests.bench.presses import BACKSPACE, DOWN, ESCAPE, PAGE_DOWN, PAGE_UP, UP, Press, press
from tests.bench.programs import START_SECONDS, WHARF, Programs
from tests.bench.terminal import Terminal

CROWD = 10_000
SMALL, LARGE = "demo", "10k"
"""Scenes: the shop alone, and ten thousand more."""
FIRST = "crowd-00001"
SHOP = re.compile(r"shop-\w+")
ROWS = re.compile(r"crowd-\d{5}")
NOBODY = "unix:///nonexistent.sock"
"""Where there is no Engine: what is measured must not ask for one."""
FILTERS = ("worker", "!exited", "state=paused", "~cwd99", "crowd-0012 !created", "nothing-like-it")
BEGIN = """
import gc, time
gc.disable()  # as Wharf does at its start
began = time.perf_counter()
import asyncio, ipaddress, tempfile
there = time.perf_counter()
from tui.demo import DemoEngine
imported = time.perf_counter()
DemoEngine().start()
print(began, there, imported, time.perf_counter())
"""
SEEN_SECONDS = 5.0


def demo(programs: Programs, *, quick: bool) -> Iterator[Figure]:
    """The embedded demo, small and large, and a large one in a process of its own."""
    runs = 3 if quick else 7
    begun = [_begin() for _ in range(2 * runs)]
    whole, own = [sum(parts) for parts in begun], [sum(parts[1:]) for parts in begun]
    yield Figure("demo begun in a fresh Python", SMALL, "ms", median(whole), aim=Aim(100), note=_least(whole))
    note = f"{_least(own)}; of it made and begun {median(parts[2] for parts in begun):.1f}"
    yield Figure("  without asyncio and the like", SMALL, "ms", median(own), note=note)
    took, note = _first(programs, (*WHARF, "--demo"), NOBODY, SHOP, runs)
    yield Figure("first container shown", SMALL, "ms", took, note=note)
    many = (*WHARF, "--demo", str(CROWD))
    took, note = _first(programs, many, NOBODY, ROWS, runs)
    yield Figure("first rows shown", LARGE, "ms", took, aim=Aim(1500), note=note)
    with programs.ready(many, NOBODY, settle=3.0, row=ROWS) as terminal:
        yield from _typed(terminal, quick=quick)
        yield from _rest(terminal, 6.0 if quick else 15.0)
        yield Figure("resident memory", LARGE, "MiB", resident(terminal.pid), aim=Aim(200))
    with elsewhere(CROWD) as url:
        took, note = _first(programs, WHARF, url, ROWS, runs)
        yield Figure("first rows shown, demo elsewhere", LARGE, "ms", took, note=note)
        with programs.ready(WHARF, url, settle=3.0, row=ROWS) as terminal:
            yield from _changed(terminal, url, quick=quick)
            yield Figure("resident memory, demo elsewhere", LARGE, "MiB", resident(terminal.pid))


def _begin() -> list[float]:
    """Milliseconds of importing what else Wharf needs too, of importing the demo, and of making it begin."""
    done = subprocess.run([sys.executable, "-c", BEGIN], capture_output=True, text=True, check=True)
    moments = list(map(float, done.stdout.split()))
    return [(later - earlier) * 1000 for earlier, later in pairwise(moments)]


def _first(
    programs: Programs, program: Sequence[str], url: str, row: re.Pattern[str], runs: int
) -> tuple[float | None, str]:
    """Milliseconds from the start of a program until such a row is seen, and a word on them."""
    times, cost = [], []
    for _ in range(runs):
        with programs.start(program, url) as terminal:
            shown = terminal.wait_for(row.search, START_SECONDS)
            if shown is not None:
                times.append((shown.at - terminal.started) * 1000)
                cost.append(shown.cpu * 1000)
            terminal.send("q")
            terminal.end(SEEN_SECONDS)
    return median(times), f"{_least(times)}; processor {median(cost) or 0:.0f}"


def _least(times: Sequence[float]) -> str:
    return f"least {min(times, default=0):.0f}"


def _typed(terminal: Terminal, *, quick: bool) -> Iterator[Figure]:
    """Keys in the table of ten thousand rows, and filters letter by letter."""
    moves = press(terminal, islice(cycle([DOWN] * 3 + [UP] * 3), 18 if quick else 48))
    yield _settled("key until settled, p95", moves, Aim(16))
    pages = press(terminal, islice(cycle([PAGE_DOWN] * 2 + [PAGE_UP]), 9))
    yield _settled("page until settled, p95", pages)
    panes = press(terminal, "2341" * 2, quiet=0.25)
    yield _settled("another pane until settled, p95", panes)
    letters = []
    for text in FILTERS[::2] if quick else FILTERS:
        press(terminal, "/")
        letters += press(terminal, [*text, *[BACKSPACE] * len(text)], quiet=0.25)
        press(terminal, [ESCAPE])
    yield _settled("filter: letter until settled, p95", letters, Aim(100))
    yield _settled("sort until settled, p95", press(terminal, ["o"] * 9 + ["O"], quiet=0.25))


def _settled(name: str, presses: Sequence[Press], aim: Aim | None = None) -> Figure:
    took, cost = [each.took for each in presses], median(each.cpu for each in presses)
    note = f"{_least(took)}, median {median(took) or 0:.1f}; processor {cost or 0:.1f}"
    return Figure(name, LARGE, "ms", p95(took), aim=aim, note=note)


def _rest(terminal: Terminal, seconds: float) -> Iterator[Figure]:
    """The living demo and the screen at rest, in one process."""
    terminal.run_for(2.0)
    cpu, began = tree_cpu(terminal.pid), time.monotonic()
    terminal.run_for(seconds)
    cpu = (tree_cpu(terminal.pid) - cpu) / (time.monotonic() - began) * 100
    yield Figure("idle: processor, demo and all", LARGE, "%", cpu)


def _changed(terminal: Terminal, url: str, *, quick: bool) -> Iterator[Figure]:
    """A container stopped and started by somebody else: from the end of the call until it is seen."""
    api = docker.APIClient(base_url=url, version="auto")
    delays: dict[str, list[float | None]] = {"stop": [], "start": []}
    with contextlib.closing(api):
        for _ in range(3 if quick else 8):
            for name, do, word in (("stop", api.stop, " exited "), ("start", api.start, " up ")):
                terminal.run_for(0.6 + time.monotonic() * 7.3 % 0.2)  # in step with nothing
                do(FIRST)
                done = time.monotonic()
                shown = terminal.wait_for(partial(_says, word), SEEN_SECONDS)
                delays[name].append(shown and (shown.at - done) * 1000)
    for name, found in delays.items():
        yield Figure(f"{name} shown, demo elsewhere", LARGE, "ms", median(found))


def _says(word: str, text: str) -> bool:
    """Whether the first row has a word in it."""
    return any(FIRST in line and word in line for line in text.splitlines())


@contextlib.contextmanager
def elsewhere(scale: int) -> Iterator[str]:
    """The URL of a demo in a process of its own, with so many containers more than it has."""
    command = [sys.executable, "-m", "tui.demo", "--scale", str(scale)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().partition("=")[2]
        finally:
            process.send_signal(signal.SIGTERM)
