"""Images, as GET /images/json lists them: one model a reference, as `docker images` prints one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from tui.engine.kinds import Kind

NONE = "<none>"
"""What Docker prints where an image has no repository or tag."""
_DIGITS = frozenset("0123456789abcdef")


def full_id(ident: str) -> str:
    """An image's id as Docker writes it: Podman leaves the "sha256:" away in events and sizes."""
    return f"sha256:{ident}" if len(ident) == 64 and set(ident) <= _DIGITS else ident


@dataclass(frozen=True, slots=True)
class Image:
    """One reference to an image, or an image without any (GET /images/json)."""

    kind: ClassVar[Kind] = Kind.IMAGE

    key: str
    """What the Store knows it by: the reference, or the id of an image without a tag."""
    id: str
    """The image's id, "sha256:" and 64 digits."""
    repository: str
    tag: str
    digests: tuple[str, ...]
    """repository@sha256:… of the registries it came from or went to."""
    references: tuple[str, ...]
    """All tags of the image, this one among them."""
    created: int
    """Seconds since the epoch."""
    size: int
    """Bytes of all its layers."""
    parent: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    intermediate: bool = False
    """Whether no reference leads to it and others are built on it: lists leave it out unless told `all`."""

    @property
    def name(self) -> str:
        """repository:tag, or the short id of an image without a tag."""
        return f"{self.repository}:{self.tag}" if self.references else self.short_id

    @property
    def short_id(self) -> str:
        """The first 12 digits of the id."""
        return self.id.removeprefix("sha256:")[:12]

    @property
    def dangling(self) -> bool:
        """Whether no tag leads to it."""
        return not self.references


class ImageSizes(NamedTuple):
    """How the images of an Engine share their layers, as it was when somebody asked."""

    asked: float
    """Seconds since the epoch."""
    shared: Mapping[str, int]
    """Bytes that other images have too, by image id; without those that the Engine did not tell of."""

    def shared_by(self, image: Image) -> int | None:
        """The image's bytes that others have too."""
        shared = self.shared.get(image.id)
        return None if shared is None else min(shared, image.size)

    def unique_to(self, image: Image) -> int | None:
        """The image's bytes that no other image has."""
        shared = self.shared_by(image)
        return None if shared is None else image.size - shared


def decode_sizes(found: Mapping[str, Any], asked: float) -> ImageSizes:
    """What GET /system/df says of images at an epoch second."""
    items = found.get("Images") or (found.get("ImageUsage") or {}).get("Items") or ()
    shared = {full_id(item["Id"]): int(item.get("SharedSize", -1)) for item in items}
    return ImageSizes(asked, {ident: size for ident, size in shared.items() if size >= 0})


def decode_every(items: Iterable[Mapping[str, Any]]) -> list[Image]:
    """The Images of a whole answer of GET /images/json?all=1; the intermediate ones say that they are."""
    images = [image for item in items for image in decode_image(item)]
    parents = {image.parent for image in images if image.parent}
    return [
        replace(image, intermediate=True)
        if image.id in parents and not (image.references or image.digests)
        else image
        for image in images
    ]


def decode_inspected(found: Mapping[str, Any]) -> Iterator[Image]:
    """The Images (one a reference) of one answer of GET /images/{name}/json."""
    from datetime import datetime

    created = found.get("Created") or ""
    labels = (found.get("Config") or {}).get("Labels")
    epoch = int(datetime.fromisoformat(created).timestamp()) if created else 0
    yield from decode_image({**found, "Created": epoch, "ParentId": found.get("Parent"), "Labels": labels})


def decode_image(item: Mapping[str, Any]) -> Iterator[Image]:
    """The Images (one a reference) of one item of GET /images/json."""
    tags = tuple(tag for tag in item.get("RepoTags") or () if tag != f"{NONE}:{NONE}")
    digests = tuple(one for one in item.get("RepoDigests") or () if one != f"{NONE}@{NONE}")
    common: dict[str, Any] = {
        "id": full_id(item["Id"]),
        "digests": digests,
        "references": tags,
        "created": int(item.get("Created") or 0),
        "size": int(item.get("Size") or item.get("VirtualSize") or 0),
        "parent": full_id(item.get("ParentId") or ""),
        "labels": tuple((item.get("Labels") or {}).items()),
    }
    for reference in tags:
        repository, _, tag = reference.rpartition(":")
        yield Image(key=reference, repository=repository, tag=tag, **common)
    if not tags:
        repository = digests[0].partition("@")[0] if digests else NONE
        yield Image(key=common["id"], repository=repository, tag=NONE, **common)
