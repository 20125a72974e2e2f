"""What the Engine's lists become, in each API version that Wharf speaks."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.models import Container, Image, Mount, Network, NetworkUse, Port, Volume
from tui.engine.models.container import decode_container, state_of
from tui.engine.models.image import decode_image, full_id
from tui.engine.models.network import decode_network
from tui.engine.models.volume import decode_volume

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = ("1.41", "1.44", "1.48", "1.52")
PODMANS = ("4.3", "5.8")
NOW = 1_764_000_000.0


@pytest.fixture(params=VERSIONS)
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What one version answers to the four lists."""
    return read(request.param)


def read(version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"api-{version}.json").read_text())
    return found


def podman(version: str) -> dict[str, Any]:
    """What a Podman answers to the four lists through Docker's API."""
    found: dict[str, Any] = json.loads((FIXTURES / f"podman-{version}.json").read_text())
    return found


def images(answers: dict[str, Any]) -> list[Image]:
    return [image for item in answers["images"] for image in decode_image(item)]


def test_a_container_is_the_same_in_every_version(answers: dict[str, Any]) -> None:
    assert decode_container(answers["containers"][0], NOW) == Container(
        id="8dfafdbc3a40" + "0" * 52,
        name="shop-web-1",
        image="registry.example/library/nginx:1.27",
        image_id="sha256:" + "d7" * 32,
        command="/docker-entrypoint.sh nginx -g 'daemon off;'",
        created=1_763_900_000,
        state="running",
        status="Up 3 hours (healthy)",
        ports=(
            Port(53, "udp"),
            Port(80, "tcp", 8080, "0.0.0.0"),
            Port(80, "tcp", 8080, "::"),
        ),
        labels=(
            ("com.docker.compose.project", "shop"),
            ("note", "[/x] \x1b]52;c;aGk=\x07 \u202eabc "),
        ),
        mounts=(
            Mount("volume", "shop_data", "/data", writable=True),
            Mount("bind", "/etc/hosts", "/etc/hosts", writable=False),
            Mount("tmpfs", "", "/run", writable=True),
        ),
        networks=(NetworkUse("shop_default", "7d86d31b1478" + "2" * 52, "172.20.0.5"),),
        health="healthy",
    )


def test_a_container_knows_what_a_person_asks_of_it(answers: dict[str, Any]) -> None:
    web, old = (decode_container(item, NOW) for item in answers["containers"])
    assert (web.project, web.ip, web.running, web.key) == ("shop", "172.20.0.5", True, web.id)
    assert (old.project, old.ip, old.running, old.exit_code, old.health) == ("", "", False, 137, "")
    assert web.since == NOW - 3 * 3600
    assert old.since == NOW - 2 * 86_400


def test_every_tag_of_an_image_is_a_row(answers: dict[str, Any]) -> None:
    first, second, *_ = images(answers)
    assert (first.key, first.repository, first.tag) == (
        "registry.example/library/nginx:1.27",
        "registry.example/library/nginx",
        "1.27",
    )
    assert (second.key, second.repository, second.tag) == (
        "localhost:5000/nginx:latest",
        "localhost:5000/nginx",
        "latest",
    )
    assert first.references == second.references == (first.key, second.key)
    assert first.id == second.id == "sha256:" + "d7" * 32
    assert (first.size, first.created, first.dangling) == (187_654_321, 1_763_700_000, False)
    assert first.digests == ("nginx@sha256:" + "0c" * 32,)
    assert (first.name, first.short_id) == (first.key, "d7d7d7d7d7d7")


def test_an_image_without_a_tag_is_known_by_its_id(answers: dict[str, Any]) -> None:
    untagged = images(answers)[2]
    assert (untagged.key, untagged.id) == ("sha256:" + "e1" * 32,) * 2
    assert (untagged.repository, untagged.tag, untagged.name) == ("<none>", "<none>", "e1e1e1e1e1e1")
    assert (untagged.references, untagged.digests, untagged.dangling) == ((), (), True)
    assert untagged.parent == "sha256:" + "aa" * 32


def test_an_image_with_a_digest_only_keeps_its_repository() -> None:
    digested = images(read("1.48"))[3]
    assert (digested.key, digested.repository, digested.tag) == (
        "sha256:" + "f2" * 32,
        "quay.io/team/tool",
        "<none>",
    )
    assert digested.dangling


def test_a_size_is_found_where_old_engines_put_it() -> None:
    assert next(decode_image({"Id": "i", "VirtualSize": 7})).size == 7
    assert next(decode_image({"Id": "i", "VirtualSize": 7, "Size": 8})).size == 8


def test_a_network_is_the_same_in_every_version(answers: dict[str, Any]) -> None:
    assert decode_network(answers["networks"][0]) == Network(
        id="7d86d31b1478" + "2" * 52,
        name="shop_default",
        driver="bridge",
        scope="local",
        subnets=("172.20.0.0/16", "fd00::/64"),
        gateways=("172.20.0.1",),
        created="2025-11-23T12:13:20.123456789Z",
        attachable=True,
        labels=(("com.docker.compose.project", "shop"),),
    )


