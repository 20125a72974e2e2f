from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.events import Click, MouseScrollDown
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from widgets.table import Cell, Column, Table, TableMessage, Tone
from widgets.text import shown

COLUMNS = (
    Column("name", shown("NAME"), least=10, grows=True),
    Column("state", shown("STATE"), least=8),
    Column("cpu", shown("CPU"), least=6, priority=1, right=True),
    Column("image", shown("IMAGE"), least=10, priority=2),
)


class Watched(Table):
    """A table that keeps the regions it had painted again."""

    painted: list[Region]

    def refresh(self, *regions: Region, **options: Any) -> Watched:
        self.__dict__.setdefault("painted", []).extend(regions or [Region(0, 0, *self.size)])
        return super().refresh(*regions, **options)


class Sheet(App[None]):
    """One table over a dictionary of rows, and all it tells."""

    CSS = "Table { width: 1fr; height: 1fr; }"
    BINDINGS = [("escape", "leave", "Leave")]

    def __init__(self, columns: Sequence[Column] = COLUMNS) -> None:
        super().__init__()
        self.columns = columns
        self.rows: dict[str, tuple[str, ...]] = {}
        self.asked: Counter[str] = Counter()
        self.told: list[TableMessage] = []
        self.backs = 0

    def compose(self) -> ComposeResult:
        yield Watched(self.columns, self.cells, id="sheet")

    def cells(self, key: str) -> list[Cell]:
        self.asked[key] += 1
        return [Cell(shown(text), Tone.GOOD if text == "up" else Tone.PLAIN) for text in self.rows[key]]

    def fill(self, *keys: str) -> None:
        self.rows = {key: (key, "up", "1.5 %", "redis:7")[: len(self.columns)] for key in keys}
        self.table.show(keys)

    @property
    def table(self) -> Watched:
        return self.query_one(Watched)

    @on(Table.Moved, "#sheet")
    @on(Table.Opened, "#sheet")
    @on(Table.Marked, "#sheet")
    @on(Table.SortAsked, "#sheet")
    def keep(self, event: TableMessage) -> None:
        self.told.append(event)

    def action_leave(self) -> None:
        self.backs += 1

    def heard(self, kind: type[Message]) -> list[Any]:
        """What messages of this kind said, in order."""
        names = {Table.Moved: "key", Table.Opened: "key", Table.Marked: "marks", Table.SortAsked: "column"}
        return [getattr(event, names[kind]) for event in self.told if type(event) is kind]


@asynccontextmanager
async def sheet(*keys: str, size: tuple[int, int] = (60, 12), columns: Sequence[Column] = COLUMNS) -> Any:
    app = Sheet(columns)
    async with app.run_test(size=size) as pilot:
        app.fill(*keys)
        app.table.focus()
        await pilot.pause()
        yield app, pilot


def screen(table: Table) -> list[str]:
    """The lines as they are on the screen, what was not painted again included."""
    return [strip.text for strip in table.render_lines(Region(0, 0, *table.size))]


def gutters(table: Table) -> list[str]:
    return [line[:2] for line in screen(table)[1 : len(table.keys) + 1]]


def names(count: int) -> list[str]:
    return [f"box-{number:05}" for number in range(count)]


async def scroll_down(pilot: Pilot[None], table: Table) -> None:
    x, y = table.region.x + 5, table.region.y + 3
    table.post_message(MouseScrollDown(table, 5, 3, 0, 0, 0, False, False, False, x, y))
    await pilot.pause()


async def test_rows_stand_below_a_header_with_numbers_to_the_right() -> None:
    async with sheet("web", "db") as (app, _):
        lines = screen(app.table)
        assert lines[0].split() == ["NAME", "STATE", "CPU", "IMAGE"]
        assert lines[1].split() == ["▌", "web", "up", "1.5", "%", "redis:7"]
        assert lines[1].index("1.5 %") + 5 == lines[0].index("CPU") + 3
        assert lines[2].startswith("  db ")
        assert {cell_len(line) for line in lines} == {60}


async def test_an_empty_table_shows_its_header_and_every_key_is_harmless() -> None:
    async with sheet() as (app, pilot):
        await pilot.press("j", "k", "g", "G", "pagedown", "ctrl+u", "enter", "space", "v", "asterisk")
        assert screen(app.table)[0].split() == ["NAME", "STATE", "CPU", "IMAGE"]
        assert not "".join(screen(app.table)[1:]).strip()
        assert (app.table.cursor, app.table.position, app.table.marks) == (None, 0, frozenset())
        assert app.told == []


