"""What Wharf shows of an Engine that is slow, refuses, breaks off or falls silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.engine.jobs import JobState
from tui.engine.link import LinkState


def row(stage: Stage, name: str) -> str:
    """The line of the screen that this name stands on."""
    return next(line for line in stage.lines if name in line)


async def pull(stage: Stage, reference: str) -> None:
    """Pull by key, and wait for the words about its failure."""
    await stage.press("2", "P")
    await stage.until(lambda: stage.dialog == "SheetScreen")
    await stage.press("end", "ctrl+u")
    await stage.type(reference)
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    assert stage.engine.jobs.all[-1].state is JobState.FAILED


async def test_a_refused_list_is_said_and_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.watcher.ASK_AGAIN_SECONDS", 0.1)
    async with staged(tmp_path, (160, 40)) as stage:
        dials = stage.demo.dials
        dials.refuse("GET", "/containers/json", 500, "layer store is locked [/x]")
        stage.docker.stop("shop-proxy-1")
        await stage.until(lambda: "layer store is locked [/x]" in stage.bar("header"))
        assert stage.engine.link.state is LinkState.UP
        assert "exited" not in row(stage, "shop-proxy-1")
        dials.forgive()
        await stage.until(lambda: "exited" in row(stage, "shop-proxy-1"))
        await stage.until(lambda: "layer store" not in stage.bar("header"))


async def test_a_log_that_is_cut_says_so_and_reads_on_by_key(tmp_path: Path) -> None:
    async with staged(tmp_path, (120, 34)) as stage:
        await stage.go_to("shop-proxy-1")
        stage.demo.dials.cut_after = 70_000
        await stage.press("l")
        await stage.until(lambda: stage.dialog == "LogsScreen" and "r read on" in stage.text)
        assert "GET" in stage.text
        assert "following" not in stage.text
        stage.demo.dials.cut_after = None
        await stage.press("r")
        await stage.until(lambda: "following" in stage.text)


async def test_events_that_never_come_are_made_up_for_by_the_safety_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.watcher.SAFETY_SECONDS", 0.2)
    async with staged(tmp_path, (120, 34)) as stage:
        stage.demo.dials.half_open = True
        stage.docker.stop("shop-proxy-1")
        await stage.until(lambda: "exited" in row(stage, "shop-proxy-1"))


async def test_without_an_answer_at_all_the_line_is_called_stale_until_one_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.watcher.QUIET_SECONDS", 0.1)
    monkeypatch.setattr("tui.engine.watcher.SILENCE_SECONDS", 0.3)
    async with staged(tmp_path, (120, 34)) as stage:
        stage.demo.dials.latency = 3600.0
        await stage.until(lambda: "STALE: no answer" in stage.bar("header"))
        assert "shop-proxy-1" in stage.text
        stage.demo.dials.latency = 0.0
        await stage.until(lambda: "STALE" not in stage.bar("header"))


@pytest.mark.parametrize("words", ["unexpected EOF", "no space left on device [/x]"])
async def test_a_pull_that_breaks_in_the_middle_fails_in_the_engines_words(
    tmp_path: Path, words: str
) -> None:
    async with staged(tmp_path, (120, 34)) as stage:
        stage.demo.dials.break_after, stage.demo.dials.break_words = 5, words
        await pull(stage, "nginx:1.29")
        assert words in stage.text


async def test_a_pull_that_is_cut_in_the_middle_fails(tmp_path: Path) -> None:
    async with staged(tmp_path, (120, 34)) as stage:
        stage.demo.dials.break_after, stage.demo.dials.break_words = 5, ""
        await pull(stage, "nginx:1.29")
        assert "nginx:1.29" in stage.text


async def test_keys_work_while_the_detail_waits_for_its_answer(tmp_path: Path) -> None:
    async with staged(tmp_path, (160, 40)) as stage:
        await stage.until(lambda: stage.detail_read)
        stage.demo.dials.latency = 3600.0
        await stage.go_to("shop-db-1")
        await stage.until(lambda: stage.detail is not None and stage.detail.model == stage.pane.current)
        assert not stage.detail_read
        await stage.press("2")
        assert "REPOSITORY" in stage.text
        await stage.press("1", "question_mark")
        assert stage.dialog == "HelpScreen"
        await stage.press("escape", "j")
        assert stage.current != "shop-db-1"
        await stage.go_to("shop-db-1")
        stage.demo.dials.latency = 0.0
        await stage.until(lambda: stage.detail_read)
