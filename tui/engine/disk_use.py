"""What an Engine's objects take of its disk, added up as `docker system df` does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.engine.answers import Found, json_of, number, read_as, word
from tui.engine.lists import DF_SECONDS
from tui.engine.models.image import NONE

if TYPE_CHECKING:
    from tui.engine.connection import Connection

BIGGEST = 5
"""So many objects of each kind are named with what they take of the disk."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one kind takes of the disk, as `docker system df` computes it."""

    kind: str
    """As that writes it: "Images", "Containers", "Local Volumes", "Build Cache"."""
    total: int
    active: int
    size: int
    """Bytes."""
    reclaimable: int
    """Bytes that a prune of what is not active would free."""
    percents: bool = True
    """Whether the CLI tells the share too: of the build cache it does not."""
    biggest: tuple[tuple[str, int], ...] = ()
    """Names and bytes of the biggest of them, the biggest first."""

    @property
    def percent(self) -> int | None:
        """How much of the size is reclaimable; None when nobody says."""
        return int(self.reclaimable * 100 / self.size) if self.percents and self.size > 0 else None


@dataclass(frozen=True, slots=True)
class DiskUse:
    """All kinds, at one moment."""

    asked: float
    """When it was asked for, in epoch seconds."""
    kinds: tuple[Usage, ...]


def ask_disk(connection: Connection, clock: Callable[[], float] = time.time) -> DiskUse:
    """Have everything measured (GET /system/df), which may take minutes. Raises EngineError."""
    asked = clock()
    found = json_of(connection, "/system/df", DF_SECONDS)
    return read_as(lambda told: DiskUse(asked, decode_disk(told)), found, "the disk use")


def decode_disk(found: Found) -> tuple[Usage, ...]:
    """The four kinds from GET /system/df, added up as the docker CLI does it."""
    return (_images(found), _containers(found), _volumes(found), _build_cache(found))


def _images(found: Found) -> Usage:
    items, size = _items(found, "Images", "ImageUsage"), number(found, "LayersSize")
    named = [(_image_name(one), number(one, "Size")) for one in items]
    if "LayersSize" not in found:
        return _summed("Images", found.get("ImageUsage") or {}, named)
    used = 0
    for one in items:
        whole, shared = number(one, "Size", -1), number(one, "SharedSize", -1)
        if one.get("Containers") and -1 not in (whole, shared):
            used += whole - shared
    active = sum(number(one, "Containers") > 0 for one in items)
    return Usage("Images", len(items), active, size, size - used, biggest=_biggest(named))


def _containers(found: Found) -> Usage:
    items = _items(found, "Containers", "ContainerUsage")
    named = [(_container_name(one), number(one, "SizeRw")) for one in items]
    if "Containers" not in found and "ContainerUsage" in found:
        return _summed("Containers", found["ContainerUsage"] or {}, named)
    active = [one for one in items if one.get("State") in ("running", "paused", "restarting")]
    size = sum(number(one, "SizeRw") for one in items)
    used = sum(number(one, "SizeRw") for one in active)
    return Usage("Containers", len(items), len(active), size, size - used, biggest=_biggest(named))


def _volumes(found: Found) -> Usage:
    kind, items = "Local Volumes", _items(found, "Volumes", "VolumeUsage")
    data = [(str(one.get("Name") or ""), one.get("UsageData") or {}) for one in items]
    sizes = [(name, number(used, "Size", -1), number(used, "RefCount", -1)) for name, used in data]
    named = [(name, size) for name, size, _ in sizes]
    if "Volumes" not in found and "VolumeUsage" in found:
        return _summed(kind, found["VolumeUsage"] or {}, named)
    active = sum(users > 0 for _, _, users in sizes)
    size = sum(size for _, size, _ in sizes if size >= 0)
    free = sum(size for _, size, users in sizes if size >= 0 and users == 0)
    return Usage(kind, len(items), active, size, free, biggest=_biggest(named))


def _build_cache(found: Found) -> Usage:
    kind, items = "Build Cache", _items(found, "BuildCache", "BuildCacheUsage")
    named = [(str(one.get("Description") or one.get("ID") or ""), number(one, "Size")) for one in items]
    if "BuildCache" not in found and "BuildCacheUsage" in found:
        return _summed(kind, found["BuildCacheUsage"] or {}, named, percents=False)
    own = [one for one in items if not one.get("Shared")]
    size = sum(number(one, "Size") for one in own)
    used = sum(number(one, "Size") for one in own if one.get("InUse"))
    active = sum(bool(one.get("InUse")) for one in items)
    return Usage(kind, len(items), active, size, size - used, percents=False, biggest=_biggest(named))


def _summed(kind: str, told: Found, named: Iterable[tuple[str, int]], *, percents: bool = True) -> Usage:
    """A kind that the Engine added up itself (from API 1.52 on it may)."""
    return Usage(
        kind,
        number(told, "TotalCount"),
        number(told, "ActiveCount"),
        number(told, "TotalSize"),
        number(told, "Reclaimable"),
        percents=percents,
        biggest=_biggest(named),
    )


def _items(found: Found, old: str, new: str) -> Sequence[Found]:
    return list(found.get(old) or (found.get(new) or {}).get("Items") or ())


def _biggest(named: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    big = sorted((one for one in named if one[1] > 0), key=lambda one: (-one[1], one[0]))
    return tuple(big[:BIGGEST])


def _image_name(found: Found) -> str:
    tags = [tag for tag in found.get("RepoTags") or () if not tag.startswith(NONE)]
    return str(tags[0]) if tags else word(found, "Id").removeprefix("sha256:")[:12]


def _container_name(found: Found) -> str:
    names = found.get("Names") or [word(found, "Id")[:12]]
    return str(names[0]).removeprefix("/")
