"""What a tag leads to, and what is attached to it: manifests and configurations fetched and put together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tui.engine.registry_errors import RegistryError, Unanswered, strange
from tui.engine.registry_image import (
    ACCEPT,
    artifact_of,
    children,
    chosen,
    history_of,
    is_index,
    is_schema_1,
    kind_of,
    layers_of,
    layers_size,
    media_of,
    platform_of,
    settings_of,
)
from tui.engine.registry_json import moment, number, pairs, read, table, text
from tui.engine.registry_models import Attached, AttachedKind, Platform, TagDetail
from tui.engine.registry_names import attachment_tag, blob_path, manifest_path, pull_scope, repository_path

if TYPE_CHECKING:
    from tui.engine.registry_wire import Wire

MOST_CHILDREN = 32
"""Images of an index whose size is asked for."""
AT_ONCE = 4
"""Requests under way at once where many are needed."""
NOT_THERE = (400, 404, 405, 501)
"""How a registry says that it has no such thing, or has never heard of it."""
COSIGN = {
    ".sig": AttachedKind.SIGNATURE,
    ".att": AttachedKind.ATTESTATION,
    ".sbom": AttachedKind.SBOM,
}
"""The ends of the tags by which cosign attaches things."""

Asked = TypeVar("Asked")
Found = TypeVar("Found")


class Manifest(NamedTuple):
    """A manifest or an index as it came."""

    digest: str
    media: str
    found: Mapping[str, Any]


def at_once(ask: Callable[[Asked], Found], about: Iterable[Asked]) -> list[Found]:
    """What a request answers about each of these, some of them at once. Raises what the first one raises."""
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="registry")
    try:
        return list(pool.map(ask, about))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def manifest(wire: Wire, repository: str, reference: str) -> Manifest:
    """Fetch a manifest. Raises RegistryError, also for one that is not what its digest says."""
    path = manifest_path(wire.host, repository, reference)
    answer = wire.ask("GET", path, scope=pull_scope(wire.host, repository), accept=ACCEPT)
    digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
    said = answer.headers.get("Docker-Content-Digest", "")
    if reference.startswith("sha256:") and digest != reference:
        raise strange(wire.host, f"answers with something else than {reference}")
    if said.startswith(("sha512:", "sha384:")) or reference.startswith(("sha512:", "sha384:")):
        digest = reference if ":" in reference else said
    found = read(answer.body)
    if not isinstance(found, dict):
        raise strange(wire.host, f"answers for {repository}:{reference} with what is no manifest")
    media = media_of(found, answer.headers.get("Content-Type", ""))
    if is_schema_1(found, media):
        raise RegistryError(
            f"{repository}:{reference} is an image of the first form (schema 1)",
            advice="Engines do not read it any more: build or push the image again.",
        )
    return Manifest(digest, media, found)


def digest_of(wire: Wire, repository: str, tag: str) -> str:
    """The digest a tag leads to; "" when the tag is not there."""
    path = manifest_path(wire.host, repository, tag)
    scope = pull_scope(wire.host, repository)
    answer = wire.ask("HEAD", path, scope=scope, accept=ACCEPT, good=(404,))
    if answer.status == 404:
        return ""
    return answer.headers.get("Docker-Content-Digest", "") or manifest(wire, repository, tag).digest


def describe(wire: Wire, repository: str, reference: str, platform: str) -> TagDetail:
    """What a tag or digest leads to."""
    top = manifest(wire, repository, reference)
    platforms: tuple[Platform, ...] = ()
    image, problem = top, ""
    if is_index(top.found):
        read_children, platforms = _platforms(wire, repository, top)
        one = chosen(platforms, platform)
        if one is None or one.digest not in read_children:
            problem = f"There is no image for {platform} in it." if platform else "It names no image to read."
            image = Manifest(top.digest, top.media, {})
        else:
            image = read_children[one.digest]
            platform = one.name
    config: Mapping[str, Any] = {}
    artifact = artifact_of(image.found) or artifact_of(top.found)
    if image.found and not artifact:
        config, problem = _config(wire, repository, image.found)
    history = history_of(config, image.found)
    return TagDetail(
        repository,
        reference,
        top.digest,
        top.media,
        layers_size(image.found),
        platform=platform_of(config) or (platform if platforms else ""),
        platforms=platforms,
        created=moment(config.get("created")),
        layers=layers_of(image.found, history),
        history=history,
        settings=settings_of(config),
        annotations=pairs(top.found.get("annotations")),
        artifact=artifact,
        problem=problem,
    )


def _platforms(
    wire: Wire, repository: str, index: Manifest
) -> tuple[dict[str, Manifest], tuple[Platform, ...]]:
    """The images of an index: those that could be read by digest, and all of them with their sizes."""
    images = [child for child in children(index.found) if not child.attests]

    def fetched(digest: str) -> Manifest | None:
        try:
            return manifest(wire, repository, digest)
        except Unanswered:
            raise
        except RegistryError:
            # one that is lost, or too old, does not hide the others
            return None

    digests = list(dict.fromkeys(child.digest for child in images))[:MOST_CHILDREN]
    answers = zip(digests, at_once(fetched, digests), strict=True)
    there = {digest: answer for digest, answer in answers if answer is not None}
    platforms = tuple(
        Platform(
            child.platform or "unknown",
            child.digest,
            layers_size(there[child.digest].found) if child.digest in there else None,
        )
        for child in images
    )
    return there, platforms


def _config(wire: Wire, repository: str, found: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The configuration that a manifest names, and what is wrong with it; {} when it cannot be read."""
    digest = text(table(found.get("config")).get("digest"))
    try:
        path = blob_path(wire.host, repository, digest)
        body = wire.ask("GET", path, scope=pull_scope(wire.host, repository)).body
    except Unanswered:
        raise
    except RegistryError as error:
        return {}, f"Its configuration cannot be read: {error.message}"
    if digest.startswith("sha256:") and digest != f"sha256:{hashlib.sha256(body).hexdigest()}":
        return {}, "Its configuration is not what its digest says: it was not read."
    config = read(body)
    return (config, "") if isinstance(config, dict) else ({}, "Its configuration is no JSON object.")


