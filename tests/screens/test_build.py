"""Building by key on the demo Engine: the form, the steps, what went wrong, and the build cache."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.engine.build_steps import StepState
from tui.engine.builds import Building
from tui.engine.jobs import Job, JobState
from tui.engine.kinds import Kind
from tui.screens.build_edit import save

BASE, PULLED = "debian:bookworm-slim", "mysql:9"
"""An image that is here, and one that has to be pulled."""
GOOD = f"FROM {BASE} AS tool\nARG WHO=world\nRUN echo hello $WHO\nCOPY app /app\n"
BAD = f'{GOOD}\nRUN echo then && \\\n    exit 2\nCMD ["/app"]\n'
SLOW = 1000.0
"""With this pace a pull never ends."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that Wharf is started in; there is no docker CLI."""
    place = tmp_path / "shop"
    place.mkdir()
    (place / "Dockerfile").write_text(GOOD)
    (place / "app").write_text("x" * 1000)
    (place / "big").write_bytes(bytes(2_000_000))
    (place / ".dockerignore").write_text("big\n")
    monkeypatch.chdir(place)
    monkeypatch.setenv("PATH", str(tmp_path))
    return place


@pytest.fixture
async def stage(tmp_path: Path, folder: Path) -> AsyncIterator[Stage]:
    """The form, with its folder counted."""
    async with staged(tmp_path) as stage:
        await stage.press("2")
        await stage.until(lambda: "postgres:16" in stage.names)
        await stage.press("b")
        await stage.until(lambda: stage.dialog == "BuildScreen" and "Context" in stage.text)
        yield stage


def last(stage: Stage) -> Job:
    """The newest job."""
    return stage.engine.jobs.all[-1]


async def tagged(stage: Stage, name: str) -> None:
    """Type a tag, and build."""
    await stage.press("down", "down")
    await stage.type(name)
    await stage.until(lambda: f"docker build -t {name}" in stage.text)
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.dialog == "BuildRunScreen")


async def test_the_form_says_what_would_be_sent_and_who_builds(stage: Stage) -> None:
    assert "Context 1.09kB in 3 files (.dockerignore leaves out 2MB)" in stage.text
    await stage.until(lambda: "Classic builder, as there is no docker CLI on PATH" in stage.text)


async def test_a_build_shows_its_steps_and_makes_the_image(stage: Stage) -> None:
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "● built" in stage.text)
    assert "RUN echo hello $WHO" in stage.text
    assert "4 of 4 steps" in stage.text
    await stage.press("escape", "escape")
    await stage.until(lambda: stage.dialog == "MainScreen" and "shop/new:1" in stage.names)
    (line,) = [line for line in stage.requests if line.startswith("POST")]
    assert line.endswith("/build?dockerfile=Dockerfile&rm=1&forcerm=1&t=shop%2Fnew%3A1")


async def test_the_log_is_that_of_the_step_under_the_cursor(stage: Stage) -> None:
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "● built" in stage.text)
    assert "This step said nothing." in stage.text
    await stage.press("g", "j", "j")
    await stage.until(lambda: "hello world" in stage.text)


async def test_the_second_build_says_what_came_from_the_cache(stage: Stage) -> None:
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "● built" in stage.text)
    await stage.press("r")
    await stage.until(lambda: "3 from the cache" in stage.text and "● built" in stage.text)
    assert stage.text.count("● cached") == 3


async def test_a_failing_step_is_named_with_its_line(stage: Stage, folder: Path) -> None:
    (folder / "Dockerfile").write_text(BAD)
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "✗ failed" in stage.text and "It is line 6 of Dockerfile" in stage.text)
    assert "returned a non-zero code: 2" in stage.text
    assert "shop/new:1" not in [image.name for image in stage.engine.store.of(Kind.IMAGE).values()]


async def test_a_word_that_is_no_instruction_is_named_with_its_line(stage: Stage, folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\n\nFOO bar\n")
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "unknown instruction: FOO" in stage.text)
    assert "It is line 3 of Dockerfile. e opens it there." in stage.text


async def test_a_secret_argument_is_masked_and_yet_sent(stage: Stage) -> None:
    await stage.press(*["down"] * 3)
    await stage.type("WHO_TOKEN=s3cret")
    await stage.until(lambda: "--build-arg 'WHO_TOKEN=***'" in stage.text)
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.dialog == "BuildRunScreen" and "● built" in stage.text)
    assert "s3cret" not in stage.text
    assert not any("s3cret" in line.text for line in last(stage).log.lines)
    assert any("s3cret" in line for line in stage.requests)


