"""One Engine, spoken to through the docker SDK's low-level client."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import docker
import requests
from docker.tls import TLSConfig
from docker.transport import UnixHTTPAdapter
from docker.types import CancellableStream
from requests.adapters import HTTPAdapter

from tui.engine import versions
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError, ReadOnly, Unreachable, engine_errors

# urllib3 warns on stderr when a pool is full; that would land on the screen.
logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL)

POOL = 16
"""Sockets kept open for the next request."""
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""How long a read may take; changes wait as long as the person does."""

_READS = frozenset({"GET", "HEAD"})
_NOT_READS = re.compile(r"(?:^|/v\d+\.\d+)/(?:containers/.+/attach/ws|auth)$")


@dataclass(frozen=True, slots=True)
class Server:
    """What an Engine says of itself (GET /version, GET /info)."""

    version: str
    api: str
    """The newest API version it speaks."""
    os: str = ""
    arch: str = ""
    name: str = ""
    """Its host name."""
    cpus: int = 0
    memory: int = 0
    """Bytes."""
    swarm: bool = False


class Gate:
    """What every request passes on its way out: the read-only rule, the clock, and the time it may take.

    Mixed into the SDK's transport adapters, so that it holds whoever asks.
    """

    read_only: bool = False
    heard: float = 0.0
    """time.monotonic() of the last answer's first line."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request. Raises ReadOnly for what would change a read-only endpoint."""
        method = request.method or ""
        path = unquote(urlsplit(request.url or "").path)
        if self.read_only and (method not in _READS or _NOT_READS.search(path)):
            raise ReadOnly(
                f"this endpoint is read-only: {method} {path} was not sent",
                advice="Start Wharf without --read-only, or change the endpoint in config.toml.",
            )
        if isinstance(timeout, int | float):
            # A change is never given up half-way by a timer: only the person stops waiting for it.
            timeout = (min(timeout, CONNECT_SECONDS), timeout if method in _READS else None)
        answer: requests.Response = super().send(  # type: ignore[misc] # the adapter it is mixed into
            request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=proxies
        )
        self.heard = time.monotonic()
        return answer


class _UnixAdapter(Gate, UnixHTTPAdapter):
    """The SDK's unix adapter with one pool: it keys its pools by the whole URL, one socket a request."""

    def get_connection(self, url: str | bytes, proxies: Any = None) -> Any:
        return super().get_connection("http+docker://localhost", proxies)


class _TCPAdapter(Gate, HTTPAdapter):
    """requests' own adapter behind the gate, for tcp and TLS."""


class _Client(docker.APIClient):
    """The SDK's client with Wharf's adapter, speaking a version chosen after the first ping."""

    def __init__(self, endpoint: Endpoint) -> None:
        tls = _tls_config(endpoint)
        super().__init__(
            base_url=endpoint.url, version=versions.OLDEST, timeout=int(ANSWER_SECONDS), tls=tls or False
        )
        self.trust_env = False  # REQUESTS_CA_BUNDLE and proxies are not meant for an Engine
        self.gate: _UnixAdapter | _TCPAdapter
        if endpoint.local:
            self.gate = _UnixAdapter(f"http+unix://{endpoint.socket_path}", int(ANSWER_SECONDS), 1, POOL)
            self.mount("http+docker://", self.gate)
            # the SDK closes this one with the client
            self._custom_adapter = self.gate
        else:
            self.gate = _TCPAdapter(pool_connections=1, pool_maxsize=POOL)
            self.mount("http://", self.gate)
            self.mount("https://", self.gate)
        self.gate.read_only = endpoint.read_only

    def speak(self, version: str) -> None:
        """Send all further requests in this API version."""
        self._version = version


class Connection:
    """One Engine at one endpoint. Everything that asks an Engine holds one of these; there may be several."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        with engine_errors():
            self._client = _Client(endpoint)
        self._lock = threading.Lock()
        self.server: Server | None = None

    @property
    def api(self) -> docker.APIClient:
        """The SDK's low-level client; wrap calls in `engine_errors()`."""
        return self._client

    @property
    def api_version(self) -> versions.Version:
        """The API version spoken, as (major, minor)."""
        return versions.parsed(self._client.api_version)

    @property
    def heard(self) -> float:
        """time.monotonic() when an answer last began; 0 before the first."""
        return self._client.gate.heard

    def open(self) -> None:
        """Find the Engine and agree on an API version (GET /_ping).

        Raises Unreachable when nobody answers, EngineError when it is no Docker Engine.
        """
        answer = self.ping()
        server = answer.headers.get("Api-Version", "")
        if not server:
            raise EngineError(f"what answers at {self.endpoint.url} is not a Docker Engine")
        self._client.speak(versions.spoken(server))

    def ping(self, seconds: float = CONNECT_SECONDS) -> requests.Response:
        """Ask for a sign of life within so many seconds (GET /_ping). Raises EngineError."""
        with engine_errors():
            answer = self._client.get(f"{self._client.base_url}/_ping", timeout=seconds)
            if answer.status_code != requests.codes.ok:
                raise EngineError(_words(answer), status=answer.status_code)
            return answer

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        stream: bool = False,
        seconds: float | None = ANSWER_SECONDS,
    ) -> requests.Response:
        """Send one request to a path of the API ("/containers/json") for which the SDK has no fitting method.

        Raises EngineError, also when no answer begins within `seconds` (None waits for ever).
        """
        api = self._client
        with engine_errors():
            answer = api.request(
                method,
                f"{api.base_url}/v{api.api_version}{path}",
                params=params,
                headers=headers,
                json=body,
                stream=stream,
                timeout=seconds,
            )
            if answer.status_code >= requests.codes.bad_request:
                raise EngineError(_words(answer), status=answer.status_code)
        return answer

    def describe(self) -> Server:
        """Ask what the Engine is (GET /version, GET /info) and keep it as `server`. Raises EngineError."""
        with engine_errors():
            version = self._client.version(api_version=False)
            info = self._client.info()
        self.server = Server(
            version=version.get("Version") or "",
            api=version.get("ApiVersion") or "",
            os=version.get("Os") or "",
            arch=version.get("Arch") or "",
            name=info.get("Name") or "",
            cpus=int(info.get("NCPU") or 0),
            memory=int(info.get("MemTotal") or 0),
            swarm=(info.get("Swarm") or {}).get("LocalNodeState") == "active",
        )
        return self.server

    def close(self) -> None:
        """Close the sockets kept for later; streams end by their own handles."""
        with self._lock:
            self._client.close()


def cut(answer: requests.Response) -> None:
    """End a streaming answer from another thread: whoever reads it is woken at once. May be called again.

    Closing the answer itself would wait for the reader.
    """
    with contextlib.suppress(OSError, AttributeError):  # it may end by itself at this very moment
        CancellableStream(iter(()), answer).close()


def _words(answer: requests.Response) -> str:
    """The Engine's sentence in an answer that refuses."""
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text.strip() or answer.reason


def _tls_config(endpoint: Endpoint) -> TLSConfig | None:
    files = endpoint.tls
    if files is None:
        return None
    try:
        return TLSConfig(
            client_cert=(files.cert, files.key) if files.cert and files.key else None,
            ca_cert=files.ca,
            verify=files.verify,
        )
    except docker.errors.TLSParameterError as error:
        raise Unreachable(str(error), advice="Check the certificate files of this context.") from error
