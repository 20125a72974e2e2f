"""Why no Engine answered, and what a person can type about it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from tui.engine.endpoint import DEFAULT_URL, Endpoint
from tui.engine.errors import EngineError
from tui.engine.lines import quote

Command = tuple[str, str]
"""What to type here, and why."""

INSTALL_PAGE = "https://docs.docker.com/engine/install"
DEFAULT_SOCKET = DEFAULT_URL.removeprefix("unix://")

NAME_UNKNOWN = ("name or service not known", "name resolution", "no address associated", "nodename nor")
NO_WAY = ("no route to host", "network is unreachable", "host is down")
_CUT = ("reset", "closed connection", "remote end closed", "eof occurred")
"""How an Engine ends a connection without a word, as one does that is shown no good certificate."""
_TLS = ("certificate", "ssl", "tls", "https server")


class Diagnosis(NamedTuple):
    """Why an Engine could not be reached."""

    what: str
    """What is wrong, in one sentence."""
    explain: str
    """What that means and what to do, in some sentences."""
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True)
class Machine:
    """What is looked at on the machine that Wharf runs on."""

    which: Callable[[str], str | None] = shutil.which
    """The path of a program, None when there is none."""
    exists: Callable[[str], bool] = os.path.exists
    root: bool = False
    """Whether Wharf runs as root."""

    @classmethod
    def here(cls) -> Machine:
        """This machine, and who runs Wharf on it."""
        return cls(root=os.geteuid() == 0)

    def as_root(self, line: str) -> str:
        """A line that only root may run."""
        return line if self.root else f"sudo {line}"

    @property
    def has_systemd(self) -> bool:
        """Whether systemd starts the services."""
        return self.exists("/run/systemd/system")


def diagnose(endpoint: Endpoint, error: EngineError, machine: Machine | None = None) -> Diagnosis:
    """Say why `endpoint` could not be reached, from the failure and from what there is on this machine."""
    machine = machine or Machine.here()
    words = error.message.lower()
    if "not a docker engine" in words or error.status == 404:
        return _no_docker(endpoint)
    if endpoint.ssh:
        from tui.engine.diagnosis_ssh import diagnose_ssh

        found = diagnose_ssh(endpoint, error.message, machine)
    elif "timed out" in words and error.status is None:
        return _silent(endpoint, machine)
    elif endpoint.local:
        found = _local(endpoint, words, machine)
    else:
        found = _remote(endpoint, words)
    if found is not None:
        return found
    return Diagnosis(f"{endpoint.url} cannot be used: {error.message.strip().rstrip('.')}.", error.advice)


def _no_docker(endpoint: Endpoint) -> Diagnosis:
    return Diagnosis(
        f"What answers at {endpoint.url} is not a Docker Engine.",
        "Something else listens at this address: a web server, or a proxy in front of the Engine. "
        "Check the address and the port.",
    )


def _silent(endpoint: Endpoint, machine: Machine) -> Diagnosis:
    if not endpoint.local:
        host = _host(endpoint)
        return Diagnosis(
            f"{host} did not answer in time.",
            "The machine is off, a firewall drops what is sent to that port, or the address is wrong.",
            ((f"ping -c 3 {quote(host)}", "does the machine answer at all?"),),
        )
    return Diagnosis(
        f"The Engine at {endpoint.socket_path} takes the connection but does not answer.",
        "It is starting, very busy, or it hangs. Its log says more.",
        ((machine.as_root("journalctl -u docker -n 50"), "the end of its log"), *_restart(machine)),
    )


# A socket of this machine


def _local(endpoint: Endpoint, words: str, machine: Machine) -> Diagnosis | None:
    path = endpoint.socket_path
    if "no such file" in words or "not a directory" in words:
        return _missing(endpoint, machine)
    if "permission denied" in words:
        return Diagnosis(
            f"You may not open the socket {path}.",
            "Only root and the members of the group docker may. Mind that the group is as good as root: "
            "who may start containers can read and change every file of this machine. "
            "It counts from your next login on. A rootless Engine, one of your own, needs no group.",
            (
                ("sudo usermod -aG docker $USER", "joins the group; then log in again"),
                ("id -nG", "the groups that count now"),
                ("dockerd-rootless-setuptool.sh install", "or an Engine of your own, without root"),
            ),
        )
    if "connection refused" in words:
        return Diagnosis(
            f"The socket {path} is there, but nobody listens on it.",
            "The Engine ended without taking its socket along, or it is being started just now.",
            _start(endpoint, machine),
        )
    return None


def _missing(endpoint: Endpoint, machine: Machine) -> Diagnosis:
    path = endpoint.socket_path
    if path not in (DEFAULT_SOCKET, "/run/docker.sock"):
        return _missing_elsewhere(endpoint, machine)
    if machine.which("dockerd") is None:
        apt = machine.exists("/etc/debian_version")
        return Diagnosis(
            f"Docker is not installed here: there is no dockerd, and no socket {path}.",
            f"{INSTALL_PAGE} says how to install it on your system."
            + (" This system's own package of it is docker.io." if apt else ""),
            ((machine.as_root("apt-get install docker.io"), "installs and starts it"),) if apt else (),
        )
    return Diagnosis(
        f"Docker is installed but not running: there is no socket {path}.",
        "The Engine (dockerd) makes this socket when it starts.",
        _start(endpoint, machine),
    )


def _missing_elsewhere(endpoint: Endpoint, machine: Machine) -> Diagnosis:
    """A socket at a place of a person's own choice is missing."""
    usual: tuple[Command, ...] = ()
    if machine.exists(DEFAULT_SOCKET):
        usual = ((f"wharf -H {DEFAULT_URL}", "the Engine at the usual place"),)
        if endpoint.source == "DOCKER_HOST":
            usual = (("unset DOCKER_HOST", "forgets this address"), *usual)
    return Diagnosis(
        f"There is no socket {endpoint.socket_path}.",
        "The Engine that makes it is not running, the tunnel that leads to it has ended, "
        "or the path is mistyped.",
        (*_start(endpoint, machine), *usual),
    )


