"""Looking into images of the demo Engine by keys, from the images pane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.engine.inside import CONTENTS
from tui.engine.jobs import JobState
from tui.engine.scans import NONE_FOUND
from tui.screens import scan as scan_screen
from tui.settings import Settings

IMAGE = "shop/app:2.3.1"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The images pane, the cursor on an image that nobody looked into."""
    async with staged(tmp_path) as stage:
        await stage.press("2")
        await stage.until(lambda: "postgres:16" in stage.names)
        await stage.go_to(IMAGE)
        CONTENTS.forget(stage.engine.store.images[IMAGE].id)
        yield stage


async def test_each_place_is_one_key_from_the_image(stage: Stage) -> None:
    for key, name in (("h", "HistoryScreen"), ("f", "LayersScreen"), ("w", "SoftwareScreen")):
        await stage.press(key)
        await stage.until(lambda name=name: stage.dialog == name)  # type: ignore[misc]
        await stage.press("escape")
        await stage.until(lambda: stage.dialog == "MainScreen")


async def test_who_leaves_is_told_when_it_is_done_and_finds_it_there(stage: Stage) -> None:
    stage.demo.dials.pace = 2.0
    await stage.press("f")
    await stage.until(lambda: bool(stage.engine.jobs.all) and "You may leave" in stage.text)
    (job,) = stage.engine.jobs.all
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "MainScreen")
    assert job.state is JobState.RUNNING
    stage.demo.dials.pace = 0.0
    await stage.until(
        lambda: job.state is JobState.DONE and any("look into: done" in each for each in stage.toasts)
    )
    await stage.press("f")
    await stage.until(lambda: "4 layers" in stage.text)
    assert stage.engine.jobs.all == [job]


async def test_who_stays_sees_it_and_needs_no_word(stage: Stage) -> None:
    await stage.press("w")
    await stage.until(lambda: "bookworm" in stage.text)
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "MainScreen")
    assert not stage.toasts


async def test_scan_is_a_command_and_in_the_palette(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_screen, "scanner", lambda: None)
    await stage.press("colon", *"scan", "enter")
    await stage.until(lambda: stage.dialog == "ScanScreen" and NONE_FOUND[:40] in stage.text)
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "MainScreen")
    await stage.press("ctrl+p", *f"scan {IMAGE}")
    await stage.until(lambda: f"scan {IMAGE}" in stage.text and "docker scout cves" in stage.text)
    await stage.press("enter")
    await stage.until(lambda: stage.dialog == "ScanScreen")


async def test_on_a_read_only_endpoint_all_of_it_can_be_done(tmp_path: Path) -> None:
    async with staged(tmp_path, read_only=True, settings=Settings()) as stage:
        await stage.press("2")
        await stage.go_to("postgres:16")
        CONTENTS.forget(stage.engine.store.images["postgres:16"].id)
        await stage.press("f")
        await stage.until(lambda: "2 layers" in stage.text)
