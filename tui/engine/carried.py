"""What a container to run again has beyond the fields of the run form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.engine.lines import Arg, assignment

# Keys that the form's fields hold, or that the Engine fills in by itself for every container.
_CONFIG_ELSEWHERE = frozenset(
    {
        *(
            "Image",
            "Cmd",
            "Entrypoint",
            "Env",
            "Labels",
            "User",
            "WorkingDir",
            "Tty",
            "OpenStdin",
            "StdinOnce",
        ),
        *("AttachStdin", "AttachStdout", "AttachStderr", "ExposedPorts", "Volumes", "OnBuild", "MacAddress"),
        *("Hostname", "ArgsEscaped"),
    }
)
_HOST_ELSEWHERE = frozenset(
    {
        *("NetworkMode", "PortBindings", "Binds", "RestartPolicy", "AutoRemove", "Memory", "NanoCpus"),
        *("ContainerIDFile", "ConsoleSize", "Cgroup", "MemorySwap"),
    }
)
# What an Engine answers for a container that asked for nothing, where that is not empty. It
# says the same as silence, except on a daemon configured otherwise, which then chooses again.
_HOST_DEFAULTS: dict[str, Any] = {
    "IpcMode": "private",
    "CgroupnsMode": "private",
    "ShmSize": 64 * 1024**2,
    "Runtime": "runc",
    "LogConfig": {"Type": "json-file", "Config": {}},
    "MemorySwappiness": -1,
}
_ZERO_SPEAKS = frozenset({"MemorySwappiness", "StopTimeout"})
_ENGINE_NETWORKS = frozenset({"", "default", "bridge", "host", "none"})
_SYSTEM_PATHS = ("MaskedPaths", "ReadonlyPaths")

CONFIG_FLAGS = {"Hostname": "--hostname", "Domainname": "--domainname", "StopSignal": "--stop-signal"}
CONFIG_FLAGS |= {"StopTimeout": "--stop-timeout"}
"""Options by the key of Config that they set."""
HOST_FLAGS = {
    "Privileged": "--privileged",
    "ReadonlyRootfs": "--read-only",
    "PublishAllPorts": "-P",
    "Init": "--init",
    "OomKillDisable": "--oom-kill-disable",
    "PidMode": "--pid",
    "IpcMode": "--ipc",
    "UTSMode": "--uts",
    "UsernsMode": "--userns",
    "Runtime": "--runtime",
    "CgroupParent": "--cgroup-parent",
    "CpusetCpus": "--cpuset-cpus",
    "CpusetMems": "--cpuset-mems",
    "VolumeDriver": "--volume-driver",
    "ShmSize": "--shm-size",
    "CpuShares": "--cpu-shares",
    "CpuPeriod": "--cpu-period",
    "CpuQuota": "--cpu-quota",
    "CpuRealtimePeriod": "--cpu-rt-period",
    "CpuRealtimeRuntime": "--cpu-rt-runtime",
    "MemoryReservation": "--memory-reservation",
    "MemorySwap": "--memory-swap",
    "MemorySwappiness": "--memory-swappiness",
    "PidsLimit": "--pids-limit",
    "OomScoreAdj": "--oom-score-adj",
    "BlkioWeight": "--blkio-weight",
    "CapAdd": "--cap-add",
    "CapDrop": "--cap-drop",
    "Dns": "--dns",
    "DnsOptions": "--dns-option",
    "DnsSearch": "--dns-search",
    "ExtraHosts": "--add-host",
    "GroupAdd": "--group-add",
    "SecurityOpt": "--security-opt",
    "VolumesFrom": "--volumes-from",
    "DeviceCgroupRules": "--device-cgroup-rule",
}
"""Options by the key of HostConfig that they set."""
HOST_MAPS = {"Tmpfs": ("--tmpfs", ":"), "Sysctls": ("--sysctl", "="), "StorageOpt": ("--storage-opt", "=")}
"""Options of a name and a value, and what stands between them, by the key of HostConfig."""
_MOUNT_WORDS = {"Type": "type", "Source": "source", "Target": "target"}
HEALTH_FLAGS = {
    "Interval": "--health-interval",
    "Timeout": "--health-timeout",
    "StartPeriod": "--health-start-period",
    "StartInterval": "--health-start-interval",
}
"""Options that take a time, by the key of Healthcheck."""
_MOUNT_OPTIONS = {
    ("BindOptions", "Propagation"): "bind-propagation={}",
    ("VolumeOptions", "NoCopy"): "volume-nocopy",
    ("TmpfsOptions", "SizeBytes"): "tmpfs-size={}",
    ("TmpfsOptions", "Mode"): "tmpfs-mode={:o}",
}


@dataclass(frozen=True)
class Carried:
    """Settings kept as the Engine answered them, so that they are sent back exactly."""

    config: Mapping[str, Any] = field(default_factory=dict)
    """Parts of Config."""
    host: Mapping[str, Any] = field(default_factory=dict)
    """Parts of HostConfig."""
    aliases: tuple[str, ...] = ()
    """Further names on the container's network."""
    exposed: tuple[str, ...] = ()
    """Ports exposed without being published, as `90/tcp`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels whose key no `-l` can say."""
    other_networks: tuple[str, ...] = ()
    """Networks that the container was connected to afterwards: `docker network connect` does it again."""

    @classmethod
    def of_container(cls, inspect: Mapping[str, Any], of_image: Mapping[str, Any]) -> Carried:
        """From `GET /containers/{id}/json` and its image's Config."""
        config, host = inspect["Config"], inspect["HostConfig"]
        short_id = inspect["Id"][:12]
        kept = {
            key: value
            for key, value in config.items()
            if key not in _CONFIG_ELSEWHERE and not _is_nothing(key, value) and value != of_image.get(key)
        }
        mode = host.get("NetworkMode") or "default"
        shares_name = mode == "host" or mode.startswith("container:") or host.get("UTSMode") == "host"
        if config.get("Hostname") not in (None, "", short_id) and not shares_name:
            kept["Hostname"] = config["Hostname"]
        networks: Mapping[str, Any] = (inspect.get("NetworkSettings") or {}).get("Networks") or {}
        own = "bridge" if mode == "default" else mode
        aliases = (networks.get(own) or {}).get("Aliases") or ()
        exposed = config.get("ExposedPorts") or {}
        known = {*(of_image.get("ExposedPorts") or ()), *(host.get("PortBindings") or ())}
        return cls(
            config=kept,
            host=_host_kept(host),
            aliases=tuple(alias for alias in aliases if alias != short_id),
            exposed=tuple(port for port in exposed if port not in known),
            labels={key: value for key, value in (config.get("Labels") or {}).items() if not is_sayable(key)},
            other_networks=tuple(
                name for name in networks if name != own and not mode.startswith("container:")
            ),
        )

    def added_to(self, config: dict[str, Any], host: dict[str, Any], network: str) -> dict[str, Any]:
        """The whole body of `POST /containers/create`."""
        body = {**config, **self.config, "HostConfig": {**host, **self.host}}
        body["ExposedPorts"] = {**config["ExposedPorts"], **{port: {} for port in self.exposed}}
        body["Labels"] = {**config["Labels"], **self.labels}
        if self.aliases and has_aliases(network):
            body["NetworkingConfig"] = {"EndpointsConfig": {network: {"Aliases": list(self.aliases)}}}
        return body

    def flags(self, network: str) -> list[Arg]:
        """These settings as options of `docker run`, as far as it has one; `unspoken` names the others."""
        flags = [*_flags(self.config, CONFIG_FLAGS), *_flags(self.host, HOST_FLAGS)]
        for key, (flag, between) in HOST_MAPS.items():
            for name, value in self.host.get(key, {}).items():
                flags += [flag, f"{name}{between}{value}" if value else name]
        for limit in self.host.get("Ulimits", ()):
            flags += ["--ulimit", f"{limit['Name']}={limit['Soft']}:{limit['Hard']}"]
        for device in self.host.get("Devices", ()):
            words = (device["PathOnHost"], device["PathInContainer"], device["CgroupPermissions"])
            flags += ["--device", ":".join(words)]
        if log := self.host.get("LogConfig"):
            if log["Type"]:
                flags += ["--log-driver", log["Type"]]
            for name, value in (log.get("Config") or {}).items():
                flags += ["--log-opt", assignment(f"{name}={value}")]
        for link in self.host.get("Links", ()):
            # the Engine answers /db:/web/alias
            name, colon, alias = link.partition(":")
            flags += ["--link", f"{name.removeprefix('/')}{colon}{alias.rpartition('/')[2]}"]
        for mount in self.host.get("Mounts", ()):
            if written := _mount(mount):
                flags += ["--mount", written]
        for request in self.host.get("DeviceRequests", ()):
            if written := _gpus(request):
                flags += ["--gpus", written]
        if self.host.get("MaskedPaths") == []:
            flags += ["--security-opt", "systempaths=unconfined"]
        flags += _health_flags(self.config.get("Healthcheck") or {})
        for port in self.exposed:
            flags += ["--expose", port.removesuffix("/tcp")]
        for alias in self.aliases if has_aliases(network) else ():
            flags += ["--network-alias", alias]
        return flags

    def unspoken(self) -> tuple[str, ...]:
        """Settings that are sent but that the docker line cannot say, by the API's names."""
        spoken = {
            *CONFIG_FLAGS,
            *HOST_FLAGS,
            *HOST_MAPS,
            *_SYSTEM_PATHS,
            "Ulimits",
            "Devices",
            "LogConfig",
            "Links",
            # the Engine fills in its own default, and nobody can tell that from a choice
            "CgroupnsMode",
        }
        if _health_flags(self.config.get("Healthcheck") or {}):
            spoken.add("Healthcheck")
        if all(_mount(mount) for mount in self.host.get("Mounts", ())):
            spoken.add("Mounts")
        if all(_gpus(request) for request in self.host.get("DeviceRequests", ())):
            spoken.add("DeviceRequests")
        silent = [key for key in (*self.config, *self.host) if key not in spoken]
        return (*silent, *(["Labels"] if self.labels else []))


