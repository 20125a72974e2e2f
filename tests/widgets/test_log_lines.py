from __future__ import annotations

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.text import Text

from widgets.log_lines import BUDGET, LogLines, LogText, painted, seen_text
from widgets.sgr import LONGEST_LINE, parse
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
    assert kept.end == 700


def test_a_line_is_cut_when_it_is_added() -> None:
    kept = LogLines(limit=10)
    kept.append([LogText("x" * 1_000_000, stamp="t" * 1_000_000)])
    assert len(kept[0].text) == LONGEST_LINE
    assert len(kept[0].stamp) < 100


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=RAW, stamp=st.text(max_size=10), width=st.integers(2, 30))
def test_no_line_ever_holds_a_control_character(raw: str, stamp: str, width: int) -> None:
    line = painted(LogText(raw, stamp=stamp), stamps=True)
    assert not any(is_harmful(character) for character in line.plain)
    assert all(0 <= start < end <= len(line.plain) for start, end, _ in line.spans)
    assert seen_text(LogText(raw, stamp=stamp), stamps=True) == line.plain
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
    kept.lay_out(width, stamps=False)
    for place, batch in enumerate(batches):
        kept.append([LogText(raw) for raw in batch])
        if place == 2:
            kept.lay_out(other, stamps=False)
        if place % 2:
            kept.measure(range(kept.first, kept.end))
    kept.measure(range(kept.first, kept.end))
    everything = [raw for batch in batches for raw in batch]
    assert [kept[number].text for number in range(kept.first, kept.end)] == everything[-limit:]
    heights = [height(parse(raw).plain, kept.width) for raw in everything[-limit:]]
    assert kept.rows == sum(heights)
    places = [(kept.first + at, part) for at, rows_ in enumerate(heights) for part in range(rows_)]
    assert [kept.at(row) for row in range(kept.rows)] == places
    assert [kept.row(*place) for place in places] == list(range(kept.rows))
