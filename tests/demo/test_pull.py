"""Pulls on the demo Engine: the progress lines, what is there afterwards, and what is refused."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import docker
import pytest
from docker.errors import APIError

from tests.demo.conftest import DEADLINE, Connect
from tui.demo import DemoEngine, catalogue
from tui.demo import pulls as demo_pulls
from tui.demo.events import Event
from tui.demo.pulls import AT_ONCE, bar, human
from tui.demo.world import FIXED_NOW

Line = dict[str, Any]


def pull(api: docker.APIClient, reference: str, **more: Any) -> list[Line]:
    name, _, tag = reference.partition(":")
    return list(api.pull(name, tag or None, stream=True, decode=True, **more))


def ask(api: docker.APIClient, **parameters: str) -> list[Line]:
    """A pull as it is on the wire, without what the SDK makes of a reference."""
    answer = api._post(api._url("/images/create"), params=parameters, stream=True)
    api._raise_for_status(answer)
    return list(api._stream_helper(answer, decode=True))


def statuses(lines: list[Line]) -> list[str]:
    return [str(line["status"]) for line in lines]


def story(lines: list[Line], layer: str) -> list[str]:
    """What is told of a layer, without repeating."""
    told = [line["status"] for line in lines if line.get("id") == layer]
    return [one for number, one in enumerate(told) if told[number - 1 : number] != [one]]


def pulls(engine: DemoEngine) -> list[Event]:
    with engine.world.lock:
        return [event for event in engine.world.events.recent if event.action == "pull"]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end


def test_a_pull_tells_each_layer_and_brings_the_image(api: docker.APIClient, engine: DemoEngine) -> None:
    lines = pull(api, "nginx:1.29")
    assert lines[0] == {"status": "Pulling from library/nginx", "id": "1.29"}
    assert [line["status"] for line in lines[1:5]] == ["Already exists", *["Pulling fs layer"] * 3]
    assert story(lines, lines[1]["id"]) == ["Already exists"]
    for line in lines[2:5]:
        assert story(lines, line["id"]) == [
            *("Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete"),
            *("Extracting", "Pull complete"),
        ]
    assert statuses(lines)[-2].startswith("Digest: sha256:")
    assert statuses(lines)[-1] == "Status: Downloaded newer image for nginx:1.29"
    found = api.inspect_image("nginx:1.29")
    assert found["RepoTags"] == ["nginx:1.29"]
    assert found["RepoDigests"] == [f"nginx@{statuses(lines)[-2].removeprefix('Digest: ')}"]
    assert found["Config"]["Cmd"] == ["nginx", "-g", "daemon off;"]
    assert "NGINX_VERSION=1.29.3" in found["Config"]["Env"]
    assert found["Metadata"]["LastTagTime"] == "0001-01-01T00:00:00Z"
    (event,) = pulls(engine)
    assert (event.kind, event.id, event.attributes) == ("image", "nginx:1.29", {"name": "nginx"})


def test_three_layers_come_at_once_and_are_unpacked_in_their_order(api: docker.APIClient) -> None:
    lines = pull(api, "mysql:9")
    layers = [line["id"] for line in lines if line["status"] == "Pulling fs layer"]
    assert len(layers) > AT_ONCE + 1
    assert [line["id"] for line in lines if line["status"] == "Waiting"] == layers[AT_ONCE:]
    assert [line["id"] for line in lines if line["status"] == "Pull complete"] == layers
    under_way: set[str] = set()
    most = 0
    for line in lines:
        if line["status"] == "Downloading":
            under_way.add(line["id"])
        elif line["status"] == "Download complete":
            under_way.discard(line["id"])
        most = max(most, len(under_way))
    assert most == AT_ONCE


def test_progress_grows_and_has_its_bar(api: docker.APIClient) -> None:
    lines = pull(api, "golang:1.25")
    layer = next(line["id"] for line in lines if line["status"] == "Pulling fs layer")
    for status in ("Downloading", "Extracting"):
        told = [line for line in lines if line.get("id") == layer and line["status"] == status]
        done = [line["progressDetail"]["current"] for line in told]
        assert done == sorted(set(done))
        assert all(
            line["progress"] == bar(line["progressDetail"]["current"], line["progressDetail"]["total"])
            for line in told
        )


def test_the_bar_is_drawn_as_the_engine_draws_it() -> None:
    # as Engines 20.10 and 28.5 wrote them
    assert bar(36445, 1049257) == f"[=>{' ' * 49}]  36.45kB/1.049MB"
    assert bar(98304, 8389856) == f"[>{' ' * 50}]   98.3kB/8.39MB"
    assert bar(11272192, 12586899) == f"[{'=' * 44}>{' ' * 6}]  11.27MB/12.59MB"
    assert bar(12584483, 12584483) == f"[{'=' * 50}>]  12.58MB/12.58MB"
    assert human(2_500_000_000) == "2.5GB"


def test_the_lines_are_written_as_the_engine_writes_them(engine: DemoEngine) -> None:
    client = http.client.HTTPConnection("localhost")
    client.sock = socket.socket(socket.AF_UNIX)
    client.sock.connect(engine.start().removeprefix("unix://"))
    client.request("POST", "/v1.47/images/create?" + urlencode({"fromImage": "hello-world:latest"}))
    answer = client.getresponse()
    text = answer.read()
    client.close()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert text.endswith(b'{"status":"Status: Downloaded newer image for hello-world:latest"}\r\n')
    assert b'{"status":"Pulling from library/hello-world","id":"latest"}\r\n' in text
    assert b'"progress":"[============\\u003e ' in text
    assert b'{"status":"Verifying Checksum","progressDetail":{},"id":"' in text


def test_what_is_there_already_is_said_and_still_told_as_an_event(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    before = len(api.images())
    lines = statuses(pull(api, "postgres:16"))
    assert len(lines) == 3
    assert lines[-1] == "Status: Image is up to date for postgres:16"
    assert len(api.images()) == before
    assert [event.id for event in pulls(engine)] == ["postgres:16"]


def test_another_tag_of_an_image_that_is_there_brings_no_layers(api: docker.APIClient) -> None:
    pull(api, "alpine:latest")
    before = len(api.images())
    lines = statuses(pull(api, "alpine:3.22"))
    assert len(lines) == 3
    assert lines[-1] == "Status: Downloaded newer image for alpine:3.22"
    assert api.inspect_image("alpine")["RepoTags"] == ["alpine:latest", "alpine:3.22"]
    assert len(api.images()) == before


def test_an_image_can_be_pulled_by_digest_and_has_no_tag_then(api: docker.APIClient) -> None:
    digest = api.inspect_image("postgres:16")["RepoDigests"][0].partition("@")[2]
    api.remove_container("shop-db-1", force=True)
    for container in api.containers(all=True, filters={"ancestor": "postgres:16"}):
        api.remove_container(container, force=True)
    api.remove_image("postgres:16")
    pinned = f"postgres@{digest}"
    lines = ask(api, fromImage=pinned)
    assert lines[0] == {"status": "Pulling from library/postgres", "id": pinned}
    assert statuses(lines)[-1] == f"Status: Downloaded newer image for {pinned}"
    found = api.inspect_image(pinned)
    assert (found["RepoTags"], found["RepoDigests"]) == ([], [pinned])
    assert statuses(ask(api, fromImage="postgres", tag=digest))[-1].endswith(f"up to date for {pinned}")


def test_without_a_tag_all_of_them_come(api: docker.APIClient) -> None:
    lines = ask(api, fromImage="hello-world")
    assert [line["id"] for line in lines if line["status"].startswith("Pulling from")] == ["latest", "linux"]
    assert statuses(lines)[-1] == "Status: Downloaded newer image for hello-world"
    assert api.inspect_image("hello-world")["RepoTags"] == ["hello-world:latest", "hello-world:linux"]


@pytest.mark.parametrize(
    "name", ["docker.io/library/redis", "index.docker.io/redis", "library/redis", "redis"]
)
def test_the_usual_registry_need_not_be_named(api: docker.APIClient, name: str) -> None:
    assert statuses(ask(api, fromImage=f"{name}:8"))[-1] == "Status: Downloaded newer image for redis:8"


def test_a_tag_that_moves_leaves_its_old_image_without_it(api: docker.APIClient) -> None:
    pull(api, "redis:7")
    old = api.inspect_image("redis:7")
    # somebody has an older image under the tag of a newer one
    api.tag(old["Id"], "redis", "8")
    api.remove_image("redis:7")
    pull(api, "redis:8")
    assert api.inspect_image("redis:8")["Id"] != old["Id"]
    left = api.inspect_image(old["Id"])
    assert (left["RepoTags"], left["RepoDigests"]) == ([], old["RepoDigests"])


def test_a_tag_that_was_of_a_local_image_leaves_it_dangling(api: docker.APIClient) -> None:
    api.tag("shop/tools:latest", "busybox", "latest")
    old = api.inspect_image("busybox")["Id"]
    for container in api.containers(all=True, filters={"ancestor": old}):
        api.remove_container(container, force=True)
    api.remove_image("shop/tools:latest")
    pull(api, "busybox:latest")
    assert old in [image["Id"] for image in api.images(filters={"dangling": True})]


NO_HOST = "on 127.0.0.53:53: no such host"


@pytest.mark.parametrize(
    ("reference", "status", "words"),
    [
        (
            "nosuch:latest",
            404,
            "pull access denied for nosuch, repository does not exist or may require 'docker login': "
            "denied: requested access to the resource is denied",
        ),
        (
            "shop/app:2.3.1",
            404,
            "pull access denied for shop/app, repository does not exist or may require 'docker login': "
            "denied: requested access to the resource is denied",
        ),
        ("nginx:xyz", 404, "manifest for nginx:xyz not found: manifest unknown: manifest unknown"),
        (
            f"nginx@sha256:{'0' * 64}",
            404,
            f"manifest for nginx@sha256:{'0' * 64} not found: manifest unknown: manifest unknown",
        ),
        (
            "registry.test:5000/app:1",
            500,
            f'Get "https://registry.test:5000/v2/": dial tcp: lookup registry.test {NO_HOST}',
        ),
        ("Foo/bar:1", 500, f'Get "https://Foo/v2/": dial tcp: lookup Foo {NO_HOST}'),
        (
            "127.0.0.1:5999/app:1",
            500,
            'Get "http://127.0.0.1:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused',
        ),
        (
            "localhost:5999/app",
            500,
            'Get "http://localhost:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused',
        ),
        ("UPPER:1", 400, "invalid reference format: repository name (library/UPPER) must be lowercase"),
        ("shop/App", 400, "invalid reference format: repository name (shop/App) must be lowercase"),
        ("nginx:bad tag", 400, "invalid reference format"),
        ("a//b", 400, "invalid reference format"),
        ("-a", 400, "invalid reference format"),
        ("foo bar", 400, "invalid reference format"),
        ("nginx@sha256:123", 400, "invalid reference format"),
        ("http://x/y", 400, "invalid reference format"),
        ("a" * 300, 400, "repository name must not be more than 255 characters"),
        (
            "0" * 64,
            400,
            f"invalid repository name ({'0' * 64}), cannot specify 64-byte hexadecimal strings",
        ),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_cannot_be_pulled_is_refused_in_the_engines_words(
    api: docker.APIClient, engine: DemoEngine, reference: str, status: int, words: str
) -> None:
    before = len(api.images())
    with pytest.raises(APIError) as refused:
        ask(api, fromImage=reference)
    assert (refused.value.status_code, refused.value.explanation) == (status, words)
    assert len(api.images()) == before
    assert pulls(engine) == []


@pytest.mark.parametrize("tag", ["bad tag", "-x", "sha256:123"])
def test_a_tag_beside_the_name_is_looked_at_as_well(api: docker.APIClient, tag: str) -> None:
    with pytest.raises(APIError) as refused:
        ask(api, fromImage="nginx", tag=tag)
    assert (refused.value.status_code, refused.value.explanation) == (400, "invalid tag format")


def test_another_platform_is_not_offered_which_is_said_inside_the_stream(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    why = "no matching manifest for linux/s390x in the manifest list entries"
    lines = pull(api, "nginx:1.29", platform="linux/s390x")
    assert lines[1:] == [{"errorDetail": {"message": why}, "error": why}]
    assert pulls(engine) == []
    with pytest.raises(APIError) as refused:
        pull(api, "nginx:1.29", platform="linux/bogus/x/y")
    assert refused.value.explanation == (
        '"linux/bogus/x/y": cannot parse platform specifier: invalid argument'
    )
    assert statuses(pull(api, "nginx:1.29", platform="linux/amd64"))[-1].endswith("nginx:1.29")


def test_a_pull_that_is_left_ends_and_brings_nothing(
    engine: DemoEngine, api: docker.APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    layers = demo_pulls._layers

    async def watched(*of: Any) -> AsyncIterator[bytes]:
        try:
            async for told in layers(*of):
                yield told
        finally:
            ended.set()

    monkeypatch.setattr(demo_pulls, "_layers", watched)
    engine.dials.pace = 1000.0
    before = api.images(all=True)
    answer = api._post(api._url("/images/create"), params={"fromImage": "mysql:9"}, stream=True)
    lines = answer.iter_lines()
    while b"Downloading" not in next(lines):
        pass
    assert not ended.is_set()
    answer.close()
    assert ended.wait(DEADLINE)
    assert api.images(all=True) == before
    assert pulls(engine) == []
    engine.dials.pace = 0.0
    assert "Pulling fs layer" in statuses(pull(api, "mysql:9"))
    assert [event.id for event in pulls(engine)] == ["mysql:9"]


def test_the_pace_can_be_turned_while_a_pull_goes_on(engine: DemoEngine, connect: Connect) -> None:
    engine.dials.pace = 1000.0
    lines = connect(engine).pull("mysql", "9", stream=True, decode=True)
    first = next(line for line in lines if line["status"] == "Downloading")["progressDetail"]
    assert 0 < first["current"] < first["total"] / 100
    engine.dials.pace = 0.0
    assert [line["status"] for line in lines][-1].endswith("newer image for mysql:9")


def test_two_pulls_of_the_same_image_bring_it_once(engine: DemoEngine, connect: Connect) -> None:
    engine.dials.pace = 1000.0
    streams = [connect(engine).pull("mysql", "9", stream=True, decode=True) for _ in range(2)]
    for stream in streams:
        next(line for line in stream if line["status"] == "Downloading")
    engine.dials.pace = 0.0
    with ThreadPoolExecutor() as pool:
        ends = sorted(statuses(lines)[-1] for lines in pool.map(list, streams))
    assert ends == [
        f"Status: {word} for mysql:9" for word in ("Downloaded newer image", "Image is up to date")
    ]
    api = connect(engine)
    (image,) = api.images("mysql")
    assert (image["RepoTags"], len(image["RepoDigests"])) == (["mysql:9"], 1)
    until(lambda: len(pulls(engine)) == 2)


def test_images_of_one_base_share_its_layers(api: docker.APIClient) -> None:
    pull(api, "python:3.14")
    usage = api.df()["LayersSize"]
    lines = pull(api, "golang:1.25")
    assert statuses(lines).count("Already exists") == 4
    assert api.df()["LayersSize"] == usage + 222_400_000


def test_a_pulled_image_runs(api: docker.APIClient) -> None:
    pull(api, "hello-world:latest")
    container = api.create_container("hello-world")
    api.start(container)
    assert api.wait(container)["StatusCode"] == 0
    assert b"Hello from the demo Engine!" in api.logs(container)


@pytest.mark.parametrize("repo", catalogue.repositories())
def test_everything_on_offer_can_be_pulled_and_started(
    api: docker.APIClient, engine: DemoEngine, repo: str
) -> None:
    images = catalogue.images(engine.world, repo)
    tags = [tag for image in images for tag in image.tags]
    assert len(tags) == len(set(tags))
    if not tags:
        return
    ask(api, fromImage=repo)
    assert set(tags) <= {tag for image in api.images(repo) for tag in image["RepoTags"]}
    for tag in tags:
        api.start(api.create_container(tag, tty=True, stdin_open=True))


def test_the_same_seed_offers_the_same_images() -> None:
    first, second, other = (
        catalogue.images(DemoEngine(seed=seed, clock=lambda: FIXED_NOW).world, "mysql") for seed in (1, 1, 2)
    )
    assert first == second
    assert {image.id for image in first}.isdisjoint(image.id for image in other)
