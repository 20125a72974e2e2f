"""Images and containers to and from files: save and load, export and import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.engine.jobs import Job, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.models import Container, Image
from tui.engine.store import Store
from tui.verbs.committing import CHANGES, change_flags, check_reference, fill_and_make, named
from tui.verbs.common import names_of, target_of
from tui.verbs.verb import Answers, Desk, Effect, FileRequest, Question, Sheet, Verb

if TYPE_CHECKING:
    from tui.engine.archives import Standing
    from tui.engine.connection import Connection

TAR = {"Content-Type": "application/x-tar"}
LOADED = ("Loaded image: ", "Loaded image ID: ")
"""How the Engine says which images came in."""
TAGS_TOLD = 6
"""So many tags of an archive are named."""


async def _choose_and_start(desk: Desk, request: FileRequest, task: Callable[[Path], Task]) -> None:
    """Start what is done with the chosen file; when the person does not confirm, choose again."""
    while (path := await desk.choose_file(request)) is not None:
        if await desk.start(task(path)) is not None:
            return


def _as_name(text: str) -> str:
    """A name for a file, from that of an image or a container."""
    return f"{text.replace('/', '-').replace(':', '_')}.tar"


# Save


def save_task(images: Sequence[Image], path: Path, replaces: Standing | None) -> Task:
    """The task that saves images to one file (GET /images/get); `replaces` is the file it may replace."""
    what = images[0].name if len(images) == 1 else f"{len(images)} images"
    refs = [target_of(image).ref for image in images]
    target = Target(" ".join(refs), f"{what} to {path.name}")
    work = partial(_receive, "/images/get", {"names": refs}, path, total=_bytes(images), replaces=replaces)
    return Task(SAVE.id, SAVE.title, _save_line(images, path), (target,), work)


def _receive(
    api_path: str,
    params: dict[str, Any],
    path: Path,
    job: Job,
    connection: Connection,
    target: Target,
    *,
    total: int,
    replaces: Standing | None,
) -> str:
    from tui.engine.archives import amount, receive

    written = receive(
        job,
        path,
        lambda: connection.ask("GET", api_path, params=params, stream=True, seconds=None),
        total=total,
        replaces=replaces,
    )
    return f"{amount(written)} in {path}"


def _bytes(images: Sequence[Image]) -> int:
    """About how many bytes they are together."""
    return sum({image.id: image.size for image in images}.values())


def _save_line(images: Sequence[Image], path: Path) -> DockerLine:
    return docker("save", "-o", str(path), *names_of(images))


async def _save(desk: Desk, models: Sequence[Image]) -> None:
    from tui.engine.archives import standing

    one = len(models) == 1
    request = FileRequest(
        f"Save {models[0].name}" if one else f"Save {len(models)} images to one file",
        "save",
        partial(_save_line, models),
        writes=True,
        name=_as_name(models[0].name if one else f"{len(models)}-images"),
        needs=_bytes(models),
    )
    await _choose_and_start(desk, request, lambda path: save_task(models, path, standing(path)))


# Load


def load_task(path: Path) -> Task:
    """The task that loads the images of a file (POST /images/load)."""
    target = Target(str(path), path.name)
    return Task(LOAD.id, LOAD.title, docker("load", "-i", str(path)), (target,), partial(_load, path))


def _load(path: Path, job: Job, connection: Connection, target: Target) -> str:
    from tui.engine.archives import send

    progress = send(
        job,
        path,
        lambda body: connection.ask(
            "POST",
            "/images/load",
            params={"quiet": "0"},
            headers=TAR,
            data=body,
            stream=True,
            seconds=None,
        ),
    )
    found = [
        line.text.removeprefix(word)
        for line in job.log.lines
        for word in LOADED
        if line.text.startswith(word)
    ]
    return f"loaded {', '.join(found)}" if found else progress.status


def told(store: Store, path: Path, stop: Callable[[], bool]) -> str:
    """What an archive holds, and which tags would move by loading it; for a thread."""
    import tarfile

    from tui.engine.archive_look import kept_in
    from tui.engine.archives import file_words

    if path.is_dir():
        return ""
    try:
        images = kept_in(path, stop)
    except tarfile.TarError:
        return "No archive of images: it is no tar, or not all of one."
    except OSError as error:
        return file_words(error, path)
    if images is None:
        return "It lists no images. What was exported from a container is imported instead."
    tags = [tag for image in images for tag in image.tags]
    nameless = sum(not image.tags for image in images)
    parts = [*tags[:TAGS_TOLD], *([f"{len(tags) - TAGS_TOLD} more tags"] if len(tags) > TAGS_TOLD else [])]
    parts += [f"{nameless} without a tag"] if nameless else []
    moved = [
        tag
        for image in images
        for tag in image.tags
        if image.id and (other := store.images.get(tag)) is not None and other.id != image.id
    ]
    moving = f". Tags that lead to other images now, and will move: {', '.join(moved)}" if moved else ""
    return f"Holds {', '.join(parts) or 'no images'}{moving}"


async def _ask_load(desk: Desk, models: Sequence[Image]) -> None:
    request = FileRequest(
        "Load images from a file",
        "load",
        lambda path: docker("load", "-i", str(path)),
        tell=partial(told, desk.store),
    )
    await _choose_and_start(desk, request, load_task)


# Export


def export_task(container: Container, path: Path, total: int, replaces: Standing | None) -> Task:
    """The task that writes a container's files to a file (GET /containers/{id}/export).

    `total` is about how many bytes they are; `replaces` is the file it may replace.
    """
    target = Target(container.id, f"{container.name} to {path.name}")
    api_path = f"/containers/{container.id}/export"
    work = partial(_receive, api_path, {}, path, total=total, replaces=replaces)
    return Task(EXPORT.id, EXPORT.title, _export_line(container, path), (target,), work)


def _export_line(container: Container, path: Path) -> DockerLine:
    return docker("export", "-o", str(path), container.name)


async def _export(desk: Desk, models: Sequence[Container]) -> None:
    from tui.engine.archives import standing

    container = models[0]
    images = desk.store.images.values()
    needs = next((image.size for image in images if image.id == container.image_id), 0)
    request = FileRequest(
        f"Export the files of {container.name}",
        "export",
        partial(_export_line, container),
        writes=True,
        name=_as_name(container.name),
        needs=needs,
    )
    await _choose_and_start(desk, request, lambda path: export_task(container, path, needs, standing(path)))


# Import


def import_line(path: Path, answers: Answers) -> DockerLine:
    """The docker line of a sheet's answers."""
    message = ["--message", str(answers["message"])] if answers["message"] else []
    reference = [str(answers["reference"])] if answers["reference"] else []
    return docker("import", *message, *change_flags(answers), str(path), *reference)


