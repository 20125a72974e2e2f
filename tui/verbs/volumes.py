"""What a person can do to volumes, in the order of help and footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.engine.jobs import Job, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.verbs.common import copy_verb, fill_and_start, inspect_verb
from tui.verbs.removal import PRUNE_VOLUMES, REMOVE_VOLUME
from tui.verbs.verb import Answers, Desk, Effect, Question, Sheet, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection


def _line(answers: Answers) -> DockerLine:
    name = str(answers["name"])
    return docker("volume", "create", "--driver", str(answers["driver"]), *([name] if name else []))


def _check_driver(text: str) -> str | None:
    return None if text.strip() else "A driver is needed, as in local."


async def _create(desk: Desk, models: Sequence[Any]) -> None:
    from tui.engine.checks import check_name

    sheet = Sheet(
        title="Create a volume",
        action="create",
        questions=(
            Question("name", "Name", check=check_name, hint="without a name it is anonymous"),
            Question("driver", "Driver", value="local", check=_check_driver),
        ),
        line=_line,
    )
    await fill_and_start(desk, sheet, _task)


def _task(answers: Answers) -> Task:
    name, driver = str(answers["name"]), str(answers["driver"]).strip()

    def work(job: Job, connection: Connection, target: Target) -> str:
        return str(connection.api.create_volume(name or None, driver=driver)["Name"])

    return Task(CREATE.id, CREATE.title, _line(answers), (Target(name, name or "a volume"),), work)


CREATE = Verb(
    "volume.create",
    "c",
    "create",
    "Create a volume.",
    Kind.VOLUME,
    Effect.CHANGES,
    lambda models: docker("volume", "create"),
    _create,
    needs_row=False,
    weight=1,
)

VERBS = (CREATE, inspect_verb(Kind.VOLUME), REMOVE_VOLUME, PRUNE_VOLUMES, copy_verb(Kind.VOLUME))
