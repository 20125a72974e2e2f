"""A docker context as a person wants it, and what may be wrong with that."""

from __future__ import annotations

import csv
import io
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.engine.endpoint import EndpointError, TLSFiles, address

LARGEST = 1_000_000
"""Bytes of a file that can be a certificate or a key."""

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
KEY = re.compile(r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----.+?-----END ", re.DOTALL)
LOCKED = re.compile(r"BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED")

Material = Mapping[str, bytes]
"""The files of a TLS endpoint by their names in the docker CLI's store."""


class ContextError(Exception):
    """A context cannot be had as it is wanted; the text is one clear line."""

    def __init__(self, text: str, field: str = "") -> None:
        """`field` names the field of the Draft that is wrong; "" for none of them."""
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Draft:
    """What a context is to be."""

    name: str
    host: str
    """The address as it was typed."""
    description: str = ""
    ca: str = ""
    """Paths of PEM files; "" for none."""
    cert: str = ""
    key: str = ""
    skip_verify: bool = False

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return bool(self.ca or self.cert or self.key or self.skip_verify)

    @property
    def address(self) -> str:
        """The address in full; as it was typed when there is something wrong with it."""
        return self.host if host_problem(self.host) else _full(self.host, secure=self.secure)

    @property
    def plain(self) -> bool:
        """Whether all that is said goes over a network in the clear."""
        return not self.secure and self.host.startswith(("tcp://", "http://"))

    @property
    def endpoint(self) -> tuple[str, str, str, str, bool]:
        """All of it that `docker context update --docker` sets."""
        return self.host, self.ca, self.cert, self.key, self.skip_verify

    @property
    def option(self) -> str:
        """The value of the docker CLI's option --docker, which is read as CSV; HOST stands for no host."""
        fields = [f"host={self.address or 'HOST'}"]
        paths = (("ca", self.ca), ("cert", self.cert), ("key", self.key))
        fields += [f"{name}={path}" for name, path in paths if path]
        fields += ["skip-tls-verify=true"] if self.skip_verify else []
        if len(fields) == 1 and fields[0].count("=") == 1:
            return fields[0]
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(fields)
        return text.getvalue()


def full_path(typed: str, env: Mapping[str, str] = os.environ) -> str:
    """A path as the docker CLI needs it, which knows no `~`; "" stays ""."""
    home = env.get("HOME", "")
    if home and (typed == "~" or typed.startswith("~/")):
        typed = home + typed[1:]
    return os.path.abspath(typed) if typed else ""


def host_problem(typed: str) -> str | None:
    """What is wrong with an address; None when docker takes it."""
    if not typed:
        return "A context needs an address: unix://, tcp:// or ssh://"
    if "://" not in typed:
        return f"Begin it with unix://, tcp:// or ssh://, such as ssh://{typed.strip('/')}"
    if not typed.isprintable() or " " in typed:
        return "It holds characters that no address has."
    scheme, _, rest = typed.partition("://")
    if not rest.strip("/"):
        return f"{scheme}:// needs a {'path' if scheme == 'unix' else 'host'}."
    try:
        _full(typed, secure=False)
    except EndpointError as error:
        return str(error)
    return None


def file_problem(path: str, field: str) -> str | None:
    """What is wrong with the file for "ca", "cert" or "key"; None when it can be used, or is not wanted."""
    try:
        if path:
            _pem(path, field)
    except ContextError as error:
        return str(error)
    return None


def material(draft: Draft) -> Material:
    """The TLS files of a draft, after everything in it was looked at. Raises ContextError."""
    if problem := host_problem(draft.host):
        raise ContextError(problem, "host")
    wanted = {"ca": draft.ca, "cert": draft.cert, "key": draft.key}
    if draft.secure and not draft.address.startswith(("tcp://", "https://")):
        field = next((name for name, path in wanted.items() if path), "skip_verify")
        raise ContextError("TLS is for tcp:// only.", field)
    if draft.cert and not draft.key:
        raise ContextError("The certificate needs its key.", "key")
    if draft.key and not draft.cert:
        raise ContextError("The key needs its certificate.", "cert")
    found = {f"{name}.pem": _pem(path, name) for name, path in wanted.items() if path}
    if draft.cert and not _belong_together(draft.cert, draft.key):
        raise ContextError("The key does not belong to the certificate.", "key")
    return found


def _full(typed: str, *, secure: bool) -> str:
    return address(typed, TLSFiles(None, None, None) if secure else None)


def _pem(path: str, field: str) -> bytes:
    """The content of a PEM file. Raises ContextError."""
    try:
        file = Path(path)
        if not file.is_file():
            raise ContextError("There is no such file." if not file.exists() else "It is no file.", field)
        with file.open("rb") as opened:
            content = opened.read(LARGEST)
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else None
        raise ContextError(f"It cannot be read: {words or error}", field) from error
    text = content.decode("utf-8", "replace")
    if field == "key":
        if LOCKED.search(text):
            raise ContextError("The key is locked with a passphrase: docker cannot use it.", field)
        if not KEY.search(text):
            raise ContextError("There is no private key in PEM form in it.", field)
    elif not _certificates(text):
        raise ContextError("There is no certificate in PEM form in it.", field)
    return content


def _certificates(text: str) -> bool:
    found = "\n".join(CERTIFICATE.findall(text))
    try:
        if found:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except (ssl.SSLError, ValueError):
        return False
    return bool(found)


def _belong_together(cert: str, key: str) -> bool:
    try:
        # an empty password, as OpenSSL would ask for one on the terminal
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, key, password="")
    except ssl.SSLError as error:
        return error.reason != "KEY_VALUES_MISMATCH"
    except OSError as error:
        raise ContextError(f"It cannot be read: {error.strerror}", "cert") from error
    return True