def _start(endpoint: Endpoint, machine: Machine) -> tuple[Command, ...]:
    """What starts the Engine whose socket this is."""
    path = endpoint.socket_path
    if "/desktop/" in path:
        return (("systemctl --user start docker-desktop", "starts Docker Desktop"),)
    if path.startswith("/run/user/"):
        return (
            ("systemctl --user start docker", "starts your own (rootless) Engine"),
            ("systemctl --user enable docker", "and whenever you log in"),
        )
    if path not in (DEFAULT_SOCKET, "/run/docker.sock"):
        return ()
    if machine.has_systemd:
        return (
            (machine.as_root("systemctl start docker"), "starts it now"),
            (machine.as_root("systemctl enable docker"), "and at every boot"),
            (machine.as_root("journalctl -u docker -n 50"), "why it did not start"),
        )
    return ((machine.as_root("dockerd"), "starts it in this terminal; there is no systemd here"),)


def _restart(machine: Machine) -> tuple[Command, ...]:
    if not machine.has_systemd:
        return ()
    return ((machine.as_root("systemctl restart docker"), "ends it and starts it anew"),)


# An address in a network


def _host(endpoint: Endpoint) -> str:
    try:
        return urlsplit(endpoint.url).hostname or endpoint.url
    except ValueError:
        return endpoint.url


def name_unknown(host: str) -> Diagnosis:
    """No address is known for a host."""
    return Diagnosis(
        f"There is no machine called {host}, as far as this one knows.",
        "The name is mistyped, or the name server that knows it is not reachable.",
        ((f"getent hosts {quote(host)}", "what the name stands for"),),
    )


def no_way(host: str) -> Diagnosis:
    """The network does not lead to a host."""
    return Diagnosis(
        f"No way leads to {host}.",
        "This machine is offline, or the one asked for is in another network or a VPN.",
        ((f"ping -c 3 {quote(host)}", "does the machine answer at all?"),),
    )


