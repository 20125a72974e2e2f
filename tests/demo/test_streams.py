"""Logs and events of the demo Engine: what they carry, how they are framed, when they end."""

from __future__ import annotations

import struct
import time

import docker
import pytest
from docker.errors import APIError

from tui.demo import DemoEngine
from tui.demo.models import LogLine
from tui.demo.world import FIXED_NOW
from tui.engine.streams import open_attach


def raw_logs(api: docker.APIClient, name: str, **query: object):
    query = {"stdout": 1, "stderr": 1, **query}
    return api._get(api._url("/containers/{0}/logs", name), params=query, stream=bool(query.get("follow")))


def frames(body: bytes) -> list[tuple[int, bytes]]:
    found = []
    while body:
        stream, size = struct.unpack(">BxxxL", body[:8])
        found.append((stream, body[8 : 8 + size]))
        body = body[8 + size :]
    return found


def lines_of(stream, count: int) -> list[bytes]:
    return [next(stream) for _ in range(count)]


def test_logs_without_a_terminal_are_framed_by_stream(api: docker.APIClient) -> None:
    answer = raw_logs(api, "shop-app-1", tail=200)
    assert answer.headers["Content-Type"] == "application/vnd.docker.multiplexed-stream"
    found = frames(answer.content)
    assert len(found) == 200
    assert {stream for stream, _ in found} == {1, 2}
    assert all(text.endswith(b"\n") for _, text in found)
    only_errors = frames(raw_logs(api, "shop-app-1", tail=200, stdout=0).content)
    assert only_errors == [(stream, text) for stream, text in found if stream == 2]


def test_logs_of_a_terminal_are_raw(api: docker.APIClient) -> None:
    session = open_attach(api, "scratchpad")
    session.write(b"echo hi\r")
    seen = b""
    while b"\r\nhi\r\n" not in seen:
        pieces = session.read()
        assert pieces, seen
        seen += b"".join(data for _, data in pieces)
    answer = raw_logs(api, "scratchpad")
    assert answer.headers["Content-Type"] == "application/vnd.docker.raw-stream"
    host = api.inspect_container("scratchpad")["Config"]["Hostname"].encode()
    assert answer.content == b"root@" + host + b":/# echo hi\r\nhi\r\n"


def test_tail_since_and_until_cut_the_log(api: docker.APIClient) -> None:
    everything = api.logs("shop-proxy-1", timestamps=True).splitlines()
    assert api.logs("shop-proxy-1", timestamps=True, tail=3).splitlines() == everything[-3:]
    recent = api.logs("shop-proxy-1", timestamps=True, since=int(FIXED_NOW) - 10).splitlines()
    assert recent == everything[-len(recent) :]
    assert len(recent) == 6
    older = api.logs("shop-proxy-1", timestamps=True, until=int(FIXED_NOW) - 10).splitlines()
    assert older == everything[: len(older)]
    assert len(everything) - len(older) == 5
    assert sorted(everything) == everything


def test_a_log_of_no_stream_is_refused(api: docker.APIClient) -> None:
    with pytest.raises(APIError, match="you must choose at least one stream"):
        api._result(raw_logs(api, "shop-proxy-1", stdout=0, stderr=0))


def test_the_crashing_job_says_why(api: docker.APIClient) -> None:
    assert api.logs("shop-mailer-1").splitlines()[-1] == b"KeyError: 'SMTP_PASSWORD'"


def test_what_a_test_writes_is_in_the_log_byte_for_byte(api: docker.APIClient, engine: DemoEngine) -> None:
    nasty = b"\x1b]52;c;AAAA\x07 [/x] \xff\xfe \xe2\x80\xae"
    with engine.world.lock:
        engine.world.container("shop-cache-1").written.append(LogLine(FIXED_NOW, 2, nasty))
    assert frames(raw_logs(api, "shop-cache-1", tail=1).content) == [(2, nasty + b"\n")]