def make_import(answers: Answers, job: Job, connection: Connection, target: Target) -> str:
    """Import a file as was answered (POST /images/create with fromSrc)."""
    from tui.engine.archives import send

    params: dict[str, Any] = {
        "fromSrc": "-",
        **named(str(answers["reference"])),
        "message": str(answers["message"]),
        "changes": list(answers["changes"]),
    }
    progress = send(
        job,
        Path(target.ref),
        lambda body: connection.ask(
            "POST", "/images/create", params=params, headers=TAR, data=body, stream=True, seconds=None
        ),
    )
    # Podman does not tell the id
    ident = progress.status.removeprefix("sha256:")[:12] or "there"
    return f"{answers['reference'] or 'an image without a name'} is {ident} now"


async def _ask_import(desk: Desk, models: Sequence[Image]) -> None:
    request = FileRequest(
        "Import a file system as an image",
        "go on",
        lambda path: docker("import", str(path)),
    )
    if (path := await desk.choose_file(request)) is None:
        return
    sheet = Sheet(
        f"Import {path.name} as an image",
        "import",
        (
            Question("reference", "Name", hint="shop/base:1; none is dangling", check=check_reference),
            Question("message", "Message", hint="where it comes from"),
            CHANGES,
        ),
        partial(import_line, path),
    )
    await fill_and_make(desk, sheet, make_import, Target(str(path), path.name), IMPORT)


SAVE = Verb(
    "image.save",
    "S",
    "save",
    "Save the image to a file; several marked ones to one file.",
    Kind.IMAGE,
    Effect.READS,
    lambda models: docker("save", "-o", "FILE", *names_of(models)),
    _save,
    weight=6,
)
LOAD = Verb(
    "image.load",
    "L",
    "load",
    "Load the images that a file holds.",
    Kind.IMAGE,
    Effect.CHANGES,
    lambda models: docker("load", "-i", "FILE"),
    _ask_load,
    bulk=False,
    needs_row=False,
    weight=7,
)
EXPORT = Verb(
    "container.export",
    "E",
    "export",
    "Write all files of the container to a tar.",
    Kind.CONTAINER,
    Effect.READS,
    lambda models: docker("export", "-o", "FILE", *names_of(models)),
    _export,
    bulk=False,
    weight=9,
)
IMPORT = Verb(
    "image.import",
    "I",
    "import",
    "Make an image of a tar of files.",
    Kind.IMAGE,
    Effect.CHANGES,
    lambda models: docker("import", "FILE"),
    _ask_import,
    bulk=False,
    needs_row=False,
    weight=8,
)
