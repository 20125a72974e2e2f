"""Figures of an Engine on which nothing happens: the start, keys, rest, and the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from tests.bench.cost import resident, tree_cpu
from tests.bench.figures import Aim, Figure, median, p95
from tests.bench.ground import Ground
from tests.bench.presses import DOWN, UP, Press, press
from tests.bench.programs import BARE, ROW, START_SECONDS, WHARF
from tests.bench.proxy import CountingProxy
from tests.bench.terminal import Terminal

STARTS = {"S": Aim(1.3, of_bare=True), "L": Aim(1.1, of_bare=True)}
"""How the first container may compare with the bare table's, where there is an aim."""
END_SECONDS = 5.0


def startup(ground: Ground) -> Iterator[Figure]:
    """Time and processor until the first container is shown, and the time it takes to end."""
    shown: dict[Sequence[str], list[float]] = {WHARF: [], BARE: []}
    cost: dict[Sequence[str], list[float]] = {WHARF: [], BARE: []}
    ends: dict[Sequence[str], list[float | None]] = {WHARF: [], BARE: []}
    # one after the other, so that what else the machine does falls on both; the first of each only warms up
    for run in range(ground.count(9, 4)):
        for program, leave in ((WHARF, "q"), (BARE, "\x11")):
            with ground.programs.start(program, ground.url) as terminal:
                first = terminal.wait_for(ROW.search, START_SECONDS)
                terminal.run_for(1.0)
                asked = time.monotonic()
                terminal.send(leave)
                gone = terminal.end(END_SECONDS)
                if run and first is not None:
                    shown[program].append((first.at - terminal.started) * 1000)
                    cost[program].append(first.cpu * 1000)
                    ends[program].append(gone and (gone - asked) * 1000)
    yield ground.figure(
        "first container shown",
        "ms",
        median(shown[WHARF]),
        bare=median(shown[BARE]),
        aim=STARTS.get(ground.scene),
        note=f"least {min(shown[WHARF], default=0):.0f} / {min(shown[BARE], default=0):.0f}",
    )
    yield ground.figure("processor until then", "ms", median(cost[WHARF]), bare=median(cost[BARE]))
    yield ground.figure("quit until ended", "ms", median(ends[WHARF]), bare=median(ends[BARE]), aim=Aim(500))


def keys(ground: Ground) -> Iterator[Figure]:
    """A press of the down or up key until the screen stands still, and what it writes."""
    wharf, bare = _pressed(ground, WHARF), _pressed(ground, BARE)
    times = [[press.took for press in presses] for presses in (wharf, bare)]
    yield ground.figure(
        "key until settled, p95",
        "ms",
        p95(times[0]),
        bare=p95(times[1]),
        aim=Aim(6),
        note=f"median {median(times[0]) or 0:.1f} / {median(times[1]) or 0:.1f}",
    )
    sizes = [median(press.size for press in presses) for presses in (wharf, bare)]
    yield ground.figure("a key writes", "bytes", sizes[0], bare=sizes[1], aim=Aim(600))
    cost = [median(press.cpu for press in presses) for presses in (wharf, bare)]
    yield ground.figure("processor a key", "ms", cost[0], bare=cost[1])


def _pressed(ground: Ground, program: Sequence[str]) -> list[Press]:
    with ground.programs.ready(program, ground.url, settle=2.0) as terminal:
        return press(terminal, islice(cycle([DOWN] * 3 + [UP] * 3), ground.count(48, 18)))


def idle(ground: Ground) -> Iterator[Figure]:
    """Processor, output, requests and memory at rest."""
    with (
        CountingProxy(ground.socket_path) as proxy,
        ground.programs.ready(WHARF, proxy.url, settle=0) as wharf,
        ground.programs.ready(BARE, ground.url, settle=0) as bare,
    ):
        programs = (wharf, bare)
        _watch(programs, ground.count(5, 4))
        before = [(tree_cpu(each.pid), each.bytes) for each in programs]
        requests, began = proxy.requests, time.monotonic()
        _watch(programs, ground.count(16, 8))
        took = time.monotonic() - began
        requests = proxy.requests - requests
        cpu = [
            (tree_cpu(each.pid) - spent) / took * 100
            for each, (spent, _) in zip(programs, before, strict=True)
        ]
        output = [(each.bytes - size) / took for each, (_, size) in zip(programs, before, strict=True)]
        memory = [resident(each.pid) for each in programs]
    yield ground.figure("idle: processor", "%", cpu[0], bare=cpu[1], aim=Aim(0.2))
    yield ground.figure("idle: bytes written", "/s", output[0], bare=output[1], aim=Aim(0))
    yield ground.figure(
        "idle: Engine requests", "/s", requests.total() / took, aim=Aim(0.1), note=", ".join(requests)
    )
    yield ground.figure("resident memory", "MiB", memory[0], bare=memory[1], aim=Aim(55))


def _watch(programs: Sequence[Terminal], seconds: float) -> None:
    """Take what several programs write, for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for each in programs:
            each.pump(0.05)
