"""Where an Engine listens, found as the docker CLI finds it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tui.engine.address import ssh_address

DEFAULT_URL = "unix:///var/run/docker.sock"
DEFAULT_TLS_URL = "tcp://localhost:2376"
"""Where the docker CLI goes when TLS is asked for and no address is given."""
SCHEMES = ("unix", "tcp", "http", "https", "ssh")
PORT = 2375
TLS_PORT = 2376
"""Where Engines listen on tcp, as the docker CLI assumes."""
FOUND = "found: "
"""How the source of an endpoint begins that was found by looking for sockets, before the socket's name."""


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
    """What named it: "--host", "DOCKER_HOST", "DOCKER_CONTEXT", "config.json", "found: Colima" …"""
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

    @property
    def ssh(self) -> bool:
        """Whether ssh leads to it."""
        return self.url.startswith("ssh://")

    @property
    def plain(self) -> bool:
        """Whether all that is said goes over a network in the clear."""
        return self.url.startswith("http://") or (self.url.startswith("tcp://") and self.tls is None)

    @property
    def unverified(self) -> bool:
        """Whether it is encrypted, but nobody checks who answers."""
        return self.tls is not None and not self.tls.verify and not self.url.startswith(_WITHOUT_TLS)

    @property
    def flags(self) -> tuple[str, ...]:
        """What `docker` needs in front to reach the same Engine from this shell; () when nothing."""
        if self.source in ("--context", "chosen") and self.context:
            return ("-c", self.context)
        if self.source in ("--host", "chosen") or self.source.startswith(FOUND):
            return ("-H", self.url)
        return ()


def config_dir(env: Mapping[str, str] = os.environ) -> Path:
    """The docker CLI's folder: DOCKER_CONFIG or ~/.docker."""
    return Path(env.get("DOCKER_CONFIG") or Path(env.get("HOME") or Path.home()) / ".docker")


