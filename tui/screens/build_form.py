"""The fields of a build, and what is said of the context and of the builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual.suggester import Suggester

from tui.engine.build_context import Context
from tui.engine.builds import Build, check_arg, check_label
from tui.engine.buildx import Builder
from tui.engine.checks import check_image
from tui.engine.dockerfile import FILE_NAME, Dockerfile
from tui.engine.folders import here, placed
from tui.panes.words import counted, size
from tui.screens.rows import Ink
from tui.screens.threads import on_thread
from tui.verbs.pulling import check_platform
from widgets.form_fields import Field, FieldKind, Value
from widgets.text import Shown, shown

MOST_SUGGESTED = 2000
"""So many entries of a folder are looked through for a suggestion."""


def check_folder(text: str) -> str | None:
    """A folder that is there."""
    try:
        return None if text and placed(text, here()).is_dir() else f"There is no folder {text}."
    except (OSError, ValueError):
        return "That is no name of a folder."


def check_tag(text: str) -> str | None:
    """A name for the image."""
    if "@" in text:
        return "A tag is NAME:VERSION, as in shop/app:1.0; a digest comes by itself."
    return check_image(text)


def check_file(text: str) -> str | None:
    """A Dockerfile within the folder."""
    path = Path(text)
    if not text:
        return f"A Dockerfile is needed, as in {FILE_NAME}."
    if path.is_absolute() or ".." in path.parts:
        return "The Dockerfile stands within the folder: write its path from there."
    return None


def fields(build: Build) -> Sequence[Field]:
    """The fields, holding a build."""
    return (
        Field(
            "folder",
            Shown("Folder"),
            value=str(build.folder),
            hint=Shown("/home/me/app"),
            help=Shown("The build context: what COPY takes from. The right arrow completes it."),
            check=check_folder,
        ),
        Field(
            "file",
            Shown("Dockerfile"),
            value=build.dockerfile,
            hint=Shown(FILE_NAME),
            help=Shown("Within the folder; f4 shows those that are there."),
            check=check_file,
        ),
        Field(
            "tags",
            Shown("Tags"),
            FieldKind.LIST,
            build.tags,
            hint=Shown("shop/app:1.0"),
            help=Shown("The names of the image; enter begins another one."),
            check=check_tag,
        ),
        Field(
            "args",
            Shown("Build args"),
            FieldKind.LIST,
            build.args,
            hint=Shown("VERSION=1.2"),
            help=Shown("For ARG in the Dockerfile. NAME alone takes its value from the environment."),
            check=check_arg,
        ),
        Field(
            "labels",
            Shown("Labels"),
            FieldKind.LIST,
            build.labels,
            hint=Shown("maintainer=me"),
            help=Shown("What the image says of itself."),
            check=check_label,
        ),
        Field(
            "target",
            Shown("Stage"),
            value=build.target,
            hint=Shown("the last one"),
            help=Shown("The stage to stop at; f5 shows those of the Dockerfile."),
        ),
        Field(
            "platform",
            Shown("Platform"),
            value=build.platform,
            hint=Shown("linux/arm64"),
            help=Shown("For which machines; empty for the Engine's own."),
            check=check_platform,
        ),
        Field(
            "no_cache", Shown("No cache"), FieldKind.FLAG, build.no_cache, help=Shown("Do every step again.")
        ),
        Field(
            "pull",
            Shown("Pull"),
            FieldKind.FLAG,
            build.pull,
            help=Shown("Ask the registries for newer base images."),
        ),
    )


def build_of(values: Mapping[str, Value]) -> Build | None:
    """The build that the fields say; None while the folder is no name of one."""

    def several(name: str) -> tuple[str, ...]:
        value = values[name]
        return value if isinstance(value, tuple) else ()

    try:
        folder = placed(str(values["folder"]), here())
    except ValueError:
        return None
    return Build(
        folder=folder,
        dockerfile=str(values["file"]).removeprefix("./"),
        tags=several("tags"),
        args=several("args"),
        labels=several("labels"),
        target=str(values["target"]).strip(),
        platform=str(values["platform"]).strip(),
        no_cache=bool(values["no_cache"]),
        pull=bool(values["pull"]),
    )


def builder_facts(builder: Builder, dockerfile: Dockerfile | None, *, demo: bool) -> list[tuple[str, Ink]]:
    """Who will build, and what of the Dockerfile that builder cannot do."""
    facts = [(builder.words, Ink.PLAIN if builder.buildx else Ink.DIM)]
    needs = dockerfile.needs_buildkit if dockerfile is not None else None
    if builder.buildx is None and needs is not None and not demo:
        words = f"Line {needs.line} needs BuildKit, which is not there: {needs.word} {needs.rest}"
        facts.append((words, Ink.WARN))
    return facts


def context_words(context: Context) -> str:
    """How much would be sent: "context 12.3MB in 340 files (.dockerignore leaves out 1.2GB)"."""
    words = f"Context {size(context.size)} in {counted(context.files, 'file')}"
    if context.ignore_file:
        words += f" ({context.ignore_file} leaves out {size(context.left_out)})"
    return words


def trouble_words(context: Context) -> str:
    """The files that cannot be read, by name; "" when all can."""
    if not context.unreadable:
        return ""
    more = context.unreadable_count - len(context.unreadable)
    return f"Cannot be read: {', '.join(context.unreadable)}{f' and {more:,} more' if more else ''}"


class FolderSuggester(Suggester):
    """Completes a path to the first folder that begins so."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole path; None when there is no such folder."""
        return await on_thread(lambda: _folder_like(value))


def _folder_like(typed: str) -> str | None:
    import os
    from itertools import islice

    head, slash, name = typed.rpartition("/")
    if not slash or not name:
        return None
    try:
        with os.scandir(placed(head or "/", here())) as found:
            names = [
                entry.name
                for entry in islice(found, MOST_SUGGESTED)
                if entry.name.startswith(name) and entry.is_dir()
            ]
    except (OSError, ValueError):
        return None
    if not names:
        return None
    whole = f"{head}/{min(names)}/"
    return whole if shown(whole) == whole else None
