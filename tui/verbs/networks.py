"""What a person can do to networks, in the order of help and footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.engine.jobs import Job, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.verbs.common import copy_verb, fill_and_start, inspect_verb
from tui.verbs.removal import PRUNE_NETWORKS, REMOVE_NETWORK
from tui.verbs.verb import Answers, Blank, Desk, Effect, Question, Sheet, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection

DRIVERS = ("bridge", "overlay", "macvlan", "ipvlan")


def _line(answers: Answers) -> DockerLine:
    subnet = str(answers["subnet"])
    flags = [*(["--subnet", subnet] if subnet else []), *["--internal"] * bool(answers["internal"])]
    return docker("network", "create", "--driver", str(answers["driver"]), *flags, str(answers["name"]))


async def _create(desk: Desk, models: Sequence[Any]) -> None:
    from tui.engine.checks import check_network_name, check_subnet
    from tui.engine.gaps import offered

    server = desk.connection.server
    drivers = tuple(driver for driver in DRIVERS if offered(f"{CREATE.id} {driver}", server))
    sheet = Sheet(
        title="Create a network",
        action="create",
        questions=(
            Question("name", "Name", check=check_network_name, hint="back-end"),
            Question("driver", "Driver", Blank.CHOICE, drivers[0], options=drivers),
            Question("subnet", "Subnet", check=check_subnet, hint="chosen by the Engine"),
            Question("internal", "Internal: no way out", Blank.FLAG, value=False),
        ),
        line=_line,
    )
    await fill_and_start(desk, sheet, _task)


def _task(answers: Answers) -> Task:
    name, subnet = str(answers["name"]), str(answers["subnet"])

    def work(job: Job, connection: Connection, target: Target) -> str:
        from docker.types import IPAMConfig, IPAMPool

        made = connection.api.create_network(
            name,
            driver=str(answers["driver"]),
            ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)]) if subnet else None,
            internal=bool(answers["internal"]),
            check_duplicate=True,
        )
        return str(made.get("Warning") or "")

    return Task(CREATE.id, CREATE.title, _line(answers), (Target(name, name),), work)


CREATE = Verb(
    "network.create",
    "c",
    "create",
    "Create a network.",
    Kind.NETWORK,
    Effect.CHANGES,
    lambda models: docker("network", "create"),
    _create,
    needs_row=False,
    weight=1,
)

VERBS = (CREATE, inspect_verb(Kind.NETWORK), REMOVE_NETWORK, PRUNE_NETWORKS, copy_verb(Kind.NETWORK))
