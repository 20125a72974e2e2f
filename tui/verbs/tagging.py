"""Giving an image one more name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.engine.jobs import Job, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.models import Image
from tui.engine.plans import Plan
from tui.engine.store import Store
from tui.verbs.common import item_of, lined, target_of
from tui.verbs.pulling import repository_of, with_tag
from tui.verbs.verb import Answers, Desk, Effect, Question, Sheet, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection


def check_tag(text: str) -> str | None:
    """A name that can be given to an image: `[registry/]repository[:tag]`."""
    from tui.engine.checks import check_image

    if "@" in text:
        return "A digest is given by a registry: write repository:tag, as in shop/api:2."
    return check_image(text)


def holder(store: Store, reference: str) -> Image | None:
    """The image that a reference leads to now."""
    return store.images.get(with_tag(reference))


def _tag(image: Target, reference: str, job: Job, connection: Connection, target: Target) -> str:
    """POST /images/{name}/tag."""
    whole = with_tag(reference)
    repository = repository_of(whole)
    connection.api.tag(image.ref, repository, whole.removeprefix(f"{repository}:"))
    return f"is {whole} too"


def tag_task(image: Image, reference: str) -> Task:
    """The task that gives an image one more name."""
    source = target_of(image)
    line = docker("tag", source.name, reference)
    return Task("image.tag", "tag", line, (source,), partial(_tag, source, reference))


def moving(store: Store, image: Image, other: Image, reference: str) -> Plan:
    """The plan that takes a tag away from one image and gives it to another."""
    source = target_of(image)
    others = [one for one in other.references if one != other.key]
    stays = f"it stays {', '.join(others)}" if others else "no other tag leads to it: it will be dangling"
    return Plan(
        "image.tag",
        "tag",
        (item_of(store, other, f"loses this tag; {stays}"),),
        docker("tag", source.name, reference),
        partial(_tag, source, reference),
        warnings=(f"{other.name} leads to {other.short_id} now, and will lead to {image.short_id}.",),
        headline=f"Tag {image.name} as {other.name}, which is another image now",
    )


async def _ask(desk: Desk, models: Sequence[Image]) -> None:
    image = models[0]

    def line(answers: Answers) -> DockerLine:
        return docker("tag", image.name, str(answers["name"]))

    value = "" if image.dangling else image.name
    question = Question("name", "New name", value=value, hint="shop/api:2", check=check_tag)
    sheet = Sheet(f"Tag {image.name}", "tag", (question,), line)
    while (answers := await desk.fill(sheet)) is not None:
        reference = str(answers["name"])
        other = holder(desk.store, reference)
        if other is not None and other.id == image.id:
            desk.say(f"{with_tag(reference)} leads to {image.short_id} already")
            return
        if other is not None:
            job = await desk.confirm(moving(desk.store, image, other, reference))
        else:
            job = await desk.start(tag_task(image, reference))
        if job is not None:
            return
        sheet = sheet.filled(answers)


TAG = Verb(
    "image.tag",
    "t",
    "tag",
    "Give the image one more name.",
    Kind.IMAGE,
    Effect.CHANGES,
    lined("tag"),
    _ask,
    bulk=False,
    weight=5,
)
