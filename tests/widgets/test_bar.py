"""A bar of one line where there is little room."""

from __future__ import annotations

from textual.app import App, ComposeResult

from widgets.bar import Bar, Piece
from widgets.text import shown


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
