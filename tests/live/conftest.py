"""The Engines that live tests run on, started once a session and cleared after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.live.engine import SUITES, EngineError, PrivateEngine

HERE = Path(__file__).parent
IMAGE = "busybox:latest"
BUILT_IN_NETWORKS = {"bridge", "host", "none"}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the group out of the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder as live; all tests of one Engine run in one worker, so each starts once."""
    for item in items:
        if HERE in item.path.parents:
            callspec = getattr(item, "callspec", None)
            name = callspec.params.get("engine", "other") if callspec else "other"
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.xdist_group(f"engine-{name}"))


@pytest.fixture(scope="session", params=list(SUITES))
def engine(request: pytest.FixtureRequest) -> Iterator[PrivateEngine]:
    """A running private Engine; what asks for it runs on each there is, and fails where one cannot start."""
    private = PrivateEngine(request.param)
    try:
        private.start()
    except EngineError as error:
        pytest.fail(str(error), pytrace=False)
    yield private
    private.stop()


@pytest.fixture
def api(engine: PrivateEngine) -> Iterator[docker.APIClient]:
    """The SDK's own client of `engine`, with which a test asks what really happened."""
    client = docker.APIClient(base_url=engine.url, version="auto", timeout=30)
    yield client
    client.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which Wharf finds and keeps everything of its person's; no display, no SSH."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY", "DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def cleared(request: pytest.FixtureRequest) -> Iterator[None]:
    """Afterwards the Engine answers again and holds nothing but its one image."""
    if "engine" not in request.fixturenames:
        yield
        return
    private: PrivateEngine = request.getfixturevalue("engine")
    yield
    private.revive()
    client = docker.APIClient(base_url=private.url, version="auto", timeout=30)
    try:
        clear(client)
    finally:
        client.close()


def clear(client: docker.APIClient) -> None:
    """Remove every container, network, volume and image but the busybox the Engine came with."""
    if client.info()["Swarm"]["LocalNodeState"] != "inactive":
        client.leave_swarm(force=True)
    for container in client.containers(all=True):
        client.remove_container(container["Id"], force=True, v=True)
    for network in client.networks():
        if network["Name"] not in BUILT_IN_NETWORKS and network["Scope"] == "local":
            client.remove_network(network["Id"])
    for volume in client.volumes()["Volumes"] or []:
        client.remove_volume(volume["Name"], force=True)
    for image in client.images():
        # by tag, because an image with children can be untagged but not removed; it goes with its last child
        tags = [tag for tag in image["RepoTags"] or [] if tag != "<none>:<none>"]
        for name in tags or [image["Id"]]:
            if name != IMAGE:
                client.remove_image(name, force=True)
