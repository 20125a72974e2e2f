"""How far a transfer is: what the Engine tells of it item by item, added up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui.engine.errors import EngineError

WINDOW_SECONDS = 5.0
"""The rate is that of the last so many seconds."""
SAMPLE_SECONDS = 0.25
"""At least so much time lies between two samples of the rate."""
UNPACKING = 0.2
"""The share of a layer's way that unpacking it takes, when it is unpacked."""

_MOVING = frozenset({"Downloading", "Pushing", "Loading layer"})
_MOVED = frozenset({"Verifying Checksum", "Download complete", "Pushed"})
_UNPACKED = frozenset({"Extracting", "Pull complete"})
_HERE = frozenset({"Already exists", "Layer already exists"})
_NO_LAYER = ("Pulling from ", "Status: ", "Digest: ")

_DENIED = ("denied", "unauthorized", "no basic auth credentials", "authentication required")
"""Words of a registry that wants another person, or any person at all."""
_ADVICE = (
    ("connection refused", "No registry listens there: check its address, and that it runs."),
    ("no such host", "Nobody knows a registry of that name: check its address."),
    ("http response to https client", "It speaks no TLS: name it in the Engine's insecure-registries."),
    ("certificate", "The Engine does not trust its certificate: put its authority into /etc/docker/certs.d."),
    ("no space left", "The disk of the Engine, or of the registry, is full."),
    ("manifest unknown", "The repository has no such tag or digest: check it."),
    ("no matching manifest", "The image is not made for this platform: ask for another one."),
    ("tag does not exist", "Tag the image with this name first."),
    ("does not exist locally", "Tag the image with this name first."),
)
"""Words of a failure, and what to do about it; the first match counts."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, or whatever else the Engine names by an id while it works."""

    id: str
    status: str = ""
    """The Engine's word for what happens to it: "Downloading"."""
    current: int = 0
    """Bytes that went over the line."""
    total: int = 0
    """Bytes that there are; 0 while nobody told."""
    unpacked: float | None = None
    """How much of it is unpacked, 0 to 1; None when it is not known to be unpacked at all."""
    existed: bool = False
    """Whether it was there already: nothing was moved."""
    complete: bool = False
    """Whether nothing is left to do."""

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        if self.complete:
            return 1.0
        moved = min(self.current / self.total, 1.0) if self.total else 0.0
        if self.unpacked is None:
            return moved
        return moved * (1 - UNPACKING) + self.unpacked * UNPACKING