def test_dockers_own_networks_are_known_and_need_no_pool(answers: dict[str, Any]) -> None:
    host = decode_network(answers["networks"][1])
    assert (host.built_in, host.subnets, host.gateways) == (True, (), ())
    assert not decode_network(answers["networks"][0]).built_in


def test_volumes_are_the_same_in_every_version(answers: dict[str, Any]) -> None:
    named, anonymous, foreign = map(decode_volume, answers["volumes"]["Volumes"])
    assert named == Volume(
        name="shop_data",
        driver="local",
        mountpoint="/var/lib/docker/volumes/shop_data/_data",
        created="2025-11-23T12:13:20Z",
        scope="local",
        labels=(("com.docker.compose.project", "shop"),),
    )
    assert (named.key, named.id, named.anonymous) == ("shop_data", "shop_data", False)
    assert anonymous.anonymous
    assert (foreign.created, foreign.mountpoint) == ("", "")
    assert foreign.options == (("sshcmd", "me@far:/data"),)


def test_only_newer_engines_mark_what_is_anonymous() -> None:
    marks = {
        version: decode_volume(read(version)["volumes"]["Volumes"][1]).marked_anonymous
        for version in VERSIONS
    }
    assert marks == {"1.41": False, "1.44": True, "1.48": True, "1.52": True}


@pytest.mark.parametrize(
    ("name", "anonymous"),
    [("0123456789abcdef" * 4, True), ("0123456789abcdeF" * 4, False), ("ab" * 31, False), ("g" * 64, False)],
)
def test_a_volume_named_as_the_engine_names_them_counts_as_anonymous(name: str, anonymous: bool) -> None:
    assert decode_volume({"Name": name}).anonymous is anonymous


@pytest.mark.parametrize(
    ("status", "health", "exit_code", "since"),
    [
        ("Up 2 seconds (health: starting)", "starting", None, NOW - 2),
        ("Up 4 weeks (unhealthy)", "unhealthy", None, NOW - 4 * 604_800),
        ("Up 5 minutes (Paused)", "", None, NOW - 300),
        ("Up Less than a second", "", None, NOW),
        ("Up About a minute", "", None, NOW - 60),
        ("Up About an hour (healthy)", "healthy", None, NOW - 3600),
        ("Up 1 second", "", None, NOW - 1),
        ("Exited (0) 3 months ago", "", 0, NOW - 3 * 2_592_000),
        ("Exited (255) 2 years ago", "", 255, NOW - 2 * 31_536_000),
        ("Exited (-1) Less than a second ago", "", -1, NOW),
        ("Restarting (1) 5 seconds ago", "", 1, NOW - 5),
        ("Dead", "", None, 0.0),
        ("Created", "", None, 0.0),
        ("Removal In Progress", "", None, 0.0),
        ("", "", None, 0.0),
    ],
)
def test_the_engines_sentence_is_understood(
    status: str, health: str, exit_code: int | None, since: float
) -> None:
    container = decode_container({"Id": "c", "Status": status}, NOW)
    assert (container.health, container.exit_code, container.since) == (health, exit_code, since)
    assert container.status == status


@given(st.text(max_size=40))
def test_no_sentence_breaks_the_decoder(status: str) -> None:
    assert decode_container({"Id": "c", "Status": status}, NOW).status == status


def test_time_going_by_changes_no_container() -> None:
    item = read("1.52")["containers"][0]
    assert decode_container(item, NOW) == decode_container(item, NOW + 60)


@pytest.mark.parametrize("names", [["/web"], ["/other/alias", "/web"], ["/web", "/other/alias"]])
def test_the_name_is_the_one_that_is_no_link(names: list[str]) -> None:
    assert decode_container({"Id": "c", "Names": names}, NOW).name == "web"


@pytest.mark.parametrize("empty", [{}, None])
def test_missing_and_null_keys_are_nothing(empty: dict[str, Any] | None) -> None:
    """Every key but the id may be missing or null; keys nobody knows are passed over."""
    whole = read("1.52")
    for item, decode in (
        (whole["containers"][0], lambda item: decode_container(item, NOW)),
        (whole["images"][0], lambda item: next(decode_image(item))),
        (whole["networks"][0], decode_network),
        (whole["volumes"]["Volumes"][0], decode_volume),
    ):
        ident = {key: value for key, value in item.items() if key in ("Id", "Name")}
        if decode is not decode_volume:
            ident.pop("Name", None)
        bare = decode(ident if empty is not None else {**dict.fromkeys(item), **ident})
        assert decode({**item, "Unheard": {"of": [1]}}) == decode(item)
        for field in fields(bare):
            assert getattr(bare, field.name) is not None or field.name == "exit_code"
    assert decode_container({"Id": "0123456789abcdef"}, NOW).name == "0123456789ab"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("value", [None, {}, [], ""])