async def test_leaving_lets_the_build_go_on_and_coming_back_shows_it(stage: Stage, folder: Path) -> None:
    (folder / "Dockerfile").write_text(GOOD.replace(BASE, PULLED))
    stage.demo.dials.pace = SLOW
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "◌ building" in stage.text)
    await stage.press("escape", "escape")
    await stage.until(lambda: stage.dialog == "MainScreen")
    assert last(stage).state is JobState.RUNNING
    await stage.press("b")
    await stage.until(lambda: stage.dialog == "BuildRunScreen" and "◌ building" in stage.text)
    stage.demo.dials.pace = 0.0
    await stage.until(lambda: "● built" in stage.text)


async def test_a_build_that_fails_out_of_sight_is_told_where_the_person_is(
    stage: Stage, folder: Path
) -> None:
    (folder / "Dockerfile").write_text(BAD.replace(BASE, PULLED))
    stage.demo.dials.pace = SLOW
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "◌ building" in stage.text)
    await stage.press("escape", "escape")
    await stage.until(lambda: stage.dialog == "MainScreen")
    stage.demo.dials.pace = 0.0
    await stage.until(lambda: stage.dialog == "ErrorScreen" and "line 6 of Dockerfile" in stage.text)


async def test_a_cancelled_build_stops_where_it_is(stage: Stage, folder: Path) -> None:
    (folder / "Dockerfile").write_text(f"FROM {PULLED}\nCMD x\n")
    stage.demo.dials.pace = SLOW
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "◌ running" in stage.text)
    await stage.press("x")
    await stage.until(lambda: "○ cancelled" in stage.text and "○ stopped" in stage.text)
    await stage.until(lambda: last(stage).ended is not None)
    building = last(stage).task.work
    assert isinstance(building, Building)
    assert [step.state for step in building.steps.all] == [StepState.STOPPED]


async def test_one_of_the_dockerfiles_and_one_of_its_stages_can_be_chosen(stage: Stage, folder: Path) -> None:
    (folder / "web").mkdir()
    (folder / "web" / "Dockerfile.dev").write_text("FROM scratch AS first\nFROM scratch AS second\nCMD x\n")
    await stage.press("f4")
    await stage.until(lambda: "web/Dockerfile.dev" in stage.text)
    await stage.press("2")
    await stage.until(lambda: "-f " in stage.text and stage.dialog == "BuildScreen")
    await stage.until(lambda: "f5" in stage.text and "Context" in stage.text)
    await stage.press("f5")
    await stage.until(lambda: stage.dialog == "ChooseScreen" and "second" in stage.text)
    await stage.press("2")
    await stage.until(lambda: "Stage second" in stage.text and "--target" in stage.text)


async def test_what_needs_buildkit_is_told_before_the_build(stage: Stage, folder: Path) -> None:
    (folder / "kit.Dockerfile").write_text("FROM scratch\nRUN --mount=type=cache,target=/x make\n")
    await stage.press("f4")
    await stage.until(lambda: "kit.Dockerfile" in stage.text)
    await stage.press("2")
    await stage.until(lambda: "Line 2 needs BuildKit, which is not there: RUN --mount" in stage.text)


async def test_an_engine_that_goes_away_is_told_and_the_form_can_build_again(
    stage: Stage, folder: Path
) -> None:
    (folder / "Dockerfile").write_text(f"FROM {PULLED}\nCMD x\n")
    stage.demo.dials.pace = SLOW
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "◌ running" in stage.text)
    stage.demo.drop()
    await stage.until(lambda: "the connection ended in the middle of the build" in stage.text)
    assert "○ stopped" in stage.text


async def test_a_path_is_completed_to_the_first_folder_that_begins_so(stage: Stage, folder: Path) -> None:
    (folder / "website").mkdir()
    (folder / "weather.txt").write_text("x")
    await stage.press("end", "ctrl+u")
    await stage.type("./we")
    await stage.until(lambda: "./website/" in stage.text)
    await stage.press("right")
    await stage.until(lambda: "shop/website" in stage.text)


async def test_a_name_that_no_dockerfile_has_says_how_to_begin_one_before_anything_is_sent(
    stage: Stage,
) -> None:
    await stage.press("down")
    await stage.type(".prod")
    await stage.until(lambda: "There is no Dockerfile.prod in the folder: f3 begins one" in stage.text)
    assert "cannot be read" not in stage.text


