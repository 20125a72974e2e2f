"""POST /containers/create: from a request body to a container that has not started yet."""

from __future__ import annotations

import copy
import shlex

from tui.demo import attachments, lifecycle, volumes
from tui.demo.models import JSON, Container, Image, Refusal
from tui.demo.world import World

ADJECTIVES = ("brave", "calm", "eager", "gentle", "jolly", "keen", "lucid", "quirky", "serene", "zen")
PEOPLE = ("babbage", "curie", "darwin", "euler", "gauss", "hopper", "lovelace", "noether", "turing", "wu")

CONFIG: JSON = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": None,
    "Cmd": None,
    "Image": "",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": {},
}
"""Config of GET /containers/{id}/json when nothing was asked for."""

HOST: JSON = {
    "Binds": None,
    "ContainerIDFile": "",
    "LogConfig": {"Type": "json-file", "Config": {}},
    "NetworkMode": "default",
    "PortBindings": {},
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "AutoRemove": False,
    "VolumeDriver": "",
    "VolumesFrom": None,
    "ConsoleSize": [0, 0],
    "CapAdd": None,
    "CapDrop": None,
    "CgroupnsMode": "private",
    "Dns": None,
    "DnsOptions": None,
    "DnsSearch": None,
    "ExtraHosts": None,
    "GroupAdd": None,
    "IpcMode": "private",
    "Cgroup": "",
    "Links": None,
    "OomScoreAdj": 0,
    "PidMode": "",
    "Privileged": False,
    "PublishAllPorts": False,
    "ReadonlyRootfs": False,
    "SecurityOpt": None,
    "UTSMode": "",
    "UsernsMode": "",
    "ShmSize": 67108864,
    "Runtime": "runc",
    "Isolation": "",
    "CpuShares": 0,
    "Memory": 0,
    "NanoCpus": 0,
    "CgroupParent": "",
    "BlkioWeight": 0,
    "BlkioWeightDevice": None,
    "BlkioDeviceReadBps": None,
    "BlkioDeviceWriteBps": None,
    "BlkioDeviceReadIOps": None,
    "BlkioDeviceWriteIOps": None,
    "CpuPeriod": 0,
    "CpuQuota": 0,
    "CpuRealtimePeriod": 0,
    "CpuRealtimeRuntime": 0,
    "CpusetCpus": "",
    "CpusetMems": "",
    "Devices": None,
    "DeviceCgroupRules": None,
    "DeviceRequests": None,
    "MemoryReservation": 0,
    "MemorySwap": 0,
    "MemorySwappiness": None,
    "OomKillDisable": None,
    "PidsLimit": None,
    "Ulimits": None,
    "CpuCount": 0,
    "CpuPercent": 0,
    "IOMaximumIOps": 0,
    "IOMaximumBandwidth": 0,
    "MaskedPaths": [
        *("/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats"),
        *("/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"),
        "/sys/devices/virtual/powercap",
    ],
    "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
}
"""HostConfig of GET /containers/{id}/json when nothing was asked for."""


