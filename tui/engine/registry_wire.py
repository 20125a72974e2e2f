"""HTTP to one registry: TLS, redirects, credentials, and how much is read at most."""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from tui.engine.credentials import HUB_HOST
from tui.engine.endpoint import config_dir
from tui.engine.errors import ReadOnly
from tui.engine.places import config_home
from tui.engine.registry_auth import Answer, Authority, Lookup
from tui.engine.registry_errors import RegistryError, Unanswered, refused, strange, unanswered

CONNECT_SECONDS = 10.0
SILENT_SECONDS = 30.0
"""How long nothing may come."""
WHOLE_SECONDS = 120.0
"""How long a whole answer may take."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a manifest or a configuration, as the registries themselves limit them."""
PIECE = 64 * 1024
REDIRECTS = 5
POOL = 4
HUB_ADDRESS = "registry-1.docker.io"
_LOOPBACK = ("localhost", "::1")
_READS = frozenset({"GET", "HEAD"})


def on_loopback(host: str) -> bool:
    """Whether a host, with a port or without, is this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in _LOOPBACK or name.endswith(".localhost") or _is_127(name)


def _is_127(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(part.isdigit() for part in parts)


class Wire:
    """Requests to one registry. Every method raises RegistryError, or ReadOnly."""

    def __init__(
        self,
        host: str,
        plain: bool | None,
        ca: str,
        lookup: Lookup,
        *,
        read_only: bool,
        env: Mapping[str, str],
    ) -> None:
        self.host = host
        self._read_only = read_only
        self._plain = plain if on_loopback(host) or plain is not None else False
        self._address = HUB_ADDRESS if host == HUB_HOST else host
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc is not meant for registries
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"User-Agent": "wharf", "Accept-Encoding": "identity"})
        self._trust = (ca, env)
        self._lock = threading.Lock()
        self._base = ""
        self.authority = Authority(host, lookup, self._send)

    def close(self) -> None:
        """Close the sockets kept for later."""
        self._session.close()

    @property
    def base(self) -> str:
        """ "https://host": TLS or not is found out when it is first asked for."""
        with self._lock:
            if not self._base:
                self._session.mount("https://", _Adapter(_context(self._address, *self._trust)))
                self._session.mount("http://", _Adapter(None))
                plain = self._speaks_plain() if self._plain is None else self._plain
                self._base = f"{'http' if plain else 'https'}://{self._address}"
            return self._base

    def ask(
        self,
        method: str,
        path: str,
        *,
        scope: str = "",
        accept: str = "",
        limit: int = LARGEST,
        good: tuple[int, ...] = (),
    ) -> Answer:
        """Send one request to a path ("/v2/…") and read its answer whole, up to `limit` bytes.

        A refusal is an error, unless its status is among `good`. Raises ReadOnly for what would change a
        registry that is only read.
        """
        if self._read_only and method not in _READS:
            raise ReadOnly(
                f"this endpoint is read-only: {method} {path} was not sent",
                advice="Start Wharf without --read-only, or change the endpoint in config.toml.",
            )
        url = self.base + path
        headers = {"Accept": accept} if accept else {}
        if known := self.authority.header(scope):
            headers["Authorization"] = known
        answer = self._send(method, url, headers, limit=limit)
        # another host, to which this one led, must not learn a password by asking for it
        if answer.status == requests.codes.unauthorized and _origin(answer.url) == _origin(url):
            wanted = answer.headers.get("WWW-Authenticate", "")
            given = self.authority.answer(wanted, scope, secure=url.startswith("https:"))
            if given and given != headers.get("Authorization"):
                headers["Authorization"] = given
                answer = self._send(method, url, headers, limit=limit)
        if answer.status >= 400 and answer.status not in good:
            error = refused(self.host, answer.status, answer.body, answer.reason)
            if answer.status == requests.codes.unauthorized and self.authority.known:
                error.advice = "These credentials do not let you in: log in again."
            raise error
        return answer

    def _speaks_plain(self) -> bool:
        """Whether a registry of this machine speaks plain HTTP; it is not told who asks."""
        try:
            answer = self._send("GET", f"http://{self._address}/v2/", {})
        except Unanswered:
            return False
        except RegistryError:
            return True
        return not (answer.status == requests.codes.bad_request and b"HTTPS" in answer.body)

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        params: list[tuple[str, str]] | None = None,
        data: Mapping[str, str] | None = None,
        limit: int = LARGEST,
    ) -> Answer:
        """Send a request as it is, following where it leads; other hosts learn nothing of who asks."""
        sent = dict(headers)
        for _ in range(REDIRECTS + 1):
            answer = self._once(method, url, sent, params, data, limit)
            where = answer.headers.get("Location", "")
            if not (300 <= answer.status < 400 and where):
                return answer
            if method not in _READS:
                raise strange(self.host, "leads a request elsewhere that would change something")
            params = None
            try:
                url, before = urljoin(answer.url, where), answer.url
                elsewhere = _origin(url) != _origin(before)
            except ValueError:
                raise strange(self.host, "leads to what is no address") from None
            if before.startswith("https:") and not url.startswith("https:"):
                raise strange(self.host, "leads from TLS to an address without")
            if elsewhere:
                sent.pop("Authorization", None)
        raise strange(self.host, "leads from one address to the next without end")

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: list[tuple[str, str]] | None,
        data: Mapping[str, str] | None,
        limit: int,
    ) -> Answer:
        until = time.monotonic() + WHOLE_SECONDS
        try:
            with self._session.request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                timeout=(CONNECT_SECONDS, SILENT_SECONDS),
                allow_redirects=False,
                stream=True,
                proxies=_proxies(url),
            ) as answer:
                body = b"" if method == "HEAD" else self._read(answer, limit, until)
                return Answer(answer.status_code, answer.headers, body, url, answer.reason or "")
        except (requests.RequestException, OSError, ValueError) as error:
            raise unanswered(urlsplit(url).netloc or self.host, error) from None

    def _read(self, answer: requests.Response, limit: int, until: float) -> bytes:
        pieces, size = [], 0
        for piece in answer.iter_content(PIECE):
            size += len(piece)
            if size > limit:
                raise strange(self.host, f"answers with more than {limit // 1024**2} MiB: it was not read")
            if time.monotonic() > until:
                raise Unanswered(f"{self.host} sends too slowly", advice="Try again, or check the network.")
            pieces.append(piece)
        return b"".join(pieces)


class _Adapter(HTTPAdapter):
    """requests' own adapter with a TLS context that trusts some authority more."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_connections=POOL, pool_maxsize=POOL)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Have all connections use the context."""
        if self._context is not None:
            more["ssl_context"] = self._context
        super().init_poolmanager(*args, **more)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        """The same through a proxy."""
        if self._context is not None:
            more["ssl_context"] = self._context
        return super().proxy_manager_for(proxy, **more)