async def test_the_cursor_stays_on_its_row_when_rows_come_go_and_are_sorted() -> None:
    async with sheet("a", "b", "c", "d") as (app, pilot):
        await pilot.press("j", "j")
        app.rows |= {"new": ("new", "up", "0 %", "nginx")}
        for order in (["new", "a", "b", "c", "d"], ["c", "d"], ["d", "b", "a", "c"]):
            app.table.show(order, {"new"})
            await pilot.pause()
            assert app.table.cursor == "c"
            assert app.table.position == order.index("c")
            assert screen(app.table)[order.index("c") + 1].startswith("▌ c")
        assert app.heard(Table.Moved) == ["a", "b", "c"]


async def test_when_the_row_under_the_cursor_goes_its_place_is_kept() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        await pilot.press("j")
        app.table.show(["a", "c"], ())
        assert app.table.cursor == "c"
        app.table.show(["a"], ())
        assert app.table.cursor == "a"
        app.table.show([], ())
        assert app.table.cursor is None
        await pilot.pause()
        assert app.heard(Table.Moved) == ["a", "b", "c", "a", None]
        assert not "".join(screen(app.table)[1:]).strip()


async def test_the_cursor_is_followed_when_sorting_takes_it_out_of_view() -> None:
    async with sheet(*names(100)) as (app, pilot):
        app.table.show(list(reversed(names(100))), ())
        await pilot.pause()
        assert app.table.position == 99
        assert screen(app.table)[-1].startswith("▌ box-00000")


async def test_move_to_finds_shown_rows_only() -> None:
    async with sheet(*names(50)) as (app, pilot):
        assert app.table.move_to("box-00040")
        await pilot.pause()
        assert any(line.startswith("▌ box-00040") for line in screen(app.table))
        assert not app.table.move_to("elsewhere")
        assert app.table.cursor == "box-00040"


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        (["j"], 1),
        (["down", "down", "k"], 1),
        (["down", "up"], 0),
        (["k"], 0),
        (["G"], 99),
        (["end", "home"], 0),
        (["end", "g"], 0),
        (["pagedown"], 11),
        (["pagedown", "pagedown", "pageup"], 11),
        (["ctrl+d"], 5),
        (["G", "ctrl+u"], 94),
        (["G", "pagedown", "j"], 99),
    ],
)
async def test_keys_move_the_cursor_and_it_stays_in_view(keys: list[str], position: int) -> None:
    async with sheet(*names(100)) as (app, pilot):
        await pilot.press(*keys)
        assert app.table.position == position
        assert sum(line.startswith(f"▌ box-{position:05}") for line in screen(app.table)) == 1


async def test_a_page_key_keeps_the_cursor_on_its_line_of_the_screen() -> None:
    async with sheet(*names(100)) as (app, pilot):
        await pilot.press("j", "j", "pagedown")
        assert screen(app.table)[3].startswith("▌ box-00013")


async def test_moving_paints_two_lines_again() -> None:
    async with sheet("a", "b", "c", "d") as (app, pilot):
        app.table.painted.clear()
        await pilot.press("j")
        assert [region.y for region in app.table.painted] == [1, 2]


async def test_a_refresh_paints_only_what_looks_different() -> None:
    async with sheet(*names(30)) as (app, pilot):
        app.table.painted.clear()
        app.table.show(names(30))
        app.table.redraw(names(30))
        app.table.show(names(29), ())
        assert app.table.painted == []
        app.rows["box-00003"] = ("box-00003", "up", "9.5 %", "redis:7")
        app.table.redraw(["box-00003", "box-00029"])
        (region,) = app.table.painted
        assert (region.y, region.height) == (4, 1)
        assert region.x > 20
        await pilot.pause()
        assert "9.5 %" in screen(app.table)[4]


async def test_only_rows_in_view_and_a_sample_are_asked_for_their_cells() -> None:
    async with sheet(*names(10_000), size=(80, 24)) as (app, pilot):
        assert sum(app.asked.values()) <= 300
        app.asked.clear()
        await pilot.press("G")
        assert 0 < sum(app.asked.values()) <= 24
        app.asked.clear()
        app.table.redraw(["box-05000"])
        await pilot.press("k", "k")
        assert not app.asked


