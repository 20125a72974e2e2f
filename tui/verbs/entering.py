"""Going inside a container: exec and attach, full-screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.engine.models import Container
from tui.verbs.common import lined
from tui.verbs.halting import running
from tui.verbs.verb import Desk, Effect, Verb, Visit

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.streams import Session

NO_SHELL = {126: "there is no shell to run in this container", 127: "there is no shell in this container"}


async def _exec(desk: Desk, models: Sequence[Container]) -> None:
    container = models[0]

    def begin(connection: Connection) -> Session:
        from tui.engine.detach import configured_keys
        from tui.engine.endpoint import docker_config
        from tui.engine.streams import SHELL, open_exec

        keys = configured_keys(docker_config())
        return open_exec(connection.api, container.id, SHELL, detach_keys=keys)

    await desk.enter(
        Visit(
            EXEC.id,
            container.name,
            docker("exec", "-it", container.name, "sh"),
            begin,
            container.id,
            own=True,
            ends=lambda code: NO_SHELL.get(code or 0, ""),
        )
    )


async def _attach(desk: Desk, models: Sequence[Container]) -> None:
    container = models[0]

    def begin(connection: Connection) -> Session:
        from tui.engine.detach import configured_keys
        from tui.engine.endpoint import docker_config
        from tui.engine.streams import open_attach

        keys = configured_keys(docker_config())
        return open_attach(connection.api, container.id, detach_keys=keys)

    await desk.enter(
        Visit(ATTACH.id, container.name, ATTACH.line(models), begin, container.id, title="attach to")
    )


EXEC = Verb(
    "container.exec",
    "e",
    "exec",
    "A shell inside the container: bash where there is one, else sh.",
    Kind.CONTAINER,
    Effect.ENTERS,
    lambda models: docker("exec", "-it", *(model.name for model in models), "sh"),
    _exec,
    running,
    bulk=False,
    weight=3,
)
ATTACH = Verb(
    "container.attach",
    "a",
    "attach",
    "The container's own main process, as it sees its terminal.",
    Kind.CONTAINER,
    Effect.ENTERS,
    lined("attach"),
    _attach,
    running,
    bulk=False,
    weight=5,
)
