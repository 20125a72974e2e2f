"""What containers use, as Wharf and as the docker CLI say it at the same time."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import IMAGE, container
from tests.live.podman import Podman
from tests.live.test_engine import wait_until
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.figures import Figure, Readings, Series
from tui.engine.meters import Meters

UNITS = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
BUSY = "while :; do :; done"
HOG = "dd if=/dev/zero of=/dev/shm/hog bs=1M count=40; exec sleep 1000"
CROWDED = "for each in 1 2 3 4; do sleep 1000 & done; wait"


class Watched:
    """Meters on an Engine, and what they told."""

    def __init__(self, url: str, at_once: int = 50) -> None:
        self.connection = Connection(Endpoint(url, "", "test"))
        self.connection.open()
        self.told: list[frozenset[str]] = []
        self.meters = Meters(lambda: self.connection, self._take, at_once=at_once)

    def _take(self, readings: Readings) -> None:
        self.told.append(readings.ids)

    def figure(self, ident: str) -> Figure:
        """The newest, with a processor figure."""
        wait_until(lambda: (one := self.meters.latest(ident)) is not None and one.cpu is not None)
        figure = self.meters.latest(ident)
        assert figure is not None
        return figure

    def next(self, ident: str) -> Figure:
        """The next one to come."""
        last = self.figure(ident)
        wait_until(lambda: self.figure(ident).at > last.at)
        return self.figure(ident)

    def readings(self, ident: str, name: Series, since: float) -> Sequence[float]:
        """All that came of one sort."""
        trace = self.meters.trace(ident)
        assert trace is not None
        return trace.series(name)[bisect_left(trace.times, since) :]

    def close(self) -> None:
        self.meters.close()
        wait_until(lambda: not [one for one in threading.enumerate() if one.name.startswith("stats")])
        self.connection.close()


@pytest.fixture
def watched(engine: PrivateEngine) -> Iterator[Watched]:
    made = Watched(engine.url)
    yield made
    made.close()


def docker_stats(engine: PrivateEngine, *idents: str) -> dict[str, dict[str, Any]]:
    """What `docker stats` says of containers, by id."""
    ran = engine.run("docker", "stats", "--no-stream", "--no-trunc", "--format", "{{json .}}", *idents)
    assert ran.code == 0, ran.output
    return {line["ID"]: line for line in map(json.loads, ran.output.splitlines())}


def size(text: str) -> float:
    """ "40.5MiB" in bytes."""
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text.strip()).groups()  # type: ignore[union-attr]
    return float(number) * UNITS[unit]


def alike(ours: float, theirs: float, least: float = 0.0) -> bool:
    """Within 5 %, or as near as the CLI rounds."""
    return abs(ours - theirs) <= max(0.05 * theirs, least)


def sockets() -> int:
    """The sockets that this process has open."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        # a stream's thread may close one just now
        with suppress(FileNotFoundError):
            found += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
    return found


def test_figures_agree_with_docker_stats(
    engine: PrivateEngine, api: docker.APIClient, watched: Watched
) -> None:
    busy = container(api, "busy", "sh", "-c", BUSY, host={"nano_cpus": 300_000_000})
    hog = container(api, "hog", "sh", "-c", HOG, host={"mem_limit": "64m"})
    crowd = container(api, "crowd", "sh", "-c", CROWDED)
    talker = container(api, "talker")
    gateway = api.inspect_container(talker)["NetworkSettings"]["Gateway"]
    said = api.exec_start(
        api.exec_create(talker, ["ping", "-c", "20", "-i", "0.02", "-s", "1400", gateway])["Id"]
    )
    assert b"20 packets received" in said
    everyone = (busy, hog, crowd, talker)
    watched.meters.want("test", everyone)
    wait_until(lambda: watched.figure(crowd).pids == 5 and watched.figure(hog).memory > 40 << 20)

    began = time.time()
    theirs = docker_stats(engine, *everyone)

    ours = {ident: watched.next(ident) for ident in everyone}
    for ident, figure in ours.items():
        line = theirs[ident]
        # of the readings while the CLI ran, one is the very one that it shows
        cpu = watched.readings(ident, "cpu", began)
        assert min(abs(one - float(line["CPUPerc"].rstrip("%"))) for one in cpu) <= 2, line
        used, limit = map(size, line["MemUsage"].split("/"))
        assert any(alike(one, used) for one in watched.readings(ident, "memory", began)), line
        assert alike(figure.memory_limit, limit), line
        received, sent = map(size, line["NetIO"].split("/"))
        assert alike(figure.received, received, 300), line
        assert alike(figure.sent, sent, 300), line
        assert (figure.read, figure.written) == tuple(map(size, line["BlockIO"].split("/"))), line
        assert figure.pids == int(line["PIDs"]), line
    assert ours[talker].received > 20 * 1400
    # a busy machine gives it less than it may have
    assert 1 < (ours[busy].cpu or 0) <= 34
    # the cores are told under cgroup 1 only
    old = not Path("/sys/fs/cgroup/cgroup.controllers").exists()
    assert len(ours[busy].cores) == ((os.cpu_count() or 1) if old else 0)
    assert not old or abs(sum(ours[busy].cores) - (ours[busy].cpu or 0)) < 1

    api.kill(hog)
    api.remove_container(crowd, force=True)
    wait_until(lambda: watched.meters.latest(hog) is None and watched.meters.latest(crowd) is None)


@pytest.mark.parametrize("engine", ["28.5"], indirect=True)
def test_twelve_take_turns_at_four_streams_that_close_when_nobody_looks(
    engine: PrivateEngine, api: docker.APIClient
) -> None:
    everyone = [container(api, f"one-{number}", host={"network_mode": "none"}) for number in range(12)]
    watched = Watched(engine.url, at_once=4)
    before, most = sockets(), 0

    def all_told() -> bool:
        nonlocal most
        most = max(most, sockets() - before)
        figures = [watched.meters.latest(ident) for ident in everyone]
        return all(figure is not None and figure.cpu is not None for figure in figures)

    try:
        watched.meters.want("test", everyone)
        assert watched.meters.turns
        wait_until(all_told, 30)
        # a stream has its socket twice, and one may just be closing
        assert most <= 4 * 2 + 4
        watched.meters.want("test", ())
        wait_until(lambda: sockets() <= before)
    finally:
        watched.close()


def test_podman_tells_figures(podman: Podman) -> None:
    api = docker.APIClient(base_url=podman.url, version="auto", timeout=30)
    watched = Watched(podman.url)
    try:
        busy = container(api, "busy", "sh", "-c", BUSY, image=IMAGE, host={"nano_cpus": 300_000_000})
        idle = container(api, "idle", start=False)
        watched.meters.want("test", [idle, busy])
        figure = watched.figure(busy)
        assert figure.pids == 1
        assert figure.memory > 0
        assert 1 < (figure.cpu or 0) <= 34
        assert watched.meters.latest(idle) is None
    finally:
        watched.close()
        for one in api.containers(all=True):
            api.remove_container(one["Id"], force=True)
        api.close()
