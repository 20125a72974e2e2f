"""One Engine, spoken to through the docker SDK's low-level client."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakSet

import docker
import requests
from docker.types import CancellableStream

from tui.engine import versions
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError, Unreachable, engine_errors
from tui.engine.gaps import podman_among
from tui.engine.transport import ANSWER_SECONDS, CONNECT_SECONDS, Client, TunnelAdapter

if TYPE_CHECKING:
    from tui.engine.questions import Ask
    from tui.engine.tunnel import Tunnel

AT_ONCE = 8
"""Requests that go to a remote Engine at once when Wharf connects: all lists, events, what it is, a ping."""

Answer = TypeVar("Answer")


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
    podman: str = ""
    """The version of Podman behind it; "" when it is Docker's own."""


class Closable(Protocol):
    """What can be closed from any thread, at once, and more than once."""

    def close(self) -> None:
        """Close it."""


class Connection:
    """One Engine at one endpoint. Everything that asks an Engine holds one of these; there may be several."""

    def __init__(self, endpoint: Endpoint, ask: Ask | None = None) -> None:
        """`ask` puts what ssh asks to a person. Raises Unreachable for certificates that cannot be used."""
        self.endpoint = endpoint
        with engine_errors():
            self._client = Client(endpoint)
        self._ask = ask
        self._tunnel: Tunnel | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._followers: WeakSet[Closable] = WeakSet()
        self.server: Server | None = None
        self.latency: float | None = None
        """Seconds that the last ping took; None before the first."""
        self.told_at: int | None = None
        """What the Engine's own clock said at the last ping, in epoch seconds."""

    @property
    def api(self) -> docker.APIClient:
        """The SDK's low-level client; wrap calls in `engine_errors()`."""
        return self._client

    @property
    def local_url(self) -> str:
        """Where another program of this machine reaches the Engine: behind ssh, the tunnel's own socket."""
        return f"unix://{self._tunnel.socket_path}" if self._tunnel is not None else self.endpoint.url

    @property
    def api_version(self) -> versions.Version:
        """The API version spoken, as (major, minor)."""
        return versions.parsed(self._client.api_version)

    @property
    def podman(self) -> str:
        """The version of Podman behind it; "" for Docker's own, and before `describe()`."""
        return self.server.podman if self.server else ""

    @property
    def heard(self) -> float:
        """time.monotonic() when an answer last began; 0 before the first."""
        return self._client.gate.heard

    def open(self, *, asking: bool = True) -> None:
        """Find the Engine and agree on an API version (GET /_ping); ssh asks something only if `asking`.

        Raises Unreachable when nobody answers, Refused among it for what only a person can mend, EngineError
        when it is no Docker Engine.
        """
        self._lead(asking)
        # each opens a connection, a round trip of its own, that is then there for what is asked at once
        spare = 0 if self.endpoint.local else AT_ONCE - 1
        answer = answers([self.ping, *[self._spare] * spare], self.endpoint)[0]
        assert answer is not None
        server = answer.headers.get("Api-Version", "")
        if not server:
            raise EngineError(f"what answers at {self.endpoint.url} is not a Docker Engine")
        self._client.speak(versions.spoken(server))

    def _lead(self, asking: bool) -> None:
        """Have an ssh process lead to an Engine behind ssh: the one there is, if it lives, or another one."""
        if not isinstance(self._client.gate, TunnelAdapter):
            return
        from tui.engine.address import ssh_address
        from tui.engine.tunnel import Tunnel

        with self._lock:
            if self._closed:
                raise Unreachable("the connection was closed")
            if self._tunnel is not None and self._tunnel.alive:
                return
            tunnel = self._tunnel = Tunnel(ssh_address(self.endpoint.url), self._ask if asking else None)
        tunnel.open()
        self._client.gate.lead(tunnel)

    def _spare(self) -> requests.Response | None:
        """Another ping, which need not succeed."""
        with contextlib.suppress(EngineError):
            return self.ping()
        return None

    def ping(self, seconds: float = CONNECT_SECONDS) -> requests.Response:
        """Ask for a sign of life within so many seconds (GET /_ping). Raises EngineError."""
        with engine_errors():
            start = time.monotonic()
            answer = self._client.get(f"{self._client.base_url}/_ping", timeout=seconds)
            if answer.status_code != requests.codes.ok:
                raise EngineError(_words(answer), status=answer.status_code)
            self.latency = time.monotonic() - start
            self.told_at = _epoch(answer.headers.get("Date", ""))
            return answer

    def why(self, error: EngineError) -> EngineError:
        """Why a stream ended: `error`, or what ssh says when it was ssh that ended."""
        return error if self._tunnel is None else self._tunnel.why(error, self._tunnel.mark)

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        data: Iterable[bytes] | None = None,
        stream: bool = False,
        seconds: float | None = ANSWER_SECONDS,
    ) -> requests.Response:
        """Send one request to a path of the API ("/containers/json") for which the SDK has no fitting method.

        `body` goes out as JSON, `data` piece by piece. Raises EngineError, also when no answer begins within
        `seconds` (None waits for ever).
        """
        api = self._client
        with engine_errors():
            answer = api.request(
                method,
                f"{api.base_url}/v{api.api_version}{path}",
                params=params,
                headers=headers,
                json=body,
                data=data,
                stream=stream,
                timeout=seconds,
            )
            if answer.status_code >= requests.codes.bad_request:
                raise EngineError(_words(answer), status=answer.status_code)
        return answer

    def describe(self) -> Server:
        """Ask what the Engine is (GET /version, GET /info) and keep it as `server`. Raises EngineError."""
        client = self._client
        version, info = answers((partial(client.version, api_version=False), client.info), self.endpoint)
        self.server = Server(
            version=version.get("Version") or "",
            api=version.get("ApiVersion") or "",
            os=version.get("Os") or "",
            arch=version.get("Arch") or "",
            name=info.get("Name") or "",
            cpus=int(info.get("NCPU") or 0),
            memory=int(info.get("MemTotal") or 0),
            swarm=(info.get("Swarm") or {}).get("LocalNodeState") == "active",
            podman=podman_among(version.get("Components") or ()),
        )
        return self.server

    def followed_by(self, follower: Closable) -> None:
        """Close this too when the connection is closed: what only reads has nothing to read then."""
        with self._lock:
            self._followers.add(follower)
            closed = self._closed
        if closed:
            follower.close()

    def close(self) -> None:
        """Close the sockets kept for later and who follows, and end ssh; other streams end by themselves."""
        with self._lock:
            self._closed = True
            followers = list(self._followers)
            self._client.close()
            if self._tunnel is not None:
                self._tunnel.close()
        for follower in followers:
            follower.close()


