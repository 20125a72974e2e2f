"""The last line of a full screen where there is little room."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding

from tui.screens.key_bar import KeyBar

LONG = "docker -H unix:///run/user/1000/colima/default/docker.sock save registry.lan:5000/shop/app:2.3.1"


class KeyApp(App[None]):
    """Three keys and a docker line."""

    BINDINGS = [
        Binding("escape", "leave", id="leave"),
        Binding("slash", "filter", id="filter"),
        Binding("s", "sort", id="sort"),
    ]

    def compose(self) -> ComposeResult:
        yield KeyBar([("leave", "back"), ("filter", "filter"), ("sort", "by size")])

    def action_leave(self) -> None:
        """One key."""

    def action_filter(self) -> None:
        """Another."""

    def action_sort(self) -> None:
        """The last."""


def painted(app: App[None]) -> str:
    return app.query_one(KeyBar).render_line(0).text


@pytest.mark.parametrize("width", [80, 120])
async def test_a_long_docker_line_is_cut_and_the_keys_stay(width: int) -> None:
    app = KeyApp()
    async with app.run_test(size=(width, 4)) as pilot:
        app.query_one(KeyBar).show_line(LONG)
        await pilot.pause()
        said = painted(app)
        assert len(said) == width
        assert said.startswith(" esc back  / filter  s by size ")
        assert said.endswith("… ")
        assert "docker -H unix:///run/user" in said


async def test_a_docker_line_for_which_there_is_room_is_whole_again_after_a_resize() -> None:
    app = KeyApp()
    async with app.run_test(size=(80, 4)) as pilot:
        app.query_one(KeyBar).show_line(LONG)
        await pilot.resize_terminal(160, 4)
        await pilot.pause()
        assert painted(app).endswith(f" {LONG} ")


async def test_many_keys_leave_the_line_half_of_the_width() -> None:
    app = KeyApp()
    async with app.run_test(size=(40, 4)) as pilot:
        app.query_one(KeyBar).show_line(LONG)
        await pilot.pause()
        said = painted(app)
        assert said.startswith(" esc back  / filter ")
        assert said.endswith(" docker -H unix://… ")
        assert "by size" not in said
