"""Statistics as columns of the containers pane: whose are wanted when, and what stands in the cells."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.geometry import Region

from tests.metered import Meters, figure
from tests.stage import Stage, staged
from tui.app import WharfApp
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.endpoint import Endpoint
from tui.engine.figures import Readings, Trace
from tui.engine.link import LinkState
from tui.panes.figures import MARKS, cpu_words, mebibytes, trend
from tui.panes.pane import KindPane
from tui.settings import Choices, Settings
from tui.terminal import Terminal
from widgets.ascii import Ascii

SMALL = (120, 12)
"""Fewer lines than there are containers."""


def kept(folder: Path) -> Choices:
    """The choices of somebody who had statistics switched on the last time."""
    return Choices(folder / "choices.json", {"containers.stats": True})


async def shown(stage: Stage) -> Meters:
    """Statistics switched on, with figures as the test gives them."""
    meters = Meters(stage.engine)
    await stage.press("u")
    await stage.until(lambda: bool(meters.wanted))
    return meters


def running(stage: Stage, names: Iterable[str]) -> list[str]:
    return [name for name in names if stage.state(name) in ("running", "paused")]


def row(stage: Stage, name: str) -> str:
    return next((line for line in stage.lines if f" {name} " in line), "")


# On and off


async def test_u_shows_statistics_and_hides_them_and_it_is_kept(stage: Stage) -> None:
    meters = await shown(stage)
    assert all(title in stage.lines[2] for title in ("CPU", "MEM", "MEM %", "NET I/O"))
    assert json.loads(stage.choices.read_text()) == {"containers.stats": True}
    meters.read({"shop-db-1": figure()})
    await stage.until(lambda: "0.35%" in row(stage, "shop-db-1"))
    assert "12.3MiB" in row(stage, "shop-db-1")
    assert "1.20%" in row(stage, "shop-db-1")
    assert "1.2kB / 648B" in row(stage, "shop-db-1")
    await stage.press("u")
    assert "CPU" not in stage.lines[2]
    assert meters.wanted == []
    assert json.loads(stage.choices.read_text()) == {"containers.stats": False}


async def test_the_demo_engine_tells_figures(stage: Stage) -> None:
    await stage.press("u")
    await stage.until(lambda: "%" in row(stage, "shop-db-1") and "MiB" in row(stage, "shop-db-1"))


async def test_the_command_does_what_the_key_does_from_any_pane(stage: Stage) -> None:
    meters = Meters(stage.engine)
    await stage.press("2")
    await stage.until(lambda: stage.app.focused is stage.table)
    await stage.press("colon")
    await stage.type("container stats")
    await stage.press("enter")
    await stage.until(lambda: "CPU" in stage.lines[2] and bool(meters.wanted))
    await stage.press("1")
    await stage.until(lambda: "docker stats" in stage.bar("line"))


async def test_at_the_very_first_start_no_figure_is_asked_for(stage: Stage) -> None:
    meters = Meters(stage.engine)
    stage.engine._tell(Readings(frozenset(stage.table.keys)))
    await stage.press("j", "k")
    assert (meters.wants, meters.looked) == ({}, 0)


async def test_what_was_shown_the_last_time_is_shown_again(tmp_path: Path) -> None:
    async with staged(tmp_path, choices=kept(tmp_path)) as stage:
        assert "CPU" in stage.lines[2]
        await stage.until(lambda: "%" in row(stage, "shop-db-1"))


@pytest.mark.parametrize("terminal", [Terminal(remote=True), Terminal(slow=True)])
async def test_on_a_slow_line_a_start_is_without_figures(tmp_path: Path, terminal: Terminal) -> None:
    stage = Stage(tmp_path)
    stage.app = WharfApp(stage.engine, Settings(), kept(tmp_path), clock=lambda: FIXED_NOW, terminal=terminal)
    try:
        async with stage.app.run_test(size=(120, 34)) as pilot:
            await stage.enter(pilot)
            assert "CPU" not in stage.lines[2]
            await stage.press("u")
            assert "CPU" in stage.lines[2]
    finally:
        stage.close()


@pytest.mark.parametrize(("width", "titles"), [(80, ["NAME", "STATE", "CPU", "MEM"]), (160, ["TREND"])])
async def test_the_essential_columns_stay(tmp_path: Path, width: int, titles: list[str]) -> None:
    async with staged(tmp_path, (width, 24)) as stage:
        await shown(stage)
        assert all(title in stage.lines[2] for title in titles)


# Whose figures are wanted


async def test_figures_of_the_running_rows_in_view_are_wanted_and_of_no_others(tmp_path: Path) -> None:
    async with staged(tmp_path, SMALL) as stage:
        meters = await shown(stage)
        near = stage.names[: len(stage.table.in_view) + 1]
        assert len(near) < len(stage.names)
        assert meters.wanted == running(stage, near)
        await stage.press("G")
        await stage.until(lambda: set(meters.wanted) == set(running(stage, stage.names[-len(near) :])))
        await stage.press("slash")
        await stage.type("cache")
        await stage.until(lambda: meters.wanted == ["shop-cache-1"])
        await stage.press("escape")
        await stage.press("g")
        await stage.until(lambda: meters.wanted == running(stage, near))


async def test_a_row_that_is_only_near_does_not_make_the_others_take_turns(tmp_path: Path) -> None:
    async with staged(tmp_path, SMALL) as stage:
        view = [stage.pane.models[key].name for key in stage.table.in_view]
        stage.engine.stats_at_once = len(running(stage, view))
        assert running(stage, stage.names[len(view) : len(view) + 1])
        meters = await shown(stage)
        assert meters.wanted == running(stage, view)


async def test_a_container_that_stops_is_wanted_no_more_and_shows_a_dash(stage: Stage) -> None:
    meters = await shown(stage)
    meters.read({"shop-db-1": figure()})
    await stage.until(lambda: "0.35%" in row(stage, "shop-db-1"))
    stage.docker.stop("shop-db-1")
    await stage.until(lambda: "shop-db-1" not in meters.wanted)
    assert "0.35%" not in row(stage, "shop-db-1")
    assert "–" in row(stage, "shop-db-1")


async def test_out_of_view_nothing_is_wanted(tmp_path: Path) -> None:
    async with staged(tmp_path, (100, 30)) as stage:
        meters = await shown(stage)
        wanted = meters.wanted
        # another pane, a screen on top, the detail in the table's place
        for away, back in (("2", "1"), ("question_mark", "escape"), ("enter", "escape")):
            await stage.press(away)
            await stage.until(lambda: meters.wanted == [])
            await stage.press(back)
            await stage.until(lambda: meters.wanted == wanted)


async def test_while_another_program_has_the_terminal_nothing_is_wanted(stage: Stage) -> None:
    meters = await shown(stage)
    wanted = meters.wanted
    stage.app.app_suspend_signal.publish(stage.app)
    assert meters.wanted == []
    stage.app.app_resume_signal.publish(stage.app)
    assert meters.wanted == wanted


async def test_in_the_end_nothing_is_wanted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        meters = await shown(stage)
        meters.close = lambda: None  # type: ignore[method-assign]
    assert meters.wanted == []


async def test_of_all_hosts_each_is_asked_for_its_own(tmp_path: Path) -> None:
    with ExitStack() as ends:
        demo = DemoEngine(seed=1, clock=lambda: FIXED_NOW)
        ends.callback(demo.stop)
        endpoint = Endpoint(demo.start(), "other", "test")
        async with staged(tmp_path, (140, 50)) as stage:
            first = await shown(stage)
            stage.app.go(endpoint)
            await stage.until(lambda: first.wanted == [])
            other = stage.app.fleet.known(endpoint)
            assert other is not None
            await stage.until(lambda: other.link.state is LinkState.UP and bool(other.store.containers))
            second = Meters(other)
            stage.app.go_all()
            await stage.until(lambda: bool(stage.main.query(KindPane)) and len(stage.names) == 32)
            await stage.until(lambda: "CPU" in stage.lines[2])
            await stage.until(lambda: len(first.wanted) == len(second.wanted) == 11)
            second.read({"shop-db-1": figure(99.5)})
            await stage.until(lambda: "99.50%" in stage.text)
            lines = [line for line in stage.lines if "99.50%" in line]
            assert [line.split()[0] for line in lines] == ["other"]
            await stage.press("u")
            assert stage.dialog == "MainScreen"
            await stage.until(lambda: first.wanted == second.wanted == [])


# In order


async def test_sorted_by_a_figure_all_are_wanted_and_those_without_stand_last(tmp_path: Path) -> None:
    async with staged(tmp_path, SMALL) as stage:
        meters = await shown(stage)
        stage.pane.sort_by("cpu")
        everyone = running(stage, stage.names)
        await stage.until(lambda: sorted(meters.wanted) == sorted(everyone))
        view = [stage.pane.models[key].name for key in stage.table.in_view]
        seen = running(stage, view)
        assert meters.wanted[: len(seen)] == seen
        meters.read({"shop-db-1": figure(80.0), "shop-cache-1": figure(5.0), "scratchpad": figure(20.0)})
        await stage.until(lambda: stage.names[:3] == ["shop-db-1", "scratchpad", "shop-cache-1"])
        assert "by cpu ↓" in stage.bar("status")
        assert "CPU ↓" in stage.text
        await stage.press("O")
        assert stage.names[:3] == ["shop-cache-1", "scratchpad", "shop-db-1"]
        assert "by cpu ↑" in stage.bar("status")
        assert "CPU ↑" in stage.text
        await stage.press("u")
        assert "by name ↑" in stage.bar("status")


async def test_o_passes_the_trend_over_which_has_the_order_of_the_processors_use(stage: Stage) -> None:
    await shown(stage)
    seen = []
    for _ in range(5):
        await stage.press("o")
        seen.append(stage.pane.order.column)
    assert seen == ["state", "cpu", "mem", "mem %", "net i/o"]
    stage.pane.sort_by("trend")
    assert stage.pane.order.column == "net i/o"


async def test_who_sorts_from_the_first_row_stays_there_and_who_does_not_stays_on_the_container(
    stage: Stage,
) -> None:
    meters = await shown(stage)
    meters.read({"shop-db-1": figure(80.0), "shop-cache-1": figure(5.0)})
    await stage.until(lambda: "80.00%" in row(stage, "shop-db-1"))
    await stage.press("g", "o", "o")
    assert stage.pane.order.column == "cpu"
    assert (stage.current, stage.names[0]) == ("shop-db-1", "shop-db-1")
    await stage.press("j", "O")
    assert stage.current == "shop-cache-1"


async def test_the_order_is_renewed_every_two_seconds_and_the_cursor_stays(stage: Stage) -> None:
    meters = await shown(stage)
    now = FIXED_NOW
    stage.pane._clock = lambda: now
    stage.pane.sort_by("cpu")
    meters.read({"shop-db-1": figure(80.0), "shop-cache-1": figure(5.0)})
    await stage.until(lambda: stage.names[:2] == ["shop-db-1", "shop-cache-1"])
    await stage.go_to("shop-db-1")
    now += 1
    meters.read({"shop-db-1": figure(1.0, at=now)})
    await stage.until(lambda: "1.00%" in row(stage, "shop-db-1"))
    assert stage.names[:2] == ["shop-db-1", "shop-cache-1"]
    now += 1
    meters.read({"shop-cache-1": figure(6.0, at=now)})
    await stage.until(lambda: stage.names[:2] == ["shop-cache-1", "shop-db-1"])
    assert stage.current == "shop-db-1"


async def test_rows_that_look_the_same_keep_their_places(stage: Stage) -> None:
    meters = await shown(stage)
    stage.pane._clock = lambda: now
    now = FIXED_NOW
    stage.pane.sort_by("cpu")
    meters.read({"shop-db-1": figure(0.0041), "shop-cache-1": figure(0.0012)})
    await stage.until(lambda: "0.00%" in row(stage, "shop-cache-1"))
    before = stage.names
    now += 3
    meters.read({"shop-db-1": figure(0.0012, at=now), "shop-cache-1": figure(0.0041, at=now)})
    await stage.still()
    meters.read({"scratchpad": figure(7.0, at=now)})
    now += 3
    await stage.until(lambda: stage.names[0] == "scratchpad")
    assert [name for name in stage.names if name != "scratchpad"] == [
        name for name in before if name != "scratchpad"
    ]


# What is painted


async def test_only_the_rows_with_other_figures_are_painted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    meters = await shown(stage)
    meters.read({"shop-db-1": figure(1.0), "shop-cache-1": figure(2.0)})
    await stage.until(lambda: "1.00%" in stage.text)
    painted: list[Region] = []
    monkeypatch.setattr(stage.table, "refresh", lambda *regions, **more: painted.extend(regions))
    meters.read({"shop-db-1": figure(1.5), "shop-cache-1": figure(2.0)})
    await stage.until(lambda: bool(painted))
    assert [region.y for region in painted] == [stage.names.index("shop-db-1") + 1]


async def test_columns_stand_still(stage: Stage) -> None:
    meters = await shown(stage)
    titles = stage.lines[2]
    meters.read({"shop-db-1": figure(9.9, 900)})
    await stage.until(lambda: "9.90%" in stage.text)
    meters.read({"shop-db-1": figure(1610.1, 123_456_789)})
    await stage.until(lambda: "1610.10%" in stage.text)
    assert stage.lines[2] == titles


async def test_figures_say_how_old_they_are(stage: Stage) -> None:
    meters = await shown(stage)
    assert "…" in row(stage, "shop-db-1")
    now = FIXED_NOW
    stage.pane._clock = lambda: now
    meters.read({"shop-db-1": figure(0.35), "shop-cache-1": figure(None)})
    await stage.until(lambda: "0.35%" in row(stage, "shop-db-1"))
    assert "–" in row(stage, "shop-cache-1")
    tones = {}
    for seconds in (0, 6, 12):
        now = FIXED_NOW + seconds
        meters.read({"scratchpad": figure(at=now)})
        await stage.until(lambda: row(stage, "scratchpad").count("0.35%") == 1)
        await stage.still()
        ids = [one.id for one in stage.pane._columns]
        cells = dict(zip(ids, stage.pane._cells(stage.key("shop-db-1")), strict=True))
        tones[seconds] = (cells["cpu"].tone, cells["mem"].tone)
        assert cells["cpu"].text in row(stage, "shop-db-1")
    assert tones == {0: ("plain", "plain"), 6: ("dim", "dim"), 12: ("dim", "dim")}
    assert "0.35% 12s" in row(stage, "shop-db-1")


async def test_figures_grow_old_when_none_come(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.panes.watch.AGE_SECONDS", 0.05)
    meters = await shown(stage)
    meters.read({"shop-db-1": figure(0.35)})
    await stage.until(lambda: "0.35%" in row(stage, "shop-db-1"))
    stage.pane._clock = lambda: FIXED_NOW + 75
    await stage.until(lambda: "0.35% 1m" in row(stage, "shop-db-1"))


async def test_a_row_that_comes_into_view_again_says_at_once_how_old_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.panes.watch.AGE_SECONDS", 600.0)
    async with staged(tmp_path, SMALL) as stage:
        meters = await shown(stage)
        meters.read({"metrics-grafana-1": figure()})
        await stage.until(lambda: "0.35%" in stage.text)
        await stage.press("G")
        stage.pane._clock = lambda: FIXED_NOW + 20
        await stage.press("g")
        assert "0.35% 20s" in row(stage, "metrics-grafana-1")


async def test_turns_are_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.engine.stats_at_once = 3
        meters = Meters(stage.engine)
        meters.turns = True
        await stage.press("u")
        await stage.until(lambda: "statistics in turns: 3 of 11 at once" in stage.bar("status"))
        meters.turns = False
        stage.docker.stop("shop-db-1")
        await stage.until(lambda: "turns" not in stage.bar("status"))


@pytest.mark.parametrize(
    ("cpu", "seconds", "words"),
    [
        (None, 0, "–"),
        (0.0, 1, "0.00%"),
        (9.999, 9.9, "10.00%"),
        (0.35, 12.9, "0.35% 12s"),
        (12.345, 12, "12.3% 12s"),
        (200.04, 59, "200% 59s"),
        (1600.0, 60, "1600% 1m"),
        (None, 7200, "– 99m"),
    ],
)
def test_words_for_the_processor(cpu: float | None, seconds: float, words: str) -> None:
    assert cpu_words(cpu, seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0B"), (648, "648B"), (409_600, "400KiB"), (12_900_000, "12.3MiB"), (2**30, "1GiB")],
)
def test_memory_is_written_as_docker_stats_writes_it(count: int, words: str) -> None:
    assert mebibytes(count) == words


def test_the_marks_of_a_trend_can_be_told_apart_in_ascii() -> None:
    (painted,) = Ascii().apply([Segment(MARKS)], Color(0, 0, 0))
    assert painted.text.isascii()
    assert len(set(painted.text)) == len(MARKS)


def test_a_trend_has_a_mark_for_each_quarter_of_a_minute() -> None:
    trace = Trace()
    assert trend(trace) == ""
    start = FIXED_NOW // 15 * 15
    for second in range(46):
        trace.add(figure((0.0, 40.0, 99.0, 50.0)[second // 15], at=start + second))
    assert trend(trace) == "▁▄█▅"
    trace.add(figure(0.0, at=start + 600))
    assert trend(trace) == "▁"
