"""The docker SDK's client with adapters of Wharf's own, which every request to an Engine passes."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import docker
import requests
import urllib3
from docker.tls import TLSConfig
from docker.transport import UnixHTTPAdapter
from requests.adapters import HTTPAdapter

from tui.engine import versions
from tui.engine.endpoint import Endpoint
from tui.engine.errors import ReadOnly, Unreachable, translated

if TYPE_CHECKING:
    from tui.engine.tunnel import Tunnel

# urllib3 warns on stderr when a pool is full; that would land on the screen.
logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL)
# that an Engine is not verified is said in the header
urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

POOL = 16
"""Sockets kept open for the next request."""
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""How long a read may take; changes wait as long as the person does."""

_READS = frozenset({"GET", "HEAD"})
_NOT_READS = re.compile(r"(?:^|/v\d+\.\d+)/(?:containers/.+/attach/ws|auth)$")


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


class TunnelAdapter(_UnixAdapter):
    """The unix adapter over the socket of an ssh tunnel: what ssh says of a failure is told."""

    tunnel: Tunnel | None = None

    def lead(self, tunnel: Tunnel) -> None:
        """Send all further requests through this tunnel."""
        self.pools.clear()
        self.socket_path = tunnel.socket_path
        self.tunnel = tunnel

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Send one request. Raises Unreachable in ssh's own words when the tunnel failed it."""
        tunnel = self.tunnel
        if tunnel is None:
            raise Unreachable("ssh is not connected")
        mark = tunnel.mark
        try:
            return super().send(request, *args, **more)
        except requests.Timeout:
            raise
        except requests.ConnectionError as error:
            raise tunnel.why(translated(error), mark) from error


class _TCPAdapter(Gate, HTTPAdapter):
    """requests' own adapter behind the gate, for tcp and TLS."""


class Client(docker.APIClient):
    """The SDK's client with Wharf's adapter, speaking a version chosen after the first ping."""

    def __init__(self, endpoint: Endpoint) -> None:
        tls = _tls_config(endpoint)
        ssh = endpoint.ssh
        super().__init__(
            base_url="unix:///ssh" if ssh else endpoint.url,
            version=versions.OLDEST,
            timeout=int(ANSWER_SECONDS),
            tls=tls or False,
        )
        self.trust_env = False  # REQUESTS_CA_BUNDLE and proxies are not meant for an Engine
        self.gate: _UnixAdapter | _TCPAdapter
        if endpoint.local or ssh:
            adapter = TunnelAdapter if ssh else _UnixAdapter
            self.gate = adapter(f"http+unix://{endpoint.socket_path}", int(ANSWER_SECONDS), 1, POOL)
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
