"""Plans: what a verb would touch, shown before it touches anything, and then exactly that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Skip, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine
from tui.engine.sight import Seen, differences, look

if TYPE_CHECKING:
    from tui.engine.connection import Connection

GONE = 404


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a plan."""

    kind: Kind | None
    """None for what has no pane of its own, and so is not looked at again: a plugin."""
    target: Target
    seen: Seen
    """What the person was shown of it; compared again before it is touched."""
    note: str = ""
    """What a person wants to know of it: its state, what depends on it."""
    size: int | None = None
    """Bytes that would be freed; None while nobody knows."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the person may switch on before applying, with the docker option it stands for."""

    id: str
    key: str
    label: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a verb would do: the objects one by one, the docker line, and what else follows from it."""

    verb: str
    title: str
    """The verb in a person's words: "remove"."""
    items: tuple[Item, ...]
    line: DockerLine
    work: Callable[[Job, Connection, Target], str]
    """Does one item; raises EngineError."""
    warnings: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    typed: str = ""
    """What has to be typed to confirm: a name or a count; "" when the key is enough."""
    nothing: str = ""
    """What to say when there are no items."""
    headline: str = ""
    """Its title, where verb and count of the objects do not say it: "Pull web:1"."""
    rebuild: Callable[[Mapping[str, bool]], Plan] | None = None
    """The plan after other choices, from what the Store knows."""
    refine: Callable[[Connection], Plan] | None = None
    """The complete plan, for which the Engine has to be asked; None when this one is complete."""
    measure: Callable[[Connection], Mapping[str, int]] | None = None
    """Asks the Engine for sizes in bytes by target.ref; they may arrive while the plan is read."""

    def warned(self, warning: str) -> Plan:
        """The same plan with one more warning, which every plan made from it keeps."""
        rebuild, refine = self.rebuild, self.refine
        return replace(
            self,
            warnings=(*self.warnings, warning),
            rebuild=rebuild and (lambda choices: rebuild(choices).warned(warning)),
            refine=refine and (lambda connection: refine(connection).warned(warning)),
        )

    def task(self) -> Task:
        """The task that does each item, unless it changed since it was shown."""
        items = {item.target.ref: item for item in self.items}

        def checked(job: Job, connection: Connection, target: Target) -> str:
            item = items[target.ref]
            if item.kind is None:
                return self.work(job, connection, target)
            try:
                now = look(connection, item.kind, target.ref)
            except EngineError as error:
                if error.status == GONE:
                    raise Skip("it is gone already") from error
                raise
            if now != item.seen:
                raise Skip(differences(item.seen, now))
            return self.work(job, connection, target)

        return Task(self.verb, self.title, self.line, tuple(item.target for item in self.items), checked)


def question(verb: str, title: str, targets: Sequence[Target], line: DockerLine) -> Plan:
    """A plan that only asks for the person's word: what is done once it is given is not its own work.

    `title` is the verb in a person's words; `targets` is not empty.
    """
    kind = next((one for one in Kind if one == verb.partition(".")[0]), None)
    return Plan(
        verb,
        title,
        tuple(Item(kind, target, ()) for target in targets),
        line,
        lambda job, connection, target: "",
        headline=f"{title.capitalize()} {targets[0].name}" if len(targets) == 1 else "",
        typed=str(len(targets)) if len(targets) > 1 else "",
    )
