"""Following the demo Engine: what others do to it arrives, also after silence and death."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest

from tests.engine.http_engine import until
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine import watcher as watcher_module
from tui.engine.endpoint import Endpoint
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.store import Store
from tui.engine.watcher import Watcher


class Followed:
    """A demo Engine, somebody else who uses it, and the watcher."""

    def __init__(self) -> None:
        self.demo = DemoEngine(clock=lambda: FIXED_NOW)
        self.url = self.demo.start()
        self.api = docker.APIClient(base_url=self.url, version="1.47", timeout=5)
        self.store = Store()
        self.links: list[Link] = []
        self.watcher = Watcher(Endpoint(self.url, "", "test"), self.store, self.links.append)
        self.watcher.go.set()
        self.watcher.start()
        until(lambda: self.watcher.link.server is not None)

    def close(self) -> None:
        """End all of it."""
        self.watcher.close()
        self.api.close()
        self.demo.stop()

    def state(self, name: str) -> str:
        """The state of a container as the Store has it; "" when it has none of this name."""
        return next((one.state for one in self.store.containers.values() if one.name == name), "")

    def is_(self, state: LinkState) -> bool:
        """Whether the line is in this state."""
        return self.watcher.link.state is state

    def same_as_the_engine(self) -> bool:
        """Whether the Store holds what the Engine lists now."""
        return (
            {container["Id"] for container in self.api.containers(all=True)} == set(self.store.containers)
            and {network["Id"] for network in self.api.networks()} == set(self.store.networks)
            and {volume["Name"] for volume in self.api.volumes()["Volumes"]} == set(self.store.volumes)
            and {image["Id"] for image in self.api.images()} == {i.id for i in self.store.images.values()}
        )


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Followed]:
    monkeypatch.setattr(watcher_module, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(watcher_module, "IMAGES_SECONDS", 0.05)
    followed = Followed()
    yield followed
    followed.close()


def test_every_kind_is_there_after_the_start(followed: Followed) -> None:
    assert all(followed.store.of(kind) for kind in Kind)
    assert followed.same_as_the_engine()


def test_what_others_do_arrives(followed: Followed) -> None:
    api = followed.api
    api.stop("shop-app-1")
    api.pause("shop-app-2")
    api.rename("shop-app-3", "renamed")
    until(lambda: followed.state("shop-app-1") == "exited")
    until(lambda: followed.state("shop-app-2") == "paused")
    until(lambda: followed.state("renamed") == "running")
    api.remove_container("shop-app-1")
    until(lambda: followed.state("shop-app-1") == "")
    api.create_volume("fresh")
    until(lambda: "fresh" in followed.store.volumes)
    made = api.create_network("fresh")["Id"]
    until(lambda: made in followed.store.networks)
    api.tag("node:22-alpine", "fresh", "1")
    until(lambda: "fresh:1" in followed.store.images)
    api.remove_image("fresh:1")
    until(lambda: "fresh:1" not in followed.store.images)
    api.remove_network(made)
    api.remove_volume("fresh")
    until(followed.same_as_the_engine)


def test_a_dead_engine_comes_back_with_all_that_changed_meanwhile(followed: Followed) -> None:
    before = set(followed.store.containers)
    followed.demo.drop()
    until(lambda: followed.is_(LinkState.DOWN))
    assert set(followed.store.containers) == before
    with followed.demo.world.lock:
        world = followed.demo.world
        del world.containers[world.container("shop-canary").id]
    followed.demo.revive()
    followed.watcher.retry_now()
    until(lambda: followed.is_(LinkState.UP))
    assert followed.state("shop-canary") == ""
    followed.api.stop("shop-app-1")
    until(lambda: followed.state("shop-app-1") == "exited")


def test_a_frozen_engine_is_stale_and_goes_on_when_it_thaws(followed: Followed) -> None:
    before = set(followed.store.containers)
    followed.demo.freeze()
    followed.watcher.probe()
    until(lambda: followed.is_(LinkState.STALE))
    assert set(followed.store.containers) == before
    followed.demo.thaw()
    until(lambda: followed.is_(LinkState.UP))
    followed.api.stop("shop-app-1")
    until(lambda: followed.state("shop-app-1") == "exited")
    assert LinkState.DOWN not in {link.state for link in followed.links}
