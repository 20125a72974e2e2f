"""Statistics as they are streamed for whoever looks: whose, how many at once, and what is kept of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.http_engine import until
from tests.engine.stats_engine import FIRST, StatsEngine
from tests.engine.stats_frames import CGROUP_1, NOT_RUNNING, later
from tui.engine import meters as module
from tui.engine import turns
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.errors import Unreachable
from tui.engine.figures import Readings
from tui.engine.meter_streams import OPENINGS
from tui.engine.meters import Meters
from tui.engine.turns import Turns

NOW = 1_750_000_000.0
BEGAN, GOING_ON = FIRST, later(CGROUP_1, rx_bytes=500)
MANY = [f"c{number}" for number in range(9)]


class Told:
    """What is told, and when."""

    def __init__(self) -> None:
        self.news: list[frozenset[str]] = []
        self.times: list[float] = []

    def take(self, readings: Readings) -> None:
        self.times.append(time.monotonic())
        self.news.append(readings.ids)

    def until(self, count: int) -> None:
        until(lambda: len(self.news) >= count)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[StatsEngine]:
    made = StatsEngine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def measure(engine: StatsEngine, told: Told) -> Iterator[Callable[..., Meters]]:
    made: list[Meters] = []

    def of(at_once: int = 50, connection: Callable[[], Connection] | None = None) -> Meters:
        connected = connection or (lambda: engine.connection)
        made.append(Meters(connected, told.take, at_once=at_once, clock=lambda: NOW))
        return made[-1]

    yield of
    for one in made:
        one.close()
    until(lambda: not threads())


@pytest.fixture
def meters(measure: Callable[..., Meters]) -> Meters:
    return measure()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes a moment."""
    monkeypatch.setattr(turns, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(turns, "LEAST_SECONDS", 0.05)
    monkeypatch.setattr(module, "REST_SECONDS", 0.05)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(module, "TELL_SECONDS", 0.05)


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("stats")]


def test_figures_come_are_kept_and_told(meters: Meters, engine: StatsEngine, told: Told) -> None:
    assert meters.latest("web") is None
    assert meters.trace("web") is None
    meters.want("pane", ["web"])
    engine.until_open("web")
    engine.say("web", BEGAN)
    told.until(1)
    first = meters.latest("web")
    assert first is not None
    assert (first.at, first.cpu, first.memory) == (NOW, None, 3_000_000)
    engine.say("web", GOING_ON)
    told.until(2)
    latest, trace = meters.latest("web"), meters.trace("web")
    assert latest is not None
    assert (latest.cpu, latest.received_rate, latest.cores) == (50.0, pytest.approx(500), (20.0, 30.0))
    assert trace is not None
    assert list(trace.times) == [NOW, NOW]
    assert trace.series("cpu")[1] == 50.0
    assert told.news == [{"web"}, {"web"}]


def test_nothing_is_asked_and_no_thread_lives_while_nobody_looks(meters: Meters, engine: StatsEngine) -> None:
    meters.want("pane", [])
    assert (engine.opened, threads()) == ([], [])


@pytest.mark.usefixtures("hasty")
def test_what_nobody_looks_at_any_more_is_closed(meters: Meters, engine: StatsEngine) -> None:
    meters.want("pane", ["web", "db"])
    meters.want("tab", ["db"])
    engine.until_open("web", "db")
    meters.want("pane", [])
    engine.until_open("db")
    meters.want("tab", [])
    engine.until_open()
    until(lambda: not threads())
    assert sorted(engine.opened) == ["db", "web"]
    meters.want("pane", ["web"])
    engine.until_open("web")


def test_scrolling_back_at_once_opens_nothing_again(meters: Meters, engine: StatsEngine) -> None:
    meters.want("pane", ["web"])
    engine.until_open("web")
    meters.want("pane", ["db"])
    engine.until_open("web", "db")
    meters.want("pane", ["web"])
    engine.until_open("web")
    assert engine.opened == ["web", "db"]


def test_the_first_figures_are_told_soon_and_later_ones_once_a_second(
    meters: Meters, engine: StatsEngine, told: Told
) -> None:
    meters.want("pane", ["web", "db"])
    engine.until_open("web", "db")
    engine.say("web", BEGAN)
    told.until(1)
    for seconds in range(5):
        engine.say("web", later(CGROUP_1, seconds))
    engine.say("db", BEGAN)
    told.until(2)
    assert "db" in told.news[1]
    engine.say("web", later(CGROUP_1, 6))
    told.until(3)
    assert told.times[2] - told.times[1] >= module.TELL_SECONDS
    assert len(told.news) == 3


