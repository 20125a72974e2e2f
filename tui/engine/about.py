"""What an Engine says of itself when it is asked: its release, its host and its plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from tui.engine.answers import Found, json_of, number, read_as, word
from tui.engine.errors import EngineError, Unreachable

if TYPE_CHECKING:
    from tui.engine.connection import Connection

ENABLE_SECONDS = 30
"""How long the Engine waits for an enabled plugin's socket, as `docker plugin enable` has it wait."""

Decoded = TypeVar("Decoded")

_DEBUGGED = (("open files", "NFd"), ("goroutines", "NGoroutines"), ("listeners", "NEventsListener"))


@dataclass(frozen=True, slots=True)
class Part:
    """A program that the Engine works with: containerd, runc, docker-init."""

    name: str
    version: str
    commit: str


@dataclass(frozen=True, slots=True)
class Release:
    """What GET /version says; "" for what it does not."""

    platform: str
    version: str
    api: str
    """The newest API it speaks."""
    least_api: str
    go: str
    commit: str
    os: str
    arch: str
    kernel: str
    built: str
    """RFC 3339."""
    experimental: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Swarm:
    """What GET /info says of the swarm; "", 0 or () for what it does not."""

    state: str
    """inactive, pending, active, error or locked."""
    role: str
    """manager or worker; "" outside a swarm."""
    error: str
    node: str
    """This node's id."""
    address: str
    cluster: str
    """The swarm's id, which only managers know, as the two numbers."""
    nodes: int
    managers: int
    manager_addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Host:
    """What GET /info says of the Engine's machine and settings; "", 0 or () for what it does not."""

    id: str
    name: str
    system: str
    """The operating system in its own words: "Debian GNU/Linux 12 (bookworm)"."""
    os: str
    arch: str
    kernel: str
    cpus: int
    memory: int
    """Bytes."""
    root: str
    """The folder of the Engine's data."""
    containers: int
    running: int
    paused: int
    stopped: int
    images: int
    storage: str
    """The storage driver."""
    storage_status: tuple[tuple[str, str], ...]
    logging: str
    """The logging driver."""
    cgroup_driver: str
    cgroup_version: str
    runtimes: tuple[str, ...]
    default_runtime: str
    security: tuple[str, ...]
    init: str
    """The program that `--init` puts before a container's own."""
    swarm: Swarm
    mirrors: tuple[str, ...]
    """Registries that are asked instead of Docker Hub."""
    insecure: tuple[str, ...]
    """Registries and networks reached without TLS, or without verifying it."""
    proxies: tuple[tuple[str, str], ...]
    """HTTP, HTTPS and what goes without a proxy."""
    pools: tuple[str, ...]
    """What new networks get their addresses from: "10.200.0.0/16, size 24"."""
    firewall: str
    """What writes the rules of published ports: iptables, nftables."""
    cdi: tuple[str, ...]
    """Folders in which devices are described (Container Device Interface)."""
    devices: tuple[str, ...]
    """Devices found there: "cdi: vendor.com/gpu=0"."""
    resources: tuple[str, ...]
    """What the machine offers to services besides CPUs and memory: "gpu=4"."""
    live_restore: bool
    """Whether containers go on while the Engine is away."""
    debug: bool
    debugged: tuple[tuple[str, str], ...]
    """What `docker info` tells of an Engine in debug mode only: open files, goroutines, listeners."""
    labels: tuple[str, ...]
    plugins: tuple[tuple[str, tuple[str, ...]], ...]
    """What is built in, or was installed as a program, by what it is for: Volume, Network, Log …"""
    warnings: tuple[str, ...]
    """The Engine's own sentences."""


