"""Saving what a log screen shows, or the whole log, to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.hosting import Host, until
from tests.screens.reading_logs import CACHE, Shelf, last, log, shelf, shows, types
from tui.engine.jobs import JobState
from tui.verbs.log_saving import JSON, PLAIN, SHOWN, WHOLE

WORKER = "shop-worker-1"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


async def test_what_is_shown_is_saved_and_nothing_that_a_filter_hides(shop: Shelf, tmp_path: Path) -> None:
    shop.demo.write(CACHE, b"order 1", b"health", b"order 2")
    screen = shop.open()
    shop.desk.path = tmp_path / "shown.log"
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "order 2")
        await pilot.press("ampersand")
        await types(pilot, "order")
        await pilot.press("S")
        await until(pilot, lambda: bool(shop.desk.jobs) and shop.desk.jobs[0].ended is not None)
    (job,) = shop.desk.jobs
    assert job.state is JobState.DONE
    assert (tmp_path / "shown.log").read_text() == "order 1\norder 2\n"
    assert job.task.line.masked() == f"docker logs --tail 1000 {CACHE}"
    (request,) = shop.desk.requests
    assert request.writes
    assert request.name == f"{CACHE}.log"


async def test_the_whole_log_is_saved_as_json_whatever_is_shown_of_it(shop: Shelf, tmp_path: Path) -> None:
    shop.demo.write(CACHE, b"broken", stream=2)
    screen = shop.open(lines=100)
    shop.desk.path = tmp_path / "whole.jsonl"
    shop.desk.answers = {"what": WHOLE, "form": JSON}
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "broken")
        assert log(screen).lines_count <= 100
        await pilot.press("S")
        await until(pilot, lambda: bool(shop.desk.jobs) and shop.desk.jobs[0].ended is not None)
    lines = [json.loads(line) for line in (tmp_path / "whole.jsonl").read_text().splitlines()]
    assert lines[0]["log"].startswith("Redis version")
    assert len(lines) > 4000
    assert {key: lines[-1][key] for key in ("container", "stream", "log")} == {
        "container": CACHE,
        "stream": "stderr",
        "log": "broken",
    }
    assert shop.desk.jobs[0].task.line.masked() == f"docker logs --timestamps {CACHE}"
    assert shop.desk.requests[0].name == f"{CACHE}.jsonl"


async def test_lines_of_several_bear_their_names_and_hidden_ones_stay_out(
    shop: Shelf, tmp_path: Path
) -> None:
    screen = shop.open(CACHE, WORKER, "shop-search-1")
    shop.desk.path = tmp_path / "two.log"
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        for name in (CACHE, WORKER):
            shop.demo.now += 1
            shop.demo.write(name, b"mine")
            await until(pilot, lambda name=name: last(screen) == f"{name.ljust(13)} mine")  # type: ignore[misc]
        await pilot.press("m", "j", "j", "space", "escape", "S")
        await until(pilot, lambda: bool(shop.desk.jobs) and shop.desk.jobs[0].ended is not None)
    lines = (tmp_path / "two.log").read_text().splitlines()
    assert lines[-2:] == [f"{CACHE} mine", f"{WORKER} mine"]
    assert {line.split()[0] for line in lines} == {CACHE, WORKER}


async def test_no_file_chosen_leads_back_to_the_question_and_a_standing_file_is_not_overwritten(
    shop: Shelf, tmp_path: Path
) -> None:
    standing = tmp_path / "there.log"
    screen = shop.open()
    asked = 0

    async def fill(sheet: object) -> object:
        nonlocal asked
        asked += 1
        return {"what": SHOWN, "form": PLAIN} if asked == 1 else None

    shop.desk.fill = fill  # type: ignore[assignment,method-assign]
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: log(screen).lines_count > 0)
        await pilot.press("S")
        await until(pilot, lambda: asked == 2)
        assert shop.desk.jobs == []
        asked = 0
        shop.desk.path = standing
        request = shop.desk.engine.run
        # it comes into being between the question and the job
        shop.desk.engine.run = lambda task: (standing.write_text("precious"), request(task))[1]
        await pilot.press("S")
        await until(pilot, lambda: bool(shop.desk.jobs) and shop.desk.jobs[0].ended is not None)
    assert shop.desk.jobs[0].state is JobState.FAILED
    assert standing.read_text() == "precious"
