"""The filter line, term by term."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.panes.filter import parse_filter

WEB = {
    "name": "shop-web-1",
    "state": "running",
    "image": "Nginx:1.27",
    "label": "tier=front com.docker.compose.project=shop",
}
TERMS = st.text("abwe!~=-. \t", max_size=12)
OBJECTS = st.dictionaries(st.sampled_from(["name", "state", "image"]), st.text("abweABWE-", max_size=8))


@pytest.mark.parametrize(
    ("line", "holds"),
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
def test_a_filter_line_holds_or_not(line: str, holds: bool) -> None:
    assert parse_filter(line)(WEB) is holds


@given(TERMS, TERMS, OBJECTS)
def test_all_terms_must_hold(first: str, second: str, words: dict[str, str]) -> None:
    both = parse_filter(f"{first} {second}")(words)
    assert both == (parse_filter(first)(words) and parse_filter(second)(words))


@given(st.text("abwe=.-", min_size=1, max_size=6), OBJECTS)
def test_not_turns_a_term_round(term: str, words: dict[str, str]) -> None:
    assert parse_filter(f"!{term}")(words) != parse_filter(term)(words)


@given(st.text(max_size=30), OBJECTS)
def test_no_line_breaks_the_filter(line: str, words: dict[str, str]) -> None:
    assert parse_filter(line)(words) in (True, False)


@given(st.text("abwe-", min_size=1, max_size=8), st.text("abwe-", max_size=12))
def test_fuzzy_finds_at_least_what_plain_text_finds(term: str, name: str) -> None:
    if parse_filter(term)({"name": name}):
        assert parse_filter(f"~{term}")({"name": name})
