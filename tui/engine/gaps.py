"""What an Engine lacks of what Wharf offers: it is not offered there, and said once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from tui.engine import versions

if TYPE_CHECKING:
    from tui.engine.connection import Server


@dataclass(frozen=True, slots=True)
class Gap:
    """Something an Engine does not have, or has in another way."""

    what: str
    """What it is, in a word or two; no Engine has two gaps of one name."""
    sentence: str
    """What a person should know of it, in one calm sentence."""
    verbs: tuple[str, ...] = ()
    """What cannot work: verbs by their ids, or one value that a verb takes: "network.create overlay".

    Patterns as fnmatch reads them.
    """


SWARM = Gap(
    "swarm",
    "Podman has no swarm: no nodes, services, stacks or configs, and no overlay networks.",
    ("swarm.*", "node.*", "service.*", "stack.*", "config.*", "network.create overlay"),
)
PLUGINS = Gap("plugins", "Podman has no plugins to install.", ("plugin.*",))
BUILD_CACHE = Gap("build cache", "Podman has no build cache apart from its images.", ("builder.*",))
HEALTH = Gap("health", "Podman's list does not say how healthy a container is: its detail does.")
OLD_UPDATE = Gap(
    "update", "This Podman cannot change the limits of a container that exists.", ("container.update",)
)
OLD_EVENTS = Gap(
    "network events",
    "This Podman does not tell of networks that come and go: their list may be two minutes old.",
)

PODMAN = (SWARM, PLUGINS, BUILD_CACHE, HEALTH)
"""What every Podman lacks behind Docker's API (5.8 was asked)."""
OLD_PODMAN = (OLD_UPDATE, OLD_EVENTS)
"""What a Podman before 5 lacks as well (4.3 was asked)."""
WHOLE_PODMAN = 5
"""The first release of Podman without the gaps of OLD_PODMAN."""


def podman_among(parts: Iterable[Mapping[str, Any]]) -> str:
    """Podman's version, by the Components of GET /version; "" when none of them is Podman."""
    return next((str(part.get("Version") or "") for part in parts if part.get("Name") == "Podman Engine"), "")


def gaps(server: Server) -> tuple[Gap, ...]:
    """What this Engine lacks, in the order in which to say it; () for one that has everything."""
    return tuple(_gaps(server))


@cache  # asked for each verb at every move of the cursor
def lacks(server: Server | None) -> frozenset[str]:
    """Patterns of what cannot work on an Engine, as `Gap.verbs`; nothing while it is not known."""
    return frozenset(verb for gap in gaps(server) for verb in gap.verbs) if server else frozenset()


def offered(verb: str, server: Server | None) -> bool:
    """Whether a verb can work: by its id, or with one value of what it takes: "network.create overlay"."""
    return not any(fnmatchcase(verb, pattern) for pattern in lacks(server))


def _gaps(server: Server) -> Iterator[Gap]:
    if server.podman:
        yield from PODMAN
        release = server.podman.partition(".")[0]
        if release.isdigit() and int(release) < WHOLE_PODMAN:
            yield from OLD_PODMAN
    spoken = versions.parsed(server.api)
    if spoken < versions.parsed(versions.OLDEST):
        yield Gap(
            "old API",
            f"This Engine speaks API {server.api or 'of no known version'}, and Wharf is tested from"
            f" {versions.OLDEST} on (Engine 20.10): something may be refused.",
        )
    elif spoken > versions.parsed(versions.NEWEST):
        yield Gap(
            "new API",
            f"This Engine speaks API {server.api}, and Wharf {versions.NEWEST} with it:"
            " what is newer does not show.",
        )
