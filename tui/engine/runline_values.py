"""Values of options of `docker run` that the form has no field for, as the docker CLI reads them.

Every function raises ValueError with one plain sentence.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

LARGEST_FILE = 1024 * 1024
"""Bytes of a file of variables or labels above which it is none."""

_SIZE = re.compile(r"(\d+(?:\.\d*)?|\.\d+) ?(?:b|([kmgtp])(?:i?b)?)?", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4, "p": 1024**5}
_PIECE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6}
_NANOSECONDS |= {"s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_EXPOSED = re.compile(r"(\d+)(?:-(\d+))?(?:/(tcp|udp|sctp))?", re.ASCII)
_MOUNT_KEYS = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly"}


def read_size(text: str) -> int:
    """Bytes of `64m`; units are powers of 1024. -1 is no limit."""
    if text == "-1":
        return -1
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no size, as in 64m.")
    return int(Fraction(match[1]) * _UNITS[(match[2] or "").lower()])


def read_number(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"[+-]?\d{1,19}", text, re.ASCII):
        raise ValueError(f"{text or 'nothing'} is no whole number.")
    return int(text)


def read_time(text: str) -> int:
    """Nanoseconds of `1m30s`."""
    pieces = list(_PIECE.finditer(text))
    if "".join(piece[0] for piece in pieces) != text or not pieces:
        if text == "0":
            return 0
        raise ValueError(f"{text or 'nothing'} is no time, as in 30s or 1m30s.")
    return int(sum(Fraction(piece[1]) * _NANOSECONDS[piece[2]] for piece in pieces))


def read_pair(text: str, between: str) -> tuple[str, str]:
    """A name and a value; the value may be missing."""
    name, _, value = text.partition(between)
    if not name:
        raise ValueError(f"{text or 'nothing'} has no name in front of {between}.")
    return name, value


def read_host(text: str) -> str:
    """`--add-host`: as the API has it, `name:address`."""
    name, found, address = text.partition("=" if "=" in text else ":")
    if not (found and name and address):
        raise ValueError(f"{text} names no address, as in db:10.0.0.5.")
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    return f"{name}:{address}"


def read_link(text: str) -> str:
    """`--link`: a container and its other name, or a container."""
    if not re.fullmatch(r"[^:]+(:[^:]+)?", text):
        raise ValueError(f"{text} links no container, as in db:database.")
    return text


def read_ulimit(text: str) -> dict[str, Any]:
    """`--ulimit`: `nofile=1024:2048`."""
    name, equals, limits = text.partition("=")
    soft, colon, hard = limits.partition(":")
    if not (name and equals):
        raise ValueError(f"{text} is no limit, as in nofile=1024:2048.")
    first = read_number(soft)
    return {"Name": name, "Soft": first, "Hard": read_number(hard) if colon else first}


def read_device(text: str) -> dict[str, str]:
    """`--device`: a device of the host, its place in the container and what may be done with it."""
    source, *rest = text.split(":")
    if not source.startswith("/") or len(rest) > 2:
        raise ValueError(f"{text} is no device of the host, as in /dev/fuse or /dev/sda:/dev/xvda:r.")
    if len(rest) == 1 and _is_device_mode(rest[0]):
        rest = [source, rest[0]]
    target, mode = (*rest, "", "")[:2]
    if mode and not _is_device_mode(mode):
        raise ValueError(f"{mode} says nothing of a device: r, w and m do, as in rwm.")
    return {"PathOnHost": source, "PathInContainer": target or source, "CgroupPermissions": mode or "rwm"}


def _is_device_mode(text: str) -> bool:
    return bool(text) and not set(text) - set("rwm") and len(set(text)) == len(text)


def read_exposed(text: str) -> list[str]:
    """`--expose`: ports as the API names them, `90/tcp`."""
    match = _EXPOSED.fullmatch(text)
    if match is None or not 0 < int(match[1]) <= int(match[2] or match[1]) <= 65535:
        raise ValueError(f"{text} is no port, as in 90 or 7000-7010/udp.")
    ports = range(int(match[1]), int(match[2] or match[1]) + 1)
    return [f"{port}/{match[3] or 'tcp'}" for port in ports]


def read_capabilities(names: Iterable[str]) -> list[str]:
    """`--cap-add` or `--cap-drop` as the CLI sends them: each once, by its whole name."""
    return sorted({_capability(name) for name in names})


def _capability(name: str) -> str:
    whole = name.strip().upper()
    return whole if whole in ("ALL", "RESET") or whole.startswith("CAP_") else f"CAP_{whole}"


def read_mounted(text: str) -> dict[str, Any]:
    """`--mount`: `type=bind,source=/srv,target=/www,readonly`."""
    mount: dict[str, Any] = {"Type": "volume"}
    for field in _fields(text):
        spelled, equals, value = field.partition("=")
        key = _MOUNT_KEYS.get(spelled.lower(), spelled.lower())
        match key:
            case "type" | "source" | "target":
                mount[key.capitalize()] = value
            case "readonly":
                mount["ReadOnly"] = _is_true(value, field) if equals else True
            case "bind-propagation":
                mount.setdefault("BindOptions", {})["Propagation"] = value.lower()
            case "volume-nocopy":
                mount.setdefault("VolumeOptions", {})["NoCopy"] = _is_true(value, field) if equals else True
            case "tmpfs-size":
                mount.setdefault("TmpfsOptions", {})["SizeBytes"] = read_size(value)
            case "tmpfs-mode" if re.fullmatch("[0-7]{1,4}", value):
                mount.setdefault("TmpfsOptions", {})["Mode"] = int(value, 8)
            case _:
                raise ValueError(f"{field} cannot be said here.")
    mount["Type"] = mount["Type"].lower()
    source = mount.get("Source", "")
    if mount["Type"] == "bind" and (source == "." or source.startswith(("./", "../"))):
        mount["Source"] = os.path.abspath(source)
    if "Target" not in mount:
        raise ValueError("The mount has no target, as in type=bind,source=/srv,target=/www.")
    return {key: value for key, value in mount.items() if value not in (False, "")}


def _is_true(text: str, field: str) -> bool:
    if text not in ("1", "true", "0", "false"):
        raise ValueError(f"{field} is neither true nor false.")
    return text in ("1", "true")


def read_gpus(text: str) -> dict[str, Any]:
    """`--gpus`: `all`, a number, or `device=…`."""
    fields = _fields(text)
    key, equals, value = fields[0].partition("=") if len(fields) == 1 else ("", "", "")
    if not equals:
        key, value = "count", key
    request: dict[str, Any] = {"Driver": "", "Count": 0, "DeviceIDs": None}
    if key == "device" and value:
        request["DeviceIDs"] = value.split(",")
    elif key == "count" and (value == "all" or value.isdigit()):
        request["Count"] = -1 if value == "all" else int(value)
    else:
        raise ValueError(f"{text} cannot be said here: all, a number or device=0 can.")
    return {**request, "Capabilities": [["gpu"]], "Options": {}}


def _fields(text: str) -> list[str]:
    """A line of CSV."""
    try:
        return next(csv.reader([text], strict=True), [""])
    except csv.Error:
        raise ValueError(f"{text} is no list with commas between its parts.") from None


def read_security(texts: Iterable[str]) -> dict[str, Any]:
    """`--security-opt`: parts of HostConfig."""
    kept = [text for text in texts if text != "systempaths=unconfined"]
    for text in kept:
        name, _, value = text.replace(":", "=", 1).partition("=")
        if name == "seccomp" and value not in ("unconfined", "builtin"):
            raise ValueError("a profile in a file of this machine cannot be said here.")
    found: dict[str, Any] = {"SecurityOpt": kept} if kept else {}
    if len(kept) < len(tuple(texts)):
        found |= {"MaskedPaths": [], "ReadonlyPaths": []}
    return found


def read_file(name: str, known: Mapping[str, str]) -> list[str]:
    """The assignments in a file for `--env-file` or `--label-file`; a name alone only when `known`."""
    path = Path(name)
    try:
        if not path.is_file():
            raise ValueError(f"There is no file {name} (looked for at {path.absolute()}).")
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"{name} is larger than 1 MiB: it cannot be a list of variables.")
        lines = path.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name} is no text in UTF-8.") from None
    found = []
    for line in (line.removesuffix("\r").lstrip() for line in lines):
        key, equals, _ = line.partition("=")
        if not line or line.startswith("#"):
            continue
        if not key or re.search(r"\s", key):
            # the line itself may hold a secret
            raise ValueError(f"{name} holds a line that does not begin with a name and =.")
        if equals or key in known:
            found.append(line)
    return found
