"""What the verbs of several kinds share: targets, items of plans, docker lines, inspect and copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tui.engine.jobs import Job, Target, Task, Work
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.models import Image, Model
from tui.engine.plans import Item
from tui.engine.sight import seen
from tui.engine.store import Store
from tui.verbs.verb import Answers, Desk, Effect, Sheet, Verb, View

if TYPE_CHECKING:
    from tui.engine.connection import Connection


def target_of(model: Model) -> Target:
    """The object as a job's target: images by reference, everything else by id."""
    return Target(model.key if isinstance(model, Image) else model.id, model.name)


def item_of(store: Store, model: Model, note: str = "") -> Item:
    """The object as an item of a plan, with what the Store shows of it now."""
    return Item(model.kind, target_of(model), seen(store, model), note)


def names_of(models: Iterable[Model]) -> list[str]:
    """What a docker line calls the objects: the names a person knows."""
    return [model.name for model in models]


def lined(*words: str) -> Callable[[Sequence[Model]], DockerLine]:
    """A docker line that ends in the names of the objects: lined("stop") gives `docker stop web db`."""
    return lambda models: docker(*words, *names_of(models))


def calling(method: str, **options: Any) -> Work:
    """Work that calls one method of the SDK's client on each target: calling("stop")."""

    def work(job: Job, connection: Connection, target: Target) -> str:
        getattr(connection.api, method)(target.ref, **options)
        return ""

    return work


def task_of(verb: Verb, models: Sequence[Model], work: Work) -> Task:
    """A task that does the same to each object, without a plan."""
    return Task(verb.id, verb.title, verb.line(models), tuple(map(target_of, models)), work)


async def fill_and_start(desk: Desk, sheet: Sheet, task: Callable[[Answers], Task]) -> None:
    """Start what a sheet asks for; when the person does not confirm, the sheet is there again as it was."""
    while (answers := await desk.fill(sheet)) is not None:
        if await desk.start(task(answers)) is not None:
            return
        sheet = sheet.filled(answers)


def typed_for(desk: Desk, models: Sequence[Model], *, precious: bool = False) -> str:
    """What must be typed to confirm: the name of one object or the count of several; "" when nothing must."""
    if not models or not (precious or desk.prod):
        return ""
    return models[0].name if len(models) == 1 else str(len(models))


def inspect_verb(kind: Kind) -> Verb:
    """The verb that shows an object's whole JSON."""

    async def act(desk: Desk, models: Sequence[Any]) -> None:
        await desk.view(View.INSPECT, models[0])

    return Verb(
        f"{kind}.inspect",
        "i",
        "inspect",
        f"The {kind} as the Engine describes it, as a tree.",
        kind,
        Effect.READS,
        lined(kind.value, "inspect"),
        act,
        bulk=False,
        weight=4,
    )


def copy_verb(kind: Kind) -> Verb:
    """The verb that copies the names of the chosen objects."""

    async def act(desk: Desk, models: Sequence[Any]) -> None:
        what = models[0].name if len(models) == 1 else f"{len(models)} names"
        desk.copy("\n".join(names_of(models)), what)

    def line(models: Sequence[Any]) -> DockerLine:
        if kind is Kind.IMAGE:
            return docker("image", "ls", *names_of(models))
        return docker(kind.value, "inspect", "--format", "{{.Name}}", *names_of(models))

    return Verb(
        f"{kind}.copy",
        "y",
        "copy",
        f"Copy the {kind}'s name; of several marked ones, all names.",
        kind,
        Effect.READS,
        line,
        act,
        weight=9,
    )