async def test_columns_stand_still_while_scrolling() -> None:
    async with sheet(*names(1000)) as (app, pilot):
        app.rows["box-00990"] = ("box-00990", "restarting for ever", "1.5 %", "redis:7")
        header = screen(app.table)[0]
        await pilot.press("G")
        assert screen(app.table)[0] == header
        assert any("resta" in line and "…" in line for line in screen(app.table))


async def test_columns_drop_by_priority_when_it_is_narrow_and_come_back() -> None:
    async with sheet("web") as (app, pilot):
        for width, titles in [(34, "NAME STATE CPU"), (24, "NAME STATE"), (60, "NAME STATE CPU IMAGE")]:
            await pilot.resize_terminal(width, 12)
            await pilot.pause()
            assert screen(app.table)[0].split() == titles.split()


@pytest.mark.parametrize("size", [(1, 1), (2, 12), (3, 2), (60, 1)])
async def test_the_smallest_terminals_do_no_harm(size: tuple[int, int]) -> None:
    async with sheet(*names(50)) as (app, pilot):
        await pilot.press("G")
        await pilot.resize_terminal(*size)
        await pilot.press("k", "pageup", "j")
        app.table.show(names(20))
        await pilot.resize_terminal(60, 12)
        await pilot.pause()
        assert any(line.startswith(f"▌ {app.table.cursor}") for line in screen(app.table))


async def test_a_shrinking_terminal_keeps_the_cursor_in_view() -> None:
    async with sheet(*names(50), size=(60, 30)) as (app, pilot):
        await pilot.press(*["j"] * 25)
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert any(line.startswith("▌ box-00025") for line in screen(app.table))


async def test_wide_characters_stay_in_their_columns() -> None:
    async with sheet("web", "db") as (app, pilot):
        app.rows["web"] = ("港口管理員" * 8, "up", "1.5 %", "e\u0301te\u0301:1")
        app.table.redraw(["web"])
        await pilot.pause()
        wide, plain = screen(app.table)[1:3]
        assert cell_len(wide) == cell_len(plain) == 60
        assert "…" in wide
        assert cell_len(wide[: wide.index("up")]) == cell_len(plain[: plain.index("up")])
        assert wide.rstrip().endswith("e\u0301te\u0301:1")


async def test_hostile_text_is_painted_as_it_is() -> None:
    async with sheet("a", columns=[Column("name", shown("[b]NAME"), most=60)]) as (app, pilot):
        for text in ("[/x]oops", "[@click=app.bell]no[/]", "[red]x", "\x1b]52;c;aGk=\x07", "\u202egnp.exe"):
            app.rows["a"] = (text,)
            app.table.redraw(["a"])
            await pilot.pause()
            assert screen(app.table)[1].rstrip() == f"▌ {shown(text)}"
        assert screen(app.table)[0].strip() == "[b]NAME"
        assert shown("\x1b]52;c;aGk=\x07") == "␛]52;c;aGk=␇"


async def test_space_marks_and_goes_on() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        await pilot.press("space", "space")
        assert app.table.marks == {"a", "b"}
        assert gutters(app.table) == ["✓ ", "✓ ", "▌ "]
        await pilot.press("k", "space")
        assert app.table.marks == {"a"}
        await pilot.press("g")
        assert gutters(app.table) == ["▌✓", "  ", "  "]
        assert app.heard(Table.Marked) == [{"a"}, {"a", "b"}, {"a"}]


async def test_a_range_is_shown_while_it_grows_and_kept_at_its_end() -> None:
    async with sheet("a", "b", "c", "d") as (app, pilot):
        await pilot.press("j", "v", "j", "j")
        assert gutters(app.table) == ["  ", "✓ ", "✓ ", "▌✓"]
        await pilot.press("k")
        assert app.table.marks == {"b", "c"}
        await pilot.press("v", "G")
        assert app.table.marks == {"b", "c"}


async def test_escape_gives_up_a_range_and_otherwise_goes_out() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        await pilot.press("space", "v", "j")
        assert app.table.marks == {"a", "b", "c"}
        await pilot.press("escape")
        assert (app.table.marks, app.backs) == ({"a"}, 0)
        await pilot.press("escape")
        assert (app.table.marks, app.backs) == ({"a"}, 1)


