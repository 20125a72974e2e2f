"""BuildKit's cache on an Engine: what is in it, and the removal of exactly what was listed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.engine.errors import EngineError, engine_errors
from tui.engine.jobs import Job, Skip, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.plans import Item, Plan

if TYPE_CHECKING:
    from tui.engine.connection import Connection

VERB = "image.build-cache"
AT_ONCE = 500
"""Records that one request removes: their ids go into its address."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the cache, with the Engine's exact strings."""

    id: str
    type: str
    """"regular", "source.local", "exec.cachemount", "frontend", "internal" …"""
    description: str
    size: int
    """Bytes."""
    in_use: bool
    """Whether a build under way needs it; the Engine does not remove it then."""
    shared: bool
    """Whether an image has it too: then removing it frees nothing."""
    created: str
    """RFC 3339."""
    last_used: str
    """RFC 3339; "" when it never was used again."""
    uses: int

    @property
    def frees(self) -> int:
        """Bytes that its removal frees."""
        return 0 if self.shared else self.size


def decode(found: Mapping[str, Any]) -> Record:
    """One element of BuildCache."""
    return Record(
        id=str(found["ID"]),
        type=str(found.get("Type") or ""),
        description=str(found.get("Description") or "").strip(),
        size=int(found.get("Size") or 0),
        in_use=bool(found.get("InUse")),
        shared=bool(found.get("Shared")),
        created=str(found.get("CreatedAt") or ""),
        last_used=str(found.get("LastUsedAt") or ""),
        uses=int(found.get("UsageCount") or 0),
    )


def records(connection: Connection) -> Sequence[Record]:
    """What is in the cache, the biggest first (GET /system/df); the classic builder's cache is images.

    Raises EngineError.
    """
    # an Engine before API 1.42 tells of everything, whatever is asked for
    answer = connection.ask("GET", "/system/df", params={"type": "build-cache"})
    with engine_errors():
        try:
            found = [decode(one) for one in answer.json().get("BuildCache") or ()]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"the list of the build cache cannot be read: {error!r}") from error
    return sorted(found, key=lambda record: (-record.size, record.created, record.id))


def prune(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Remove records of the cache by their ids, and no others (POST /build/prune); returns what went.

    A record that others stand on only goes with them or after them. Raises EngineError.
    """
    left, gone = list(ids), set[str]()
    while left:
        before = len(gone)
        for start in range(0, len(left), AT_ONCE):
            some = left[start : start + AT_ONCE]
            # the Engine takes one value of the filter, and reads it as a regular expression
            params = {"all": "1", "filters": json.dumps({"id": ["|".join(some)]})}
            answer = connection.ask("POST", "/build/prune", params=params, seconds=None)
            gone.update(answer.json().get("CachesDeleted") or ())
        left = [ident for ident in left if ident not in gone]
        if len(gone) == before:
            break
    return gone


def line(ids: Sequence[str]) -> DockerLine:
    """The docker line that removes these records, and no others."""
    return docker("builder", "prune", "--all", "--filter", f"id={'|'.join(ids)}")


class CachePlan(Plan):
    """A plan over records of the cache, which the Engine has to remove together."""

    __slots__ = ()

    def task(self) -> Task:
        """The task that removes what is listed, unless it was used since."""
        ids = [item.target.ref for item in self.items]
        shown = {item.target.ref: dict(item.seen) for item in self.items}
        outcome: dict[str, str] = {}

        def remove(job: Job, connection: Connection, target: Target) -> str:
            if not outcome:
                now = {record.id: record for record in records(connection)}
                for ident in ids:
                    outcome[ident] = _changed(shown[ident], now.get(ident))
                fit = [ident for ident in ids if not outcome[ident]]
                gone = prune(connection, fit)
                outcome.update((ident, STAYED) for ident in fit if ident not in gone)
            if why := outcome[target.ref]:
                raise Skip(why)
            return ""

        return Task(self.verb, self.title, self.line, tuple(item.target for item in self.items), remove)


STAYED = "other records stand on it"


def _changed(shown: Mapping[str, str], now: Record | None) -> str:
    """Why a record is left alone; "" when it is as it was shown."""
    if now is None:
        return "it is gone already"
    if now.in_use:
        return "a build uses it now"
    return "" if dict(_seen(now)) == shown else "it was used since"


def _seen(record: Record) -> tuple[tuple[str, str], ...]:
    return (("uses", str(record.uses)), ("used", record.last_used))


def plan(chosen: Sequence[Record]) -> CachePlan:
    """The plan that removes these records; those in use are left out of it, saying so."""
    free = [record for record in chosen if not record.in_use]
    held = len(chosen) - len(free)
    warnings = [f"{held} of them in use by a build: they stay."] if held else []
    if shared := sum(record.shared for record in free):
        warnings.append(f"{shared} shared with images: removing them frees nothing until the images go.")
    warnings.append("The next build has to do again what it would have found here.")
    items = tuple(
        Item(
            Kind.IMAGE,
            Target(record.id, record.id),
            _seen(record),
            " ".join(filter(None, (record.type, record.description))),
            record.frees,
        )
        for record in free
    )
    return CachePlan(
        VERB,
        "prune",
        items,
        line([record.id for record in free]),
        lambda job, connection, target: "",
        tuple(warnings),
        nothing="Nothing of the build cache can be removed now.",
        headline=f"Remove {len(free):,} record{'' if len(free) == 1 else 's'} of the build cache",
    )