async def test_a_folder_without_a_dockerfile_says_what_to_do(stage: Stage, folder: Path) -> None:
    (folder / "Dockerfile").unlink()
    await stage.press("ctrl+s")
    await stage.until(lambda: "There is no Dockerfile in the folder: f3 begins one" in stage.text)


async def test_what_was_typed_is_left_only_the_second_time(stage: Stage) -> None:
    await stage.press("down", "down")
    await stage.type("shop/new:1")
    await stage.press("escape")
    assert "esc again leaves" in stage.text
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "MainScreen")


async def test_a_mistake_opens_the_editor_at_its_line_and_the_build_goes_on_from_there(
    stage: Stage, folder: Path
) -> None:
    (folder / "Dockerfile").write_text(BAD)
    await tagged(stage, "shop/new:1")
    await stage.until(lambda: "It is line 6 of Dockerfile" in stage.text)
    await stage.press("e")
    await stage.until(lambda: stage.dialog == "EditScreen" and "line 6" in stage.text)
    await stage.press("home", "shift+down", "shift+down", "delete", "ctrl+s")
    await stage.until(lambda: (folder / "Dockerfile").read_text() == f'{GOOD}\nCMD ["/app"]\n')
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "BuildRunScreen")
    await stage.press("r")
    await stage.until(lambda: "● built" in stage.text)


async def test_the_editor_asks_before_it_forgets_a_change(stage: Stage, folder: Path) -> None:
    await stage.press("f2")
    await stage.until(lambda: stage.dialog == "EditScreen")
    await stage.type("# changed\n")
    await stage.press("escape")
    await stage.until(lambda: "Dockerfile has unsaved changes" in stage.text)
    await stage.press("e")
    await stage.until(lambda: stage.dialog == "EditScreen")
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "ChooseScreen")
    await stage.press("l")
    await stage.until(lambda: stage.dialog == "BuildScreen")
    assert (folder / "Dockerfile").read_text() == GOOD


async def test_a_template_becomes_a_new_dockerfile_beside_the_one_there_is(
    stage: Stage, folder: Path
) -> None:
    await stage.press("f3")
    await stage.until(lambda: "Python app" in stage.text)
    await stage.press("2")
    await stage.until(lambda: stage.dialog == "EditScreen" and "Dockerfile.python" in stage.text)
    assert not (folder / "Dockerfile.python").exists()
    await stage.press("ctrl+s")
    await stage.until(lambda: (folder / "Dockerfile.python").exists())
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "BuildScreen" and "Dockerfile.python" in stage.text)
    assert (folder / "Dockerfile").read_text() == GOOD


def test_a_save_keeps_mode_and_link_and_leaves_nothing_behind(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "Dockerfile"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    save(link, "new \udce9")
    assert link.is_symlink()
    assert real.read_bytes() == b"new \xe9"
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "real"]


async def cache(stage: Stage) -> None:
    """Go to the build cache."""
    await stage.press("escape")
    await stage.until(lambda: stage.dialog == "MainScreen")
    await stage.press("colon")
    await stage.type("build-cache")
    await stage.press("enter")
    await stage.until(lambda: stage.dialog == "BuildCacheScreen" and "7 records" in stage.text)


async def test_exactly_the_marked_records_of_the_cache_go(stage: Stage) -> None:
    await cache(stage)
    await stage.press("space", "space", "d")
    await stage.until(lambda: "Remove 2 records of the build cache" in stage.text)
    await stage.until(lambda: getattr(stage.app.screen, "ready", False))
    await stage.press("y")
    await stage.until(lambda: stage.dialog == "BuildCacheScreen" and "5 records" in stage.text)
    assert {each.outcome for each in last(stage).results} == {"done"}
    with stage.demo.world.lock:
        assert len(stage.demo.world.build_cache) == 5
    pruned = [line for line in stage.requests if "/build/prune" in line]
    assert len(pruned) == 1


async def test_a_record_that_was_used_meanwhile_is_left_alone(stage: Stage) -> None:
    await cache(stage)
    await stage.press("d")
    await stage.until(lambda: getattr(stage.app.screen, "ready", False))
    with stage.demo.world.lock:
        for record in stage.demo.world.build_cache.values():
            record.uses += 1
    await stage.press("y")
    await stage.until(lambda: stage.dialog == "BuildCacheScreen" and bool(stage.engine.jobs.all))
    await stage.until(lambda: last(stage).ended is not None)
    assert [each.words for each in last(stage).results] == ["it was used since"]
    assert not any("/build/prune?" in line and "id" not in line for line in stage.requests)
    with stage.demo.world.lock:
        assert len(stage.demo.world.build_cache) == 7
