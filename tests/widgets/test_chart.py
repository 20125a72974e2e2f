"""Charts: their scales, and the cells that are drawn."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from widgets.chart import Chart, Limit, Plot, Series
from widgets.chart_canvas import UNKNOWN, area, columns, scale, trail
from widgets.text import shown
from widgets.trails import Paths, Trails

NOW = 1000.0


def percent(value: float) -> str:
    return f"{value:g} %"


class Host(App[None]):
    """One widget, as large as the screen."""

    CSS = "Chart, Trails { height: 1fr; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


@asynccontextmanager
async def hosted(widget: Widget, width: int, height: int) -> AsyncIterator[Pilot[None]]:
    async with Host(widget).run_test(size=(width, height)) as pilot:
        await pilot.pause()
        yield pilot


async def resized(pilot: Pilot[None], widget: Widget, width: int, height: int) -> None:
    await pilot.resize_terminal(width, height)
    end = time.monotonic() + 10
    while widget.size != (width, height):
        assert time.monotonic() < end, "it never had that size"
        await pilot.pause(0.005)


def painted(widget: Widget) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


def plot(values: Sequence[float], below: Sequence[float] | None = None, limit: float | None = None) -> Plot:
    """Readings a second apart, the last one now."""
    times = [NOW - len(values) + 1 + n for n in range(len(values))]
    return Plot(
        times,
        Series(shown("read"), values),
        Series(shown("written"), below) if below is not None else None,
        Limit(limit, shown(f"limit {limit:g}")) if limit is not None else None,
        span=60.0,
        now=NOW,
        begin=shown("1 min ago"),
    )


@pytest.mark.parametrize(
    ("most", "steps", "ticks"),
    [
        (37, 3, [0, 20, 40]),
        (100, 3, [0, 50, 100]),
        (101, 3, [0, 50, 100, 150]),
        (0.3, 1, [0, 0.5]),
        (2, 2, [0, 1, 2]),
    ],
)
def test_a_scale_ends_at_or_above_the_most_in_a_few_round_steps(
    most: float, steps: int, ticks: list[float]
) -> None:
    assert scale(most, steps).ticks == pytest.approx(ticks)


def test_a_scale_of_memory_has_powers_of_two() -> None:
    assert scale(300 * 2**20, 3, binary=True).ticks == (0, 128 * 2**20, 256 * 2**20, 384 * 2**20)


@given(st.floats(min_value=1e-6, max_value=1e300), st.integers(1, 3), st.booleans())
def test_every_scale_holds_its_most_and_wastes_little(most: float, steps: int, binary: bool) -> None:
    found = scale(most, steps, binary=binary)
    assert 2 <= len(found.ticks) <= steps + 1
    assert found.ticks[-1] == pytest.approx(found.top)
    assert min(most, 1e30) <= found.top * 1.0001 <= min(most, 1e30) * 2.6


def test_a_part_of_the_time_has_its_greatest_value_and_what_lies_between_two_readings() -> None:
    found = columns([991.0, 992.0, 996.0], [1.0, 5.0, 1.0], span=10, now=NOW - 0.5, count=5)
    assert found[:2] == [1.0, 5.0]  # the second reading begins the second part
    assert 1 < found[2] < 5
    assert found[3] == 1.0
    assert math.isnan(found[4])


def test_readings_far_apart_leave_a_gap_but_readings_that_are_rare_by_habit_do_not() -> None:
    often = [float(second) for second in (*range(941, 961), *range(981, 1001))]
    found = columns(often, [1.0] * 40, span=60, now=NOW, count=60)
    assert [math.isnan(value) for value in found[20:40]].count(True) >= 18
    rarely = [float(second) for second in range(800, 1001, 20)]
    assert not any(map(math.isnan, columns(rarely, [1.0] * 11, span=60, now=NOW, count=60)))


def test_a_line_moves_by_whole_cells_as_time_passes() -> None:
    times = [float(second) for second in range(100, 1001)]
    values = [float(second % 70) for second in range(901)]
    first = columns(times, values, span=300, now=1000.0, count=60)
    later = columns(times, values, span=300, now=1005.0, count=60)
    assert later[:-2] == first[1:-1]
    assert columns(times, values, span=300, now=1003.0, count=60) == first


def test_values_fill_cells_from_below_and_hang_from_above() -> None:
    assert area([0, 4, 8, 16, UNKNOWN], 16, 2) == ["   █ ", "▁▄██ "]
    assert area([0, 4, 8, 16, UNKNOWN], 16, 2, below=True) == ["▔▀██ ", "   █ "]
    assert trail([0, 50, 100, UNKNOWN], 100) == "▁▄█ "


async def test_a_chart_has_a_title_its_newest_value_a_scale_and_the_times() -> None:
    chart = Chart(shown("CPU"), percent)
    async with hosted(chart, 30, 6):
        chart.show(plot([50.0] * 10 + [100.0] * 10))
        assert painted(chart) == [
            "CPU                      100 %",
            "100 %┤                   █████",
            "     │                   █████",
            " 50 %┤               █████████",
            "  0 %┤               █████████",
            "     └ 1 min ago ───────── now",
        ]


async def test_two_series_share_a_scale_one_above_and_one_below() -> None:
    chart = Chart(shown("Disk"), percent)
    async with hosted(chart, 44, 8) as pilot:
        chart.show(plot([20.0] * 60, [10.0] * 60))
        head, *rows, foot = painted(chart)
        assert head == "Disk" + "▲ read 20 %  ▼ written 10 %".rjust(40)
        assert [row[:6] for row in rows] == [" 20 %┤", " 10 %┤", "  0 %┤", "     │", " 10 %┤", " 20 %┤"]
        assert [row[10] for row in rows] == list("████▀ ")
        assert foot.endswith(" now")
        await resized(pilot, chart, 24, 8)
        assert painted(chart)[0] == "Disk      ▲ 20 %  ▼ 10 %"


async def test_a_gap_is_empty_and_nothing_used_is_not() -> None:
    chart = Chart(shown("CPU"), percent)
    async with hosted(chart, 66, 6):
        given = plot([0.0] * 20 + [1.0] * 20 + [0.0] * 20)
        kept = [n for n in range(60) if not 20 <= n < 40]
        chart.show(
            given._replace(
                times=[given.times[n] for n in kept],
                above=Series(shown(""), [given.above.values[n] for n in kept]),
            )
        )
        assert painted(chart)[4].split("┤")[1] == "▁" * 20 + " " * 20 + "▁" * 20


async def test_a_limit_is_a_line_through_what_is_free_with_its_name() -> None:
    chart = Chart(shown("Memory"), percent)
    async with hosted(chart, 46, 7):
        chart.show(plot([30.0] * 10, limit=80))
        assert painted(chart)[1] == "100 %┤" + " " * 40
        assert painted(chart)[2] == "     │" + "┄" * 30 + " limit 80 "
        chart.show(plot([100.0] * 30, limit=80))
        row = painted(chart)[2][6:]
        assert row.startswith(" limit 80 ┄")
        assert row.endswith("┄████████████████████")


@pytest.mark.parametrize("values", [(), (UNKNOWN,), (3.0, UNKNOWN)])
async def test_what_is_not_known_is_a_dash(values: Sequence[float]) -> None:
    chart = Chart(shown("CPU"), percent)
    async with hosted(chart, 30, 6):
        chart.show(plot(values))
        assert painted(chart)[0] == "CPU" + " " * 26 + "–"


async def test_a_wide_title_is_cut_at_a_cell_and_never_read_as_markup() -> None:
    chart = Chart(shown("[red]処理装置の使用率\x1b]52;c;aGk=\x07"), percent)
    async with hosted(chart, 20, 4):
        chart.show(plot([5.0]))
        title = painted(chart)[0]
        assert title.startswith("[red]処理装")
        assert title.endswith(" 5 %")
        assert cell_len(title) == 20


async def test_only_cells_that_look_different_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = Chart(shown("CPU"), percent)
    async with hosted(chart, 30, 6):
        chart.show(plot([10.0] * 60))
        painted(chart)
        regions: list[tuple[object, ...]] = []
        monkeypatch.setattr(chart, "refresh", lambda *given, **options: regions.append(given))
        chart.show(plot([10.0] * 60))
        assert regions == []
        chart.show(plot([10.0] * 59 + [9.0]))
        assert [region.y for region in regions[0]] == [0]  # type: ignore[attr-defined]


async def test_a_chart_is_painted_anew_in_other_colours_and_sizes() -> None:
    chart = Chart(shown("CPU"), percent)
    async with hosted(chart, 30, 6) as pilot:
        chart.show(plot([10.0] * 60))
        before = chart.render_line(4)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert chart.render_line(4) != before
        await resized(pilot, chart, 40, 9)
        assert [len(line) for line in painted(chart)] == [40] * 9


anything = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.tuples(st.floats(-1e9, 1e9), anything, anything), max_size=30),
    st.booleans(),
    st.one_of(st.none(), st.floats(0, 1e300)),
    st.sampled_from([60.0, 900.0]),
    st.integers(0, 90),
    st.integers(0, 20),
)
def test_whatever_is_drawn_stays_inside(
    readings: list[tuple[float, float, float]],
    two: bool,
    limit: float | None,
    span: float,
    width: int,
    height: int,
) -> None:
    times = sorted(at for at, _, _ in readings)
    chart = Chart(shown("Title"), percent, binary=two)
    chart._plot = Plot(
        times,
        Series(shown("a"), [value for _, value, _ in readings]),
        Series(shown("b"), [value for _, _, value in readings]) if two else None,
        Limit(limit, shown("limit")) if limit is not None else None,
        span,
        times[-1] if times else 0.0,
        shown("before"),
    )
    lines = ["".join(text for text, _ in runs) for runs in chart.lines(width, height)]
    assert len(lines) == height
    if width > 12:
        assert {cell_len(line) for line in lines} <= {width}


def paths(cores: int, seconds: int = 60) -> Paths:
    times = [NOW - seconds + 1 + n for n in range(seconds)]
    return Paths(times, [[core * 10.0 % 101] * seconds for core in range(cores)], 60.0, NOW)


async def test_each_trail_has_a_row_where_there_are_enough() -> None:
    trails = Trails(shown("core"))
    async with hosted(trails, 40, 4):
        trails.show(paths(3), shown(""))
        assert painted(trails) == [
            f"core 0 {'▁' * 26}    0 %",
            f"core 1 {'▁' * 26}   10 %",
            f"core 2 {'▂' * 26}   20 %",
            " " * 40,
        ]


async def test_more_trails_than_rows_show_their_newest_values_and_count_the_rest() -> None:
    trails = Trails(shown("core"))
    async with hosted(trails, 40, 2):
        trails.show(paths(12), shown(""))
        first, second = painted(trails)
        assert first.split() == ["cores", "0", "▁", "0", "%", "1", "▁", "10", "%"]
        assert second.split() == ["2", "▂", "20", "%", "+9", "more"]


async def test_without_trails_a_word_says_why() -> None:
    trails = Trails(shown("core"))
    async with hosted(trails, 20, 1):
        trails.show(Paths(()), shown("the Engine does not tell of cores"))
        assert painted(trails) == ["the Engine does not…"]


@given(st.integers(0, 70), st.integers(0, 60), st.integers(0, 12))
def test_whatever_trails_there_are_none_is_drawn_outside(cores: int, width: int, height: int) -> None:
    trails = Trails(shown("core"))
    trails._paths = paths(cores, 3)
    for runs in [*trails.lines(width, height)][:height]:
        length = sum(cell_len(text) for text, _ in runs)
        assert width < 24 or length <= width + 2  # spaces behind the last value
