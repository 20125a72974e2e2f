"""A programmable registry on a port of this machine: it notes what is asked and answers what a test says."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
USER, PASSWORD = "pilot", "harbour"


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def what(self) -> str:
        """ "GET /v2/"."""
        return f"{self.method} {self.path}"

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password that were sent."""
        scheme, _, packed = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return None
        user, _, password = base64.b64decode(packed).decode().partition(":")
        return user, password

    @property
    def bearer(self) -> str:
        """The token that was sent."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if scheme == "Bearer" else ""


@dataclass(frozen=True)
class Reply:
    """A whole answer; a body that is not bytes goes out as JSON."""

    body: Any = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def payload(self) -> bytes:
        """The body's bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Reply | Callable[[Asked], Reply]


def error(status: int, code: str, message: str = "") -> Reply:
    """A refusal as registries word it."""
    return Reply({"errors": [{"code": code, "message": message, "detail": None}]}, status)


class HttpRegistry:
    """A registry that knows what was put into it, and what `answers` says, by "METHOD /path"."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {"GET /v2/": Reply({})}
        self.default: Answer = error(404, "NAME_UNKNOWN", "repository name not known to registry")
        self.guard: Callable[[Asked], Reply | None] = lambda asked: None
        """Looks at every request first; what it answers stands."""
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.registry = self
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def count(self, what: str) -> int:
        """How often something was asked for."""
        return sum(asked.what == what for asked in self.asked)

    # What is in it

    def manifest(self, repository: str, body: Any, *tags: str, media: str = MANIFEST) -> str:
        """Have a manifest under its digest and some tags; the digest."""
        packed = body if isinstance(body, bytes) else json.dumps(body).encode()
        digest = sha256(packed)
        headers = (("Content-Type", media), ("Docker-Content-Digest", digest))
        for reference in (digest, *tags):
            for method in ("GET", "HEAD"):
                self.answers[f"{method} /v2/{repository}/manifests/{reference}"] = Reply(
                    packed, headers=headers
                )
        known = self.answers.get(f"GET /v2/{repository}/tags/list")
        before = known.body["tags"] if isinstance(known, Reply) else []
        every = {"name": repository, "tags": [*before, *tags]}
        self.answers[f"GET /v2/{repository}/tags/list"] = Reply(every)
        return digest

    def blob(self, repository: str, body: Any) -> dict[str, Any]:
        """Have a blob; what a manifest says of it."""
        packed = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[f"GET /v2/{repository}/blobs/{sha256(packed)}"] = Reply(packed)
        return {"digest": sha256(packed), "size": len(packed)}

    def image(self, repository: str, *tags: str, sizes: tuple[int, ...] = (7,), **config: Any) -> str:
        """Have an image with layers of these sizes; its digest."""
        whole = {"os": "linux", "architecture": "amd64", "rootfs": {}, **config}
        body = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, **self.blob(repository, whole)},
            "layers": [
                {"mediaType": LAYER, "digest": sha256(str(place).encode()), "size": size}
                for place, size in enumerate(sizes)
            ],
        }
        return self.manifest(repository, body, *tags)

    def index(self, repository: str, *tags: str, manifests: list[dict[str, Any]]) -> str:
        """Have an index; its digest."""
        body = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
        return self.manifest(repository, body, *tags, media=INDEX)


class Tokens:
    """A token service for a registry: gives a person what they ask for, and nobody else anything but pull."""

    def __init__(self, registry: HttpRegistry, *, public: bool = False) -> None:
        self.registry = registry
        self.public = public
        self.given: dict[str, str] = {}
        """Tokens that are good, and their scopes."""
        self._number = 0
        self.most = "pull,push,delete,*"
        """What the person may have."""
        registry.guard = self._look
        registry.answers["GET /token"] = self._give
        registry.answers["POST /token"] = self._give

    def _look(self, asked: Asked) -> Reply | None:
        if asked.path == "/token":
            return None
        scope = _needed(asked)
        if asked.bearer in self.given and (not scope or _covers(self.given[asked.bearer], scope)):
            return None
        challenge = f'Bearer realm="{self.registry.url}/token",service="quay"'
        challenge += f',scope="{scope}"' if scope else ""
        reply = error(401, "UNAUTHORIZED", "authentication required")
        return Reply(reply.body, 401, (("WWW-Authenticate", challenge),))

    def _give(self, asked: Asked) -> Reply:
        form = parse_qs(asked.body.decode())
        known = asked.basic == (USER, PASSWORD) or form.get("refresh_token") == ["idt"]
        if not known and (asked.basic is not None or form or not self.public):
            return Reply({"details": "incorrect username or password"}, 401)
        self._number += 1
        token = f"token-{self._number}"
        wanted = (form or asked.query).get("scope", [""])[0]
        kind, _, actions = wanted.rpartition(":")
        most = self.most.split(",") if known else ["pull"]
        self.given[token] = f"{kind}:{','.join(one for one in actions.split(',') if one in most)}"
        return Reply({"token": token, "expires_in": 300})


def _needed(asked: Asked) -> str:
    if asked.path == "/v2/":
        return ""
    if asked.path == "/v2/_catalog":
        return "registry:catalog:*"
    repository = asked.path.removeprefix("/v2/")
    for end in ("/tags/", "/manifests/", "/blobs/", "/referrers/"):
        repository = repository.partition(end)[0]
    actions = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}.get(asked.method, "pull,push")
    return f"repository:{repository}:{actions}"


def _covers(given: str, wanted: str) -> bool:
    (kind, _, has), (other, _, needs) = given.rpartition(":"), wanted.rpartition(":")
    return kind == other and set(needs.split(",")) <= set(has.split(","))


def sha256(content: bytes) -> str:
    """A digest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def http_registry() -> Iterator[HttpRegistry]:
    """A registry until the block ends."""
    registry = HttpRegistry()
    try:
        yield registry
    finally:
        registry.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    registry: HttpRegistry

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    server: _Server

    def answer(self) -> None:
        """Note the request and answer it."""
        registry = self.server.registry
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, unquote(url.path), parse_qs(url.query), dict(self.headers.items()), body)
        registry.asked.append(asked)
        reply = registry.guard(asked)
        if reply is None:
            answer = registry.answers.get(asked.what, registry.default)
            reply = answer(asked) if callable(answer) else answer
        payload = reply.payload()
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""
