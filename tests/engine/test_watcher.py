"""Following an Engine: events, bursts, silence, death, and coming back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.engine.http_engine import Asked, HttpEngine, Reply, until
from tui.engine import watcher as watcher_module
from tui.engine.endpoint import Endpoint
from tui.engine.kinds import Kind
from tui.engine.store import Store
from tui.engine.watcher import FILTERS, Link, LinkState, Watcher

LISTS = ("GET /containers/json", "GET /images/json", "GET /networks", "GET /volumes")


class World:
    """Containers by id that the programmable Engine lists, filtered as an Engine filters."""

    def __init__(self, engine: HttpEngine, *ids: str) -> None:
        self.states = dict.fromkeys(ids, "running")
        engine.answers["GET /containers/json"] = self.answer

    def answer(self, asked: Asked) -> Reply:
        only = json.loads(asked.query.get("filters", "{}")).get("id")
        shown = [ident for ident in self.states if only is None or any(map(ident.startswith, only))]
        return Reply([{"Id": ident, "Names": [f"/{ident}"], "State": self.states[ident]} for ident in shown])


class Watched:
    """A watcher with everything it said."""

    def __init__(self, url: str) -> None:
        self.links: list[Link] = []
        self.store = Store()
        self.watcher = Watcher(Endpoint(url, "", "test"), self.store, self.links.append)
        self.watcher.go.set()

    @property
    def states(self) -> list[LinkState]:
        """The states in order, each change once."""
        states = [link.state for link in self.links]
        return [state for place, state in enumerate(states) if place == 0 or states[place - 1] is not state]

    def is_up(self) -> bool:
        """Whether it is connected and knows the server."""
        link = self.watcher.link
        return link.state is LinkState.UP and link.server is not None


@pytest.fixture
def world(http_engine: HttpEngine) -> World:
    return World(http_engine, "web", "db")


@pytest.fixture
def watch(http_engine: HttpEngine) -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def start(url: str | None = None, *, wait: bool = True) -> Watched:
        made.append(Watched(url or http_engine.url))
        made[-1].watcher.start()
        if wait:
            until(made[-1].is_up)
        return made[-1]

    yield start
    for watched in made:
        watched.watcher.close()


Watch = Callable[..., Watched]


def since(engine: HttpEngine, start: int) -> list[str]:
    return [asked.what for asked in engine.asked[start:]]


def test_everything_is_listed_once_behind_an_open_event_stream(
    http_engine: HttpEngine, world: World, watch: Watch
) -> None:
    watched = watch()
    asked = [asked.what for asked in http_engine.asked]
    # the look before the SDK is there, then the connection proper
    assert asked == ["GET /containers/json", "GET /_ping", "GET /events", *LISTS, "GET /version", "GET /info"]
    assert set(watched.store.containers) == {"web", "db"}
    assert all(map(watched.store.listed, Kind))
    assert watched.states == [LinkState.UP]
    assert watched.watcher.link.ever_up


def test_events_are_filtered_by_the_engine(http_engine: HttpEngine, watch: Watch) -> None:
    watch()
    assert json.loads(http_engine.last("GET /events").query["filters"]) == FILTERS
    assert not [action for action in FILTERS["event"] if action.startswith("exec")]


@pytest.mark.parametrize("action", ["start", "rename", "pause", "health_status: healthy"])
def test_an_event_reads_only_its_container_again(
    http_engine: HttpEngine, world: World, watch: Watch, action: str
) -> None:
    watched = watch()
    start = len(http_engine.asked)
    world.states["web"] = "exited"
    http_engine.emit("container", action, "web")
    until(lambda: watched.store.containers["web"].state == "exited")
    assert since(http_engine, start) == ["GET /containers/json"]
    assert json.loads(http_engine.asked[start].query["filters"]) == {"id": ["web"]}


def test_a_removed_container_goes_and_a_new_one_comes(
    http_engine: HttpEngine, world: World, watch: Watch
) -> None:
    watched = watch()
    del world.states["web"]
    world.states["new"] = "created"
    http_engine.emit("container", "destroy", "web")
    http_engine.emit("container", "create", "new")
    until(lambda: set(watched.store.containers) == {"new", "db"})


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (("volume", "create", "v"), "GET /volumes"),
        (("network", "destroy", "n"), "GET /networks"),
        (("image", "tag", "sha256:i"), "GET /images/sha256:i/json"),
        (("image", "load"), "GET /images/json"),
        (("container", "commit", "web"), "GET /images/json"),
    ],
)
def test_each_kind_of_event_reads_its_own_list(
    http_engine: HttpEngine, watch: Watch, event: tuple[str, ...], path: str
) -> None:
    watch()
    start = len(http_engine.asked)
    http_engine.emit(*event)
    http_engine.until(lambda: len(http_engine.asked) > start)
    assert since(http_engine, start) == [path]


def test_joining_a_network_reads_the_container_again(http_engine: HttpEngine, watch: Watch) -> None:
    watch()
    start = len(http_engine.asked)
    http_engine.emit("network", "connect", "n", container="web")
    http_engine.until(lambda: len(http_engine.asked) > start)
    asked = http_engine.asked[start]
    assert (asked.what, json.loads(asked.query["filters"])) == ("GET /containers/json", {"id": ["web"]})


def test_a_burst_of_events_shares_one_list(
    http_engine: HttpEngine, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "BURST_SECONDS", 0.3)
    watched = watch()
    start = len(http_engine.asked)
    http_engine.emit("container", "start", "web")
    http_engine.until(lambda: len(http_engine.asked) == start + 1)
    world.states |= dict.fromkeys("abcdefgh", "running")
    for ident in "abcdefgh":
        http_engine.emit("container", "create", ident)
        http_engine.emit("container", "start", ident)
    until(lambda: len(watched.store.containers) == 10)
    assert len(http_engine.asked) == start + 2


def test_very_many_events_share_one_whole_list(
    http_engine: HttpEngine, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "BURST_SECONDS", 0.3)
    monkeypatch.setattr(watcher_module, "MANY", 5)
    watch()
    start = len(http_engine.asked)
    http_engine.emit("container", "start", "first")
    http_engine.until(lambda: len(http_engine.asked) == start + 1)
    for number in range(8):
        http_engine.emit("container", "start", f"c{number}")
    http_engine.until(lambda: len(http_engine.asked) == start + 2)
    assert "filters" not in http_engine.asked[-1].query


def test_images_are_listed_seldom_but_the_last_change_is_seen(
    http_engine: HttpEngine, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "IMAGES_SECONDS", 0.3)
    watched = watch()
    start, began = http_engine.count("GET /images/json"), time.monotonic()
    for _ in range(10):
        http_engine.emit("container", "commit", "web")
    http_engine.until(lambda: http_engine.count("GET /images/json") > start)
    http_engine.answers["GET /images/json"] = Reply([{"Id": "i", "RepoTags": ["last:1"]}])
    http_engine.emit("container", "commit", "web")
    until(lambda: "last:1" in watched.store.images)
    lists = http_engine.count("GET /images/json") - start
    assert lists <= 1 + (time.monotonic() - began) / 0.3


def test_a_container_that_died_is_looked_at_before_the_list_is_believed(
    http_engine: HttpEngine, world: World, watch: Watch
) -> None:
    watched = watch()
    start = len(http_engine.asked)

    def look(asked: Asked) -> Reply:
        world.states["web"] = "exited"  # only now does the list know
        return Reply({"Id": "web"})

    http_engine.answers["GET /containers/web/json"] = look
    http_engine.emit("container", "die", "web")
    until(lambda: watched.store.containers["web"].state == "exited")
    assert since(http_engine, start) == ["GET /containers/web/json", "GET /containers/json"]


def image(ident: str, *tags: str) -> dict[str, Any]:
    """An image as GET /images/{name}/json shows it, nanoseconds and all."""
    return {"Id": ident, "RepoTags": list(tags), "Created": "2025-11-23T12:13:20.123456789Z", "Size": 7}


def test_an_image_is_looked_at_alone(http_engine: HttpEngine, watch: Watch) -> None:
    http_engine.answers["GET /images/json"] = Reply([{"Id": "sha256:i", "RepoTags": ["web:1"]}])
    watched = watch()
    lists = http_engine.count("GET /images/json")
    http_engine.answers["GET /images/sha256:i/json"] = Reply(image("sha256:i", "web:1", "web:2"))
    http_engine.emit("image", "tag", "sha256:i")
    until(lambda: "web:2" in watched.store.images)
    found = watched.store.images["web:2"]
    assert (found.created, found.size, found.references) == (1_763_900_000, 7, ("web:1", "web:2"))
    http_engine.answers["GET /images/sha256:i/json"] = Reply(image("sha256:i", "web:2"))
    http_engine.emit("image", "untag", "sha256:i")
    until(lambda: set(watched.store.images) == {"web:2"})
    http_engine.answers["GET /images/sha256:i/json"] = Reply({"message": "No such image"}, 404)
    http_engine.emit("image", "delete", "sha256:i")
    until(lambda: not watched.store.images)
    assert http_engine.count("GET /images/json") == lists


def test_an_image_that_lost_its_tag_to_another_one_is_seen_untagged(
    http_engine: HttpEngine, watch: Watch
) -> None:
    http_engine.answers["GET /images/json"] = Reply([{"Id": "sha256:old", "RepoTags": ["web:1"]}])
    watched = watch()
    http_engine.answers["GET /images/sha256:new/json"] = Reply(image("sha256:new", "web:1"))
    http_engine.answers["GET /images/json"] = Reply(
        [{"Id": "sha256:new", "RepoTags": ["web:1"]}, {"Id": "sha256:old", "RepoTags": []}]
    )
    http_engine.emit("image", "tag", "sha256:new")
    until(lambda: set(watched.store.images) == {"web:1", "sha256:old"})
    assert watched.store.images["web:1"].id == "sha256:new"


@pytest.mark.parametrize(
    "event", [("container", "start", "web"), ("container", "die", "web"), ("image", "tag", "i")]
)
def test_silence_after_an_event_is_noticed_in_time(
    http_engine: HttpEngine, watch: Watch, monkeypatch: pytest.MonkeyPatch, event: tuple[str, str, str]
) -> None:
    monkeypatch.setattr(watcher_module, "SILENCE_SECONDS", 0.1)
    watched = watch()
    http_engine.awake.clear()
    http_engine.emit(*event)
    until(lambda: watched.watcher.link.state is LinkState.STALE, 2)
    http_engine.awake.set()
    until(lambda: watched.watcher.link.state is LinkState.UP)


def test_silence_in_the_middle_of_a_burst_ends_with_everything_listed(
    http_engine: HttpEngine, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(watcher_module, "BURST_SECONDS", 0.2)
    watched = watch()
    start = len(http_engine.asked)
    http_engine.emit("volume", "create", "first")
    http_engine.until(lambda: len(http_engine.asked) > start)
    http_engine.awake.clear()
    http_engine.emit("container", "start", "web")
    http_engine.emit("volume", "create", "second")
    until(lambda: watched.watcher.link.state is LinkState.STALE)
    world.states["later"] = "running"
    http_engine.awake.set()
    until(lambda: watched.watcher.link.state is LinkState.UP)
    assert "later" in watched.store.containers
    world.states["after"] = "running"
    http_engine.emit("container", "create", "after")
    until(lambda: "after" in watched.store.containers)


def test_a_quiet_engine_is_asked_for_a_sign_of_life(
    http_engine: HttpEngine, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "QUIET_SECONDS", 0.05)
    watch()
    start = len(http_engine.asked)
    http_engine.until(lambda: len(http_engine.asked) >= start + 3)
    assert set(since(http_engine, start)) == {"GET /_ping"}


def test_an_idle_watcher_asks_nothing(http_engine: HttpEngine, watch: Watch) -> None:
    watch()
    start = len(http_engine.asked)
    with http_engine.news:
        assert not http_engine.news.wait_for(lambda: len(http_engine.asked) > start, 0.3)


def test_everything_is_listed_now_and_then_without_an_event(
    http_engine: HttpEngine, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "SAFETY_SECONDS", 0.1)
    watched = watch()
    world.states["silent"] = "running"
    until(lambda: "silent" in watched.store.containers)


def test_a_silent_engine_is_stale_and_comes_back_with_everything_listed(
    http_engine: HttpEngine, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "SILENCE_SECONDS", 0.1)
    watched = watch()
    http_engine.awake.clear()
    watched.watcher.probe()
    until(lambda: watched.watcher.link.state is LinkState.STALE)
    assert set(watched.store.containers) == {"web", "db"}
    assert watched.watcher.link.error is not None
    world.states = {"db": "running", "later": "running"}
    http_engine.awake.set()
    until(lambda: watched.watcher.link.state is LinkState.UP)
    assert set(watched.store.containers) == {"db", "later"}
    assert watched.states == [LinkState.UP, LinkState.STALE, LinkState.UP]
    assert watched.watcher.link.error is None


def test_a_sign_of_life_can_be_asked_for_again_and_again(
    http_engine: HttpEngine, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = watch()
    for _ in range(3):
        start = http_engine.count("GET /_ping")
        until(lambda: not watched.watcher._probing)
        watched.watcher.probe()
        http_engine.until(lambda start=start: http_engine.count("GET /_ping") == start + 1)  # type: ignore[misc]


def test_a_sign_of_life_can_be_asked_for_after_the_engine_died_meanwhile(
    http_engine: HttpEngine, watch: Watch
) -> None:
    watched = watch()
    http_engine.awake.clear()
    watched.watcher.probe()
    http_engine.until(lambda: http_engine.count("GET /_ping") == 2)
    http_engine.die()
    until(lambda: watched.watcher.link.state is LinkState.DOWN)
    http_engine.awake.set()
    http_engine.listen()
    watched.watcher.retry_now()
    until(watched.is_up)
    start = http_engine.count("GET /_ping")
    watched.watcher.probe()
    http_engine.until(lambda: http_engine.count("GET /_ping") > start)


def test_an_engine_that_dies_is_down_and_found_again_with_everything_listed(
    http_engine: HttpEngine, world: World, watch: Watch
) -> None:
    watched = watch()
    http_engine.die()
    until(lambda: watched.watcher.link.state is LinkState.DOWN)
    link = watched.watcher.link
    assert link.error is not None
    assert link.retry_at is not None
    assert link.retry_at - time.monotonic() <= 1
    assert link.ever_up
    assert set(watched.store.containers) == {"web", "db"}
    world.states = {"reborn": "running"}
    http_engine.listen()
    watched.watcher.retry_now()
    until(watched.is_up)
    assert set(watched.store.containers) == {"reborn"}
    start = len(http_engine.asked)
    http_engine.emit("container", "start", "reborn")
    http_engine.until(lambda: len(http_engine.asked) > start)


def test_an_engine_that_dies_in_the_middle_of_an_event_breaks_nothing(
    http_engine: HttpEngine, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    loose: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", loose.append)
    watched = watch()
    http_engine.send(b'{"Type')
    http_engine.send(b"")
    until(lambda: LinkState.DOWN in watched.states)
    watched.watcher.retry_now()
    until(watched.is_up)
    assert loose == []


def test_the_next_try_can_be_had_at_once(http_engine: HttpEngine, watch: Watch) -> None:
    http_engine.die()
    watched = watch("tcp://127.0.0.1:1", wait=False)
    # from the fourth try on a remote endpoint is waited for longer than this test may take
    for tries in range(4):
        until(lambda tries=tries: len([link for link in watched.links if link.retry_at]) > tries)  # type: ignore[misc]
        watched.watcher.retry_now()
    waits = [link.retry_at - time.monotonic() for link in watched.links if link.retry_at]
    assert waits[-1] > 3
    assert watched.states == [LinkState.DOWN]
    assert not watched.watcher.link.ever_up


def test_a_remote_endpoint_is_tried_ever_more_slowly_up_to_half_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = Watched("tcp://127.0.0.1:1")
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 7:
            watched.watcher._closed.set()

    monkeypatch.setattr(watched.watcher, "_pause", pause)
    watched.watcher._live()
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_refused_list_is_asked_for_again(
    http_engine: HttpEngine, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "ASK_AGAIN_SECONDS", 0.1)
    watched = watch()
    http_engine.answers["GET /containers/json"] = Reply({"message": "starting"}, 500)
    start = len(http_engine.asked)
    http_engine.emit("container", "start", "web")
    http_engine.until(lambda: len(http_engine.asked) > start)
    world.states["after"] = "running"
    http_engine.answers["GET /containers/json"] = world.answer
    until(lambda: "after" in watched.store.containers)
    assert watched.states == [LinkState.UP]


def test_an_answer_that_refuses_the_ping_ends_the_silence(
    http_engine: HttpEngine, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "SILENCE_SECONDS", 0.1)
    watched = watch()
    good = http_engine.answers["GET /_ping"]
    http_engine.awake.clear()
    watched.watcher.probe()
    until(lambda: watched.watcher.link.state is LinkState.STALE)
    start = len(http_engine.asked)
    for what in ("GET /_ping", *LISTS):
        http_engine.answers[what] = Reply(b"bad gateway", 502)
    http_engine.awake.set()
    until(lambda: watched.watcher.link.state is LinkState.DOWN)
    # those that were under way, and not a flood of them
    assert since(http_engine, start).count("GET /_ping") < 20
    http_engine.answers["GET /_ping"] = good


@pytest.mark.parametrize("moment", ["up", "silent", "down"])
def test_closing_ends_the_threads_at_once(http_engine: HttpEngine, watch: Watch, moment: str) -> None:
    before = set(threading.enumerate())
    watched = watch()
    ours = [t for t in set(threading.enumerate()) - before if t.name in ("watcher", "events")]
    assert len(ours) == 2
    if moment == "silent":
        http_engine.awake.clear()
    if moment == "down":
        http_engine.die()
        until(lambda: watched.watcher.link.state is LinkState.DOWN)
    start = time.monotonic()
    watched.watcher.close()
    watched.watcher.close()
    for thread in ours:
        thread.join(2)
    assert not any(thread.is_alive() for thread in ours)
    assert time.monotonic() - start < 0.5