async def test_a_row_that_comes_into_an_open_range_is_not_marked_by_itself() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        await pilot.press("v", "j")
        app.rows["new"] = ("new", "up", "0 %", "nginx")
        app.table.show(["a", "new", "b", "c"])
        assert app.table.marks == {"a", "b"}
        await pilot.press("j")
        assert app.table.marks == {"a", "new", "b", "c"}


async def test_a_range_whose_first_row_went_begins_again_and_loses_nothing() -> None:
    async with sheet("a", "b", "c", "d") as (app, pilot):
        await pilot.press("v", "j")
        app.table.show(["b", "c", "d"], ())
        await pilot.press("j")
        assert app.table.marks == {"a", "b", "c"}


async def test_star_marks_all_shown_and_then_none_of_them() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        await pilot.press("space", "asterisk")
        assert app.table.marks == {"a", "b", "c"}
        app.table.show(["a", "b"], ())
        await pilot.press("asterisk")
        assert app.table.marks == {"c"}


async def test_marks_outlive_a_filter_and_go_when_forgotten() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        app.table.mark(["a", "c"])
        app.table.show(["b"], ())
        assert app.table.marks == {"a", "c"}
        app.table.show(["a", "b", "c"], ())
        await pilot.pause()
        assert gutters(app.table) == ["▌✓" if app.table.cursor == "a" else "✓ ", "▌ ", "✓ "]
        app.table.forget(["c", "never seen"])
        assert app.table.marks == {"a"}
        app.table.unmark(["b"])
        app.table.clear_marks()
        await pilot.pause()
        assert app.table.marks == frozenset()
        assert app.heard(Table.Marked) == [{"a", "c"}, {"a"}, set()]


async def test_a_row_can_be_taken_out_of_an_open_range() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        await pilot.press("v", "j")
        app.table.forget(["a"])
        assert app.table.marks == {"b"}


async def test_enter_opens_the_row() -> None:
    async with sheet("a", "b") as (app, pilot):
        await pilot.press("j", "enter")
        assert app.heard(Table.Opened) == ["b"]


async def test_a_click_moves_and_focuses_and_a_second_one_opens() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        app.set_focus(None)
        await pilot.click(Watched, offset=(4, 3))
        assert (app.table.cursor, app.focused, app.heard(Table.Opened)) == ("c", app.table, [])
        await pilot.click(Watched, offset=(4, 2), times=2)
        assert (app.table.cursor, app.heard(Table.Opened)) == ("b", ["b"])
        await pilot.click(Watched, offset=(4, 9))
        assert app.table.cursor == "b"


async def test_a_double_click_does_not_open_a_row_that_slid_under_the_mouse() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        second = Click(app.table, 4, 3, 0, 0, 1, False, False, False, chain=2)
        app.table.post_message(second)
        await pilot.pause()
        assert (app.table.cursor, app.heard(Table.Opened)) == ("c", [])
        app.table.post_message(Click.from_event(app.table, second, chain=2))
        await pilot.pause()
        assert app.heard(Table.Opened) == ["c"]


async def test_a_click_with_ctrl_marks() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        await pilot.click(Watched, offset=(4, 2), control=True)
        assert (app.table.cursor, app.table.marks) == ("b", {"b"})


async def test_a_click_on_a_title_asks_to_sort() -> None:
    async with sheet("a", "b") as (app, pilot):
        header = screen(app.table)[0]
        await pilot.click(Watched, offset=(header.index("STATE") + 2, 0))
        await pilot.click(Watched, offset=(header.index("CPU"), 0))
        assert app.heard(Table.SortAsked) == ["state", "cpu"]
        assert app.table.cursor == "a"


async def test_the_header_says_how_rows_are_sorted() -> None:
    async with sheet("a", "b") as (app, pilot):
        for reverse, arrow in ((False, "↑"), (True, "↓")):
            app.table.sorted_by("state", reverse)
            await pilot.pause()
            assert screen(app.table)[0].split() == ["NAME", "STATE", arrow, "CPU", "IMAGE"]
        app.table.sorted_by(None, False)
        await pilot.pause()
        assert screen(app.table)[0].split() == ["NAME", "STATE", "CPU", "IMAGE"]


