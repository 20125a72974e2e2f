"""The demo's story: a web shop with its database, its troubles and a second project that watches it."""

from __future__ import annotations

from collections.abc import Callable

from tui.demo import build_cache, lifecycle, making, networks, plugins, shop_images, volumes
from tui.demo.events import EventLog
from tui.demo.formats import rfc3339
from tui.demo.life import FIRST_WAIT, LONGEST_WAIT
from tui.demo.models import JSON, Health, LogLine, Network
from tui.demo.shop_roles import DAY, NETWORKS, ROLES, SECOND, VOLUMES, Role
from tui.demo.world import World


def build(world: World) -> None:
    """Fill an empty world, as of its clock's now; its events tell only how what is down came to its end."""
    clock, now = world.clock, world.now()
    try:
        shop_images.build(world)
        build_cache.build(world)
        world.plugins = plugins.installed(world)
        for name, driver, subnet in (
            ("bridge", "bridge", "172.17.0.0/16"),
            ("host", "host", ""),
            ("none", "null", ""),
        ):
            network = Network(world.fresh_id("network"), name, now - 19.5 * DAY, driver, subnet)
            network.gateway = "172.17.0.1" if subnet else ""
            network.options = BRIDGE_OPTIONS if subnet else {}
            world.networks[network.id] = network
        for name, age, subnet, project in NETWORKS:
            world.clock = _at(now - age)
            labels = (
                {"com.docker.compose.network": name.partition("_")[2]} | _project(project) if project else {}
            )
            networks.create(world, {"Name": name, "Labels": labels, "IPAM": {"Config": [{"Subnet": subnet}]}})
        for name, age, size, project in VOLUMES:
            world.clock = _at(now - age)
            labels = (
                {"com.docker.compose.volume": name.partition("_")[2]} | _project(project) if project else {}
            )
            volumes.create(world, {"Name": name, "Labels": labels}).size = size
        for role in sorted(ROLES, key=lambda role: -role.created):
            _play(world, role, now)
        world.events = EventLog()
        _tell_ends(world, now)
    finally:
        world.clock = clock


BRIDGE_OPTIONS = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}


def _play(world: World, role: Role, now: float) -> None:
    world.clock = _at(now - role.created)
    container = making.create(world, role.name, _body(role))
    container.size_rw = role.written
    container.graceful = role.graceful
    if role.started is None:
        return
    world.clock = _at(now - role.started)
    lifecycle.launch(world, container)
    container.restarts = role.restarts
    if role.health:
        container.health = _health(role, now)
    if role.state == "paused":
        lifecycle.pause(world, container)
    if role.ended is not None:
        world.clock = _at(now - role.ended)
        lifecycle.halt(world, container, role.code)
        container.written += [LogLine(world.now(), 2, role.wrote.encode())] if role.wrote else []
        container.status, container.oom = role.state, role.oom


def _tell_ends(world: World, now: float) -> None:
    """Tell the runs of the containers that are down, in order of time."""
    told: list[tuple[float, str, str, dict[str, str]]] = []
    for role in ROLES:
        if role.started is None or role.ended is None:
            continue
        began, lasted = now - role.started, role.started - role.ended
        die = {"execDuration": str(int(lasted)), "exitCode": str(role.code)}
        for left in reversed(range(max(role.restarts, 1))):
            told.append((began, role.name, "start", {}))
            told += [(began + lasted, role.name, "oom", {})] if role.oom else []
            told.append((began + lasted, role.name, "die", die))
            # an Engine waits longer from one try to the next
            began -= lasted + min(FIRST_WAIT * 2**left / 2, LONGEST_WAIT)
    # a sort keeps the order of what is told for the same moment
    for at, name, action, more in sorted(told, key=lambda event: event[0]):
        world.clock = _at(at)
        lifecycle.told(world, world.container(name), action, **more)


def _body(role: Role) -> JSON:
    bindings: JSON = {}
    for port in role.ports:
        outside, _, inside = port.rpartition(":")
        address, _, number = outside.rpartition(":")
        bindings[f"{inside}/tcp"] = [{"HostIp": address, "HostPort": number}]
    labels = _project(role.project) | _compose(role) if role.project else {}
    body: JSON = {
        "Image": role.image,
        "Env": list(role.env),
        "Labels": labels,
        "ExposedPorts": {port: {} for port in bindings},
        "HostConfig": {
            "NetworkMode": role.networks[0] if role.networks else "bridge",
            "Binds": list(role.binds) or None,
            "PortBindings": bindings,
            "RestartPolicy": {"Name": role.policy, "MaximumRetryCount": 0},
            "Memory": role.memory,
            "NanoCpus": int(role.cpus * SECOND),
        },
        "NetworkingConfig": {
            "EndpointsConfig": {name: {"Aliases": _aliases(role)} for name in role.networks}
        },
        **role.extra,
    }
    if role.command:
        body["Cmd"] = list(role.command)
    if role.probe:
        times = {"Interval": 30 * SECOND, "Timeout": 2 * SECOND, "Retries": 3}
        body["Healthcheck"] = {"Test": ["CMD-SHELL", role.probe], **times}
    return body


def _aliases(role: Role) -> list[str] | None:
    return [role.name, role.service] if role.service else None


def _project(project: str) -> dict[str, str]:
    return {"com.docker.compose.project": project}


def _compose(role: Role) -> dict[str, str]:
    number = role.name.rpartition("-")[2]
    folder = f"/srv/{role.project}"
    return {
        "com.docker.compose.service": role.service,
        "com.docker.compose.container-number": number if number.isdigit() else "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project.working_dir": folder,
        "com.docker.compose.project.config_files": f"{folder}/compose.yaml",
        "com.docker.compose.version": "2.40.0",
    }


def _health(role: Role, now: float) -> Health:
    failed = role.health == "unhealthy"
    log = [
        {
            "Start": rfc3339(now - 30 * (len(role.said) - number) + 8.25),
            "End": rfc3339(now - 30 * (len(role.said) - number) + 8.5),
            "ExitCode": 1 if failed else 0,
            "Output": said,
        }
        for number, said in enumerate(role.said)
    ]
    return Health(role.health, 9_214 if failed else 0, log)


def _at(moment: float) -> Callable[[], float]:
    return lambda: moment
