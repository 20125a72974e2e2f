"""In what the demo is not like the Engine, and why that is right."""

from __future__ import annotations

from dataclasses import dataclass

from tests.live.conformance.steps import NO_ID


@dataclass(frozen=True)
class Justified:
    """Differences of one sort. `step` and `aspect` are patterns."""

    step: str
    """Of "story: METHOD path query"."""
    aspect: str
    why: str
    says: str = ""
    """What the difference's own words have in them."""
    everywhere: bool = True
    """False for what may be missing: it comes from the Engine's machine, or hangs on the moment."""


NEWER = "came with API 1.48, but Engine 28 tells it to older clients as well; the demo is a 27.5"
HIJACKED = (
    "the Engine has handed the connection over by then and writes a head of its own; clients read either"
)
REFUSED_ATTACH = "*: POST /containers/*/attach*"
OFFLINE = "a private Engine cannot reach Docker Hub; the demo has one of its own"
BUILDER = "what the builder makes and removes in passing; the demo tells of the images that stay"
CGROUP_1 = "the demo's machine has cgroup 2; the Engine tells of it under cgroup 1 only"

DIFFERENCES = (
    Justified(
        "*",
        "framing",
        "Go sends what is longer than 2 KB in chunks; a client reads both alike",
        "demo length, Engine chunked",
    ),
    Justified("*", "shape:*.GwPriority", NEWER),
    Justified("*", "shape:*.EnableIPv4", NEWER),
    Justified("*", "shape:*.GraphDriver.Data.ID", "came with Engine 28, and says nothing that Id does not"),
    Justified("*", "shape:*.HostConfig.OomKillDisable", CGROUP_1, everywhere=False),
    Justified("*: GET /info*", "shape:*.KernelMemoryTCP", CGROUP_1, everywhere=False),
    *(
        Justified("statistics: *", f"shape:*.{name}", CGROUP_1, everywhere=False)
        for name in ("percpu_usage", "max_usage", "pids_stats.limit", "blkio_stats.*")
    ),
    Justified(
        "statistics: READ figures",
        "shape:*.precpu_stats.*",
        "the demo comes to the end of the story within a second, and so to one frame",
        everywhere=False,
    ),
    Justified(
        "*: GET /info*",
        "shape:*Commit.Expected",
        "Debian builds an Engine that does not know what it expects",
        everywhere=False,
    ),
    Justified(
        "*: GET /info*",
        "shape:*.DefaultAddressPools",
        "only an Engine that was given some tells of them, as a private one is",
    ),
    Justified(
        "containers created: POST /containers/create name=imageless",
        "*",
        "the Engine makes a container of nothing, that cannot start; the demo says at once what is missing",
    ),
    Justified(
        "containers created: EVENTS",
        "events",
        "that container of nothing",
        "Engine tells container create (name)",
    ),
    Justified(
        "*", "message", "the Engine names a type of its source", "cannot unmarshal array into Go value"
    ),
    Justified(REFUSED_ATTACH, "framing", HIJACKED, "demo length, Engine close"),
    Justified(REFUSED_ATTACH, "headers", HIJACKED),
    Justified(
        "commands in a container: *",
        "headers",
        "the Engine repeats its own headers there, and nobody reads them",
    ),
    Justified("the Engine itself: GET /version at 1.99", "message", "each speaks up to its own version"),
    Justified("the Engine itself: GET /version at 1.*", "headers", "no client is as new or as old as this"),
    Justified("the Engine itself: GET /version at 1.23", "kind", "no client is as old as this"),
    Justified(
        "older clients: GET /images/*",
        "shape:*.ContainerConfig.*",
        "the demo shows there what an image was built with, the Engine knows it of its own builds only",
    ),
    Justified("pulled: GET /images/*", "shape:*.Config.*", "another image was pulled"),
    Justified(
        "images saved and loaded: GET /images/*get*",
        "files",
        "other formats of the same; Wharf and `docker load` read manifest.json",
        "only the Engine has index.json, repositories",
    ),
    Justified(
        f"images saved and loaded: GET /images/get names={NO_ID}",
        "message",
        "the Engine names a file of its own",
    ),
    Justified(
        "images saved and loaded: POST /images/load *",
        "value:error",
        "the Engine names a file of its own",
        "/var/lib/docker/tmp/docker-import-",
    ),
    Justified(
        "containers exported and imported: GET /containers/web/export",
        "files",
        "a container of the demo has a few files, to be looked at",
    ),
    Justified("images built: EVENTS", "events", BUILDER),
    Justified("images built: EVENTS", "shape:[].from", BUILDER),
    Justified("images searched for: GET /images/search term=busybox", "*", OFFLINE),
    Justified(
        "logged in: POST /auth",
        "*",
        "the demo's registry knows a wrong password; here is one that lets everybody in, and one that is not",
        "127.0.0.1:9",
    ),
    Justified("logged in: POST /auth", "status", "the same", "demo 401, Engine 500"),
)
