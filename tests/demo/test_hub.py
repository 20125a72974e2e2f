"""The demo's pretended Docker Hub, as the registries' screen asks it."""

from __future__ import annotations

import pytest

from tests.screens.on_demo import demo
from tui.demo.hub import DemoRegistry
from tui.demo.world import FIXED_NOW
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.registry_errors import RegistryError
from tui.engine.registry_models import Right


def hub(host: str = "docker.io") -> DemoRegistry:
    return DemoRegistry(host, lambda: FIXED_NOW)


def test_it_has_what_the_demo_engine_pulled_under_the_same_digest() -> None:
    with demo() as running:
        pulled = next(one for one in fetch(running.connection, Kind.IMAGE) if one.name == "nginx:1.27-alpine")
    assert f"nginx@{hub().digest('nginx', '1.27-alpine')}" in pulled.digests


def test_a_tag_tells_its_layers_the_lines_that_made_them_and_how_it_runs() -> None:
    found = hub().detail("nginx", "latest")
    assert found.size == sum(layer.size for layer in found.layers) > 0
    assert "RUN apt-get install -y nginx=1.29.3" in [step.line for step in found.history]
    assert found.settings.cmd == ("nginx", "-g", "daemon off;")
    assert hub().detail("nginx", found.digest).digest == found.digest


def test_tags_of_one_image_share_its_digest() -> None:
    one = hub().digest("library/redis", "8.2")
    assert set(hub().same_digest("redis", one)) == {"8.2", "8", "latest"}


def test_every_repository_it_lists_has_tags() -> None:
    for repository in hub().repositories().names:
        assert hub().tags(repository).names


def test_it_deletes_nothing_and_says_what_one_may() -> None:
    assert hub().may("nginx") == {Right.PULL}
    with pytest.raises(RegistryError) as refused:
        hub().delete("nginx", hub().digest("nginx", "latest"))
    assert refused.value.status == 405


@pytest.mark.parametrize(("repository", "tag"), [("no/such", "latest"), ("nginx", "0.1")])
def test_what_it_does_not_have_is_not_found(repository: str, tag: str) -> None:
    with pytest.raises(RegistryError) as refused:
        hub().detail(repository, tag)
    assert refused.value.status == 404


def test_any_other_registry_is_out_of_reach() -> None:
    with pytest.raises(RegistryError, match="no line to registry"):
        hub("registry.lan").check()
