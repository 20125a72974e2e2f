"""The order in which the lines of several logs are given out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tui.engine.log_merge import HELD_CHARACTERS, HELD_LINES, MOST, PATIENCE, SILENCE, Merger
from tui.engine.logs import LogLine


def line(at: int, source: int = 0, text: str = "") -> LogLine:
    return LogLine(1, text or f"{source}@{at}", at, source)


def live(*sources: int) -> Merger:
    """Logs that are caught up, and silent."""
    merger = Merger()
    for source in sources:
        merger.join(source, 0.0, caught_up=True)
    return merger


def drain(merger: Merger, now: float) -> list[LogLine]:
    taken = []
    while some := merger.take(now):
        assert len(some) <= MOST
        taken += some
    return taken


def test_one_log_alone_is_given_out_at_once_in_its_own_order() -> None:
    merger = live(0)
    lines = [line(5), line(3), line(0), line(9)]
    merger.put(0, lines, 1.0)
    assert merger.wait(1.0) == 0
    assert merger.take(1.0) == lines
    assert merger.drained(0)
    assert merger.wait(1.0) is None


def test_a_line_waits_until_the_other_log_has_told_a_later_one() -> None:
    merger = live(0, 1)
    merger.put(1, [line(1, 1)], 0.0)
    merger.put(0, [line(4)], 0.0)
    assert merger.take(0.0) == [line(1, 1)]
    assert merger.take(0.1) == []
    merger.put(1, [line(3, 1), line(5, 1)], 0.1)
    assert merger.take(0.1) == [line(3, 1), line(4)]


def test_a_line_waits_no_longer_than_the_other_log_is_silent() -> None:
    merger = live(0, 1)
    merger.put(1, [line(1, 1)], 0.0)
    merger.put(0, [line(4)], 0.0)
    drain(merger, 0.0)
    assert merger.wait(0.0) == SILENCE
    assert merger.take(SILENCE) == [line(4)]


def test_a_log_that_ended_is_not_waited_for() -> None:
    merger = live(0, 1)
    merger.put(1, [line(1, 1)], 0.0)
    merger.put(0, [line(4)], 0.0)
    merger.end(1)
    assert not merger.drained(1)
    assert drain(merger, 0.0) == [line(1, 1), line(4)]
    assert merger.drained(1)


def test_what_was_there_before_is_waited_for_longer_than_silence() -> None:
    merger = Merger()
    merger.join(0, 0.0)
    merger.join(1, 0.0)
    merger.put(0, [line(4)], 0.0)
    assert merger.take(SILENCE * 2) == []
    merger.put(1, [line(2, 1)], 1.0)
    assert merger.take(1.0) == [line(2, 1)]
    merger.catch_up(1)
    assert merger.take(1.0) == [line(4)]


def test_a_log_that_does_not_come_is_given_up() -> None:
    merger = Merger()
    merger.join(0, 0.0)
    merger.join(1, 0.0)
    merger.put(0, [line(4)], 0.0)
    assert merger.wait(0.0) == PATIENCE
    assert merger.take(PATIENCE) == [line(4)]


def test_the_last_lines_are_the_last_of_all_logs_together() -> None:
    merger = Merger(last=3)
    merger.join(0, 0.0)
    merger.join(1, 0.0)
    merger.put(0, [line(1), line(8), line(9)], 0.0)
    assert merger.take(0.0) == []
    merger.catch_up(0)
    merger.put(1, [line(2, 1), line(3, 1), line(4, 1)], 0.0)
    assert merger.take(0.0) == []
    merger.catch_up(1)
    assert drain(merger, 0.0) == [line(4, 1), line(8), line(9)]
    merger.put(0, [line(10)], 1.0)
    assert merger.take(1.0 + SILENCE) == [line(10)]


def test_lines_of_one_time_are_not_cut_apart() -> None:
    merger = Merger(last=2)
    merger.join(0, 0.0)
    merger.put(0, [line(1), line(5), line(5), line(6)], 0.0)
    merger.catch_up(0)
    assert drain(merger, 0.0) == [line(6)]


def test_a_log_far_ahead_waits() -> None:
    merger = live(0, 1)
    merger.put(0, [line(at) for at in range(HELD_LINES)], 0.0)
    assert merger.full(0)
    assert not merger.full(1)
    drain(merger, 0.0)
    assert not merger.full(0)
    merger.put(0, [line(HELD_LINES, text="x" * HELD_CHARACTERS)], 0.0)
    assert merger.full(0)


Steps = list[tuple[int, list[int]]]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 9), max_size=6)), max_size=40),
    st.booleans(),
)
def test_any_interleaving_loses_and_doubles_nothing_and_keeps_each_logs_order(
    steps: Steps, jumping: bool
) -> None:
    merger = live(0, 1, 2, 3)
    told: dict[int, list[LogLine]] = {source: [] for source in range(4)}
    taken: list[LogLine] = []
    now = 0.0
    for number, (source, times) in enumerate(steps):
        lines = [line(at, source, f"{number}.{place}") for place, at in enumerate(times)]
        told[source] += lines
        merger.put(source, lines, now)
        taken += merger.take(now)
        now += 0.15 if jumping else 0.0
    for source in told:
        merger.end(source)
    taken += drain(merger, now)
    assert {source: [each for each in taken if each.source == source] for source in told} == told


@given(st.lists(st.lists(st.integers(0, 50), max_size=20), min_size=1, max_size=4), st.data())
def test_logs_that_are_all_heard_come_out_in_order_of_time(
    times: list[list[int]], data: st.DataObject
) -> None:
    merger = Merger()
    for source in range(len(times)):
        merger.join(source, 0.0)
    left: list[Sequence[int]] = [sorted(one) for one in times]
    taken: list[LogLine] = []
    while any(left):
        source = data.draw(st.sampled_from([source for source, one in enumerate(left) if one]))
        count = data.draw(st.integers(1, len(left[source])))
        merger.put(source, [line(at, source) for at in left[source][:count]], 0.0)
        left[source] = left[source][count:]
        if not left[source]:
            merger.end(source)
        taken += merger.take(0.0)
    for source in range(len(times)):
        merger.end(source)
    taken += drain(merger, 0.0)
    assert all(one.at <= other.at for one, other in pairwise(taken))
    assert len(taken) == sum(map(len, times))