def test_one_key_that_is_empty_breaks_nothing(version: str, value: Any) -> None:
    answers = read(version)
    for item in answers["containers"]:
        for key in item.keys() - {"Id"}:
            decode_container({**item, key: value}, NOW)
    for item in answers["images"]:
        for key in item.keys() - {"Id"}:
            assert list(decode_image({**item, key: value}))
    for item in answers["networks"]:
        for key in item.keys() - {"Id"}:
            decode_network({**item, key: value})
    for item in answers["volumes"]["Volumes"]:
        for key in item.keys() - {"Name"}:
            decode_volume({**item, key: value})


@given(st.text(min_size=1, max_size=60))
def test_the_engines_strings_are_kept_exactly(text: str) -> None:
    container = decode_container(
        {"Id": "c", "Names": ["/n"], "Image": text, "Command": text, "Labels": {text: text}}, NOW
    )
    assert (container.image, container.command, container.labels) == (text, text, ((text, text),))
    volume = decode_volume({"Name": text, "Labels": {text: text}, "Options": {"o": text}, "Mountpoint": text})
    assert (volume.name, volume.labels, volume.options, volume.mountpoint) == (
        text,
        ((text, text),),
        (("o", text),),
        text,
    )
    network = decode_network({"Id": "n", "Name": text, "Labels": {text: text}})
    assert (network.name, network.labels) == (text, ((text, text),))


def test_a_network_that_holds_no_place_for_a_container_yet_is_passed_over() -> None:
    item = {
        "Id": "c",
        "NetworkSettings": {"Networks": {"gone": None, "b": {"NetworkID": "n", "IPAddress": None}}},
    }
    assert decode_container(item, NOW).networks == (NetworkUse("b", "n", ""),)


@pytest.mark.parametrize("version", PODMANS)
def test_podmans_containers_read_as_dockers(version: str) -> None:
    one, three, four, five = (decode_container(item, NOW) for item in podman(version)["containers"])
    assert (one.name, one.image, one.state) == ("one", "docker.io/library/busybox:latest", "running")
    assert (one.ports, one.labels) == (
        (Port(80, "tcp", 8080, "0.0.0.0" if version == "5.8" else ""),),
        (("a", "b"),),
    )
    assert one.mounts == (
        Mount("volume", "vol1", "/data", writable=True),
        Mount("bind", "/tmp", "/t", writable=False),
    )
    assert (one.networks[0].name, one.ip) == ("podman", "10.88.0.2")
    assert (three.state, three.exit_code, three.ports, three.running) == ("exited", 1, (), False)
    assert len(three.mounts[0].source) == 64
    assert four.ip == ""
    assert (five.state, five.running, five.networks[0].name) == ("paused", True, "net1")
    assert all(container.since for container in (one, three, four, five))


@pytest.mark.parametrize("version", PODMANS)
def test_podmans_containers_are_built_from_the_images_it_lists(version: str) -> None:
    image, untagged = images(podman(version))
    assert (image.repository, image.tag) == ("docker.io/library/busybox", "latest")
    assert image.size > 2_000_000
    assert (untagged.repository, untagged.dangling, untagged.parent) == ("<none>", True, image.id)
    for item in podman(version)["containers"]:
        assert decode_container(item, NOW).image_id == image.id


@pytest.mark.parametrize("version", PODMANS)
def test_podmans_networks_and_volumes_read_as_dockers(version: str) -> None:
    made, default = (decode_network(item) for item in podman(version)["networks"])
    assert (made.name, made.driver, made.subnets, made.built_in) == (
        "net1",
        "bridge",
        ("10.89.0.0/24",),
        False,
    )
    assert (default.name, default.built_in) == ("bridge", True)
    volumes = {volume.name: volume for volume in map(decode_volume, podman(version)["volumes"]["Volumes"])}
    assert not volumes.pop("vol1").anonymous
    assert [volume.anonymous for volume in volumes.values()] == [True]


@pytest.mark.parametrize(
    ("podmans", "dockers"),
    [
        ("configured", "created"),
        ("initialized", "created"),
        ("stopping", "running"),
        ("stopped", "exited"),
        ("exited", "exited"),
        ("paused", "paused"),
        ("unheard", "unheard"),
        ("", ""),
    ],
)
def test_podmans_own_states_are_said_in_dockers_words(podmans: str, dockers: str) -> None:
    assert state_of(podmans) == dockers
    assert decode_container({"Id": "c", "State": podmans}, NOW).state == dockers


def test_an_images_id_is_whole_however_it_comes() -> None:
    digits = "0a" * 32
    assert full_id(digits) == full_id(f"sha256:{digits}") == f"sha256:{digits}"
    assert [full_id(other) for other in ("", "busybox:latest", "x" * 64)] == ["", "busybox:latest", "x" * 64]
    (bare,) = decode_image({"Id": digits, "RepoTags": None})
    assert (bare.id, bare.key) == (f"sha256:{digits}", f"sha256:{digits}")
    assert decode_container({"Id": "c", "ImageID": digits}, NOW).image_id == bare.id


def test_the_order_in_which_an_engine_lists_mounts_means_nothing() -> None:
    mounts = [{"Type": "volume", "Name": name, "Destination": f"/{name}"} for name in "abc"]
    there, back = ({"Id": "c", "Mounts": order} for order in (mounts, mounts[::-1]))
    assert decode_container(there, NOW) == decode_container(back, NOW)
