"""The dials: each makes the demo Engine slow or faulty in its own way, and back."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import docker
import pytest
import requests
from docker.errors import APIError
from urllib3.exceptions import ProtocolError

from tests.demo.conftest import DEADLINE, Connect
from tui.demo import DemoEngine
from tui.demo.dials import BROKEN, Dials
from tui.demo.world import FIXED_NOW
from tui.engine.streams import open_exec


def test_latency_holds_back_every_answer(api: docker.APIClient, engine: DemoEngine) -> None:
    engine.dials.latency = 3600.0
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(api.containers)
        with pytest.raises(TimeoutError):
            answer.result(0.1)
        engine.dials.latency = 0.0
        assert answer.result(DEADLINE)


def test_latency_holds_nothing_back_that_came_before(api: docker.APIClient, engine: DemoEngine) -> None:
    events = api.events(decode=True)
    engine.dials.latency = 3600.0
    with engine.world.lock:
        engine.world.emit("volume", "create", "shop_new", {})
    assert next(events)["Actor"]["ID"] == "shop_new"


def test_a_refusal_comes_so_often_and_not_for_others(api: docker.APIClient, engine: DemoEngine) -> None:
    engine.dials.refuse("POST", "/containers/*/stop", 500, "driver failed: [/x]", times=2)
    for _ in range(2):
        with pytest.raises(APIError, match="driver failed: \\[/x\\]") as refused:
            api.stop("shop-proxy-1")
        assert refused.value.status_code == 500
    api.restart("shop-proxy-1")
    api.stop("shop-proxy-1")
    engine.dials.refuse("GET", "/volumes", 503, "no")
    for _ in range(3):
        with pytest.raises(APIError, match="no"):
            api.volumes()
    engine.dials.forgive()
    assert api.volumes()
    assert api.inspect_container("shop-proxy-1")["State"]["Status"] == "exited"


def test_a_cut_comes_in_the_middle_of_an_answer_and_of_a_stream(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    whole = api.logs("shop-proxy-1", tail=50)
    engine.dials.cut_after = 1000
    with pytest.raises(requests.RequestException):
        api.inspect_container("shop-proxy-1")
    with pytest.raises(requests.RequestException):
        api.logs("shop-proxy-1", tail=50)
    assert len(whole) > 1000
    assert api.ping()


def test_a_half_open_stream_says_no_more_and_stays_until_the_line_is_well(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    events = api.events(decode=True, filters={"event": "die"})
    heard: queue.Queue[dict[str, object]] = queue.Queue()
    threading.Thread(target=lambda: [heard.put(event) for event in events], daemon=True).start()
    engine.dials.half_open = True
    api.stop("shop-proxy-1")
    with pytest.raises(queue.Empty):
        heard.get(timeout=0.1)
    engine.dials.half_open = False
    assert heard.get(timeout=DEADLINE)["Action"] == "die"


def test_a_half_open_stream_does_not_even_end(api: docker.APIClient, engine: DemoEngine) -> None:
    engine.dials.half_open = True
    with ThreadPoolExecutor() as pool:
        lines = pool.submit(api.logs, "shop-db-1", tail=3)
        with pytest.raises(TimeoutError):
            lines.result(0.1)
        engine.drop()
        with pytest.raises(requests.RequestException):
            lines.result(DEADLINE)


def test_a_half_open_exec_keeps_what_it_says_to_itself(api: docker.APIClient, engine: DemoEngine) -> None:
    session = open_exec(api, "shop-proxy-1", ["cat"])
    engine.dials.half_open = True
    session.write(b"hello")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(session.read)
        with pytest.raises(TimeoutError):
            answer.result(0.1)
        engine.dials.half_open = False
        assert answer.result(DEADLINE) == [(1, b"hello")]
    session.close()


def test_an_exec_is_cut_as_well(api: docker.APIClient, engine: DemoEngine) -> None:
    session = open_exec(api, "shop-proxy-1", ["cat"])
    engine.dials.cut_after = 20
    session.write(b"x" * 100)
    seen = b""
    while pieces := session.read():
        seen += b"".join(data for _, data in pieces)
    assert len(seen) == 20
    session.close()


@pytest.mark.parametrize("words", [BROKEN, "no space left on device"])
def test_a_transfer_breaks_inside_its_stream(api: docker.APIClient, engine: DemoEngine, words: str) -> None:
    engine.dials.break_after, engine.dials.break_words = 3, words
    lines = list(api.pull("nginx", "1.29", stream=True, decode=True))
    assert len(lines) == 4
    assert lines[-1] == {"errorDetail": {"message": words}, "error": words}
    assert not api.images("nginx:1.29")
    engine.dials.break_after = None
    list(api.pull("nginx", "1.29", stream=True, decode=True))
    assert api.images("nginx:1.29")


def test_a_transfer_is_cut_when_nothing_is_to_be_said(api: docker.APIClient, engine: DemoEngine) -> None:
    engine.dials.break_after, engine.dials.break_words = 3, ""
    lines = api.pull("nginx", "1.29", stream=True, decode=True)
    seen = [next(lines) for _ in range(3)]
    assert seen[0]["status"] == "Pulling from library/nginx"
    with pytest.raises(ProtocolError):
        next(lines)
    assert not api.images("nginx:1.29")


def test_a_slow_transfer_goes_on_when_the_dial_is_turned_back(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    engine.dials.pace = 1_000_000.0
    lines = api.pull("nginx", "1.29", stream=True, decode=True)
    while next(lines)["status"] != "Downloading":
        pass
    engine.dials.pace = 0.0
    assert list(lines)[-1]["status"] == "Status: Downloaded newer image for nginx:1.29"


def test_an_engine_is_made_with_its_dials(connect: Connect) -> None:
    dials = Dials()
    dials.refuse("GET", "/volumes", 500, "no")
    with DemoEngine(clock=lambda: FIXED_NOW, dials=dials) as engine:
        assert engine.dials is dials
        with pytest.raises(APIError, match="no"):
            connect(engine).volumes()
