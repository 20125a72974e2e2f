"""GET /_ping, /version, /info, /events and /system/df."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator

from tui.demo import build_cache, filters, images, shapes, volumes
from tui.demo.events import Event, wanted
from tui.demo.formats import rfc3339, seconds
from tui.demo.models import JSON, Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.stats import CPUS, MEMORY
from tui.demo.watch import Watch
from tui.demo.wire import ENGINE, OLDEST, VERSION, Reply, Request, Stream, as_json
from tui.demo.world import World

BUILT = "2025-01-22T13:41:48.000000000+00:00"
KERNEL = "6.12.0-demo"
DOTTED = ".".join(map(str, VERSION)), ".".join(map(str, OLDEST))
KINDS = ("container", "image", "volume", "build-cache")


def ping(world: World, request: Request) -> Answer:
    """GET and HEAD /_ping."""
    headers = {
        "Builder-Version": "1",
        "Cache-Control": "no-cache, no-store, must-revalidate",
        "Pragma": "no-cache",
        "Swarm": "inactive",
    }
    return Reply(200, b"OK", "text/plain; charset=utf-8", headers)


def version(world: World, request: Request) -> Answer:
    """GET /version."""
    newest, oldest = DOTTED
    details = {
        "ApiVersion": newest,
        "Arch": "amd64",
        "BuildTime": BUILT,
        "Experimental": "false",
        "GitCommit": "demo",
        "GoVersion": "go1.22.11",
        "KernelVersion": KERNEL,
        "MinAPIVersion": oldest,
        "Os": "linux",
    }
    components: list[JSON] = [{"Name": "Engine", "Version": ENGINE, "Details": details}]
    others = (("containerd", "1.7.25"), ("runc", "1.2.4"), ("docker-init", "0.19.0"))
    components += [{"Name": name, "Version": number, "Details": {"GitCommit": ""}} for name, number in others]
    return as_json(
        {
            "Platform": {"Name": "Wharf demo Engine"},
            "Components": components,
            "Version": ENGINE,
            **{key: value for key, value in details.items() if key != "Experimental"},
        }
    )


def info(world: World, request: Request) -> Answer:
    """GET /info, with what `docker info` shows."""
    states = [one.status for one in world.containers.values()]
    paused = states.count("paused")
    # one that waits to be started again counts as stopped
    running = states.count("running")
    return as_json(
        {
            "ID": world.digest("engine")[:36],
            "Containers": len(states),
            "ContainersRunning": running,
            "ContainersPaused": paused,
            "ContainersStopped": len(states) - running - paused,
            "Images": len(world.images),
            "Driver": "overlay2",
            "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
            "Plugins": {
                "Volume": ["local"],
                "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"],
                "Authorization": None,
                "Log": ["json-file", "local"],
            },
            **dict.fromkeys(FEATURES, True),
            **({"KernelMemory": False} if request.version < (1, 42) else {}),
            "BridgeNfIptables": True,
            "BridgeNfIp6tables": True,
            "Debug": False,
            "NFd": 40 + len(states),
            "OomKillDisable": False,
            "NGoroutines": 60,
            "SystemTime": rfc3339(world.now()),
            "LoggingDriver": "json-file",
            "CgroupDriver": "systemd",
            "CgroupVersion": "2",
            "NEventsListener": world.events.listeners,
            "KernelVersion": KERNEL,
            "OperatingSystem": "Wharf demo (no Docker)",
            "OSVersion": "1",
            "OSType": "linux",
            "Architecture": "x86_64",
            "IndexServerAddress": "",
            "RegistryConfig": {
                "InsecureRegistryCIDRs": ["127.0.0.0/8"],
                "IndexConfigs": {
                    "docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}
                },
                "Mirrors": None,
                **(FOREIGN if request.version < (1, 47) else {}),
            },
            "NCPU": CPUS,
            "MemTotal": MEMORY,
            "GenericResources": None,
            "DockerRootDir": shapes.ROOT,
            "HttpProxy": "",
            "HttpsProxy": "",
            "NoProxy": "",
            "Name": "demo",
            "Labels": [],
            "ExperimentalBuild": False,
            "ServerVersion": ENGINE,
            "Runtimes": {name: _runtime(request) for name in ("io.containerd.runc.v2", "runc")},
            "DefaultRuntime": "runc",
            "Swarm": {
                "NodeID": "",
                "NodeAddr": "",
                "LocalNodeState": "inactive",
                "ControlAvailable": False,
                "Error": "",
                "RemoteManagers": None,
            },
            "LiveRestoreEnabled": False,
            "Isolation": "",
            "InitBinary": "docker-init",
            **{name: {"ID": "demo", "Expected": "demo"} for name in COMMITS},
            **({"Containerd": CONTAINERD} if request.version >= (1, 46) else {}),
            "SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns"],
            "CDISpecDirs": ["/etc/cdi", "/var/run/cdi"],
            "Warnings": None,
        }
    )


FEATURES = (
    *("MemoryLimit", "SwapLimit", "CpuCfsPeriod", "CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit"),
    "IPv4Forwarding",
)
FOREIGN = dict.fromkeys(
    ("AllowNondistributableArtifactsCIDRs", "AllowNondistributableArtifactsHostnames"), None
)
"""What the Engine once allowed, and tells older clients that it allows no more."""
COMMITS = ("ContainerdCommit", "RuncCommit", "InitCommit")
CONTAINERD = {
    "Address": "/run/containerd/containerd.sock",
    "Namespaces": {"Containers": "moby", "Plugins": "plugins.moby"},
}


def _runtime(request: Request) -> JSON:
    features = {"org.opencontainers.runtime-spec.features": "{}"}
    return {"path": "runc", **({"status": features} if request.version >= (1, 44) else {})}


def events(world: World, request: Request) -> Answer:
    """GET /events: what `since` brings back, then what happens until `until` or for ever."""
    asked = filters.parsed(request, None)
    since, until = _moment(request, "since"), _moment(request, "until")
    past: list[Event] = []
    if since is not None:
        latest = math.inf if until is None else until * 1e9
        past = [one for one in world.events.recent if since * 1e9 <= one.nanos <= latest]
    return Stream(_told(world, Watch(world), past, asked, math.inf if until is None else until))


async def _told(
    world: World, watch: Watch, past: list[Event], asked: filters.Filters, until: float
) -> AsyncIterator[bytes]:
    with watch:
        for event in past:
            if wanted(event, asked):
                yield _line(event)
        while world.now() < until:
            news = await watch.next(until - world.now())
            if news is not None and wanted(news, asked):
                yield _line(news)


def _line(event: Event) -> bytes:
    return shapes.dumps(event.json()).encode("utf-8", "replace") + b"\n"


def _moment(request: Request, name: str) -> float | None:
    text = request.query.get(name)
    if not text:
        return None
    try:
        return seconds(text)
    except ValueError:
        raise Refusal(500, f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def disk_usage(world: World, request: Request) -> Answer:
    """GET /system/df; `type` leaves out what was not asked for."""
    kinds: tuple[str, ...] = KINDS
    if "type" in request.query:
        kinds = (request.query["type"],)
        if kinds[0] not in KINDS:
            raise Refusal(400, f"unknown object type: {kinds[0]}")
    usage: JSON = {"LayersSize": images.disk_usage(world) if "image" in kinds else 0}
    usage["Images"] = usage["Containers"] = usage["Volumes"] = usage["BuildCache"] = None
    if "image" in kinds:
        usage["Images"] = [
            images.row(
                one,
                request.version,
                containers=len(world.users_of_image(one)),
                shared=images.shared_size(world, one),
            )
            | {"RepoDigests": list(one.digests) or None}
            for one in world.images.values()
            if not one.hidden
        ]
    if "container" in kinds:
        usage["Containers"] = [shapes.sized_row(world, one) for one in world.containers.values()]
    if "volume" in kinds:
        usage["Volumes"] = [
            volumes.shape(one)
            | {"UsageData": {"RefCount": len(world.users_of_volume(one.name)), "Size": one.size}}
            for one in world.volumes.values()
        ]
    if "build-cache" in kinds:
        usage["BuildCache"] = build_cache.rows(world, request.version)
    return as_json(usage)


ROUTES: Routes = (
    ("GET", "/_ping", ping),
    ("HEAD", "/_ping", ping),
    ("GET", "/version", version),
    ("GET", "/info", info),
    ("GET", "/events", events),
    ("GET", "/system/df", disk_usage),
)
