"""The words that stories are told in."""

from __future__ import annotations

from typing import Any

from tests.live.conformance.telling import Step

IMAGE = "busybox:latest"
NOBODY = "nobody-is-called-so"
NO_ID = "0123456789abcdef" * 4


def get(path: str, query: dict[str, Any] | None = None, **more: Any) -> Step:
    """GET, with a query."""
    return Step("GET", path, query or {}, **more)


def post(path: str, query: dict[str, Any] | None = None, body: Any = None, **more: Any) -> Step:
    """POST, with a query and a body."""
    return Step("POST", path, query or {}, body, **more)


def delete(path: str, query: dict[str, Any] | None = None, **more: Any) -> Step:
    """DELETE, with a query."""
    return Step("DELETE", path, query or {}, **more)


def filtered(path: str, same: str, **filters: list[str]) -> Step:
    """A list with filters, in which the same objects are to be found."""
    return get(path, {"filters": filters, "all": "1"}, same=(same,))


def made(name: str, *command: str, host: dict[str, Any] | None = None, **config: Any) -> Step:
    """A container; without a command one that sleeps, and ends at once when it is stopped."""
    body = {
        "Image": IMAGE,
        "Cmd": list(command or ("sleep", "1000")),
        "StopSignal": "SIGKILL",
        "HostConfig": host or {},
        **config,
    }
    return post("/containers/create", {"name": name}, body, keep=name)


def started(name: str, *command: str, **more: Any) -> tuple[Step, ...]:
    """A container that runs."""
    return made(name, *command, **more), post(f"/containers/{name}/start")


def ended(name: str, *command: str, **more: Any) -> tuple[Step, ...]:
    """A container that has run and ended; the Engine's list says so a little later than its wait."""
    listed = {"all": "1", "filters": {"name": [f"^/{name}$"]}}
    return (
        *started(name, *command, **more),
        post(f"/containers/{name}/wait"),
        get("/containers/json", listed, until=("State", ["exited"])),
    )


def read(name: str) -> Step:
    """The rest of what was opened."""
    return Step("READ", name)


def say(name: str, typed: bytes) -> Step:
    """Type into what was opened."""
    return Step("SAY", name, typed=typed)