def certificate_folders(host: str, env: Mapping[str, str] = os.environ) -> list[Path]:
    """Where Docker looks for a registry's certificates: *.crt to trust, *.cert with *.key to show."""
    roots = (Path("/etc/docker"), config_home(env) / "docker", config_dir(env))
    return [root / "certs.d" / host for root in roots]


def _context(host: str, ca: str, env: Mapping[str, str]) -> ssl.SSLContext:
    """The system's authorities, and those that a person or Docker's folders name for this host."""
    context = ssl.create_default_context()
    try:
        file = ca
        if ca:
            context.load_verify_locations(ca)
        for folder in certificate_folders(host, env):
            for path in sorted(folder.glob("*.crt")):
                file = str(path)
                context.load_verify_locations(path)
            for path in sorted(folder.glob("*.cert")):
                file = str(path)
                # an empty password, as OpenSSL would ask for one on the terminal
                context.load_cert_chain(path, path.with_suffix(".key"), password="")
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unanswered(
            f"a certificate for {host} cannot be used: {file}: {words}",
            advice="Name another file, or take it away.",
        ) from None
    return context


def _proxies(url: str) -> dict[str, str]:
    """The proxies that the environment names; none leads to this machine itself."""
    return {} if on_loopback(urlsplit(url).netloc) else dict(requests.utils.get_environ_proxies(url))


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or standard