def _host_kept(host: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        key: value
        for key, value in host.items()
        if key not in _HOST_ELSEWHERE and not _is_nothing(key, value) and value != _HOST_DEFAULTS.get(key)
    }
    memory, swap = host.get("Memory") or 0, host.get("MemorySwap") or 0
    # the Engine doubles the memory limit by itself; said aloud it would hold after the limit is changed
    if swap and swap != 2 * memory:
        kept["MemorySwap"] = swap
    # the Engine adds this one itself to a container that sees the host's processes
    unlabelled = host.get("Privileged") or "host" in (host.get("PidMode"), host.get("IpcMode"))
    if unlabelled and kept.get("SecurityOpt") == ["label=disable"]:
        del kept["SecurityOpt"]
    # every version of the Engine fills these with a list of its own; only empty ones were asked for
    for key in _SYSTEM_PATHS:
        kept.pop(key, None)
        if host.get(key) == [] and not host.get("Privileged"):
            kept[key] = []
    return kept


def is_sayable(label: str) -> bool:
    """Whether `-l` can set a label of this key."""
    return bool(label) and "=" not in label


def has_aliases(network: str) -> bool:
    """Whether the Engine takes further names for a container on this network."""
    return network not in _ENGINE_NETWORKS and not network.startswith("container:")


