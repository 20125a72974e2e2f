"""Starting, stopping, restarting, pausing and killing containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.engine.jobs import Work
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.models import Container
from tui.engine.plans import Plan
from tui.engine.store import Store
from tui.verbs.common import calling, item_of, lined, names_of, target_of, task_of, typed_for
from tui.verbs.verb import Blank, Desk, Effect, Question, Sheet, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection

SIGNALS = (
    *("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"),
    *("SIGUSR1", "SIGUSR2", "SIGSTOP", "SIGCONT", "SIGWINCH"),
)
"""The signals offered by kill, Docker's default first."""


def stopped(model: Container, store: Store) -> bool:
    """Whether start applies."""
    return model.state in ("created", "exited", "dead")


def alive(model: Container, store: Store) -> bool:
    """Whether it has a process, or will have one again in a moment."""
    return model.running


def running(model: Container, store: Store) -> bool:
    """Whether it runs and is not paused."""
    return model.state == "running"


def paused(model: Container, store: Store) -> bool:
    """Whether it is paused."""
    return model.state == "paused"


async def _start(desk: Desk, models: Sequence[Container]) -> None:
    await _do(desk, START, models, calling("start"), at_once=True)


async def _unpause(desk: Desk, models: Sequence[Container]) -> None:
    await _do(desk, UNPAUSE, models, calling("unpause"), at_once=True)


async def _stop(desk: Desk, models: Sequence[Container]) -> None:
    alone = _alone(desk, models) and not await desk.read(lambda engine: self_removing(engine, models))
    await _do(desk, STOP, models, calling("stop"), at_once=alone, ends=True)


async def _restart(desk: Desk, models: Sequence[Container]) -> None:
    await _do(desk, RESTART, models, calling("restart"), at_once=_alone(desk, models))


async def _pause(desk: Desk, models: Sequence[Container]) -> None:
    await _do(desk, PAUSE, models, calling("pause"), at_once=_alone(desk, models))


async def _kill(desk: Desk, models: Sequence[Container]) -> None:
    sheet = Sheet(
        title="Kill " + ", ".join(names_of(models)),
        action="continue",
        questions=(Question("signal", "Signal", Blank.CHOICE, SIGNALS[0], options=SIGNALS),),
        line=lambda answers: _kill_line(models, str(answers["signal"])),
    )
    answers = await desk.fill(sheet)
    if answers is not None:
        signal = str(answers["signal"])
        line = _kill_line(models, signal)
        await desk.confirm(_plan(desk, KILL, models, line, calling("kill", signal=signal), ends=True))


def _kill_line(models: Sequence[Container], signal: str) -> DockerLine:
    return docker("kill", "--signal", signal, *names_of(models))


def _alone(desk: Desk, models: Sequence[Container]) -> bool:
    """Whether it is about a single container, on other Engines none."""
    return len(models) == 1 and not desk.several


async def _do(
    desk: Desk, verb: Verb, models: Sequence[Container], work: Work, *, at_once: bool, ends: bool = False
) -> None:
    """Do it at once, or after a plan; always after a plan on production."""
    if at_once and not desk.prod:
        await desk.start(task_of(verb, models, work))
    else:
        await desk.confirm(_plan(desk, verb, models, verb.line(models), work, ends=ends))


def _plan(
    desk: Desk, verb: Verb, models: Sequence[Container], line: DockerLine, work: Work, *, ends: bool
) -> Plan:
    items = tuple(item_of(desk.store, model, model.status) for model in models)
    # what only changes one container needs no more than the key
    typed = typed_for(desk, models) if len(models) > 1 or verb.effect is Effect.DESTROYS else ""
    plan = Plan(verb.id, verb.title, items, line, work, typed=typed)

    def refine(connection: Connection) -> Plan:
        leaving = self_removing(connection, models)
        warning = f"Removed with its anonymous volumes as it ends (--rm): {', '.join(leaving)}"
        return replace(plan, warnings=(warning,) if leaving else ())

    return replace(plan, refine=refine) if ends else plan


def self_removing(connection: Connection, models: Sequence[Container]) -> list[str]:
    """The names of those that were made with --rm (HostConfig.AutoRemove of GET /containers/{id}/json)."""
    from tui.engine.lists import inspect

    return [
        model.name
        for model in models
        if inspect(connection, Kind.CONTAINER, target_of(model).ref)["HostConfig"].get("AutoRemove")
    ]


START = Verb(
    "container.start",
    "s",
    "start",
    "Start a stopped container.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lined("start"),
    _start,
    stopped,
)
STOP = Verb(
    "container.stop",
    "s",
    "stop",
    "Stop a container: SIGTERM, and SIGKILL ten seconds later.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lined("stop"),
    _stop,
    alive,
)
RESTART = Verb(
    "container.restart",
    "r",
    "restart",
    "Stop a container and start it again.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lined("restart"),
    _restart,
    weight=1,
)
PAUSE = Verb(
    "container.pause",
    "p",
    "pause",
    "Freeze the container's processes.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lined("pause"),
    _pause,
    running,
    weight=6,
)
UNPAUSE = Verb(
    "container.unpause",
    "p",
    "go on",
    "Let a paused container's processes go on.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lined("unpause"),
    _unpause,
    paused,
    weight=6,
)
KILL = Verb(
    "container.kill",
    "ctrl+k",
    "kill",
    "Send a signal to the container's main process.",
    Kind.CONTAINER,
    Effect.DESTROYS,
    lined("kill"),
    _kill,
    alive,
    weight=7,
)
