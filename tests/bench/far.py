"""Figures over a slow line: an Engine behind ssh, each answer 200 ms away."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tests.bench.figures import Aim, Figure, median, p95
from tests.bench.presses import DOWN, UP, press
from tests.bench.programs import WHARF, Programs
from tests.bench.scene import SCENES, Builder
from tests.live.engine import PrivateEngine
from tests.live.sshd import Sshd
from tui.engine.address import ssh_address
from tui.engine.endpoint import Endpoint
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.store import Store
from tui.engine.tunnel import Tunnel
from tui.engine.watcher import Watcher

RELEASE = "28.5"
WAY = 100.0
"""Milliseconds to the host; as many back."""
ROUND = 2 * WAY
URL = "ssh://far"
SCENE = f"{ROUND:.0f} ms"
PATIENCE = 60.0


def far(programs: Programs, *, quick: bool) -> Iterator[Figure]:
    """How soon the lists are there once ssh is, and that keys do not wait for the line."""
    engine = PrivateEngine(RELEASE)
    engine.start()
    try:
        with Builder(engine.url) as builder, tempfile.TemporaryDirectory(prefix="wharf-far-") as folder:
            builder.grow(SCENES["S"])
            yield from _over(engine.sshd(), Path(folder), programs, runs=2 if quick else 5)
    finally:
        engine.stop()


def _over(host: Sshd, folder: Path, programs: Programs, *, runs: int) -> Iterator[Figure]:
    programs_of_ssh = str(host.config(folder, "far"))
    host.slow(WAY)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{programs_of_ssh}{os.pathsep}{before}"
    try:
        alone = median(_tunnelled() for _ in range(runs))
        listed = median(_listed() for _ in range(runs))
    finally:
        os.environ["PATH"] = before
    if alone is not None and listed is not None:
        yield Figure("ssh alone, until it forwards", SCENE, "ms", alone)
        rounds = (listed - alone) / ROUND
        yield Figure("round trips until all lists are there", SCENE, "", rounds, aim=Aim(3.5))
    with programs.finding(programs_of_ssh).ready(WHARF, URL, settle=2.0) as terminal:
        took = [each.took for each in press(terminal, islice(cycle([DOWN] * 3 + [UP] * 3), 12 * runs))]
        yield Figure("cursor down or up, p95", SCENE, "ms", p95(took), aim=Aim(30))


def _tunnelled() -> float:
    """Milliseconds until ssh forwards."""
    tunnel = Tunnel(ssh_address(URL))
    began = time.monotonic()
    with contextlib.closing(tunnel):
        tunnel.open()
        return (time.monotonic() - began) * 1000


def _listed() -> float:
    """Milliseconds from nothing to every list read and the Engine known."""
    up, store = threading.Event(), Store()

    def look(link: Link) -> None:
        if link.state is LinkState.UP and link.server is not None and all(map(store.listed, Kind)):
            up.set()

    watcher = Watcher(Endpoint(URL, "far", "bench"), store, look)
    began = time.monotonic()
    with contextlib.closing(watcher):
        watcher.go.set()
        watcher.start()
        up.wait(PATIENCE)
        return (time.monotonic() - began) * 1000
