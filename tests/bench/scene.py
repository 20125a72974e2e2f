"""What the measured Engines hold."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import docker

IMAGE = "busybox:latest"
SLEEP = ("sleep", "1000000")
LOG = "aa-biglog"
LOG_LINES = 1_000_000
LOG_END = "biglog-END"
LAYER = b"scene"


@dataclass(frozen=True)
class Scene:
    """How many objects of each sort an Engine holds."""

    running: int
    created: int
    images: int = 0
    networks: int = 0
    volumes: int = 0


SCENES: Mapping[str, Scene] = {
    "S": Scene(running=5, created=5),
    "M": Scene(running=50, created=150, images=200, networks=30, volumes=100),
    "L": Scene(running=150, created=1000, images=2000, networks=30, volumes=100),
}
"""10, 200 and 1,150 containers; each is the one before it, grown."""


class Builder:
    """Makes objects on one Engine by the SDK's low-level client; use it as a context."""

    def __init__(self, url: str) -> None:
        self.api = docker.APIClient(base_url=url, version="auto", timeout=300)
        self._built = Scene(0, 0)

    def __enter__(self) -> Builder:
        return self

    def __exit__(self, *error: object) -> None:
        self.api.close()

    def grow(self, scene: Scene) -> None:
        """Make what the scene has more than the one built before."""
        have, self._built = self._built, scene
        if scene.images > have.images:
            self._load(_archive(have.images, scene.images))
        for number in range(have.networks, scene.networks):
            pool = docker.types.IPAMPool(subnet=f"10.231.{number}.0/24")  # the default pools hold some 28
            ipam = docker.types.IPAMConfig(pool_configs=[pool])
            self.api.create_network(f"scene-{number:02d}", driver="bridge", internal=True, ipam=ipam)
        for number in range(have.volumes, scene.volumes):
            self.api.create_volume(f"scene-{number:03d}")
        _parallel(lambda n: self.create(f"old-{n:04d}"), range(have.created + 1, scene.created + 1))
        # app-NNN come last: the newest stand first in the Engine's own order too
        _parallel(lambda n: self.run(f"app-{n:03d}"), range(have.running + 1, scene.running + 1))

    def create(self, name: str, command: Iterable[str] = SLEEP, **more: Any) -> str:
        """Make a container without starting it; returns its id."""
        host = self.api.create_host_config(network_mode="none")
        made = self.api.create_container(IMAGE, list(command), name=name, host_config=host, **more)
        return str(made["Id"])

    def run(self, name: str, command: Iterable[str] = SLEEP, **more: Any) -> str:
        """Make a container and start it; returns its id."""
        ident = self.create(name, command, **more)
        self.api.start(ident)
        return ident

    def run_log(self) -> None:
        """Run a container that prints LOG_LINES lines, and wait for the last."""
        script = f"seq {LOG_LINES} | sed 's/^/biglog line /'; echo {LOG_END}; exec sleep 1000000"
        ident = self.run(LOG, ("sh", "-c", script))
        self._until(lambda: LOG_END in self.api.logs(ident, tail=1).decode(), 120)

    def run_checked(self, count: int) -> None:
        """Run containers whose health is checked every second, and wait until all are healthy."""
        check = docker.types.Healthcheck(test=["CMD", "true"], interval=1_000_000_000)
        _parallel(lambda n: self.run(f"app-{n:03d}", healthcheck=check), range(1, count + 1))

        def healthy() -> bool:
            return len(self.api.containers(filters={"health": "healthy"})) == count

        self._until(healthy, 120)

    def _load(self, archive: bytes) -> None:
        for said in self.api.load_image(archive, quiet=True):  # type: ignore[no-untyped-call]
            if "error" in said:
                raise RuntimeError(said["error"])

    def _until(self, true: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise TimeoutError(f"the scene was not built within {seconds:g} s")
            time.sleep(0.2)


def _parallel(work: Callable[[int], object], numbers: Iterable[int]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, numbers))


def _archive(first: int, after: int) -> bytes:
    """An archive for POST /images/load: images that share a layer, each with an id of its own."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        _add(tar, "scene", LAYER)
    packed = io.BytesIO()
    manifest = []
    with tarfile.open(fileobj=packed, mode="w") as tar:
        _add(tar, "layer.tar", layer.getvalue())
        for number in range(first, after):
            config = json.dumps(_config(number, layer.getvalue())).encode()
            path = hashlib.sha256(config).hexdigest() + ".json"
            _add(tar, path, config)
            tag = f"scene/image-{number:04d}:v{number % 7}"
            manifest.append({"Config": path, "Layers": ["layer.tar"], "RepoTags": [tag]})
        _add(tar, "manifest.json", json.dumps(manifest).encode())
    return packed.getvalue()


def _config(number: int, layer: bytes) -> dict[str, Any]:
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + number * 3600))
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": made,
        "config": {"Labels": {"number": str(number)}, "Cmd": ["sh"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created": made, "created_by": f"scene {number}"}],
    }


def _add(tar: tarfile.TarFile, path: str, data: bytes) -> None:
    entry = tarfile.TarInfo(path)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
