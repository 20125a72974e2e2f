"""Building images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.verbs.verb import Desk, Effect, Verb


async def _build(desk: Desk, models: Sequence[Any]) -> None:
    await desk.build()


BUILD = Verb(
    "image.build",
    "b",
    "build",
    "Build an image from a Dockerfile, or see the build that runs.",
    Kind.IMAGE,
    Effect.CHANGES,
    lambda models: docker("build", "."),
    _build,
    bulk=False,
    needs_row=False,
    weight=3,
)
