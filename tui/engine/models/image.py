"""Images, as GET /images/json lists them: one model a reference, as `docker images` prints one line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tui.engine.kinds import Kind

NONE = "<none>"
"""What Docker prints where an image has no repository or tag."""


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
        "id": item["Id"],
        "digests": digests,
        "references": tags,
        "created": int(item.get("Created") or 0),
        "size": int(item.get("Size") or item.get("VirtualSize") or 0),
        "parent": item.get("ParentId") or "",
        "labels": tuple((item.get("Labels") or {}).items()),
    }
    for reference in tags:
        repository, _, tag = reference.rpartition(":")
        yield Image(key=reference, repository=repository, tag=tag, **common)
    if not tags:
        repository = digests[0].partition("@")[0] if digests else NONE
        yield Image(key=item["Id"], repository=repository, tag=NONE, **common)
