"""The section of plugins in the Engine pane."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.screens.engine_hall import (
    PLUGINS,
    SSHFS,
    Hall,
    hall,
    saying,
    shown,
)
from tests.stage import staged
from tui.engine.link import LinkState
from tui.screens.plan import PlanScreen
from tui.settings import Settings


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as opened:
        yield opened


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


async def test_two_questions_in_one_moment_leave_nothing_unfinished_behind(
    stage: Hall, recwarn: pytest.WarningsRecorder
) -> None:
    page = await stage.open(PLUGINS)
    await stage.until(lambda: SSHFS in stage.text)
    for _ in range(3):
        page.again()
    await stage.until(lambda: not stage.app.workers._workers)
    gc.collect()
    assert not [one for one in recwarn if "never awaited" in str(one.message)]


async def test_a_plugin_that_somebody_else_turned_is_seen_when_one_looks_again(stage: Hall) -> None:
    await stage.open(PLUGINS)
    await stage.until(lambda: "● enabled" in stage.text)
    await stage.press("tab")
    with stage.demo.world.lock:
        stage.demo.world.plugins[SSHFS].enabled = False
    await stage.press("shift+tab")
    await stage.until(lambda: "● enabled" not in stage.text)


async def test_a_plugin_that_somebody_else_turns_is_seen_at_once_and_the_stream_ends_with_looking(
    stage: Hall,
) -> None:
    before = stage.listeners
    await stage.open(PLUGINS)
    await stage.until(lambda: "● enabled" in stage.text and stage.listeners == before + 1)
    stage.engine.connection.ask("POST", f"/plugins/{SSHFS}/disable")
    await stage.until(lambda: "● enabled" not in stage.text)
    stage.demo.drop()
    await stage.until(lambda: stage.engine.link.state is LinkState.DOWN)
    stage.demo.revive()
    stage.engine.retry_now()
    await stage.until(lambda: stage.engine.link.state is LinkState.UP and stage.listeners == before + 1)
    stage.engine.connection.ask("POST", f"/plugins/{SSHFS}/enable", params={"timeout": 1})
    await stage.until(lambda: "● enabled" in stage.text)
    await stage.press("tab")
    await stage.until(lambda: stage.listeners == before)


async def test_while_the_list_of_plugins_is_not_there_it_is_not_said_that_none_are(stage: Hall) -> None:
    stage.demo.freeze()
    stage.app.show(PLUGINS)
    await stage.until(lambda: "asking the Engine" in stage.text)
    assert "No plugins are installed" not in stage.text
    stage.demo.thaw()
    await stage.until(lambda: SSHFS in stage.text)


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
