"""The hostile world: what an Engine lets strings be comes through exactly as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import docker
import pytest
from docker.errors import APIError

from tests.demo.conftest import Connect
from tui.demo import DemoEngine
from tui.demo.hostile import ENDED, IMAGE, LINES, LOUD, PREFIX, REFUSED, STRINGS, VOLUME, spoken
from tui.demo.world import FIXED_NOW


@pytest.fixture(scope="module")
def engine() -> Iterator[DemoEngine]:
    with DemoEngine(hostile=True, clock=lambda: FIXED_NOW) as running:
        yield running


@pytest.fixture
def api(engine: DemoEngine, connect: Connect) -> docker.APIClient:
    return connect(engine)


@pytest.mark.parametrize("name", STRINGS)
def test_each_string_is_everywhere_as_it_is(api: docker.APIClient, name: str) -> None:
    text = STRINGS[name]
    word = spoken(text)
    container = api.inspect_container(PREFIX + name)
    config = container["Config"]
    assert config["Labels"] == {text: text}
    assert config["Env"][:2] == [f"STRANGE={word}", f"{word}=strange"]
    assert config["Cmd"][-1] == word
    assert container["Mounts"][0]["Destination"] == f"/data/{word}"
    ended = name in ENDED
    assert (container["State"]["Status"], container["State"]["Error"]) == (
        ("exited", text) if ended else ("running", "")
    )
    [network] = container["NetworkSettings"]["Networks"]
    assert network == f"{PREFIX}{name} {text}"
    [found] = [each for each in api.networks() if each["Name"] == network]
    assert found["Labels"] == found["Options"] == {text: text}
    volume = api.inspect_volume(PREFIX + name)
    assert (volume["Labels"], volume["Options"]) == ({text: text}, {"device": text})


def test_an_image_has_them_all_and_the_longest_name_that_there_can_be(api: docker.APIClient) -> None:
    image = api.inspect_image(IMAGE)
    assert image["Author"] == image["Comment"] == REFUSED
    assert image["Config"]["Labels"] == STRINGS
    assert image["Config"]["Env"] == list(STRINGS.values())
    steps = [step["CreatedBy"] for step in api.history(IMAGE)]
    assert steps[: len(STRINGS)] == list(STRINGS.values())[::-1]
    repository, _, tag = IMAGE.partition(":")
    assert (len(repository), len(tag), len(VOLUME)) == (255, 128, 255)
    api.inspect_volume(VOLUME)


def test_log_lines_come_through_byte_by_byte(api: docker.APIClient) -> None:
    assert api.logs(LOUD) == b"".join(line + b"\n" for line in LINES)


def test_a_refusal_carries_them_too(api: docker.APIClient) -> None:
    with pytest.raises(APIError) as refused:
        api.pause(LOUD)
    assert refused.value.response.status_code == 500
    assert refused.value.response.json()["message"] == REFUSED


def test_half_of_a_pair_goes_out_as_an_escape(api: docker.APIClient) -> None:
    raw = api._get(api._url("/containers/{0}/json", quote(f"{PREFIX}half-pair"))).content
    assert rb'"a\ud800b"' in raw
    assert json.loads(raw)["Config"]["Labels"] == {"a\ud800b": "a\ud800b"}
