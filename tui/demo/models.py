"""What the demo's world is made of: containers, images, networks and volumes, all changeable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
"""A JSON object, keyed as the Engine keys it."""

Tell = Callable[[tuple[int, bytes] | None], None]
"""Takes output with 1 for stdout or 2 for stderr, and None at the end; from any thread."""


class Refusal(Exception):
    """The Engine's answer to a request that it will not do: an HTTP status and its sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Health:
    """What a container's health check has found so far."""

    status: str
    failing_streak: int = 0
    log: list[JSON] = field(default_factory=list)
    """The last probes, oldest first: Start, End, ExitCode, Output."""


@dataclass
class LogLine:
    """One line of a container's log, without its newline."""

    at: float
    stream: int
    """1 is stdout, 2 is stderr."""
    text: bytes


@dataclass(frozen=True)
class Run:
    """A time in which a container's main process was at work."""

    began: float
    ended: float | None = None
    """None while it goes on."""
    resumed: bool = False
    """It went on after a pause: it does not introduce itself again."""


@dataclass
class Container:
    """One container: what it was made from, and the state it is in now."""

    id: str
    name: str
    """Without the leading slash."""
    image: str
    """The reference it was created with."""
    image_id: str
    created: float
    config: JSON
    host: JSON
    """HostConfig, as inspect shows it."""
    status: str = "created"
    """created, running, paused, restarting, exited or dead."""
    started: float | None = None
    finished: float | None = None
    exit_code: int = 0
    error: str = ""
    pid: int = 0
    restarts: int = 0
    oom: bool = False
    health: Health | None = None
    networks: dict[str, JSON] = field(default_factory=dict)
    """EndpointSettings by network name."""
    mounts: list[JSON] = field(default_factory=list)
    anonymous: list[str] = field(default_factory=list)
    """Volumes made for this container without a name: removed with it under `v=1`."""
    ports: dict[str, list[JSON] | None] = field(default_factory=dict)
    """NetworkSettings.Ports while it runs."""
    size_rw: int = 0
    graceful: int = 143
    """The exit code when its main process is asked to stop."""
    runs: list[Run] = field(default_factory=list)
    """What the log is made from, oldest first."""
    written: list[LogLine] = field(default_factory=list)
    """Lines beside the ones that its service writes by itself."""
    files: Any = field(default=None, repr=False, compare=False)
    """Its file system once somebody has looked inside."""
    processes: list[Any] = field(default_factory=list, repr=False, compare=False)
    """Its processes that are played: the main one first, then those of exec."""
    spawned: int = 0
    """How many processes were played in it."""
    attached: list[Tell] = field(default_factory=list, repr=False, compare=False)
    """Who is told what its main process writes, and None when it has ended."""
    row: tuple[str, str] | None = field(default=None, repr=False, compare=False)
    """The list's JSON before and after `Status`; any assignment to a field clears it."""

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        if name != "row" and self.row is not None:
            object.__setattr__(self, "row", None)

    @property
    def alive(self) -> bool:
        """Whether the Engine counts it as running: paused and restarting ones are."""
        return self.status in ("running", "paused", "restarting")

    @property
    def main(self) -> Any:
        """Its main process, when that is played; None for a service, whose log is all there is of it."""
        return next((one for one in self.processes if one.is_main), None)

    @property
    def labels(self) -> dict[str, str]:
        """Config.Labels."""
        labels: dict[str, str] = self.config["Labels"]
        return labels

    @property
    def volumes(self) -> list[str]:
        """The names of the volumes that it mounts."""
        return [mount["Name"] for mount in self.mounts if mount["Type"] == "volume"]


@dataclass
class Layer:
    """One layer of an image with the step that made it."""

    digest: str
    """sha256:…; layers with the same digest are shared on disk."""
    size: int
    made_by: str


@dataclass
class Image:
    """One image, with every reference that points to it."""

    id: str
    created: float
    config: JSON
    layers: list[Layer]
    tags: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    """repository@sha256:…"""
    parent: str = ""
    hidden: bool = False
    """An intermediate step of a build: listed only with `all=1`."""
    tagged: float | None = None
    steps: list[str] = field(default_factory=list)
    """Build steps that made no layer, newest last."""
    author: str = ""
    comment: str = "buildkit.dockerfile.v0"

    @property
    def size(self) -> int:
        """Bytes of all its layers."""
        return sum(layer.size for layer in self.layers)

    @property
    def references(self) -> list[str]:
        """Tags, then digests."""
        return [*self.tags, *self.digests]

    @property
    def dangling(self) -> bool:
        """Whether no reference points to it and no build goes through it."""
        return not self.references and not self.hidden

    @property
    def labels(self) -> dict[str, str]:
        """Config.Labels, empty when there are none."""
        return self.config["Labels"] or {}


@dataclass
class Network:
    """One network with the hosts that are on it."""

    id: str
    name: str
    created: float
    driver: str = "bridge"
    subnet: str = ""
    """CIDR; empty for host and none."""
    gateway: str = ""
    internal: bool = False
    attachable: bool = False
    ipam_options: JSON | None = None
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)
    """Container id to host number within the subnet, for running containers only."""

    @property
    def builtin(self) -> bool:
        """Whether the Engine made it and will not remove it."""
        return self.name in ("bridge", "host", "none")


@dataclass
class Volume:
    """One volume."""

    name: str
    created: float
    driver: str = "local"
    labels: dict[str, str] | None = None
    options: dict[str, str] | None = None
    anonymous: bool = False
    size: int = 0
    """Bytes on disk."""
