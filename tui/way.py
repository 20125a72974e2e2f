"""What there is to say about the way to an endpoint before anything is asked of the Engine."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from tui.engine import known
from tui.engine.address import ssh_address
from tui.engine.endpoint import Endpoint

YES, NO, NEITHER = "✓", "✗", "–"

HANDSHAKE_SECONDS = 5.0
DAY = 86_400
SOON = 30
"""Days before the end of a certificate from which on it is worth a warning."""


class Row(NamedTuple):
    """One thing looked at."""

    mark: str
    """YES, NO, or NEITHER good nor bad."""
    what: str
    found: str


def way(endpoint: Endpoint) -> Iterator[Row]:
    """The rows about a socket of this machine, a network, or ssh."""
    if endpoint.local:
        return _socket(endpoint.socket_path)
    return _ssh(endpoint.url) if endpoint.ssh else _network(endpoint)


# A socket of this machine


def _socket(path: str) -> Iterator[Row]:
    real = os.path.realpath(path)
    yield Row(NEITHER, "socket", path if real == path else f"{path} → {real}")
    try:
        there = os.stat(path)
    except OSError as error:
        yield Row(NO, "there", f"no: {error.strerror}")
        return
    owner = f"{stat.filemode(there.st_mode)} {_user(there.st_uid)}:{_group(there.st_gid)}"
    kind = stat.S_ISSOCK(there.st_mode)
    yield Row(YES if kind else NO, "there", owner if kind else f"{owner}, which is no socket")
    groups = ", ".join(_group(group) for group in sorted({os.getegid(), *os.getgroups()}))
    yield Row(NEITHER, "you are", f"{_user(os.geteuid())}, in the groups {groups}")
    yield _opening(path)


def _opening(path: str) -> Row:
    """Whether this person may open the socket, and whether somebody listens on it."""
    silence = known.silence(path)
    if not silence:
        return Row(YES, "you may open it", "yes")
    refused = silence in (os.strerror(errno.ECONNREFUSED), known.BUSY)
    return Row(NO, "you may open it", f"{'yes, but' if refused else 'no'}: {silence}")


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


# A network


def _network(endpoint: Endpoint) -> Iterator[Row]:
    if endpoint.plain:
        yield Row(NO, "encrypted", "NOT ENCRYPTED: everybody on the way can read it, and use the Engine")
        return
    files = endpoint.tls
    if endpoint.unverified:
        yield Row(NO, "encrypted", "TLS NOT VERIFIED: nobody checks who answers")
    else:
        trusted = files.ca if files is not None and files.ca else "the authorities that this machine trusts"
        yield Row(YES, "encrypted", f"TLS, verified with {trusted}")
    if files is not None and files.cert and files.key:
        yield Row(YES, "shows itself by", files.cert)
    else:
        yield Row(NEITHER, "shows itself by", "no certificate of its own")
    if not endpoint.unverified:
        yield _certificate(endpoint)


def _certificate(endpoint: Endpoint) -> Row:
    """What the Engine's certificate says, read in a handshake of its own."""
    import socket
    import ssl

    parts, files = urlsplit(endpoint.url), endpoint.tls
    try:
        context = ssl.create_default_context(cafile=files.ca if files is not None else None)
        if files is not None and files.cert and files.key:
            context.load_cert_chain(files.cert, files.key)
        where = (parts.hostname or "", parts.port or 0)
        with (
            socket.create_connection(where, HANDSHAKE_SECONDS) as line,
            context.wrap_socket(line, server_hostname=parts.hostname) as secure,
        ):
            found = secure.getpeercert() or {}
    except OSError as error:
        words = getattr(error, "verify_message", "") or error.strerror or str(error)
        return Row(NO, "certificate", f"not accepted or not read: {words}")
    until = str(found.get("notAfter", ""))
    days = int((ssl.cert_time_to_seconds(until) - time.time()) // DAY) if until else 0
    names = f"{_common_name(found.get('subject'))}, signed by {_common_name(found.get('issuer'))}"
    return Row(YES if days > SOON else NO, "certificate", f"{names}, ends in {days} days ({until})")


def _common_name(name: object) -> str:
    """The common name in a name as ssl gives it: ((("commonName", "x"),), …)."""
    parts = [pair for part in name for pair in part] if isinstance(name, tuple) else []
    known_as = dict(parts)
    return str(known_as.get("commonName") or known_as.get("organizationName") or "nobody")


# ssh


def _ssh(url: str) -> Iterator[Row]:
    address = ssh_address(url)
    port = f", port {address.port}" if address.port else ""
    yield Row(NEITHER, "ssh to", f"{address.destination}{port}")
    yield Row(NEITHER, "its socket", address.path)
    program = shutil.which("ssh")
    if program is None:
        yield Row(NO, "ssh program", "there is none on PATH: install OpenSSH's client")
        return
    try:
        # ssh says its version on standard error
        said = subprocess.run(
            [program, "-V"], capture_output=True, text=True, errors="replace", timeout=5, check=False
        ).stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Row(NO, "ssh program", f"{program}: {error}")
        return
    yield Row(YES, "ssh program", f"{program}: {said.strip() or 'says no version'}")
