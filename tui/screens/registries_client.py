"""What the registries' screens ask of a client: the real one, or the demo's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tui.engine.registries import Place
from tui.engine.registry_models import Attached, Page, Reach, Right, TagDetail, Untagged


class Client(Protocol):
    """One registry, as `tui.engine.registry.Registry` is. Its methods block, and raise EngineError."""

    def close(self) -> None:
        """Close the sockets kept for later."""

    def check(self) -> Reach:
        """Whether it answers, and lets this person in."""

    def repositories(self, page: str = "") -> Page:
        """Some repositories; `page` is the `next` of the page before."""

    def tags(self, repository: str, page: str = "") -> Page:
        """Some tags of a repository."""

    def detail(self, repository: str, reference: str, platform: str = "") -> TagDetail:
        """What a tag or digest leads to."""

    def digest(self, repository: str, tag: str) -> str:
        """The digest a tag leads to; "" when there is no such tag."""

    def referrers(self, repository: str, digest: str) -> tuple[Attached, ...]:
        """What is attached to a manifest."""

    def same_digest(self, repository: str, digest: str) -> tuple[str, ...]:
        """The tags that lead to this digest."""

    def untagged(self, repository: str) -> tuple[Untagged, ...]:
        """Manifests that no tag names, as far as one can know."""

    def may(self, repository: str) -> frozenset[Right]:
        """What this person may do in a repository."""

    def delete(self, repository: str, digest: str) -> None:
        """Delete a manifest and all tags that lead to it."""


Opener = Callable[[Place], Client]
"""Makes the client of a registry."""
