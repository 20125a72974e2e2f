"""Pulling by key on the demo Engine: the sheet, the job with its progress, and what is there afterwards."""

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


async def pull(stage: Stage, reference: str) -> None:
    """Ask for an image in the sheet of the key."""
    await stage.press("P")
    await stage.until(lambda: stage.dialog == "SheetScreen")
    # the sheet begins with the image under the cursor
    await stage.press("end", "ctrl+u")
    await stage.type(reference)
    await stage.until(lambda: f"docker pull {reference}" in stage.text)
    await stage.press("ctrl+s")


async def test_a_pull_shows_how_far_it_is_and_its_image_appears(stage: Stage) -> None:
    stage.demo.dials.pace = SLOW
    await pull(stage, "mysql:9")
    await stage.until(lambda: stage.dialog == "MainScreen")
    await stage.press("J")
    await stage.until(
        lambda: "pull mysql:9" in stage.text and "%" in stage.text and "Downloading" in stage.text
    )
    assert "◌ running" in stage.text
    assert "mysql:9" not in stage.names
    stage.demo.dials.pace = 0.0
    await stage.until(lambda: "● done" in stage.text)
    await stage.press("escape")
    await stage.until(lambda: "mysql:9" in stage.names)
    await stage.until(lambda: any("pull: done" in toast and "mysql:9" in toast for toast in stage.toasts))
    assert [line for line in stage.requests if line.startswith("POST")] == [
        f"POST /v{stage.engine.connection.api.api_version}/images/create?fromImage=mysql%3A9"
    ]


async def test_a_cancelled_pull_leaves_nothing(stage: Stage) -> None:
    stage.demo.dials.pace = SLOW
    with stage.demo.world.lock:
        before = set(stage.demo.world.images)
    await pull(stage, "mysql:9")
    await stage.press("J")
    await stage.until(lambda: "Downloading" in stage.text)
    await stage.press("x")
    await stage.until(lambda: "○ cancelled" in stage.text)
    (job,) = stage.engine.jobs.all
    await stage.until(lambda: job.ended is not None)
    assert job.state is JobState.CANCELLED
    stage.demo.dials.pace = 0.0
    await stage.press("escape")
    # what comes after it goes its way as if nothing had been
    await pull(stage, "alpine:3.22")
    await stage.until(lambda: "alpine:3.22" in stage.names)
    assert "mysql:9" not in stage.names
    with stage.demo.world.lock:
        new = [stage.demo.world.images[one].tags for one in set(stage.demo.world.images) - before]
        pulled = [event.id for event in stage.demo.world.events.recent if event.action == "pull"]
    assert new == [["alpine:3.22"]]
    assert pulled == ["alpine:3.22"]


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("nosuch:1", "pull access denied for nosuch, repository does not exist"),
        ("nginx:xyz", "manifest for nginx:xyz not found: manifest unknown"),
        ("registry.test:5000/app:1", "lookup registry.test on 127.0.0.53:53: no such host"),
    ],
)
async def test_what_cannot_be_pulled_shows_the_engines_words(
    stage: Stage, reference: str, words: str
) -> None:
    before = stage.names
    await pull(stage, reference)
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    said = " ".join(word for line in stage.lines for word in line.replace("│", " ").replace("┃", " ").split())
    assert words in said
    assert f"docker pull {reference}" in said
    await stage.press("escape")
    assert stage.names == before


async def test_a_transfer_that_breaks_is_told_and_brings_nothing(stage: Stage) -> None:
    stage.demo.dials.break_after = 6
    await pull(stage, "mysql:9")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    assert "unexpected EOF" in stage.text
    await stage.press("escape")
    assert "mysql:9" not in stage.names


async def test_running_an_image_that_is_not_here_pulls_it_first(stage: Stage) -> None:
    await stage.go_to("postgres:16")
    await stage.press("R")
    await stage.until(lambda: stage.dialog == "RunScreen")
    screen = stage.app.screen
    screen._form.focus_field("image")  # type: ignore[attr-defined]
    await stage.press("end", "ctrl+u")
    await stage.type("memcached:1.6")
    await stage.until(lambda: "Not on this Engine" in stage.text)
    assert "pull, then run" in stage.text
    screen._form.focus_field("detach")  # type: ignore[attr-defined]
    if not screen._form.values()["detach"]:  # type: ignore[attr-defined]
        await stage.press("space")
    stage.demo.dials.pace = SLOW
    await stage.press("ctrl+s")
    await stage.until(lambda: "pull memcached:1.6" in stage.text and "B/s" in stage.text)
    stage.demo.dials.pace = 0.0
    await stage.until(lambda: stage.dialog == "MainScreen")
    await stage.until(lambda: "memcached:1.6" in stage.names)
    await stage.press("1")
    await stage.until(lambda: any(one.image == "memcached:1.6" for one in stage.pane.models.values()))
