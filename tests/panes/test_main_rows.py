"""Filter, sort, marks, hiding stopped containers, and the mouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from tests.stage import Stage, staged
from tui.engine.models import Image
from tui.settings import Choices


async def filter_by(stage: Stage, text: str) -> None:
    await stage.press("slash")
    await stage.type(text)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("cache", ["shop-cache-1"]),
        ("shop-app", ["shop-app-1", "shop-app-2", "shop-app-3"]),
        ("state=paused", ["metrics-prometheus-1"]),
        ("shop-app !app-2", ["shop-app-1", "shop-app-3"]),
        ("health=unhealthy", ["shop-search-1"]),
        ("com.docker.compose.project=metrics", ["metrics-grafana-1", "metrics-prometheus-1"]),
        ("~spx", ["shop-proxy-1"]),
        ("project=metrics !paused", ["metrics-grafana-1"]),
    ],
)
async def test_a_filter_lets_rows_through_as_it_is_typed(stage: Stage, text: str, rows: list[str]) -> None:
    await filter_by(stage, text)
    assert stage.names == rows
    assert f"{len(rows)} of 16" in stage.bar("status")
    assert f" /{text} " in stage.bar("status")


async def test_rows_narrow_with_every_letter(stage: Stage) -> None:
    await stage.press("slash")
    seen = []
    for letter in "shop-w":
        await stage.press(letter if letter != "-" else "minus")
        seen.append(len(stage.names))
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == 1


async def test_enter_keeps_the_filter_and_rows_go_on_living(stage: Stage) -> None:
    await filter_by(stage, "state=created")
    await stage.press("enter")
    assert stage.names == ["shop-canary"]
    assert stage.app.focused is stage.table
    stage.docker.create_container("redis:7-alpine", name="fresh")
    await stage.until(lambda: stage.names == ["fresh", "shop-canary"])
    stage.docker.start("shop-canary")
    await stage.until(lambda: stage.names == ["fresh"])


async def test_a_filter_of_images_follows_the_containers_that_use_them(stage: Stage) -> None:
    await stage.press("2")
    await filter_by(stage, "used=fresh")
    assert stage.names == []
    stage.docker.create_container("redis:7-alpine", name="fresh")
    await stage.until(lambda: stage.names == ["redis:7-alpine"])


@pytest.mark.parametrize("where", ["in the line", "in the table"])
async def test_esc_clears_the_filter(stage: Stage, where: str) -> None:
    await filter_by(stage, "redis")
    if where == "in the table":
        await stage.press("enter")
    assert len(stage.names) == 1
    await stage.press("escape")
    assert len(stage.names) == 16
    assert stage.app.focused is stage.table
    assert "/redis" not in stage.bar("status")


async def test_a_filter_that_nothing_fits_says_so(stage: Stage) -> None:
    await filter_by(stage, "zzz")
    assert "None of the 16 containers matches 'zzz'. Esc clears it." in stage.text


async def test_each_pane_has_a_filter_of_its_own(stage: Stage) -> None:
    await filter_by(stage, "cache")
    await stage.press("enter", "2")
    assert len(stage.names) == 16
    await stage.press("1")
    assert stage.names == ["shop-cache-1"]


async def test_o_sorts_by_the_next_column_and_O_turns_it_round(stage: Stage) -> None:
    assert "by name ↑" in stage.bar("status")
    by_name = stage.names
    await stage.press("O")
    assert stage.names == by_name[::-1]
    assert "by name ↓" in stage.bar("status")
    await stage.press("o")
    assert "by state ↑" in stage.bar("status")
    states = [stage.state(name) for name in stage.names]
    assert states == sorted(states, key=["running", "paused", "restarting", "created", "exited"].index)
    assert "STATE ↑" in stage.lines[2]


async def test_a_click_on_a_title_sorts_and_a_second_one_turns_it_round(stage: Stage) -> None:
    at = stage.lines[2].index("IMAGE")
    await stage.pilot.click(offset=(at, 2))
    await stage.still()
    assert "by image ↑" in stage.bar("status")
    await stage.pilot.click(offset=(at, 2))
    await stage.still()
    assert "by image ↓" in stage.bar("status")


async def test_sizes_begin_with_the_biggest_under_an_arrow_that_points_down(stage: Stage) -> None:
    await stage.press("2", "o", "o", "o")
    sizes = [image.size for image in map(stage.pane.models.get, stage.table.keys) if isinstance(image, Image)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    assert "by size ↓" in stage.bar("status")
    assert "SIZE ↓" in stage.lines[2]
    await stage.pilot.click(offset=(stage.lines[2].index("SIZE"), 2))
    await stage.until(lambda: "by size ↑" in stage.bar("status"))
    smallest = stage.pane.models[stage.table.keys[0]]
    assert isinstance(smallest, Image)
    assert smallest.size == sizes[-1]


async def test_space_marks_and_goes_on(stage: Stage) -> None:
    await stage.press("g", "space", "space")
    assert stage.table.marks == {stage.key(name) for name in stage.names[:2]}
    assert stage.current == stage.names[2]
    assert "2 marked" in stage.bar("status")
    assert stage.lines[3].lstrip("▌ ").startswith("✓") or "✓" in stage.lines[3]
    await stage.press("g", "space")
    assert "1 marked" in stage.bar("status")


async def test_v_marks_a_range(stage: Stage) -> None:
    await stage.press("g", "v", "j", "j", "v", "j")
    assert stage.table.marks == {stage.key(name) for name in stage.names[:3]}


async def test_star_marks_what_is_shown_and_hidden_marks_are_counted(stage: Stage) -> None:
    await filter_by(stage, "shop-app")
    await stage.press("enter", "*")
    assert "3 marked" in stage.bar("status")
    await stage.press("slash")
    await stage.press("ctrl+u")
    await stage.type("app-1")
    await stage.press("enter")
    assert "3 marked (2 hidden)" in stage.bar("status")


async def test_a_plan_says_that_the_filter_hides_some_of_it(stage: Stage) -> None:
    await filter_by(stage, "shop-app")
    await stage.press("enter", "*", "slash")
    await stage.press("ctrl+u")
    await stage.type("app-1")
    await stage.press("enter", "d")
    await stage.until(lambda: stage.dialog == "PlanScreen")
    await stage.until(lambda: "2 of them hidden by the filter." in stage.text)
    assert all(f"shop-app-{number}" in stage.text for number in (1, 2, 3))


async def test_a_marked_object_that_goes_is_marked_no_more(stage: Stage) -> None:
    await stage.go_to("shop-canary")
    await stage.press("space")
    stage.docker.remove_container("shop-canary")
    await stage.until(lambda: "shop-canary" not in stage.names)
    await stage.until(lambda: "marked" not in stage.bar("status"))


async def test_esc_takes_the_marks_before_the_filter(stage: Stage) -> None:
    await filter_by(stage, "shop")
    await stage.press("enter", "*", "escape")
    await stage.until(lambda: "marked" not in stage.bar("status"))
    assert "/shop" in stage.bar("status")
    await stage.press("escape")
    assert len(stage.names) == 16


async def test_z_hides_what_has_stopped_and_the_choice_is_kept(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("z")
        assert all(stage.state(name) in ("running", "paused", "restarting") for name in stage.names)
        assert len(stage.names) == 12
        assert "stopped hidden" in stage.bar("status")
        assert json.loads(stage.choices.read_text()) == {"hide_stopped": True}
        stage.docker.stop("shop-app-1")
        await stage.until(lambda: "shop-app-1" not in stage.names)
    async with staged(tmp_path, choices=Choices(tmp_path / "x", {"hide_stopped": True})) as stage:
        assert "import-orders" not in stage.names
        await stage.press("z")
        assert len(stage.names) == 16


async def test_a_click_on_a_row_moves_the_cursor_and_a_double_click_opens(stage: Stage) -> None:
    row = stage.names.index("shop-db-1")
    await stage.pilot.click(offset=(10, 3 + row))
    await stage.still()
    assert stage.current == "shop-db-1"
    assert not stage.main.body.has_class("-detail")
    await stage.pilot.click(offset=(10, 3 + row), times=2)
    await stage.still()
    assert stage.main.body.has_class("-detail")


async def test_a_click_on_a_tab_shows_its_pane(stage: Stage) -> None:
    await stage.pilot.click(offset=(stage.lines[1].index("Images"), 1))
    await stage.still()
    assert stage.pane.view.title == "Images"


async def test_a_click_on_a_key_in_the_footer_does_what_it_says(stage: Stage) -> None:
    await stage.go_to("import-orders")
    await stage.pilot.click(offset=(stage.lines[-1].index("remove"), 33))
    await stage.until(lambda: stage.dialog == "PlanScreen")


async def test_the_wheel_scrolls_and_leaves_the_cursor(tmp_path: Path) -> None:
    async with staged(tmp_path, (100, 14)) as stage:
        first = stage.current
        top = stage.lines[3]
        for event, moved in ((MouseScrollDown, True), (MouseScrollUp, False)):
            stage.table.post_message(
                event(stage.table, 5, 5, 0, 1, 0, False, False, False, screen_x=5, screen_y=7)
            )
            await stage.still()
            assert (stage.lines[3] != top) == moved
            assert stage.current == first
