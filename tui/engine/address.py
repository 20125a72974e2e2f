"""The address of an Engine behind ssh, as the docker CLI writes it: ssh://user@host:port/path."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

REMOTE_SOCKET = "/var/run/docker.sock"
"""Where the Engine of another machine listens, unless the address names another path."""


class SSHAddress(NamedTuple):
    """Where ssh goes, and the socket it leads to."""

    host: str
    """A name, an address, or an alias of the person's ssh config."""
    user: str = ""
    """ "" leaves it to ssh."""
    port: int | None = None
    path: str = REMOTE_SOCKET
    """The unix socket on that host."""

    @property
    def destination(self) -> str:
        """What ssh is given as its destination: "user@host" or "host"."""
        return f"{self.user}@{self.host}" if self.user else self.host


def ssh_address(url: str) -> SSHAddress:
    """Take an ssh:// address apart. Raises ValueError, in one clear line, for what ssh must not get."""
    parts = urlsplit(url)
    if parts.scheme != "ssh":
        raise ValueError(f"{url!r} does not begin with ssh://")
    if parts.password is not None:
        raise ValueError("an ssh address holds no password: ssh asks for it")
    host, user = parts.hostname or "", unquote(parts.username or "")
    # an alias of the ssh config counts capitals, which urlsplit lowers
    if host:
        start = parts.netloc.lower().rindex(host)
        host = parts.netloc[start : start + len(host)]
    if not host:
        raise ValueError(f"{url!r} names no host")
    if host.startswith("-") or user.startswith("-"):
        raise ValueError("neither host nor user may begin with '-': ssh would take it for an option")
    if any(char.isspace() or not char.isprintable() for char in host + user + parts.path):
        raise ValueError(f"{url!r} holds characters that no address has")
    if parts.query or parts.fragment:
        raise ValueError(f"{url!r}: nothing may follow the path")
    return SSHAddress(host, user, parts.port, unquote(parts.path).rstrip("/") or REMOTE_SOCKET)
