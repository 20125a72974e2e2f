"""Things on an Engine for a test to act on, made by the SDK."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

import docker

IMAGE = "busybox:latest"


def container(
    api: docker.APIClient,
    name: str,
    *command: str,
    image: str = IMAGE,
    start: bool = True,
    host: dict[str, Any] | None = None,
    **options: Any,
) -> str:
    """A container that ends at once when it is stopped; returns its id."""
    config = api.create_host_config(**(host or {}))
    made = api.create_container(
        image,
        list(command or ("sleep", "1000")),
        name=name,
        host_config=config,
        stop_signal="SIGKILL",  # a sleep as process 1 hears nothing else
        **options,
    )
    if start:
        api.start(made["Id"])
    return str(made["Id"])


def exited(api: docker.APIClient, name: str, **more: Any) -> str:
    """A container that has run and ended."""
    made = container(api, name, "true", **more)
    api.wait(made)
    return made


def image(api: docker.APIClient, reference: str = "", *, files: Mapping[str, bytes] | None = None) -> str:
    """A tiny image of a few programs or files, with a reference or dangling; returns its id."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in (files or {"file": reference.encode()}).items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    repository, _, tag = reference.partition(":")
    answer = api.import_image_from_data(packed.getvalue(), repository or None, tag or None)
    return str(json.loads(answer)["status"])


def build(api: docker.APIClient, reference: str, *lines: str) -> str:
    """An image built on busybox by the classic builder, one layer a line; returns its id."""
    dockerfile = "\n".join([f"FROM {IMAGE}", *lines])
    steps = api.build(fileobj=io.BytesIO(dockerfile.encode()), tag=reference or None, rm=True, decode=True)
    said = list(steps)
    assert not any("error" in step for step in said), said
    return str(next(step["aux"]["ID"] for step in reversed(said) if "ID" in step.get("aux", {})))


LISTENING = (
    *("/usr/bin/perl", "-MSocket", "-e"),
    "$SIG{TERM} = sub { exit };"
    ' socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("/run/docker/plugins/test.sock"));'
    " listen(S, 1); sleep",
)
"""All that the Engine wants of a plugin: its socket takes connections."""


def plugin(api: docker.APIClient, reference: str, *command: str) -> None:
    """A plugin that is not enabled; it runs a program of the Engine's own tree."""
    tree = {"source": "/usr", "destination": "/usr", "type": "bind", "options": ["rbind", "ro"]}
    config = {
        "args": {"value": []},
        "description": "A test plugin",
        "entrypoint": list(command or LISTENING),
        "env": [],
        "interface": {"types": ["docker.volumedriver/1.0"], "socket": "test.sock"},
        "network": {"type": "none"},
        "linux": {"capabilities": ["CAP_SYS_ADMIN"]},
        "mounts": [{"name": "tree", **tree, "settable": ["source"]}],
        "workdir": "/",
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        text = json.dumps(config).encode()
        file = tarfile.TarInfo("config.json")
        file.size = len(text)
        tar.addfile(file, io.BytesIO(text))
        for name in ("rootfs", "rootfs/usr"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        for name in ("lib", "lib64"):
            link = tarfile.TarInfo(f"rootfs/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, f"usr/{name}"
            tar.addfile(link)
    url = f"{api.base_url}/v{api.api_version}/plugins/create"
    answer = api.post(url, params={"name": reference}, data=packed.getvalue())
    assert answer.status_code == 204, answer.text
