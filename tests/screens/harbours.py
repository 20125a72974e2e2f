"""Registries that answer from memory, and a desk that notes what it is asked, for the registries' screens."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from textual.app import App

from tests.samples import an_image
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Task
from tui.engine.kinds import Kind
from tui.engine.models import Image
from tui.engine.registries import Place, add
from tui.engine.registry_errors import RegistryError, Unanswered
from tui.engine.registry_models import (
    Attached,
    AttachedKind,
    Layer,
    Page,
    Platform,
    Reach,
    Right,
    Scheme,
    Settings,
    Step,
    TagDetail,
    Untagged,
)
from tui.engine.store import Store
from tui.screens.registries import RegistriesScreen
from tui.settings import Settings as WharfSettings
from tui.theme import WHARF

NOW = 1_790_000_000.0
OCI = "application/vnd.oci.image."
RIGHTS = frozenset({Right.PULL, Right.PUSH, Right.DELETE})


def digest(of: str) -> str:
    """The digest of a word."""
    return f"sha256:{hashlib.sha256(of.encode()).hexdigest()}"


def detail(repository: str, tag: str, *, same: str = "", days: int = 3, index: bool = False) -> TagDetail:
    """What a tag leads to; `same` is the word its digest is of."""
    steps = (
        Step("ADD rootfs.tar.xz / # buildkit", int(NOW) - 90 * 86400, 29_100_000),
        Step('CMD ["bash"]', int(NOW) - 90 * 86400),
        Step("RUN apt-get update && apt-get install -y --no-install-recommends nginx", None, 41_800_000),
        Step("COPY --chown=web:web site /srv/site", None, 3_140_000),
        Step("EXPOSE 8080"),
    )
    layers = tuple(Layer(digest(step.line), step.size, line=step.line) for step in steps if step.size)
    platforms = ("linux/amd64", "linux/arm64/v8", "linux/arm/v7") if index else ()
    return TagDetail(
        repository,
        tag,
        digest(same or f"{repository}:{tag}"),
        f"{OCI}index.v1+json" if index else f"{OCI}manifest.v1+json",
        sum(layer.size for layer in layers),
        "linux/amd64",
        tuple(Platform(name, digest(name), 70_000_000 + n) for n, name in enumerate(platforms)),
        int(NOW) - days * 86400,
        layers,
        steps,
        Settings(
            entrypoint=("/entry.sh",),
            cmd=("nginx", "-g", "daemon off;"),
            env=("PATH=/usr/local/bin:/usr/bin", "DB_PASSWORD=hunter2"),
            labels=(("org.opencontainers.image.source", "git@example.net:shop/web"),),
            user="web",
            workdir="/srv",
            ports=("8080/tcp",),
        ),
    )


class FakeRegistry:
    """One registry. An EngineError among the answers is raised; `gate` holds `held` ones up."""

    def __init__(self, host: str, **more: Any) -> None:
        self.host = host
        self.reach: Reach | EngineError = Reach(f"https://{host}", Scheme.NONE, True)
        self.pages: list[tuple[str, ...]] | EngineError = [("shop/web", "shop/db", "tools/lint")]
        self.tags_of: dict[str, dict[str, TagDetail | EngineError]] = {}
        self.page_size = 100
        self.rights: frozenset[Right] | EngineError = RIGHTS
        self.attached: tuple[Attached, ...] = ()
        self.without: tuple[Untagged, ...] = ()
        self.asked: list[str] = []
        self.deleted: list[tuple[str, str]] = []
        self.held: tuple[str, ...] = ("",)
        self.gate = threading.Event()
        self.gate.set()
        self.busy = 0
        self.busiest = 0
        self._lock = threading.Lock()
        vars(self).update(more)

    def _say(self, what: str, answer: Any) -> Any:
        with self._lock:
            self.asked.append(what)
            self.busy += 1
            self.busiest = max(self.busy, self.busiest)
        if what.startswith(self.held):
            self.gate.wait(10)
        with self._lock:
            self.busy -= 1
        if isinstance(answer, EngineError):
            raise answer
        return answer

    def close(self) -> None:
        self.asked.append("closed")

    def check(self) -> Reach:
        return self._say("check", self.reach)

    def repositories(self, page: str = "") -> Page:
        pages = self._say(f"repositories {page}".strip(), self.pages)
        at = int(page or 0)
        return Page(pages[at], str(at + 1) if at + 1 < len(pages) else "")

    def tags(self, repository: str, page: str = "") -> Page:
        if repository not in self.tags_of:
            raise RegistryError("repository name not known to registry", 404, "Check the name.")
        names = list(self.tags_of[repository])
        at = int(page or 0)
        self._say(f"tags {page}".strip(), None)
        after = at + self.page_size
        return Page(tuple(names[at:after]), str(after) if after < len(names) else "")

    def detail(self, repository: str, reference: str, platform: str = "") -> TagDetail:
        return self._say(f"detail {reference}", self.tags_of[repository][reference])

    def digest(self, repository: str, tag: str) -> str:
        found = self.tags_of[repository].get(tag)
        self._say(f"digest {tag}", None)
        return found.digest if isinstance(found, TagDetail) else ""

    def referrers(self, repository: str, digest: str) -> tuple[Attached, ...]:
        return self._say("referrers", self.attached)

    def may(self, repository: str) -> frozenset[Right]:
        return self._say("may", self.rights)

    def same_digest(self, repository: str, digest: str) -> tuple[str, ...]:
        tags = self.tags_of[repository].items()
        return self._say(
            "same", tuple(t for t, one in tags if isinstance(one, TagDetail) and one.digest == digest)
        )

    def untagged(self, repository: str) -> tuple[Untagged, ...]:
        return self._say("untagged", self.without)

    def delete(self, repository: str, digest: str) -> None:
        self._say("delete", None)
        self.deleted.append((repository, digest))
        tags = self.tags_of[repository]
        for tag in [t for t, one in tags.items() if isinstance(one, TagDetail) and one.digest == digest]:
            del tags[tag]


class FakeDesk:
    """The desk of an Engine with some images."""

    def __init__(self, *images: Image, read_only: bool = False) -> None:
        self.endpoint = Endpoint("unix:///nowhere", "local", "test", read_only=read_only)
        self.store = Store()
        self.store.replace(Kind.IMAGE, images)
        self.prod = False
        self.tasks: list[Task] = []
        self.copied: list[str] = []
        self.said: list[str] = []
        self.sheets: list[Any] = []
        self.answers: Any = None

    @property
    def connection(self) -> Any:
        answer = SimpleNamespace(
            json=lambda: {"RegistryConfig": {"Mirrors": ["https://mirror.example.net/"]}}
        )
        return SimpleNamespace(ask=lambda *args: answer)

    async def start(self, task: Task) -> Job:
        self.tasks.append(task)
        job = Job(len(self.tasks), task)
        if task.done is not None:
            task.done(job)
        return job

    async def fill(self, sheet: Any) -> Any:
        self.sheets.append(sheet)
        return self.answers

    def copy(self, text: str, what: str) -> None:
        self.copied.append(text)

    def say(self, text: str) -> None:
        self.said.append(text)


HUB = "docker.io"
LAN = "registry.example.net:5000"


def shop() -> dict[str, TagDetail | EngineError]:
    """The tags of shop/web: releases, some of them the same, one that is broken, and a signature."""
    tags: dict[str, TagDetail | EngineError] = {
        f"1.{minor}.{patch}": detail(
            "shop/web", f"1.{minor}.{patch}", days=40 - minor * 10 - patch, index=minor > 1
        )
        for minor in range(3)
        for patch in range(3)
    }
    tags["latest"] = detail("shop/web", "latest", same="shop/web:1.2.2", days=18, index=True)
    tags["stable"] = detail("shop/web", "stable", same="shop/web:1.2.2", days=18, index=True)
    tags["broken"] = RegistryError("manifest unknown", 404, "Look at its tags again.")
    tags[digest("shop/web:1.2.2").replace(":", "-") + ".sig"] = detail("shop/web", "sig")
    return tags


def harbours() -> dict[str, FakeRegistry]:
    """One registry of each sort, by host."""
    lan = FakeRegistry(LAN, tags_of={"shop/web": shop(), "shop/db": {}, "tools/lint": {}})
    lan.attached = (
        Attached(AttachedKind.SIGNATURE, f"{OCI}manifest.v1+json", digest("sig"), 700, "sha256-1.sig"),
        Attached(AttachedKind.ATTESTATION, "application/vnd.in-toto+json", digest("att"), 9000, "index"),
    )
    lan.without = (
        Untagged(
            digest("linux/arm64/v8"), "linux/arm64/v8", ("1.2.2", "latest"), f"{OCI}manifest.v1+json", 1100
        ),
        Untagged(digest("att"), "attestation", ("1.2.2", "latest"), f"{OCI}manifest.v1+json", 840),
    )
    hub = FakeRegistry(
        HUB,
        reach=Reach("https://registry-1.docker.io", Scheme.BEARER, True),
        pages=RegistryError("Docker Hub does not list its repositories", advice="Search it."),
        tags_of={"nginx": {"1.29": detail("nginx", "1.29", index=True), "latest": detail("nginx", "latest")}},
    )
    closed = FakeRegistry(
        "closed.example.net",
        reach=Reach("https://closed.example.net", Scheme.BASIC, False, "authentication required"),
        pages=RegistryError("closed.example.net: authentication required", 401, "Log in: :login"),
    )
    dead = FakeRegistry(
        "dead.example.net",
        reach=Unanswered(
            "the certificate of dead.example.net is not trusted: self-signed certificate",
            advice="Name the file of the authority that signed it.",
        ),
    )
    plain = FakeRegistry("10.0.0.7:5000", reach=Reach("http://10.0.0.7:5000", Scheme.NONE, True))
    mirror = FakeRegistry("mirror.example.net")
    return {one.host: one for one in (lan, hub, closed, dead, plain, mirror)}


def at_home(folder: Path) -> dict[str, str]:
    """An environment in which some registries were added and one is logged in to."""
    env = {"HOME": str(folder), "DOCKER_CONFIG": str(folder / ".docker")}
    (folder / ".docker").mkdir()
    auths = {"auths": {LAN: {"auth": "YW5uOnNlY3JldA=="}}}
    (folder / ".docker" / "config.json").write_text(json.dumps(auths))
    add(Place(LAN), env)
    add(Place("closed.example.net"), env)
    add(Place("dead.example.net", plain=False), env)
    add(Place("10.0.0.7:5000", plain=True), env)
    return env


def images() -> list[Image]:
    """The Engine's images: some from the registries, one of no registry's."""
    pulled = (f"{LAN}/shop/web@{digest('shop/web:1.2.2')}",)
    return [
        replace(an_image(f"{LAN}/shop/web:1.2.2", "sha256:i1"), digests=pulled),
        an_image(f"{LAN}/shop/web:1.1.0", "sha256:i1"),
        an_image("nginx:1.29", "sha256:i2"),
        an_image("", "sha256:i3"),
    ]


class HarbourApp(App[None]):
    """An app that shows the registries in Wharf's colours."""

    def __init__(
        self,
        env: dict[str, str],
        found: Mapping[str, FakeRegistry] | None,
        desk: FakeDesk,
        *,
        read_only: bool = False,
        clock: Callable[[], float] = lambda: NOW,
    ) -> None:
        """Without `found` the real client asks real registries."""
        super().__init__()
        self.register_theme(WHARF)
        self.theme = WHARF.name
        self.animation_level = "none"
        self.env = env
        front: Any = desk

        stand_ins: Any = None if found is None else lambda place: found[place.host]
        self.registries = RegistriesScreen(
            front, WharfSettings(), read_only=read_only, env=env, clock=clock, opened=stand_ins
        )

    async def on_mount(self) -> None:
        """Show it."""
        await self.push_screen(self.registries)
