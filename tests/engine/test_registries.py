"""Which registries a person has to do with, and the ones they added."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tui.engine import registries
from tui.engine.connection import Connection
from tui.engine.errors import EngineError
from tui.engine.registries import Place, host_problem, split_reference

Env = dict[str, str]


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}


@pytest.fixture
def login(tmp_path: Path) -> Callable[..., None]:
    def write(**users: str) -> None:
        entries = {
            host.replace("_", "."): {"auth": base64.b64encode(f"{user}:x".encode()).decode()}
            for host, user in users.items()
        }
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker/config.json").write_text(json.dumps({"auths": entries}))

    return write


INFO = {
    "InsecureRegistryCIDRs": ["127.0.0.0/8"],
    "IndexConfigs": {
        "docker.io": {"Official": True, "Secure": True},
        "old.lan:5000": {"Secure": False},
        "<script>": {},
    },
    "Mirrors": ["http://mirror.lan:5000/", "https://[", 5],
}


def test_every_registry_is_told_once_and_where_it_is_known_from(env: Env, login: Callable[..., None]) -> None:
    login(yard_lan="pilot", quay_lan="hand")
    registries.add(Place("quay.lan", plain=True), env)
    repositories = ["nginx", "yard.lan/team/app", "pier.lan:5000/db", "pier.lan:5000/app", "<none>"]
    found = registries.places(repositories, INFO, env)
    assert [(place.host, place.source) for place in found] == [
        ("quay.lan", "added"),
        ("yard.lan", "login"),
        ("docker.io", "engine"),
        ("old.lan:5000", "engine"),
        ("mirror.lan:5000", "engine"),
        ("pier.lan:5000", "images"),
    ]
    by_host = {place.host: place for place in found}
    assert by_host["quay.lan"] == Place("quay.lan", True, "", "added", "hand", True)
    assert (by_host["yard.lan"].user, by_host["yard.lan"].logged_in) == ("pilot", True)
    assert by_host["mirror.lan:5000"].plain is True
    assert by_host["docker.io"].hub
    assert not by_host["docker.io"].logged_in


def test_docker_hub_is_always_there(env: Env) -> None:
    assert registries.places(env=env) == [Place("docker.io", source="docker")]


def test_what_was_added_is_there_the_next_time_changed_and_removed(env: Env, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("x")
    registries.add(Place("Quay.lan:5000", plain=False, ca=str(ca)), env)
    registries.add(Place("pier.lan"), env)
    kept = Place("quay.lan:5000", False, str(ca), "added")
    assert registries.added(env) == [kept, Place("pier.lan", None, "", "added")]
    assert registries.place_of("quay.lan:5000", env) == kept
    assert registries.place_of("other.lan", env) == Place("other.lan")
    registries.add(Place("quay.lan:5000", plain=True), env)
    assert registries.place_of("quay.lan:5000", env).plain is True
    registries.remove("quay.lan:5000", env)
    assert [place.host for place in registries.added(env)] == ["pier.lan"]
    file = tmp_path / ".local/state/wharf/registries.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "kept",
    [
        "{",
        "[]",
        '{"registries": 5}',
        '{"registries": [5]}',
        '{"registries": [{"host": "a/b", "plain": null, "ca": ""}]}',
        '{"registries": [{"host": "a", "plain": "yes", "ca": ""}]}',
        '{"registries": [{"host": "a"}]}',
    ],
)
def test_a_broken_file_is_as_good_as_none(env: Env, tmp_path: Path, kept: str) -> None:
    folder = tmp_path / ".local/state/wharf"
    folder.mkdir(parents=True)
    (folder / "registries.json").write_text(kept)
    assert registries.added(env) == []


def test_what_cannot_be_added_says_why(env: Env, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="Leave https:// away"):
        registries.add(Place("https://quay.lan"), env)
    with pytest.raises(EngineError, match="cannot be read"):
        registries.add(Place("quay.lan", ca=str(tmp_path / "lost.pem")), env)
    (tmp_path / ".local").write_text("in the way")
    with pytest.raises(EngineError, match="was not written"):
        registries.add(Place("quay.lan"), env)


@pytest.mark.parametrize(
    "host", ["quay.lan", "quay.lan:5000", "localhost", "127.0.0.1:5000", "[::1]:5000", "a"]
)
def test_hosts_are_taken(host: str) -> None:
    assert host_problem(host) is None


@pytest.mark.parametrize(
    "host", ["", "http://a", "a/b", "a b", "-a", "a:", "a:99999", "a:0", "é", "a\n", "../a", "a:b@c"]
)
def test_what_is_no_host_is_not(host: str) -> None:
    assert host_problem(host)


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        ("nginx", ("docker.io", "nginx")),
        ("nginx:1.27", ("docker.io", "nginx:1.27")),
        ("team/app", ("docker.io", "team/app")),
        ("docker.io/team/app", ("docker.io", "team/app")),
        ("index.docker.io/nginx", ("docker.io", "nginx")),
        ("quay.lan/app", ("quay.lan", "app")),
        ("quay:5000/team/app@sha256:1", ("quay:5000", "team/app@sha256:1")),
        ("localhost/app", ("localhost", "app")),
    ],
)
def test_references_name_their_registry_as_docker_reads_them(reference: str, wanted: tuple[str, str]) -> None:
    assert split_reference(reference) == wanted


@pytest.mark.parametrize(
    ("info", "wanted"),
    [({"RegistryConfig": INFO}, INFO), ({"RegistryConfig": None}, {}), ({}, {}), ([], {})],
)
def test_an_engine_tells_the_registries_of_its_settings(
    http_engine: HttpEngine, connection: Connection, info: Any, wanted: Any
) -> None:
    http_engine.answers["GET /info"] = Reply(info)
    assert registries.engine_info(connection) == wanted


@pytest.mark.parametrize("info", [{"IndexConfigs": 5, "Mirrors": {}}, {"IndexConfigs": {"": None}}])
def test_settings_of_another_form_name_no_registry(env: Env, info: Any) -> None:
    assert [place.host for place in registries.places([], info, env)] == ["docker.io"]
