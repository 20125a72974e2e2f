"""What frames of statistics say, as `docker stats` computes it."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.stats_frames import CGROUP_1, CGROUP_2, NO_CPU, NOT_RUNNING, WINDOWS, later
from tui.engine.figures import KEPT, SERIES, Figure, Trace
from tui.engine.stats import figure_of

JSON = dict[str, Any]
NOW = 1_750_000_000.0
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def figure(answer: JSON, before: JSON | None = None) -> Figure:
    found = figure_of(answer, before, NOW)
    assert found is not None
    return found


def changed(answer: JSON, path: str, value: Any) -> JSON:
    """The frame with something else at a path such as "cpu_stats.online_cpus"."""
    made = copy.deepcopy(answer)
    *above, last = path.split(".")
    place = made
    for name in above:
        place = place[name]
    place[last] = value
    return made


@pytest.mark.parametrize("answer", [CGROUP_1, CGROUP_2], ids=["cgroup 1", "cgroup 2"])
def test_a_frame_says_what_docker_stats_says(answer: JSON) -> None:
    assert figure(answer) == Figure(
        at=NOW,
        cpu=50.0,
        memory=3_000_000,
        memory_limit=25_276_510_208,
        received=1_000,
        sent=50,
        read=8_192,
        written=1_024,
        pids=3,
        cores=(20.0, 30.0) if answer is CGROUP_1 else (),
    )


def test_the_first_frame_has_no_processor_figure() -> None:
    first = figure({**CGROUP_1, "precpu_stats": NO_CPU})
    assert (first.cpu, first.cores) == (None, ())
    assert first.memory == 3_000_000


def test_without_online_cpus_the_cores_are_counted() -> None:
    told = changed(CGROUP_1, "cpu_stats.online_cpus", 0)
    assert figure(told).cpu == 100.0
    del told["cpu_stats"]["online_cpus"]
    assert figure(told).cpu == 100.0


def test_a_processor_counter_that_went_back_gives_no_figure() -> None:
    began_anew = figure(changed(CGROUP_1, "cpu_stats.cpu_usage.total_usage", 5))
    assert began_anew.cpu is None
    assert figure(changed(CGROUP_1, "cpu_stats.cpu_usage.percpu_usage", [5, 0])).cores == ()
    assert figure(changed(CGROUP_1, "cpu_stats.system_cpu_usage", 71_555_260_000_000)).cpu is None


def test_an_idle_container_takes_nothing_of_the_processor() -> None:
    assert (
        figure({**CGROUP_2, "cpu_stats": {**CGROUP_2["precpu_stats"], "system_cpu_usage": 10**15}}).cpu == 0
    )


@pytest.mark.parametrize(
    ("stats", "used"),
    [
        ({"total_inactive_file": 2_000_000, "inactive_file": 1}, 3_000_000),
        ({"inactive_file": 2_000_000}, 3_000_000),
        ({"inactive_file": 5_000_001}, 5_000_000),
        ({"inactive_file": 0}, 5_000_000),
        ({}, 5_000_000),
        (None, 5_000_000),
    ],
)
def test_the_file_cache_is_no_memory_in_use(stats: JSON | None, used: int) -> None:
    assert figure(changed(CGROUP_1, "memory_stats.stats", stats)).memory == used


def test_rates_are_of_the_time_between_two_frames() -> None:
    after = later(CGROUP_1, seconds=2, rx_bytes=3_000, tx_bytes=500)
    after["blkio_stats"]["io_service_bytes_recursive"][0]["value"] += 1_024
    rates = figure(after, CGROUP_1)
    assert rates.received_rate == pytest.approx(1_500)
    assert rates.sent_rate == pytest.approx(250)
    assert rates.read_rate == pytest.approx(512)
    assert rates.written_rate == 0
    assert figure(CGROUP_1).received_rate is None


def test_a_counter_that_went_back_has_no_rate() -> None:
    after = figure(later(CGROUP_1, rx_bytes=-900), CGROUP_1)
    assert (after.received_rate, after.sent_rate) == (None, 0)


def test_frames_read_at_one_time_have_no_rates() -> None:
    assert figure(CGROUP_1, CGROUP_1).received_rate is None


def test_nothing_is_told_of_a_container_that_does_not_run() -> None:
    assert figure_of(NOT_RUNNING, CGROUP_1, NOW) is None
    assert figure_of({}, None, NOW) is None


def test_a_container_that_runs_again_has_no_rates_yet() -> None:
    assert figure(CGROUP_1, NOT_RUNNING).received_rate is None


def test_what_a_frame_leaves_out_is_nothing() -> None:
    bare = figure({"read": CGROUP_1["read"], "cpu_stats": {"cpu_usage": {"total_usage": 1}}})
    assert bare == Figure(NOW, None, 0, 0, 0, 0, 0, 0, 0)


def test_podmans_processor_figure_is_of_the_time_between_its_readings() -> None:
    podman = changed(CGROUP_1, "cpu_stats.cpu", 29.0)
    podman["preread"] = "2026-11-24T15:21:35.994908329Z"
    podman["cpu_stats"]["system_cpu_usage"] = 71_555_760_000_000
    assert figure(podman).cpu == pytest.approx(100)
    assert figure(podman).cores == pytest.approx((40, 60))
    podman["preread"] = "2026-11-24T15:21:36.490908329Z"
    assert (figure(podman).cpu, figure(podman).cores) == (None, ())


def test_windows_frames_do_no_harm() -> None:
    assert figure(WINDOWS).received == 5


@given(
    st.sampled_from(["", "cpu_stats.", "precpu_stats.", "memory_stats.", "cpu_stats.cpu_usage."]), st.data()
)
def test_whatever_stands_in_a_frame_is_read(where: str, data: st.DataObject) -> None:
    place = CGROUP_1
    for name in where.split(".")[:-1]:
        place = place[name]
    key = data.draw(st.sampled_from(sorted(place)))
    odd = changed(CGROUP_1, where + key, data.draw(VALUES))
    figure_of(odd, CGROUP_1, NOW)
    figure_of(CGROUP_1, odd, NOW)


def reading(number: int, **more: Any) -> Figure:
    return Figure(NOW + number, float(number), 1 << 30, 1 << 31, 0, 0, 0, 0, 7)._replace(**more)


def test_a_trace_keeps_fifteen_minutes_and_not_much_more() -> None:
    trace = Trace()
    for number in range(3 * KEPT):
        trace.add(reading(number, cores=(1.0, 99.6)))
    assert KEPT <= len(trace.times) <= KEPT * 1.1
    assert trace.times[-1] == NOW + 3 * KEPT - 1
    assert list(trace.times) == [NOW + cpu for cpu in trace.series("cpu")]
    assert {len(trace.series(name)) for name in SERIES} == {len(trace.times)}
    assert [set(core) for core in trace.cores] == [{1}, {100}]
    assert {len(core) for core in trace.cores} == {len(trace.times)}
    assert trace.memory_limit == 1 << 31


def test_what_a_reading_lacks_is_a_gap() -> None:
    trace = Trace()
    trace.add(reading(0, cpu=None))
    trace.add(reading(1, cores=(50.0,)))
    trace.add(reading(2, received_rate=4.0))
    assert [math.isnan(value) for value in trace.series("cpu")] == [True, False, False]
    assert [math.isnan(value) for value in trace.series("received_rate")] == [True, True, False]
    (core,) = trace.cores
    assert [math.isnan(value) for value in core] == [True, False, True]


def test_a_copy_of_a_trace_stands_still() -> None:
    trace = Trace()
    trace.add(reading(0, cores=(1.0,)))
    copied = trace.copy()
    trace.add(reading(1, cores=(1.0,)))
    assert (len(copied.times), len(copied.series("pids")), len(copied.cores[0])) == (1, 1, 1)
