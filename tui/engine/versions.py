"""What differs between the API versions that Wharf speaks."""

from __future__ import annotations

OLDEST = "1.41"
"""The oldest API that Wharf is tested with (Engine 20.10)."""
NEWEST = "1.52"
"""The newest API whose answers the decoders are tested with; a newer Engine is spoken to in this one."""

Version = tuple[int, int]

PRUNE_ALL_VOLUMES: Version = (1, 42)
"""From here on a volume prune takes anonymous volumes only, unless the filter `all` is given."""


def parsed(version: str) -> Version:
    """ "1.41" as (1, 41); (0, 0) when it cannot be read."""
    major, _, minor = version.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


def spoken(server: str) -> str:
    """The version to speak with a server: the smaller of its own and the newest tested."""
    return min(server, NEWEST, key=parsed)
