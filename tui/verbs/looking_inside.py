"""Looking into images: how they were made, their files layer by layer, their software, known weaknesses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from tui.engine.jobs import Job, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.engine.models import Image
from tui.verbs.common import lined
from tui.verbs.verb import Desk, Effect, Verb, View

if TYPE_CHECKING:
    from tui.engine.connection import Connection


def _opening(view: View) -> Callable[[Desk, Sequence[Any]], Awaitable[None]]:
    async def act(desk: Desk, models: Sequence[Any]) -> None:
        await desk.view(view, models[0])

    return act


def look_task(image: Image) -> Task:
    """The task that reads what is in an image (GET /images/{name}/get); the screens show what it found."""

    def work(job: Job, connection: Connection, target: Target) -> str:
        from tui.engine.inside import look_inside

        found = look_inside(job, connection, target.ref, image.id, image.size)
        return f"{len(found.layers)} layers, {found.entries:,} paths, {len(found.packages):,} packages"

    target = Target(image.id, image.name)
    return Task("image.look", "look into", docker("save", image.name), (target,), work)


def scan_task(image: Image) -> Task:
    """The task that has an image scanned by a program of this machine; the screen shows what it found."""

    def work(job: Job, connection: Connection, target: Target) -> str:
        from tui.engine.scans import scan

        found = scan(job, connection, target.ref, image.id)
        counts = ", ".join(f"{count} {severity}" for severity, count in found.counts.items())
        return f"{found.scanner} found {counts or 'nothing'}"

    reference = image.name if image.references else image.id
    return Task(SCAN.id, SCAN.title, SCAN.line([image]), (Target(reference, image.name),), work)


HISTORY = Verb(
    "image.history",
    "h",
    "history",
    "The Dockerfile lines that made the image, with the size of each layer.",
    Kind.IMAGE,
    Effect.READS,
    lined("image", "history", "--no-trunc"),
    _opening(View.HISTORY),
    bulk=False,
    weight=5,
)
FILES = Verb(
    "image.files",
    "f",
    "files",
    "The files of the image, layer by layer: added, changed, removed, wasted.",
    Kind.IMAGE,
    Effect.READS,
    lined("save"),
    _opening(View.FILES),
    bulk=False,
    weight=5,
)
SOFTWARE = Verb(
    "image.software",
    "w",
    "software",
    "The software in the image: packages with their versions; also compared with another image.",
    Kind.IMAGE,
    Effect.READS,
    lined("save"),
    _opening(View.SOFTWARE),
    bulk=False,
    weight=6,
)
SCAN = Verb(
    "image.scan",
    "",
    "scan",
    "Known weaknesses of the image, by trivy, grype or docker scout, whichever is on PATH.",
    Kind.IMAGE,
    Effect.READS,
    lined("scout", "cves"),
    _opening(View.SCAN),
    bulk=False,
    weight=9,
)

VERBS = (HISTORY, FILES, SOFTWARE, SCAN)
"""All of them, in the order of help and footer."""
