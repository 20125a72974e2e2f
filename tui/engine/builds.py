"""Building images: what is asked for, the docker line of it, and the work that does it."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from tui.engine.build_steps import ClassicSteps, Steps, line_in
from tui.engine.dockerfile import FILE_NAME, Dockerfile, parse
from tui.engine.errors import EngineError, ReadOnly, Unreachable
from tui.engine.jobs import Job, Skip, Target, Task
from tui.engine.lines import Arg, DockerLine, assignment, docker, looks_secret
from tui.engine.transfer import STOPPED

if TYPE_CHECKING:
    from tui.engine.buildx import Buildx
    from tui.engine.connection import Connection

VERB = "image.build"
LARGEST_DOCKERFILE = 4 << 20
"""Bytes of a Dockerfile that are read."""
REPORT_SECONDS = 0.1
"""So often it is said how much was sent."""

_ARG_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_arg(text: str) -> str | None:
    """A build argument: `NAME=value`, or `NAME` to take it from Wharf's own environment."""
    if _ARG_NAME.fullmatch(text.partition("=")[0]):
        return None
    return "A build argument is NAME=value, as in VERSION=1.2; NAME alone takes it from the environment."


def check_label(text: str) -> str | None:
    """A label: `key=value`, or `key` for an empty one."""
    return None if text.partition("=")[0].strip() else "A label is key=value, as in maintainer=me."


@dataclass(frozen=True, slots=True)
class Build:
    """What is to be built."""

    folder: Path
    """The context, an absolute path."""
    dockerfile: str = FILE_NAME
    """Relative to the context, with slashes."""
    tags: tuple[str, ...] = ()
    args: tuple[str, ...] = field(default=(), repr=False)
    """`NAME=value`; `NAME` alone is taken from Wharf's own environment."""
    labels: tuple[str, ...] = ()
    target: str = ""
    """The stage to stop at; "" builds the last one."""
    platform: str = ""
    no_cache: bool = False
    pull: bool = False
    """Whether to ask the registries for newer base images."""

    @property
    def path(self) -> Path:
        """The Dockerfile."""
        return self.folder / self.dockerfile

    def line(self, *, buildx: bool = False) -> DockerLine:
        """The docker line that does it."""
        return docker(*(("buildx", "build") if buildx else ("build",)), *self.options(), str(self.folder))

    def options(self, *, absolute: bool = True) -> tuple[Arg, ...]:
        """What stands between the command and the folder; secrets are marked as such."""
        found: list[Arg] = []
        for tag in self.tags:
            found += ["-t", tag]
        if self.dockerfile != FILE_NAME:
            found += ["-f", str(self.path) if absolute else self.dockerfile]
        for text in self.args:
            found += ["--build-arg", assignment(text)]
        for text in self.labels:
            found += ["--label", text]
        if self.target:
            found += ["--target", self.target]
        if self.platform:
            found += ["--platform", self.platform]
        found += ["--no-cache"] if self.no_cache else []
        found += ["--pull"] if self.pull else []
        return tuple(found)

    def arguments(self, env: Mapping[str, str] = os.environ) -> dict[str, str | None]:
        """The build arguments by name; None for one that the environment lacks, as the docker CLI does."""
        found: dict[str, str | None] = {}
        for text in self.args:
            name, equals, value = text.partition("=")
            found[name] = value if equals else env.get(name)
        return found

    def secrets(self, env: Mapping[str, str] = os.environ) -> list[str]:
        """The values of build arguments that look secret, also as an address spells them."""
        given = self.arguments(env).items()
        found = [value for name, value in given if value and looks_secret(name, value)]
        return [*found, *(each for value in found for each in {quote(value), quote_plus(value)} - {value})]

    def params(self, env: Mapping[str, str] = os.environ) -> dict[str, Any]:
        """The query of POST /build."""
        labels = dict(text.partition("=")[::2] for text in self.labels)
        more = {
            "t": list(self.tags),
            "buildargs": json.dumps(self.arguments(env)) if self.args else None,
            "labels": json.dumps(labels) if labels else None,
            "target": self.target,
            "platform": self.platform,
            "nocache": "1" if self.no_cache else None,
            "pull": "1" if self.pull else None,
        }
        return {
            "dockerfile": self.dockerfile,
            "rm": "1",
            "forcerm": "1",
            **{name: value for name, value in more.items() if value},
        }


