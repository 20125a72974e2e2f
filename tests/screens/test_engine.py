"""The Engine pane on the demo Engine: what its sections show, ask and follow, and when they leave off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.screens.engine_hall import (
    DISK,
    EVENTS,
    HOSTILE,
    TOP,
    FakeMeters,
    Hall,
    figure,
    hall,
    refusing,
    saying,
    shown,
)
from tests.screens.test_hosts import pair
from tests.stage import Stage, staged
from tui.demo.world import FIXED_NOW
from tui.engine.engine import Engine
from tui.engine.figures import Readings
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.screens.engine import PAGES, EngineScreen
from tui.screens.engine_top import TopPage
from widgets.json_tree import JsonTree
from widgets.table import Table


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as opened:
        yield opened


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


# The place


async def test_the_engine_is_asked_each_of_its_two_questions_once_and_again_by_r(stage: Hall) -> None:
    await stage.open()
    assert "27.5.1 · API 1.47" in stage.head
    for words in ("16: 10 running, 1 paused, 5 stopped", "overlay2", "Backing Filesystem", "runc"):
        assert words in stage.text
    assert (stage.asked("/version"), stage.asked("/info")) == (1, 1)
    await stage.press("r")
    await stage.until(lambda: stage.asked("/info") == 2)


async def test_keys_lead_there_from_everywhere_and_on_to_the_other_places(whole: Stage) -> None:
    assert "6 Engine" in whole.bar("tabs")
    await shown(whole)
    await whole.press("2")
    assert (whole.dialog, whole.main.kind) == ("MainScreen", Kind.IMAGE)
    await shown(whole)
    await whole.press("5")
    await whole.until(lambda: whole.dialog == "RegistriesScreen")
    await shown(whole)
    await whole.press("6")
    await whole.until(lambda: whole.dialog == "MainScreen")
    await whole.press("colon")
    await whole.type("engine")
    await whole.press("enter")
    await whole.until(lambda: whole.dialog == "EngineScreen")
    await whole.press("escape")
    assert whole.dialog == "MainScreen"


async def test_brackets_and_tab_turn_to_all_sections_in_a_circle(stage: Hall) -> None:
    await stage.open()
    for key, section in (("tab", TOP), ("right_square_bracket", DISK), ("shift+tab", TOP)):
        await stage.press(key)
        assert stage.screen.section == section
    await stage.press("left_square_bracket", "left_square_bracket")
    assert stage.screen.section == len(PAGES) - 1
    await stage.press("question_mark")
    await stage.until(lambda: stage.dialog == "HelpScreen")
    assert "Enable or disable the plugin" in stage.text
    assert "The section before" in stage.text


async def test_a_key_typed_at_once_after_a_turn_is_for_the_section_turned_to(stage: Hall) -> None:
    await stage.open(TOP)
    for key in ("tab", "u"):
        stage.app.simulate_key(key)
    await stage.until(lambda: "Build Cache" in stage.text)
    for key in ("tab", "slash"):
        stage.app.simulate_key(key)
    await stage.until(lambda: stage.screen.section == EVENTS and isinstance(stage.screen.focused, Input))
    await stage.still()
    assert isinstance(stage.screen.focused, Input)


async def test_the_main_screen_names_this_pane_and_all_others_at_80_columns(tmp_path: Path) -> None:
    async with staged(tmp_path, (80, 24)) as small:
        assert small.lines[1].rstrip().endswith(" 5 Reg  6 Engine")
        assert all(word in small.lines[1] for word in ("1 Containers", "2 Images", "3 Networks", "4 Volumes"))


# Overview


async def test_warnings_come_first_in_the_engines_full_words(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "WARNING: No swap limit support"
    saying(monkeypatch, "/info", lambda found: {**found, "Warnings": [words]})
    await stage.open()
    await stage.until(lambda: "1 warning" in stage.head)
    lines = [line.strip() for line in stage.lines]
    assert lines[2].startswith("Warnings")
    assert lines[3].startswith("⚠ No swap limit support")


async def test_what_cannot_be_asked_is_said_and_the_rest_shown(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, "/info")
    await stage.open()
    await stage.until(lambda: "no /info today" in stage.text)
    assert "journalctl" in stage.text
    assert "27.5.1" in stage.text


async def test_what_docker_info_tells_of_networks_devices_and_a_swarm_is_there(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {
        "Swarm": {
            "LocalNodeState": "active",
            "NodeID": "n0de",
            "NodeAddr": "10.0.0.7",
            "RemoteManagers": [{"NodeID": "m1", "Addr": "10.0.0.1:2377"}],
        },
        "DefaultAddressPools": [{"Base": "10.200.0.0/16", "Size": 24}],
        "FirewallBackend": {"Driver": "nftables"},
        "DiscoveredDevices": [{"Source": "cdi", "ID": "vendor.com/gpu=0"}],
        "Debug": True,
        "NFd": 77,
    }
    saying(monkeypatch, "/info", lambda found: {**found, **more})
    await stage.open()
    await stage.until(lambda: "Wharf demo Engine" in stage.text)
    await stage.press("y")
    for words in (
        "swarm: active, worker",
        "this node: n0de",
        "its address: 10.0.0.7",
        "managers at: 10.0.0.1:2377",
        "address pools: 10.200.0.0/16, size 24",
        "firewall: nftables",
        "CDI folders: /etc/cdi",
        "CDI devices: cdi: vendor.com/gpu=0",
        "init: docker-init",
        "debug: yes",
        "open files: 77",
        "context: demo",
        "experimental: no",
    ):
        assert words in stage.app.clipboard


async def test_hostile_answers_are_shown_harmless(stage: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(
        monkeypatch,
        "/info",
        lambda found: {**found, "Name": HOSTILE, "Labels": [HOSTILE], "Warnings": [HOSTILE]},
    )
    await stage.open()
    await stage.until(lambda: "[@click=app.quit]x[/x]" in stage.text)
    assert not {"\x1b", "\x07", "\u202e"} & set(stage.text)


async def test_a_password_in_a_proxy_stays_covered_on_the_screen_and_in_what_is_copied(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, "/info", lambda found: {**found, "HttpProxy": "http://me:hunter2@proxy:3128"})
    await stage.open()
    await stage.until(lambda: "Wharf demo Engine" in stage.text)
    await stage.press("y")
    assert "hunter2" not in stage.text + stage.app.clipboard
    assert "version: 27.5.1" in stage.app.clipboard
    await stage.press("i", "G", "y")
    assert stage.app.screen.query_one(JsonTree).cursor_path == ("info",)
    assert '"HttpProxy"' in stage.app.clipboard
    assert "hunter2" not in stage.app.clipboard


async def test_one_column_where_it_is_narrow_holds_both(tmp_path: Path) -> None:
    async with hall(tmp_path, (80, 24)) as stage:
        await stage.open()
        await stage.until(lambda: "Wharf demo Engine" in stage.text)
        await stage.press("end")
        assert "Built-in plugins" in stage.text


async def test_an_engine_that_was_away_is_asked_once_it_is_back(stage: Hall) -> None:
    stage.demo.drop()
    await stage.until(lambda: stage.engine.link.state is LinkState.DOWN)
    stage.app.show()
    await stage.until(lambda: "no connection to demo" in stage.text)
    assert "NO CONNECTION" in stage.head
    stage.demo.revive()
    stage.engine.retry_now()
    await stage.until(lambda: "Wharf demo Engine" in stage.text)
    assert "NO CONNECTION" not in stage.head


async def test_asking_an_engine_that_is_away_tries_to_reach_it_and_keeps_what_was_known(stage: Hall) -> None:
    await stage.open()
    stage.demo.drop()
    await stage.until(lambda: "NO CONNECTION" in stage.head)
    await stage.press("r")
    await stage.until(lambda: "no connection to demo" in stage.text)
    assert "overlay2" in stage.text
    assert "27.5.1" in stage.text
    stage.demo.revive()
    await stage.press("r")
    await stage.until(lambda: "NO CONNECTION" not in stage.head and "no connection" not in stage.text)


async def test_an_engine_that_comes_back_as_another_is_asked_again(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.open()
    stage.demo.drop()
    await stage.until(lambda: "NO CONNECTION" in stage.head)
    saying(monkeypatch, "/version", lambda told: {**told, "Version": "99.1.2"})
    stage.demo.revive()
    stage.engine.retry_now()
    await stage.until(lambda: "99.1.2" in stage.head)


async def test_containers_are_counted_as_they_come_and_go(stage: Hall) -> None:
    await stage.open()
    assert "16: 10 running, 1 paused, 5 stopped" in stage.text
    stage.engine.connection.ask("POST", f"/containers/{stage.called('shop-db-1')}/pause")
    await stage.until(lambda: "16: 9 running, 2 paused, 5 stopped" in stage.text)


async def test_a_section_knows_its_size_though_textual_did_not_tell_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out = EngineScreen._refresh_layout

    def late(self: EngineScreen, *arguments: Any, **options: Any) -> None:
        self._compositor._full_map_invalidated = True
        assert self._compositor.full_map is not None  # it is made anew when it is asked for
        lay_out(self, *arguments, **options)

    async with hall(tmp_path, (160, 34)) as stage:
        await stage.open()
        monkeypatch.setattr(EngineScreen, "_refresh_layout", late)
        await stage.press("tab")
        await stage.until(lambda: stage.screen.page.has_class("-wide"))
        first, second = stage.screen.page.query(Table)
        await stage.until(lambda: "MOST CPU" in stage.text and "MOST MEMORY" in stage.text)
        assert first.region.y == second.region.y


# Top


async def test_running_containers_are_measured_only_while_the_section_is_looked_at(stage: Hall) -> None:
    await stage.open()
    assert stage.meters.wanted == []
    await stage.press("tab")
    await stage.until(lambda: bool(stage.meters.wanted))
    running = {key for key, one in stage.engine.store.containers.items() if one.state == "running"}
    assert running <= set(stage.meters.wanted[-1])
    assert stage.called("nightly-backup") not in stage.meters.wanted[-1]
    await stage.press("question_mark")
    await stage.until(lambda: stage.meters.wanted[-1] == ())
    await stage.press("escape")
    await stage.until(lambda: stage.meters.wanted[-1] != ())
    await stage.press("tab")
    await stage.until(lambda: stage.meters.wanted[-1] == ())


async def test_totals_and_the_five_that_use_most_follow_the_figures(stage: Hall) -> None:
    await stage.open(TOP)
    await stage.until(lambda: "waiting for the first figures" in stage.text)
    wanted = stage.meters.wanted[-1]
    rates = {"received_rate": 1000.0, "sent_rate": 2000.0, "read_rate": None, "written_rate": 3000.0}
    for number, ident in enumerate(wanted):
        stage.meters.figures[ident] = figure(float(number), (100 - number) << 20, **rates)
    stage.engine._tell(Readings(frozenset(wanted)))
    await stage.until(lambda: "MiB" in stage.text)
    count = len(wanted)
    assert f"{sum(range(count)):.1f} % of 400 %" in stage.text
    assert f"{size(count * 1000)}/s received, {size(count * 2000)}/s sent" in stage.text
    assert "–" in next(line for line in stage.lines if line.strip().startswith("disk"))
    by_cpu, by_memory = stage.screen.page.query(Table)
    assert list(by_cpu.keys) == list(reversed(wanted))[:5]
    assert list(by_memory.keys) == list(wanted[:5])
    assert f"{count} running" in stage.text
    stage.meters.turns = True
    del stage.meters.figures[wanted[0]]
    stage.engine._tell(Readings(frozenset(wanted)))
    await stage.until(lambda: f"figures of {count - 1} of {count} running, in turns" in stage.text)


async def test_enter_goes_to_a_container_or_an_object_of_an_event_whatever_hides_it(whole: Stage) -> None:
    whole.pane.set_filter("nothing-is-called-so")
    whole.engine.__dict__["meters"] = meters = FakeMeters()
    ident = next(key for key, one in whole.engine.store.containers.items() if one.name == "shop-db-1")
    meters.figures[ident] = figure(1.0, 1 << 20)
    screen = await shown(whole)
    await whole.press("tab")
    await whole.until(lambda: screen.page.query(Table).first().cursor == ident)
    await whole.press("enter")
    await whole.until(lambda: whole.dialog == "MainScreen" and whole.current == "shop-db-1")
    network = next(one for one in whole.engine.store.networks.values() if one.name == "shop_backend")
    with whole.demo.world.lock:
        whole.demo.world.emit("network", "connect", network.id, {"name": network.name})
    await shown(whole)
    await whole.press("tab", "tab")
    await whole.until(lambda: "shop_backend" in whole.text)
    await whole.press("enter")
    await whole.until(lambda: whole.dialog == "MainScreen" and whole.current == "shop_backend")


async def test_figures_of_an_engine_that_went_away_are_called_the_last_known(stage: Hall) -> None:
    await stage.open(TOP)
    wanted = stage.meters.wanted[-1]
    for ident in wanted:
        stage.meters.figures[ident] = figure(1.0, 1 << 20)._replace(at=FIXED_NOW - 30)
    stage.engine._tell(Readings(frozenset(wanted)))
    await stage.until(lambda: f"{len(wanted)} running, up to 30 s old" in stage.text)
    stage.demo.drop()
    await stage.until(lambda: "✗ no connection: the last known figures" in stage.text)
    stage.meters.figures.clear()
    stage.engine._tell(Readings(frozenset(wanted)))
    await stage.until(lambda: "No connection, so no figures." in stage.text)


async def test_figures_that_stand_still_say_their_age_and_have_the_engine_asked_for_a_sign_of_life(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    probes: list[None] = []
    monkeypatch.setattr(stage.engine, "probe", lambda: probes.append(None))
    page = await stage.open(TOP)
    assert isinstance(page, TopPage)
    wanted = stage.meters.wanted[-1]
    for ident in wanted:
        stage.meters.figures[ident] = figure(1.0, 1 << 20)
    page.grow_old()
    assert probes == []
    for ident in wanted:
        stage.meters.figures[ident] = figure(1.0, 1 << 20)._replace(at=FIXED_NOW - 7)
    page.grow_old()
    await stage.until(lambda: f"{len(wanted)} running, up to 7 s old" in stage.text)
    assert len(probes) == 1


# Disk


async def test_disk_use_is_asked_for_by_its_key_and_never_else(stage: Hall) -> None:
    await stage.open(DISK)
    assert "u asks the Engine" in stage.text
    await stage.press("r")
    await stage.still()
    assert stage.asked("/system/df") == 0
    await stage.press("u")
    await stage.until(lambda: "Build Cache" in stage.text)
    assert stage.asked("/system/df") == 1
    assert "asked at" in stage.text
    assert "docker system df" in stage.text
    assert "2.389GB" in stage.text
    assert "Biggest images" in stage.text
    await stage.press("y")
    assert "Local Volumes\t11\t8\t11.67GB\t1.439GB (12%)" in stage.app.clipboard


async def test_the_disk_use_is_there_when_one_comes_back_and_is_not_asked_again(stage: Hall) -> None:
    await stage.open(DISK)
    await stage.press("u")
    await stage.until(lambda: "Build Cache" in stage.text)
    await stage.press("escape")
    await stage.until(lambda: stage.dialog != "EngineScreen")
    await stage.open(None)
    assert stage.screen.section == DISK
    await stage.until(lambda: "Build Cache" in stage.text and "asked at" in stage.text)
    assert stage.asked("/system/df") == 1


async def test_a_disk_use_that_was_not_waited_for_is_there_later(stage: Hall) -> None:
    await stage.open(DISK)
    stage.demo.freeze()
    await stage.press("u", "escape")
    await stage.until(lambda: stage.dialog != "EngineScreen")
    stage.demo.thaw()
    await stage.until(lambda: stage.kept.use is not None)
    await stage.open(None)
    await stage.until(lambda: "Build Cache" in stage.text)


async def test_a_refused_disk_use_is_said_and_can_be_asked_again(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refusing(patch, "/system/df", status=409)
        await stage.open(DISK)
        await stage.press("u")
        await stage.until(lambda: "no /system/df today" in stage.text)
        assert "Something else uses it" in stage.text
    await stage.press("u")
    await stage.until(lambda: "Build Cache" in stage.text)


async def test_while_the_engine_measures_it_is_said_and_escape_leaves(stage: Hall) -> None:
    await stage.open(DISK)
    stage.demo.freeze()
    await stage.press("u")
    await stage.until(lambda: "the Engine is measuring" in stage.text)
    await stage.press("u", "escape")
    await stage.until(lambda: stage.dialog != "EngineScreen")
    stage.demo.thaw()


# Several Engines


async def test_several_engines_each_have_their_pane(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        stage = two.stage
        await two.go_to_all()
        stage.table.move_to(two.row(two.other, "shop-db-1"))
        await stage.still()
        # over all hosts it is the Engine of the row under the cursor
        assert (await shown(stage)).engine is two.other
        assert "other" in stage.lines[0]
        await stage.press("tab", "tab", "greater_than_sign")
        await stage.until(lambda: _pane_of(stage, stage.engine) == DISK)
        await stage.press("greater_than_sign")
        await stage.until(lambda: _pane_of(stage, two.other) == DISK)


def _pane_of(stage: Stage, engine: Engine) -> int | None:
    """The section in view, when it is this Engine's pane and it has taken the keys."""
    screen = stage.app.screen
    there = isinstance(screen, EngineScreen) and screen.engine is engine and bool(screen._pages)
    return screen.section if there else None


def size(bytes: int) -> str:  # noqa: A002 - the unit is the best name
    return f"{bytes / 1000:.3g}kB"
