"""The filter line, term by term."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.panes.filter import parse_filter, words_of

WEB = {
    "name": "shop-web-1",
    "state": "running",
    "image": "Nginx:1.27",
    "label": "tier=front com.docker.compose.project=shop",
}
TERMS = st.text("abwe!~=-. \t", max_size=12)
OBJECTS = st.dictionaries(st.sampled_from(["name", "state", "image"]), st.text("abweABWE-", max_size=8))


def holds(line: str, raw: dict[str, str]) -> bool:
    """Whether a filter line lets an object with these strings through."""
    return parse_filter(line)(words_of(raw))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", True),
        ("  ", True),
        ("web", True),
        ("WEB", True),
        ("nginx", True),
        ("apache", False),
        ("web running", True),
        ("web exited", False),
        ("!web", False),
        ("!exited", True),
        ("web !exited", True),
        ("!!web", True),
        ("!", False),
        ("state=run", True),
        ("st=RUN", True),
        ("state=exited", False),
        ("!state=exited", True),
        ("name=nginx", False),
        ("tier=front", True),
        ("tier=back", False),
        ("state=", True),
        ("=running", False),
        ("~sw1", True),
        ("~s1w", False),
        ("~running", False),
        ("!~sw1", False),
        ("~", False),
    ],
)
def test_a_filter_line_holds_or_not(line: str, expected: bool) -> None:
    assert holds(line, WEB) is expected


@given(TERMS, TERMS, OBJECTS)
def test_all_terms_must_hold(first: str, second: str, words: dict[str, str]) -> None:
    both = holds(f"{first} {second}", words)
    assert both == (holds(first, words) and holds(second, words))


@given(st.text("abwe=.-", min_size=1, max_size=6), OBJECTS)
def test_not_turns_a_term_round(term: str, words: dict[str, str]) -> None:
    assert holds(f"!{term}", words) != holds(term, words)


@given(st.text(max_size=30), OBJECTS)
def test_no_line_breaks_the_filter(line: str, words: dict[str, str]) -> None:
    assert holds(line, words) in (True, False)


@given(st.text("abwe-", min_size=1, max_size=8), st.text("abwe-", max_size=12))
def test_fuzzy_finds_at_least_what_plain_text_finds(term: str, name: str) -> None:
    if holds(term, {"name": name}):
        assert holds(f"~{term}", {"name": name})


@given(OBJECTS, st.text("abwe-", min_size=1, max_size=8))
def test_plain_text_is_found_within_one_value_and_not_across_two(raw: dict[str, str], term: str) -> None:
    assert holds(term, raw) == any(term in value.lower() for value in raw.values())
