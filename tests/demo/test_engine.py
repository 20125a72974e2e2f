"""The demo Engine as a whole: its life, its faults, its speed, and that it is the same every time."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import APIError
from requests.exceptions import ConnectionError as Unreachable
from requests.exceptions import ReadTimeout

from tui.demo import DemoEngine
from tui.demo.life import advance
from tui.demo.world import FIXED_NOW

PATHS = (
    *("/_ping", "/version", "/info", "/containers/json?all=1&size=1", "/containers/shop-db-1/json?size=1"),
    *(
        "/containers/shop-proxy-1/logs?stdout=1&stderr=1&tail=500",
        "/images/json?all=1",
        "/images/shop/app/json",
    ),
    *("/networks", "/networks/shop_backend", "/volumes", "/system/df", "/v1.41/images/json", "/no/such/path"),
)


def answered(url: str, request: str) -> bytes:
    """The bytes that come back on a connection of its own."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(url.removeprefix("unix://"))
        wire.settimeout(5)
        wire.sendall(f"{request} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n".encode())
        pieces = []
        while piece := wire.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def test_two_engines_with_one_seed_answer_the_same_bytes() -> None:
    def story(seed: int) -> list[bytes]:
        with DemoEngine(seed=seed, scale=5, clock=lambda: FIXED_NOW) as engine:
            url = engine.start()
            answers = [answered(url, f"GET {path}") for path in PATHS]
            answered(url, "POST /containers/shop-db-1/restart")
            answered(url, "POST /volumes/create")
            answers += [answered(url, f"GET {path}") for path in PATHS]
        return answers

    first, other = story(7), story(8)
    assert first == story(7)
    network = PATHS.index("/networks")
    assert first[network] != other[network]


def test_the_socket_is_private_and_gone_after_stop() -> None:
    engine = DemoEngine()
    path = Path(engine.start().removeprefix("unix://"))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert engine.start() == f"unix://{path}"
    engine.stop()
    engine.stop()
    assert not path.parent.exists()
    assert "demo-engine" not in {thread.name for thread in threading.enumerate()}


def test_stop_is_quick_with_streams_open(connect) -> None:
    engine = DemoEngine()
    api = connect(engine)
    streams = [api.events(), api.logs("shop-db-1", follow=True, stream=True)]
    waiting = api._post(api._url("/containers/shop-db-1/wait"), stream=True)
    began = time.monotonic()
    engine.stop()
    assert time.monotonic() - began < 2
    assert next(iter(streams[0]), None) is None
    waiting.close()


def test_a_frozen_engine_accepts_but_answers_only_after_the_thaw(engine: DemoEngine) -> None:
    hasty = docker.APIClient(base_url=engine.start(), version="1.47", timeout=0.3)
    engine.freeze()
    with pytest.raises(ReadTimeout):
        hasty.ping()
    hasty.close()
    answers: list[bytes] = []
    asking = threading.Thread(target=lambda: answers.append(answered(engine.start(), "GET /_ping")))
    asking.start()
    engine.thaw()
    asking.join(5)
    assert answers[0].endswith(b"OK")


def test_a_frozen_engine_still_stops(connect) -> None:
    engine = DemoEngine()
    connect(engine)
    engine.freeze()
    engine.stop()


def test_a_dropped_engine_ends_streams_and_refuses_until_it_is_revived(
    engine: DemoEngine, api: docker.APIClient
) -> None:
    events = api.events(decode=True)
    engine.drop()
    assert next(iter(events), None) is None
    with pytest.raises(Unreachable):
        api.ping()
    engine.revive()
    assert api.ping()
    assert len(api.containers(all=True)) == 16


def test_versions_that_are_not_spoken_are_refused(engine: DemoEngine) -> None:
    url = engine.start()
    assert b"client version 1.99 is too new. Maximum supported API version is 1.47" in answered(
        url, "GET /v1.99/info"
    )
    assert b"client version 1.10 is too old. Minimum supported API version is 1.24" in answered(
        url, "GET /v1.10/info"
    )


def test_head_of_ping_has_headers_and_no_body(engine: DemoEngine) -> None:
    head, _, body = answered(engine.start(), "HEAD /_ping").partition(b"\r\n\r\n")
    assert b"Api-Version: 1.47" in head
    assert body == b""


