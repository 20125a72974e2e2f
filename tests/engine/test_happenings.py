"""The feed of events: the history, what passes, and how it ends."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine import happenings
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import Unreachable
from tui.engine.happenings import AT_MOST, FILTERS, LONGEST, NANOS, Happening, Happenings, decode

DEADLINE = 10.0
LAST_HOUR = int((FIXED_NOW - 3600) * NANOS)


class Listener:
    """Takes what a feed tells, and waits for something to be told."""

    def __init__(self) -> None:
        self.taken: list[Happening] = []
        self.told = 0
        self.feed: Happenings | None = None
        self._there = threading.Condition()

    def hear(self) -> None:
        with self._there:
            self.told += 1
            self._there.notify()

    def until(self, true: Callable[[], bool]) -> None:
        assert self.feed is not None
        end = time.monotonic() + DEADLINE
        while True:
            self.taken += self.feed.take()
            if true():
                return
            assert time.monotonic() < end, self.taken
            with self._there:
                self._there.wait(0.05)

    @property
    def actions(self) -> list[tuple[str, str]]:
        return [(one.kind, one.action) for one in self.taken]


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


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    if made.feed is not None:
        made.feed.close()


def follow(
    listener: Listener, connection: Connection, after: int = LAST_HOUR, *, every: bool = False
) -> None:
    listener.feed = Happenings(lambda: connection, listener.hear, after=after, every=every)
    listener.feed.start()


def happen(demo: DemoEngine, action: str, kind: str = "container") -> None:
    with demo.world.lock:
        demo.world.emit(kind, action, "c" * 64, {"name": "web"})


def test_an_event_is_read_with_its_name_its_detail_and_its_time() -> None:
    event = {
        "Type": "container",
        "Action": "health_status: healthy",
        "Actor": {"ID": "abc", "Attributes": {"name": "web", "image": "nginx"}},
        "time": 5,
        "timeNano": 5_000_000_007,
    }
    one = decode(event)
    assert (one.kind, one.action, one.detail) == ("container", "health_status", "healthy")
    assert (one.ident, one.name, one.at, one.said["image"]) == ("abc", "web", 5_000_000_007, "nginx")


def test_a_volume_is_named_by_its_id_and_an_event_without_nanoseconds_has_its_second() -> None:
    one = decode({"Type": "volume", "Action": "create", "Actor": {"ID": "data"}, "time": 3})
    assert (one.name, one.at, one.said) == ("data", 3 * NANOS, {})


@pytest.mark.parametrize("name", ["28.5", "podman-5.8"])
def test_all_events_of_real_engines_are_read_in_order(name: str) -> None:
    path = Path(__file__).parent / "fixtures" / "about" / f"{name}.json"
    found = [decode(event) for event in json.loads(path.read_text())["events"]]
    assert found
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert all(one.kind and one.action and (one.name or one.ident or one.kind == "system") for one in found)


def test_every_action_of_a_real_engine_passes_the_filter_but_execs() -> None:
    path = Path(__file__).parent / "fixtures" / "about" / "28.5.json"
    actions = {decode(event).action for event in json.loads(path.read_text())["events"]}
    assert actions <= set(FILTERS["event"])
    assert not [action for action in FILTERS["event"] if "exec_create".startswith(action)]


def test_history_comes_first_and_what_happens_then_follows(
    demo: DemoEngine, connection: Connection, listener: Listener
) -> None:
    happen(demo, "start")
    follow(listener, connection)
    listener.until(lambda: ("container", "start") in listener.actions)
    happen(demo, "pause")
    listener.until(lambda: listener.actions[-1] == ("container", "pause"))
    assert [one.at for one in listener.taken] == sorted(one.at for one in listener.taken)


def test_commands_of_health_checks_stay_on_the_server_unless_asked_for(
    demo: DemoEngine, connection: Connection, listener: Listener
) -> None:
    happen(demo, "exec_create: sh -c true")
    happen(demo, "start")
    follow(listener, connection)
    listener.until(lambda: ("container", "start") in listener.actions)
    assert ("container", "exec_create") not in listener.actions
    assert listener.feed is not None
    listener.feed.close()
    listener.taken.clear()
    follow(listener, connection, every=True)
    listener.until(lambda: ("container", "exec_create") in listener.actions)
    assert next(one.detail for one in listener.taken if one.action == "exec_create") == "sh -c true"


def test_what_was_told_before_is_not_told_again(
    demo: DemoEngine, connection: Connection, listener: Listener
) -> None:
    happen(demo, "start")
    follow(listener, connection)
    # the demo's own last hour comes first
    listener.until(lambda: any(one.ident == "c" * 64 for one in listener.taken))
    after = listener.taken[-1].at
    assert listener.feed is not None
    listener.feed.close()
    listener.taken.clear()
    happen(demo, "kill")
    follow(listener, connection, after)
    listener.until(lambda: bool(listener.taken))
    assert listener.actions == [("container", "kill")]


def test_news_is_given_once_until_it_is_taken_and_the_newest_are_kept(
    demo: DemoEngine, connection: Connection, listener: Listener
) -> None:
    listener.feed = feed = Happenings(lambda: connection, listener.hear, after=0)
    for number in range(1, AT_MOST + 50):
        feed._add(b'{"Type": "container", "Action": "start", "time": %d}' % number)
    assert listener.told == 1
    assert [one.at // NANOS for one in feed.take()] == list(range(50, AT_MOST + 50))
    feed._add(b'{"Type": "container", "Action": "start", "time": %d}' % (AT_MOST + 50))
    assert listener.told == 2


def test_what_is_no_event_is_passed_over(connection: Connection, listener: Listener) -> None:
    listener.feed = feed = Happenings(lambda: connection, listener.hear, after=0)
    for strange in (
        b'{"time": "soon"}',
        b'{"Actor": 7, "time": 1}',
        b'{"timeNano": [], "time": []}',
        b'{"timeNano": 1%s}' % (b"0" * 30),
        b'{"timeNano": 1%s}' % (b"0" * 5_000),
        b'{"timeNano": 1e999}',
        b'{"timeNano": NaN}',
        b"[" * 100_000,
        b"[7]",
        b"no JSON",
        b"\xff",
        b'{"time": 1, "Action": "%s"}' % (b"x" * LONGEST),
    ):
        feed._add(strange)
    assert feed.take() == []


def test_an_event_without_an_end_is_not_kept_and_the_next_one_is_told(
    http_engine: HttpEngine, listener: Listener
) -> None:
    there = Connection(Endpoint(http_engine.url, "fake", "fake"))
    follow(listener, there, after=0)
    http_engine.until(lambda: http_engine.followed)
    for _ in range(20):
        http_engine.send(b"x" * LONGEST)
    http_engine.send(b'\n{"Action": "start", "time": 1}\n')
    listener.until(lambda: bool(listener.taken))
    assert [one.action for one in listener.taken] == ["start"]
    there.close()


def test_an_engine_that_does_not_answer_is_given_up(
    http_engine: HttpEngine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(happenings, "OPENING_SECONDS", 0.1)
    http_engine.awake.clear()
    there = Connection(Endpoint(http_engine.url, "fake", "fake"))
    follow(listener, there)
    feed = listener.feed
    assert feed is not None
    listener.until(lambda: feed.error is not None)
    assert not feed.began
    there.close()


def test_closing_ends_the_stream_on_the_engine_and_tells_nothing_more(
    demo: DemoEngine, connection: Connection, listener: Listener
) -> None:
    follow(listener, connection)
    feed = listener.feed
    assert feed is not None
    listener.until(lambda: feed.began)
    with demo.world.lock:
        assert demo.world.events.listeners == 1
    feed.close()
    told = listener.told

    def ended() -> bool:
        demo.nudge()
        return demo.world.events.listeners == 0

    listener.until(ended)
    assert listener.told == told


def test_the_end_of_the_connection_is_the_end_of_the_stream(
    demo: DemoEngine, connection: Connection, listener: Listener
) -> None:
    follow(listener, connection)
    feed = listener.feed
    assert feed is not None
    listener.until(lambda: feed.began)
    connection.close()

    def ended() -> bool:
        demo.nudge()
        return demo.world.events.listeners == 0

    listener.until(ended)


def test_an_engine_that_goes_away_is_told_as_an_error(
    demo: DemoEngine, connection: Connection, listener: Listener
) -> None:
    follow(listener, connection)
    feed = listener.feed
    assert feed is not None
    listener.until(lambda: feed.began)
    demo.stop()
    listener.until(lambda: feed.error is not None)
    assert isinstance(feed.error, Unreachable)


def test_without_a_connection_the_reason_is_told(listener: Listener) -> None:
    def nowhere() -> Connection:
        raise Unreachable("no connection to x")

    listener.feed = feed = Happenings(nowhere, listener.hear, after=0)
    feed.start()
    listener.until(lambda: feed.error is not None)
    assert feed.error is not None
    assert feed.error.message == "no connection to x"
