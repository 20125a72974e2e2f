"""A container to run or create: what a person chose, the docker line for it and the request for it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tui.engine import checks, options
from tui.engine.carried import Carried, is_sayable
from tui.engine.lines import Arg, DockerLine, assignment, docker


@dataclass(frozen=True)
class RunSpec:
    """The options of `docker run`, each as it is typed; empty means the image's or the Engine's own."""

    image: str = ""
    name: str = ""
    command: str = ""
    """A command and its arguments, quoted as in a shell."""
    interactive: bool = False
    tty: bool = False
    detach: bool = False
    remove: bool = False
    publish: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """`KEY=VALUE`, exact; a `KEY` alone is taken from Wharf's own environment, as the CLI does it."""
    network: str = ""
    restart: str = ""
    memory: str = ""
    cpus: str = ""
    user: str = ""
    workdir: str = ""
    entrypoint: str = ""
    """Quoted as in a shell: `""` with its quotes means no entrypoint at all."""
    labels: tuple[str, ...] = ()
    carried: Carried = field(default_factory=Carried)
    """What only a container to run again brings along, beyond these fields."""
    like: str = field(default="", compare=False)
    """The name of the container that it repeats."""

    def line(self, create_only: bool = False) -> DockerLine:
        """`docker run …`, or `docker create …`. Raises ValueError when a field is wrong."""
        args: list[Arg] = ["create" if create_only else "run"]
        if self.detach and not create_only:
            args.append("-d")
        if self.interactive or self.tty:
            args.append("-" + "i" * self.interactive + "t" * self.tty)
        if self.remove:
            args.append("--rm")
        for flag, value in (
            ("--name", self.name),
            ("--network", self.network),
            ("--restart", self.restart),
            ("-m", self.memory),
            ("--cpus", self.cpus),
            ("-u", self.user),
            ("-w", self.workdir),
        ):
            if value:
                args += [flag, value]
        for flag, values in (("-p", self.publish), ("-v", self.volumes)):
            for value in values:
                args += [flag, value]
        for flag, values in (("-e", self.env), ("-l", self.labels)):
            for value in values:
                args += [flag, assignment(value)]
        args += self.carried.flags(self.network)
        entrypoint = options.read_words(self.entrypoint)
        if entrypoint:
            args += ["--entrypoint", entrypoint[0]]
        return docker(*args, self.image, *entrypoint[1:], *options.read_words(self.command))

    def body(self, create_only: bool = False, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
        """The JSON of `POST /containers/create`, as the docker CLI sends it; the name goes in the query.

        Raises ValueError when a field is wrong.
        """
        attached = create_only or not self.detach
        ports = [port for text in self.publish for port in options.read_ports(text)]
        mounts = [options.read_mount(text) for text in self.volumes]
        bindings: dict[str, list[dict[str, str]]] = {}
        for port in ports:
            bindings.setdefault(port.key, []).append({"HostIp": port.address, "HostPort": port.host})
        policy, tries = options.read_restart(self.restart or "no")
        config: dict[str, Any] = {
            "Image": self.image,
            "Cmd": options.read_words(self.command) or None,
            "Entrypoint": options.read_words(self.entrypoint) or None,
            "Env": _environment(self.env, environ),
            "Labels": {key: value or "" for key, value in map(options.read_assignment, self.labels)},
            "User": self.user,
            "WorkingDir": self.workdir,
            "Tty": self.tty,
            "OpenStdin": self.interactive,
            "StdinOnce": self.interactive and attached,
            "AttachStdin": self.interactive and attached,
            "AttachStdout": attached,
            "AttachStderr": attached,
            "ExposedPorts": {key: {} for key in bindings},
            "Volumes": {mount.target: {} for mount in mounts if not mount.source},
        }
        host: dict[str, Any] = {
            "NetworkMode": self.network or "default",
            "PortBindings": bindings,
            "Binds": [_bind(mount) for mount in mounts if mount.source] or None,
            "RestartPolicy": {"Name": policy, "MaximumRetryCount": tries},
            "AutoRemove": self.remove,
            "Memory": options.read_memory(self.memory) if self.memory else 0,
            "NanoCpus": options.read_cpus(self.cpus) if self.cpus else 0,
        }
        return self.carried.added_to(config, host, self.network)

    @classmethod
    def of_image(cls, inspect: Mapping[str, Any], reference: str = "") -> RunSpec:
        """A first proposal for an image, from `GET /images/{name}/json`.

        Its own command, environment and user are not repeated: `image_hints` shows them.
        """
        tags = inspect.get("RepoTags") or [inspect.get("Id", "")]
        return cls(image=reference or tags[0])

    @classmethod
    def of_container(cls, inspect: Mapping[str, Any], image: Mapping[str, Any] | None) -> RunSpec:
        """Run again like this container, from `GET /containers/{id}/json`: only what differs from its image.

        `image` is the image's inspect, None when it is gone: then everything is repeated. The name stays
        empty, since the container still holds its own.
        """
        config, host = inspect["Config"], inspect["HostConfig"]
        of_image: Mapping[str, Any] = (image or {}).get("Config") or {}
        entrypoint, command = config.get("Entrypoint") or [], config.get("Cmd") or []
        if entrypoint == (of_image.get("Entrypoint") or []):
            entrypoint = []
            if command == (of_image.get("Cmd") or []):
                command = []
        elif not entrypoint:
            entrypoint = [""]
        labels = _differing(config.get("Labels"), of_image.get("Labels"))
        network = host.get("NetworkMode") or ""
        binds = host.get("Binds") or ()
        # clients other than docker's declare a volume where they bind one
        bound = {place for bind in binds for place in bind.split(":")[1:2]}
        return cls(
            image=config["Image"],
            command=shlex.join(command),
            entrypoint=shlex.join(entrypoint),
            interactive=config.get("OpenStdin", False),
            tty=config.get("Tty", False),
            detach=not config.get("AttachStdout", False),
            remove=host.get("AutoRemove", False),
            publish=tuple(_published(host.get("PortBindings") or {})),
            volumes=(
                *binds,
                *(
                    place
                    for place in _differing(config.get("Volumes"), of_image.get("Volumes"))
                    if place not in bound
                ),
            ),
            env=tuple(item for item in config.get("Env") or () if item not in (of_image.get("Env") or ())),
            network="" if network in ("default", "bridge") else network,
            restart=_restart(host.get("RestartPolicy") or {}),
            memory=_memory(host.get("Memory") or 0),
            cpus=_decimal(host.get("NanoCpus") or 0),
            user=_unless_same("User", config, of_image),
            workdir=_unless_same("WorkingDir", config, of_image),
            labels=tuple(f"{key}={value}" for key, value in labels.items() if is_sayable(key)),
            carried=Carried.of_container(inspect, of_image),
            like=(inspect.get("Name") or "").removeprefix("/"),
        )


def image_hints(inspect: Mapping[str, Any]) -> dict[str, str]:
    """What an image brings along, by field of `RunSpec`, from `GET /images/{name}/json`.

    These are for showing only; a field without a hint has nothing. A hint under `publish`
    or `volumes` lists what the image offers.
    """
    config: Mapping[str, Any] = inspect.get("Config") or {}
    hints = {
        "command": shlex.join(config.get("Cmd") or ()),
        "entrypoint": shlex.join(config.get("Entrypoint") or ()),
        "env": " ".join(item.partition("=")[0] for item in config.get("Env") or ()),
        "labels": " ".join(config.get("Labels") or ()),
        "publish": " ".join(key.removesuffix("/tcp") for key in sorted(config.get("ExposedPorts") or ())),
        "user": config.get("User") or "",
        "volumes": " ".join(config.get("Volumes") or ()),
        "workdir": config.get("WorkingDir") or "",
    }
    return {name: hint for name, hint in hints.items() if hint}


CHECKS: Mapping[str, checks.Check] = {
    "image": checks.check_image,
    "name": checks.check_name,
    "command": checks.check_command,
    "publish": checks.check_port,
    "volumes": checks.check_volume,
    "env": checks.check_env,
    "network": checks.check_network,
    "restart": checks.check_restart,
    "memory": checks.check_memory,
    "cpus": checks.check_cpus,
    "user": checks.check_user,
    "workdir": checks.check_workdir,
    "entrypoint": checks.check_entrypoint,
    "labels": checks.check_label,
}
"""The check of each field of `RunSpec`; a field of several values is checked value by value."""


def problems(spec: RunSpec) -> dict[str, str]:
    """What stands in the way of running this, by field: one sentence each, nothing when it can be sent."""
    found: dict[str, str] = {}
    for each in fields(spec):
        check = CHECKS.get(each.name)
        if check is None:
            continue
        value = getattr(spec, each.name)
        for text in (value,) if isinstance(value, str) else value:
            if sentence := check(text):
                found.setdefault(each.name, sentence)
    if spec.remove and spec.restart not in ("", "no"):
        found.setdefault(
            "restart", "A container removed when it ends (--rm) cannot restart: choose one of both."
        )
    if "publish" not in found and (sentence := _publish_conflict(spec)):
        found["publish"] = sentence
    if "volumes" not in found and (target := _twice_mounted(spec)):
        found["volumes"] = f"Two volumes are mounted on {target}: choose another place for one of them."
    return found


def warnings(spec: RunSpec) -> dict[str, str]:
    """What the Engine will accept and quietly ignore, by field: one sentence each."""
    found: dict[str, str] = {}
    if spec.publish and spec.network in ("host", "none"):
        found["publish"] = f"On the network {spec.network} no port is published: -p does nothing."
    return found


def _publish_conflict(spec: RunSpec) -> str | None:
    if spec.publish and spec.network.startswith("container:"):
        return "A container on another's network cannot publish ports: publish them on the other."
    taken: list[tuple[str, str, str]] = []
    for text in spec.publish:
        for port in options.read_ports(text):
            # empty, 0 and ranges: the Engine finds a free one
            if not port.host.isdigit() or int(port.host) == 0:
                continue
            for protocol, host, address in taken:
                same_place = address == port.address or {address, port.address} & {"", "0.0.0.0", "::"}
                if (protocol, host) == (port.protocol, port.host) and same_place:
                    return f"The host's port {host} is published twice: choose another for {text}."
            taken.append((port.protocol, port.host, port.address))
    return None


def _twice_mounted(spec: RunSpec) -> str | None:
    targets = [os.path.normpath(options.read_mount(text).target) for text in spec.volumes]
    return next((target for target in targets if targets.count(target) > 1), None)


def _environment(items: tuple[str, ...], environ: Mapping[str, str]) -> list[str] | None:
    """As the CLI sends it: the last of one name wins, at the place of the first."""
    chosen: dict[str, str] = {}
    for item in items:
        key, value = options.read_assignment(item)
        chosen[key] = f"{key}={environ[key]}" if value is None and key in environ else item
    return list(chosen.values()) or None


def _bind(mount: options.Mount) -> str:
    """One of HostConfig.Binds; a relative path starts where Wharf was started, as with the CLI."""
    source = os.path.abspath(mount.source) if mount.source.startswith(".") else mount.source
    return ":".join(part for part in (source, mount.target, mount.mode) if part)


def _published(bindings: Mapping[str, list[Mapping[str, str]] | None]) -> list[str]:
    texts = []
    for key, places in bindings.items():
        container = key.removesuffix("/tcp")
        for place in places or ():
            address, host = place.get("HostIp", ""), place.get("HostPort", "")
            if address:
                written = f"[{address}]" if ":" in address else address
                texts.append(f"{written}:{host}:{container}")
            else:
                texts.append(f"{host}:{container}" if host else container)
    return texts


def _differing(values: Mapping[str, Any] | None, defaults: Mapping[str, Any] | None) -> dict[str, Any]:
    known = defaults or {}
    return {key: value for key, value in (values or {}).items() if key not in known or known[key] != value}


def _unless_same(key: str, config: Mapping[str, Any], of_image: Mapping[str, Any]) -> str:
    value: str = config.get(key) or ""
    return "" if value == (of_image.get(key) or "") else value


def _restart(policy: Mapping[str, Any]) -> str:
    name, tries = policy.get("Name") or "no", policy.get("MaximumRetryCount") or 0
    if name == "no":
        return ""
    return f"{name}:{tries}" if tries else name


def _memory(size: int) -> str:
    """Bytes in the largest unit that says them exactly."""
    for unit, factor in (("g", 1024**3), ("m", 1024**2), ("k", 1024)):
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size) if size else ""


def _decimal(nanos: int) -> str:
    """NanoCpus as processors, exactly."""
    whole, rest = divmod(nanos, 10**9)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".") if nanos else ""
