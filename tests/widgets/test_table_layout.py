from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.table_layout import GAP, GUTTER, Cell, Column, ColumnFit, Tone, cut, fit
from widgets.table_paint import difference
from widgets.text import shown

BOLD = Style(bold=True)


@st.composite
def columns_and_needs(draw: st.DrawFn) -> tuple[list[Column], list[int]]:
    columns = []
    for number in range(draw(st.integers(1, 8))):
        least = draw(st.integers(1, 20))
        columns.append(
            Column(
                f"c{number}",
                shown("T"),
                least=least,
                most=draw(st.integers(least, 60)),
                priority=draw(st.integers(0, 3)),
                grows=draw(st.booleans()),
            )
        )
    return columns, [draw(st.integers(0, 80)) for _ in columns]


@given(columns_and_needs(), st.integers(0, 250))
def test_widths_fill_the_room_in_order_and_never_pass_it(
    drawn: tuple[list[Column], list[int]], room: int
) -> None:
    columns, needs = drawn
    widths = fit(columns, needs, room)
    painted = [i for i, width in enumerate(widths) if width]
    total = sum(widths) + GAP * max(len(painted) - 1, 0)
    assert len(widths) == len(columns)
    assert total <= room

    always = [column for column in columns if column.priority == 0]
    always_fit = sum(
        column.least if column.grows else min(max(need, column.least), column.most)
        for column, need in zip(columns, needs, strict=True)
        if column.priority == 0
    )
    if always_fit + GAP * max(len(always) - 1, 0) <= room:
        for column, width, need in zip(columns, widths, needs, strict=True):
            assert width == 0 or width >= column.least
            assert column.grows or width in (0, min(max(need, column.least), column.most))
            assert column.priority > 0 or width > 0
        if any(columns[i].grows for i in painted):
            wanted = sum(min(max(needs[i], columns[i].least), columns[i].most) for i in painted)
            if wanted + GAP * (len(painted) - 1) <= room:
                assert total == room

    dropped = [column.priority for column, width in zip(columns, widths, strict=True) if not width]
    kept = [columns[i].priority for i in painted if columns[i].priority]
    assert not kept or not dropped or max(kept) <= min(dropped)


def columns(*specs: Column) -> tuple[Column, ...]:
    return specs


def test_the_last_growing_column_gives_way_before_any_other_is_cut() -> None:
    wide = columns(
        Column("a", shown("A"), least=5, grows=True),
        Column("b", shown("B"), least=5, grows=True),
        Column("c", shown("C"), least=5),
    )
    assert fit(wide, [20, 20, 10], 20 + GAP + 8 + GAP + 10) == (20, 8, 10)
    assert fit(wide, [20, 20, 10], 12 + GAP + 5 + GAP + 10) == (12, 5, 10)


def test_too_little_room_for_what_is_never_dropped_cuts_at_the_edge() -> None:
    fixed = columns(Column("a", shown("A"), least=6), Column("b", shown("B"), least=6))
    assert fit(fixed, [6, 6], 10) == (6, 2)
    assert fit(fixed, [6, 6], 7) == (6, 0)
    assert fit(fixed, [6, 6], 0) == (0, 0)


def test_left_over_room_is_shared_by_growing_columns_beyond_their_most() -> None:
    growing = columns(
        Column("a", shown("A"), most=5, grows=True),
        Column("b", shown("B"), most=5),
        Column("c", shown("C"), most=5, grows=True),
    )
    assert fit(growing, [5, 5, 5], 15 + 2 * GAP + 7) == (9, 5, 8)


def test_long_text_is_cut_by_cells_with_an_ellipsis() -> None:
    assert cut("postgres", 8) == "postgres"
    assert cut("postgres", 5) == "post…"
    assert cut("港口管理員", 10) == "港口管理員"
    assert cut("港口管理員", 6) == "港口 …"
    assert cut("anything", 0) == ""


@given(
    st.lists(st.tuples(st.text(max_size=30).map(shown), st.sampled_from(Tone)), min_size=3, max_size=3),
    st.integers(GUTTER, 90),
)
def test_a_row_fills_its_line_exactly(row: list[tuple[str, Tone]], width: int) -> None:
    fitted = ColumnFit(
        columns(
            Column("a", shown("A"), grows=True),
            Column("b", shown("B"), right=True),
            Column("c", shown("C"), priority=1),
        )
    )
    fitted.width = width
    cells = [Cell(shown(text), tone) for text, tone in row]
    fitted.measure(cells)
    runs = fitted.runs(Cell(shown("✓"), Tone.ACCENT), cells)
    assert sum(cell_len(text) for text, _ in runs) == width
    assert cell_len(fitted.header()) == width


def test_neighbours_of_one_tone_are_one_run() -> None:
    fitted = ColumnFit(columns(*(Column(name, shown(name)) for name in "abc")))
    fitted.width = 30
    good, dim = Tone.GOOD, Tone.DIM
    runs = fitted.runs(
        Cell(shown("")), [Cell(shown("one"), good), Cell(shown("two"), good), Cell(shown("x"), dim)]
    )
    assert [tone for _, tone in runs] == [good, dim]
    assert "".join(text for text, _ in runs) == "  one   two   x".ljust(30)


segments = st.lists(
    st.builds(Segment, st.text("ab港", min_size=1, max_size=4), st.sampled_from([None, BOLD]), st.none())
)


@given(segments, segments, segments, segments)
def test_what_is_not_painted_again_looks_the_same(
    head: list[Segment], old: list[Segment], new: list[Segment], tail: list[Segment]
) -> None:
    before, after = Strip(head + old + tail), Strip(head + new + tail)
    assume(before != after)
    x, width = difference(before, after)
    assert 0 <= x <= x + width <= after.cell_length
    if before.cell_length == after.cell_length:
        end = after.cell_length
        assert list(before.crop(0, x)) == list(after.crop(0, x))
        assert list(before.crop(x + width, end)) == list(after.crop(x + width, end))
        assert x >= sum(segment.cell_length for segment in head)
    else:
        assert (x, width) == (0, after.cell_length)


def test_a_column_is_found_under_the_mouse() -> None:
    fitted = ColumnFit(columns(Column("a", shown("A"), least=5), Column("b", shown("B"), least=5)))
    fitted.width = 40
    found = [fitted.column_at(x) for x in (0, GUTTER, GUTTER + 6, GUTTER + 7, GUTTER + 11, GUTTER + 20)]
    assert found == [None, "a", "a", "b", "b", None]
