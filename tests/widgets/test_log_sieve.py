"""What of a log is shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.log_kept import LogText
from widgets.log_lines import GAP, LogLines
from widgets.log_sieve import LONGEST_LOOK, Choice, Passage, Sieve, pattern_of

TONES = st.sampled_from(["out", "err", "note", "rule"])
LINES = st.lists(
    st.builds(LogText, st.text("abc", max_size=3), TONES, st.just(0), st.integers(-1, 2)), max_size=20
)
SIEVES = st.none() | st.builds(Sieve, st.sampled_from(["a", "b", "/^c/", "/a|b/", "abc"]))
CHOICES = st.builds(Choice, SIEVES, SIEVES, st.integers(0, 3), st.frozensets(st.integers(0, 2), max_size=2))


def passing(lines: Sequence[LogText], choice: Choice) -> list[int | None]:
    """The numbers of the lines shown, None where there is a gap: slowly, and plain to see."""
    said = [line.tone in ("note", "rule") for line in lines]
    left = [
        at
        for at, line in enumerate(lines)
        if line.source not in choice.hidden
        and (said[at] or choice.drop is None or not choice.drop.matches(line.text))
    ]
    keep = choice.keep
    if keep is None:
        return list(left)
    matching = [not said[at] and keep.matches(lines[at].text) for at in left]
    near = set[int]()
    for place, matches in enumerate(matching):
        if said[left[place]]:
            near.add(place)
        if matches:
            near.add(place)
            for way in (-1, 1):
                for further in range(place + way, place + way * (choice.context + 1), way):
                    if not 0 <= further < len(left) or said[left[further]]:
                        break
                    near.add(further)
    shown: list[int | None] = []
    for place, at in enumerate(left):
        if place in near:
            if shown and place - 1 not in near and choice.context:
                shown.append(None)
            shown.append(at)
    return shown


def seen(lines: LogLines) -> list[int | None]:
    """The same of lines as they are laid out, row by row."""
    rows = [lines.at(row) for row in range(lines.rows)]
    return [None if part == GAP else number for number, part in rows if part <= 0]


@settings(max_examples=100, deadline=None)
@given(batches=st.lists(LINES, max_size=4), choice=CHOICES, width=st.sampled_from([0, 2]))
def test_lines_pass_as_they_come_as_if_they_had_come_at_once(
    batches: list[list[LogText]], choice: Choice, width: int
) -> None:
    lines = LogLines(1000)
    lines.lay_out(width, fields=False)
    lines.passage = Passage(choice)
    lines.sift()
    for batch in batches:
        lines.append(batch)
    everything = [line for batch in batches for line in batch]
    expected = passing(everything, choice)
    assert seen(lines) == expected
    numbers = [at for at in expected if at is not None]
    assert list(lines.shown) == numbers
    assert lines.count == len(numbers)
    assert [lines.ordinal(at) for at in numbers] == list(range(1, len(numbers) + 1))
    for place, at in enumerate(numbers):
        assert lines.at(lines.row(at)) == (at, 0)
        assert lines.step(at, 1) == numbers[min(place + 1, len(numbers) - 1)]
        assert lines.step(at, -2) == numbers[max(place - 2, 0)]
    lines.sift()
    assert seen(lines) == expected


@settings(max_examples=60, deadline=None)
@given(
    moves=st.lists(st.tuples(st.booleans(), LINES), max_size=6),
    choice=CHOICES,
    limit=st.integers(1, 20),
    width=st.sampled_from([0, 2]),
)
def test_lines_that_come_at_either_end_push_out_those_at_the_other(
    moves: list[tuple[bool, list[LogText]]], choice: Choice, limit: int, width: int
) -> None:
    lines = LogLines(limit)
    lines.lay_out(width, fields=False)
    lines.passage = Passage(choice)
    lines.sift()
    kept: list[LogText] = []
    for newer, batch in moves:
        if newer:
            lines.append(batch)
            kept = [*kept, *batch][-limit:]
        else:
            lines.prepend(batch)
            kept = [*batch, *kept][:limit]
    first = lines.kept.first
    assert list(lines.kept.since(first)) == kept
    lines.sift()
    assert [at if at is None else at - first for at in seen(lines)] == passing(kept, choice)


@pytest.mark.parametrize(
    "text",
    [
        "/(/",
        "/[/",
        "/*/",
        "/(?P<a>b/",
        "/(a+)+$/",
        "/([a-z]*)*x/",
        "/(a{1,}){2,}/",
        "/(.*a){20}/",
        "/x(?:a.+b)*/",
        "x" * 2000,
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$") as caught:
        Sieve(text)
    assert "\n" not in str(caught.value)


def test_text_is_text_and_a_regular_expression_stands_between_slashes() -> None:
    assert Sieve("A.B").matches("xa.bx")
    assert not Sieve("a.b").matches("axb")
    assert Sieve("/A.B/").matches("axb")
    assert Sieve("/(\\d+,)+/").matches("1,2,")
    assert Sieve("/").matches("a/b")
    assert Sieve("//").matches("a//b")
    assert not Sieve("//").matches("ab")


def test_escapes_do_not_count_and_a_long_line_is_looked_at_from_its_start() -> None:
    assert Sieve("abc").matches("a\x1b[31mb\x1b[0mc")
    assert not Sieve("31m").matches("a\x1b[31mb")
    assert Sieve("end").matches("x" * (LONGEST_LOOK - 3) + "end")
    assert not Sieve("end").matches("x" * LONGEST_LOOK + "end")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/.*error.*/", "an error"),
        ("/.*/", ""),
        ("/.*.*b|^c/", "ca"),
        ("/(\\(.*)/", "f(x"),
        ("/(a.*b)?c/", "c"),
    ],
)
def test_harmless_repeats_are_taken(text: str, line: str) -> None:
    assert Sieve(text).matches(line)


def test_anything_before_a_word_is_not_searched_for() -> None:
    assert pattern_of("/.*error.*/").pattern == "error.*"
