"""What a person can do to images, in the order of help and footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.verbs.common import copy_verb, inspect_verb
from tui.verbs.pulling import pull_task
from tui.verbs.removal import PRUNE_IMAGES, REMOVE_IMAGE
from tui.verbs.running import RUN_IMAGE
from tui.verbs.verb import Answers, Desk, Effect, Question, Sheet, Verb


async def _pull(desk: Desk, models: Sequence[Any]) -> None:
    from tui.engine.checks import check_image

    def line(answers: Answers) -> DockerLine:
        return docker("pull", str(answers["image"]))

    question = Question(
        "image", "Image", value=models[0].name if models else "", hint="nginx:1.27", check=check_image
    )
    answers = await desk.fill(Sheet("Pull an image", "pull", (question,), line))
    if answers is not None:
        desk.start(pull_task(str(answers["image"])))


PULL = Verb(
    "image.pull",
    "P",
    "pull",
    "Pull an image from its registry.",
    Kind.IMAGE,
    Effect.CHANGES,
    lambda models: docker("pull", *(model.name for model in models)),
    _pull,
    bulk=False,
    needs_row=False,
    weight=2,
)

VERBS = (RUN_IMAGE, PULL, inspect_verb(Kind.IMAGE), REMOVE_IMAGE, PRUNE_IMAGES, copy_verb(Kind.IMAGE))
