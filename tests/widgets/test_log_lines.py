from __future__ import annotations

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, chop_cells
from rich.text import Text

from widgets.log_body import body, body_text
from widgets.log_kept import BUDGET, LogText
from widgets.log_lines import LogLines
from widgets.sgr import LONGEST_LINE, parse, plain_text
from widgets.wrapping import height, rows

ESCAPES = st.sampled_from(
    [
        "\x1b",
        "\x1b[",
        "\x1b]",
        "\x9b",
        "\x07",
        "\x1b\\",
        "m",
        "31",
        ";",
        ":",
        "\r",
        "\t",
        "\n",
        "38;5;",
        "日",
        "e\u0301",
    ]
)
RAW = st.lists(ESCAPES | st.text(max_size=5), max_size=30).map("".join)


def is_harmful(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs") or character in "\u200e\u200f\u202a\u202b\u202d\u202e"
    )


def test_the_bytes_kept_are_bounded_too() -> None:
    kept = LogLines(limit=10_000)
    for _ in range(600):
        kept.append([LogText("x" * LONGEST_LINE)])
    assert 200 < len(kept) <= BUDGET // LONGEST_LINE
    kept.append([LogText("日" * LONGEST_LINE)] * 100)
    assert 50 < len(kept) <= BUDGET // (4 * LONGEST_LINE)
    assert kept.kept.end == 700


def test_a_line_is_cut_when_it_is_added() -> None:
    kept = LogLines(limit=10)
    kept.append([LogText("x" * 1_000_000)])
    assert len(kept[0].text) == LONGEST_LINE


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=RAW, fields=st.booleans(), width=st.integers(2, 30))
def test_no_line_ever_holds_a_control_character(raw: str, fields: bool, width: int) -> None:
    line = body(LogText(raw), fields)
    assert not any(is_harmful(character) for character in line.plain)
    assert all(0 <= start < end <= len(line.plain) for start, end, _ in line.spans)
    assert body_text(LogText(raw), fields) == line.plain
    wrapped = rows(Text(line.plain), width)
    assert "".join(row.plain for row in wrapped) == line.plain
    assert all(row.cell_len <= width for row in wrapped)
    assert height(line.plain, width) == len(wrapped)


@settings(max_examples=100, deadline=None)
@given(
    batches=st.lists(st.lists(RAW, max_size=8), max_size=6),
    limit=st.integers(1, 12),
    width=st.integers(2, 20),
    other=st.integers(2, 20),
)
def test_measured_rows_agree_with_the_lines_kept(
    batches: list[list[str]], limit: int, width: int, other: int
) -> None:
    kept = LogLines(limit)
    kept.lay_out(width, fields=False)
    for place, batch in enumerate(batches):
        kept.append([LogText(raw) for raw in batch])
        if place == 2:
            kept.lay_out(other, fields=False)
        if place % 2:
            kept.measure(range(kept.rows))
    kept.measure(range(kept.rows))
    everything = [raw for batch in batches for raw in batch]
    assert [kept[number].text for number in range(kept.kept.first, kept.kept.end)] == everything[-limit:]
    heights = [height(parse(raw).plain, kept.width) for raw in everything[-limit:]]
    assert kept.rows == sum(heights)
    places = [(kept.kept.first + at, part) for at, rows_ in enumerate(heights) for part in range(rows_)]
    assert [kept.at(row) for row in range(kept.rows)] == places
    assert [kept.row(*place) for place in places] == list(range(kept.rows))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=RAW, times=st.sampled_from([1, 40, 400]), enough=st.integers(1, 60))
def test_the_beginning_of_a_long_line_is_as_in_the_whole_of_it(raw: str, times: int, enough: int) -> None:
    whole, beginning = parse(raw * times), parse(raw * times, enough)
    assert whole.plain.startswith(beginning.plain)
    if beginning.whole:
        assert beginning == whole
    else:
        assert len(beginning.plain) >= enough
        for at in range(len(beginning.plain)):
            assert [style for start, end, style in beginning.spans if start <= at < end] == [
                style for start, end, style in whole.spans if start <= at < end
            ]


def test_only_the_beginning_of_a_long_line_is_read() -> None:
    found = body(LogText("\x1b[31mabc\x1b[0m def " * 3000), fields=True, enough=100)
    assert not found.whole
    assert 100 <= len(found.plain) < 200


def test_of_a_long_progress_line_the_last_state_is_left() -> None:
    raw = "".join(f"\r\x1b[K{percent:3} % done" for percent in range(101)) * 40
    assert parse(raw).plain == plain_text(raw) == "100 % done"


@settings(max_examples=200, deadline=None)
@given(st.characters(min_codepoint=32, max_codepoint=0x2FFF).filter(cell_len), st.integers(2, 9))
def test_text_is_broken_by_the_cells_of_its_letters(letter: str, width: int) -> None:
    text = letter * 20
    assert [row.plain for row in rows(Text(text), width)] == chop_cells(text, width)
