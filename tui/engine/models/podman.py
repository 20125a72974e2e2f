"""A container that Podman describes, as Docker would describe it.

Podman answers with what it filled in by itself beside what a person chose. To run another container like it,
only the second may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from signal import Signals
from typing import Any

_FILLED_IN: Mapping[str, tuple[Any, ...]] = {
    "Annotations": (),
    "LogConfig": (),
    "Runtime": (),
    "CgroupnsMode": ("host", "private"),
    "IpcMode": ("shareable",),
    "PidMode": ("private",),
    "UTSMode": ("private",),
    "MemorySwappiness": (0, -1),
    "PidsLimit": (2048,),
    "ShmSize": (65_536_000,),
}
"""What of HostConfig is Podman's own, by the values that are; () for all."""
_NOT_ALLOWED = frozenset({"AUDIT_WRITE", "MKNOD", "NET_RAW"})
"""The capabilities that a Podman before 5 says it drops from every container, although Docker has them."""
_MOUNT_WORDS = frozenset({"rw", "rprivate", "rbind", "nosuid", "nodev", "tmpcopyup"})
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_VARIABLES = frozenset({_PATH, "TERM=xterm", "container=podman", "HOME=", "HOME=/", "HOME=/root"})
_VOLUME_ID = 64
"""Digits of the name that Podman gives an anonymous volume."""


def as_docker(found: Mapping[str, Any], image: Mapping[str, Any] | None) -> dict[str, Any]:
    """GET /containers/{id}/json of a Podman without what Podman adds; `found` stays as it is.

    `image` is the image's inspect, None when it is gone.
    """
    config, host = dict(found["Config"]), dict(found["HostConfig"])
    settings = found.get("NetworkSettings") or {}
    networks = {
        "bridge" if name == "podman" else name: _use(use, config.get("Hostname"))
        for name, use in (settings.get("Networks") or {}).items()
    }
    _config(config, (image or {}).get("Config") or {})
    _host(host, config)
    if host.get("NanoCpus"):  # said in two ways
        host |= {"CpuPeriod": 0, "CpuQuota": 0}
    if host.get("NetworkMode") == "bridge" and networks:
        host["NetworkMode"] = next(iter(networks))
    return {
        **found,
        "Config": config,
        "HostConfig": host,
        "NetworkSettings": {**settings, "Networks": networks},
    }


def _use(use: Mapping[str, Any], hostname: str | None) -> dict[str, Any]:
    """A container's place in a network: Podman calls it by its host name there too."""
    return {**use, "Aliases": [name for name in use.get("Aliases") or () if name != hostname]}


def _config(config: dict[str, Any], of_image: Mapping[str, Any]) -> None:
    own = _VARIABLES | {f"HOSTNAME={config.get('Hostname')}"}
    config["Env"] = [item for item in config.get("Env") or () if item not in own]
    if config.get("WorkingDir") == "/" and not of_image.get("WorkingDir"):
        config["WorkingDir"] = ""
    signal = str(config.get("StopSignal") or "")
    if signal.isdigit() and int(signal) in set(Signals):
        signal = Signals(int(signal)).name
    config["StopSignal"] = "" if signal == Signals.SIGTERM.name else signal
    if config.get("StopTimeout") in (0, 10):
        config["StopTimeout"] = None


def _host(host: dict[str, Any], config: dict[str, Any]) -> None:
    for key, values in _FILLED_IN.items():
        if not values or host.get(key) in values:
            host.pop(key, None)
    dropped = set(host.get("CapDrop") or ())
    if dropped >= _NOT_ALLOWED:
        host["CapDrop"] = sorted(dropped - _NOT_ALLOWED) or None
    host["Ulimits"] = [
        {**limit, "Name": limit["Name"].removeprefix("RLIMIT_").lower()}
        for limit in host.get("Ulimits") or ()
    ] or None
    host["Tmpfs"] = {place: _chosen(words) for place, words in (host.get("Tmpfs") or {}).items()} or None
    binds = [bind.split(":") for bind in host.get("Binds") or ()]
    nameless = {target for source, target, *_ in binds if len(source) == _VOLUME_ID and "/" not in source}
    config["Volumes"] = {
        **(config.get("Volumes") or {}),
        **{target: {} for target in sorted(nameless)},
    } or None
    host["Binds"] = [_bind(*bind) for bind in binds if bind[1] not in nameless] or None
    host["PortBindings"] = {
        port: [{**place, "HostIp": _address(place)} for place in places or ()]
        for port, places in (host.get("PortBindings") or {}).items()
    }


def _bind(source: str, target: str, words: str = "") -> str:
    return ":".join(filter(None, (source, target, _chosen(words))))


def _chosen(words: str) -> str:
    return ",".join(word for word in words.split(",") if word not in _MOUNT_WORDS)


def _address(place: Mapping[str, str]) -> str:
    address = place.get("HostIp") or ""
    return "" if address == "0.0.0.0" else address
