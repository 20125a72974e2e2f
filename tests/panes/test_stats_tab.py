"""The charts of what a container uses, and when the Engine is asked for figures."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen

from tests.panes.captured import NOW, named, store
from tests.panes.metered import Known
from tests.stage import staged
from tui.engine.figures import Figure
from tui.engine.models import Container
from tui.panes import stats_tab
from tui.panes.detail import Detail
from tui.panes.figures import measured
from tui.panes.stats_layout import arrange
from tui.panes.stats_words import percent, span_of, totals
from widgets.chart import Chart
from widgets.trails import Trails

MIB = 2**20


def figure(at: float, **more: Any) -> Figure:
    """A reading of a container that does about the same all the time."""
    usual = Figure(at, 12.3, 200 * MIB, 512 * MIB, 5_600_000, 1_400_000, 12_000_000, 4096, 23)
    rates = {"received_rate": 2000.0, "sent_rate": 500.0, "read_rate": 0.0, "written_rate": 4_000_000.0}
    return usual._replace(**{**rates, **more})


def readings(seconds: int, **more: Any) -> list[Figure]:
    """A reading a second until now."""
    return [figure(NOW - seconds + 1 + n, **more) for n in range(seconds)]


class Host(App[None]):
    """A detail of a container with known figures."""

    CSS = "Detail { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.store = store()
        self.db, self.sick = (named(self.store, f"shop-{name}") for name in ("db", "sick"))
        self.meters = Known({self.db.key: readings(90)})
        self.detail = Detail(self.store, clock=lambda: NOW)
        self.detail.engine = SimpleNamespace(  # type: ignore[assignment]
            meters=self.meters, link=SimpleNamespace(server=SimpleNamespace(memory=8 * 2**30))
        )

    def compose(self) -> ComposeResult:
        yield self.detail

    @property
    def screen_text(self) -> str:
        strips = self.screen_stack[0]._compositor.render_strips()
        return "\n".join("".join(part.text for part in strip) for strip in strips)


async def until(pilot: Pilot[Any], true: Callable[[], bool]) -> None:
    """Let the app go on until something is true; fails when it never is."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it never came true"
        await pilot.pause(0.005)


@asynccontextmanager
async def opened(
    host: Host, width: int = 80, height: int = 22, model: Container | None = None
) -> AsyncIterator[Pilot[None]]:
    """Its Stats tab."""
    async with host.run_test(size=(width, height)) as pilot:
        host.detail.show(model or host.db, None)
        host.detail.tab = "stats"
        await until(pilot, lambda: "docker stats" in host.screen_text)
        if measured(model or host.db):
            await until(pilot, lambda: bool(host.meters.wanted))
        await pilot.pause()
        yield pilot


async def test_charts_show_the_newest_figures_in_words() -> None:
    host = Host()
    async with opened(host) as _:
        text = host.screen_text
        assert "12 %" in text
        assert "200 MiB" in text
        assert "limit 512 MiB" in text
        assert "▲ in 2kB/s  ▼ out 500B/s" in text
        assert "▼ written 4MB/s" in text
        assert "2 min ago" in text
        assert "NET I/O 5.6MB / 1.4MB  BLOCK I/O 12MB / 4.1kB  PIDS 23" in text
        assert "docker stats shop-db" in text


async def test_while_another_program_has_the_terminal_no_figures_are_wanted() -> None:
    host = Host()
    async with opened(host) as _:
        host.app_suspend_signal.publish(host)
        assert host.meters.wanted[-1] == ()
        host.app_resume_signal.publish(host)
        assert host.meters.wanted[-1] == (host.db.id,)


async def test_figures_are_wanted_only_while_the_tab_is_open() -> None:
    host = Host()
    async with opened(host) as pilot:
        wanted = host.meters.wanted
        assert wanted[-1] == (host.db.key,)
        host.detail.tab = "overview"
        await until(pilot, lambda: wanted[-1] == ())
        host.detail.tab = "stats"
        await until(pilot, lambda: wanted[-1] == (host.db.key,))
        host.detail.show(host.sick, None)
        await until(pilot, lambda: wanted[-1] == (host.sick.key,))
        host.detail.show(None, None)
        await until(pilot, lambda: wanted[-1] == ())


async def test_nothing_is_wanted_before_the_tab_is_opened() -> None:
    host = Host()
    async with host.run_test() as pilot:
        host.detail.show(host.db, None)
        await pilot.pause()
        assert host.meters.wanted == []


async def test_a_screen_in_front_ends_the_wanting_and_one_that_lets_it_shine_through_does_not() -> None:
    host = Host()
    async with opened(host) as pilot:
        wanted = host.meters.wanted
        await host.push_screen(ModalScreen[None]())
        await pilot.pause()
        assert wanted[-1] == (host.db.key,)
        await host.push_screen(Screen[None]())
        await until(pilot, lambda: wanted[-1] == ())
        await host.pop_screen()
        await until(pilot, lambda: wanted[-1] == (host.db.key,))


