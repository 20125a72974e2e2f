"""Pull, push and tag by keys on the demo Engine, and what the dialog of jobs shows of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.engine.jobs import JobState

SLOW = 1000.0
"""Seconds that 100 MB take: no test waits for that."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The images pane."""
    async with staged(tmp_path) as stage:
        await stage.press("2")
        await stage.until(lambda: "postgres:16" in stage.names)
        yield stage


async def ask(stage: Stage, key: str, *texts: str) -> None:
    """Press a verb's key, type into its first questions, and send them."""
    await stage.press(key)
    await stage.until(lambda: stage.dialog == "SheetScreen")
    for number, text in enumerate(texts):
        await stage.press(*["down"][:number], "end", "ctrl+u")
        await stage.type(text)
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.dialog != "SheetScreen")


async def test_two_pulls_go_on_side_by_side_and_each_can_be_cancelled(stage: Stage) -> None:
    stage.demo.dials.pace = SLOW
    await ask(stage, "P", "mysql:9")
    await ask(stage, "P", "mongo:8")
    await stage.press("J")
    await stage.until(lambda: stage.text.count("B/s") == 2)
    first, second = stage.engine.jobs.all
    assert {first.state, second.state} == {JobState.RUNNING}
    # the newest is under the cursor
    await stage.press("x")
    await stage.until(lambda: second.state is JobState.CANCELLED)
    assert first.state is JobState.RUNNING
    first.cancel()


async def test_a_cancelled_pull_is_done_again_by_a_key(stage: Stage) -> None:
    stage.demo.dials.pace = SLOW
    await ask(stage, "P", "alpine:3.22")
    await stage.press("J")
    await stage.until(lambda: "Downloading" in stage.text)
    await stage.press("x")
    (job,) = stage.engine.jobs.all
    await stage.until(lambda: job.ended is not None and "try again" in stage.text)
    stage.demo.dials.pace = 0.0
    await stage.press("r")
    await stage.until(lambda: stage.text.count("● done") > 0)
    await stage.press("escape")
    await stage.until(lambda: "alpine:3.22" in stage.names)


async def test_the_layers_of_a_pull_are_shown_one_by_one(stage: Stage) -> None:
    stage.demo.dials.pace = SLOW
    await ask(stage, "P", "mysql:9")
    await stage.press("J", "l")
    await stage.until(lambda: stage.dialog == "JobLogScreen" and "Waiting" in stage.text)
    assert "Already exists" in stage.text
    assert "layers were there already" in stage.text
    await stage.press("x", "escape")


async def test_an_image_for_another_platform_is_asked_for_and_refused(stage: Stage) -> None:
    await ask(stage, "P", "alpine:3.22", "linux/s390x")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    assert "docker pull --platform linux/s390x alpine:3.22" in stage.text
    assert "The image is not made for this platform" in stage.text


async def test_a_push_that_is_denied_says_where_to_log_in(stage: Stage) -> None:
    await stage.go_to("postgres:16")
    await ask(stage, "p")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    assert "denied: requested access to the resource is denied" in stage.text
    assert ":login docker.io" in stage.text
    assert "docker push postgres:16" in stage.text


async def test_a_push_ends_in_the_digest_the_registry_gave(stage: Stage) -> None:
    await stage.go_to("shop/tools:latest")
    await ask(stage, "p")
    await stage.until(lambda: any("push: done" in toast for toast in stage.toasts))
    (job,) = stage.engine.jobs.all
    assert "latest: digest: sha256:" in job.results[0].words
    assert "1 of 2 layers were there" in job.results[0].words


async def test_a_tag_is_one_more_name_of_the_same_image(stage: Stage) -> None:
    await stage.go_to("postgres:16")
    await ask(stage, "t", "shop/db:1")
    known = stage.engine.store.images
    await stage.until(lambda: "shop/db:1" in stage.engine.store.images)
    assert stage.engine.store.images["shop/db:1"].id == known["postgres:16"].id


async def test_a_tag_that_leads_to_another_image_is_moved_only_by_a_plan(stage: Stage) -> None:
    await stage.go_to("postgres:16")
    await ask(stage, "t", "shop/tools:latest")
    await stage.until(lambda: stage.dialog == "PlanScreen")
    assert "it will be dangling" in stage.text
    assert "docker tag postgres:16 shop/tools:latest" in stage.text
    await stage.press("escape")
    # the sheet is there again as it was
    await stage.until(lambda: stage.dialog == "SheetScreen" and "shop/tools:latest" in stage.text)
