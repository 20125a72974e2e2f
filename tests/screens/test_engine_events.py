"""The sections of events and of plugins in the Engine pane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.screens.engine_hall import (
    EVENTS,
    HOSTILE,
    PLUGINS,
    SSHFS,
    Hall,
    hall,
    saying,
    shown,
)
from tests.stage import Stage, staged
from tui.screens.plan import PlanScreen
from tui.settings import Settings


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as opened:
        yield opened


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


# Events


async def test_history_and_what_passes_are_listed_with_their_words(stage: Hall) -> None:
    stage.happen("die", "d" * 64, {"name": "gone-1", "exitCode": "137", "image": "x", "a-label": "secret"})
    await stage.open(EVENTS)
    await stage.until(lambda: "gone-1" in stage.text)
    assert "exit 137: SIGKILL" in stage.text
    stage.happen("kill", stage.called("shop-db-1"), {"name": "shop-db-1", "signal": "15"})
    await stage.until(lambda: "signal SIGTERM" in stage.text)
    assert stage.lines[-2].lstrip(" ▌").find("shop-db-1") > 0
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
    await stage.press("tab")
    await stage.until(lambda: open_are(0))
    stage.happen("unpause", "d" * 64, {"name": "meanwhile"})
    await stage.press("shift+tab")
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


# Plugins


async def test_plugins_are_listed_shown_whole_and_turned_off_as_a_job(stage: Hall) -> None:
    await stage.open(PLUGINS)
    await stage.until(lambda: SSHFS in stage.text)
    assert "● enabled" in stage.text
    assert "○ disabled" in stage.text
    assert "Built into the Engine" in stage.text
    assert "ipvlan" in stage.text
    assert f"docker plugin disable {SSHFS}" in stage.text
    await stage.press("enter")
    await stage.until(lambda: stage.dialog == "RawScreen")
    assert "PluginReference" in stage.text
    await stage.press("escape", "s")
    await stage.until(lambda: "● enabled" not in stage.text)
    (job,) = stage.engine.jobs.all
    assert (job.task.verb, job.task.line.masked()) == ("plugin.disable", f"docker plugin disable {SSHFS}")
    assert f"docker plugin enable {SSHFS}" in stage.text


async def test_production_asks_first_and_what_the_engine_refuses_is_said(tmp_path: Path) -> None:
    async with staged(tmp_path, settings=Settings(endpoints={"demo": {"prod": True}})) as stage:
        with stage.demo.world.lock:
            stage.demo.world.plugins[SSHFS].in_use = True
        await shown(stage)
        await stage.press("left_square_bracket")
        await stage.until(lambda: SSHFS in stage.text)
        assert " PROD " in stage.lines[0]
        await stage.press("s")
        await stage.until(lambda: isinstance(plan := stage.app.screen, PlanScreen) and plan.ready)
        assert "Disable plugin" in stage.text
        await stage.press("y")
        await stage.until(lambda: stage.dialog == "ErrorScreen")
        assert "is in use" in stage.text


async def test_a_read_only_endpoint_is_not_offered_to_turn_plugins(tmp_path: Path) -> None:
    async with hall(tmp_path, read_only=True) as stage:
        await stage.open(PLUGINS)
        await stage.until(lambda: SSHFS in stage.text)
        await stage.press("s")
        await stage.still()
        assert stage.engine.running == ()
        assert "enable/disable" not in stage.lines[-1]
        assert "docker plugin ls" in stage.text


async def test_podman_has_no_plugins_and_that_is_said_calmly(stage: Hall) -> None:
    link = stage.engine.link
    assert link.server is not None
    stage.engine._watcher.link = link._replace(server=replace(link.server, podman="5.8.6"))
    await stage.open(PLUGINS)
    await stage.until(lambda: "Podman has no plugins to install." in stage.text)
    assert stage.asked("/plugins") == 0
    assert "Built into the Engine" in stage.text


async def test_a_list_that_cannot_be_read_leaves_the_other_sections_alone(
    stage: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, "/plugins", lambda found: [7])
    await stage.open(PLUGINS)
    await stage.until(lambda: "the list of plugins cannot be read" in stage.text)
    await stage.press("tab")
    await stage.until(lambda: "Wharf demo Engine" in stage.text)