# What is attached


def attached(wire: Wire, repository: str, digest: str) -> tuple[Attached, ...]:
    """What is attached to a manifest, each thing once."""
    found = [
        *_by_referrers(wire, repository, digest),
        *_by_index(wire, repository, digest),
        *filter(None, at_once(lambda end: _by_tag(wire, repository, digest, end), COSIGN)),
    ]
    return tuple({one.digest or one.via: one for one in reversed(found)}.values())[::-1]


def _by_referrers(wire: Wire, repository: str, digest: str) -> list[Attached]:
    """What OCI's referrers API tells, else the index under the tag that stands in for it."""
    scope = pull_scope(wire.host, repository)
    path = f"{repository_path(wire.host, repository)}/referrers/{digest}"
    answer = wire.ask("GET", path, scope=scope, good=NOT_THERE)
    via = "referrers"
    if answer.status >= 400:
        via = attachment_tag(digest)
        path = manifest_path(wire.host, repository, via)
        answer = wire.ask("GET", path, scope=scope, accept=ACCEPT, good=NOT_THERE)
    if answer.status >= 400:
        return []
    return [
        Attached(
            kind_of(child.artifact or child.media), child.artifact or child.media, child.digest, None, via
        )
        for child in children(table(read(answer.body)))
    ]


def _by_index(wire: Wire, repository: str, digest: str) -> list[Attached]:
    """What BuildKit put beside the images of an index."""
    index = manifest(wire, repository, digest).found
    return [
        Attached(AttachedKind.ATTESTATION, child.artifact or child.media, child.digest, child.size, "index")
        for child in children(index)
        if child.attests
    ]


def _by_tag(wire: Wire, repository: str, digest: str, end: str) -> Attached | None:
    """What cosign attached by a tag."""
    tag = attachment_tag(digest) + end
    path = manifest_path(wire.host, repository, tag)
    scope = pull_scope(wire.host, repository)
    answer = wire.ask("HEAD", path, scope=scope, accept=ACCEPT, good=NOT_THERE)
    if answer.status >= 400:
        return None
    headers = answer.headers
    length = headers.get("Content-Length", "")
    size = number(int(length)) if length.isdecimal() and len(length) < 16 else None
    media = headers.get("Content-Type", "").partition(";")[0]
    return Attached(COSIGN[end], media, headers.get("Docker-Content-Digest", ""), size, tag)
