"""A real registry, Debian's docker-registry, on a port of this machine: with passwords, with TLS, or plain.

It comes from the Debian tree of an Engine, keeps all in a folder of the test's, and ends with the test.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests.engine.http_engine import until
from tests.live.doorway import Doorway
from tests.live.engine import PrivateEngine, made_root
from tests.live.registry_pem import CA, CERT, KEY

USER = "pilot"
PASSWORD = "harbour"
HTPASSWD = f"{USER}:$2b$04$lby5jO233ozn.YFAHNihTO.iI8STktFp9TB1zkjOLTIWLmwJ7Xfvq\n"
"""The password by bcrypt at its lowest cost."""
SUITE = "sid"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
BEHIND = 5055
"""The port of the one behind the doorway."""
SECONDS = 20.0

Ground = TypeVar("Ground", bound="RegistryGround")


@dataclass
class RegistryGround:
    """A registry under way."""

    folder: Path
    auth: bool
    tls: bool
    delete: bool
    host: str = ""
    """127.0.0.1 and its port."""
    _process: subprocess.Popen[str] | None = None
    _drain: subprocess.Popen[bytes] | None = None

    @cached_property
    def sent(self) -> requests.Session:
        """The test's own way to it, with all rights."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.ca or True
        session.auth = (USER, PASSWORD) if self.auth else None
        return session

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.tls else 'http'}://{self.host}"

    @property
    def user(self) -> str:
        """Who may use it; "" for anybody."""
        return USER if self.auth else ""

    @property
    def password(self) -> str:
        """The user's."""
        return PASSWORD if self.auth else ""

    @property
    def ca(self) -> str:
        """The file of the authority that signed its certificate; "" without TLS."""
        return str(self.folder / "ca.pem") if self.tls else ""

    def start(self) -> None:
        """Start it, on the same port as before if it ran already. AssertionError when it does not listen."""
        program = made_root(SUITE) / "usr/bin/docker-registry"
        config = self.configured(self.host or "127.0.0.1:0")
        self._process = subprocess.Popen(
            [program, "serve", config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if found := re.search(r"listening on (127\.0\.0\.1:\d+)", line):
                self.host = found[1]
                break
        else:
            raise AssertionError(f"the registry does not start:\n{''.join(said)}")
        # what it says from here on must not fill a pipe
        self._drain = subprocess.Popen(["cat"], stdin=self._process.stdout, stdout=subprocess.DEVNULL)
        self._process.stdout.close()

    def kill(self) -> None:
        """End it as `kill -9` does; `start` brings it back with all it held."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._drain is not None:
            self._drain.wait()
            self._drain = None

    def configured(self, address: str) -> Path:
        """A configuration with which it listens there."""
        storage = {"filesystem": {"rootdirectory": f"{self.folder}/data"}, "delete": {"enabled": self.delete}}
        config: dict[str, Any] = {"version": "0.1", "storage": storage, "http": {"addr": address}}
        if self.tls:
            for name, content in (("ca.pem", CA), ("cert.pem", CERT), ("key.pem", KEY)):
                (self.folder / name).write_text(content)
            files = {"certificate": f"{self.folder}/cert.pem", "key": f"{self.folder}/key.pem"}
            config["http"]["tls"] = files
        if self.auth:
            (self.folder / "htpasswd").write_text(HTPASSWD)
            config["auth"] = {"htpasswd": {"realm": "harbour", "path": f"{self.folder}/htpasswd"}}
        path = self.folder / f"{address.rpartition(':')[2]}.json"
        path.write_text(json.dumps(config))
        return path

    # What is put into it

    def blob(self, repository: str, content: bytes) -> str:
        """Put a blob in; its digest."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        begun = self.sent.post(f"{self.url}/v2/{repository}/blobs/uploads/")
        begun.raise_for_status()
        where = begun.headers["Location"]
        where = where if where.startswith("http") else self.url + where
        self.sent.put(where, params={"digest": digest}, data=content).raise_for_status()
        return digest

    def manifest(self, repository: str, reference: str, body: Mapping[str, Any], media: str) -> str:
        """Put a manifest in under a tag, or under its own digest when the reference is ""; its digest."""
        packed = json.dumps(body).encode()
        digest = f"sha256:{hashlib.sha256(packed).hexdigest()}"
        url = f"{self.url}/v2/{repository}/manifests/{reference or digest}"
        self.sent.put(url, data=packed, headers={"Content-Type": media}).raise_for_status()
        return digest

    def image(
        self,
        repository: str,
        reference: str = "latest",
        *,
        layers: Sequence[bytes] = (b"first layer", b"second layer"),
        arch: str = "amd64",
        media: str = MANIFEST,
        settings: Mapping[str, Any] | None = None,
    ) -> str:
        """Put an image of these layers in, each made by a line of its own; its digest."""
        config = {
            "architecture": arch,
            "os": "linux",
            "created": "2026-02-03T04:05:06.123456789Z",
            "config": settings or {"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"], "Labels": {"tier": "front"}},
            "rootfs": {
                "type": "layers",
                "diff_ids": [f"sha256:{number:064x}" for number in range(len(layers))],
            },
            "history": [
                *(
                    {"created_by": f"RUN /bin/sh -c make {number} # buildkit"}
                    for number in range(len(layers))
                ),
                {"created_by": '/bin/sh -c #(nop)  CMD ["/bin/sh"]', "empty_layer": True},
            ],
        }
        packed = json.dumps(config).encode()
        body = {
            "schemaVersion": 2,
            "mediaType": media,
            "config": {"mediaType": CONFIG, "size": len(packed), "digest": self.blob(repository, packed)},
            "layers": [
                {"mediaType": LAYER, "size": len(one), "digest": self.blob(repository, one)} for one in layers
            ],
        }
        return self.manifest(repository, reference, body, media)

    def index(self, repository: str, reference: str, images: Mapping[str, str]) -> str:
        """Put an index in of images by architecture; its digest."""
        manifests = []
        for arch, digest in images.items():
            got = self.sent.get(
                f"{self.url}/v2/{repository}/manifests/{digest}",
                headers={"Accept": f"{MANIFEST}, {OCI_MANIFEST}"},
            )
            got.raise_for_status()
            platform = {"os": "linux", "architecture": arch}
            media = got.headers["Content-Type"]
            manifests.append(
                {"mediaType": media, "size": len(got.content), "digest": digest, "platform": platform}
            )
        body = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
        return self.manifest(repository, reference, body, INDEX)


class SharedGround(RegistryGround):
    """A registry in an Engine's namespaces that has one and the same address for the Engine and for Wharf.

    Two programs on one folder: the Engine asks one of them, the other is behind a doorway of that port.
    """

    engine: PrivateEngine
    doorway: Doorway
    _pids: tuple[int, ...] = ()

    def start(self) -> None:
        """Start both. AssertionError when one does not answer."""
        if not self.host:
            self.doorway = self.engine.doorway(BEHIND)
            self.host = self.doorway.address
        addresses = (self.host, f"127.0.0.1:{BEHIND}")
        self._pids = tuple(
            self.engine.spawn(
                "docker-registry", "serve", str(self.configured(address)), output=f"registry-{n}"
            )
            for n, address in enumerate(addresses)
        )
        for number, address in enumerate(addresses):
            said = self.engine.folder / f"registry-{number}"
            until(lambda said=said, address=address: f"listening on {address}" in said.read_text(), SECONDS)

    def kill(self) -> None:
        """End both as `kill -9` does."""
        for pid in self._pids:
            self.engine.end(pid)
        self._pids = ()


@contextmanager
def registry(
    folder: Path, *, auth: bool = False, tls: bool = False, delete: bool = True
) -> Iterator[RegistryGround]:
    """A registry on this machine, in a folder of its own, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    yield from _running(RegistryGround(folder, auth, tls, delete))


@contextmanager
def shared_registry(engine: PrivateEngine, *, auth: bool = False) -> Iterator[SharedGround]:
    """A registry that Engine and Wharf reach at one address, until the block ends; one at a time."""
    ground = SharedGround(Path(tempfile.mkdtemp(dir=engine.folder)), auth, tls=False, delete=True)
    ground.engine = engine
    try:
        yield from _running(ground)
    finally:
        ground.doorway.stop()


def _running(ground: Ground) -> Iterator[Ground]:
    try:
        ground.start()
        yield ground
    finally:
        ground.kill()
        ground.sent.close()