@dataclass(frozen=True, slots=True)
class About:
    """Both answers, or the one that came, and why the other did not."""

    release: Release | None
    host: Host | None
    errors: tuple[EngineError, ...] = ()
    raw: Found = field(default_factory=dict)
    """The answers as they came, by "version" and "info"."""

    def over(self, before: About | None) -> About:
        """This, with what was known before where the Engine could not be reached at all."""
        lost = any(isinstance(error, Unreachable) for error in self.errors)
        if before is None or not lost:
            return self
        return About(
            self.release or before.release, self.host or before.host, self.errors, {**before.raw, **self.raw}
        )


@dataclass(frozen=True, slots=True)
class Plugin:
    """An installed plugin (GET /plugins), with the Engine's exact strings."""

    id: str
    name: str
    enabled: bool
    description: str
    types: tuple[str, ...]
    """What it is for: "docker.volumedriver/1.0"."""
    reference: str
    """What it was installed from."""


# Asking


def ask_about(connection: Connection) -> About:
    """Ask what the Engine is (GET /version, GET /info). Never raises: `About.errors` says what failed."""
    raw: dict[str, Any] = {}
    errors: list[EngineError] = []

    def told(name: str, decode: Callable[[Found], Decoded]) -> Decoded | None:
        if errors and isinstance(errors[0], Unreachable):
            return None
        try:
            raw[name] = json_of(connection, f"/{name}")
            return read_as(decode, raw[name], f"what the Engine says at /{name}")
        except EngineError as error:
            errors.append(error)
        return None

    release, host = told("version", decode_release), told("info", decode_host)
    return About(release, host, tuple(errors), raw)


def ask_plugins(connection: Connection) -> list[Plugin]:
    """The installed plugins (GET /plugins). Raises EngineError."""
    found = json_of(connection, "/plugins")
    return read_as(lambda told: [decode_plugin(one) for one in told or ()], found, "the list of plugins")


def inspect_plugin(connection: Connection, name: str) -> dict[str, Any]:
    """One plugin whole (GET /plugins/{name}/json). Raises EngineError."""
    return dict(json_of(connection, f"/plugins/{quote(name, safe='/:')}/json"))


def turn_plugin(connection: Connection, name: str, *, on: bool) -> None:
    """Turn a plugin on or off (POST /plugins/{name}/enable, …/disable). Raises EngineError."""
    way, params = ("enable", {"timeout": ENABLE_SECONDS}) if on else ("disable", None)
    connection.ask("POST", f"/plugins/{quote(name, safe='/:')}/{way}", params=params)


# Decoding


def decode_release(found: Found) -> Release:
    """A Release from GET /version; Podman's says the same with other parts."""
    parts = [
        Part(word(one, "Name"), word(one, "Version"), word(one.get("Details") or {}, "GitCommit"))
        for one in found.get("Components") or ()
    ]
    return Release(
        platform=word(found.get("Platform") or {}, "Name"),
        version=word(found, "Version"),
        api=word(found, "ApiVersion"),
        least_api=word(found, "MinAPIVersion"),
        go=word(found, "GoVersion"),
        commit=word(found, "GitCommit"),
        os=word(found, "Os"),
        arch=word(found, "Arch"),
        kernel=word(found, "KernelVersion"),
        built=word(found, "BuildTime"),
        experimental=bool(found.get("Experimental")),
        # the Engine is among its own parts
        parts=tuple(one for one in parts if one.name not in ("Engine", "Podman Engine")),
    )


