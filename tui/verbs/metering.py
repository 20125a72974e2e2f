"""What containers use, as columns of their pane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.verbs.verb import Desk, Effect, Verb


async def _figures(desk: Desk, models: Sequence[Any]) -> None:
    desk.figures()


STATS = Verb(
    "container.stats",
    "u",
    "stats",
    "Show or hide what the containers use: processor, memory, network, block devices, processes.",
    Kind.CONTAINER,
    Effect.READS,
    lambda models: docker("stats"),
    _figures,
    needs_row=False,
    everywhere=True,
    weight=8,
)