def test_what_is_not_built_says_so_and_does_not_hang(api: docker.APIClient, engine: DemoEngine) -> None:
    with pytest.raises(APIError) as refused:
        api.update_container("shop-db-1", mem_limit="1g")
    assert refused.value.status_code == 501
    assert "the demo Engine does not answer POST" in refused.value.explanation
    assert b" 400 " in answered(engine.start(), "POST /networks/staging/connect").splitlines()[0]
    assert answered(engine.start(), "nonsense") == b""


def test_names_and_labels_of_any_sort_come_through_unharmed(api: docker.APIClient) -> None:
    nasty = "[/x]\x1b]52;c;x\x07\u202e😀\n" + "y" * 10_000
    api.create_container("redis:7-alpine", name="nasty", labels={nasty: nasty}, environment={"A": nasty})
    assert api.containers(all=True, filters={"name": "nasty"})[0]["Labels"] == {nasty: nasty}
    assert f"A={nasty}" in api.inspect_container("nasty")["Config"]["Env"]


def test_ten_thousand_containers_are_listed_and_changed_like_a_few(connect) -> None:
    with DemoEngine(scale=10_000, clock=lambda: FIXED_NOW) as engine:
        api = connect(engine)
        rows = api.containers(all=True)
        assert len(rows) == 10_016
        assert len({row["Id"] for row in rows}) == 10_016
        crowd = next(row for row in rows if row["Names"] == ["/crowd-00001"])
        api.stop(crowd["Id"])
        assert api.containers(all=True, filters={"name": "crowd-00001"})[0]["State"] == "exited"
        api.start(crowd["Id"])
        assert api.inspect_container(crowd["Id"])["NetworkSettings"]["Networks"]["crowd"]["IPAddress"]


@pytest.fixture
def passing() -> Iterator[tuple[DemoEngine, Callable[[int], None]]]:
    """An engine, and a function that lets so many seconds pass in it."""
    now = [FIXED_NOW]

    def passed(count: int) -> None:
        for _ in range(count):
            now[0] += 1
            with engine.world.lock:
                advance(engine.world)

    with DemoEngine(clock=lambda: now[0]) as engine:
        yield engine, passed


def test_the_crash_looping_job_is_tried_again_and_probes_settle(passing, connect) -> None:
    engine, passed = passing
    connect(engine).restart("shop-db-1")
    passed(70)
    with engine.world.lock:
        heard = [(one.action, one.attributes.get("name")) for one in engine.world.events.recent]
        mailer = engine.world.container("shop-mailer-1")
        assert (mailer.status, mailer.restarts) == ("restarting", 38)
    assert ("health_status: healthy", "shop-db-1") in heard
    assert heard.index(("start", "shop-mailer-1")) < heard.index(("die", "shop-mailer-1"))


def test_a_crashing_container_without_restarts_ends_and_goes_when_it_was_to_be_removed(
    passing, connect
) -> None:
    engine, passed = passing
    api = connect(engine)
    for name, remove in (("stays", False), ("goes", True)):
        host = api.create_host_config(auto_remove=remove)
        api.create_container("shop/mailer:0.4", name=name, host_config=host)
        api.start(name)
    passed(3)
    left = api.containers(all=True, filters={"ancestor": "shop/mailer:0.4", "status": "exited"})
    assert [row["Names"] for row in left] == [["/stays"]]


def test_a_job_whose_network_is_gone_stays_down_and_says_why(passing, connect) -> None:
    engine, passed = passing
    api = connect(engine)
    for row in api.containers(filters={"network": "shop_backend"}):
        if row["Names"] != ["/shop-mailer-1"]:
            api.stop(row["Id"])
    gone = api.inspect_network("shop_backend")["Id"]
    api.remove_network("shop_backend")
    passed(70)
    state = api.inspect_container("shop-mailer-1")["State"]
    sentence = f"failed to set up container networking: network {gone} not found"
    assert (state["Status"], state["Error"]) == ("exited", sentence)


def test_the_demo_needs_neither_textual_nor_the_sdk() -> None:
    code = (
        "import sys; from tui.demo import DemoEngine; DemoEngine().stop(); "
        "print([name for name in ('textual', 'rich', 'docker', 'widgets') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
