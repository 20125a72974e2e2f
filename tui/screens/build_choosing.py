"""What is chosen and edited on the way to a build: a Dockerfile, a new one, a stage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from tui.engine.build_context import dockerfiles
from tui.engine.builds import read_dockerfile
from tui.engine.dockerfile import FILE_NAME
from tui.engine.lines import docker
from tui.screens.choose import ChooseScreen
from tui.screens.threads import on_thread
from tui.verbs.verb import FileRequest

if TYPE_CHECKING:
    from tui.screens.desk import ScreenDesk

ELSEWHERE = "…"
"""The choice that opens the file chooser."""


async def edit(app: App[Any], path: Path, line: int | None = None) -> bool:
    """Edit a Dockerfile, beginning at a line; whether it was saved. Raises EngineError."""
    from tui.screens.build_edit import EditScreen

    text = await on_thread(lambda: read_dockerfile(path))
    return await app.push_screen_wait(EditScreen(path, text, line=line))


async def new_dockerfile(app: App[Any], folder: Path) -> Path | None:
    """Begin a Dockerfile from a template, beside those that are there; None when it was not saved."""
    from tui.engine.templates import TEMPLATES
    from tui.screens.build_edit import EditScreen

    options = [(template.id, template.title) for template in TEMPLATES]
    wanted = await app.push_screen_wait(ChooseScreen("A new Dockerfile for what?", options))
    template = next((template for template in TEMPLATES if template.id == wanted), None)
    if template is None:
        return None
    path = _free(folder, template.id)
    saved = await app.push_screen_wait(EditScreen(path, template.text, is_new=True))
    return path if saved else None


async def choose_dockerfile(app: App[Any], desk: ScreenDesk, folder: Path) -> Path | None:
    """One of the Dockerfiles in a folder, or a file from anywhere; None when the person leaves."""
    found = await on_thread(lambda: dockerfiles(folder))
    title = "Build from which Dockerfile?"
    options = [*((name, name) for name in found), (ELSEWHERE, "another file …")]
    said = title if found else "There is no Dockerfile in this folder"
    wanted = await app.push_screen_wait(ChooseScreen(said, options))
    if wanted != ELSEWHERE:
        return folder / wanted if wanted is not None else None
    request = FileRequest(title, "choose", lambda path: docker("build", "-f", str(path), "."))
    return await desk.choose_file(request)


async def choose_stage(app: App[Any], stages: Sequence[str]) -> str | None:
    """One of the stages, "" for the last one; None when the person leaves."""
    options = [*((name, name) for name in stages), ("", "the last one")]
    return await app.push_screen_wait(ChooseScreen("Stop at which stage?", options))


def _free(folder: Path, word: str) -> Path:
    """A name for a new Dockerfile that no other has."""
    names = [FILE_NAME, f"{FILE_NAME}.{word}", *(f"{FILE_NAME}.{word}{number}" for number in range(2, 100))]
    return next((folder / name for name in names if not (folder / name).exists()), folder / names[-1])
