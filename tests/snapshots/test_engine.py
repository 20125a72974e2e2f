"""The sections of the Engine pane, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.engine_hall import DISK, EVENTS, OVERVIEW, PLUGINS, TOP, Hall, saying
from tui.demo.world import FIXED_NOW
from tui.engine.figures import Figure, Readings

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
WARNING = "WARNING: No swap limit support"


async def overview(hall: Hall) -> None:
    await hall.open(OVERVIEW)
    await hall.until(lambda: "No swap limit support" in hall.text)


async def top(hall: Hall) -> None:
    await hall.open(TOP)
    names = {key: one.name for key, one in hall.engine.store.containers.items()}
    for number, ident in enumerate(sorted(hall.meters.wanted[-1], key=lambda key: names[key])):
        rates = (1e3 * number, 2e3 * number, None, 5e4)
        hall.meters.figures[ident] = Figure(
            FIXED_NOW, 7.3 * number, (200 - 13 * number) << 20, 1 << 30, 0, 0, 0, 0, 3 + number, *rates
        )
    hall.engine._tell(Readings(frozenset(names)))
    await hall.until(lambda: "MiB" in hall.text)


async def disk(hall: Hall) -> None:
    await hall.open(DISK)
    await hall.press("u")
    await hall.until(lambda: "Build Cache" in hall.text)


async def events(hall: Hall) -> None:
    hall.happen("oom", "a" * 64, {"name": "shop-search-1", "image": "shop/search:2.15"})
    hall.happen("die", "a" * 64, {"name": "shop-search-1", "exitCode": "137", "image": "shop/search:2.15"})
    hall.happen("health_status: unhealthy", "a" * 64, {"name": "shop-app-1", "image": "shop/app:2.3.1"})
    hall.happen("connect", "b" * 64, {"name": "net", "container": "a" * 64, "type": "bridge"}, "network")
    hall.happen("pull", "nginx:latest", {"name": "nginx"}, "image")
    await hall.open(EVENTS)
    await hall.until(lambda: "nginx" in hall.text and "● live" in hall.text)
    await hall.press("k")


async def plugins(hall: Hall) -> None:
    await hall.open(PLUGINS)
    await hall.until(lambda: "vieux/sshfs" in hall.text and "ipvlan" in hall.text)


SCENES: dict[str, Callable[[Hall], Awaitable[None]]] = {
    "overview": overview,
    "top": top,
    "disk": disk,
    "events": events,
    "plugins": plugins,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_engine(
    snap_compare: Callable[..., bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: str
) -> None:
    saying(monkeypatch, "/info", lambda found: {**found, "Warnings": [WARNING]})
    monkeypatch.setattr("tui.__version__", "1.2.3")
    monkeypatch.setattr("docker.__version__", "7.0.0")
    monkeypatch.setattr("tui.screens.engine_overview.here", lambda: ("7.2.0", "3.12.3", "linux/amd64"))
    hall = Hall(tmp_path)

    async def play(pilot: Pilot[Any]) -> None:
        await hall.enter(pilot)
        await SCENES[name](hall)
        await hall.still()

    try:
        assert snap_compare(hall.app, terminal_size=SIZES[size], run_before=play)
    finally:
        hall.close()
