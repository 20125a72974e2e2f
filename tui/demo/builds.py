"""Building images (POST /build): the steps of a Dockerfile, played as the classic builder tells of them."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from collections.abc import AsyncIterator
from copy import deepcopy
from fnmatch import fnmatch

from tui.demo import images, pulls
from tui.demo.build_order import Order, operands
from tui.demo.formats import short, with_tag
from tui.demo.models import JSON, Image, Layer, Refusal
from tui.demo.shop_images import EMPTY_CONFIG, PATH
from tui.demo.world import World
from tui.engine.dockerfile import Instruction

STEP_SECONDS = 0.4
"""How long a step takes that nothing is downloaded for, where time runs."""
RUN_SIZE = 1_200_000
"""Bytes that a RUN adds which says nothing of what it does."""
MOUNT = (
    "the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to "
    "build images with BuildKit enabled"
)
TALKS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    (
        "apt-get",
        18_400_000,
        (
            "Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]",
            "Reading package lists...",
            "Building dependency tree...",
            "The following NEW packages will be installed:",
            "Setting up the packages ...",
        ),
    ),
    ("apk add", 6_100_000, ("fetch https://dl-cdn.alpinelinux.org/alpine/v3.20/main", "OK: 14 MiB")),
    ("pip install", 9_700_000, ("Collecting the requirements", "Successfully installed the requirements")),
    ("npm", 21_000_000, ("added 57 packages, and audited 58 packages in 2s", "found 0 vulnerabilities")),
    ("go build", 7_300_000, ()),
)
"""What a command says, by a word in it, and the bytes that it adds."""


class Failed(Exception):
    """The build fails here; told inside the stream."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


async def play(world: World, wanted: Order) -> AsyncIterator[bytes]:
    """The progress of a build; its images stay in the cache even where it fails."""
    build = _Build(world, wanted)
    try:
        total = len(wanted.dockerfile.instructions)
        for number, one in enumerate(wanted.dockerfile.instructions, 1):
            text = f"{one.word} {one.rest}".strip()
            yield _said(f"Step {number}/{total} : {text}")
            yield _said("\n")
            async for piece in build.step(one):
                yield piece
        async for piece in build.end():
            yield piece
    except Failed as failed:
        detail: JSON = {"message": failed.message, **({"code": failed.code} if failed.code else {})}
        yield pulls.line({"errorDetail": detail, "error": failed.message})