def _is_nothing(key: str, value: object) -> bool:
    if value == 0 and key in _ZERO_SPEAKS:
        return False
    return value in (None, "", 0, False, [], {})


def _flags(values: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Arg]:
    for key, flag in names.items():
        value = values.get(key)
        if isinstance(value, bool):
            yield flag if value else f"{flag}=false"
        elif isinstance(value, list):
            for item in value:
                yield from (flag, item)
        elif value is not None:
            yield from (flag, str(value))


def _health_flags(health: Mapping[str, Any]) -> list[Arg]:
    """The options of a health check; none when the CLI has no word for it (it always asks a shell)."""
    test = health.get("Test") or []
    if test == ["NONE"]:
        return ["--no-healthcheck"]
    flags: list[Arg] = []
    if test:
        if len(test) != 2 or test[0] != "CMD-SHELL":
            return []
        flags += ["--health-cmd", test[1]]
    for key, flag in HEALTH_FLAGS.items():
        if health.get(key):
            flags += [flag, _duration(health[key])]
    if health.get("Retries"):
        flags += ["--health-retries", str(health["Retries"])]
    return flags


def _duration(nanoseconds: int) -> str:
    """As Go reads it, in the largest unit that says it exactly."""
    for unit, size in (("s", 10**9), ("ms", 10**6), ("us", 10**3)):
        if nanoseconds % size == 0:
            return f"{nanoseconds // size}{unit}"
    return f"{nanoseconds}ns"


def _mount(mount: Mapping[str, Any]) -> str | None:
    """The value of `--mount`; None for a mount with more to it than an option can say."""
    said = {key: value for key, value in mount.items() if value}
    words = [f"{name}={said.pop(key)}" for key, name in _MOUNT_WORDS.items() if key in said]
    if said.pop("ReadOnly", False):
        words.append("readonly")
    for group, settings in said.items():
        for key, value in settings.items() if isinstance(settings, Mapping) else [("", settings)]:
            if value and (group, key) not in _MOUNT_OPTIONS:
                return None
            words += [_MOUNT_OPTIONS[group, key].format(value)] if value else []
    # its value is a line of CSV, which these characters would end
    return None if any(set(word) & set(',"\n\r') for word in words) else ",".join(words)


def _gpus(request: Mapping[str, Any]) -> str | None:
    """The value of `--gpus`; None for a request for something else, or for more."""
    if request.get("Capabilities") != [["gpu"]] or request.get("Driver") or request.get("Options"):
        return None
    if ids := request.get("DeviceIDs"):
        devices = f"device={','.join(ids)}"
        return f'"{devices}"' if len(ids) > 1 else devices
    count = request.get("Count")
    return "all" if count == -1 else str(count) if count else None
