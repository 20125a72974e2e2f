"""Making containers: run from an image, run again like a container, create without starting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.engine.models import Container, Image
from tui.verbs.common import target_of
from tui.verbs.verb import Desk, Effect, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.runspec import RunSpec


async def _run_image(desk: Desk, models: Sequence[Image]) -> None:
    image = models[0]

    def read(connection: Connection) -> RunSpec:
        from tui.engine.lists import inspect
        from tui.engine.runspec import RunSpec

        ref = target_of(image).ref
        return replace(RunSpec.of_image(inspect(connection, Kind.IMAGE, ref)), image=image.name)

    await desk.run_form(await desk.read(read), create_only=False)


async def _run_again(desk: Desk, models: Sequence[Container]) -> None:
    container = models[0]

    def read(connection: Connection) -> RunSpec:
        from tui.engine.errors import EngineError
        from tui.engine.lists import inspect
        from tui.engine.runspec import RunSpec

        found = inspect(connection, Kind.CONTAINER, container.id)
        try:
            image = inspect(connection, Kind.IMAGE, found["Image"])
        except EngineError:  # the image may be gone: then everything counts as given by hand
            image = None
        if connection.podman:
            from tui.engine.models.podman import as_docker

            found = as_docker(found, image)
        return RunSpec.of_container(found, image)

    await desk.run_form(await desk.read(read), create_only=False)


async def _create(desk: Desk, models: Sequence[Any]) -> None:
    from tui.engine.runspec import RunSpec

    await desk.run_form(RunSpec(image=""), create_only=True)


RUN_IMAGE = Verb(
    "image.run",
    "R",
    "run",
    "Run a container from this image, with the options of docker run.",
    Kind.IMAGE,
    Effect.CHANGES,
    lambda models: docker("run", *(model.name for model in models)),
    _run_image,
    bulk=False,
)
RUN_AGAIN = Verb(
    "container.run",
    "R",
    "run again",
    "Run another container with the options of this one.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lambda models: docker("run", *(model.image for model in models)),
    _run_again,
    bulk=False,
    weight=6,
)
CREATE_CONTAINER = Verb(
    "container.create",
    "c",
    "create",
    "Create a container without starting it.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lambda models: docker("create"),
    _create,
    needs_row=False,
    weight=7,
)


def from_line(text: str) -> Verb:
    """The verb that opens the run form filled from a docker line."""

    async def fill(desk: Desk, models: Sequence[Any]) -> None:
        from tui.engine.runspec import RunSpec

        await desk.run_form(RunSpec(), create_only=False, line=text)

    return replace(CREATE_CONTAINER, line=lambda models: docker("run"), act=fill)
