"""Whose statistics are streamed: so many containers at once, and beyond that each for a while in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

TURN_SECONDS = 7.0
"""How long a container keeps its place that has not shown all its figures yet; Podman sends some each 5 s."""
LEAST_SECONDS = 3.0
"""How long it keeps it at least: a stream costs most when it is opened."""
GRACE_SECONDS = 1.0
"""How long a stream that nobody wants is kept, for whoever scrolls back."""
FEW = 3
"""Who wants no more containers than this keeps their places."""


@dataclass(slots=True)
class Place:
    """A container that is streamed."""

    since: float
    """time.monotonic() when it got its place."""
    served: bool = False
    """It has shown all its figures."""
    unwanted: float | None = None
    """Since when nobody wants it; None while somebody does."""


class Turns:
    """Decides who gets one of the places; times are those of time.monotonic()."""

    def __init__(self, places: int) -> None:
        self.places: dict[str, Place] = {}
        """Who has one."""
        self._count = max(1, places)
        self._wanted: dict[str, None] = {}
        self._kept: frozenset[str] = frozenset()
        self._last: dict[str, float] = {}

    @property
    def wanted(self) -> Iterable[str]:
        """All that somebody wants, the most important first."""
        return self._wanted.keys()

    @property
    def short(self) -> bool:
        """Whether more are wanted than there are places."""
        return len(self._wanted) > self._count

    def want(self, by_whom: Mapping[object, Sequence[str]], now: float) -> None:
        """From now on these are wanted, by each the most important first."""
        few = [ids for ids in by_whom.values() if len(ids) <= FEW]
        many = [ids for ids in by_whom.values() if len(ids) > FEW]
        self._wanted = dict.fromkeys(one for ids in (*few, *many) for one in ids)
        # others must get a turn beside them
        kept = dict.fromkeys(one for ids in few for one in ids)
        self._kept = frozenset(list(kept)[: self._count // 2])
        self._last = {one: when for one, when in self._last.items() if one in self._wanted}
        for one, place in self.places.items():
            if one in self._wanted:
                place.unwanted = None
            elif place.unwanted is None:
                place.unwanted = now

    def take(self, one: str, now: float) -> None:
        """It has a place now."""
        self.places[one] = Place(now)

    def leave(self, one: str, now: float) -> None:
        """It has its place no more, and waits from now on if it is wanted."""
        if self.places.pop(one, None) is not None and one in self._wanted:
            self._last[one] = now

    def due(self, now: float, resting: Iterable[str] = ()) -> tuple[list[str], list[str]]:
        """Who has to leave, and who then takes a place; who rests takes none.

        The one that waited longest comes first, before it those that never had a turn, as they are wanted.
        """
        absent = set(resting)
        waiting = [one for one in self._wanted if one not in self.places and one not in absent]
        waiting.sort(key=lambda one: (one not in self._kept, self._last.get(one, -1.0)))
        leaving = [one for one, place in self.places.items() if self._over(place, now)]
        free = self._count - len(self.places) + len(leaving)
        idle = (one for one, place in self.places.items() if place.unwanted is not None)
        replaceable = [one for one in idle if one not in leaving]
        replaceable += [one for one, place in self.places.items() if self._has_had(one, place, now)]
        missing = max(0, len(waiting) - free)
        leaving += replaceable[:missing]
        return leaving, waiting[: free + min(missing, len(replaceable))]

    def next_change(self) -> float | None:
        """When time alone may change what is due; None when it may not."""
        idle = [place.unwanted for place in self.places.values() if place.unwanted is not None]
        ends = [when + GRACE_SECONDS for when in idle]
        if len(self._wanted) > len(self.places):
            ends += [
                place.since + _turn(place) for one, place in self.places.items() if one not in self._kept
            ]
        return min(ends, default=None)

    def _has_had(self, one: str, place: Place, now: float) -> bool:
        if one in self._kept or place.unwanted is not None:
            return False
        return now >= place.since + _turn(place)

    @staticmethod
    def _over(place: Place, now: float) -> bool:
        return place.unwanted is not None and now >= place.unwanted + GRACE_SECONDS


def _turn(place: Place) -> float:
    return LEAST_SECONDS if place.served else TURN_SECONDS
