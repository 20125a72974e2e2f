"""Containers, as GET /containers/json lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

from tui.engine.kinds import Kind
from tui.engine.models.image import full_id

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"

_PODMAN_STATES = {
    "configured": "created",
    "initialized": "created",
    "stopping": "running",
    "stopped": "exited",
}
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "year": 31_536_000,
}


class Port(NamedTuple):
    """One port of a container; `public` and `ip` only when it is published."""

    private: int
    protocol: str
    public: int | None = None
    ip: str = ""


class Mount(NamedTuple):
    """One mount of a container. `source` is the volume's name for type "volume", else a path."""

    type: str
    source: str
    target: str
    writable: bool


class NetworkUse(NamedTuple):
    """A container's place in one network."""

    name: str
    network_id: str
    ip: str


@dataclass(frozen=True, slots=True)
class Container:
    """One container (GET /containers/json)."""

    kind: ClassVar[Kind] = Kind.CONTAINER

    id: str
    name: str
    """The first name, without its slash."""
    image: str
    """The image as the container was created from it: a reference or an id."""
    image_id: str
    command: str
    created: int
    """Seconds since the epoch."""
    state: str
    """created, running, paused, restarting, removing, exited or dead."""
    status: str
    """The Engine's own sentence: "Up 3 hours (healthy)"."""
    ports: tuple[Port, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    mounts: tuple[Mount, ...] = ()
    networks: tuple[NetworkUse, ...] = ()
    health: str = ""
    """healthy, unhealthy, starting, or "" without a health check."""
    exit_code: int | None = None
    since: float = field(default=0.0, compare=False)
    """When the state began, in epoch seconds, as exactly as `status` tells it; 0 when it does not."""

    @property
    def key(self) -> str:
        """What the Store knows it by."""
        return self.id

    @property
    def project(self) -> str:
        """The compose project, or ""."""
        return next((value for key, value in self.labels if key == PROJECT_LABEL), "")

    @property
    def service(self) -> str:
        """The compose service, or ""."""
        return next((value for key, value in self.labels if key == SERVICE_LABEL), "")

    @property
    def running(self) -> bool:
        """Whether it has a live process (paused and restarting containers have)."""
        return self.state in ("running", "paused", "restarting")

    @property
    def ip(self) -> str:
        """The address in its first network that gave it one, or ""."""
        return next((use.ip for use in self.networks if use.ip), "")


def decode_container(item: Mapping[str, Any], now: float) -> Container:
    """A Container from one item of GET /containers/json, fetched at `now` (epoch seconds)."""
    status = item.get("Status") or ""
    names = item.get("Names") or [item["Id"][:12]]
    networks = (item.get("NetworkSettings") or {}).get("Networks") or {}
    health, exit_code, ago = _sentence(status)
    return Container(
        id=item["Id"],
        name=min(names, key=lambda name: name.count("/")).removeprefix("/"),
        image=item.get("Image") or "",
        image_id=full_id(item.get("ImageID") or ""),
        command=item.get("Command") or "",
        created=int(item.get("Created") or 0),
        state=state_of(item.get("State") or ""),
        status=status,
        ports=tuple(sorted(map(_port, item.get("Ports") or ()), key=_port_order)),
        labels=tuple((item.get("Labels") or {}).items()),
        # an Engine lists them in another order each time
        mounts=tuple(sorted(map(_mount, item.get("Mounts") or ()), key=attrgetter("target"))),
        networks=tuple(
            NetworkUse(name, use.get("NetworkID") or "", use.get("IPAddress") or "")
            for name, use in networks.items()
            if use is not None
        ),
        health=health,
        exit_code=exit_code,
        since=0.0 if ago is None else now - ago,
    )


def state_of(word: str) -> str:
    """A container's state in Docker's word: Podman has some of its own between those."""
    return _PODMAN_STATES.get(word, word)


def _port(item: Mapping[str, Any]) -> Port:
    return Port(
        int(item["PrivatePort"]), item.get("Type") or "tcp", item.get("PublicPort"), item.get("IP") or ""
    )


def _port_order(port: Port) -> tuple[int, str, int, str]:
    return (port.private, port.protocol, port.public or 0, port.ip)


def _mount(item: Mapping[str, Any]) -> Mount:
    kind = item.get("Type") or ""
    source = item.get("Name") if kind == "volume" else item.get("Source")
    return Mount(kind, source or "", item.get("Destination") or "", bool(item.get("RW", True)))


# The Engine's sentences are taken apart without regular expressions: compiling those costs at every start.


@lru_cache(maxsize=1000)
def _sentence(status: str) -> tuple[str, int | None, float | None]:
    """Health, exit code and age of a status: among thousands of containers few sentences are different."""
    return _health(status), _exit_code(status), _ago(status)


def _health(status: str) -> str:
    """From "Up 3 hours (healthy)" or "Up 2 seconds (health: starting)"."""
    word = status.rpartition("(")[2].removesuffix(")").removeprefix("health: ")
    return word if word in ("healthy", "unhealthy", "starting") else ""


def _exit_code(status: str) -> int | None:
    """From "Exited (137) 3 hours ago" or "Restarting (1) 5 seconds ago"."""
    word, opening, rest = status.partition(" (")
    if not opening or word not in ("Exited", "Restarting", "Dead"):
        return None
    code = rest.partition(")")[0]
    return int(code) if code.removeprefix("-").isdigit() else None


def _ago(status: str) -> float | None:
    """Seconds in "Up 3 hours", "Up About a minute", "Exited (0) 2 days ago", "Up Less than a second"."""
    words = status.split()
    for number, unit in pairwise(words):
        seconds = _SECONDS.get(unit.removesuffix("s"))
        if seconds is not None:
            if "Less" in words:
                return 0.0
            return float((int(number) if number.isdigit() else 1) * seconds)
    return None