class Progress:
    """What the items of a pull, push, load or build add up to.

    One thread feeds it; others may read it meanwhile.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        self._clock = clock
        self._layers: dict[str, Layer] = {}
        self._samples: tuple[tuple[float, int], ...] = ()
        self._furthest: float | None = None
        self.note = ""
        """What it does now, in the Engine's words."""
        self.status = ""
        """The Engine's last sentence on the whole: "Downloaded newer image for nginx:1.27"."""
        self.warning = ""
        """What the Engine warns of, in its own words."""
        self.digest = ""
        """The digest of what was moved, once it is told."""

    def take(self, item: Mapping[str, Any]) -> str:
        """Take in one item; returns what is worth a line in a log: "" when only bytes were moved.

        Raises EngineError for an item that tells a failure.
        """
        if error := failure(item):
            raise error
        aux = item.get("aux")
        if isinstance(aux, Mapping) and aux.get("Digest"):
            self.digest = str(aux["Digest"])
        if stream := str(item.get("stream") or "").strip():
            self.note = self.status = stream.splitlines()[-1]
            return stream
        name, status = str(item.get("id") or ""), str(item.get("status") or "")
        if not status:
            return ""
        self.note = f"{name}: {status}" if name else status
        if not name or status.startswith(_NO_LAYER):
            return self._whole(status)
        before = self._layers.get(name, Layer(name))
        self._layers[name] = _moved(before, status, item.get("progressDetail"))
        self._sample()
        if (share := self._share()) is not None:
            self._furthest = max(share, self._furthest or 0.0)
        return self.note if status != before.status else ""

    def _whole(self, status: str) -> str:
        """A sentence on the whole."""
        if status.startswith("Digest: "):
            self.digest = status.removeprefix("Digest: ").strip()
        elif status.startswith("WARNING: "):
            self.warning = status
        else:
            self.status = status.removeprefix("Status: ")
        return self.note

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers in the order in which they were first named."""
        return tuple(self._layers.values())

    @property
    def fraction(self) -> float | None:
        """How much is done, 0 to 1; it never goes back. None when nobody can tell."""
        return self._furthest

    @property
    def done(self) -> int:
        """Bytes that went over the line."""
        return sum(layer.current for layer in self.layers)

    @property
    def total(self) -> int:
        """Bytes that there are to move, as far as that is told."""
        return sum(layer.total for layer in self.layers)

    @property
    def existed(self) -> int:
        """How many layers were there already."""
        return sum(layer.existed for layer in self.layers)

    @property
    def rate(self) -> float:
        """Bytes a second over the last few seconds; 0.0 before that can be told."""
        now, samples = self._clock(), self._samples
        begun = next((sample for sample in samples if now - sample[0] <= WINDOW_SECONDS), None)
        if begun is None or now - begun[0] < SAMPLE_SECONDS:
            return 0.0
        return (self.done - begun[1]) / (now - begun[0])

    @property
    def left(self) -> float | None:
        """Seconds until all is moved at this rate; None when nobody can tell."""
        rate, layers = self.rate, self.layers
        known = all(layer.total or layer.complete for layer in layers)
        rest = sum(layer.total - layer.current for layer in layers if not layer.complete)
        return rest / rate if known and rest > 0 and rate > 0 else None

    def _sample(self) -> None:
        now = self._clock()
        if not self._samples or now - self._samples[-1][0] >= SAMPLE_SECONDS:
            recent = (sample for sample in self._samples if now - sample[0] <= WINDOW_SECONDS)
            self._samples = (*recent, (now, self.done))

    def _share(self) -> float | None:
        """How much is done; layers that wait are counted as big as the others are on average."""
        coming = [layer for layer in self.layers if not layer.existed]
        sizes = [layer.total for layer in coming if layer.total]
        if not sizes:
            return None
        usual = sum(sizes) / len(sizes)
        # what has come and never told its size was too small to
        weights = [layer.total or (0 if layer.status in _MOVED | _UNPACKED else usual) for layer in coming]
        done = sum(layer.share * weight for layer, weight in zip(coming, weights, strict=True))
        return min(done / sum(weights), 1.0)


def _moved(layer: Layer, status: str, detail: Any) -> Layer:
    """The layer after one more item of it."""
    now = replace(layer, status=status)
    counts = detail if isinstance(detail, Mapping) else {}
    current, total = (max(int(counts.get(name) or 0), 0) for name in ("current", "total"))
    if status in _MOVING:
        # a push may send more than it foretold, and foretells nothing (-1) of what it cannot measure
        total = max(total, layer.total, current if total > 0 else 0)
        now = replace(now, current=current, total=total)
        # the Engine says no more of a loaded layer than that all of it came
        return replace(now, complete=status == "Loading layer" and 0 < total <= current)
    if status in _MOVED:
        now = replace(now, current=layer.total or layer.current)
        return replace(now, complete=status == "Pushed")
    if status == "Extracting":
        known = current / total if total else 0.0
        return replace(now, current=layer.total or layer.current, unpacked=min(known, 1.0))
    if status == "Pulling fs layer":
        return replace(now, unpacked=0.0)
    if status == "Pull complete":
        return replace(now, current=layer.total or layer.current, unpacked=1.0, complete=True)
    if status in _HERE or status.startswith("Mounted from"):
        return replace(now, existed=True, complete=True)
    return now


def failure(item: Mapping[str, Any]) -> EngineError | None:
    """What an item tells of a failure: the Engine's words, and its code where that is an HTTP status."""
    detail = item.get("errorDetail")
    detail = detail if isinstance(detail, Mapping) else {}
    words = str(item.get("error") or detail.get("message") or "")
    if not words:
        return None
    code = detail.get("code")
    status = code if isinstance(code, int) and code >= 400 else None
    return EngineError(words, status=status, advice=_advice(words))


def wants_login(words: str) -> bool:
    """Whether these are the words of a registry that wants somebody else."""
    return any(word in words.lower() for word in _DENIED)


def _advice(words: str) -> str:
    if wants_login(words):
        return "Log in to the registry first: :login"
    return next((advice for word, advice in _ADVICE if word in words.lower()), "")
