"""Pushing an image to its registry, as a job with progress and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.progress import wants_login
from tui.verbs.common import fill_and_start, lined
from tui.verbs.pulling import registry_headers, repository_of, told, with_tag
from tui.verbs.verb import Answers, Blank, Desk, Effect, Question, Sheet, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.models import Image
    from tui.engine.store import Store

NOBODY = {"X-Registry-Auth": "e30="}
"""No credentials: `{}`. Older Engines refuse a push without any."""


@dataclass(frozen=True, slots=True)
class Push:
    """What is to be pushed."""

    reference: str
    every_tag: bool = False
    """Whether all tags of the repository are meant."""

    @property
    def line(self) -> DockerLine:
        """The docker line that does it."""
        if self.every_tag:
            return docker("push", "--all-tags", repository_of(self.reference))
        return docker("push", self.reference)

    @property
    def target(self) -> Target:
        """The image, or the repository whose tags are all meant."""
        if self.every_tag:
            return Target(repository_of(self.reference), f"all tags of {repository_of(self.reference)}")
        return Target(with_tag(self.reference), self.reference)

    @property
    def path(self) -> str:
        """POST /images/{name}/push."""
        return f"/images/{quote(repository_of(self.reference), safe='/:')}/push"

    @property
    def params(self) -> dict[str, str]:
        """Its query."""
        if self.every_tag:
            return {}
        return {"tag": self.target.ref.removeprefix(f"{repository_of(self.reference)}:")}


def push_task(reference: str, *, every_tag: bool = False) -> Task:
    """The task that pushes (POST /images/{name}/push); cancelling it closes its stream."""
    push = Push(reference, every_tag)
    return Task("image.push", "push", push.line, (push.target,), partial(_push, push))


def _push(push: Push, job: Job, connection: Connection, target: Target) -> str:
    from tui.engine.registries import split_reference
    from tui.engine.transfer import follow

    headers = NOBODY | registry_headers(connection, push.reference)
    try:
        progress = follow(
            job,
            lambda: connection.ask(
                "POST", push.path, params=push.params, headers=headers, stream=True, seconds=None
            ),
        )
    except EngineError as error:
        if not wants_login(error.message):
            raise
        host, _ = split_reference(push.reference)
        advice = f"Log in to the registry first (:login {host}), or push to a repository of your own."
        raise replace(error, advice=advice) from error
    return told(progress)


def check_push(text: str) -> str | None:
    """A reference that can be pushed."""
    from tui.engine.checks import check_image

    if "@" in text:
        return "What is pushed has a tag and no digest: the registry gives that."
    return check_image(text)


async def _ask(desk: Desk, models: Sequence[Any]) -> None:
    def push(answers: Answers) -> Push:
        return Push(str(answers["reference"]), bool(answers["all"]))

    image: Image = models[0]
    questions = (
        Question("reference", "Image", value=image.name, hint="registry.lan:5000/api:2", check=check_push),
        Question("all", "All tags", Blank.FLAG, False, "Every tag of the repository that is here"),
    )
    sheet = Sheet("Push an image", "push", questions, lambda answers: push(answers).line)

    def task(answers: Answers) -> Task:
        wanted = push(answers)
        return push_task(wanted.reference, every_tag=wanted.every_tag)

    await fill_and_start(desk, sheet, task)


def _named(model: Image, store: Store) -> bool:
    """Without a tag there is nothing that says where to."""
    return not model.dangling


PUSH = Verb(
    "image.push",
    "p",
    "push",
    "Push the image to the registry that its name begins with.",
    Kind.IMAGE,
    Effect.CHANGES,
    lined("push"),
    _ask,
    _named,
    bulk=False,
    weight=5,
)