def test_several_frames_at_once_are_the_last_of_them(meters: Meters, engine: StatsEngine, told: Told) -> None:
    meters.want("pane", ["web"])
    engine.until_open("web")
    engine.say("web", BEGAN, later(CGROUP_1, 1, rx_bytes=10), later(CGROUP_1, 2, rx_bytes=30))
    told.until(1)
    latest = meters.latest("web")
    assert latest is not None
    assert (latest.received, latest.received_rate) == (1_030, pytest.approx(20))


@pytest.mark.usefixtures("hasty")
def test_a_container_that_stops_has_no_figures_and_runs_on_by_itself(
    meters: Meters, engine: StatsEngine, told: Told
) -> None:
    meters.want("pane", ["web"])
    engine.until_open("web")
    engine.say("web", BEGAN)
    told.until(1)
    engine.say("web", NOT_RUNNING)
    told.until(2)
    assert meters.latest("web") is None
    engine.say("web", GOING_ON)
    told.until(3)
    again = meters.latest("web")
    assert again is not None
    assert again.received_rate is None
    assert engine.opened == ["web"]


def test_a_stream_that_ends_is_opened_again_when_wanted_anew(
    meters: Meters, engine: StatsEngine, told: Told
) -> None:
    meters.want("pane", ["web"])
    engine.until_open("web")
    engine.say("web", BEGAN)
    told.until(1)
    engine.send("web", b"")
    engine.until_open()
    told.until(2)
    assert meters.latest("web") is None
    assert meters.trace("web") is not None
    meters.want("pane", ["db"])
    engine.until_open("db")
    assert engine.opened == ["web", "db"]
    meters.want("pane", ["web", "db"])
    engine.until_open("web", "db")


@pytest.mark.usefixtures("hasty")
def test_the_last_figures_stay_where_the_engine_dies_or_cannot_be_reached(
    meters: Meters, engine: StatsEngine, told: Told
) -> None:
    meters.want("pane", ["web"])
    engine.until_open("web")
    engine.say("web", BEGAN)
    told.until(1)
    known = meters.latest("web")
    opened, engine.silent = len(engine.opened), {"web"}
    engine.break_off("web")
    until(lambda: len(engine.opened) > opened)
    assert known is not None
    assert meters.latest("web") == known
    engine.awake.set()
    engine.until_open("web")
    engine.say("web", GOING_ON)
    until(lambda: meters.latest("web") != known)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("status", [404, 409, 500])
def test_who_is_refused_is_asked_for_again_after_a_rest(
    meters: Meters, engine: StatsEngine, status: int
) -> None:
    engine.refused["web"] = status
    meters.want("pane", ["web", "db"])
    engine.until_open("db")
    until(lambda: engine.opened.count("web") >= 2)
    engine.refused.clear()
    engine.until_open("web", "db")


def test_who_is_refused_is_left_alone(meters: Meters, engine: StatsEngine, told: Told) -> None:
    engine.refused["web"] = 404
    meters.want("pane", ["web", "db"])
    engine.until_open("db")
    engine.say("db", BEGAN)
    told.until(1)
    engine.say("db", GOING_ON)
    told.until(2)
    assert engine.opened.count("web") == 1


@pytest.mark.usefixtures("hasty")
def test_an_engine_that_is_away_is_tried_again(measure: Callable[..., Meters], engine: StatsEngine) -> None:
    tries = []

    def connection() -> Connection:
        tries.append(1)
        if len(tries) < 3:
            raise Unreachable("not yet connected")
        return engine.connection

    measure(connection=connection).want("pane", ["web"])
    engine.until_open("web")


def test_one_that_does_not_answer_holds_up_no_other(meters: Meters, engine: StatsEngine) -> None:
    engine.silent.add("c0")
    meters.want("pane", MANY)
    engine.until_open(*MANY[1:])
    meters.close()
    engine.until_open()
    engine.awake.set()
    until(lambda: not threads())
    engine.until_open()


@pytest.mark.parametrize("broken", [b"no JSON\n", b"[1]\n", b"[" * 100_000 + b"\n", b"x" * (1 << 20) + b"x"])
def test_a_stream_that_cannot_be_read_ends_alone(
    meters: Meters, engine: StatsEngine, told: Told, broken: bytes
) -> None:
    meters.want("pane", ["web", "db"])
    engine.until_open("web", "db")
    engine.send("web", broken)
    engine.until_open("db")
    engine.say("db", BEGAN)
    told.until(1)