def create(world: World, name: str, body: JSON) -> Container:
    """Make a container as POST /containers/create does; Refusal when the Engine would refuse."""
    if not body.get("Image"):
        raise Refusal(400, "config cannot be empty in order to create a container")
    name = name.removeprefix("/")
    if name:
        lifecycle.check_name(world, name)
    image = world.image(body["Image"])
    config = configured(body, image)
    if not (config["Entrypoint"] or config["Cmd"]):
        raise Refusal(400, "no command specified")
    if config["WorkingDir"] and not config["WorkingDir"].startswith("/"):
        why = "is invalid, it needs to be an absolute path"
        raise Refusal(400, f"the working directory '{config['WorkingDir']}' {why}")
    asked = body.get("HostConfig") or {}
    container = Container(
        id=world.fresh_id("container"),
        name=name or _new_name(world),
        image=body["Image"],
        image_id=image.id,
        created=world.now(),
        config=config,
        host=copy.deepcopy(HOST)
        | {key: value for key, value in asked.items() if value or key == "PortBindings"},
    )
    mode = container.host["NetworkMode"]
    config["Hostname"] = config["Hostname"] or ("demo" if mode == "host" else container.id[:12])
    container.networks = _networks(mode, (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {})
    try:
        mount(world, container, image)
    except Refusal:
        # the Engine had begun with it
        lifecycle.told(world, container, "destroy")
        raise
    world.containers[container.id] = container
    lifecycle.told(world, container, "create")
    return container


def configured(body: JSON, image: Image) -> JSON:
    """The container's Config: what the request says, over what the image says."""
    asked = {key: value for key, value in body.items() if key in CONFIG or key in EXTRA}
    config = {**CONFIG, **{key: value for key, value in asked.items() if value is not None}}
    base = image.config
    for key in ("Cmd", "Entrypoint"):
        if isinstance(config[key], str):
            config[key] = shlex.split(config[key])
    if not config["Entrypoint"]:
        config["Cmd"] = config["Cmd"] or base["Cmd"]
        # an empty list is a wish to have none
        config["Entrypoint"] = base["Entrypoint"] if config["Entrypoint"] is None else None
    elif config["Entrypoint"] == [""]:
        config["Entrypoint"] = None
    given = {entry.partition("=")[0] for entry in config["Env"] or ()}
    inherited = [entry for entry in base["Env"] or () if entry.partition("=")[0] not in given]
    config["Env"] = [*(config["Env"] or ()), *inherited] or None
    config["Labels"] = {**(base["Labels"] or {}), **config["Labels"]}
    for key in ("ExposedPorts", "Volumes"):
        if both := {**(base.get(key) or {}), **(config.get(key) or {})}:
            config[key] = both
    for key in ("User", "WorkingDir"):
        config[key] = config[key] or base[key]
    if check := config.get("Healthcheck") or base.get("Healthcheck"):
        config["Healthcheck"] = {key: value for key, value in check.items() if value}
    return config


EXTRA = ("ExposedPorts", "Healthcheck", "StopSignal", "StopTimeout", "Shell")
"""Keys of Config that are there only when somebody set them."""


def mount(world: World, container: Container, image: Image) -> None:
    """Work out the mounts from Binds, Mounts and the config's volumes; missing volumes are made."""
    taken: set[str] = set()
    for bind in container.host["Binds"] or ():
        source, _, rest = bind.partition(":")
        target, _, mode = rest.partition(":")
        if source.startswith("/"):
            container.mounts.append(_bind(source, target, mode))
        else:
            container.mounts.append(_volume(world, container, source, target, mode or "z"))
        taken.add(target)
    for asked in container.host.get("Mounts") or ():
        kind, target = asked["Type"], asked["Target"]
        mode = "ro" if asked.get("ReadOnly") else ""
        if kind == "bind":
            container.mounts.append(_bind(asked["Source"], target, mode))
        elif kind == "volume":
            container.mounts.append(_volume(world, container, asked.get("Source") or "", target, mode or "z"))
        else:
            container.mounts.append(
                {
                    "Type": kind,
                    "Source": "",
                    "Destination": target,
                    "Mode": "",
                    "RW": not mode,
                    "Propagation": "",
                }
            )
        taken.add(target)
    for target in container.config.get("Volumes") or ():
        if target not in taken:
            container.mounts.append(_volume(world, container, "", target, ""))


def _bind(source: str, target: str, mode: str) -> JSON:
    return {
        "Type": "bind",
        "Source": source,
        "Destination": target,
        "Mode": mode,
        "RW": "ro" not in mode.split(","),
        "Propagation": "rprivate",
    }


def _volume(world: World, container: Container, name: str, target: str, mode: str) -> JSON:
    volume = volumes.create(world, {"Name": name})
    if not name:
        container.anonymous.append(volume.name)
    return {
        "Type": "volume",
        "Name": volume.name,
        "Source": volumes.mountpoint(volume),
        "Destination": target,
        "Driver": volume.driver,
        "Mode": mode,
        "RW": "ro" not in mode.split(","),
        "Propagation": "",
    }


def _networks(mode: str, asked: JSON) -> dict[str, JSON]:
    if mode.startswith("container:"):
        return {}
    first = "bridge" if mode in ("default", "") else mode
    settings = {name: attachments.endpoint(one) for name, one in asked.items() if name != "default"}
    if first not in settings:
        settings = {first: attachments.endpoint(asked.get("default")), **settings}
    return settings


def _new_name(world: World) -> str:
    while True:
        number = int(world.fresh_id("name")[:8], 16)
        name = f"{ADJECTIVES[number % len(ADJECTIVES)]}_{PEOPLE[number // 16 % len(PEOPLE)]}"
        if world.named(name):
            name += str(number % 997)
        if not world.named(name):
            return name