@pytest.mark.parametrize("gone", ["hidden", "removed"])
async def test_a_detail_that_is_not_to_be_seen_wants_nothing(gone: str) -> None:
    host = Host()
    async with opened(host) as pilot:
        if gone == "hidden":
            host.detail.display = False
        else:
            await host.detail.remove()
        await until(pilot, lambda: host.meters.wanted[-1] == ())


async def test_until_the_first_figures_it_says_that_they_come() -> None:
    host = Host()
    async with opened(host, model=host.sick) as pilot:
        assert "the first figures come in a moment" in host.screen_text
        host.meters.add(host.sick.key, [figure(NOW, cpu=None)])
        host.detail.take_readings({host.sick.key})
        await until(pilot, lambda: "200 MiB" in host.screen_text)
        assert "first figures" not in host.screen_text
        assert "–" in host.screen_text.splitlines()[2]  # there is no CPU figure yet


async def test_charts_are_drawn_anew_no_more_often_than_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = Host()
    async with opened(host) as pilot:
        monkeypatch.setattr(stats_tab, "EVERY_SECONDS", 60.0)
        host.meters.add(host.db.key, [figure(NOW, cpu=77.0)])
        host.detail.take_readings({host.db.key})
        await pilot.pause()
        assert "77 %" not in host.screen_text
    host = Host()
    async with opened(host) as pilot:
        monkeypatch.setattr(stats_tab, "EVERY_SECONDS", 0.5)
        host.meters.add(host.db.key, [figure(NOW, cpu=77.0)])
        host.detail.take_readings({host.db.key})
        await until(pilot, lambda: "77 %" in host.screen_text)


async def test_figures_of_other_containers_change_nothing() -> None:
    host = Host()
    async with opened(host) as pilot:
        chart = host.query_one("#stats--cpu", Chart)
        before = chart._plot
        host.detail.take_readings({host.sick.key})
        await pilot.pause()
        assert chart._plot is before


async def test_a_stopped_container_keeps_its_last_figures_and_is_not_asked() -> None:
    host = Host()
    stopped = replace(host.db, state="exited", exit_code=3)
    async with opened(host, model=stopped):
        assert "○ exited 3: its last figures" in host.screen_text
        assert "2 min before" in host.screen_text
        assert "now" not in host.screen_text
        assert "12 %" in host.screen_text
        assert host.meters.wanted == []
    host = Host()
    async with opened(host, model=replace(host.sick, state="created")):
        assert "○ created: there are no figures" in host.screen_text


async def test_one_that_waits_for_its_restart_is_not_said_to_have_figures_in_a_moment() -> None:
    host = Host()
    async with opened(host, model=replace(host.sick, state="restarting")) as pilot:
        assert "◌ restarting: there are no figures" in host.screen_text
        assert host.meters.wanted == []
        host.detail.show(host.sick, None)
        await until(pilot, lambda: host.meters.wanted == [(host.sick.key,)])
        assert "the first figures come in a moment" in host.screen_text


async def test_what_starts_while_one_looks_is_asked() -> None:
    host = Host()
    async with opened(host, model=replace(host.db, state="exited", exit_code=0)) as pilot:
        host.detail.show(host.db, None)
        await until(pilot, lambda: host.meters.wanted == [(host.db.key,)])
        assert "now" in host.screen_text


async def test_a_limit_that_is_the_machines_memory_is_none() -> None:
    host = Host()
    host.meters.add(host.db.key, [figure(NOW, memory_limit=8 * 2**30)])
    async with opened(host):
        assert "┄ limit" not in host.screen_text
        assert "256 MiB" in host.screen_text


async def test_plus_and_minus_reach_back_farther_and_less_far() -> None:
    host = Host()
    async with opened(host) as pilot:
        host.screen.set_focus(None)
        await until(pilot, lambda: "a longer, a shorter time" not in host.screen_text)
        host.detail.body.focus()
        await until(pilot, lambda: "a longer, a shorter time" in host.screen_text)
        for key, words in (("plus", "5 min"), ("plus", "15 min"), ("plus", "15 min"), ("minus", "5 min")):
            await pilot.press(key)
            await pilot.pause()
            assert f" {words} ago" in host.screen_text
        host.detail.show(host.sick, None)
        await until(pilot, lambda: " 1 min ago" in host.screen_text)


async def test_taking_turns_is_said() -> None:
    host = Host()
    host.meters.turns = True
    async with opened(host):
        assert "figures come in turns" in host.screen_text


