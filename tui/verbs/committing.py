"""Making images that a reference may already lead to another one of: committing a container."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.engine.jobs import Job, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.models import Container
from tui.engine.plans import Plan
from tui.engine.store import Store
from tui.verbs.common import item_of, lined, target_of
from tui.verbs.pulling import repository_of, with_tag
from tui.verbs.tagging import check_tag, holder
from tui.verbs.verb import Answers, Blank, Desk, Effect, Question, Sheet, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection

    Making = Callable[[Answers, Job, Connection, Target], str]
    """Makes one image as the answers of a sheet say; returns what there is to say of it."""

INSTRUCTIONS = (
    *("CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "USER"),
    *("VOLUME", "WORKDIR"),
)
"""What of a Dockerfile can be applied to an image that is made without one."""

CHANGES = Question(
    "changes", "Changes", Blank.LIST, hint="ENV DEBUG=1", check=lambda text: check_change(text)
)


def check_reference(text: str) -> str | None:
    """A name for an image that may do without one."""
    return check_tag(text) if text else None


def check_change(text: str) -> str | None:
    """One instruction of a Dockerfile, as `--change` takes it."""
    word, _, rest = text.strip().partition(" ")
    if word.upper() not in INSTRUCTIONS:
        return f"It begins with one of {', '.join(INSTRUCTIONS)}."
    return None if rest.strip() else f"{word.upper()} needs something behind it, as in ENV DEBUG=1."


def named(reference: str) -> dict[str, str]:
    """The query that gives an image a name: `repo` and `tag`; nothing for none."""
    if not reference:
        return {}
    whole = with_tag(reference)
    repository = repository_of(whole)
    return {"repo": repository, "tag": whole.removeprefix(f"{repository}:")}


def change_flags(answers: Answers) -> list[str]:
    """The options of a docker line for the changes of a sheet."""
    return [word for change in answers["changes"] for word in ("--change", change)]


def retagging(store: Store, task: Task, reference: str) -> Plan | None:
    """The plan to do a task that takes a tag away from an image; None when the tag leads to none.

    The task makes one image with that tag.
    """
    other = holder(store, reference) if reference else None
    if other is None:
        return None
    others = [one for one in other.references if one != other.key]
    stays = f"it stays {', '.join(others)}" if others else "no other tag leads to it: it will be dangling"
    (made,) = task.targets

    def work(job: Job, connection: Connection, target: Target) -> str:
        return task.work(job, connection, made)

    return Plan(
        task.verb,
        task.title,
        (item_of(store, other, f"loses this tag; {stays}"),),
        task.line,
        work,
        warnings=(f"{other.name} leads to {other.short_id} now, and will lead to the new image.",),
        headline=f"{task.title.capitalize()} {made.name}: the tag moves",
    )


async def fill_and_make(desk: Desk, sheet: Sheet, make: Making, target: Target, verb: Verb) -> None:
    """Start the making of an image that a sheet with a `reference` asks for, and let a tag move if agreed.

    When the person does not confirm, the sheet is there again as it was.
    """
    while (answers := await desk.fill(sheet)) is not None:
        task = Task(verb.id, verb.title, sheet.line(answers), (target,), partial(make, answers))
        plan = retagging(desk.store, task, str(answers["reference"]))
        job = await (desk.start(task) if plan is None else desk.confirm(plan))
        if job is not None:
            return
        sheet = sheet.filled(answers)


def commit_line(container: Container, answers: Answers) -> DockerLine:
    """The docker line of a sheet's answers."""
    texts = {"--author": str(answers["author"]), "--message": str(answers["message"])}
    options = [word for option, text in texts.items() if text for word in (option, text)]
    pause = [] if answers["pause"] else ["--pause=false"]
    reference = [str(answers["reference"])] if answers["reference"] else []
    return docker("commit", *options, *change_flags(answers), *pause, container.name, *reference)


def make_commit(answers: Answers, job: Job, connection: Connection, target: Target) -> str:
    """Commit a container as was answered (POST /commit)."""
    params: dict[str, Any] = {
        "container": target.ref,
        **named(str(answers["reference"])),
        "comment": str(answers["message"]),
        "author": str(answers["author"]),
        "pause": "1" if answers["pause"] else "0",
        "changes": list(answers["changes"]),
    }
    made = connection.ask("POST", "/commit", params=params, body={}, seconds=None).json()
    ident = str(made["Id"]).removeprefix("sha256:")[:12]
    return f"{answers['reference'] or 'an image without a name'} is {ident} now"


async def _ask(desk: Desk, models: Sequence[Container]) -> None:
    container = models[0]
    sheet = Sheet(
        f"Commit {container.name} to an image",
        "commit",
        (
            Question("reference", "Name", hint="shop/api:2; none is dangling", check=check_reference),
            Question("message", "Message", hint="what was changed"),
            Question("author", "Author", hint="Ada <ada@example.com>"),
            Question("pause", "Pause it meanwhile", Blank.FLAG, value=True),
            CHANGES,
        ),
        partial(commit_line, container),
    )
    await fill_and_make(desk, sheet, make_commit, target_of(container), COMMIT)


COMMIT = Verb(
    "container.commit",
    "C",
    "commit",
    "Make an image of the container as it is now.",
    Kind.CONTAINER,
    Effect.CHANGES,
    lined("commit"),
    _ask,
    lambda model, store: model.state not in ("removing", "dead"),
    bulk=False,
    weight=9,
)
