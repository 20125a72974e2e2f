"""What Engines say of themselves: read from real answers, and asked on the demo Engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.about import (
    ask_about,
    ask_plugins,
    decode_host,
    decode_plugin,
    decode_release,
    inspect_plugin,
    turn_plugin,
)
from tui.engine.connection import Connection
from tui.engine.disk_use import Usage, ask_disk, decode_disk
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.screens.engine_disk import human

ENGINES = ("20.10", "28.5")


def answers(name: str) -> dict[str, Any]:
    """What a real Engine answered, with what the docker CLI printed of it."""
    path = Path(__file__).parent / "fixtures" / "about" / f"{name}.json"
    return dict(json.loads(path.read_text()))


def row(usage: Usage) -> dict[str, str]:
    """A kind as `docker system df --format '{{json .}}'` prints it."""
    percent = "" if usage.percent is None else f" ({usage.percent}%)"
    return {
        "Type": usage.kind,
        "TotalCount": str(usage.total),
        "Active": str(usage.active),
        "Size": human(usage.size),
        "Reclaimable": f"{human(usage.reclaimable)}{percent}",
    }


@pytest.fixture
def demo() -> Iterator[DemoEngine]:
    with DemoEngine(clock=lambda: FIXED_NOW) as running:
        yield running


@pytest.fixture
def connection(demo: DemoEngine) -> Iterator[Connection]:
    made = Connection(Endpoint(demo.start(), "demo", "demo"))
    made.open()
    yield made
    made.close()


@pytest.mark.parametrize("name", ENGINES)
def test_disk_use_is_added_up_as_the_docker_cli_does_it(name: str) -> None:
    found = answers(name)
    assert [row(usage) for usage in decode_disk(found["df"])] == found["cli_df"]


def test_a_share_of_nothing_is_not_told_and_that_of_the_build_cache_never() -> None:
    usages = decode_disk({"LayersSize": 0, "Images": None, "BuildCache": [{"ID": "x", "Size": 7}]})
    assert [(usage.size, usage.percent) for usage in usages] == [(0, None), (0, None), (0, None), (7, None)]


def test_of_the_layers_only_what_used_images_have_for_themselves_cannot_be_had_back() -> None:
    rows = [
        {"Id": "a", "Size": 500, "SharedSize": 200, "Containers": 2},
        {"Id": "b", "Size": 400, "SharedSize": 200, "Containers": 0},
        {"Id": "c", "Size": -1, "SharedSize": -1, "Containers": 1},
    ]
    usage = decode_disk({"LayersSize": 700, "Images": rows})[0]
    assert (usage.active, usage.size, usage.reclaimable, usage.percent) == (2, 700, 400, 57)


def test_volumes_of_unknown_size_count_but_weigh_nothing() -> None:
    rows = [{"Name": "a", "UsageData": {"Size": -1, "RefCount": -1}}, {"Name": "b", "UsageData": None}]
    usage = decode_disk({"LayersSize": 0, "Volumes": rows})[2]
    assert (usage.total, usage.active, usage.size, usage.reclaimable) == (2, 0, 0, 0)


def test_what_a_newer_engine_added_up_itself_is_taken_as_it_is() -> None:
    sums = {"TotalCount": 3, "ActiveCount": 1, "TotalSize": 900, "Reclaimable": 300, "Items": []}
    kinds = ("ImageUsage", "ContainerUsage", "VolumeUsage", "BuildCacheUsage")
    usages = decode_disk(dict.fromkeys(kinds, sums))
    assert [(one.total, one.active, one.size, one.reclaimable) for one in usages] == [(3, 1, 900, 300)] * 4
    assert [one.percent for one in usages] == [33, 33, 33, None]


def test_the_biggest_of_a_kind_are_named_biggest_first_and_no_more_than_five() -> None:
    rows = [{"Id": f"{n:064}", "Names": [f"/c{n}"], "SizeRw": n} for n in range(8)]
    usage = decode_disk({"LayersSize": 0, "Containers": rows})[1]
    assert usage.biggest == (("c7", 7), ("c6", 6), ("c5", 5), ("c4", 4), ("c3", 3))


def test_bytes_have_four_digits_as_in_docker_system_df() -> None:
    assert [human(n) for n in (0, 999, 1000, 2_116_049, 11_674_000_000)] == [
        "0B",
        "999B",
        "1kB",
        "2.116MB",
        "11.67GB",
    ]


@pytest.mark.parametrize(
    ("name", "version", "api", "parts"),
    [
        ("28.5", "28.5.2+dfsg4", ("1.51", "1.24"), ("containerd", "runc", "docker-init")),
        ("20.10", "20.10.24+dfsg1", ("1.41", "1.12"), ("containerd", "runc", "docker-init")),
        ("podman-5.8", "5.8.6", ("1.44", "1.24"), ("Conmon", "OCI Runtime (crun)")),
    ],
)
def test_the_release_names_its_versions_and_its_parts(
    name: str, version: str, api: tuple[str, str], parts: tuple[str, ...]
) -> None:
    release = decode_release(answers(name)["version"])
    assert (release.version, (release.api, release.least_api)) == (version, api)
    assert tuple(part.name for part in release.parts) == parts


@pytest.mark.parametrize(
    ("name", "driver", "counts"),
    [
        ("28.5", "overlay2", (2, 1, 0, 1)),
        ("20.10", "overlay2", (2, 1, 0, 1)),
        ("podman-5.8", "overlay", (1, 1, 0, 0)),
    ],
)
def test_the_host_names_its_driver_and_counts_its_containers(
    name: str, driver: str, counts: tuple[int, int, int, int]
) -> None:
    host = decode_host(answers(name)["info"])
    assert host.storage == driver
    assert (host.containers, host.running, host.paused, host.stopped) == counts
    assert ("Backing Filesystem", "tmpfs") in host.storage_status
    assert dict(host.plugins)["Volume"] == ("local",)


def test_a_host_in_a_swarm_behind_a_proxy_says_so() -> None:
    host = decode_host(
        {
            "Swarm": {"LocalNodeState": "active", "ControlAvailable": True},
            "HttpProxy": "http://proxy:3128",
            "NoProxy": "",
            "RegistryConfig": {
                "Mirrors": ["https://mirror"],
                "InsecureRegistryCIDRs": ["127.0.0.0/8"],
                "IndexConfigs": {"reg:5000": {"Name": "reg:5000", "Secure": False}},
            },
            "Warnings": ["WARNING: No swap limit support"],
        }
    )
    assert (host.swarm.state, host.swarm.role) == ("active", "manager")
    assert host.proxies == (("HTTP", "http://proxy:3128"),)
    assert host.mirrors == ("https://mirror",)
    assert host.insecure == ("127.0.0.0/8", "reg:5000")
    assert host.warnings == ("WARNING: No swap limit support",)


@pytest.mark.parametrize(("name", "firewall", "cdi"), [("20.10", "", 0), ("28.5", "iptables", 2)])
def test_the_host_tells_its_address_pools_its_init_and_where_devices_are_described(
    name: str, firewall: str, cdi: int
) -> None:
    host = decode_host(answers(name)["info"])
    assert host.pools == ("10.200.0.0/16, size 24",)
    assert (host.init, host.firewall, len(host.cdi)) == ("docker-init", firewall, cdi)
    assert host.debugged == ()


def test_resources_are_named_with_what_or_how_many_there_are() -> None:
    told = [
        {"NamedResourceSpec": {"Kind": "gpu", "Value": "UUID1"}},
        {"DiscreteResourceSpec": {"Kind": "ssd", "Value": 3}},
    ]
    assert decode_host({"GenericResources": told}).resources == ("gpu=UUID1", "ssd=3")


@pytest.mark.parametrize("name", ENGINES)
def test_a_plugin_says_what_it_is_for_and_whether_it_is_on(name: str) -> None:
    (plugin,) = map(decode_plugin, answers(name)["plugins"])
    assert (plugin.name, plugin.enabled) == ("wharf/test:1", False)
    assert (plugin.description, plugin.types) == ("A test plugin", ("docker.volumedriver/1.0",))


def test_a_plugin_of_parts_is_written_as_one_word() -> None:
    part = {"Prefix": "docker", "Capability": "volumedriver", "Version": "1.0"}
    plugin = decode_plugin({"Name": "x", "Config": {"Interface": {"Types": [part]}}})
    assert plugin.types == ("docker.volumedriver/1.0",)


def test_both_answers_come_together_with_their_json(connection: Connection) -> None:
    about = ask_about(connection)
    assert about.errors == ()
    assert about.release is not None
    assert about.host is not None
    assert (about.release.version, about.host.storage) == ("27.5.1", "overlay2")
    assert about.raw["version"]["Version"] == "27.5.1"


def test_what_one_question_is_refused_does_not_take_the_other_ones_answer(
    connection: Connection, demo: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = connection.ask

    def refusing(method: str, path: str, **options: Any) -> Any:
        if path == "/info":
            raise EngineError("no info today", status=500)
        return asked(method, path, **options)

    monkeypatch.setattr(connection, "ask", refusing)
    about = ask_about(connection)
    assert about.release is not None
    assert about.host is None
    assert [error.message for error in about.errors] == ["no info today"]


def test_an_answer_nobody_can_read_is_an_error_and_no_crash(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Strange:
        def json(self) -> Any:
            return {"Components": 7, "Swarm": 7, "LayersSize": 10**400}

    monkeypatch.setattr(connection, "ask", lambda *args, **options: Strange())
    assert len(ask_about(connection).errors) == 2
    with pytest.raises(EngineError, match="cannot be read"):
        ask_disk(connection)
    with pytest.raises(EngineError, match="cannot be read"):
        ask_plugins(connection)


def test_disk_use_says_when_it_was_asked(connection: Connection) -> None:
    use = ask_disk(connection, lambda: FIXED_NOW)
    assert use.asked == FIXED_NOW
    assert [one.kind for one in use.kinds] == ["Images", "Containers", "Local Volumes", "Build Cache"]
    assert all(one.total for one in use.kinds)


def test_a_plugin_is_enabled_disabled_and_shown_whole(connection: Connection) -> None:
    on, off = ask_plugins(connection)
    assert (on.enabled, off.enabled) == (True, False)
    turn_plugin(connection, on.name, on=False)
    turn_plugin(connection, off.name, on=True)
    assert [plugin.enabled for plugin in ask_plugins(connection)] == [False, True]
    assert inspect_plugin(connection, off.name)["Enabled"] is True


def test_what_is_refused_of_a_plugin_keeps_the_engines_words(connection: Connection) -> None:
    with pytest.raises(EngineError, match='plugin "no/such:1" not found'):
        turn_plugin(connection, "no/such:1", on=True)
