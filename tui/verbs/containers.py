"""What a person can do to containers, in the order of help and footer."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.jobs import Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.models import Container
from tui.engine.store import Store
from tui.verbs.committing import COMMIT
from tui.verbs.common import calling, copy_verb, fill_and_start, inspect_verb, lined, names_of, target_of
from tui.verbs.entering import ATTACH, EXEC
from tui.verbs.halting import KILL, PAUSE, RESTART, START, STOP, UNPAUSE, alive
from tui.verbs.metering import STATS
from tui.verbs.removal import PRUNE_CONTAINERS, REMOVE_CONTAINER
from tui.verbs.running import CREATE_CONTAINER, RUN_AGAIN
from tui.verbs.saving import EXPORT
from tui.verbs.verb import Answers, Desk, Effect, Question, Sheet, Verb, View


async def _rename(desk: Desk, models: Sequence[Container]) -> None:
    from tui.engine.checks import check_name

    container = models[0]

    def check(text: str) -> str | None:
        return check_name(text) if text else "Type the new name, as in web-1."

    def line(answers: Answers) -> DockerLine:
        return docker("rename", container.name, str(answers["name"]))

    def task(answers: Answers) -> Task:
        work = calling("rename", name=str(answers["name"]))
        return Task(RENAME.id, RENAME.title, line(answers), (target_of(container),), work)

    sheet = Sheet(
        title=f"Rename {container.name}",
        action="rename",
        questions=(Question("name", "New name", value=container.name, check=check),),
        line=line,
    )
    await fill_and_start(desk, sheet, task)


def _logs_line(models: Sequence[Container]) -> DockerLine:
    # the docker CLI shows one container's log at a time
    return docker("logs", "--follow", "--tail", "1000", *names_of(models[:1]))


async def _logs(desk: Desk, models: Sequence[Container]) -> None:
    await desk.logs(models)


def _in_project(model: Container, store: Store) -> bool:
    return bool(model.project)


def _project_line(models: Sequence[Container]) -> DockerLine:
    project = models[0].project if models else "PROJECT"
    return docker("compose", "-p", project, "logs", "--follow", "--tail", "1000")


async def _project_logs(desk: Desk, models: Sequence[Container]) -> None:
    project = models[0].project
    found = [model for model in desk.store.containers.values() if model.project == project]
    await desk.logs(sorted(found, key=lambda model: model.name), project)


async def _top(desk: Desk, models: Sequence[Container]) -> None:
    await desk.view(View.TOP, models[0])


def _published(model: Container, store: Store) -> bool:
    return any(port.public for port in model.ports)


async def _open_port(desk: Desk, models: Sequence[Container]) -> None:
    container = models[0]
    port = next(port for port in container.ports if port.public)
    desk.browse(f"http://{_reachable(port.ip)}:{port.public}")


def _reachable(ip: str) -> str:
    return "localhost" if ip in ("", "0.0.0.0", "::") else f"[{ip}]" if ":" in ip else ip


RENAME = Verb(
    "container.rename",
    "n",
    "rename",
    "Give the container another name.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lined("rename"),
    _rename,
    bulk=False,
    weight=7,
)
LOGS = Verb(
    "container.logs",
    "l",
    "logs",
    "The last 1,000 lines of the container's log, and what follows; of several marked ones merged by time.",
    Kind.CONTAINER,
    Effect.READS,
    _logs_line,
    _logs,
    together=True,
    weight=2,
)
PROJECT_LOGS = Verb(
    "container.project-logs",
    "L",
    "project logs",
    "The logs of all containers of the compose project, also of those that start later.",
    Kind.CONTAINER,
    Effect.READS,
    _project_line,
    _project_logs,
    _in_project,
    bulk=False,
    weight=8,
)
TOP = Verb(
    "container.top",
    "t",
    "top",
    "The container's processes.",
    Kind.CONTAINER,
    Effect.READS,
    lined("top"),
    _top,
    alive,
    bulk=False,
    weight=6,
)
OPEN_PORT = Verb(
    "container.open",
    "w",
    "open port",
    "Open the first published port in a browser; over SSH or without a display, copy its address.",
    Kind.CONTAINER,
    Effect.READS,
    lined("port"),
    _open_port,
    _published,
    bulk=False,
    weight=8,
)

VERBS = (
    *(START, STOP, RESTART, LOGS, PROJECT_LOGS, EXEC, ATTACH, inspect_verb(Kind.CONTAINER), TOP),
    *(REMOVE_CONTAINER, PRUNE_CONTAINERS, RUN_AGAIN, CREATE_CONTAINER, PAUSE, UNPAUSE, KILL, RENAME),
    *(STATS, COMMIT, EXPORT, OPEN_PORT, copy_verb(Kind.CONTAINER)),
)