async def test_cores_have_a_row_each_or_a_word_that_there_are_none() -> None:
    host = Host()
    async with opened(host, 66, 44):
        assert "cores: this Engine does not tell of each (cgroup v2)" in host.screen_text
    host = Host()
    host.meters.add(host.db.key, [figure(NOW, cores=(0.0, 100.0, 50.0))])
    async with opened(host, 66, 44):
        rows = [line for line in host.screen_text.splitlines() if line.startswith(" core ")]
        assert [row.split()[-2] for row in rows] == ["0", "100", "50"]


async def test_other_kinds_have_no_stats_tab() -> None:
    host = Host()
    async with opened(host) as pilot:
        image = next(iter(host.store.images.values()))
        host.detail.show(image, None)
        await pilot.pause()
        assert host.detail.tab == "overview"
        assert "Stats" not in host.screen_text
        host.detail.action_turn(1)
        assert host.detail.tab == "inspect"
        await until(pilot, lambda: host.meters.wanted[-1] == ())


async def test_what_does_not_fit_is_scrolled_to() -> None:
    host = Host()
    async with opened(host, 40, 14) as pilot:
        assert "Disk" not in host.screen_text
        host.detail.body.focus()
        await pilot.press("pagedown", "pagedown", "j", "k")
        await until(pilot, lambda: "Disk" in host.screen_text)
        await pilot.press("pageup", "pageup")
        await until(pilot, lambda: "CPU " in host.screen_text)


@pytest.mark.parametrize(
    ("room", "cores", "columns", "rows"),
    [
        ((78, 17), 0, 2, [8, 8, 1]),
        ((78, 17), 4, 2, [8, 8, 1]),
        ((64, 41), 4, 1, [8, 8, 7, 7, 7, 4]),
        ((64, 28), 0, 1, [7, 7, 7, 6, 1]),
        ((150, 40), 64, 2, [14, 13, 13]),
        ((38, 10), 0, 1, [6, 6, 6, 6, 1]),
        ((78, 8), 0, 2, [6, 6]),
    ],
)
def test_charts_share_the_room_there_is(
    room: tuple[int, int], cores: int, columns: int, rows: Sequence[int]
) -> None:
    found = arrange(*room, cores)
    assert (found.columns, [*found.rows]) == (columns, rows)


def test_totals_are_those_of_docker_stats_and_a_first_reading_has_no_cpu() -> None:
    text = "".join(piece.text for piece in totals(figure(NOW)))
    assert text == (
        " CPU 12.30%  MEM 200 MiB / 512 MiB 39.06%  NET I/O 5.6MB / 1.4MB  BLOCK I/O 12MB / 4.1kB  PIDS 23 "
    )
    bare = "".join(piece.text for piece in totals(figure(NOW, cpu=None, memory_limit=0)))
    assert bare.startswith(" CPU –  MEM 200 MiB  NET")


def test_words_for_percents_and_spans() -> None:
    assert [percent(value) for value in (0, 0.04, 9.94, 9.96, 150, 1600)] == [
        *("0 %", "0.0 %", "9.9 %", "10 %", "150 %", "1,600 %")
    ]
    assert [span_of([NOW - age], NOW) for age in (0, 61, 200, 5000)] == [60, 120, 300, 900]
    assert span_of([], NOW) == 60


async def test_while_no_figures_come_time_goes_on_and_it_says_how_old_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stats_tab, "LATE_SECONDS", 0.05)
    monkeypatch.setattr(stats_tab, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(stats_tab, "EARLY_SECONDS", 0.0)
    host = Host()
    async with opened(host) as pilot:
        tab = host.detail.query_one(stats_tab.StatsTab)
        before = host.screen_text
        assert "old" not in before
        tab._clock = lambda: NOW + 40
        await until(pilot, lambda: "✗ no figures come, these are 40 s old" in host.screen_text)
        assert "5 min ago" in host.screen_text
        host.meters.turns = True
        await until(pilot, lambda: "figures come in turns, these are 40 s old" in host.screen_text)
        host.meters.add(host.db.key, [figure(NOW + 40)])
        host.meters.turns = False
        await until(pilot, lambda: "old" not in host.screen_text)
        host.detail.tab = "overview"
        await until(pilot, lambda: tab._ages is None)


async def test_on_an_engine_figures_come_and_the_stream_ends_with_the_tab(tmp_path: Path) -> None:
    before = set(threading.enumerate())  # those of another test's Engine may still be ending

    def streaming() -> bool:
        return any(thread.name == "stats" for thread in set(threading.enumerate()) - before)

    async with staged(tmp_path, (160, 48)) as stage:
        await stage.go_to("shop-db-1")
        assert not streaming()
        await stage.press("right_square_bracket")
        await stage.until(lambda: "PIDS" in stage.text)
        assert stage.detail is not None
        assert stage.detail.query_one("#stats--cores", Trails).display
        assert streaming()
        await stage.press("right_square_bracket")
        await stage.until(lambda: not streaming())
