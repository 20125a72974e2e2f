"""What a person can do to images, in the order of help and footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.engine.jobs import Task
from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.verbs.building import BUILD
from tui.verbs.common import copy_verb, fill_and_start, inspect_verb
from tui.verbs.looking_inside import VERBS as LOOKING_INSIDE
from tui.verbs.measuring import SIZES
from tui.verbs.pulling import Pull, check_platform, pull_task
from tui.verbs.pushing import PUSH
from tui.verbs.removal import PRUNE_IMAGES, REMOVE_IMAGE
from tui.verbs.running import RUN_IMAGE
from tui.verbs.saving import IMPORT, LOAD, SAVE
from tui.verbs.searching import SEARCH
from tui.verbs.tagging import TAG
from tui.verbs.verb import Answers, Blank, Desk, Effect, Question, Sheet, Verb


async def offer_pull(desk: Desk, reference: str) -> None:
    """Ask what to pull, beginning with a reference, and pull it."""
    from tui.engine.checks import check_image

    def pull(answers: Answers) -> Pull:
        return Pull(str(answers["image"]), str(answers["platform"]).strip(), bool(answers["all"]))

    questions = (
        Question("image", "Image", value=reference, hint="nginx:1.27", check=check_image),
        Question("platform", "Platform", hint="linux/arm64/v8", check=check_platform),
        Question("all", "All tags", Blank.FLAG, False, "Every tag of the repository: that may be very much"),
    )
    sheet = Sheet("Pull an image", "pull", questions, lambda answers: pull(answers).line)

    def task(answers: Answers) -> Task:
        wanted = pull(answers)
        return pull_task(wanted.reference, platform=wanted.platform, every_tag=wanted.every_tag)

    await fill_and_start(desk, sheet, task)


async def _pull(desk: Desk, models: Sequence[Any]) -> None:
    await offer_pull(desk, models[0].name if models else "")


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

VERBS = (
    RUN_IMAGE,
    PULL,
    BUILD,
    PUSH,
    TAG,
    SEARCH,
    SAVE,
    LOAD,
    IMPORT,
    *LOOKING_INSIDE,
    inspect_verb(Kind.IMAGE),
    REMOVE_IMAGE,
    PRUNE_IMAGES,
    copy_verb(Kind.IMAGE),
    SIZES,
)