def test_following_brings_new_lines_and_ends_when_the_container_stops(
    api: docker.APIClient, engine: DemoEngine, connect
) -> None:
    stream = api.logs("shop-cache-1", follow=True, stream=True, tail=1)
    lines_of(stream, 1)
    with engine.world.lock:
        engine.world.container("shop-cache-1").written.append(LogLine(FIXED_NOW, 1, b"fresh"))
    engine.nudge()
    assert lines_of(stream, 1) == [b"fresh\n"]
    other = connect(engine)
    other.stop("shop-cache-1")
    assert list(stream) == []
    assert other.ping(), "the stream ended by itself, not because the deadline cut it"


def test_following_brings_what_the_service_writes_as_time_passes(connect) -> None:
    now = [FIXED_NOW]
    with DemoEngine(clock=lambda: now[0]) as engine:
        stream = connect(engine).logs("shop-proxy-1", follow=True, stream=True, tail=0, timestamps=True)
        now[0] += 4.5
        engine.nudge()
        assert [line[:19] for line in lines_of(stream, 2)] == [b"2025-06-15T15:06:42", b"2025-06-15T15:06:44"]
        stream.close()


def test_following_a_stopped_container_ends_at_once(api: docker.APIClient) -> None:
    assert list(api.logs("import-orders", follow=True, stream=True)) == [
        b"reading /data\n",
        b"1,204 rows so far\n",
        b"orders.csv, row 1,205: there is no product 'astrolabe'\n",
    ]


@pytest.mark.parametrize(
    ("asked", "heard"),
    [
        ({"type": "container", "event": ["start", "die"]}, ["die", "start"]),
        ({"type": "network"}, ["disconnect", "connect"]),
        ({"container": "shop-cache-1", "event": ["stop"]}, ["stop"]),
        ({"label": "com.docker.compose.service=cache", "event": ["kill"]}, ["kill"]),
        ({"image": "redis", "event": ["start"]}, ["start"]),
        ({"volume": "shop_cache"}, ["unmount", "mount"]),
    ],
)
def test_event_filters_leave_what_they_name(api: docker.APIClient, asked: dict, heard: list[str]) -> None:
    api.stop("shop-cache-1")
    api.start("shop-cache-1")
    past = api.events(since=int(FIXED_NOW), decode=True, filters=asked)
    assert [next(past)["Action"] for _ in heard] == heard
    past.close()


def test_actions_with_a_detail_are_asked_for_by_prefix(api: docker.APIClient, engine: DemoEngine) -> None:
    stream = api.events(decode=True, filters={"event": ["exec_create", "health_status"]})
    with engine.world.lock:
        for action in ("exec_create: true", "exec_die", "health_status: healthy"):
            engine.world.emit("container", action, "x", {"name": "n"})
    assert [next(stream)["Action"], next(stream)["Action"]] == ["exec_create: true", "health_status: healthy"]
    stream.close()


def test_events_end_when_until_has_passed(connect) -> None:
    now = [FIXED_NOW]
    with DemoEngine(clock=lambda: now[0]) as engine:
        api = connect(engine)
        api.pause("shop-cache-1")
        stream = api.events(since=int(now[0]), until=int(now[0]) + 5, decode=True)
        assert next(stream)["Action"] == "pause"
        now[0] += 6
        engine.nudge()
        assert list(stream) == []
        assert api.ping(), "the stream ended by itself, not because the deadline cut it"


def test_closing_events_frees_the_listener(api: docker.APIClient, engine: DemoEngine) -> None:
    stream = api.events()
    assert api.info()["NEventsListener"] == 1
    stream.close()
    deadline = time.monotonic() + 5
    while api.info()["NEventsListener"] and time.monotonic() < deadline:
        pass
    assert api.info()["NEventsListener"] == 0


def test_only_the_last_256_events_are_remembered(api: docker.APIClient, engine: DemoEngine) -> None:
    with engine.world.lock:
        for number in range(300):
            engine.world.emit("volume", "create", str(number), {})
    stream = api.events(since=1, decode=True)
    assert [next(stream)["Actor"]["ID"] for _ in range(256)] == [str(number) for number in range(44, 300)]
    stream.close()
