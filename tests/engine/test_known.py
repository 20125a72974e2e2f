"""The well-known sockets, looked for where nothing names an Engine and the default socket is silent."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.engine import endpoint, known
from tui.engine.endpoint import Endpoint, resolution, resolve
from tui.engine.known import Place

Listen = Callable[[str], Path]
"""Listen on a socket of the home folder, or of another one."""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder whose sockets have short paths; nothing of this machine is looked at."""
    with tempfile.TemporaryDirectory(prefix="known-", dir="/tmp") as name:
        folder = Path(name)
        everywhere = known.places

        def places(env: dict[str, str]) -> list[Place]:
            return [place for place in everywhere(env) if place.path.startswith(name)]

        monkeypatch.setattr(known, "places", places)
        monkeypatch.setattr(endpoint, "DEFAULT_URL", f"unix://{name}/default.sock")
        yield folder


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "XDG_RUNTIME_DIR": f"{home}/run"}


@pytest.fixture
def listen(home: Path) -> Iterator[Listen]:
    lines = []

    def on(path: str) -> Path:
        whole = home / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        line = socket.socket(socket.AF_UNIX)
        lines.append(line)
        line.bind(str(whole))
        line.listen()
        return whole

    yield on
    for line in lines:
        line.close()


def left_behind(path: Path) -> None:
    """A socket whose listener has ended."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(path))


def test_the_places_have_an_order_and_each_path_stands_once() -> None:
    places = known.places({"HOME": "/h", "XDG_RUNTIME_DIR": "/run/user/7"}, 7)
    assert places == [
        Place("rootless Docker", "/run/user/7/docker.sock"),
        Place("Docker Desktop", "/h/.docker/desktop/docker.sock"),
        Place("Docker Desktop", "/h/.docker/run/docker.sock"),
        Place("Colima", "/h/.colima/default/docker.sock"),
        Place("Colima", "/h/.config/colima/default/docker.sock"),
        Place("OrbStack", "/h/.orbstack/run/docker.sock"),
        Place("Rancher Desktop", "/h/.rd/docker.sock"),
        Place("Lima", "/h/.lima/docker/sock/docker.sock"),
        Place("rootless Podman", "/run/user/7/podman/podman.sock"),
        Place("Podman", "/run/podman/podman.sock"),
    ]


def test_the_environment_moves_the_places() -> None:
    env = {"HOME": "/h", "XDG_RUNTIME_DIR": "/r", "COLIMA_HOME": "/c", "LIMA_HOME": "/l"}
    paths = [place.path for place in known.places(env, 7)]
    assert paths[:2] == ["/r/docker.sock", "/run/user/7/docker.sock"]
    assert "/c/default/docker.sock" in paths
    assert "/l/docker/sock/docker.sock" in paths
    assert "/r/podman/podman.sock" in paths


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("run/docker.sock", "rootless Docker"),
        (".docker/run/docker.sock", "Docker Desktop"),
        (".colima/default/docker.sock", "Colima"),
        (".orbstack/run/docker.sock", "OrbStack"),
        (".rd/docker.sock", "Rancher Desktop"),
        (".lima/docker/sock/docker.sock", "Lima"),
        ("run/podman/podman.sock", "rootless Podman"),
    ],
)
def test_a_socket_that_answers_is_used_and_says_how_it_was_found(
    env: dict[str, str], listen: Listen, path: str, name: str
) -> None:
    url = f"unix://{listen(path)}"
    found = resolve(env=env, read_only=True)
    assert found == Endpoint(url, "", f"found: {name}")
    assert (found.read_only, found.flags, found.name) == (True, ("-H", url), url)


def test_the_first_socket_that_answers_is_used(env: dict[str, str], home: Path, listen: Listen) -> None:
    left_behind(home / "run/docker.sock")
    colima = listen(".colima/default/docker.sock")
    listen("run/podman/podman.sock")
    looked = resolution(env=env)
    assert isinstance(looked.found, Endpoint)
    assert looked.found.socket_path == str(colima)
    told = {step.value.removeprefix(f"unix://{home}/"): step.why for step in looked.steps if step.value}
    assert told["default.sock"] == "No such file or directory"
    assert told["run/docker.sock"] == "Connection refused"
    assert told[".colima/default/docker.sock"] == "the first that answers"
    assert told["run/podman/podman.sock"] == "found: Colima comes first"
    assert [step.what for step in looked.steps if step.chosen] == ["Colima"]


def test_the_default_socket_wins_when_somebody_listens_and_nothing_else_is_looked_at(
    env: dict[str, str], listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = listen("default.sock")
    listen("run/docker.sock")

    def looked_at(env: dict[str, str]) -> list[Place]:
        raise AssertionError("the well-known sockets were looked at")

    monkeypatch.setattr(known, "places", looked_at)
    assert resolve(env=env) == Endpoint(f"unix://{default}", "default", "default")


def test_a_default_socket_behind_which_all_are_busy_is_still_the_one(
    env: dict[str, str], home: Path, listen: Listen
) -> None:
    listen("run/docker.sock")
    with socket.socket(socket.AF_UNIX) as line, socket.socket(socket.AF_UNIX) as caller:
        line.bind(f"{home}/default.sock")
        line.listen(0)
        caller.connect(f"{home}/default.sock")
        assert known.silence(f"{home}/default.sock") == known.BUSY
        assert resolve(env=env).source == "default"


@pytest.mark.parametrize("default", ["missing", "left behind", "forbidden"])
def test_where_nobody_answers_the_default_socket_stays(
    env: dict[str, str], home: Path, default: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {
        "missing": "No such file or directory",
        "left behind": "Connection refused",
        "forbidden": "Permission denied",
    }[default]
    if default == "left behind":
        left_behind(home / "default.sock")
    elif default == "forbidden":  # root may open everything, so it is only said to be so
        ask = known.silence
        monkeypatch.setattr(known, "silence", lambda path: words if "default" in path else ask(path))
    looked = resolution(env=env)
    assert looked.found == Endpoint(f"unix://{home}/default.sock", "default", "default")
    assert [step.why for step in looked.steps if step.chosen] == [f"{words}, and no other socket answers"]


def test_a_forbidden_default_socket_gives_way_to_one_that_answers(
    env: dict[str, str], listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = listen("run/docker.sock")
    ask = known.silence
    monkeypatch.setattr(known, "silence", lambda path: ask(path) if path == str(own) else os.strerror(13))
    assert resolve(env=env).source == "found: rootless Docker"


@pytest.mark.parametrize(
    "more", [{"DOCKER_HOST": "unix:///gone.sock"}, {"DOCKER_CONTEXT": "default"}, {"DOCKER_TLS": "1"}]
)
def test_nothing_is_looked_for_where_an_endpoint_is_named(
    env: dict[str, str], listen: Listen, more: dict[str, str]
) -> None:
    listen("run/docker.sock")
    assert not resolve(env={**env, **more}).source.startswith("found")


def test_a_path_that_no_socket_can_have_is_silent() -> None:
    assert known.silence("/" + "x" * 200)
