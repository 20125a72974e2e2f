"""What differs between the API versions that Wharf speaks.

What Wharf meets of it, by the version that brought it:

- 1.42: a volume prune takes anonymous volumes only, unless told `all`, and the Engine marks those it makes;
  `GET /system/df` can be asked for one type alone.
- 1.44: images have a `Size` and no `VirtualSize` any more.
- 1.52: events lose `status`, `id` and `from`; `Type`, `Action` and `Actor` say the same in all of them.
"""

from __future__ import annotations

OLDEST = "1.41"
"""The oldest API that Wharf is tested with (Engine 20.10)."""
NEWEST = "1.52"
"""The newest API whose answers the decoders are tested with; a newer Engine is spoken to in this one."""

Version = tuple[int, int]

PRUNE_ALL_VOLUMES: Version = (1, 42)
"""From here on a volume prune takes anonymous volumes only, unless the filter `all` is given."""
DF_BY_TYPE: Version = (1, 42)
"""From here on GET /system/df takes `type`, and measures nothing else then."""


def parsed(version: str) -> Version:
    """ "1.41" as (1, 41); (0, 0) when it cannot be read."""
    major, _, minor = version.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


def spoken(server: str) -> str:
    """The version to speak with a server: the smaller of its own and the newest tested."""
    return min(server, NEWEST, key=parsed)


def prunes_named_volumes(api: Version, podman: str = "") -> bool:
    """Whether a volume prune takes named volumes too, and cannot be told not to.

    `api` is the version spoken, `podman` that of Podman, whose prune takes them whatever is spoken.
    """
    return bool(podman) or api < PRUNE_ALL_VOLUMES