def read_dockerfile(path: Path) -> str:
    """The text of a Dockerfile. Raises EngineError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_DOCKERFILE).decode(errors="surrogateescape")
    except OSError as error:
        raise EngineError(
            f"{path} cannot be read: {error.strerror or error}", advice="Choose another Dockerfile."
        ) from error


class Building:
    """The work of one build: done by the Engine's own builder, or by BuildKit through `docker buildx`.

    It outlives the screen that began it; whoever has its job sees the steps.
    """

    def __init__(self, build: Build, buildx: Buildx | None = None) -> None:
        """`buildx` is what BuildKit is reached through; None leaves it to the Engine's own builder."""
        self.build = build
        self.buildx = buildx
        self.steps = Steps(build.secrets())

    def task(self) -> Task:
        """The task of it; cancelling cuts the stream, or ends buildx."""
        name = self.build.tags[0] if self.build.tags else str(self.build.folder)
        line = self.build.line(buildx=self.buildx is not None)
        return Task(VERB, "build", line, (Target(name, name),), self)

    def __call__(self, job: Job, connection: Connection, target: Target) -> str:
        """Build. Raises EngineError, whose advice names the line of the Dockerfile; Skip when cancelled."""
        if connection.endpoint.read_only:
            raise ReadOnly("this endpoint is read-only: nothing was built")
        self.steps = Steps(self.build.secrets())
        dockerfile = parse(read_dockerfile(self.build.path))
        try:
            if self.buildx is not None:
                from tui.engine.buildx import run

                run(self.buildx, self.build, job, connection, self.steps, dockerfile)
            else:
                _classic(self.build, job, connection, self.steps, dockerfile)
        except Skip:
            self.steps.stop()
            raise
        except EngineError as error:
            self.steps.stop()
            self._explain(error)
            raise
        short = self.steps.image.removeprefix("sha256:")[:12]
        return " ".join(filter(None, (self._also(), f"is {short}" if short else "")))

    def _also(self) -> str:
        return f"and {', '.join(self.build.tags[1:])}" if len(self.build.tags) > 1 else ""

    def _explain(self, error: EngineError) -> None:
        """Say in the error where it is."""
        error.message = self.steps.masked(error.message).strip()
        if self.steps.failed_line is None:
            self.steps.failed_line = line_in(error.message)
        if (line := self.steps.failed_line) is not None:
            error.advice = f"It is line {line} of {self.build.dockerfile}."


def _classic(build: Build, job: Job, connection: Connection, steps: Steps, dockerfile: Dockerfile) -> None:
    """Build by POST /build, the context streamed to it."""
    import requests

    from tui.engine.connection import cut
    from tui.engine.credentials import build_headers
    from tui.engine.progress import failure

    reader = ClassicSteps(steps, dockerfile)
    answer = connection.ask(
        "POST",
        "/build",
        params=build.params(),
        headers={"Content-Type": "application/x-tar", **build_headers()},
        data=_sent(build, job),
        stream=True,
        seconds=None,
    )
    job.when_cancelled(lambda: cut(answer))
    try:
        with answer:
            for text in filter(None, answer.iter_lines()):
                if job.cancelled.is_set():
                    break
                item = json.loads(text)
                if error := failure(item):
                    reader.fail(error.message)
                    raise error
                if "status" in item:
                    job.take(item)
                if told := reader.take(item):
                    job.log.add(told)
                report(job, steps)
    except requests.RequestException as error:
        if not job.cancelled.is_set():
            words = "the connection ended in the middle of the build"
            raise connection.why(
                Unreachable(words, advice="Build again: what was done is cached.")
            ) from error
    if job.cancelled.is_set():
        raise Skip(STOPPED)
    reader.finish()
    if not steps.image:
        raise EngineError("the Engine ended the build without an image", advice="Build again.")


def _sent(build: Build, job: Job) -> Iterator[bytes]:
    """The context piece by piece, telling how much went. Raises Skip once it is cancelled."""
    from humanize import naturalsize

    from tui.engine.build_context import packed

    gone, told = 0, 0.0

    def count(size: int) -> None:
        nonlocal gone
        gone += size

    for piece in packed(build.folder, build.dockerfile, count):
        if job.cancelled.is_set():
            raise Skip(STOPPED)
        yield piece
        if time.monotonic() - told > REPORT_SECONDS:
            told = time.monotonic()
            job.report(f"sending the context: {naturalsize(gone)}")
    job.report("sent the context")


def report(job: Job, steps: Steps) -> None:
    """Say how far the job is by its newest step under way."""
    current = next((step for step in reversed(steps.all) if step.ended is None and step.began), None)
    if current is not None:
        share = steps.done / steps.total if steps.total else None
        job.report(f"{current.label} {current.name}".strip(), share)