async def test_the_wheel_scrolls_three_lines_and_leaves_the_cursor() -> None:
    async with sheet(*names(100)) as (app, pilot):
        await scroll_down(pilot, app.table)
        assert screen(app.table)[0].split()[0] == "NAME"
        assert screen(app.table)[1].startswith("  box-00003")
        assert app.table.cursor == "box-00000"
        app.table.show(names(100))
        await pilot.pause()
        assert screen(app.table)[1].startswith("  box-00003")
        await pilot.press("j")
        assert screen(app.table)[1].startswith("▌ box-00001")
        await scroll_down(pilot, app.table)
        await pilot.click(Watched, offset=(4, 3))
        assert screen(app.table)[3].startswith("▌ box-00006")


async def test_rows_given_before_the_table_is_on_the_screen_appear_with_it() -> None:
    class Early(Sheet):
        def compose(self) -> ComposeResult:
            self.rows = {key: (key, "up", "1.5 %", "redis:7") for key in names(50)}
            table = Watched(self.columns, self.cells, id="sheet")
            table.show(names(50))
            table.move_to("box-00040")
            yield table

    async with Early().run_test(size=(60, 12)) as pilot:
        app = pilot.app
        assert isinstance(app, Early)
        await pilot.pause()
        assert any(line.startswith("▌ box-00040") for line in screen(app.table))
        assert app.heard(Table.Moved) == ["box-00000", "box-00040"]


async def test_what_changes_while_hidden_is_right_when_shown_again() -> None:
    async with sheet("a", "b", "c") as (app, pilot):
        app.table.display = False
        await pilot.pause()
        app.rows["b"] = ("b", "dead", "0 %", "nginx")
        app.table.show(["c", "b"], {"b"})
        await pilot.pause()
        app.table.display = True
        await pilot.pause()
        assert [line.split()[0:3] for line in screen(app.table)[1:4]] == [
            ["▌", "c", "up"],
            ["b", "dead", "0"],
            [],
        ]


async def test_a_row_far_down_can_be_chosen_in_the_turn_that_brought_it() -> None:
    async with sheet() as (app, pilot):
        app.fill(*names(50))
        app.table.move_to("box-00040")
        await pilot.pause()
        assert any(line.startswith("▌ box-00040") for line in screen(app.table))


async def test_fewer_rows_leave_no_empty_screen_behind() -> None:
    async with sheet(*names(100)) as (app, pilot):
        for _ in range(40):
            await scroll_down(pilot, app.table)
        assert screen(app.table)[-1].startswith("  box-00099")
        app.table.show(names(50), ())
        assert screen(app.table)[-1].startswith("  box-00049")
        assert app.table.cursor == "box-00000"


async def test_other_columns_can_be_shown() -> None:
    async with sheet("a", "b") as (app, pilot):
        app.rows = {key: (key,) for key in "ab"}
        app.table.set_columns([Column("only", shown("ONLY"))])
        await pilot.pause()
        assert [line.split() for line in screen(app.table)[:3]] == [["ONLY"], ["▌", "a"], ["b"]]


async def test_the_scrollbar_comes_when_rows_do_not_fit_and_hides_nothing() -> None:
    async with sheet(*names(5)) as (app, pilot):
        assert not app.table.show_vertical_scrollbar
        app.fill(*names(50))
        await pilot.pause()
        assert app.table.show_vertical_scrollbar
        assert screen(app.table)[1][:59].rstrip().endswith("redis:7")
        app.table.show(names(2), ())
        await pilot.pause()
        assert not app.table.show_vertical_scrollbar
        assert len([line for line in screen(app.table) if line.strip()]) == 3


async def test_the_cursor_line_is_dimmer_without_focus_and_follows_the_theme() -> None:
    async with sheet("a", "b") as (app, pilot):
        seen = set()
        for theme in ("textual-dark", "textual-light"):
            app.theme = theme
            for focus in (app.table, None):
                app.set_focus(focus)
                await pilot.pause()
                strip = app.table.render_lines(Region(0, 1, 60, 1))[0]
                seen.add(next(iter(strip)).style)
        assert len(seen) == 4


def test_every_key_can_be_changed_and_explains_itself() -> None:
    bindings = list(Table.BINDINGS)
    assert all(b.id and b.id.startswith("table.") and b.tooltip and not b.show for b in bindings)  # type: ignore[union-attr]
    assert len({b.id for b in bindings}) == len(bindings)  # type: ignore[union-attr]
    keys = {key for b in bindings for key in b.key.split(",")}  # type: ignore[union-attr]
    assert not keys & set("OP[]ABCDFH")
