"""A bar of one line where there is little room."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from textual.app import App, ComposeResult

from widgets.bar import TONES, Bar, Piece
from widgets.text import shown

ANSI = ("red", "green", "yellow", "blue", "magenta", "cyan")


class BarApp(App[None]):
    """One bar."""

    def compose(self) -> ComposeResult:
        yield Bar()


def painted(app: App[None]) -> str:
    return app.query_one(Bar).render_line(0).text


async def test_what_must_stay_but_does_not_fit_ends_in_an_ellipsis() -> None:
    app = BarApp()
    async with app.run_test(size=(12, 3)) as pilot:
        app.query_one(Bar).show([Piece(shown("docker start web"))])
        await pilot.pause()
        assert painted(app) == "docker star…"


async def test_the_heaviest_pieces_are_left_out_first() -> None:
    app = BarApp()
    async with app.run_test(size=(12, 3)) as pilot:
        pieces = [Piece(shown("stop "), weight=1), Piece(shown("restart "), weight=2), Piece(shown("kill "))]
        app.query_one(Bar).show(pieces)
        await pilot.pause()
        assert painted(app) == "stop kill   "


@pytest.mark.parametrize("tone", TONES)
async def test_every_tone_has_a_look_of_its_own_and_an_alarm_is_red_turned_round(tone: str) -> None:
    app = BarApp()
    async with app.run_test(size=(12, 3)):
        bar = app.query_one(Bar)
        style = bar.get_component_rich_style(f"bar--{tone}")
        assert style.color is not None
        if tone == "alarm":
            assert style.reverse
            assert style.color == bar.get_component_rich_style("bar--bad").color
        elif tone.startswith("host-"):
            # where there are only 16 colours: the bright one of that name
            fewest = style.color.downgrade(ColorSystem.STANDARD)
            assert fewest.number == 9 + ANSI.index(tone.removeprefix("host-"))
