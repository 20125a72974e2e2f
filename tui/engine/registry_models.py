"""What a registry has: pages of names, tags in detail, what is attached to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """How a registry wants to know who asks."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"


class Right(StrEnum):
    """What a person may do in a repository."""

    PULL = "pull"
    PUSH = "push"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Reach:
    """A registry that answered (GET /v2/)."""

    url: str
    """Where it answered: "https://host:port"."""
    scheme: Scheme
    welcome: bool
    """Whether it lets this person in; False when it wants a login, or another one."""
    words: str = ""
    """The registry's own sentence when it does not."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some names of a long list, in the registry's order."""

    names: tuple[str, ...]
    next: str = ""
    """What to ask for the names after these; "" after the last page."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of an image."""

    digest: str
    size: int
    """Bytes, packed."""
    media: str = ""
    line: str = ""
    """The Dockerfile line that made it; "" when the image does not say."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the Dockerfile that made an image, the oldest first."""

    line: str
    created: int | None = None
    """Seconds since the epoch."""
    size: int | None = None
    """Bytes of its layer, packed; None when it made none."""


@dataclass(frozen=True, slots=True)
class Platform:
    """One image of an index."""

    name: str
    """"linux/arm64/v8"."""
    digest: str
    size: int | None = None
    """Bytes of its layers, packed; None when it could not be read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an image says about how it runs."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    user: str = ""
    workdir: str = ""
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagDetail:
    """What a tag or digest leads to; of an index, the image of one platform is described."""

    repository: str
    reference: str
    """The tag or digest that was asked for."""
    digest: str
    """Of the manifest or index itself: what `delete` wants."""
    media: str
    """Its media type."""
    size: int
    """Bytes of the layers of the described image, packed."""
    platform: str = ""
    """Of the described image: "linux/amd64"; "" when nothing says."""
    platforms: tuple[Platform, ...] = ()
    """All images of an index; () when it is a single image."""
    created: int | None = None
    """Seconds since the epoch."""
    layers: tuple[Layer, ...] = ()
    history: tuple[Step, ...] = ()
    settings: Settings = Settings()
    annotations: tuple[tuple[str, str], ...] = ()
    artifact: str = ""
    """What it is when it is no image: the type of an artifact, such as a chart; "" for an image."""
    problem: str = ""
    """What of it could not be read, in a sentence; "" when all could."""

    @property
    def is_index(self) -> bool:
        """Whether it holds images of several platforms."""
        return bool(self.platforms)


class AttachedKind(StrEnum):
    """What is attached to an image."""

    SIGNATURE = "signature"
    ATTESTATION = "attestation"
    SBOM = "sbom"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that was attached to an image, present but not verified."""

    kind: AttachedKind
    media: str
    """The type it gives itself."""
    digest: str = ""
    size: int | None = None
    via: str = ""
    """How it was found: "referrers", "index" or the tag that names it."""


@dataclass(frozen=True, slots=True)
class Untagged:
    """A manifest that no tag names."""

    digest: str
    platform: str = ""
    held_by: tuple[str, ...] = ()
    """The tags whose index holds it: it goes with the last of them."""
    media: str = ""
    size: int | None = None
    """Bytes of the manifest itself."""
