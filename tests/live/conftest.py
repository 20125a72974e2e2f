"""The Engines that live tests run on, started once a session and cleared after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.live import calls, noted
from tests.live.engine import SUITES, EngineError, PrivateEngine
from tests.live.person import at_home
from tests.live.pty_app import PtyApp

HERE = Path(__file__).parent
SEEN = pytest.StashKey[calls.Calls]()
IMAGE = "busybox:latest"
BUILT_IN_NETWORKS = {"bridge", "host", "none"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the folder's own options are."""
    parser.addoption("--record-calls", action="store_true", help="write calls.txt anew; run the whole folder")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the group out of the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder as live; all tests of one Engine run in one worker, so each starts once."""
    for item in items:
        if HERE in item.path.parents:
            callspec = getattr(item, "callspec", None)
            name = callspec.params.get("engine", "other") if callspec else "other"
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
    return at_home(tmp_path, monkeypatch)


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