def answers(asks: Iterable[Callable[[], Answer]], endpoint: Endpoint) -> list[Answer]:
    """What these requests answer: a local Engine is asked one by one, another all at once, on threads.

    Raises EngineError, when all have ended, if one of them failed.
    """
    if endpoint.local:
        with engine_errors():
            return [ask() for ask in asks]
    found: dict[int, Answer] = {}
    failed: list[EngineError] = []

    def put(place: int, ask: Callable[[], Answer]) -> None:
        try:
            with engine_errors():
                found[place] = ask()
        except EngineError as error:
            failed.append(error)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            failed.append(EngineError(f"the answer cannot be read: {error!r}"))

    threads = [
        threading.Thread(target=put, args=numbered, name="ask", daemon=True) for numbered in enumerate(asks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return [found[place] for place in range(len(threads))]


def cut(answer: requests.Response) -> None:
    """End a streaming answer from another thread: whoever reads it is woken at once. May be called again.

    Closing the answer itself would wait for the reader.
    """
    with contextlib.suppress(OSError, AttributeError):  # it may end by itself at this very moment
        CancellableStream(iter(()), answer).close()


def _epoch(date: str) -> int | None:
    """The Date header of an answer in epoch seconds; None when there is none."""
    from email.utils import parsedate_to_datetime

    try:
        return int(parsedate_to_datetime(date).timestamp())
    except ValueError:
        return None


def _words(answer: requests.Response) -> str:
    """The Engine's sentence in an answer that refuses."""
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text.strip() or answer.reason
