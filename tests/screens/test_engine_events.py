"""The section of events in the Engine pane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.screens.engine_hall import (
    EVENTS,
    HOSTILE,
    Hall,
    hall,
    shown,
)
from tests.stage import Stage, staged
from widgets.table import Table
from widgets.typed import Typed


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as opened:
        yield opened


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def test_history_and_what_passes_are_listed_with_their_words(stage: Hall) -> None:
    stage.happen("die", "d" * 64, {"name": "gone-1", "exitCode": "137", "image": "x", "a-label": "secret"})
    await stage.open(EVENTS)
    await stage.until(lambda: "gone-1" in stage.text)
    assert "exit 137: SIGKILL" in stage.text
    stage.happen("kill", stage.called("shop-db-1"), {"name": "shop-db-1", "signal": "15"})
    await stage.until(lambda: "signal SIGTERM" in stage.text)
    assert stage.lines[-3].lstrip(" ▌").find("shop-db-1") > 0
    assert "● live" in stage.text


async def test_the_stream_is_open_only_while_it_is_looked_at_and_goes_on_where_it_was(
    stage: Hall,
) -> None:
    before = stage.listeners

    def open_are(count: int) -> bool:
        stage.demo.nudge()
        return stage.listeners == before + count

    await stage.open(EVENTS)
    await stage.until(lambda: open_are(1))
    await stage.press("question_mark")
    await stage.until(lambda: open_are(0))
    await stage.press("escape")
    await stage.until(lambda: open_are(1))
    count = len(stage.rows.keys)
    await stage.press("shift+tab")
    await stage.until(lambda: open_are(0))
    stage.happen("unpause", "d" * 64, {"name": "meanwhile"})
    await stage.press("tab")
    await stage.until(lambda: "meanwhile" in stage.text and open_are(1))
    # what was kept stays, and is not told twice
    assert len(stage.rows.keys) == count + 1
    await stage.press("escape")
    await stage.until(lambda: open_are(0))


async def test_a_filter_by_key_and_text_narrows_the_events_and_escape_gives_it_up(stage: Hall) -> None:
    stage.happen("pause", "d" * 64, {"name": "one"})
    stage.happen(
        "connect",
        "e" * 64,
        {"name": "net-1", "container": stage.called("shop-db-1"), "type": "bridge"},
        "network",
    )
    await stage.open(EVENTS)
    await stage.until(lambda: "net-1" in stage.text)
    every = len(stage.rows.keys)
    await stage.press("slash")
    await stage.type("type=network")
    await stage.until(lambda: len(stage.rows.keys) == 1)
    await stage.press("enter")
    assert "1 of" in stage.text
    assert "container shop-db-1, driver bridge" in stage.text
    await stage.press("escape")
    await stage.until(lambda: len(stage.rows.keys) == every)
    assert stage.dialog == "EngineScreen"


async def test_coming_back_from_an_object_finds_the_section_the_filter_and_the_row(whole: Stage) -> None:
    network = next(one for one in whole.engine.store.networks.values() if one.name == "shop_backend")
    screen = await shown(whole)
    await whole.press("tab", "tab", "tab")
    for action in ("connect", "disconnect"):
        with whole.demo.world.lock:
            whole.demo.world.emit("network", action, network.id, {"name": network.name})
    await whole.press("slash")
    await whole.type("type=network")
    await whole.press("enter")
    await whole.until(lambda: "disconnect" in whole.text)
    await whole.press("k")
    await whole.until(lambda: "not following" in whole.text)
    rows = screen.page.query(Table).first()
    there = (list(rows.keys), rows.cursor)
    await whole.press("enter")
    await whole.until(lambda: whole.dialog == "MainScreen" and whole.current == "shop_backend")
    screen = await shown(whole)
    await whole.until(lambda: "● live" in whole.text)
    assert screen.section == EVENTS
    rows = screen.page.query(Table).first()
    await whole.until(lambda: (list(rows.keys), rows.cursor) == there)
    assert "/type=network" in whole.text
    await whole.press("slash")
    assert screen.page.query_one(Typed).value == "type=network"


async def test_the_docker_line_has_the_filter_and_what_it_cannot_say_stands_beside_it(stage: Hall) -> None:
    await stage.open(EVENTS)
    assert stage.lines[-2].strip() == "docker events --since 1h · only in Wharf: no execs"
    await stage.press("slash")
    await stage.type("action=oom web")
    await stage.press("enter")
    line = "docker events --since 1h --filter event=oom"
    await stage.until(lambda: stage.lines[-2].strip() == f"{line} · only in Wharf: web")
    await stage.press("Y")
    assert stage.app.clipboard == line


async def test_where_a_docker_line_is_too_long_what_it_cannot_say_stays_in_sight(tmp_path: Path) -> None:
    async with hall(tmp_path, (80, 24)) as small:
        await small.open(EVENTS)
        await small.press("slash")
        await small.type("type=container action=pause web")
        await small.press("enter")
        await small.until(lambda: small.lines[-2].rstrip().endswith("… · only in Wharf: web"))
        assert small.lines[-2].startswith(" docker events --since 1h --filter type=container")


async def test_labels_that_look_like_an_end_are_not_taken_for_one(stage: Hall) -> None:
    labels = {"exitCode": "9", "signal": "9", "oldName": "other", "driver": "d", "container": "c"}
    stage.happen("pause", "d" * 64, {"name": "odd", "image": "busybox", **labels})
    await stage.open(EVENTS)
    await stage.until(lambda: "odd" in stage.text)
    row = next(line for line in stage.lines if " odd " in line)
    assert row.split("odd")[1].strip() == "image busybox"


async def test_i_shows_an_event_whole(stage: Hall) -> None:
    stage.happen("die", "d" * 64, {"name": "gone-1", "exitCode": "137", "a-label": "its-value"})
    await stage.open(EVENTS)
    await stage.until(lambda: "gone-1" in stage.text)
    await stage.press("i")
    await stage.until(lambda: stage.dialog == "RawScreen")
    await stage.press("plus")
    await stage.until(lambda: "its-value" in stage.text)
    assert "The event container die" in stage.text
    await stage.press("escape")
    await stage.until(lambda: "● live" in stage.text)


async def test_an_event_of_what_is_gone_or_has_no_pane_leads_nowhere_and_says_so(stage: Hall) -> None:
    stage.happen("destroy", "d" * 64, {"name": "no-more"})
    await stage.open(EVENTS)
    await stage.until(lambda: "no-more" in stage.text)
    await stage.press("enter")
    await stage.until(lambda: any("container no-more is gone" in toast for toast in stage.toasts))
    stage.happen("reload", "", {"name": "host"}, "daemon")
    await stage.until(lambda: "reload" in stage.text)
    await stage.press("enter")
    await stage.until(lambda: any("no object with a pane" in toast for toast in stage.toasts))
    assert stage.jumps == []


async def test_commands_of_health_checks_show_when_they_are_wanted_and_do_no_harm(stage: Hall) -> None:
    stage.happen("exec_create: curl -f x", "d" * 64, {"name": "one"})
    stage.happen("pause", "d" * 64, {"name": "one"})
    await stage.open(EVENTS)
    await stage.until(lambda: "pause" in stage.text)
    assert "exec_create" not in stage.text
    await stage.press("x")
    await stage.until(lambda: "exec_create" in stage.text and "curl -f x" in stage.text)
    stage.happen(f"exec{HOSTILE}", HOSTILE, {"name": HOSTILE, "signal": HOSTILE, "exitCode": "²"})
    await stage.until(lambda: "[@click=app.quit]x[/x]" in stage.text)
    assert not {"\x1b", "\x07", "\u202e"} & set(stage.text)


async def test_moving_up_stays_there_and_f_follows_again(stage: Hall) -> None:
    stage.happen("pause", "d" * 64, {"name": "one"})
    await stage.open(EVENTS)
    await stage.until(lambda: "pause" in stage.text)
    await stage.press("k")
    await stage.until(lambda: "not following" in stage.text)
    there, count = stage.rows.cursor, len(stage.rows.keys)
    stage.happen("unpause", "d" * 64, {"name": "one"})
    await stage.until(lambda: len(stage.rows.keys) == count + 1)
    assert stage.rows.cursor == there
    await stage.press("f")
    assert stage.rows.cursor == stage.rows.keys[-1]


async def test_the_stream_begins_again_when_the_engine_is_back(stage: Hall) -> None:
    await stage.open(EVENTS)
    await stage.until(lambda: "● live" in stage.text)
    stage.demo.drop()
    await stage.until(lambda: "✗ ended" in stage.text)
    stage.demo.revive()
    stage.engine.retry_now()
    await stage.until(lambda: "● live" in stage.text)
    stage.happen("unpause", "d" * 64, {"name": "after"})
    await stage.until(lambda: "after" in stage.text)
