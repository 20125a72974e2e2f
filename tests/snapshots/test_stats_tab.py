"""The Stats tab of the detail, as it was looked at and found good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from tests.panes.metered import Known, past
from tests.stage import Stage
from tui.terminal import Terminal

NARROW, WIDE, BIG = (80, 24), (160, 48), (200, 60)
NO_CORES, FEW_CORES, MANY_CORES = 0, 4, 64


class Scene(NamedTuple):
    size: tuple[int, int]
    name: str = "shop-db-1"
    seconds: int = 900
    cores: int = NO_CORES
    terminal: Terminal = Terminal()


SCENES = {
    "narrow": Scene(NARROW, cores=FEW_CORES),
    "wide": Scene(WIDE, cores=FEW_CORES),
    "big": Scene(BIG, "shop-worker-1"),
    "many-cores": Scene((120, 40), cores=MANY_CORES),
    "soon": Scene(NARROW, "shop-search-1", seconds=20),
    "ascii": Scene(NARROW, terminal=Terminal(ascii=True)),
    "16-colours": Scene(NARROW, terminal=Terminal(colours=16)),
    "no-colour": Scene(NARROW, terminal=Terminal(colours=0)),
}


@pytest.mark.parametrize("name", SCENES)
def test_stats_tab(snap_compare: Callable[..., bool], tmp_path: Path, name: str) -> None:
    scene = SCENES[name]
    stage = Stage(tmp_path)
    scene.terminal.apply(stage.app)
    ident = stage.demo.world.container(scene.name).id
    figures = past(stage.demo.world, scene.name, scene.seconds, scene.cores)
    stage.engine.meters = Known({ident: figures})  # type: ignore[assignment]

    async def play(pilot: Pilot[Any]) -> None:
        await stage.enter(pilot)
        await stage.go_to(scene.name)
        await stage.press("enter", "right_square_bracket")
        await stage.until(lambda: "PIDS" in stage.text and stage.detail_read)
        await stage.still()
        if scene.terminal.ascii:
            assert stage.text.isascii()

    try:
        assert snap_compare(stage.app, terminal_size=scene.size, run_before=play)
    finally:
        stage.close()
