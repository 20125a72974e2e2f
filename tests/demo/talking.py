"""Talking to processes in containers of the demo: what its exec, attach and shell tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import docker

from tui.demo import DemoEngine
from tui.engine.streams import Session, open_exec

DEBIAN = "debian:bookworm-slim"
PROXY, DATABASE, CACHE, APP = "shop-proxy-1", "shop-db-1", "shop-cache-1", "shop-app-1"
"""An Alpine container with nginx, a Debian one with PostgreSQL, Redis, and the shop itself."""


def all_of(session: Session) -> list[tuple[int, bytes]]:
    """Everything that comes until the stream ends, in as few pieces as streams allow."""
    found: list[tuple[int, bytes]] = []
    while pieces := session.read():
        for stream, data in pieces:
            if found and found[-1][0] == stream:
                found[-1] = (stream, found[-1][1] + data)
            else:
                found.append((stream, data))
    return found


def text_of(session: Session) -> str:
    """The same as one text."""
    return b"".join(data for _, data in all_of(session)).decode()


def read_until(session: Session, wanted: bytes) -> bytes:
    """What comes up to a text, and perhaps some more."""
    seen = b""
    while wanted not in seen:
        pieces = session.read()
        assert pieces, f"the stream ended: {seen!r}"
        seen += b"".join(data for _, data in pieces)
    return seen


def ran(api: docker.APIClient, line: str, container: str = PROXY, shell: str = "sh") -> tuple[str, str, int]:
    """Output, errors and exit code of a line of shell."""
    session = open_exec(api, container, [shell, "-c", line], tty=False)
    pieces = all_of(session)
    code = session.exit_code()
    session.close()
    assert code is not None
    parts = [b"".join(data for number, data in pieces if number == wanted).decode() for wanted in (1, 2)]
    return parts[0], parts[1], code


def made(
    api: docker.APIClient, *command: str, image: str = DEBIAN, once: bool = False, **more: object
) -> str:
    """The id of a container that was created, not started; `more` is of the SDK's create_container."""
    config = api.create_container_config(image, list(command) or None, **more)
    config["StdinOnce"] = once
    return str(api.create_container_from_config(config)["Id"])


def state(api: docker.APIClient, container: str) -> tuple[str, int]:
    """Status and exit code."""
    found = api.inspect_container(container)["State"]
    return found["Status"], found["ExitCode"]


@contextmanager
def told(engine: DemoEngine) -> Iterator[list[str]]:
    """The actions of containers that happen meanwhile, and the exit code or size that they tell."""
    seen: list[str] = []

    def hear(event: object) -> None:
        if event is not None and event.kind == "container":  # type: ignore[attr-defined]
            attributes = event.attributes  # type: ignore[attr-defined]
            more = [
                attributes[name] for name in ("exitCode", "signal", "height", "width") if name in attributes
            ]
            seen.append(" ".join([event.action, *more]))  # type: ignore[attr-defined]

    with engine.world.lock:
        leave = engine.world.events.listen(hear)
    yield seen
    with engine.world.lock:
        leave()
