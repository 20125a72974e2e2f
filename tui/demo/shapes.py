"""A container as the list and inspect show it (GET /containers/json, /containers/{id}/json)."""

from __future__ import annotations

import json

from tui.demo.formats import human_duration, rfc3339
from tui.demo.models import JSON, Container, Refusal
from tui.demo.world import World

ROOT = "/var/lib/docker"


dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""JSON as the Engine writes it: no spaces, UTF-8."""


def list_json(world: World, containers: list[Container]) -> str:
    """The whole answer of GET /containers/json; what did not change is not written again."""
    now = world.now()
    parts: list[str] = []
    for container in containers:
        if container.row is None:
            head, tail = _halves(world, container)
            container.row = dumps(head)[:-1] + ',"Status":', "," + dumps(tail)[1:]
        before, after = container.row
        parts.append(f'{before}"{status(container, now)}"{after}')
    return "[" + ",".join(parts) + "]"


def sized_row(world: World, container: Container) -> JSON:
    """One row under `size=1`, and of GET /system/df."""
    head, tail = _halves(world, container)
    sizes = {"SizeRw": container.size_rw} if container.size_rw else {}
    sizes["SizeRootFs"] = root_size(world, container)
    return {**head, **sizes, "Status": status(container, world.now()), **tail}


def status(container: Container, now: float) -> str:
    """The sentence of `docker ps`: `Up 3 hours (healthy)`, `Exited (137) 2 hours ago`."""
    since_start = human_duration(now - container.started) if container.started is not None else ""
    since_end = human_duration(now - container.finished) if container.finished is not None else ""
    if container.status == "paused":
        return f"Up {since_start} (Paused)"
    if container.status == "restarting":
        return f"Restarting ({container.exit_code}) {since_end} ago"
    if container.status == "running" and container.health:
        health = container.health.status
        return f"Up {since_start} ({'health: starting' if health == 'starting' else health})"
    if container.status == "running":
        return f"Up {since_start}"
    if container.status == "dead":
        return "Dead"
    if container.status == "created" or container.started is None:
        return "Created"
    return f"Exited ({container.exit_code}) {since_end} ago"


def root_size(world: World, container: Container) -> int:
    """Bytes of its image and of its own layer together."""
    image = world.images.get(container.image_id)
    return (image.size if image else 0) + container.size_rw


def command(container: Container) -> list[str]:
    """Path and Args as one list."""
    return [*(container.config["Entrypoint"] or ()), *(container.config["Cmd"] or ())]


def inspect(world: World, container: Container, *, size: bool) -> JSON:
    """The object of GET /containers/{id}/json."""
    path, *args = command(container)
    started = container.started is not None
    folder = f"{ROOT}/containers/{container.id}"
    sizes = {"SizeRw": container.size_rw, "SizeRootFs": root_size(world, container)} if size else {}
    return {
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": path,
        "Args": args,
        "State": _state(container),
        "Image": container.image_id,
        "ResolvConfPath": f"{folder}/resolv.conf" if started else "",
        "HostnamePath": f"{folder}/hostname" if started else "",
        "HostsPath": f"{folder}/hosts" if started else "",
        "LogPath": f"{folder}/{container.id}-json.log" if started else "",
        "Name": f"/{container.name}",
        "RestartCount": container.restarts,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "docker-default" if started else "",
        "ExecIDs": [one.exec_id for one in container.processes if not one.is_main] or None,
        "HostConfig": container.host,
        "GraphDriver": _graph(world, container),
        **sizes,
        "Mounts": container.mounts,
        "Config": container.config,
        "NetworkSettings": _network_settings(world, container),
    }


def reachable(container: Container) -> Container:
    """The container itself when it has a process to look at; Refusal 409."""
    if not container.alive:
        raise Refusal(409, f"container {container.id} is not running")
    if container.status == "restarting":
        raise Refusal(409, f"Container {container.id} is restarting, wait until the container is running")
    return container


def _halves(world: World, container: Container) -> tuple[JSON, JSON]:
    head: JSON = {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": _shown_image(world, container),
        "ImageID": container.image_id,
        "Command": _one_line(command(container)),
        "Created": int(container.created),
        "Ports": _ports(container),
        "Labels": container.labels,
        "State": container.status,
    }
    tail: JSON = {
        "HostConfig": {"NetworkMode": container.host["NetworkMode"]},
        "NetworkSettings": {
            "Networks": {name: one | {"DNSNames": None} for name, one in container.networks.items()}
        },
        "Mounts": [_listed_mount(container, mount) for mount in container.mounts],
    }
    return head, tail


def _listed_mount(container: Container, mount: JSON) -> JSON:
    return {**mount, "Source": ""} if mount.get("Name") in container.anonymous else mount


def _shown_image(world: World, container: Container) -> str:
    """The name it was made with, or the image's id once that name points elsewhere."""
    image = world.images.get(container.image_id)
    if image is None:
        return container.image_id
    if container.image in image.tags:
        return container.image
    try:
        return container.image if world.image(container.image) is image else container.image_id
    except Refusal:
        return container.image_id


def _one_line(words: list[str]) -> str:
    first, *rest = words
    return " ".join([first, *(f"'{word}'" if " " in word else word for word in rest)])


def _ports(container: Container) -> list[JSON]:
    rows: list[JSON] = []
    for port, bindings in container.ports.items():
        number, _, protocol = port.partition("/")
        if not bindings:
            rows.append({"PrivatePort": int(number), "Type": protocol})
        rows += [
            {
                "IP": binding["HostIp"],
                "PrivatePort": int(number),
                "PublicPort": int(binding["HostPort"]),
                "Type": protocol,
            }
            for binding in bindings or ()
        ]
    return rows


def _state(container: Container) -> JSON:
    state: JSON = {
        "Status": container.status,
        "Running": container.alive,
        "Paused": container.status == "paused",
        "Restarting": container.status == "restarting",
        "OOMKilled": container.oom,
        "Dead": container.status == "dead",
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": rfc3339(container.started),
        "FinishedAt": rfc3339(container.finished),
    }
    if container.health:
        state["Health"] = {
            "Status": container.health.status,
            "FailingStreak": container.health.failing_streak,
            "Log": container.health.log,
        }
    return state


def _graph(world: World, container: Container) -> JSON:
    own = f"{ROOT}/overlay2/{world.digest(f'layer:{container.id}')}"
    lower = f"{own}-init/diff:{ROOT}/overlay2/{world.digest(container.image_id)}/diff"
    data = {
        "LowerDir": lower,
        "MergedDir": f"{own}/merged",
        "UpperDir": f"{own}/diff",
        "WorkDir": f"{own}/work",
    }
    return {"Data": data, "Name": "overlay2"}


def _network_settings(world: World, container: Container) -> JSON:
    bridge = container.networks.get("bridge", {})
    running = container.alive and container.status != "restarting"
    sandbox = world.digest(f"sandbox:{container.id}:{container.started}") if running else ""
    return {
        "Bridge": "",
        "SandboxID": sandbox,
        "SandboxKey": f"/var/run/docker/netns/{sandbox[:12]}" if sandbox else "",
        "Ports": container.ports,
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "EndpointID": bridge.get("EndpointID", ""),
        "Gateway": bridge.get("Gateway", ""),
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAddress": bridge.get("IPAddress", ""),
        "IPPrefixLen": bridge.get("IPPrefixLen", 0),
        "IPv6Gateway": "",
        "MacAddress": bridge.get("MacAddress", ""),
        "Networks": container.networks,
    }
