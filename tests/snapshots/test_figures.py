"""The containers pane with its statistics."""

from __future__ import annotations

from collections.abc import Callable
from math import sin
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.metered import Meters, figure
from tests.stage import Stage
from tui.demo.world import FIXED_NOW

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
BUSY = {"shop-search-1": 74.0, "shop-app-1": 21.3, "shop-db-1": 14.7, "shop-proxy-1": 7.4}
"""Percent of a core."""


def measure(meters: Meters) -> None:
    """Two minutes of figures; some are old, one is the first, and one has not come."""
    for at in range(-120, 1, 5):
        meters.read(
            {
                name: figure(cpu * (1.2 + sin(at / 9)), 90_000_000 + int(cpu * 5e6), FIXED_NOW + at)
                for name, cpu in BUSY.items()
            }
        )
    meters.read({"shop-app-2": figure(28.4, at=FIXED_NOW - 7), "shop-app-3": figure(4.2, at=FIXED_NOW - 12)})
    meters.read({"shop-cache-1": figure(None), "scratchpad": figure(0.0, 2_100_000)})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("order", ["name", "cpu"])
def test_figures(snap_compare: Callable[..., bool], tmp_path: Path, order: str, size: str) -> None:
    stage = Stage(tmp_path)

    async def play(pilot: Pilot[Any]) -> None:
        await stage.enter(pilot)
        meters = Meters(stage.engine)
        meters.turns = order == "cpu"
        stage.engine.stats_at_once = 5
        await stage.press("u")
        measure(meters)
        stage.pane.sort_by(order)
        await stage.go_to("shop-app-1")
        await stage.until(lambda: ("in turns" in stage.bar("status")) == meters.turns)
        await stage.until(lambda: "0.00%" in stage.text and stage.detail_read)
        await stage.still()

    try:
        assert snap_compare(stage.app, terminal_size=SIZES[size], run_before=play)
    finally:
        stage.close()
