"""What a person writes after an option of `docker run`, read as the docker CLI reads it.

Every function raises ValueError with one plain sentence: what is wrong, and how a right one looks.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
from dataclasses import dataclass
from fractions import Fraction

LEAST_MEMORY = 6 * 1024**2
"""Bytes below which the Engine refuses a memory limit."""

_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4, "p": 1024**5}
_MEMORY = re.compile(r"(\d+(?:\.\d*)?|\.\d+) ?(?:b|([kmgtp])(?:i?b)?)?", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?|\d+/\d+", re.ASCII)
_PORTS = re.compile(r"(\d+)(?:-(\d+))?", re.ASCII)
_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_MODES = (
    {"ro", "rw"},
    {"z", "Z"},
    {"cached", "consistent", "delegated"},
)
_NAMED_MODES = {"nocopy"}
_BIND_MODES = {"private", "rprivate", "shared", "rshared", "slave", "rslave"}

RESTARTS = ("no", "on-failure", "always", "unless-stopped")
"""The restart policies, as `docker run --restart` names them."""


def read_words(text: str) -> list[str]:
    """The words of a command as a shell splits them, without expanding anything."""
    try:
        return shlex.split(text)
    except ValueError as error:
        if "escaped" in str(error):
            raise ValueError(
                r"The backslash at the end stands before nothing: write \\ for a backslash."
            ) from None
        raise ValueError("A quote is opened and never closed, as in sh -c 'echo hello'.") from None


@dataclass(frozen=True, slots=True)
class Port:
    """One container port and where it is published."""

    container: int
    protocol: str
    address: str
    """Address on the host; empty for all of them."""
    host: str
    """Port on the host, a range to choose from such as `7000-7010`, or empty: the Engine chooses."""

    @property
    def key(self) -> str:
        """As the API names it: `80/tcp`."""
        return f"{self.container}/{self.protocol}"


def read_ports(text: str) -> tuple[Port, ...]:
    """The ports of one `-p`: `[[address:]host:]container[/protocol]`, either side a range."""
    rest, slash, protocol = text.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise ValueError(f"{text} ends in no protocol known: write /tcp, /udp or /sctp, as in 53:53/udp.")
    rest, _, inside = rest.rpartition(":")
    address, _, outside = rest.rpartition(":")
    if not inside:
        raise ValueError("The container's port is missing, as in 8080:80.")
    first, last = _port_range(inside)
    if first == 0:
        raise ValueError(
            "A container has no port 0, as in 8080:80; leave the host's out to let the Engine choose."
        )
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    if address and not is_address(address):
        raise ValueError(f"{address} is no IP address, as in 127.0.0.1:8080:80.")
    count = last - first + 1
    if not outside:
        hosts = [""] * count
    else:
        host_first, host_last = _port_range(outside)
        if count == 1:
            hosts = [outside if host_first != host_last else str(host_first)]
        elif host_last - host_first + 1 == count:
            hosts = [str(port) for port in range(host_first, host_last + 1)]
        else:
            raise ValueError("The two ranges are not of one length, as in 7000-7002:80-82.")
    return tuple(
        Port(port, protocol, address, host) for port, host in zip(range(first, last + 1), hosts, strict=True)
    )


def is_address(text: str) -> bool:
    """Whether this is an IPv4 or IPv6 address without a zone."""
    try:
        return "%" not in text and ipaddress.ip_address(text) is not None
    except ValueError:
        return False


def _port_range(text: str) -> tuple[int, int]:
    match = _PORTS.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text} is no port: a number up to 65535 or a range, as in 8080:80 or 7000-7002:80-82."
        )
    first, last = int(match[1]), int(match[2] or match[1])
    if last > 65535:
        raise ValueError(f"{text} is above 65535, the highest port.")
    if last < first:
        raise ValueError(f"The range {text} runs backwards: write {last}-{first}.")
    return first, last


@dataclass(frozen=True, slots=True)
class Mount:
    """What one `-v` says."""

    source: str
    """A volume's name or a path on the host; empty for an anonymous volume."""
    target: str
    mode: str = ""

    @property
    def is_named(self) -> bool:
        """Whether the source is a volume, and not a path."""
        return bool(self.source) and not self.source.startswith(("/", "."))


