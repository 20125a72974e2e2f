"""Searching for images to pull, through the Engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.verbs.verb import Desk, Effect, Verb

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.endpoint import Endpoint

LIMITS = (25, 50, 100)
"""How many a search may bring; the Engine takes 1 to 100."""
STARS = (0, 3, 10, 100, 1000)
"""How many stars may be asked for at least."""

OFFLINE = "The Engine does not reach Docker Hub from where it runs. A registry of your own can be browsed: 5."
ELSEWHERE = "Most registries answer no search: browse its repositories instead (5)."


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for."""

    term: str
    """A word, or HOST/word for another host than Docker Hub: one that answers the v1 API."""
    limit: int = LIMITS[0]
    stars: int = 0
    """So many stars it has at least."""
    official: bool = False
    """Whether only official images are wanted."""

    @property
    def filters(self) -> Mapping[str, list[str]]:
        """The filters as the Engine takes them."""
        found: dict[str, list[str]] = {}
        if self.stars:
            found["stars"] = [str(self.stars)]
        if self.official:
            found["is-official"] = ["true"]
        return found

    @property
    def line(self) -> DockerLine:
        """The docker line that does it."""
        filters = [
            word for key, values in self.filters.items() for word in ("--filter", f"{key}={values[0]}")
        ]
        return docker("search", "--limit", str(self.limit), *filters, self.term)


@dataclass(frozen=True, slots=True)
class Found:
    """One repository that was found."""

    name: str
    description: str
    stars: int
    official: bool


def search(connection: Connection, wanted: Search) -> Sequence[Found]:
    """What the Engine finds, most stars first (GET /images/search). Raises EngineError."""
    from tui.verbs.pulling import registry_headers

    params = {"term": wanted.term, "limit": str(wanted.limit)}
    if wanted.filters:
        params["filters"] = json.dumps(wanted.filters)
    # who is logged in there finds what is theirs
    headers = registry_headers(connection, wanted.term) if "/" in wanted.term else {}
    try:
        answer = connection.ask("GET", "/images/search", params=params, headers=headers)
    except EngineError as error:
        if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        raise replace(error, advice=ELSEWHERE if is_elsewhere(wanted.term) else OFFLINE) from error
    found = [_found(item) for item in answer.json() or ()]
    return sorted(found, key=lambda one: -one.stars)


def _found(item: Mapping[str, Any]) -> Found:
    return Found(
        str(item.get("name") or ""),
        str(item.get("description") or ""),
        int(item.get("star_count") or 0),
        bool(item.get("is_official")),
    )


def reference_of(wanted: Search, found: Found) -> str:
    """What is to be pulled: found on another host, it is pulled from there."""
    host = wanted.term.partition("/")[0]
    there = is_elsewhere(wanted.term) and not found.name.startswith(f"{host}/")
    return f"{host}/{found.name}" if there else found.name


def is_elsewhere(term: str) -> bool:
    """Whether a term names the host that is asked."""
    host, slash, _ = term.partition("/")
    return bool(slash) and (bool(set(host) & set(".:")) or host == "localhost")


def tags_of(repository: str, endpoint: Endpoint) -> Sequence[str]:
    """The tags of a repository, from its registry (GET /v2/{name}/tags/list). Raises EngineError."""
    from tui.engine.registries import place_of, split_reference
    from tui.engine.registry import Registry, is_attachment_tag

    host, name = split_reference(repository)
    registry = Registry.at(place_of(host), read_only=endpoint.read_only)
    try:
        return [tag for tag in registry.all_tags(name) if not is_attachment_tag(tag)]
    finally:
        registry.close()


async def _ask(desk: Desk, models: Sequence[Any]) -> None:
    await desk.search("")


SEARCH = Verb(
    "image.search",
    "s",
    "search",
    "Search Docker Hub, or another host, for images to pull.",
    Kind.IMAGE,
    Effect.READS,
    lambda models: docker("search"),
    _ask,
    bulk=False,
    needs_row=False,
    weight=3,
)


def said(term: str) -> Verb:
    """The verb that looks for a term at once."""

    async def act(desk: Desk, models: Sequence[Any]) -> None:
        await desk.search(term)

    return replace(SEARCH, line=lambda models: Search(term).line if term else docker("search"), act=act)
