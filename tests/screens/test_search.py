"""Searching on the demo Engine by keys, and pulling what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.stage import Stage, staged
from tui.demo.hostile import STRINGS
from tui.engine.errors import EngineError
from tui.screens import search as search_screen
from tui.screens.search import SearchScreen
from tui.verbs.searching import Found

WORDS = "docker search --limit 25"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The search, opened from the images pane."""
    async with staged(tmp_path) as stage:
        await open_search(stage)
        yield stage


async def open_search(stage: Stage) -> None:
    await stage.press("2")
    await stage.until(lambda: "postgres:16" in stage.names)
    await stage.press("s")
    await stage.until(lambda: stage.dialog == "SearchScreen")


async def look_for(stage: Stage, term: str) -> None:
    await stage.type(term)
    await stage.press("enter")


def found(stage: Stage) -> list[str]:
    screen = stage.app.screen
    assert isinstance(screen, SearchScreen)
    return list(screen._table.keys)


async def test_a_term_is_asked_for_and_what_is_found_stands_by_stars(stage: Stage) -> None:
    assert "A word is looked for on Docker Hub" in stage.text
    await look_for(stage, "database")
    await stage.until(lambda: "found" in stage.text)
    assert found(stage)[:2] == ["mysql", "postgres"]
    assert "15,800  ● yes" in stage.text
    assert f"{WORDS} database" in stage.text
    # all words of the one under the cursor
    assert "MySQL is a widely used, open-source relational database management system." in stage.text


async def test_enter_pulls_what_is_under_the_cursor_after_asking_for_the_tag(stage: Stage) -> None:
    await look_for(stage, "mysql")
    await stage.until(lambda: "found" in stage.text)
    await stage.press("enter")
    await stage.until(lambda: stage.dialog == "SheetScreen")
    await stage.until(lambda: "docker pull mysql:latest" in stage.text)
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.dialog == "SearchScreen")
    await stage.press("escape")
    await stage.until(lambda: "mysql:latest" in stage.names)


async def test_a_search_is_narrowed_and_widened_by_keys(stage: Stage) -> None:
    await look_for(stage, "a")
    await stage.until(lambda: "grafana/grafana" in found(stage))
    await stage.press("o")
    await stage.until(lambda: "grafana/grafana" not in found(stage) and "official only" in stage.text)
    await stage.press("m", "m", "m", "m")
    await stage.until(lambda: "1,000 stars and more" in stage.text and "stars=1000" in stage.text)
    await stage.press("m", "o", "l")
    await stage.until(lambda: "grafana/grafana" in found(stage) and "at most 50" in stage.text)
    assert any("images/search?term=a&limit=50" in line for line in stage.requests)


async def test_another_term_can_be_typed_and_left(stage: Stage) -> None:
    await look_for(stage, "redis")
    await stage.until(lambda: found(stage) == ["redis"])
    await stage.press("s", "x", "escape")
    assert stage.dialog == "SearchScreen"
    await stage.press("slash", "ctrl+u")
    await look_for(stage, "nothing-is-called-so")
    await stage.until(lambda: "Nothing was found." in stage.text)
    await stage.press("escape")
    assert stage.dialog == "MainScreen"


async def test_an_engine_without_internet_says_so_calmly(stage: Stage) -> None:
    words = 'Get "https://index.docker.io/v1/search?q=x": dial tcp: network is unreachable'
    stage.demo.dials.refuse("GET", "/images/search", 500, words, times=1)
    await look_for(stage, "redis")
    await stage.until(lambda: "network is unreachable" in stage.text)
    assert "does not reach Docker Hub" in stage.text
    assert "✗ refused" in stage.text
    # and it can be tried again
    await stage.press("s", "enter")
    await stage.until(lambda: found(stage) == ["redis"])
    assert "unreachable" not in stage.text


async def test_while_the_engine_does_not_answer_one_can_leave(stage: Stage) -> None:
    stage.demo.dials.latency = 1000.0
    await look_for(stage, "redis")
    await stage.until(lambda: "asking the Engine" in stage.text)
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "MainScreen")
    stage.demo.dials.latency = 0.0


async def test_an_answer_that_comes_after_another_question_is_dropped(stage: Stage) -> None:
    stage.demo.dials.latency = 1000.0
    await look_for(stage, "redis")
    await stage.until(lambda: "asking the Engine" in stage.text)
    await stage.press("s", "ctrl+u")
    await look_for(stage, "nginx")
    stage.demo.dials.latency = 0.0
    await stage.until(lambda: bool(found(stage)))
    assert found(stage) == ["nginx"]


async def test_hostile_descriptions_are_harmless(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = [Found(f"a/{number} {text}", text, 1, False) for number, text in enumerate(STRINGS.values())]
    monkeypatch.setattr(search_screen, "search", lambda connection, wanted: hostile)
    await look_for(stage, "x")
    await stage.until(lambda: len(found(stage)) == len(hostile))
    for _ in hostile:
        await stage.press("j")
        assert not set("\x1b\x07\x9b\u202e") & set(stage.text)
    assert stage.dialog == "SearchScreen"


async def test_the_tags_of_what_was_found_come_from_its_registry(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def tags_of(repository: str, endpoint: Any) -> tuple[str, ...]:
        asked.append(repository)
        return ("9", "8")

    monkeypatch.setattr(search_screen, "tags_of", tags_of)
    await look_for(stage, "mysql")
    await stage.until(lambda: "found" in stage.text)
    await stage.press("t")
    await stage.until(lambda: stage.dialog == "ChooseScreen")
    await stage.press("2")
    await stage.until(lambda: "docker pull mysql:8" in stage.text)
    assert asked == ["mysql"]


async def test_on_the_demo_the_tags_are_the_demos_and_the_network_is_not_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tags_of(repository: str, endpoint: Any) -> tuple[str, ...]:
        raise AssertionError("a registry on the network was asked")

    monkeypatch.setattr(search_screen, "tags_of", tags_of)
    stage.engine.endpoint = replace(stage.engine.endpoint, demo=True)
    await look_for(stage, "nginx")
    await stage.until(lambda: "found" in stage.text)
    await stage.press("t")
    await stage.until(lambda: stage.dialog == "ChooseScreen")
    assert "1.27-alpine" in stage.text


async def test_a_registry_that_does_not_answer_for_tags_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tags_of(repository: str, endpoint: Any) -> tuple[str, ...]:
        raise EngineError("registry-1.docker.io: no such host")

    monkeypatch.setattr(search_screen, "tags_of", tags_of)
    await look_for(stage, "mysql")
    await stage.until(lambda: "found" in stage.text)
    await stage.press("t")
    await stage.until(lambda: stage.dialog == "ErrorScreen" and "no such host" in stage.text)


async def test_a_read_only_engine_is_searched_and_nothing_is_pulled(tmp_path: Path) -> None:
    async with staged(tmp_path, read_only=True) as stage:
        await open_search(stage)
        await look_for(stage, "mysql")
        await stage.until(lambda: "found" in stage.text)
        assert "P pull" not in stage.text
        await stage.press("enter", "P")
        assert stage.dialog == "SearchScreen"


async def test_a_command_looks_for_its_term_from_any_pane(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("colon", *"search redis", "enter")
        await stage.until(lambda: stage.dialog == "SearchScreen" and "found" in stage.text)
        assert found(stage) == ["redis"]
        assert f"{WORDS} redis" in stage.text
