"""Figures of an Engine on which something happens: changes made elsewhere, a big log, health checks."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.bench.cost import Peak, own_cpu, resident, tree_cpu
from tests.bench.events import Events
from tests.bench.figures import Aim, Figure, median
from tests.bench.ground import Ground
from tests.bench.programs import WHARF
from tests.bench.proxy import CountingProxy
from tests.bench.scene import IMAGE, LOG, LOG_END
from tests.bench.terminal import Terminal

SEEN_SECONDS = 5.0
HEALTHY = 50
"""Containers whose health is checked every second."""


class Step(NamedTuple):
    """A change made elsewhere."""

    name: str
    """What the figure is called; "" for one that only leads to the next."""
    event: tuple[str, str]
    """Type and Action of the event that it ends with (GET /events)."""
    do: Callable[[], object]
    seen: Callable[[str], bool]
    """Whether the screen shows it."""


def fresh(ground: Ground) -> Iterator[Figure]:
    """From a change's event to the screen that shows it."""
    delays: dict[str, list[float | None]] = defaultdict(list)
    with (
        Events(ground.socket_path) as events,
        ground.programs.ready(WHARF, ground.url, settle=2.0) as terminal,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        for pane, steps in _steps(ground):
            terminal.send(pane)
            terminal.run_for(1.0)
            for _ in range(ground.count(4, 2)):
                for step in steps:
                    terminal.run_for(0.6 + time.monotonic() * 7.3 % 0.2)  # in step with nothing
                    began = time.monotonic()
                    done = elsewhere.submit(step.do)
                    shown = terminal.wait_for(step.seen, SEEN_SECONDS)
                    done.result()
                    at = events.since(*step.event, began)
                    delays[step.name].append((shown.at - at) * 1000 if shown and at else None)
    for name, found in delays.items():
        if name:
            missing = found.count(None)
            note = f"{missing} of {len(found)} never" if missing else ""
            yield ground.figure(f"{name} shown", "ms", median(found), aim=Aim(30), note=note)


def _steps(ground: Ground) -> Iterator[tuple[str, list[Step]]]:
    """The keys of a pane, and what is done while it is in view."""
    api, create = ground.builder.api, ground.builder.create

    def says(name: str, word: str = "") -> Callable[[str], bool]:
        return lambda text: any(name in line and word in line for line in text.splitlines())

    def gone(name: str) -> Callable[[str], bool]:
        return lambda text: name not in text

    yield (
        "1",
        [
            Step("container create", ("container", "create"), lambda: create("aa-fresh"), says("aa-fresh")),
            Step("start", ("container", "start"), lambda: api.start("aa-fresh"), says("aa-fresh", " up ")),
            Step(
                "stop",
                ("container", "die"),
                lambda: api.stop("aa-fresh", timeout=0),
                says("aa-fresh", "exited"),
            ),
            Step("rename", ("container", "rename"), lambda: api.rename("aa-fresh", "aa-new"), says("aa-new")),
            Step("rm", ("container", "destroy"), lambda: api.remove_container("aa-new"), gone("aa-new")),
        ],
    )
    yield (
        "2",
        [
            Step("tag", ("image", "tag"), lambda: api.tag(IMAGE, "aa/fresh", "v1"), says("aa/fresh")),
            Step("", ("image", "untag"), lambda: api.remove_image("aa/fresh:v1"), gone("aa/fresh")),
        ],
    )
    yield (
        "3",
        [
            Step(
                "network create",
                ("network", "create"),
                lambda: api.create_network("aa-fresh"),
                says("aa-fresh"),
            ),
            Step("", ("network", "destroy"), lambda: api.remove_network("aa-fresh"), gone("aa-fresh")),
        ],
    )
    yield (
        "4",
        [
            Step("", ("volume", "create"), lambda: api.create_volume("aa-fresh"), says("aa-fresh")),
            Step("volume rm", ("volume", "destroy"), lambda: api.remove_volume("aa-fresh"), gone("aa-fresh")),
        ],
    )


def logs(ground: Ground) -> Iterator[Figure]:
    """Opening the log of a container that printed a million lines."""
    ground.builder.run_log()
    times: list[float | None] = []
    grown, cost = [], []
    for _ in range(ground.count(5, 2)):
        with ground.programs.start(WHARF, ground.url) as terminal:
            terminal.wait_for(lambda text: LOG in text, SEEN_SECONDS)
            terminal.run_for(2.0)
            shown, more, spent = _open_log(terminal)
            times.append(shown)
            grown.append(more)
            cost.append(spent)
    yield ground.figure("end of a 1,000,000-line log shown", "ms", median(times), aim=Aim(60))
    yield ground.figure("memory grows by", "MB", median(grown), aim=Aim(10))
    yield ground.figure("processor until 3 s later", "ms", median(cost))


def _open_log(terminal: Terminal) -> tuple[float | None, float, float]:
    """Milliseconds until its end is seen, MB more at the most, milliseconds of processor until 3 s later."""
    before, cpu, peak = resident(terminal.pid), own_cpu(terminal.pid), Peak(terminal.pid)
    sent = time.monotonic()
    terminal.send("l")
    shown = terminal.wait_for(lambda text: LOG_END in text, SEEN_SECONDS, peak.look)
    terminal.run_for(3.0, peak.look)
    grown = (max(peak.most, resident(terminal.pid)) - before) * 2**20 / 1e6
    return shown and (shown.at - sent) * 1000, grown, (own_cpu(terminal.pid) - cpu) * 1000


def health(ground: Ground) -> Iterator[Figure]:
    """At rest beside containers whose health is checked every second."""
    ground.builder.run_checked(HEALTHY)
    with (
        CountingProxy(ground.socket_path) as proxy,
        ground.programs.ready(WHARF, proxy.url, settle=6) as wharf,
    ):
        cpu, size, requests, began = tree_cpu(wharf.pid), wharf.bytes, proxy.requests, time.monotonic()
        wharf.run_for(ground.count(15, 8))
        took = time.monotonic() - began
        cpu = (tree_cpu(wharf.pid) - cpu) / took * 100
        requests = proxy.requests - requests
        size = wharf.bytes - size
    yield ground.figure(f"{HEALTHY} health checks: processor", "%", cpu, aim=Aim(0.2))
    yield ground.figure(f"{HEALTHY} health checks: bytes written", "/s", size / took)
    yield ground.figure(
        f"{HEALTHY} health checks: Engine requests",
        "/s",
        requests.total() / took,
        aim=Aim(0.1),
        note=", ".join(requests),
    )
