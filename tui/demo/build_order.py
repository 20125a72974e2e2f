"""What a request to build asks for (POST /build): the context it brings, the Dockerfile in it."""

from __future__ import annotations

import io
import json
import shlex
import tarfile
from dataclasses import dataclass, field

from tui.demo import images
from tui.demo.formats import misnamed, repository
from tui.demo.models import JSON, Refusal
from tui.engine.dockerfile import Dockerfile, Instruction, parse

KNOWN = frozenset(
    (
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
        *("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    )
)


@dataclass
class Order:
    """What a request asks for."""

    dockerfile: Dockerfile
    files: dict[str, int]
    """The files of the context with their bytes."""
    marks: dict[str, str]
    """The files of the context with what tells their contents apart."""
    tags: list[str]
    args: dict[str, str] = field(default_factory=dict)
    no_cache: bool = False


def order(
    body: bytes, name: str, tags: list[str], *, target: str, args: JSON, labels: JSON, no_cache: bool
) -> Order:
    """Read a request. Refusal where the Engine refuses before the first step."""
    for tag in tags:
        if why := misnamed(repository(tag)):
            raise Refusal(500, why)
        if not images.REPOSITORY.match(repository(tag)):
            raise Refusal(500, "invalid reference format")
    files, marks, text = _unpacked(body, name)
    if text is None:
        raise Refusal(500, f"Cannot locate specified Dockerfile: {name}")
    if not text:
        raise Refusal(400, f"the Dockerfile ({name}) cannot be empty")
    if not text.strip():
        raise Refusal(400, "failed to parse Dockerfile: file with no instructions")
    dockerfile = parse(text)
    for one in dockerfile.instructions:
        if one.word not in KNOWN:
            raise Refusal(400, f"dockerfile parse error on line {one.line}: unknown instruction: {one.word}")
        if one.word in ("COPY", "ADD") and len(operands(one)) < 2:
            raise Refusal(
                400,
                f"dockerfile parse error on line {one.line}: {one.word} requires at least two arguments, "
                "but only one was provided. Destination could not be determined",
            )
    if not any(one.word == "FROM" for one in dockerfile.instructions):
        raise Refusal(400, "no build stage in current context")
    if target:
        dockerfile = _up_to(dockerfile, target)
    given = {str(key): str(value) for key, value in args.items() if value is not None}
    if labels:
        last = dockerfile.instructions[-1]
        words = " ".join(shlex.quote(f"{key}={value}") for key, value in sorted(labels.items()))
        label = last._replace(word="LABEL", rest=words)
        dockerfile = Dockerfile((*dockerfile.instructions, label))
    return Order(dockerfile, files, marks, tags, given, no_cache)


def _unpacked(body: bytes, name: str) -> tuple[dict[str, int], dict[str, str], str | None]:
    files: dict[str, int] = {}
    marks: dict[str, str] = {}
    text = None
    try:
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            for member in tar:
                path = member.name.removeprefix("./")
                if member.isdir():
                    continue
                files[path], marks[path] = member.size, f"{member.size}:{member.mode:o}:{member.chksum}"
                if path == name and (file := tar.extractfile(member)) is not None:
                    text = file.read().decode(errors="replace")
    except tarfile.TarError as error:
        raise Refusal(500, f"Error processing tar file(exit status 1): {error}") from None
    return files, marks, text


def _up_to(dockerfile: Dockerfile, target: str) -> Dockerfile:
    stages = [name.lower() for name in dockerfile.stages]
    starts = [one for one in dockerfile.instructions if one.word == "FROM"]
    wanted = [one.stage for one in starts if one.stage_name.lower() == target.lower()]
    if target.isdecimal() and int(target) < len(starts):
        wanted = [int(target)]
    if not wanted or not (stages or target.isdecimal()):
        raise Refusal(400, f'target stage "{target}" could not be found')
    return Dockerfile(tuple(one for one in dockerfile.instructions if one.stage <= wanted[0]))


def operands(one: Instruction) -> list[str]:
    """What an instruction is given besides its options."""
    text = one.rest
    if text.startswith("["):
        try:
            return [str(each) for each in json.loads(text)]
        except ValueError:
            return text.split()
    return [word for word in text.split() if not word.startswith("--")]