def _remote(endpoint: Endpoint, words: str) -> Diagnosis | None:
    host = _host(endpoint)
    if any(word in words for word in NAME_UNKNOWN):
        return name_unknown(host)
    cut = any(word in words for word in _CUT)
    if endpoint.tls is not None and cut:
        return _not_let_in(host)
    if any(word in words for word in _TLS):
        return _tls(endpoint, words)
    if any(word in words for word in NO_WAY):
        return no_way(host)
    if "refused" in words:
        return Diagnosis(
            f"{host} answers, but nobody listens at {endpoint.url}.",
            "The Engine is not running there, or it listens on its own socket only, as it does unless told "
            "otherwise. Over ssh Wharf reaches that socket, without opening a port.",
            ((f"wharf -H {quote(f'ssh://{host}')}", "the Engine of that machine, over ssh"),),
        )
    if cut:
        return Diagnosis(
            f"{host} cut the connection before it answered.",
            "This port may want TLS: use a docker context with certificates, or set DOCKER_TLS_VERIFY=1 and "
            "DOCKER_CERT_PATH.",
        )
    return None


def _tls(endpoint: Endpoint, words: str) -> Diagnosis:
    host = _host(endpoint)
    if "https server" in words:
        return Diagnosis(
            f"The Engine at {host} wants TLS, and was spoken to without.",
            "Give Wharf the certificates, in a docker context or by these variables.",
            (
                (
                    "export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=~/.docker",
                    "where ca.pem, cert.pem, key.pem are",
                ),
            ),
        )
    if "wrong version number" in words or "record layer" in words:
        return Diagnosis(
            f"What listens at {endpoint.url} does not speak TLS.",
            "Certificates are set for this endpoint, but the port speaks plain HTTP: the port is wrong "
            "(2376 is usual with TLS, 2375 without), or the certificates are not meant for it.",
            (("unset DOCKER_TLS_VERIFY DOCKER_TLS", "speaks without TLS"),),
        )
    if "mismatch" in words:
        return Diagnosis(
            f"The certificate of the Engine was not made for {host}.",
            "It names other hosts. Use a name that it holds, or have one made that names this host too.",
            _certificate(endpoint),
        )
    if "expired" in words or "not yet valid" in words:
        return Diagnosis(
            f"The certificate of the Engine at {host} is not valid now.",
            "It has expired, or the clock of one of the two machines is wrong.",
            (("date", "the time on this machine"), *_certificate(endpoint)),
        )
    if "verify failed" in words:
        return Diagnosis(
            f"The certificate of the Engine at {host} is signed by nobody that this endpoint trusts.",
            "The ca.pem of this endpoint is missing or is another one than the Engine's.",
            _certificate(endpoint),
        )
    if "ca_cert" in words or "client_cert" in words:
        return Diagnosis(
            "A certificate file of this endpoint cannot be read.",
            "It needs ca.pem, cert.pem and key.pem, each of them readable for you: in the docker context's "
            "folder below ~/.docker/contexts/tls, or where DOCKER_CERT_PATH says.",
        )
    if "alert" in words or "client cert" in words:
        return _not_let_in(host)
    return Diagnosis(
        f"The TLS connection to {host} failed.",
        "Look at the certificates of this endpoint: ca.pem, cert.pem and key.pem.",
        _certificate(endpoint),
    )


def _not_let_in(host: str) -> Diagnosis:
    return Diagnosis(
        f"The Engine at {host} did not accept a certificate from here.",
        "It wants a client certificate that its own authority has signed: cert.pem and key.pem are "
        "missing, belong to another Engine, or have expired.",
    )


def _certificate(endpoint: Endpoint) -> tuple[Command, ...]:
    address = urlsplit(endpoint.url).netloc
    return ((f"openssl s_client -connect {quote(address)} </dev/null", "the certificate that it shows"),)
