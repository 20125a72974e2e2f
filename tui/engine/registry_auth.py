"""How a registry is told who asks: basic auth, or bearer tokens from the service it names."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from tui.engine.credentials import Credentials
from tui.engine.registry_errors import RegistryError, advice_for, strange, words_of
from tui.engine.registry_json import number, read, table, text
from tui.engine.registry_models import Scheme

TOKEN_SECONDS = 60
"""How long a token is good when the service does not say."""
MARGIN_SECONDS = 5
CLIENT = "wharf"
LONGEST_CHALLENGE = 8000

Lookup = Callable[[], Credentials | None]
"""Finds the credentials of the registry, when they are first needed. Raises CredentialsError."""


class Answer(NamedTuple):
    """One answer, read whole."""

    status: int
    headers: Mapping[str, str]
    """Their names may be asked for in any case."""
    body: bytes
    url: str
    reason: str = ""


class Send(Protocol):
    """Sends one request to an address. Raises RegistryError."""

    def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        params: list[tuple[str, str]] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Answer: ...


class Challenge(NamedTuple):
    """What a registry wants before it answers (WWW-Authenticate)."""

    scheme: Scheme
    realm: str = ""
    service: str = ""
    scope: str = ""


_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_SCHEME = re.compile(r"\s*(\w+)(?:\s+|$)")


def challenge_of(header: str) -> Challenge:
    """The challenge in a WWW-Authenticate header; scheme NONE for one that Wharf cannot meet."""
    header = header[:LONGEST_CHALLENGE]
    found = _SCHEME.match(header)
    word = found[1].lower() if found else ""
    if found is None or word not in (Scheme.BASIC, Scheme.BEARER):
        # several may be offered in one header
        later = re.search(r"\b(bearer|basic)\s+\w+\s*=", header, re.IGNORECASE)
        return challenge_of(header[later.start() :]) if later and later.start() else Challenge(Scheme.NONE)
    values = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) or bare
        for name, quoted, bare in _PARAMETER.findall(header)
    }
    named = (values.get(name, "") for name in ("realm", "service", "scope"))
    return Challenge(Scheme(word), *named)


class Authority:
    """The tokens and credentials of one registry; may be used by several threads."""

    def __init__(self, host: str, lookup: Lookup, send: Send) -> None:
        self.scheme = Scheme.NONE
        """How the registry last asked."""
        self._host = host
        self._lookup = lookup
        self._send = send
        self._looked = False
        self._credentials: Credentials | None = None
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = threading.RLock()

    @property
    def known(self) -> bool:
        """Whether the registry was told who asks."""
        return self._credentials is not None

    def header(self, scope: str) -> str:
        """The Authorization header for a scope, as far as one is at hand; "" without."""
        with self._lock:
            if self.scheme is Scheme.BASIC:
                return _basic(self._credentials)
            token, until = self._tokens.get(scope, ("", 0.0))
            return f"Bearer {token}" if token and time.monotonic() < until else ""

    def answer(self, header: str, scope: str, *, secure: bool) -> str:
        """The Authorization header that meets a challenge; "" when there is none to give.

        `secure` says whether the registry speaks TLS. Raises RegistryError when its token service refuses.
        """
        challenge = challenge_of(header)
        with self._lock:
            self.scheme = challenge.scheme
            if challenge.scheme is Scheme.BASIC:
                return _basic(self._find())
            self._tokens.pop(scope, None)
            if challenge.scheme is Scheme.NONE:
                return ""
            credentials = self._find()
            if credentials is not None and credentials.registry_token:
                return f"Bearer {credentials.registry_token}"
            token, seconds = self._token(challenge, challenge.scope or scope, credentials, secure)
            self._tokens[scope] = (token, time.monotonic() + max(0, seconds - MARGIN_SECONDS))
            return f"Bearer {token}"

    def _find(self) -> Credentials | None:
        if not self._looked:
            self._credentials = self._lookup()
            self._looked = True
        return self._credentials

    def _token(
        self, challenge: Challenge, scope: str, credentials: Credentials | None, secure: bool
    ) -> tuple[str, int]:
        realm = self._realm(challenge.realm, secure)
        asked = [("service", challenge.service)] if challenge.service else []
        if credentials is not None and credentials.token:
            form = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": credentials.token}
            form |= {**dict(asked), **({"scope": scope} if scope else {})}
            found = self._send("POST", realm, {}, data=form)
        else:
            asked += [("scope", one) for one in scope.split()]
            headers = {}
            if credentials is not None:
                asked += [("account", credentials.user)]
                headers["Authorization"] = _basic(credentials)
            found = self._send("GET", realm, headers, params=asked)
        if found.status >= 400:
            words = words_of(found.body, found.status, found.reason)
            raise RegistryError(
                f"{urlsplit(realm).netloc}, which vouches for {self._host}: {words}",
                found.status,
                "Check the user and the password: log in again."
                if found.status == 401
                else advice_for(found.status, words),
            )
        answer = table(read(found.body))
        token = text(answer.get("token")) or text(answer.get("access_token"))
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise strange(self._host, "sends one to a token service that gives no token")
        seconds = number(answer.get("expires_in"))
        return token, TOKEN_SECONDS if seconds is None else min(seconds, 86400)

    def _realm(self, realm: str, secure: bool) -> str:
        """The address of the token service, when it may be sent a password."""
        try:
            parts = urlsplit(realm)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
        except ValueError:
            usable = False
        if not usable:
            raise strange(self._host, "names no address of a token service")
        if secure and parts.scheme != "https":
            raise RegistryError(
                f"{self._host} wants the password to be sent in the clear to {parts.netloc}",
                advice="Wharf does not do that: its token service has to speak TLS.",
            )
        return realm


def _basic(credentials: Credentials | None) -> str:
    if credentials is None:
        return ""
    # some registries take a token in the password's place
    secret = credentials.secret or credentials.registry_token
    pair = f"{credentials.user}:{secret}".encode("utf-8", "surrogateescape")
    return f"Basic {base64.b64encode(pair).decode()}"
