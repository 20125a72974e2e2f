"""The sockets on which Engines of this machine are known to listen, besides the default one."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tui.engine.places import config_home

CONNECT_SECONDS = 0.2
"""A socket of this machine takes a connection at once, or somebody is busy behind it."""

BUSY = "it is there, but takes no connection now"


class Place(NamedTuple):
    """A unix socket and whose it is."""

    name: str
    path: str


def places(env: Mapping[str, str] = os.environ, uid: int | None = None) -> list[Place]:
    """Where to look, in this order; each path once."""
    uid = os.geteuid() if uid is None else uid
    home = Path(env.get("HOME") or Path.home())
    own = Path(f"/run/user/{uid}")
    runtime = Path(env.get("XDG_RUNTIME_DIR") or own)
    lima = Path(env.get("LIMA_HOME") or home / ".lima")
    colima = Path(env.get("COLIMA_HOME") or home / ".colima")
    all_places = (
        ("rootless Docker", runtime / "docker.sock"),
        ("rootless Docker", own / "docker.sock"),
        ("Docker Desktop", home / ".docker/desktop/docker.sock"),
        ("Docker Desktop", home / ".docker/run/docker.sock"),
        ("Colima", colima / "default/docker.sock"),
        ("Colima", config_home(env) / "colima/default/docker.sock"),
        ("OrbStack", home / ".orbstack/run/docker.sock"),
        ("Rancher Desktop", home / ".rd/docker.sock"),
        ("Lima", lima / "docker/sock/docker.sock"),
        ("rootless Podman", runtime / "podman/podman.sock"),
        ("rootless Podman", own / "podman/podman.sock"),
        ("Podman", Path("/run/podman/podman.sock")),
    )
    # the two places of a pair are often one and the same
    return [Place(name, path) for path, name in {str(path): name for name, path in all_places}.items()]


def silence(path: str) -> str:
    """Why nobody takes a connection on this socket, in the system's words; "" when somebody does."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(path)
        except (BlockingIOError, TimeoutError):
            return BUSY
        except OSError as error:
            return error.strerror or str(error)
    return ""