def read_mount(text: str) -> Mount:
    """One `-v`: `/target`, `name:/target` or `/host:/target`, with an optional mode such as `:ro`."""
    parts = text.split(":")
    if len(parts) > 3:
        raise ValueError("There are too many colons, as in data:/var/lib/data:ro.")
    mount = Mount("", parts[0]) if len(parts) == 1 else Mount(*parts)
    if "" in parts:
        raise ValueError("A part between the colons is empty, as in data:/var/lib/data or /srv/www:/www:ro.")
    if mount.source.startswith("~"):
        raise ValueError("Only a shell knows ~: write the whole path, as in /home/me/www:/www.")
    if not mount.target.startswith("/"):
        raise ValueError(f"In the container, {mount.target} has to be an absolute path, as in data:/data.")
    if not mount.target.strip("/"):
        raise ValueError("Nothing can be mounted on / itself, as in data:/data.")
    if mount.is_named and not _VOLUME_NAME.fullmatch(mount.source):
        raise ValueError(
            f"{mount.source} is no volume's name (letters, digits, _ . -) and no path that starts with /."
        )
    if mount.mode:
        _check_mode(mount)
    return mount


def _check_mode(mount: Mount) -> None:
    groups = [*_MODES, _NAMED_MODES if mount.is_named else _BIND_MODES]
    words = mount.mode.split(",")
    for word in words:
        if not any(word in group for group in groups):
            kind = "volume" if mount.is_named else "folder"
            raise ValueError(
                f"{word} is no mode of a mounted {kind}: ro is, as in {mount.source}:{mount.target}:ro."
            )
    if any(sum(word in group for word in words) > 1 for group in groups):
        raise ValueError(f"The modes {mount.mode} contradict each other: choose one, as in :ro.")


def read_assignment(text: str) -> tuple[str, str | None]:
    """A `KEY=VALUE`; the value is None without an equals sign.

    What stands before the first `=` is the key: the Engine takes any, but not an empty one.
    """
    key, equals, value = text.partition("=")
    if not key:
        raise ValueError("The name before = is missing, as in LANG=C.UTF-8.")
    return key, value if equals else None


def read_memory(text: str) -> int:
    """Bytes of `512m` or `1.5g`; units are powers of 1024. 0 means no limit."""
    match = _MEMORY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no amount of memory: a number and b, k, m or g, as in 512m or 1.5g.")
    size = int(Fraction(match[1]) * _UNITS[(match[2] or "").lower()])
    if 0 < size < LEAST_MEMORY:
        raise ValueError("The Engine wants at least 6m, as in 512m.")
    if size >= 2**63:
        raise ValueError("That is more than the Engine can count, as in 512m.")
    return size


def read_cpus(text: str) -> int:
    """Billionths of a processor, as the API's NanoCpus. 0 means no limit."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text} is no number of processors, as in 2 or 0.5.")
    try:
        nanos = Fraction(text) * 10**9
    except ZeroDivisionError:
        raise ValueError("Nothing can be divided by 0, as in 1/2.") from None
    if nanos.denominator != 1:
        raise ValueError("That is finer than the Engine counts: nine places at most, as in 0.5.")
    if 0 < nanos < 10**7:
        raise ValueError("The Engine wants at least 0.01 processors, as in 0.5.")
    if nanos >= 2**63:
        raise ValueError("That is more than the Engine can count, as in 2.")
    return int(nanos)


def read_restart(text: str) -> tuple[str, int]:
    """A restart policy and how often it tries again; 0 is without end."""
    name, colon, count = text.partition(":")
    if name not in RESTARTS:
        raise ValueError(
            f"{name or text} is no restart policy: no, always, unless-stopped, on-failure or on-failure:3."
        )
    if not colon:
        return name, 0
    if name != "on-failure":
        raise ValueError(f"Only on-failure takes a number of tries, as in on-failure:3; write {name}.")
    if not re.fullmatch(r"\d{1,9}", count, re.ASCII):
        raise ValueError(f"{count or 'Nothing'} is no number of tries, as in on-failure:3.")
    return name, int(count)
