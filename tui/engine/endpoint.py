"""Where an Engine listens, found as the docker CLI finds it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

DEFAULT_URL = "unix:///var/run/docker.sock"
SCHEMES = ("unix", "tcp", "http", "https", "ssh")
PORT = 2375
TLS_PORT = 2376
"""Where Engines listen on tcp, as the docker CLI assumes."""


class EndpointError(Exception):
    """The endpoint asked for does not exist or cannot be used; the text is one clear line."""


class TLSFiles(NamedTuple):
    """The files of a TLS endpoint; all paths, None where the context has no such file."""

    ca: str | None
    cert: str | None
    key: str | None
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of an Engine and how it was found."""

    url: str
    context: str
    """The docker context's name; "default" for the local Engine, "" for a URL given by hand."""
    source: str
    """What named it: "--host", "DOCKER_HOST", "DOCKER_CONTEXT", "config.json" …"""
    tls: TLSFiles | None = None
    read_only: bool = field(default=False, compare=False)
    demo: bool = field(default=False, compare=False)
    """Whether the demo Engine answers there, and every screen has to say so."""

    @property
    def name(self) -> str:
        """What a person calls it: the context, else the URL."""
        return self.context or self.url

    @property
    def local(self) -> bool:
        """Whether it is a unix socket of this machine."""
        return self.url.startswith("unix://")

    @property
    def socket_path(self) -> str:
        """The path of the unix socket; "" when it is not one."""
        return self.url.removeprefix("unix://") if self.local else ""


def config_dir(env: Mapping[str, str] = os.environ) -> Path:
    """The docker CLI's folder: DOCKER_CONFIG or ~/.docker."""
    return Path(env.get("DOCKER_CONFIG") or Path(env.get("HOME") or Path.home()) / ".docker")


def docker_config(env: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The docker CLI's config.json; {} when there is none or it cannot be read."""
    try:
        found = json.loads((config_dir(env) / "config.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def resolve(
    host: str | None = None,
    context: str | None = None,
    *,
    read_only: bool = False,
    env: Mapping[str, str] = os.environ,
) -> Endpoint:
    """The endpoint to use, by the docker CLI's own order of precedence.

    -H, --context, DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, the default socket.
    Raises EndpointError for a context that does not exist and for an address nobody can speak to.
    """
    if host and context:
        raise EndpointError("give either --host or --context, not both")
    if host:
        return _by_url(host, "--host", env, read_only)
    if context:
        return context_endpoint(context, "--context", env=env, read_only=read_only)
    if env.get("DOCKER_HOST"):
        return _by_url(env["DOCKER_HOST"], "DOCKER_HOST", env, read_only)
    if env.get("DOCKER_CONTEXT"):
        return context_endpoint(env["DOCKER_CONTEXT"], "DOCKER_CONTEXT", env=env, read_only=read_only)
    current = docker_config(env).get("currentContext")
    if current:
        return context_endpoint(str(current), "config.json", env=env, read_only=read_only)
    return context_endpoint("default", "default", env=env, read_only=read_only)


def context_endpoint(
    name: str, source: str, *, env: Mapping[str, str] = os.environ, read_only: bool = False
) -> Endpoint:
    """The endpoint of a docker context. Raises EndpointError when there is no such context."""
    if name == "default":
        if env.get("DOCKER_HOST"):  # to the docker CLI too, the default context is wherever this leads
            return _by_url(env["DOCKER_HOST"], "DOCKER_HOST", env, read_only)
        return Endpoint(DEFAULT_URL, "default", source, read_only=read_only)
    import hashlib  # brings OpenSSL along, and most starts use the default context

    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = config_dir(env) / "contexts"
    try:
        meta = json.loads((folder / "meta" / digest / "meta.json").read_text())
        docker = meta["Endpoints"]["docker"]
        url = str(docker["Host"])
    except FileNotFoundError:
        raise EndpointError(f"there is no docker context named {name!r} (asked for by {source})") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EndpointError(f"the docker context {name!r} cannot be read: {error}") from error
    tls_folder = folder / "tls" / digest / "docker"
    tls = None
    if tls_folder.is_dir():
        tls = _tls_files(tls_folder, verify=not docker.get("SkipTLSVerify"))
    return Endpoint(_checked(url, tls), name, source, tls, read_only)


def context_names(env: Mapping[str, str] = os.environ) -> list[str]:
    """The names of all docker contexts, "default" first."""
    names = []
    for meta in (config_dir(env) / "contexts" / "meta").glob("*/meta.json"):
        try:
            names.append(str(json.loads(meta.read_text())["Name"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return ["default", *sorted(names)]


def _by_url(url: str, source: str, env: Mapping[str, str], read_only: bool) -> Endpoint:
    tls = None
    if env.get("DOCKER_TLS_VERIFY") or env.get("DOCKER_TLS"):
        folder = Path(env.get("DOCKER_CERT_PATH") or config_dir(env))
        tls = _tls_files(folder, verify=bool(env.get("DOCKER_TLS_VERIFY")))
    return Endpoint(_checked(url, tls), "", source, tls, read_only)


def _checked(url: str, tls: TLSFiles | None) -> str:
    """The address in full, with what the docker CLI adds where something is left out."""
    if "://" not in url:
        url = f"tcp://{url}" if not url.startswith("/") else f"unix://{url}"
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        raise EndpointError(f"{url!r} is no address of an Engine: begin it with unix://, tcp:// or ssh://")
    if scheme == "ssh":
        raise EndpointError(
            f"{url!r}: ssh endpoints cannot be opened yet; forward the socket with "
            "ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST and use -H unix:///tmp/docker.sock"
        )
    if scheme == "unix":
        return url if rest else DEFAULT_URL
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "localhost", parts.port
    except ValueError as error:
        raise EndpointError(f"{url!r} is no address of an Engine: {error}") from None
    where = f"[{host}]" if ":" in host else host
    port = port or (TLS_PORT if tls or scheme == "https" else PORT)
    return f"{scheme}://{where}:{port}{parts.path.rstrip('/')}"


def _tls_files(folder: Path, *, verify: bool) -> TLSFiles:
    there = {name: str(folder / name) if (folder / name).is_file() else None for name in _TLS_NAMES}
    return TLSFiles(there["ca.pem"], there["cert.pem"], there["key.pem"], verify)


_TLS_NAMES = ("ca.pem", "cert.pem", "key.pem")