def test_a_frame_may_come_in_pieces(meters: Meters, engine: StatsEngine, told: Told) -> None:
    meters.want("pane", ["web"])
    engine.until_open("web")
    text = json.dumps(BEGAN).encode() + b"\n"
    for place in range(0, len(text), 100):
        engine.send("web", text[place : place + 100])
    told.until(1)
    assert meters.latest("web") is not None


@pytest.mark.usefixtures("hasty")
def test_more_than_can_be_streamed_at_once_take_turns(
    measure: Callable[..., Meters], engine: StatsEngine
) -> None:
    engine.steady = True
    meters = measure(at_once=3)
    meters.want("pane", MANY[:3])
    assert not meters.turns
    meters.want("pane", MANY)
    assert meters.turns
    for _ in range(2):
        until(lambda: all((one := meters.latest(ident)) and one.cpu for ident in MANY))
    rounds = [engine.opened.count(ident) for ident in MANY]
    assert max(rounds) - min(rounds) <= 1
    assert engine.most <= 3 + OPENINGS


@pytest.mark.usefixtures("hasty")
def test_the_first_frame_of_another_turn_hides_no_figure(
    meters: Meters, engine: StatsEngine, told: Told
) -> None:
    meters.want("pane", ["web"])
    engine.until_open("web")
    engine.say("web", BEGAN, GOING_ON)
    told.until(1)
    meters.want("pane", [])
    engine.until_open()
    meters.want("pane", ["web", "db"])
    engine.until_open("web", "db")
    engine.say("web", BEGAN)
    engine.say("db", BEGAN)
    told.until(2)
    latest = meters.latest("web")
    assert latest is not None
    assert latest.cpu == 50.0


@pytest.mark.usefixtures("hasty")
def test_who_wants_few_keeps_them(measure: Callable[..., Meters], engine: StatsEngine) -> None:
    engine.steady = True
    meters = measure(at_once=3)
    meters.want("tab", ["c8"])
    engine.until_open("c8")
    meters.want("pane", MANY)
    until(lambda: all(engine.opened.count(ident) > 1 for ident in MANY[:8]))
    assert engine.opened.count("c8") == 1


def test_no_more_are_kept_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, meters: Meters, engine: StatsEngine
) -> None:
    monkeypatch.setattr(module, "BOOKS", 2)
    engine.steady = True
    for ident in ("web", "db", "web", "job"):
        meters.want("pane", [ident])
        until(partial(meters.trace, ident))
    assert meters.trace("db") is None
    assert meters.trace("web") is not None
    meters.want("pane", ["web", "job", "db"])
    engine.until_open("web", "job", "db")
    for ident in ("web", "job", "db"):
        engine.say(ident, GOING_ON)
    until(lambda: all(meters.trace(ident) for ident in ("web", "job", "db")))


def test_closing_ends_everything_and_nothing_begins_again(meters: Meters, engine: StatsEngine) -> None:
    meters.want("pane", MANY)
    engine.until_open(*MANY)
    meters.close()
    engine.until_open()
    until(lambda: not threads())
    meters.want("pane", ["web"])
    assert threads() == []


def test_an_engine_that_was_left_measures_nothing(tmp_path: Path) -> None:
    left = Engine(Endpoint("unix:///nowhere", "left", "test"), tmp_path)
    left.close()
    left.meters.want("pane", ["web"])
    assert not threads()


def test_who_was_served_at_once_still_keeps_a_place_for_a_while() -> None:
    rota = Turns(1)
    rota.want({"pane": ["a", "b"]}, 0.0)
    rota.take("a", 0.0)
    rota.places["a"].served = True
    assert rota.due(turns.LEAST_SECONDS - 0.1) == ([], [])
    assert rota.next_change() == turns.LEAST_SECONDS
    assert rota.due(turns.LEAST_SECONDS) == (["a"], ["b"])


WANTED = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=10, unique=True)


@given(st.integers(1, 6), WANTED, WANTED, st.integers(0, 3))
def test_everyone_gets_a_turn_whatever_is_wanted(
    count: int, some: list[str], few: list[str], kept: int
) -> None:
    rota = Turns(count)
    rota.want({"pane": some, **({"tab": few[:kept]} if kept else {})}, 0.0)
    wanted = {*some, *few[:kept]}
    served: list[str] = []
    for turn in range(2 * len(wanted)):
        now = turn * turns.LEAST_SECONDS
        leaving, taking = rota.due(now)
        for one in leaving:
            rota.leave(one, now)
        for one in taking:
            rota.take(one, now)
        assert len(rota.places) == min(count, len(wanted))
        for one, place in rota.places.items():
            place.served = True
            served.append(one)
    assert set(served) == wanted
    assert rota.short == (len(wanted) > count)
