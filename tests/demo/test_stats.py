"""Statistics of the demo Engine: the figures in them, and when frames come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import docker
import pytest
from docker.errors import APIError

from tui.demo import DemoEngine, stats
from tui.demo.world import FIXED_NOW
from tui.engine.figures import Figure
from tui.engine.stats import figure_of

JSON = dict[str, Any]


class Clock:
    def __init__(self) -> None:
        self.now = FIXED_NOW

    def __call__(self) -> float:
        return self.now


def figures(engine: DemoEngine, name: str, seconds: int = 600) -> list[Figure]:
    """One a second from now on."""
    container, before, found = engine.world.container(name), None, []
    for second in range(seconds):
        at = FIXED_NOW + second
        answer = stats.frame(engine.world, container, at, at - 1)
        figure = figure_of(answer, before, at)
        assert figure is not None
        found.append(figure)
        before = answer
    return found


def stream(api: docker.APIClient, name: str) -> Iterator[JSON]:
    return api.stats(name, decode=True, stream=True)  # type: ignore[no-any-return]


def running(engine: DemoEngine) -> list[str]:
    return [one.name for one in engine.world.containers.values() if one.status == "running"]


def test_figures_are_within_what_a_container_may_use(engine: DemoEngine) -> None:
    for name in running(engine):
        container = engine.world.container(name)
        most = container.host["NanoCpus"] / 1e9 * 100 or stats.CPUS * 100
        for figure in figures(engine, name):
            assert figure.cpu is not None
            assert 0 <= figure.cpu <= most + 0.1, name
            assert 0 < figure.memory <= figure.memory_limit == (container.host["Memory"] or stats.MEMORY), (
                name
            )
            assert figure.pids >= 1


def test_counters_only_grow(engine: DemoEngine) -> None:
    for name in running(engine):
        for earlier, later in pairwise(figures(engine, name)):
            assert None not in (later.received_rate, later.sent_rate, later.read_rate, later.written_rate), (
                name
            )
            assert later.received >= earlier.received


def test_each_sort_of_service_has_a_life_of_its_own(engine: DemoEngine) -> None:
    web = [figure.cpu or 0 for figure in figures(engine, "shop-app-1")]
    assert max(web) > 3 * min(web) > 0, "a web server has tides"
    job = [figure.cpu or 0 for figure in figures(engine, "shop-worker-1")]
    assert max(job) > 40, "a job works in bursts"
    assert sum(cpu < 1 for cpu in job) > len(job) / 2
    memory = [figure.memory for figure in figures(engine, "shop-db-1", 1200)[::90]]
    grown = sum(later > earlier for earlier, later in pairwise(memory))
    assert grown >= len(memory) - 2, "a database takes more and more, and gives it back at once"
    assert {figure.cpu for figure in figures(engine, "scratchpad")} == {0.0}
    assert figures(engine, "shop-app-1", 3) != figures(engine, "shop-app-2", 3)


def test_the_same_moment_has_the_same_figures() -> None:
    def told(seed: int) -> list[Figure]:
        return figures(DemoEngine(seed=seed, clock=lambda: FIXED_NOW), "shop-app-1", 3)

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_a_stream_begins_with_a_whole_figure_and_goes_on_each_second(
    connect: Callable[[DemoEngine], docker.APIClient],
) -> None:
    clock = Clock()
    with DemoEngine(clock=clock) as engine:
        api = connect(engine)
        frames = stream(api, "shop-app-1")
        first, second = next(frames), next(frames)
        assert "system_cpu_usage" not in first["precpu_stats"]
        assert first["preread"] == "0001-01-01T00:00:00Z"
        assert second["precpu_stats"] == first["cpu_stats"]
        assert (first["read"], second["read"]) == ("2025-06-15T15:06:39Z", "2025-06-15T15:06:40Z")
        engine.nudge()  # at the same moment: nothing more is told
        clock.now += 2.5
        engine.nudge()
        third = next(frames)
        assert (third["preread"], third["read"]) == ("2025-06-15T15:06:40Z", "2025-06-15T15:06:42.5Z")
        frames.close()


def test_a_container_that_stops_is_told_of_without_figures_until_it_is_removed(
    connect: Callable[[DemoEngine], docker.APIClient],
) -> None:
    clock = Clock()
    with DemoEngine(clock=clock) as engine:
        api = connect(engine)
        frames = stream(api, "shop-cache-1")
        next(frames), next(frames)
        api.stop("shop-cache-1")
        clock.now += 1
        engine.nudge()
        stopped = next(frames)
        assert (stopped["read"], stopped["memory_stats"]) == ("0001-01-01T00:00:00Z", {})
        assert figure_of(stopped, None, FIXED_NOW) is None
        api.remove_container("shop-cache-1")
        assert list(frames) == []
        assert api.ping(), "the stream ended by itself, not because the deadline cut it"


def test_a_pause_takes_no_processor(api: docker.APIClient, engine: DemoEngine) -> None:
    api.pause("shop-app-1")
    assert {figure.cpu for figure in figures(engine, "shop-app-1", 60)[1:]} == {0.0}


def test_once_is_with_the_second_before_and_one_shot_without(api: docker.APIClient) -> None:
    once = api.stats("shop-app-1", stream=False)
    assert once["preread"] == "2025-06-15T15:06:39Z"
    shot = api.stats("shop-app-1", stream=False, one_shot=True)
    assert shot["cpu_stats"] == once["cpu_stats"]
    assert "system_cpu_usage" not in shot["precpu_stats"]


def test_a_stream_of_one_shot_and_of_nobody_is_refused(api: docker.APIClient) -> None:
    answer = api._get(api._url("/containers/shop-app-1/stats"), params={"stream": 1, "one-shot": 1})
    assert answer.status_code == 400
    assert json.loads(answer.content)["message"] == "cannot have stream=true and one-shot=true"
    with pytest.raises(APIError, match="No such container: nobody"):
        api.stats("nobody", stream=False)
