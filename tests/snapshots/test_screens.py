"""Every pane and the main dialogs, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.scenes import SCENES
from tests.stage import Stage

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_screen(snap_compare: Callable[..., bool], tmp_path: Path, name: str, size: str) -> None:
    scene = SCENES[name]
    stage = Stage(tmp_path, build=scene.build, rows=scene.rows)

    async def play(pilot: Pilot[Any]) -> None:
        await stage.enter(pilot)
        await scene.play(stage)

    try:
        assert snap_compare(stage.app, terminal_size=SIZES[size], run_before=play)
    finally:
        stage.close()
