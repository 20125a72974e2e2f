"""Manifests, indexes and image configurations, of Docker and of OCI, read for what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.engine.history import dockerfile_line
from tui.engine.registry_json import entries, moment, number, pairs, table, text, texts
from tui.engine.registry_models import AttachedKind, Layer, Platform, Settings, Step

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
SCHEMA_1 = (
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
)
IMAGE_CONFIGS = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
ACCEPT = ", ".join((*INDEXES, *MANIFESTS, *SCHEMA_1, "*/*"))
MOST = 1000
"""Layers, platforms or lines that are looked at."""
FOR_DIGEST = "vnd.docker.reference.digest"
FOR_TYPE = "vnd.docker.reference.type"


@dataclass(frozen=True, slots=True)
class Child:
    """One manifest that an index names."""

    digest: str
    media: str
    platform: str
    size: int | None
    """Bytes of the manifest itself."""
    artifact: str = ""
    attests: str = ""
    """The digest of the image that it attests, as BuildKit writes it; "" for an image."""


def media_of(found: Mapping[str, Any], header: str) -> str:
    """The media type of a manifest: what it says itself, else the Content-Type."""
    return text(found.get("mediaType")) or header.partition(";")[0].strip()


def is_schema_1(found: Mapping[str, Any], media: str) -> bool:
    """Whether it is a manifest of the first form, which registries gave up."""
    return media in SCHEMA_1 or found.get("schemaVersion") == 1


def is_index(found: Mapping[str, Any]) -> bool:
    """Whether it names manifests and not layers."""
    return isinstance(found.get("manifests"), list)


def children(found: Mapping[str, Any]) -> tuple[Child, ...]:
    """The manifests that an index names, those without a digest left out."""
    all_of_them = (_child(table(one)) for one in entries(found.get("manifests"))[:MOST])
    return tuple(child for child in all_of_them if child.digest)


def _child(one: Mapping[str, Any]) -> Child:
    notes = table(one.get("annotations"))
    attests = text(notes.get(FOR_DIGEST)) if text(notes.get(FOR_TYPE)) == "attestation-manifest" else ""
    return Child(
        text(one.get("digest")),
        text(one.get("mediaType")),
        platform_of(table(one.get("platform"))),
        number(one.get("size")),
        text(one.get("artifactType")),
        attests,
    )


def platform_of(found: Mapping[str, Any]) -> str:
    """ "linux/arm64/v8"; "" where nothing is said."""
    parts = (text(found.get(name)) for name in ("os", "architecture", "variant"))
    return "/".join(part for part in parts if part)


def chosen(platforms: Sequence[Platform], wanted: str) -> Platform | None:
    """The image of an index to describe: the wanted one, linux/amd64, else the first."""
    for name in (wanted, "linux/amd64"):
        fitting = [one for one in platforms if name in (one.name, one.digest)]
        if fitting and name:
            return fitting[0]
        if wanted:
            return None
    return next(iter(platforms), None)


def layers_size(manifest: Mapping[str, Any]) -> int:
    """Bytes of all layers of a manifest, packed."""
    return sum(number(table(one).get("size")) or 0 for one in entries(manifest.get("layers")))


def artifact_of(manifest: Mapping[str, Any]) -> str:
    """The type of what is no image; "" for an image."""
    declared = text(manifest.get("artifactType"))
    config = text(table(manifest.get("config")).get("mediaType"))
    return declared or (config if config and config not in IMAGE_CONFIGS else "")


def layers_of(manifest: Mapping[str, Any], steps: Sequence[Step]) -> tuple[Layer, ...]:
    """The layers with the lines that made them, as far as those can be told."""
    found = [table(one) for one in entries(manifest.get("layers"))[:MOST]]
    lines = [step.line for step in steps if step.size is not None]
    if len(lines) != len(found):
        lines = [""] * len(found)
    return tuple(
        Layer(text(one.get("digest")), number(one.get("size")) or 0, text(one.get("mediaType")), line)
        for one, line in zip(found, lines, strict=True)
    )


def history_of(config: Mapping[str, Any], manifest: Mapping[str, Any]) -> tuple[Step, ...]:
    """The Dockerfile lines, the oldest first, each with the size of its layer."""
    sizes = iter([number(table(one).get("size")) or 0 for one in entries(manifest.get("layers"))])
    return tuple(
        Step(
            dockerfile_line(text(one.get("created_by")) or text(one.get("comment"))),
            moment(one.get("created")),
            None if one.get("empty_layer") is True else next(sizes, None),
        )
        for one in map(table, entries(config.get("history"))[:MOST])
    )


def settings_of(config: Mapping[str, Any]) -> Settings:
    """How the image runs."""
    found = table(config.get("config"))
    return Settings(
        entrypoint=texts(found.get("Entrypoint")),
        cmd=texts(found.get("Cmd")),
        env=texts(found.get("Env")),
        labels=pairs(found.get("Labels")),
        user=text(found.get("User")),
        workdir=text(found.get("WorkingDir")),
        ports=tuple(table(found.get("ExposedPorts"))),
        volumes=tuple(table(found.get("Volumes"))),
    )


_KINDS: tuple[tuple[AttachedKind, tuple[str, ...]], ...] = (
    (AttachedKind.SBOM, ("sbom", "spdx", "cyclonedx", "syft")),
    (AttachedKind.ATTESTATION, ("in-toto", "attestation", "provenance", "dsse", "intoto")),
    (AttachedKind.SIGNATURE, ("signature", "cosign", "simplesigning", "sigstore", "notary")),
)


def kind_of(media: str) -> AttachedKind:
    """What an attached artifact is, by the type it gives itself."""
    low = media.lower()
    return next((kind for kind, signs in _KINDS if any(sign in low for sign in signs)), AttachedKind.OTHER)