class _Build:
    """One build under way."""

    def __init__(self, world: World, wanted: Order) -> None:
        self._world = world
        self._order = wanted
        self._image: Image | None = None
        self._stages: dict[str, Image | None] = {}
        self._stage = ""
        self._args: dict[str, str] = {}
        self._cached = not wanted.no_cache

    async def step(self, one: Instruction) -> AsyncIterator[bytes]:
        """Do one instruction."""
        if one.word == "FROM":
            async for piece in self._from(one):
                yield piece
            return
        if one.word == "ARG":
            name, _, default = one.rest.partition("=")
            self._args[name] = self._order.args.get(name, default)
            if one.stage < 0:
                return
        made_by, size = self._made_by(one)
        if (found := self._known(made_by)) is not None:
            self._image = found
            yield _said(" ---> Using cache\n")
        else:
            self._cached = False
            async for piece in self._make(one, made_by, size):
                yield piece
        yield self._id()

    async def _from(self, one: Instruction) -> AsyncIterator[bytes]:
        self._stages[self._stage] = self._image
        name = self._filled(one.base)
        self._stage = one.stage_name or str(one.stage)
        if name == "scratch":
            self._image = None
        elif name in self._stages:
            self._image = self._stages[name]
        else:
            async for piece in self._base(name):
                yield piece
        yield self._id()

    async def _base(self, name: str) -> AsyncIterator[bytes]:
        try:
            with self._world.lock:
                self._image = self._world.image(name)
        except Refusal:
            try:
                coming = pulls.pull(self._world, with_tag(name), "", "")
            except Refusal as refusal:
                raise Failed(refusal.message) from None
            async for piece in coming:
                yield piece
            with self._world.lock:
                self._image = self._world.image(name)

    def _filled(self, text: str) -> str:
        """A text with the build arguments in it."""

        def value(found: re.Match[str]) -> str:
            return self._args.get(found[1] or found[2], "")

        return re.sub(r"\$(?:\{(\w+)[^}]*\}|(\w+))", value, text)

    def _made_by(self, one: Instruction) -> tuple[str, int]:
        """What the history says of a step, which also tells whether the cache has it; and its bytes."""
        if one.word == "RUN":
            if one.rest.startswith("--mount"):
                raise Failed(MOUNT)
            args = [f"{name}={value}" for name, value in self._args.items() if value and one.stage >= 0]
            given = f"|{len(args)} {' '.join(args)} " if args else ""
            size = next((size for word, size, _ in TALKS if word in one.rest), 0)
            return f"{given}/bin/sh -c {one.rest}", size or (RUN_SIZE if "echo" not in one.rest else 0)
        if one.word in ("COPY", "ADD"):
            size, mark = self._copied(one)
            return f"/bin/sh -c #(nop) {one.word} multi:{mark} in {operands(one)[-1]} ", size
        return f"/bin/sh -c #(nop)  {one.word} {self._filled(one.rest)}", 0

    def _copied(self, one: Instruction) -> tuple[int, str]:
        *sources, _ = operands(one)
        if "--from=" in one.rest:
            name = one.rest.partition("--from=")[2].split()[0]
            origin = self._stages.get(name)
            return RUN_SIZE, self._world.digest(f"{origin.id if origin else name}:{sources}")
        taken: dict[str, str] = {}
        for source in sources:
            path = source.strip("/").removeprefix("./").rstrip("/")
            fits = [
                each
                for each in self._order.files
                if path in ("", ".") or each == path or each.startswith(f"{path}/") or fnmatch(each, path)
            ]
            if not fits and "://" not in source:
                raise Failed(
                    f"{one.word} failed: file not found in build context or excluded by .dockerignore: "
                    f"stat {path}: file does not exist"
                )
            taken.update((each, self._order.marks[each]) for each in fits)
        size = sum(self._order.files[each] for each in taken)
        return size, self._world.digest(json.dumps(taken, sort_keys=True))

    def _known(self, made_by: str) -> Image | None:
        """The image that an earlier build made by this step."""
        if not self._cached or self._image is None:
            return None
        below = self._image
        with self._world.lock:
            for image in self._world.images.values():
                if image.parent != below.id:
                    continue
                grown = len(image.layers) > len(below.layers)
                if made_by == (image.layers[-1].made_by if grown else (image.steps or [""])[-1]):
                    return image
        return None

    async def _make(self, one: Instruction, made_by: str, size: int) -> AsyncIterator[bytes]:
        world, below = self._world, self._image
        container = world.digest(f"build:{below.id if below else ''}:{made_by}")
        pause = STEP_SECONDS if world.dials.pace else 0.0
        if one.word not in ("COPY", "ADD"):
            yield _said(f" ---> Running in {container[:12]}\n")
        await asyncio.sleep(pause)
        if one.word == "RUN":
            for line in self._output(one.rest):
                await asyncio.sleep(pause / 2)
                yield _said(f"{line}\n")
            if found := re.search(r"\bexit ([1-9]\d*)", one.rest):
                message = f"The command '/bin/sh -c {one.rest}' returned a non-zero code: {found[1]}"
                raise Failed(message, int(found[1]))
        with world.lock:
            self._image = self._made(one, made_by, size)
        if one.word not in ("COPY", "ADD"):
            yield _said(f" ---> Removed intermediate container {container[:12]}\n")

    def _output(self, command: str) -> list[str]:
        told = [line for word, _, lines in TALKS if word in command for line in lines]
        for part in re.split(r"&&|;", command):
            try:
                words = shlex.split(part)
            except ValueError:
                continue
            if words[:1] == ["echo"] and ">" not in words:
                told.append(self._filled(" ".join(words[1:])))
        return told

    def _made(self, one: Instruction, made_by: str, size: int) -> Image:
        world, below = self._world, self._image
        layers = list(below.layers) if below else []
        steps = list(below.steps) if below else []
        if one.word in ("RUN", "COPY", "ADD", "WORKDIR"):
            digest = world.digest(f"layer:{layers[-1].digest if layers else ''}:{made_by}")
            layers.append(Layer(f"sha256:{digest}", size, made_by))
        else:
            steps.append(made_by)
        config = deepcopy(below.config if below else EMPTY_CONFIG)
        if not any(each.startswith("PATH=") for each in config["Env"] or ()):
            config["Env"] = [*(config["Env"] or ()), PATH]
        image = Image(
            id=f"sha256:{world.fresh_id('image')}",
            created=world.now(),
            config=_configured(config, one, self._filled(one.rest)),
            layers=layers,
            parent=below.id if below else "",
            hidden=True,
            steps=steps,
            comment="",
        )
        world.images[image.id] = image
        return image

    def _id(self) -> bytes:
        return _said(f" ---> {short(self._image.id) if self._image else ''}\n")

    async def end(self) -> AsyncIterator[bytes]:
        """The image is there, under its names."""
        if self._image is None:
            raise Failed("No image was generated. Is your Dockerfile empty?")
        image = self._image
        with self._world.lock:
            image.hidden = False
            for tag in self._order.tags:
                # a familiar name has the tag that everybody assumes
                repo, _, name = with_tag(tag).rpartition(":")
                images.tag(self._world, image, repo, name)
        yield pulls.line({"aux": {"ID": image.id}})
        yield _said(f"Successfully built {short(image.id)}\n")
        for tag in self._order.tags:
            yield _said(f"Successfully tagged {with_tag(tag)}\n")


def _said(text: str) -> bytes:
    return pulls.line({"stream": text})


def _configured(config: JSON, one: Instruction, rest: str) -> JSON:
    """The configuration after an instruction; `rest` is its operands, build arguments filled in."""
    match one.word:
        case "ENV" | "LABEL":
            pairs = _pairs(rest)
            if one.word == "ENV":
                kept = [each for each in config["Env"] or [] if each.partition("=")[0] not in pairs]
                config["Env"] = kept + [f"{name}={value}" for name, value in pairs.items()]
            else:
                config["Labels"] = {**(config["Labels"] or {}), **pairs}
        case "CMD" | "ENTRYPOINT":
            exact = operands(one) if one.rest.startswith("[") else ["/bin/sh", "-c", rest]
            config["Cmd" if one.word == "CMD" else "Entrypoint"] = exact
        case "WORKDIR":
            config["WorkingDir"] = rest
        case "USER":
            config["User"] = rest
        case "EXPOSE":
            ports = [port if "/" in port else f"{port}/tcp" for port in rest.split()]
            for port in ports:
                if not port.partition("/")[0].isdecimal():
                    raise Failed(f"Invalid containerPort: {port.partition('/')[0]}")
            config["ExposedPorts"] = {**(config.get("ExposedPorts") or {}), **{port: {} for port in ports}}
        case "VOLUME":
            names = operands(one)
            config["Volumes"] = {**(config["Volumes"] or {}), **{name: {} for name in names}}
    return config


def _pairs(text: str) -> dict[str, str]:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    if words and "=" not in words[0]:
        return {words[0]: " ".join(words[1:])}
    return {name: value for name, _, value in (word.partition("=") for word in words)}
