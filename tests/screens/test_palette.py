"""What the palette says of verbs."""

from __future__ import annotations

from pathlib import Path

from tests.stage import staged
from tui.screens.palette import Palette


async def test_what_does_nothing_to_the_row_is_not_said_of_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("2")
        await stage.until(lambda: "postgres:16" in stage.names)
        await stage.press("slash", *"postgres", "enter")
        await stage.until(lambda: stage.names == ["postgres:16"])
        said = [words for words, _, _ in Palette(stage.app.screen)._entries()]
        for words in ("prune images", "build images", "load images", "import images", "search images"):
            assert words in said
        for words in ("remove postgres:16", "push postgres:16", "pull postgres:16", "run postgres:16"):
            assert words in said