def decode_host(found: Found) -> Host:
    """A Host from GET /info."""
    registries = found.get("RegistryConfig") or {}
    indexes = (registries.get("IndexConfigs") or {}).values()
    named = (one["Name"] for one in indexes if one and not one.get("Secure", True))
    proxies = (("HTTP", "HttpProxy"), ("HTTPS", "HttpsProxy"), ("without", "NoProxy"))
    return Host(
        id=word(found, "ID"),
        name=word(found, "Name"),
        system=word(found, "OperatingSystem"),
        os=word(found, "OSType"),
        arch=word(found, "Architecture"),
        kernel=word(found, "KernelVersion"),
        cpus=number(found, "NCPU"),
        memory=number(found, "MemTotal"),
        root=word(found, "DockerRootDir"),
        containers=number(found, "Containers"),
        running=number(found, "ContainersRunning"),
        paused=number(found, "ContainersPaused"),
        stopped=number(found, "ContainersStopped"),
        images=number(found, "Images"),
        storage=word(found, "Driver"),
        storage_status=tuple((str(one[0]), str(one[1])) for one in found.get("DriverStatus") or ()),
        logging=word(found, "LoggingDriver"),
        cgroup_driver=word(found, "CgroupDriver"),
        cgroup_version=word(found, "CgroupVersion"),
        runtimes=_words(found.get("Runtimes")),
        default_runtime=word(found, "DefaultRuntime"),
        security=_words(found.get("SecurityOptions")),
        init=word(found, "InitBinary"),
        swarm=decode_swarm(found.get("Swarm") or {}),
        mirrors=_words(registries.get("Mirrors")),
        insecure=(*_words(registries.get("InsecureRegistryCIDRs")), *map(str, named)),
        proxies=tuple((label, word(found, key)) for label, key in proxies if found.get(key)),
        pools=tuple(
            f"{word(one, 'Base')}, size {word(one, 'Size')}" for one in found.get("DefaultAddressPools") or ()
        ),
        firewall=word(found.get("FirewallBackend") or {}, "Driver"),
        cdi=_words(found.get("CDISpecDirs")),
        devices=tuple(
            f"{word(one, 'Source')}: {word(one, 'ID')}" for one in found.get("DiscoveredDevices") or ()
        ),
        resources=tuple(_resource(one) for one in found.get("GenericResources") or ()),
        live_restore=bool(found.get("LiveRestoreEnabled")),
        debug=bool(found.get("Debug")),
        debugged=tuple(
            (label, word(found, key)) for label, key in _DEBUGGED if found.get("Debug") and key in found
        ),
        labels=_words(found.get("Labels")),
        plugins=tuple((str(use), _words(names)) for use, names in (found.get("Plugins") or {}).items()),
        warnings=_words(found.get("Warnings")),
    )


def decode_swarm(found: Found) -> Swarm:
    """A Swarm from its part of GET /info."""
    active = found.get("LocalNodeState") == "active"
    return Swarm(
        state=word(found, "LocalNodeState"),
        role=("manager" if found.get("ControlAvailable") else "worker") if active else "",
        error=word(found, "Error"),
        node=word(found, "NodeID"),
        address=word(found, "NodeAddr"),
        cluster=word(found.get("Cluster") or {}, "ID"),
        nodes=number(found, "Nodes"),
        managers=number(found, "Managers"),
        manager_addresses=tuple(word(one, "Addr") for one in found.get("RemoteManagers") or ()),
    )


def decode_plugin(found: Found) -> Plugin:
    """A Plugin from one element of GET /plugins."""
    config = found.get("Config") or {}
    types = (config.get("Interface") or {}).get("Types") or ()
    return Plugin(
        id=word(found, "Id"),
        name=str(found["Name"]),
        enabled=bool(found.get("Enabled")),
        description=word(config, "Description"),
        types=tuple(map(_type, types)),
        reference=word(found, "PluginReference"),
    )


def _type(found: Any) -> str:
    """A capability as text: an Engine gives it in parts, or as one string."""
    if isinstance(found, Mapping):
        return f"{found.get('Prefix')}.{found.get('Capability')}/{found.get('Version')}"
    return str(found)


def _resource(found: Mapping[str, Any]) -> str:
    """A resource as `docker info` writes it: one of a name and a value, or of a name and how many."""
    told = found.get("NamedResourceSpec") or found.get("DiscreteResourceSpec") or {}
    return f"{word(told, 'Kind')}={word(told, 'Value')}"


def _words(found: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(str(one) for one in found or () if one)
