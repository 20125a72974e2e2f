"""The detail beside the table or in its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.screens import side


@pytest.fixture
async def wide(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, (160, 34)) as stage:
        await stage.until(lambda: stage.detail_read)
        yield stage


def inspects(stage: Stage) -> list[str]:
    """The ids that were asked for one by one."""
    return [line.split("/")[3] for line in stage.requests if line.endswith("/json") and "containers/" in line]


async def test_narrow_enter_puts_the_detail_in_the_tables_place(stage: Stage) -> None:
    assert stage.detail is None
    await stage.go_to("shop-db-1")
    await stage.press("enter")
    await stage.until(lambda: stage.detail_read and "accepting connections" in stage.text)
    assert "shop-cache-1" not in stage.text
    assert not stage.pane.display
    await stage.press("escape")
    assert stage.app.focused is stage.table
    assert "shop-cache-1" in stage.text
    assert stage.current == "shop-db-1"


async def test_narrow_nothing_is_inspected_while_the_detail_is_closed(stage: Stage) -> None:
    await stage.press("j", "j", "j")
    assert inspects(stage) == []


async def test_wide_the_detail_stands_beside_and_follows_the_cursor(wide: Stage) -> None:
    await wide.go_to("shop-db-1")
    await wide.until(lambda: wide.detail_read and "accepting connections" in wide.text)
    assert "shop-cache-1" in wide.text
    await wide.press("j")
    await wide.until(lambda: wide.detail_read and "● shop-mailer-1" in wide.text.replace("◌", "●"))
    assert "accepting connections" not in wide.text


async def test_wide_a_moving_cursor_asks_once_where_it_comes_to_rest(
    wide: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert side.REST_SECONDS == 0.08
    monkeypatch.setattr(side, "REST_SECONDS", 0.6)  # slower than the keys below on any machine
    wide.requests.clear()
    await wide.pilot.press("j", "j", "j", "j")
    assert inspects(wide) == []
    await wide.until(lambda: wide.detail_read)
    key = wide.table.cursor
    assert inspects(wide) == [key]


async def test_wide_enter_gives_the_keys_to_the_detail_and_esc_takes_them_back(wide: Stage) -> None:
    await wide.go_to("shop-db-1")
    await wide.until(lambda: wide.detail_read)
    await wide.press("enter")
    assert wide.app.focused is not wide.table
    first = wide.current
    await wide.press("j")
    assert wide.current == first
    await wide.press("escape")
    assert wide.app.focused is wide.table
    assert wide.detail is not None


async def test_i_opens_the_inspect_tree(stage: Stage) -> None:
    await stage.go_to("shop-db-1")
    await stage.press("i")
    await stage.until(lambda: stage.detail_read and "HostConfig" in stage.text)
    assert stage.detail is not None
    assert stage.detail.tab == "inspect"
    await stage.press("escape")
    assert stage.app.focused is stage.table


@pytest.mark.parametrize(("key", "tab"), [("[", "inspect"), ("]", "stats")])
async def test_brackets_turn_the_tabs_from_the_table(wide: Stage, key: str, tab: str) -> None:
    assert wide.detail is not None
    assert wide.app.focused is wide.table
    await wide.press(key)
    assert wide.detail.tab == tab
    assert wide.app.focused is wide.table
    await wide.press(key, key)
    assert wide.detail.tab == "overview"


@pytest.mark.parametrize(("key", "tab"), [("[", "inspect"), ("]", "stats")])
async def test_brackets_turn_the_tabs_from_the_detail(stage: Stage, key: str, tab: str) -> None:
    await stage.press("enter")
    await stage.until(lambda: stage.detail_read)
    assert stage.detail is not None
    await stage.press(key)
    assert stage.detail.tab == tab


async def test_verbs_work_from_the_detail(stage: Stage) -> None:
    await stage.go_to("shop-cache-1")
    await stage.press("enter", "s")
    await stage.until(lambda: stage.state("shop-cache-1") == "exited")
    await stage.until(lambda: "○ exited" in stage.text)


async def test_the_detail_changes_with_its_object(wide: Stage) -> None:
    await wide.go_to("shop-cache-1")
    await wide.until(lambda: wide.detail_read)
    wide.docker.pause("shop-cache-1")
    await wide.until(lambda: sum("‖ paused" in line for line in wide.lines) >= 3)


async def test_secrets_stay_covered_until_asked_for(stage: Stage) -> None:
    await stage.go_to("shop-db-1")
    await stage.press("enter")
    await stage.until(lambda: stage.detail_read)
    await stage.press("G")
    assert "POSTGRES_PASSWORD=•••••" in stage.text
    await stage.press("m")
    assert "POSTGRES_PASSWORD=•" not in stage.text
    assert "secrets shown" in stage.text


async def test_growing_wide_shows_the_detail_and_growing_narrow_takes_it_away(stage: Stage) -> None:
    await stage.pilot.resize_terminal(140, 34)
    await stage.until(lambda: stage.detail is not None and stage.detail_read)
    assert stage.app.focused is stage.table
    await stage.pilot.resize_terminal(139, 34)
    await stage.until(lambda: stage.detail is None)
    assert stage.app.focused is stage.table


async def test_a_detail_that_the_engine_refuses_says_why(wide: Stage) -> None:
    with wide.demo.world.lock:
        del wide.demo.world.containers[wide.key("shop-worker-1")]  # and no event tells of it
    await wide.go_to("shop-worker-1")
    await wide.until(lambda: "No such container" in wide.text)
