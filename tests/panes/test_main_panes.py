"""The four panes: their tabs, columns and rows, and how these follow the Engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.demo import lifecycle
from tui.engine.engine import Engine
from tui.engine.kinds import Kind
from tui.engine.models import Container

HEADS = {
    "1": ["NAME", "STATE", "IMAGE", "PORTS", "PROJECT", "IP", "COMMAND", "ID", "AGE"],
    "2": ["REPOSITORY", "TAG", "ID", "SIZE", "AGE", "USED BY"],
    "3": ["NAME", "DRIVER", "SCOPE", "SUBNET", "CONTAINERS", "ID"],
    "4": ["NAME", "DRIVER", "USED BY", "MOUNTPOINT"],
}


def counts(stage: Stage) -> list[str]:
    return stage.bar("tabs").split()


async def test_tabs_count_what_the_engine_has(stage: Stage) -> None:
    world = stage.demo.world
    expected = (
        f"1 Containers {len(world.containers)} 2 Images 17 3 Networks 7 4 Volumes 11 5 Registries 6 Engine"
    )
    assert counts(stage) == expected.split()
    assert all(str(word) in stage.lines[1] for word in counts(stage))


async def test_tabs_follow_what_others_do(stage: Stage) -> None:
    stage.docker.create_volume("another")
    await stage.until(lambda: "4 Volumes 12" in stage.bar("tabs"))
    stage.docker.remove_container("shop-canary")
    await stage.until(lambda: "1 Containers 15" in stage.bar("tabs"))


@pytest.mark.parametrize("digit", HEADS)
async def test_digits_show_the_panes_with_the_columns_of_their_kind(tmp_path: Path, digit: str) -> None:
    async with staged(tmp_path, (250, 50)) as stage:
        await stage.press("1" if digit != "1" else "2", digit)
        head = stage.lines[2].partition("▏")[0].replace("↑", "")
        # the detail stands beside it: what there is room for stands in order, the first two always
        titles = [title for title in HEADS[digit] if title in head]
        assert titles[:2] == HEADS[digit][:2]
        assert len(titles) >= 4
        assert head.split() == " ".join(titles).split()


async def test_columns_drop_when_it_is_narrow(stage: Stage) -> None:
    assert "COMMAND" in stage.lines[2] or "PROJECT" in stage.lines[2]
    await stage.pilot.resize_terminal(80, 24)
    await stage.until(lambda: "PROJECT" not in stage.lines[2])
    assert "NAME" in stage.lines[2]
    assert "STATE" in stage.lines[2]


async def test_the_cursor_stays_on_its_object_when_rows_come_and_go(stage: Stage) -> None:
    await stage.go_to("shop-cache-1")
    stage.docker.create_container("redis:7-alpine", name="aaa-first")
    await stage.until(lambda: "aaa-first" in stage.names)
    assert stage.current == "shop-cache-1"
    stage.docker.remove_container("aaa-first")
    stage.docker.remove_container("import-orders")
    await stage.until(lambda: "import-orders" not in stage.names and "aaa-first" not in stage.names)
    assert stage.current == "shop-cache-1"
    assert next(line for line in stage.lines if line.startswith("▌")).split()[1] == "shop-cache-1"


async def test_the_cursor_takes_the_next_row_when_its_own_goes(stage: Stage) -> None:
    await stage.go_to("shop-canary")
    after = stage.names[stage.names.index("shop-canary") + 1]
    stage.docker.remove_container("shop-canary")
    await stage.until(lambda: "shop-canary" not in stage.names and stage.current == after)


async def test_a_row_whose_object_has_just_gone_can_still_be_measured_and_painted(stage: Stage) -> None:
    assert {cell.text for cell in stage.pane._cells("gone")} == {""}


async def test_a_rename_keeps_the_cursor_and_sorts_anew(stage: Stage) -> None:
    await stage.go_to("shop-worker-1")
    stage.docker.rename("shop-worker-1", "aaa")
    await stage.until(lambda: stage.names[0] == "aaa")
    assert stage.current == "aaa"


async def test_states_stand_as_glyph_and_word(stage: Stage) -> None:
    for words in (
        "● up 3 h ♥ healthy",
        "○ exited 137",
        "‖ paused",
        "◌ restarting",
        "✗ unhealthy",
        "○ created",
    ):
        assert words in stage.text


async def test_a_state_that_changes_elsewhere_shows(stage: Stage) -> None:
    world = stage.demo.world
    with world.lock:
        lifecycle.pause(world, world.container("shop-app-1"))
    row = stage.names.index("shop-app-1") + 3
    await stage.until(lambda: "‖ paused" in stage.lines[row])


async def test_rows_that_come_while_the_screen_is_being_made_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = Engine.listen

    def too_late(engine: Engine, listener: Callable[[object], None] | None) -> None:
        """The list is read right before anybody listens, and never again."""
        engine.store.replace(Kind.CONTAINER, [Container("id", "web", "nginx", "", "", 0, "running", "")])
        listen(engine, listener)

    monkeypatch.setattr(Engine, "listen", too_late)
    stage = Stage(tmp_path)
    try:
        async with stage.app.run_test() as stage.pilot:
            await stage.until(lambda: stage.names == ["web"])
            assert "web" in stage.text
    finally:
        stage.close()


async def test_an_empty_pane_says_what_makes_the_first_one(tmp_path: Path) -> None:
    async with staged(tmp_path, build=lambda world: world.containers.clear(), rows=False) as stage:
        assert "No containers. On the Images pane, R runs one" in stage.text
        assert "1 Containers 0" in stage.lines[1]


@pytest.mark.parametrize("dialog", [None, "question_mark", "d", "enter", "slash", "ctrl+p"])
async def test_any_size_is_fine_at_any_moment(stage: Stage, dialog: str | None) -> None:
    await stage.go_to("shop-db-1")
    if dialog is not None:
        await stage.press(dialog)
    for size in ((80, 24), (250, 80), (140, 30), (139, 30), (100, 25), (200, 60), (80, 24)):
        await stage.pilot.resize_terminal(*size)
        await stage.still()
        assert len(stage.lines) == size[1]
        assert stage.current == "shop-db-1"
    while stage.dialog != "MainScreen":
        await stage.press("escape")
    assert stage.lines[0].startswith(" wharf  ● demo")
    assert "1 Containers 16" in stage.lines[1]
    assert stage.bar("footer").lstrip().partition(" ")[0] in stage.lines[-1]
