"""The paths of a registry's API: names are checked, so that none leads anywhere else."""

from __future__ import annotations

import re
from urllib.parse import quote

from tui.engine.credentials import HUB_HOST
from tui.engine.registry_errors import RegistryError

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]{32,256}")
_ATTACHMENT = re.compile(r"sha(?:256|512)-[0-9a-f]{64,128}(?:\.(?:sig|att|sbom))?")


def is_digest(reference: str) -> bool:
    """Whether a reference is a digest and not a tag."""
    return _DIGEST.fullmatch(reference) is not None


def is_attachment_tag(tag: str) -> bool:
    """Whether a tag only attaches something to an image, by cosign's or OCI's naming: nothing to run."""
    return _ATTACHMENT.fullmatch(tag) is not None


def attachment_tag(digest: str) -> str:
    """The tag by which things are attached to a digest: "sha256-…"."""
    return digest.replace(":", "-", 1)


def repository_path(host: str, repository: str) -> str:
    """ "/v2/NAME". Raises RegistryError for what is no name of a repository."""
    if not all(_PART.fullmatch(part) for part in repository.split("/")) or len(repository) > 255:
        raise RegistryError(
            f"{repository!r} is no name of a repository", advice="Write it as in team/app, without a host."
        )
    if host == HUB_HOST and "/" not in repository:
        repository = f"library/{repository}"
    return f"/v2/{repository}"


def pull_scope(host: str, repository: str) -> str:
    """The scope of a token that reads a repository."""
    return f"repository:{repository_path(host, repository).removeprefix('/v2/')}:pull"


def manifest_path(host: str, repository: str, reference: str) -> str:
    """Where a manifest is. Raises RegistryError for what is neither tag nor digest."""
    if not (_TAG.fullmatch(reference) or is_digest(reference)):
        raise RegistryError(f"{reference!r} is neither a tag nor a digest", advice="Check what was typed.")
    return f"{repository_path(host, repository)}/manifests/{reference}"


def blob_path(host: str, repository: str, digest: str) -> str:
    """Where a blob is. Raises RegistryError for what is no digest."""
    if not is_digest(digest):
        raise RegistryError(f"the manifest names a blob without a digest: {quote(digest)[:80]!r}")
    return f"{repository_path(host, repository)}/blobs/{digest}"
