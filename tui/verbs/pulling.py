"""Pulling an image as a job with progress and cancel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tui.engine.jobs import Job, Target, Task
from tui.engine.lines import DockerLine, docker
from tui.engine.progress import Progress

if TYPE_CHECKING:
    from tui.engine.connection import Connection

DEFAULT_TAG = "latest"
_PLATFORM = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+(?:/[a-z0-9._-]+)?)?")


def is_pinned(reference: str) -> bool:
    """Whether a reference names a tag or a digest."""
    last = reference.rpartition("/")[2]
    return ":" in last or "@" in last


def with_tag(reference: str) -> str:
    """The reference with the tag that Docker assumes: without one a pull would take every tag."""
    return reference if is_pinned(reference) else f"{reference}:{DEFAULT_TAG}"


def repository_of(reference: str) -> str:
    """The reference without its tag and digest."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def check_platform(text: str) -> str | None:
    """A platform: `os[/arch[/variant]]`; empty takes the Engine's own."""
    if not text or _PLATFORM.fullmatch(text):
        return None
    return f"{text} is no platform: os/arch or os/arch/variant, as in linux/arm64/v8."


@dataclass(frozen=True, slots=True)
class Pull:
    """What is to be pulled."""

    reference: str
    """As it was typed: "nginx", "nginx:1.27", "nginx@sha256:…"."""
    platform: str = ""
    """os/arch/variant; "" takes the Engine's own."""
    every_tag: bool = False
    """Whether all tags of the repository are wanted."""

    @property
    def line(self) -> DockerLine:
        """The docker line that does it."""
        platform = ("--platform", self.platform) if self.platform else ()
        if self.every_tag:
            return docker("pull", "--all-tags", *platform, repository_of(self.reference))
        return docker("pull", *platform, self.reference)

    @property
    def target(self) -> Target:
        """The image, or the repository whose tags are all wanted."""
        if self.every_tag:
            return Target(repository_of(self.reference), f"all tags of {repository_of(self.reference)}")
        return Target(with_tag(self.reference), self.reference)

    @property
    def params(self) -> dict[str, str]:
        """The query of POST /images/create."""
        return {"fromImage": self.target.ref, **({"platform": self.platform} if self.platform else {})}


def pull_task(reference: str, *, platform: str = "", every_tag: bool = False) -> Task:
    """The task that pulls (POST /images/create); cancelling it closes its stream."""
    pull = Pull(reference, platform, every_tag)
    return Task("image.pull", "pull", pull.line, (pull.target,), partial(_pull, pull))


def _pull(pull: Pull, job: Job, connection: Connection, target: Target) -> str:
    from tui.engine.transfer import follow

    progress = follow(
        job,
        lambda: connection.ask(
            "POST",
            "/images/create",
            params=pull.params,
            headers=registry_headers(connection, target.ref),
            stream=True,
            seconds=None,
        ),
    )
    return told(progress)


def told(progress: Progress) -> str:
    """What a transfer that went well came to: the Engine's last sentence, what was there, the digest."""
    existed = f"{progress.existed} of {len(progress.layers)} layers were there" if progress.existed else ""
    digest = "" if progress.digest in progress.status else progress.digest
    return ", ".join(filter(None, (progress.status, existed, digest, progress.warning)))


def registry_headers(connection: Connection, reference: str) -> dict[str, str]:
    """The credentials that the docker CLI keeps for the reference's registry, as the Engine wants them."""
    from tui.engine import credentials

    try:
        return credentials.registry_headers(reference)
    except credentials.CredentialsError:
        # the CLI goes on without, too: what everybody may have needs no credentials
        return {}
