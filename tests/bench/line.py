"""Figures of the line: what Wharf writes to a terminal of the usual size, as SSH would carry it."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle, islice, takewhile

import docker

from tests.bench.demo import elsewhere
from tests.bench.figures import Aim, Figure, median
from tests.bench.presses import DOWN, ESCAPE, UP, Press, press
from tests.bench.programs import WHARF, Programs
from tests.bench.terminal import Terminal

SIZE = (80, 24)
SCENE = f"{SIZE[0]}x{SIZE[1]}"
SHOP = re.compile(r"shop-\w+")
CHANGING = 10
"""Containers that change their state, one after the other, as many changes a second."""


def on_a_line(programs: Programs, *, quick: bool) -> Iterator[Figure]:
    """Bytes a key and bytes a second, beside a demo in a process of its own."""
    with (
        elsewhere(0) as url,
        programs.ready(WHARF, url, settle=3.0, row=SHOP, size=SIZE) as terminal,
    ):
        yield _written(
            "cursor down or up writes",
            press(terminal, islice(cycle([DOWN] * 3 + [UP] * 3), 18 if quick else 48)),
            600,
        )
        yield _written("another pane writes", press(terminal, "2341" * (1 if quick else 3), quiet=0.25), 3000)
        dialogs = press(terminal, ["?", ESCAPE] * (2 if quick else 5), quiet=0.25)
        yield _written("a dialog opened or closed writes", dialogs, 6000)
        terminal.run_for(2.0)
        before, began = terminal.bytes, time.monotonic()
        terminal.run_for(5.0 if quick else 15.0)
        rest = (terminal.bytes - before) / (time.monotonic() - began)
        yield Figure("at rest, ages going on", SCENE, "/s", rest, aim=Aim(10), note="bytes")
        yield _changing(terminal, url, 5.0 if quick else 10.0)


def _written(name: str, presses: list[Press], most: float) -> Figure:
    sizes = [each.size for each in presses]
    note = f"least {min(sizes, default=0):.0f}, most {max(sizes, default=0):.0f}"
    return Figure(name, SCENE, "bytes", median(sizes), aim=Aim(most), note=note)


def _changing(terminal: Terminal, url: str, seconds: float) -> Figure:
    """While containers on the screen are paused and go on, ten times a second."""
    api = docker.APIClient(base_url=url, version="auto")
    with contextlib.closing(api), ThreadPoolExecutor(1) as somebody:
        names = [item["Names"][0][1:] for item in api.containers() if item["State"] == "running"]
        shown = [name for name in names if name in terminal.text][:CHANGING]
        end = time.monotonic() + seconds

        def change() -> int:
            """How many changes were made."""
            for made in takewhile(lambda _: time.monotonic() < end, count()):
                turn, which = divmod(made, len(shown))
                (api.unpause if turn % 2 else api.pause)(shown[which])
                time.sleep(1 / CHANGING)
            return made

        before = terminal.bytes
        making = somebody.submit(change)
        terminal.run_for(seconds)
        note = f"bytes; {making.result() / seconds:.1f} changes a second"
    written = (terminal.bytes - before) / seconds
    return Figure("while ten a second change", SCENE, "/s", written, aim=Aim(1000), note=note)
