"""What an Engine lacks: hidden, said once, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tui.engine import versions
from tui.engine.connection import Connection, Server
from tui.engine.errors import EngineError
from tui.engine.gaps import Gap, gaps, lacks, offered
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.processes import processes
from tui.engine.versions import prunes_named_volumes
from tui.verbs.registry import VERBS

FIXTURES = Path(__file__).parent / "fixtures"
PODMAN = Server("5.8.6", "1.44", podman="5.8.6")
OLD_PODMAN = Server("4.3.1", "1.41", podman="4.3.1")
DOCKER = Server("28.5.2", "1.51")
NEWEST = Server("29.0.0", versions.NEWEST)

Says = Callable[[str], Server]


@pytest.fixture
def says(http_engine: HttpEngine, connection: Connection) -> Says:
    """What a connection makes of an Engine that describes itself as in one of the fixtures."""

    def describe(name: str) -> Server:
        version = json.loads((FIXTURES / name).read_text())["version"]
        http_engine.answers["GET /version"] = Reply(version)
        connection.open()
        return connection.describe()

    return describe


@pytest.mark.parametrize(("name", "version"), [("podman-5.8.json", "5.8.6"), ("podman-4.3.json", "4.3.1")])
def test_a_podman_is_known_by_what_it_says_of_itself(says: Says, name: str, version: str) -> None:
    assert says(name).podman == version


def test_an_engine_of_dockers_is_no_podman(http_engine: HttpEngine, connection: Connection) -> None:
    for parts in ({}, {"Components": None}, {"Components": [{"Name": "Engine", "Version": "28.5.2"}]}):
        http_engine.answers["GET /version"] = Reply({"Version": "28.5.2", "ApiVersion": "1.51", **parts})
        assert connection.describe().podman == ""


@pytest.mark.parametrize("server", [DOCKER, NEWEST, Server("20.10.24", versions.OLDEST)])
def test_an_engine_of_dockers_that_was_tested_has_no_gap(server: Server) -> None:
    assert gaps(server) == ()
    assert lacks(server) == frozenset()
    assert all(offered(verb.id, server) for verb in VERBS)


@pytest.mark.parametrize("server", [PODMAN, OLD_PODMAN])
def test_every_verb_that_works_on_podman_is_offered_there(server: Server) -> None:
    assert all(offered(verb.id, server) for verb in VERBS)


def test_what_podman_does_not_have_is_not_offered_there() -> None:
    for verb in ("swarm.init", "node.drain", "service.scale", "plugin.install", "builder.prune"):
        assert not offered(verb, PODMAN)
        assert offered(verb, DOCKER)
    assert not offered("network.create overlay", PODMAN)
    assert offered("network.create bridge", PODMAN)
    assert offered("network.create macvlan", PODMAN)


def test_what_only_an_old_podman_lacks_is_offered_on_others() -> None:
    assert [offered("container.update", server) for server in (OLD_PODMAN, PODMAN, DOCKER)] == [
        False,
        True,
        True,
    ]
    assert set(gaps(PODMAN)) < set(gaps(OLD_PODMAN))


def test_a_podman_whose_version_cannot_be_read_counts_as_whole() -> None:
    assert gaps(Server("dev", "1.44", podman="dev")) == gaps(PODMAN)


def test_everything_is_offered_while_an_engine_is_not_known_yet() -> None:
    assert lacks(None) == frozenset()
    assert offered("service.scale", None)


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (Server("18.9.1", "1.39"), "This Engine speaks API 1.39, and Wharf is tested from 1.41 on"),
        (Server("", ""), "This Engine speaks API of no known version"),
        (Server("40.0.0", "1.60"), "This Engine speaks API 1.60, and Wharf 1.52 with it"),
    ],
)
def test_an_untested_version_of_the_api_is_said(server: Server, words: str) -> None:
    (gap,) = gaps(server)
    assert gap.sentence.startswith(words)
    assert gap.verbs == ()


@pytest.mark.parametrize("server", [PODMAN, OLD_PODMAN, Server("1", "1.12", podman="3.4.4")])
def test_each_gap_is_one_calm_sentence_said_once(server: Server) -> None:
    found = gaps(server)
    assert len({gap.what for gap in found}) == len(found)
    for gap in found:
        assert gap.sentence.endswith(".")
        assert not set("!\n") & set(gap.sentence)
        assert gap.sentence.count(". ") == 0


def test_gaps_are_compared_by_what_they_are() -> None:
    assert Gap("a", "A.") == Gap("a", "A.")


@pytest.mark.parametrize(
    ("api", "podman", "named"),
    [((1, 41), "", True), ((1, 42), "", False), ((1, 52), "", False), ((1, 44), "5.8.6", True)],
)
def test_whether_a_volume_prune_takes_named_volumes(api: versions.Version, podman: str, named: bool) -> None:
    assert prunes_named_volumes(api, podman) is named


def test_an_engine_newer_than_wharf_is_spoken_to_in_the_newest_version_wharf_knows(
    http_engine: HttpEngine, connection: Connection
) -> None:
    http_engine.answers["GET /_ping"] = Reply(b"OK", headers=(("Api-Version", "1.60"),))
    http_engine.answers["GET /version"] = Reply(
        {"Version": "40.0.0", "ApiVersion": "1.60", "MinAPIVersion": "1.44"}
    )
    connection.open()
    server = connection.describe()
    for kind in Kind:
        fetch(connection, kind)
    asked = {asked.path.split("/")[1] for asked in http_engine.asked if asked.path.startswith("/v1.")}
    assert asked == {f"v{versions.NEWEST}"}
    assert [gap.what for gap in gaps(server)] == ["new API"]


def test_an_engine_that_wants_a_newer_wharf_says_so_itself(
    http_engine: HttpEngine, connection: Connection
) -> None:
    words = "client version 1.52 is too old. Minimum supported API version is 1.60"
    http_engine.answers["GET /_ping"] = Reply(b"OK", headers=(("Api-Version", "1.70"),))
    http_engine.answers["GET /containers/json"] = Reply({"message": words}, 400)
    connection.open()
    with pytest.raises(EngineError) as caught:
        fetch(connection, Kind.CONTAINER)
    assert (caught.value.message, caught.value.status) == (words, 400)
    assert caught.value.advice == "Install a newer Wharf: this one is too old for the Engine."


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_list_may_be_null(http_engine: HttpEngine, connection: Connection, kind: Kind) -> None:
    path = {Kind.CONTAINER: "/containers/json", Kind.IMAGE: "/images/json"}.get(kind, f"/{kind}s")
    http_engine.answers[f"GET {path}"] = Reply({"Volumes": None} if kind is Kind.VOLUME else None)
    assert fetch(connection, kind) == []


def test_the_processes_that_a_podman_lists_as_lines_have_columns(
    http_engine: HttpEngine, connection: Connection
) -> None:
    http_engine.answers["GET /containers/c/top"] = Reply(
        {
            "Titles": ["PID   USER     COMMAND"],
            "Processes": [["1 0        sh -c sleep 1000"], ["7 0"], []],
        }
    )
    found = processes(connection, "c")
    assert found.titles == ("PID", "USER", "COMMAND")
    assert found.rows == (("1", "0", "sh -c sleep 1000"), ("7", "0", ""))


def test_one_column_of_processes_stays_one(http_engine: HttpEngine, connection: Connection) -> None:
    http_engine.answers["GET /containers/c/top"] = Reply({"Titles": ["CMD"], "Processes": [["sleep 1000"]]})
    assert processes(connection, "c") == (("CMD",), (("sleep 1000",),))


@pytest.mark.parametrize("body", [b"", b"null", {"Titles": []}, {"Titles": None, "Processes": None}])
def test_no_processes_at_all_are_said_in_a_sentence(
    http_engine: HttpEngine, connection: Connection, body: object
) -> None:
    """A Podman before 5 answers so for a container that does not run, where others refuse."""
    http_engine.answers["GET /containers/c/top"] = Reply(body)
    with pytest.raises(EngineError, match="is the container running"):
        processes(connection, "c")
