"""Figures of the statistics columns: what they cost Wharf and the Engine while nobody touches a key."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import psutil

from tests.bench.cost import tree_cpu
from tests.bench.figures import Aim, Figure
from tests.bench.ground import Ground
from tests.bench.programs import WHARF
from tests.bench.scene import Scene

SHOWN = 50
"""Running containers, each of them on the screen."""
SIZE = (160, SHOWN + 12)
PERCENT = re.compile(r"\d\.\d+ ?%")
SEEN_SECONDS = 10.0
COLUMNS_KEY = "u"


def stats(ground: Ground) -> Iterator[Figure]:
    """At rest beside fifty containers that run, without their statistics and with them."""
    ground.builder.grow(Scene(running=SHOWN, created=0))
    with ground.programs.ready(WHARF, ground.url, settle=6, size=SIZE) as wharf:
        daemons = _daemons(ground)
        for name, aims in (("off", (0.2, None, None, 0.0)), ("on", (3.0, 8.0, None, None))):
            if name == "on":
                sent = time.monotonic()
                wharf.send(COLUMNS_KEY)
                seen = wharf.wait_for(lambda text: PERCENT.search(text) is not None, SEEN_SECONDS)
                yield ground.figure("statistics: key until the first", "ms", seen and (seen.at - sent) * 1000)
                wharf.run_for(4.0)
            ours, size = tree_cpu(wharf.pid), wharf.bytes
            theirs = [_spent(one) for one in daemons]
            began = time.monotonic()
            wharf.run_for(ground.count(20, 8))
            took = time.monotonic() - began
            engine, below = (
                (_spent(one) - before) / took * 100 for one, before in zip(daemons, theirs, strict=True)
            )
            values = (
                ("processor", "%", (tree_cpu(wharf.pid) - ours) / took * 100),
                ("dockerd's processor", "%", engine),
                ("containerd's below it", "%", below),
                ("bytes written", "/s", (wharf.bytes - size) / took),
            )
            rows = sum(PERCENT.search(line) is not None for line in wharf.text.split("\n"))
            for (what, unit, value), most in zip(values, aims, strict=True):
                aim = None if most is None else Aim(most)
                yield ground.figure(f"statistics {name}: {what}", unit, value, aim=aim, note=f"{rows} rows")


def _daemons(ground: Ground) -> tuple[psutil.Process, psutil.Process]:
    """The dockerd of the ground, and the containerd that it started. Raises LookupError without them."""
    for one in psutil.process_iter(["name", "cmdline"]):
        if one.info["name"] == "dockerd" and any(
            str(ground.socket_path) in word for word in one.info["cmdline"]
        ):
            for child in one.children():
                if child.name() == "containerd":
                    return one, child
    raise LookupError(f"no dockerd serves {ground.url}")


def _spent(daemon: psutil.Process) -> float:
    """Processor seconds."""
    times = daemon.cpu_times()
    return times.user + times.system
