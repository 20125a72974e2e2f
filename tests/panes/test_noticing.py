"""What comes into view is painted and awake, though Textual did not tell it so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.metered import Meters
from tests.stage import Stage, staged
from tui.panes import stats_tab
from tui.screens.main import MainScreen
from tui.screens.side import Side

WIDE = (160, 34)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """On a compositor whose map is made anew just before each layout, so that it finds nothing new."""
    lay_out = MainScreen._refresh_layout

    def late(self: MainScreen, *arguments: Any, **options: Any) -> None:
        self._compositor._full_map_invalidated = True
        assert self._compositor.full_map is not None  # it is made anew when it is asked for
        lay_out(self, *arguments, **options)

    async with staged(tmp_path, WIDE) as made:
        monkeypatch.setattr(MainScreen, "_refresh_layout", late)
        yield made


async def test_the_tree_of_an_answer_is_painted(stage: Stage) -> None:
    await stage.press("i")
    await stage.until(lambda: 'Path: "' in stage.text)


async def test_facts_that_were_out_of_view_are_painted_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.press("i")
    await stage.until(lambda: 'Path: "' in stage.text)
    monkeypatch.setattr(Side, "tick", lambda side: None)  # nor does time alone paint them
    await stage.press("3", "enter")
    await stage.until(lambda: "Used by" in stage.text)


async def test_charts_share_their_room_and_want_figures(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats_tab, "LATE_SECONDS", 60.0)  # nor does time alone draw them
    meters = Meters(stage.engine)
    await stage.go_to("shop-db-1")
    await stage.until(lambda: stage.detail_read)
    await stage.press("right_square_bracket")
    # of which there are too few lines for a fifth one
    await stage.until(lambda: "Disk" in stage.text and "Processes" not in stage.text)
    await stage.until(lambda: meters.wanted == ["shop-db-1"])


async def test_the_columns_want_figures_again_when_their_pane_comes_back(stage: Stage) -> None:
    meters = Meters(stage.engine)
    await stage.press("u")
    await stage.until(lambda: bool(meters.wanted))
    await stage.press("2")
    await stage.until(lambda: meters.wanted == [])
    await stage.press("1")
    await stage.until(lambda: bool(meters.wanted))
