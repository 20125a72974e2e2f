"""Pulling (POST /images/create): layers come three at a time and are unpacked one by one, as it is told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from tui.demo import catalogue
from tui.demo.formats import HEX_ID, repository
from tui.demo.images import REPOSITORY, TAG
from tui.demo.models import JSON, Image, Layer, Refusal
from tui.demo.world import World

AT_ONCE = 3
"""Layers that the Engine downloads side by side (its max-concurrent-downloads)."""
TICKS = 8
"""Looks at the line a second, each telling how far every layer is."""
PIECES = 4
"""Looks at the line that a layer needs which comes without waiting."""
UNIT = 100_000_000
"""Bytes of which the dial `pace` says how long they take."""
SQUEEZED = 0.4
"""What is left of a layer's size on the line."""
UNPACKING = 3
"""How much faster than the line a layer is unpacked."""
PLATFORM = re.compile(r"(linux|amd64|x86_64|linux/(amd64|x86_64))?")
"""What this Engine is, in the words of those who ask for it."""


@dataclass
class Coming:
    """A layer on its way."""

    layer: Layer
    got: float = 0
    """Bytes that have come."""
    out: float = 0
    """Bytes of them that are unpacked."""

    @property
    def id(self) -> str:
        """As the progress lines show it."""
        return self.layer.digest.removeprefix("sha256:")[:12]

    @property
    def total(self) -> int:
        """Bytes on the line."""
        return int(self.layer.size * SQUEEZED) + 1

    def told(self, status: str, done: float | None = None) -> bytes:
        """A progress line of it."""
        if done is None:
            return line({"status": status, "progressDetail": {}, "id": self.id})
        detail = {"current": int(done), "total": self.total}
        told = {"status": status, "progressDetail": detail, "progress": bar(int(done), self.total)}
        return line({**told, "id": self.id})

    def download(self, share: float) -> list[bytes]:
        """Let so many bytes come, and tell of it."""
        self.got = min(self.got + share, self.total)
        if self.got < self.total:
            return [self.told("Downloading", self.got)]
        return [self.told("Verifying Checksum"), self.told("Download complete")]

    def unpack(self, share: float) -> list[bytes]:
        """Unpack so many bytes, and tell of it."""
        self.out = min(self.out + share, self.total)
        end = [self.told("Pull complete")] if self.out == self.total else []
        return [self.told("Extracting", self.out), *end]


def pull(world: World, name: str, tag: str, platform: str) -> AsyncIterator[bytes]:
    """The progress of a pull; what it brings is there at its end, and nothing is when it is left before.

    Without a tag it brings all that the repository has. Refusal when it cannot begin.
    """
    wanted = _reference(name, tag)
    repo = repository(wanted)
    check_host(repo)
    if len(parts := platform.split("/")) > 3 or (platform and not all(parts)):
        raise Refusal(400, f'"{platform}": cannot parse platform specifier: invalid argument')
    offered = catalogue.images(world, repo)
    if not offered:
        raise Refusal(
            404,
            f"pull access denied for {repo}, repository does not exist or may require 'docker login': "
            "denied: requested access to the resource is denied",
        )
    if wanted == repo:
        found = [(reference, image) for image in offered for reference in image.tags]
        found.sort(key=lambda pair: pair[0])
    else:
        # with a digest beside it the tag says nothing
        pinned = f"{repo}@{wanted.partition('@')[2]}" if "@" in wanted else wanted
        found = [(wanted, image) for image in offered if pinned in image.references]
    if not found:
        raise Refusal(404, f"manifest for {wanted} not found: manifest unknown: manifest unknown")
    return _progress(world, wanted, found, platform)


def _reference(name: str, tag: str) -> str:
    """What is to be pulled, as a person would write it. Refusal 400 when that cannot be."""
    # an older client asks for all tags in this way
    name = name.removesuffix(":")
    for host in ("index.docker.io/", "docker.io/"):
        name = name.removeprefix(host)
    if name.count("/") == 1:
        name = name.removeprefix("library/")
    _check_name(name)
    if not tag:
        return name
    if tag.startswith("sha256:") and HEX_ID.match(tag):
        return f"{repository(name)}@{tag}"
    if not TAG.match(tag):
        raise Refusal(400, "invalid tag format")
    return f"{repository(name)}:{tag}"


def _check_name(name: str) -> None:
    if re.fullmatch("[0-9a-f]{64}", name):
        raise Refusal(400, f"invalid repository name ({name}), cannot specify 64-byte hexadecimal strings")
    repo = repository(name)
    tag, pinned, digest = name.removeprefix(repo).partition("@")
    path = path_of(repo)
    if path != path.lower():
        raise Refusal(400, f"invalid reference format: repository name ({path}) must be lowercase")
    is_pinned = digest.startswith("sha256:") and HEX_ID.match(digest)
    if not REPOSITORY.match(repo) or (tag and not TAG.match(tag[1:])) or (pinned and not is_pinned):
        raise Refusal(400, "invalid reference format")
    if len(repo) > 255:
        raise Refusal(400, "repository name must not be more than 255 characters")


