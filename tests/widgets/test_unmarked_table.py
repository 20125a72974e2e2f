"""A table without marks: what is in view, and that nothing can be marked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult

from widgets.table import Cell, Column
from widgets.text import shown
from widgets.unmarked_table import UnmarkedTable


class TableApp(App[None]):
    """A table of many rows."""

    def __init__(self) -> None:
        super().__init__()
        self.table = UnmarkedTable((Column("name", shown("NAME")),), self.cells)
        self.scrolled = 0
        self.opened: list[str] = []

    def cells(self, key: str) -> Sequence[Cell]:
        return [Cell(shown(key))]

    def compose(self) -> ComposeResult:
        yield self.table

    def on_unmarked_table_scrolled(self) -> None:
        self.scrolled += 1

    def on_table_opened(self, event: UnmarkedTable.Opened) -> None:
        self.opened.append(event.key)


async def test_the_rows_in_view_are_told_as_they_change() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.show([f"{n:03}" for n in range(100)])
        await pilot.pause()
        assert list(app.table.in_view) == [f"{n:03}" for n in range(10)]
        before = app.scrolled
        await pilot.press("G")
        await pilot.pause()
        assert list(app.table.in_view) == [f"{n:03}" for n in range(90, 100)]
        assert app.scrolled > before


async def test_nothing_is_marked() -> None:
    app = TableApp()
    async with app.run_test() as pilot:
        app.table.show(["a", "b"])
        await pilot.press("space", "v", "j", "*")
        await pilot.pause()
        assert not app.table.marks


async def test_without_rows_nothing_opens() -> None:
    app = TableApp()
    async with app.run_test() as pilot:
        await pilot.press("enter")
        app.table.show(["a"])
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == ["a"]
