"""Measuring images: what each of them shares with others, and what is its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.engine.archives import amount
from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.verbs.verb import Desk, Effect, Verb


async def _measure(desk: Desk, models: Sequence[Any]) -> None:
    from tui.engine.lists import image_sizes

    sizes = await desk.read(lambda connection: image_sizes(connection, desk.store.clock))
    desk.store.measured(sizes)
    images = {image.id: image for image in desk.store.images.values()}.values()
    own = sum(sizes.unique_to(image) or 0 for image in images)
    desk.say(f"{len(images)} images, {amount(own)} of it unique to one of them")


SIZES = Verb(
    "image.sizes",
    "u",
    "sizes",
    "Ask the Engine what the images share and what is unique to each; with many it takes a while.",
    Kind.IMAGE,
    Effect.READS,
    lambda models: docker("system", "df", "-v"),
    _measure,
    needs_row=False,
    weight=8,
)