def docker_config(env: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The docker CLI's config.json; {} when there is none or it cannot be read."""
    try:
        found = json.loads((config_dir(env) / "config.json").read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def resolve(
    host: str | None = None,
    context: str | None = None,
    *,
    read_only: bool = False,
    env: Mapping[str, str] = os.environ,
) -> Endpoint:
    """The endpoint to use, by the docker CLI's own order of precedence (see `resolution`).

    Raises EndpointError for a context that does not exist and for an address nobody can speak to.
    """
    found = resolution(host, context, read_only=read_only, env=env).found
    if isinstance(found, EndpointError):
        raise found
    return found


class Step(NamedTuple):
    """One place where an endpoint may be named, and what was made of it."""

    what: str
    """The place: "--host", "DOCKER_HOST", "config.json", "default", or the name of a well-known socket."""
    value: str
    """What it names, a URL or a context; "" when it names nothing."""
    chosen: bool
    why: str
    """Why it was chosen or not, in some words."""


class Resolution(NamedTuple):
    """How the endpoint was found."""

    steps: tuple[Step, ...]
    """All places, in the order in which they count."""
    found: Endpoint | EndpointError


def resolution(
    host: str | None = None,
    context: str | None = None,
    *,
    read_only: bool = False,
    env: Mapping[str, str] = os.environ,
) -> Resolution:
    """What was tried to find the endpoint, and what came of it.

    -H, --context, DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, the default socket; where all
    of these are silent, the first well-known socket on which somebody listens.
    Raises EndpointError when both -H and --context are given.
    """
    if host is not None and context:
        raise EndpointError("give either --host or --context, not both")
    steps: list[Step] = []
    chosen = ""
    for what, value, unset in (
        ("--host", host, "not given"),
        ("--context", context or None, "not given"),
        ("DOCKER_HOST", env.get("DOCKER_HOST") or None, "not set"),
        ("DOCKER_CONTEXT", env.get("DOCKER_CONTEXT") or None, "not set"),
        ("config.json", _current_context(env), "names no context"),
    ):
        if value is None:
            steps.append(Step(what, "", False, unset))
        elif chosen:
            steps.append(Step(what, value, False, f"{chosen} comes first"))
        else:
            chosen = what
            steps.append(Step(what, value, True, "the first that names one"))
    try:
        if not chosen:
            return _unnamed(steps, env, read_only)
        value = next(step.value for step in steps if step.chosen)
        if chosen in ("--host", "DOCKER_HOST"):
            found = _by_url(value, chosen, env, read_only)
        else:
            found = context_endpoint(value, chosen, env=env, read_only=read_only)
    except EndpointError as error:
        return Resolution(tuple(steps), error)
    return Resolution((*steps, Step("default", "", False, f"{chosen} comes first")), found)


def _current_context(env: Mapping[str, str]) -> str | None:
    current = docker_config(env).get("currentContext")
    return str(current) if current else None


def _unnamed(steps: list[Step], env: Mapping[str, str], read_only: bool) -> Resolution:
    """Nothing names an endpoint: the default one, or a well-known socket when that one is silent."""
    default = context_endpoint("default", "default", env=env, read_only=read_only)
    if not default.local:
        step = Step("default", default.url, True, "TLS is asked for, and no address is given")
        return Resolution((*steps, step), default)
    from tui.engine import known

    silence = known.silence(default.socket_path)
    if silence in ("", known.BUSY):
        return Resolution((*steps, Step("default", default.url, True, "nothing names another")), default)
    others = []
    found = default
    for place in known.places(env):
        url = f"unix://{place.path}"
        if found is not default:
            others.append(Step(place.name, url, False, f"{found.source} comes first"))
            continue
        why = known.silence(place.path)
        if not why:
            found = Endpoint(url, "", f"{FOUND}{place.name}", read_only=read_only)
        others.append(Step(place.name, url, not why, why or "the first that answers"))
    if found is default:
        step = Step("default", default.url, True, f"{silence}, and no other socket answers")
    else:
        step = Step("default", default.url, False, silence)
    return Resolution((*steps, step, *others), found)


def context_endpoint(
    name: str, source: str, *, env: Mapping[str, str] = os.environ, read_only: bool = False
) -> Endpoint:
    """The endpoint of a docker context. Raises EndpointError when there is no such context."""
    if name == "default":
        if env.get("DOCKER_HOST"):  # to the docker CLI too, the default context is wherever this leads
            return _by_url(env["DOCKER_HOST"], "DOCKER_HOST", env, read_only)
        url = DEFAULT_TLS_URL if _environment_wants_tls(env) else DEFAULT_URL
        return Endpoint(url, "default", source, _environment_tls(url, env), read_only)
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
    if not url.startswith(_WITHOUT_TLS) and (tls_folder.is_dir() or docker.get("SkipTLSVerify")):
        tls = _tls_files(tls_folder, verify=not docker.get("SkipTLSVerify"))
    return Endpoint(address(url, tls), name, source, tls, read_only)


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
    # without a port it is 2375 with TLS too: so says the docker CLI
    whole = address(url) if url else DEFAULT_TLS_URL if _environment_wants_tls(env) else DEFAULT_URL
    tls = _environment_tls(whole, env)
    return Endpoint(address(whole, tls), "", source, tls, read_only)


def address(url: str, tls: TLSFiles | None = None) -> str:
    """The address in full, with what the docker CLI adds where something is left out.

    Raises EndpointError, with one clear line, for what is no address of an Engine.
    """
    url = url.strip()
    if "://" not in url:
        url = f"tcp://{url}" if not url.startswith("/") else f"unix://{url}"
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        raise EndpointError(f"{url!r} is no address of an Engine: begin it with unix://, tcp:// or ssh://")
    if scheme == "ssh":
        try:
            ssh_address(url)
        except ValueError as error:
            raise EndpointError(f"{url!r} is no address of an Engine: {error}") from None
        return url
    if scheme == "unix":
        return url if rest else DEFAULT_URL
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "localhost", parts.port
    except ValueError as error:
        raise EndpointError(f"{url!r} is no address of an Engine: {error}") from None
    if scheme == "http" and tls is not None:
        scheme = "https"  # who gives certificates wants nothing sent in the clear
    where = f"[{host}]" if ":" in host else host
    if port is None:
        port = TLS_PORT if tls or scheme == "https" else PORT
    return f"{scheme}://{where}:{port}{parts.path.rstrip('/')}"


def _environment_wants_tls(env: Mapping[str, str]) -> bool:
    return bool(env.get("DOCKER_TLS_VERIFY") or env.get("DOCKER_TLS"))


def _environment_tls(url: str, env: Mapping[str, str]) -> TLSFiles | None:
    """The files that the environment names for this address.

    Raises EndpointError when it asks for verifying and there is nothing to verify with.
    """
    if url.startswith(_WITHOUT_TLS) or not _environment_wants_tls(env):
        return None
    folder = Path(env.get("DOCKER_CERT_PATH") or config_dir(env))
    files = _tls_files(folder, verify=bool(env.get("DOCKER_TLS_VERIFY")))
    if files.verify and files.ca is None:
        raise EndpointError(
            f"DOCKER_TLS_VERIFY is set, but there is no {folder / 'ca.pem'} to verify {url} with"
        )
    return files


def _tls_files(folder: Path, *, verify: bool) -> TLSFiles:
    there = {name: str(folder / name) if (folder / name).is_file() else None for name in _TLS_NAMES}
    return TLSFiles(there["ca.pem"], there["cert.pem"], there["key.pem"], verify)


_TLS_NAMES = ("ca.pem", "cert.pem", "key.pem")
_WITHOUT_TLS = ("unix://", "ssh://")
