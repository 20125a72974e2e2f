"""The Engines that live tests run on, started once a session and cleared after each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.live import calls, noted
from tests.live.engine import SUITES, EngineError, PrivateEngine
from tests.live.person import at_home
from tests.live.podman import Podman
from tests.live.pty_app import PtyApp
from tests.live.sshd import Sshd, ssh_for

HERE = Path(__file__).parent
SEEN = pytest.StashKey[calls.Calls]()
IMAGE = "busybox:latest"
BUILT_IN_NETWORKS = {"bridge", "host", "none"}
OWN_GROUPS = {"podman": "podman", "far": "ssh", "farther": "ssh", "near": "ssh", "guarded": "tls"}
"""The groups of tests whose Engines are not `engine`, by the fixture that starts them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the folder's own options are."""
    parser.addoption("--record-calls", action="store_true", help="write calls.txt anew; run the whole folder")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the group out of the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder as live; all tests of one Engine run in one worker, so each starts once."""
    for item in items:
        if HERE in item.path.parents:
            callspec = getattr(item, "callspec", None)
            fixtures = getattr(item, "fixturenames", ())
            own = next((group for fixture, group in OWN_GROUPS.items() if fixture in fixtures), "other")
            name = callspec.params.get("engine", own) if callspec else own
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.xdist_group(f"engine-{name}"))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what Wharf sent in another worker."""
    stash = node.config.stash
    stash[SEEN] = stash.get(SEEN, frozenset()) | calls.read(
        getattr(node, "workeroutput", {}).get("calls", ())
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what Wharf sent, when that was asked for and everything went well."""
    seen = session.config.stash.get(SEEN, frozenset())
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["calls"] = calls.lines(seen)
    elif session.config.getoption("record_calls", False) and not session.testsfailed:
        calls.KEPT.write_text("".join(f"{line}\n" for line in calls.lines(seen)))


@pytest.fixture(autouse=True)
def known_calls(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """What Wharf sends, in this process or in a terminal, is among the calls that are kept."""
    notes = tmp_path_factory.mktemp("calls") / "notes"
    notes.touch()
    monkeypatch.setenv(noted.NOTES, str(notes))
    monkeypatch.setattr(PtyApp, "program", noted.__name__)
    with calls.noting(noted.in_file(notes)):
        yield
    sent = frozenset[tuple[str, str]]().union(
        *(calls.call(*line.split(" ", 1)) for line in notes.read_text().splitlines())
    )
    pytestconfig.stash[SEEN] = pytestconfig.stash.get(SEEN, frozenset()) | sent
    if not pytestconfig.getoption("record_calls", False):
        unknown = calls.lines(sent - calls.kept())
        refresh = "pytest tests/live --record-calls"
        assert not unknown, f"not in {calls.KEPT.name}, which `{refresh}` writes anew: {unknown}"


@pytest.fixture(scope="session", params=list(SUITES))
def engine(request: pytest.FixtureRequest) -> Iterator[PrivateEngine]:
    """A running private Engine; what asks for it runs on each there is, and fails where one cannot start."""
    yield from running(request.param)


def running(name: str) -> Iterator[PrivateEngine]:
    """A private Engine from its start to its end; a test that needs it fails where it cannot start."""
    private = PrivateEngine(name)
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
    return at_home(tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def cleared(request: pytest.FixtureRequest) -> Iterator[None]:
    """Afterwards the Engine answers again and holds nothing but its one image."""
    if "engine" not in request.fixturenames:
        yield
        return
    private: PrivateEngine = request.getfixturevalue("engine")
    yield
    tidy(private)


def tidy(private: PrivateEngine) -> None:
    """Have an Engine answer again, and hold nothing but its one image."""
    private.revive()
    client = docker.APIClient(base_url=private.url, version="auto", timeout=30)
    try:
        clear(client)
    finally:
        client.close()


@pytest.fixture(scope="session")
def near_engine() -> Iterator[PrivateEngine]:
    """The Engine of `near`, for all of its tests."""
    yield from running("28.5")


@pytest.fixture
def near(near_engine: PrivateEngine) -> Iterator[PrivateEngine]:
    """A private Engine beside those of `far` and `farther`; cleared afterwards."""
    yield near_engine
    tidy(near_engine)


@pytest.fixture(scope="session")
def far_host() -> Iterator[Sshd]:
    """The host of `far`, for all of its tests."""
    for private in running("28.5"):
        yield private.sshd()


@pytest.fixture
def far(far_host: Sshd) -> Iterator[Sshd]:
    """A host with an Engine (28.5) to reach by ssh; well and cleared afterwards."""
    yield far_host
    far_host.heal()
    tidy(far_host.engine)


@pytest.fixture(scope="session")
def farther_host() -> Iterator[Sshd]:
    """The host of `farther`, for all of its tests."""
    for private in running("20.10"):
        yield private.sshd()


@pytest.fixture
def farther(farther_host: Sshd) -> Iterator[Sshd]:
    """Another host with an older Engine (20.10) to reach by ssh; well and cleared afterwards."""
    yield farther_host
    farther_host.heal()
    tidy(farther_host.engine)


@pytest.fixture
def ssh_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for `Sshd.config`: what runs `ssh` finds the aliases made there, and no agent."""
    folder = tmp_path / "ssh"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{ssh_for(folder)}{os.pathsep}{os.environ['PATH']}")
    for name in ("SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def guarded_engine() -> Iterator[PrivateEngine]:
    """The Engine of `guarded`, for all of its tests."""
    yield from running("28.5")


@pytest.fixture
def guarded(guarded_engine: PrivateEngine) -> Iterator[PrivateEngine]:
    """A private Engine to reach by its `tls` or, on plain tcp, a `doorway`; cleared afterwards."""
    yield guarded_engine
    tidy(guarded_engine)


@pytest.fixture(scope="session")
def podman_service() -> Iterator[Podman]:
    """The service of `podman`, for all of its tests."""
    for private in running("28.5"):
        yield private.podman()


@pytest.fixture
def podman(podman_service: Podman) -> Iterator[Podman]:
    """A Podman service; running and cleared afterwards."""
    yield podman_service
    podman_service.clear()


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