def _host(repo: str) -> str:
    """The registry that a name begins with; empty for the one that everybody uses."""
    host, slash, _ = repo.partition("/")
    is_host = host == "localhost" or "." in host or ":" in host or host != host.lower()
    return host if slash and is_host else ""


def path_of(repo: str) -> str:
    """A name as its registry knows it."""
    bare = repo.removeprefix(f"{_host(repo)}/")
    return bare if bare != repo or "/" in bare else f"library/{bare}"


def check_host(repo: str) -> None:
    """Refusal 500 for any registry that is named: there is nothing on the demo's line but the usual one."""
    if not (host := _host(repo)):
        return
    name, _, port = host.partition(":")
    local = name == "localhost" or name.startswith("127.")
    address = "127.0.0.1" if name == "localhost" else name
    if re.fullmatch(r"[0-9.]+", address):
        why = f"dial tcp {address}:{port or (80 if local else 443)}: connect: connection refused"
    else:
        why = f"dial tcp: lookup {name} on 127.0.0.53:53: no such host"
    raise Refusal(500, f'Get "{"http" if local else "https"}://{host}/v2/": {why}')


async def _progress(
    world: World, wanted: str, found: list[tuple[str, Image]], platform: str
) -> AsyncIterator[bytes]:
    repo, is_newer = repository(wanted), False
    for reference, image in found:
        tag = reference if "@" in reference else reference.rpartition(":")[2]
        yield line({"status": f"Pulling from {path_of(repo)}", "id": tag})
        if not PLATFORM.fullmatch(platform):
            why = f"no matching manifest for {platform} in the manifest list entries"
            yield line({"errorDetail": {"message": why}, "error": why})
            return
        with world.lock:
            held = {layer.digest for one in world.images.values() for layer in one.layers}
            is_here = image.id in world.images
        if not is_here:
            async for told in _layers(world, image, held):
                yield told
        yield line({"status": f"Digest: {image.digests[0].partition('@')[2]}"})
        with world.lock:
            is_newer |= _arrive(world, reference, image)
    with world.lock:
        labels = found[0][1].labels if len(found) == 1 else {}
        world.emit("image", "pull", wanted, {**labels, "name": repo})
    word = "Downloaded newer image" if is_newer else "Image is up to date"
    yield line({"status": f"Status: {word} for {wanted}"})


async def _layers(world: World, image: Image, held: set[str]) -> AsyncIterator[bytes]:
    coming = []
    for one in map(Coming, image.layers):
        there = one.layer.digest in held
        yield one.told("Already exists" if there else "Pulling fs layer")
        coming += [] if there else [one]
    for one in coming[AT_ONCE:]:
        yield one.told("Waiting")
    while coming:
        pace = world.dials.pace
        await asyncio.sleep(1 / TICKS if pace else 0)
        line_share = UNIT / pace / TICKS if pace else 0.0
        first = coming[0]
        if first.got == first.total:
            for told in first.unpack(line_share * UNPACKING or first.total / PIECES):
                yield told
        active = [one for one in coming if one.got < one.total][:AT_ONCE]
        for one in active:
            for told in one.download(line_share / len(active) or one.total / PIECES):
                yield told
        coming = [one for one in coming if one.out < one.total]


def _arrive(world: World, reference: str, image: Image) -> bool:
    """The image is there, and the reference points to it and to no other one; whether that is new."""
    found = world.images.setdefault(image.id, replace(image, tags=[], digests=[], tagged=None))
    known = reference in found.tags if "@" not in reference else image.digests[0] in found.digests
    if "@" not in reference and not known:
        for other in world.images.values():
            # the old image keeps its digest, and is untagged
            if reference in other.tags:
                other.tags.remove(reference)
        found.tags.append(reference)
    found.digests += [one for one in image.digests if one not in found.digests]
    world.forget_rows()
    return not known


def bar(current: int, total: int) -> str:
    """How far something is, drawn as the Engine draws it."""
    done = min(50 * current // total, 50)
    return f"[{'=' * done}>{' ' * (50 - done)}] {human(current):>8}/{human(total)}"


def line(message: JSON) -> bytes:
    """One line of a progress stream."""
    text = json.dumps(message, separators=(",", ":")).replace(">", "\\u003e")
    return text.encode() + b"\r\n"


def human(size: float) -> str:
    """Bytes in powers of 1000, as go-units' HumanSize words them."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.4g}{unit}"
        size /= 1000
    return f"{size:.4g}GB"
