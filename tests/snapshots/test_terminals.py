"""What is painted where glyphs or colours are few."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.scenes import SCENES
from tests.stage import Stage
from tui.terminal import Terminal

TERMINALS = {
    "ascii": Terminal(ascii=True),
    "16-colours": Terminal(colours=16),
    "no-colour": Terminal(colours=0),
}


@pytest.mark.parametrize("kind", TERMINALS)
@pytest.mark.parametrize("name", ["containers", "remove"])
def test_terminal(snap_compare: Callable[..., bool], tmp_path: Path, name: str, kind: str) -> None:
    scene = SCENES[name]
    stage = Stage(tmp_path, build=scene.build, rows=scene.rows)
    TERMINALS[kind].apply(stage.app)

    async def play(pilot: Pilot[Any]) -> None:
        await stage.enter(pilot)
        await scene.play(stage)
        if TERMINALS[kind].ascii:
            assert stage.text.isascii()

    try:
        assert snap_compare(stage.app, terminal_size=(100, 30), run_before=play)
    finally:
        stage.close()
