"""Making one container from a filled-in form: create, connect, start, and a way back from a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tui.engine.errors import EngineError, engine_errors
from tui.engine.jobs import Job, Skip, Target, Task
from tui.verbs.verb import Visit

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.runspec import RunSpec
    from tui.engine.streams import Session

REMOVED = "The container made for it was removed again."

_FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("name", ("already in use by container", "invalid container name")),
    ("publish", ("port is already allocated", "address already in use", "cannot assign requested address")),
    ("publish", ("invalid port", "invalid containerport", "invalid hostport", "bind for ")),
    ("image", ("no such image", "invalid reference format", "pull access denied", "manifest")),
    ("workdir", ("working directory", "workdir", "chdir to cwd")),
    ("volumes", ("mount", "bind source path", "volume")),
    ("user", ("unable to find user", "unable to find group", "no matching entries in")),
    ("network", ("network", "no such container", "cannot join", "non-running container")),
    ("restart", ("restart policy", "maximum retry count")),
    ("memory", ("memory",)),
    ("cpus", ("cpus", "nanocpu", "range of cpu")),
    ("env", ("environment variable",)),
    ("command", ("executable file not found", "no command specified", "exec:", "exec format error")),
)
"""Words of the Engine (moby) by the field they are about; the first match counts."""


def field_of(spec: RunSpec, error: EngineError) -> str | None:
    """The field of RunSpec that a refusal is about; None when the Engine's words do not tell."""
    words = error.message.lower()
    found = next((name for name, signs in _FIELDS if any(sign in words for sign in signs)), None)
    return "entrypoint" if found == "command" and spec.entrypoint else found


class Launch:
    """One container on its way from a RunSpec to the Engine.

    A container that was created and could not be started is removed again: its name is free then, and the
    same form can be sent once more.
    """

    def __init__(self, verb: str, spec: RunSpec, *, create_only: bool, size: tuple[int, int]) -> None:
        """`size` is the terminal's, in rows and columns. Raises ValueError when a field is wrong."""
        self.spec = spec
        self.create_only = create_only
        self.session: Session | None = None
        """The stay in the container, from before its start; None when it runs on its own."""
        self.id = ""
        """The container's id, once the Engine has made it."""
        self._size = size
        self._body = spec.body(create_only)
        self.task = Task(
            verb,
            "create" if create_only else "run",
            spec.line(create_only),
            (Target(spec.name or spec.image, spec.name or spec.image),),
            self._work,
            quiet=True,
        )

    @property
    def attaches(self) -> bool:
        """Whether the terminal goes to the container."""
        return not (self.create_only or self.spec.detach)

    def visit(self, session: Session) -> Visit:
        """The stay in the container that was started."""
        name = self.spec.name or self.id[:12]
        return Visit(self.task.verb, name, self.task.line, lambda connection: session, self.id, agreed=True)

    def _work(self, job: Job, connection: Connection, target: Target) -> str:
        keys = _detach_keys() if self.attaches else ""
        params = {"name": self.spec.name} if self.spec.name else {}
        answer = connection.ask("POST", "/containers/create", params=params, body=self._body).json()
        self.id = str(answer["Id"])
        try:
            self._go_on(job, connection, keys)
        except EngineError as error:
            # without an answer nobody knows whether it was started
            if error.status is None:
                raise
            left = self._remove(connection)
            raise EngineError(error.message, error.status, f"{error.advice} {left}".strip()) from error
        return " ".join([self.id[:12], *(answer.get("Warnings") or ())])

    def _go_on(self, job: Job, connection: Connection, keys: str) -> None:
        for network in self.spec.carried.other_networks:
            path = f"/networks/{quote(network, safe='')}/connect"
            connection.ask("POST", path, body={"Container": self.id})
        if self.create_only:
            return
        if job.cancelled.is_set():
            raise Skip(f"cancelled before its start. {self._remove(connection)}")
        if not self.attaches:
            connection.ask("POST", f"/containers/{self.id}/start")
            return
        from tui.engine.streams import start_attached

        session = start_attached(connection.api, self.id, detach_keys=keys, size=self._size)
        if job.cancelled.is_set():
            session.close()
        else:
            self.session = session

    def _remove(self, connection: Connection) -> str:
        """Remove the container that never ran, and its anonymous volumes; returns what became of it."""
        try:
            with engine_errors():
                connection.api.remove_container(self.id, v=True)
        except EngineError as error:
            # with --rm the Engine itself removes it
            if not (error.status == 404 or (error.status == 409 and "already in progress" in error.message)):
                return f"The container {self.spec.name or self.id[:12]} is left, not started: {error.message}"
        return REMOVED


def _detach_keys() -> str:
    from tui.engine.detach import configured_keys
    from tui.engine.endpoint import docker_config

    try:
        return configured_keys(docker_config())
    except ValueError as error:
        raise EngineError(f"detachKeys in config.json: {error}") from error
