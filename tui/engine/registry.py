"""Wharf's own client of a registry: the v2 API of Docker and OCI, over HTTP.

Every method raises EngineError: with the HTTP status, the registry's own words and what can be done. They
block, so they are for a thread; several threads may use one Registry.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from tui.engine.credentials import HUB_HOST, Credentials, find
from tui.engine.registry_errors import RegistryError, Unanswered, strange
from tui.engine.registry_image import children
from tui.engine.registry_json import read, texts
from tui.engine.registry_models import (
    Attached,
    AttachedKind,
    Layer,
    Page,
    Platform,
    Reach,
    Right,
    Scheme,
    Settings,
    Step,
    TagDetail,
    Untagged,
)
from tui.engine.registry_names import (
    is_attachment_tag,
    is_digest,
    manifest_path,
    pull_scope,
    repository_path,
)
from tui.engine.registry_reading import Manifest, at_once, attached, describe, digest_of, manifest

if TYPE_CHECKING:
    from tui.engine.registries import Place
    from tui.engine.registry_auth import Lookup

__all__ = [
    "Attached",
    "AttachedKind",
    "Layer",
    "Page",
    "Platform",
    "Reach",
    "Registry",
    "RegistryError",
    "Right",
    "Scheme",
    "Settings",
    "Step",
    "TagDetail",
    "Unanswered",
    "Untagged",
    "is_attachment_tag",
]

PAGE = 100
"""Names asked for at once."""
LARGEST_LIST = 16 * 1024 * 1024
"""Bytes of a list that comes without pages."""
MOST_TAGS = 2000
"""Tags of a repository that are looked at where all of them matter."""
CATALOG = "registry:catalog:*"
"""The scope of a token that lists repositories."""
NO_DIGEST = f"sha256:{'0' * 64}"
NO_UPLOAD = "00000000-0000-0000-0000-000000000000"
"""What is asked about to see whether one might: nothing has this digest or is uploaded under this name."""


class Registry:
    """One registry as one person sees it."""

    def __init__(
        self,
        host: str,
        *,
        plain: bool | None = None,
        ca: str = "",
        credentials: Credentials | None = None,
        lookup: Lookup | None = None,
        read_only: bool = False,
        env: Mapping[str, str] = os.environ,
    ) -> None:
        """`plain`: plain HTTP (True), TLS (False), or TLS but on this machine whichever it speaks (None).

        `ca` is a PEM file besides the usual authorities. `lookup` finds the credentials when the registry
        first asks for some. With `read_only` nothing that could change it is sent.
        """
        from tui.engine.registry_wire import Wire

        self.host = host
        self._wire = Wire(host, plain, ca, lookup or (lambda: credentials), read_only=read_only, env=env)
        self._read_only = read_only

    @classmethod
    def at(cls, place: Place, *, read_only: bool = False, env: Mapping[str, str] = os.environ) -> Registry:
        """The registry of a Place, with the credentials that the docker CLI keeps for it."""
        lookup = partial(find, place.host, env)
        return cls(place.host, plain=place.plain, ca=place.ca, lookup=lookup, read_only=read_only, env=env)

    def close(self) -> None:
        """Close the sockets kept for later."""
        self._wire.close()

    def check(self) -> Reach:
        """Whether it answers, and lets this person in (GET /v2/)."""
        words = ""
        try:
            self._wire.ask("GET", "/v2/")
        except RegistryError as error:
            if error.status not in (401, 403):
                raise
            words = error.message
        return Reach(self._wire.base, self._wire.authority.scheme, not words, words)

    # Names

    def repositories(self, page: str = "") -> Page:
        """Some repositories (GET /v2/_catalog); `page` is the `next` of the page before."""
        if self.host == HUB_HOST:
            raise RegistryError(
                "Docker Hub does not list its repositories", advice="Search it, or type a repository's name."
            )
        try:
            return self._page(page or f"/v2/_catalog?n={PAGE}", "repositories", CATALOG)
        except RegistryError as error:
            if error.status not in (401, 403, 404, 405):
                raise
            advice = "Many registries list nothing, or only for some: type a repository's name, or log in."
            raise RegistryError(error.message, error.status, advice) from error

    def tags(self, repository: str, page: str = "") -> Page:
        """Some tags of a repository (GET /v2/{name}/tags/list)."""
        path = repository_path(self.host, repository)
        if page and not page.startswith(f"{path}/tags/list?"):
            raise strange(self.host, "leads to other tags than were asked for")
        return self._page(page or f"{path}/tags/list?n={PAGE}", "tags", pull_scope(self.host, repository))

    def all_tags(self, repository: str) -> tuple[str, ...]:
        """All tags, up to MOST_TAGS."""
        found: dict[str, None] = {}
        page = self.tags(repository)
        seen = {""}
        while True:
            found.update(dict.fromkeys(page.names))
            if page.next in seen or len(found) >= MOST_TAGS:
                return tuple(found)[:MOST_TAGS]
            seen.add(page.next)
            page = self.tags(repository, page.next)

    def _page(self, path: str, what: str, scope: str) -> Page:
        answer = self._wire.ask("GET", path, scope=scope, limit=LARGEST_LIST)
        found = read(answer.body)
        if not isinstance(found, dict):
            raise strange(self.host, f"lists no {what}, but answers with something else")
        return Page(texts(found.get(what)), _next(answer.headers.get("Link", ""), answer.url))

    # Images

    def detail(self, repository: str, reference: str, platform: str = "") -> TagDetail:
        """What a tag or digest leads to (GET /v2/{name}/manifests/{reference}, and blobs).

        Of an index the image of `platform` (its name or digest) is described; without one linux/amd64, else
        its first.
        """
        return describe(self._wire, repository, reference, platform)

    def digest(self, repository: str, tag: str) -> str:
        """The digest a tag leads to (HEAD /v2/{name}/manifests/{tag}); "" when there is no such tag."""
        return digest_of(self._wire, repository, tag)

    def referrers(self, repository: str, digest: str) -> tuple[Attached, ...]:
        """What is attached to a manifest, none of it verified.

        Found by the referrers API or its fallback tag, by cosign's tags and in the index itself.
        """
        return attached(self._wire, repository, digest)

    def same_digest(self, repository: str, digest: str) -> tuple[str, ...]:
        """The tags that lead to this digest: all of them go when it is deleted."""
        tags = self.all_tags(repository)
        digests = at_once(partial(self.digest, repository), tags)
        return tuple(tag for tag, one in zip(tags, digests, strict=True) if one == digest)

    def untagged(self, repository: str) -> tuple[Untagged, ...]:
        """Manifests that no tag names, as far as one can know: the API lists tags only.

        These are the images and attestations inside tagged indexes.
        """
        tags = [tag for tag in self.all_tags(repository) if not is_attachment_tag(tag)]
        tops = dict(zip(tags, at_once(lambda tag: self._manifest(repository, tag), tags), strict=True))
        tagged = {top.digest for top in tops.values() if top is not None}
        found: dict[str, Untagged] = {}
        for tag, top in tops.items():
            for child in children(top.found) if top is not None else ():
                if child.digest not in tagged:
                    before = found[child.digest].held_by if child.digest in found else ()
                    what = "attestation" if child.attests else child.platform
                    held_by = tuple(dict.fromkeys((*before, tag)))
                    found[child.digest] = Untagged(child.digest, what, held_by, child.media, child.size)
        return tuple(found.values())

    def _manifest(self, repository: str, tag: str) -> Manifest | None:
        try:
            return manifest(self._wire, repository, tag)
        except Unanswered:
            raise
        except RegistryError:
            # deleted meanwhile, or of a form that has no children
            return None

    # What changes it

    def may(self, repository: str) -> frozenset[Right]:
        """What this person may do in a repository, asked by requests that change nothing.

        Of a registry that is only read, whether it may be changed is not asked.
        """
        path = repository_path(self.host, repository)
        scope = pull_scope(self.host, repository)
        asked = {Right.PULL: ("GET", f"{path}/tags/list?n=1", scope)}
        if not self._read_only:
            asked[Right.PUSH] = ("PATCH", f"{path}/blobs/uploads/{NO_UPLOAD}", f"{scope},push")
            delete = scope.replace(":pull", ":delete")
            asked[Right.DELETE] = ("DELETE", f"{path}/manifests/{NO_DIGEST}", delete)
        return frozenset(right for right, request in asked.items() if self._allows(*request))

    def _allows(self, method: str, path: str, scope: str) -> bool:
        try:
            self._wire.ask(method, path, scope=scope, good=(400, 404, 416), limit=LARGEST_LIST)
        except Unanswered:
            raise
        except RegistryError:
            return False
        return True

    def delete(self, repository: str, digest: str) -> None:
        """Delete a manifest and with it all tags that lead to it (DELETE /v2/{name}/manifests/{digest}).

        Raises EngineError 405 when the registry does not allow deleting.
        """
        if not is_digest(digest):
            raise RegistryError(f"{digest!r} is no digest", advice="Only a manifest can be deleted.")
        scope = pull_scope(self.host, repository).replace(":pull", ":delete")
        answer = self._wire.ask(
            "DELETE", manifest_path(self.host, repository, digest), scope=scope, good=(405,)
        )
        if answer.status == 405:
            raise RegistryError(
                f"{self.host} does not allow deleting",
                405,
                "Who runs it has to turn deleting on: storage.delete.enabled in its configuration.",
            )


def _next(link: str, url: str) -> str:
    """The path that a Link header names as the next page; "" when there is none.

    Only its path counts: a registry behind a proxy may call itself by a name that leads nowhere.
    """
    for part in link.split(","):
        where, _, parameters = part.partition(">")
        if "<" in where and 'rel="next"' in parameters.replace("'", '"').replace("rel=next", 'rel="next"'):
            try:
                parts = urlsplit(urljoin(url, where.partition("<")[2].strip()))
            except ValueError:
                return ""
            path = quote(parts.path, safe="/%")
            return f"{path}?{parts.query}" if path.startswith("/v2/") else ""
    return ""
