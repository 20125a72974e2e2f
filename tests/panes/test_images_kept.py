"""What is chosen on the images pane: by command too, and kept for the next time."""

from __future__ import annotations

import json
from pathlib import Path

from tests.stage import Stage, staged
from tui.settings import Choices


async def command(stage: Stage, text: str) -> None:
    await stage.press("colon")
    await stage.type(text)
    await stage.press("enter")
    await stage.still()


async def test_what_is_listed_and_shown_is_kept(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("2", "a", "D")
        await stage.until(lambda: "intermediate" in stage.text)
        assert json.loads(stage.choices.read_text()) == {"image.listing": "all", "image.more": True}
    kept = Choices(tmp_path / "x", {"image.listing": "all", "image.more": True})
    async with staged(tmp_path, choices=kept) as stage:
        await stage.press("2")
        await stage.until(lambda: "intermediate" in stage.text and "DIGEST" in stage.text)


async def test_a_folded_image_is_counted_with_all_its_tags(stage: Stage) -> None:
    await stage.press("2")
    assert stage.bar("status").startswith(" 17 in 16 rows (x unfolds)by")
    await stage.press("a", "a")
    assert stage.bar("status").startswith(" 3by")


async def test_commands_do_what_the_keys_do_from_any_pane(stage: Stage) -> None:
    await command(stage, "digests")
    await stage.until(lambda: "DIGEST" in stage.lines[2])
    await command(stage, "sizes")
    await stage.until(lambda: "UNIQUE" in stage.lines[2])
    await stage.go_to("shop/app:2.3.1")
    await command(stage, "unfold")
    await stage.until(lambda: "shop/app:latest" in stage.names)


async def test_sizes_stand_in_the_detail_too_with_when_they_were_asked_for(tmp_path: Path) -> None:
    async with staged(tmp_path, (160, 48)) as stage:
        await stage.press("2")
        await stage.go_to("postgres:16")
        await stage.until(lambda: stage.detail_read)
        await stage.press("u")
        await stage.until(lambda: "go with it" in stage.text and "measured" in stage.text)
