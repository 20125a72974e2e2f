"""The demo's build cache: what BuildKit kept of the shop's images before anybody looked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.demo.formats import rfc3339
from tui.demo.models import JSON, Refusal
from tui.demo.world import World

HOUR = 3600.0
_NAMES = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass
class CacheRecord:
    """One record."""

    id: str
    type: str
    description: str
    size: int
    age: float
    """Seconds since it was last used, when the world began."""
    uses: int
    shared: bool = False
    parent: str = ""


_FOUND = (
    ("source.local", "local source for context", 48_700_000, 2 * HOUR, 31, False, None),
    ("source.local", "local source for dockerfile", 4_120, 2 * HOUR, 31, False, None),
    ("regular", "pulled from docker.io/library/python:3.12-slim", 131_000_000, 9 * HOUR, 12, True, None),
    (
        "regular",
        "[build 3/6] RUN pip install --no-cache-dir -r requirements.txt",
        96_400_000,
        9 * HOUR,
        7,
        False,
        2,
    ),
    ("regular", "[build 4/6] COPY . /app", 1_870_000, 2 * HOUR, 3, False, 3),
    (
        "exec.cachemount",
        "cached mount /root/.cache/pip from exec /bin/sh -c pip install",
        214_000_000,
        26 * HOUR,
        18,
        False,
        None,
    ),
    ("regular", "[assets 2/3] RUN npm ci", 187_000_000, 6 * 24 * HOUR, 2, False, None),
)
"""Type, description, bytes, age, uses, shared, and the place of its parent."""


def build(world: World) -> None:
    """Fill it, as of the world's beginning."""
    made: list[CacheRecord] = []
    for type_, description, size, age, uses, shared, parent in _FOUND:
        ident = _id(world, description)
        above = made[parent].id if parent is not None else ""
        made.append(CacheRecord(ident, type_, description, size, age, uses, shared, above))
    world.build_cache = {record.id: record for record in made}


def _id(world: World, text: str) -> str:
    """25 characters, as BuildKit makes its ids."""
    number = int(world.digest(f"cache:{text}"), 16)
    letters = ""
    for _ in range(25):
        number, place = divmod(number, len(_NAMES))
        letters += _NAMES[place]
    return letters


def rows(world: World, version: tuple[int, int]) -> list[JSON]:
    """BuildCache of GET /system/df."""
    return [_row(world, record, version) for record in world.build_cache.values()]


def _row(world: World, record: CacheRecord, version: tuple[int, int]) -> JSON:
    used = world.born - record.age
    parents: JSON = {"Parents": [record.parent]} if record.parent else {}
    if version < (1, 42):
        parents = {"Parent": record.parent}
    return {
        "ID": record.id,
        **parents,
        "Type": record.type,
        "Description": record.description,
        "InUse": False,
        "Shared": record.shared,
        "Size": record.size,
        "CreatedAt": rfc3339(used - 12 * HOUR),
        "LastUsedAt": rfc3339(used),
        "UsageCount": record.uses,
    }


def prune(world: World, asked: dict[str, list[str]], *, every: bool) -> JSON:
    """POST /build/prune: those whose id the filter fits, never one that another record stands on."""
    values = asked.get("id", [])
    if len(values) > 1:
        raise Refusal(400, "failed to prune build cache: filters expect only one value")
    try:
        fits = re.compile(values[0] if values else "")
    except re.error:
        raise Refusal(500, f"failed to prune build cache: parse error: {values[0]}") from None
    gone: list[CacheRecord] = []
    while True:
        held = {record.parent for record in world.build_cache.values()}
        found = [
            record
            for record in world.build_cache.values()
            if fits.search(record.id) and record.id not in held and (every or not record.shared)
        ]
        if not found:
            break
        gone.extend(world.build_cache.pop(record.id) for record in found)
    freed = sum(record.size for record in gone if not record.shared)
    world.emit("builder", "prune", "", {"reclaimed": str(freed)})
    return {"CachesDeleted": [record.id for record in gone] or None, "SpaceReclaimed": freed}
