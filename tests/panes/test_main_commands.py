"""The command line, the palette and the help."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.stage import Stage, staged
from tui.verbs.registry import VERBS


async def command(stage: Stage, text: str) -> None:
    await stage.press("colon")
    await stage.type(text)
    await stage.press("enter")


def typed(stage: Stage) -> str:
    return stage.main.query_one("Prompt Input", Input).value


async def test_a_command_acts_on_the_object_it_names(stage: Stage) -> None:
    await stage.go_to("shop-db-1")
    await command(stage, "stop shop-cache-1")
    await stage.until(lambda: stage.state("shop-cache-1") == "exited")
    assert stage.state("shop-db-1") == "running"
    assert stage.app.focused is stage.table


async def test_a_command_without_a_name_acts_on_the_row(stage: Stage) -> None:
    await stage.go_to("shop-canary")
    await command(stage, "start")
    await stage.until(lambda: stage.state("shop-canary") == "running")


async def test_an_id_does_as_well_as_a_name(stage: Stage) -> None:
    await command(stage, f"pause {stage.key('shop-cache-1')[:12]}")
    await stage.until(lambda: stage.state("shop-cache-1") == "paused")


async def test_a_pane_with_a_filter(stage: Stage) -> None:
    await command(stage, "images nginx")
    assert stage.pane.view.title == "Images"
    assert stage.names == ["nginx:1.27-alpine"]
    await command(stage, "ps")
    assert stage.pane.view.title == "Containers"


async def test_a_verb_of_another_kind(stage: Stage) -> None:
    await command(stage, "volume remove shop_db_before_upgrade")
    await stage.until(lambda: stage.dialog == "PlanScreen")
    assert "docker volume rm shop_db_before_upgrade" in stage.text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sotp shop-db-1", "'sotp' is no command for containers"),
        ("stop nobody", "there is no container 'nobody'"),
        ("start shop-db-1", "start does not apply to shop-db-1 as it is now"),
        ("rename shop-db-1 shop-app-1", "rename takes one container at a time"),
    ],
)
async def test_what_cannot_be_done_is_said_beside_the_line_and_the_text_stays(
    stage: Stage, text: str, why: str
) -> None:
    await command(stage, text)
    line = stage.lines[-2]
    assert why in line
    assert text in line
    assert typed(stage) == text
    await stage.press("backspace")
    assert why not in stage.text
    await stage.press("escape")
    assert stage.app.focused is stage.table
    assert not [line for line in stage.requests if line.startswith("POST")]


async def test_what_is_typed_is_seen_while_it_is_typed(tmp_path: Path) -> None:
    async with staged(tmp_path, (80, 24)) as stage:
        await stage.press("slash")
        await stage.type("shop")
        assert stage.lines[-2].startswith(" /shop")
        await stage.press("escape", "colon")
        await stage.type("stop")
        assert stage.lines[-2].startswith(" :stop")


async def test_words_are_completed(stage: Stage) -> None:
    await stage.press("colon")
    await stage.press("r", "e", "n")
    await stage.until(lambda: ":rename" in stage.text)
    assert typed(stage) == "ren"
    await stage.press("right")
    assert typed(stage) == "rename"


async def test_a_read_only_endpoint_refuses_a_command_that_changes(tmp_path: Path) -> None:
    async with staged(tmp_path, read_only=True) as stage:
        await command(stage, "stop shop-db-1")
        assert "this endpoint is read-only" in stage.text


async def test_the_palette_lists_what_applies_and_runs_it(stage: Stage) -> None:
    await stage.go_to("shop-cache-1")
    await stage.press("ctrl+p")
    await stage.until(lambda: "stop shop-cache-1" in stage.text)
    assert "restart shop-cache-1" in stage.text
    assert "docker restart shop-cache-1" in stage.text
    assert "start shop-cache-1" not in stage.text.replace("restart shop-cache-1", "")
    await stage.type("pause shop")
    await stage.until(lambda: "pause shop-cache-1" in stage.text and "restart shop-cache-1" not in stage.text)
    await stage.press("down", "enter")
    await stage.until(lambda: stage.state("shop-cache-1") == "paused")
    assert stage.dialog == "MainScreen"


async def test_the_palette_leads_to_panes_and_places(stage: Stage) -> None:
    await stage.press("ctrl+p")
    await stage.type("pane: volumes")
    await stage.until(lambda: stage.text.count("pane: volumes") == 2)
    await stage.press("down", "enter")
    await stage.until(lambda: stage.pane.view.title == "Volumes")


async def test_the_help_lists_every_verb(tmp_path: Path) -> None:
    async with staged(tmp_path, (100, 250)) as stage:
        await stage.press("question_mark")
        assert stage.dialog == "HelpScreen"
        text = " ".join(stage.text.replace("│", " ").split())
        for verb in VERBS:
            assert verb.title in text
            assert " ".join(verb.tip.split()[:4]) in text
            assert verb.line(()).masked() in text
        await stage.press("escape")
        assert stage.dialog == "MainScreen"


async def test_the_help_begins_with_the_pane_in_view(stage: Stage) -> None:
    await stage.press("3", "question_mark")
    heads = [line for line in stage.lines if "Networks" in line or "Containers" in line]
    assert "Networks" in heads[0]
