"""The images pane, folded and unfolded, with its further columns, and what it says before a removal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.stage import Stage
from tui.demo import images
from tui.demo.world import FIXED_NOW, World
from tui.engine.models.image import ImageSizes
from tui.screens.plan import PlanScreen

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
NGINX = "nginx:1.27-alpine"


def with_more_tags(world: World) -> None:
    for repository, tag in (("nginx", "latest"), ("registry.local:5000/team/nginx", "1.27")):
        images.tag(world, world.image(NGINX), repository, tag)


async def folded(stage: Stage) -> None:
    await stage.press("2")
    await stage.go_to(NGINX)


async def unfolded(stage: Stage) -> None:
    await folded(stage)
    await stage.press("x", "j")


async def digests(stage: Stage) -> None:
    await unfolded(stage)
    await stage.press("D")


async def sizes(stage: Stage) -> None:
    await folded(stage)
    shared = {image.id: image.size // 3 for image in stage.engine.store.images.values()}
    stage.engine.store.measured(ImageSizes(FIXED_NOW, shared))
    await stage.until(lambda: "UNIQUE" in stage.text)


async def every_image(stage: Stage) -> None:
    await folded(stage)
    await stage.press("a")
    await stage.until(lambda: "intermediate  " in stage.text)


async def untag(stage: Stage) -> None:
    await folded(stage)
    await stage.until(lambda: stage.detail_read)
    await stage.still()
    await stage.press("d")
    await stage.until(lambda: isinstance(plan := stage.app.screen, PlanScreen) and plan.ready)
    await stage.until(lambda: "sizes of" in stage.text)


SCENES: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "folded": folded,
    "unfolded": unfolded,
    "digests": digests,
    "sizes": sizes,
    "all": every_image,
    "untag": untag,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_images(snap_compare: Callable[..., bool], tmp_path: Path, name: str, size: str) -> None:
    stage = Stage(tmp_path, build=with_more_tags)

    async def play(pilot: Pilot[Any]) -> None:
        await stage.enter(pilot)
        await SCENES[name](stage)
        await stage.until(lambda: stage.detail_read)
        await stage.still()

    try:
        assert snap_compare(stage.app, terminal_size=SIZES[size], run_before=play)
    finally:
        stage.close()
