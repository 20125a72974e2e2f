"""The dials: each makes the demo Engine slow or faulty in its own way, and back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import docker
import pytest
import requests
from docker.errors import APIError

from tests.demo.conftest import DEADLINE
from tui.demo import DemoEngine
from tui.demo.hostile import LINES, LOUD, STRINGS
from tui.engine.streams import open_exec


def test_latency_holds_back_every_answer(api: docker.APIClient, engine: DemoEngine) -> None:
    engine.dials.latency = 3600.0
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(api.containers)
        with pytest.raises(TimeoutError):
            answer.result(0.1)
        engine.drop()
        with pytest.raises(requests.RequestException):
            answer.result(DEADLINE)
    engine.dials.latency = 0.0
    engine.revive()
    assert api.containers()


def test_a_refusal_comes_so_often_and_not_for_others(api: docker.APIClient, engine: DemoEngine) -> None:
    engine.dials.refuse("POST", "/containers/*/stop", 500, "driver failed: [/x]", times=2)
    for _ in range(2):
        with pytest.raises(APIError, match="driver failed: \\[/x\\]") as refused:
            api.stop("shop-proxy-1")
        assert refused.value.status_code == 500
    api.restart("shop-proxy-1")
    api.stop("shop-proxy-1")
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


def test_a_half_open_stream_says_no_more_and_stays(api: docker.APIClient, engine: DemoEngine) -> None:
    events = api.events(decode=True)
    heard: list[dict[str, object]] = []
    reader = threading.Thread(target=lambda: heard.extend(events), daemon=True)
    reader.start()
    engine.dials.half_open = True
    api.stop("shop-proxy-1")
    reader.join(0.1)
    assert reader.is_alive()
    assert heard == []
    engine.drop()
    reader.join(DEADLINE)
    assert not reader.is_alive()


def test_an_exec_is_cut_as_well(api: docker.APIClient, engine: DemoEngine) -> None:
    session = open_exec(api, "shop-proxy-1", ["cat"])
    engine.dials.cut_after = 20
    session.write(b"x" * 100)
    seen = b""
    while pieces := session.read():
        seen += b"".join(data for _, data in pieces)
    assert len(seen) == 20


def test_a_transfer_breaks_inside_its_stream(api: docker.APIClient, engine: DemoEngine) -> None:
    engine.dials.break_after = 3
    lines = list(api.pull("nginx", "1.29", stream=True, decode=True))
    assert len(lines) == 4
    assert lines[-1] == {"errorDetail": {"message": "unexpected EOF"}, "error": "unexpected EOF"}
    assert not api.images("nginx:1.29")


def test_hostile_strings_come_through_byte_by_byte() -> None:
    with DemoEngine(hostile=True) as engine:
        api = docker.APIClient(base_url=engine.start(), version="auto")
        labels = [each["Labels"] for each in api.containers(filters={"name": "hostile-"})]
        assert {text for each in labels for text in each} == set(STRINGS.values())
        raw = api.logs(LOUD)
        assert raw == b"".join(line + b"\n" for line in LINES)
        api.close()


def test_a_demo_of_its_own_serves_other_programs_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-m", "tui.demo", "--scale", "5", "--refuse", "GET", "/volumes", "500", "no"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        url = demo.stdout.readline().strip().removeprefix("export DOCKER_HOST=")
        api = docker.APIClient(base_url=url, version="auto")
        assert "/crowd-00005" in [name for each in api.containers(all=True) for name in each["Names"]]
        with pytest.raises(APIError, match="no"):
            api.volumes()
        api.close()
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(DEADLINE) == 0
        assert not os.path.exists(url.removeprefix("unix://"))
