"""What others do to a real Engine shows in the rows by itself, without a key; how soon is printed (-s)."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import docker

from tests.live.engine import PrivateEngine
from tests.live.making import container, image
from tests.live.person import Person, at_wharf
from tui.engine.kinds import Kind

SECONDS = 5.0
"""The latest that a row may change."""
LOOK_SECONDS = 0.002
ROUNDS = 2


class Step(NamedTuple):
    """Something another person does, and what the rows of a pane show then."""

    kind: Kind
    do: Callable[[], Any]
    row: str
    """What begins the name in the row that is looked at."""
    words: str = ""
    """What the row says afterwards besides; the row is gone when this is GONE."""


GONE = "(gone)"


def rows(person: Person) -> list[str]:
    """The lines of the table in view."""
    table = person.main.pane.table
    return [table.render_line(y).text for y in range(table.size.height)]


def shows(person: Person, step: Step) -> bool:
    """Whether the rows show a step."""
    found = [line for line in rows(person) if step.row in line.split()]
    return not found if step.words == GONE else any(step.words in line for line in found)


async def latency(person: Person, step: Step) -> float:
    """Do a step and look at the rows until they show it; seconds since its call returned, 0 when before."""

    def timed() -> float:
        step.do()
        return time.monotonic()

    await person.pane(step.kind)
    await person.until(lambda: not shows(person, step))
    calling = asyncio.create_task(asyncio.to_thread(timed))
    end = time.monotonic() + SECONDS
    while not shows(person, step):
        assert time.monotonic() < end, f"{step.row} {step.words} does not show\n{person.text}"
        await asyncio.sleep(LOOK_SECONDS)
    seen = time.monotonic()
    return max(seen - await calling, 0)


def steps(api: docker.APIClient) -> list[Step]:
    """What happens in one round, on a scene that holds `web`, `app:1` and nothing else."""
    return [
        Step(Kind.CONTAINER, lambda: container(api, "web", start=False), "web", "○ created"),
        Step(Kind.CONTAINER, lambda: api.start("web"), "web", "● up"),
        Step(Kind.CONTAINER, lambda: api.rename("web", "renamed"), "renamed", "● up"),
        Step(Kind.CONTAINER, lambda: api.pause("renamed"), "renamed", "‖ paused"),
        Step(Kind.CONTAINER, lambda: api.unpause("renamed"), "renamed", "● up"),
        Step(Kind.CONTAINER, lambda: api.stop("renamed"), "renamed", "○ exited"),
        Step(Kind.CONTAINER, lambda: api.remove_container("renamed"), "renamed", GONE),
        Step(Kind.NETWORK, lambda: api.create_network("back"), "back"),
        Step(Kind.NETWORK, lambda: api.remove_network("back"), "back", GONE),
        Step(Kind.VOLUME, lambda: api.create_volume("data"), "data"),
        Step(Kind.VOLUME, lambda: api.remove_volume("data"), "data", GONE),
        Step(Kind.IMAGE, lambda: api.tag("app:1", "app", "tagged"), "app", "+1 tag"),
        Step(Kind.IMAGE, lambda: api.remove_image("app:tagged"), "+1", GONE),
    ]


async def test_what_others_do_shows_by_itself(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    image(api, "app:1")
    async with at_wharf(engine.url, home) as person:
        found = [(await latency(person, step), step) for _ in range(ROUNDS) for step in steps(api)]
    seconds = [each for each, _ in found]
    slowest = next(step for each, step in found if each == max(seconds))
    median, most = 1000 * statistics.median(seconds), 1000 * max(seconds)
    told = f"{len(found)} changes, median {median:.0f} ms, at most {most:.0f} ms"
    print(f"\nEngine {engine.name}: {told} ({slowest.kind} {slowest.row} {slowest.words})")  # noqa: T201
