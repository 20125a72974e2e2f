"""The demo Engine against a real one: the same requests, and answers that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.live.conformance import containers, objects, processes, transfers
from tests.live.conformance.asking import ask
from tests.live.conformance.differences import DIFFERENCES, Justified
from tests.live.conformance.telling import Difference, Story, Told, differences, tell
from tests.live.conftest import IMAGE, clear
from tests.live.engine import PrivateEngine
from tests.live.making import plugin
from tests.live.verb_rows import pullable
from tui.demo import DemoEngine
from tui.demo.models import Image, Layer
from tui.demo.plugins import Plugin
from tui.demo.router import ROUTES

STORIES = {
    story.name: story for module in (containers, objects, processes, transfers) for story in module.STORIES
}


class Comparison:
    """What each story brings to light, told once."""

    def __init__(self, private: PrivateEngine) -> None:
        self._private = private
        self._api = docker.APIClient(base_url=private.url, version="auto", timeout=30)
        self._busybox = ask(private.socket_path, "GET", f"/images/{IMAGE}/json").read().lines[0]
        self._found: dict[str, list[Difference]] = {}

    def of(self, story: Story) -> list[Difference]:
        """Everything in which the demo differs, justified or not."""
        if story.name not in self._found:
            clear(self._api)
            registry = self._private.registry()
            given = {"registry": registry, "pushable": f"{registry}/app"}
            if story is processes.PULL:
                (reference,) = pullable(self._api, self._private).refs
                given["pullable"], _, given["tag"] = reference.rpartition(":")
            if story is objects.PLUGINS:
                plugin(self._api, objects.PLUGIN)
            real = tell(self._private.socket_path, story, **given)
            for one in self._api.plugins():
                self._api.remove_plugin(one["Id"], force=True)
            self._found[story.name] = differences(story, self._on_the_demo(story), real)
        return self._found[story.name]

    def close(self) -> None:
        """Leave the Engine."""
        self._api.close()

    def _on_the_demo(self, story: Story) -> Told:
        demo = DemoEngine()
        demo.dials.pace = 0
        empty(demo, self._busybox)
        if story is objects.PLUGINS:
            word, use = "A test plugin", "docker.volumedriver/1.0"
            made = Plugin(demo.world.digest("plugin"), objects.PLUGIN, False, word, use, "test.sock")
            demo.world.plugins = {made.name: made}
        with demo:
            given = {"pullable": "alpine", "tag": "3.20", "pushable": "shop/app", "registry": "docker.io"}
            return tell(Path(demo.start().removeprefix("unix://")), story, **given)


def empty(demo: DemoEngine, busybox: dict[str, Any]) -> None:
    """Have a demo hold no more than a private Engine holds: the same busybox and the built-in networks."""
    world = demo.world
    world.containers.clear()
    world.volumes.clear()
    world.plugins.clear()
    world.networks = {key: one for key, one in world.networks.items() if one.builtin}
    for network in world.networks.values():
        network.hosts.clear()
    layers = [Layer(digest, busybox["Size"], "") for digest in busybox["RootFS"]["Layers"]]
    image = Image(busybox["Id"], world.now(), busybox["Config"], layers, [IMAGE], comment=busybox["Comment"])
    world.images = {image.id: image}
    world.build_cache.clear()


@pytest.fixture(scope="module")
def comparison(engine: PrivateEngine) -> Iterator[Comparison]:
    made = Comparison(engine)
    yield made
    made.close()


# sentences and shapes are those of one release: an older one has others
newest = pytest.mark.parametrize("engine", ["28.5"], indirect=True)


def justified(difference: Difference, by: Justified) -> bool:
    return (
        fnmatchcase(f"{difference.story}: {difference.step}", by.step)
        and fnmatchcase(difference.aspect, by.aspect)
        and by.says in difference.detail
    )


@newest
@pytest.mark.parametrize("name", STORIES)
def test_the_demo_answers_as_the_engine_does(comparison: Comparison, name: str) -> None:
    odd = [one for one in comparison.of(STORIES[name]) if not any(justified(one, by) for by in DIFFERENCES)]
    assert not odd, "\n".join(["", *map(str, odd)])


@newest
def test_every_listed_difference_is_still_there(comparison: Comparison) -> None:
    found = [one for story in STORIES.values() for one in comparison.of(story)]
    idle = [by for by in DIFFERENCES if by.everywhere and not any(justified(one, by) for one in found)]
    assert not idle


def test_every_route_of_the_demo_is_compared() -> None:
    asked = {(step.method, step.path) for story in STORIES.values() for step in story.steps}
    covered = set()
    for method, path in asked:
        found = next((route for route in ROUTES if route[0] == method and route[1].match(path)), None)
        covered.add(found)
    missing = [f"{route[0]} {route[1].pattern}" for route in ROUTES if route not in covered]
    assert not missing
