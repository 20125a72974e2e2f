"""What a filter line lets through."""

from __future__ import annotations

import pytest

from tui.panes.filter import parse_filter

WEB = {
    "name": "Shop-Web-1",
    "image": "nginx:1.27",
    "state": "running",
    "label": "com.docker.compose.project=shop tier=front",
}


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        ("", True),
        ("   ", True),
        ("web", True),
        ("WEB", True),
        ("nginx", True),
        ("front", True),
        ("postgres", False),
        ("web nginx", True),
        ("web postgres", False),
        # not
        ("!postgres", True),
        ("!web", False),
        ("web !front", False),
        ("!!web", True),
        ("!", False),
        # key=value
        ("image=nginx", True),
        ("im=NGINX", True),
        ("image=web", False),
        ("state=running", True),
        ("!state=running", False),
        ("state=", True),
        ("nothing=", False),
        ("=shop", True),
        ("=nothing", False),
        # the labels' own keys
        ("tier=front", True),
        ("TIER=Front", True),
        ("tier=back", False),
        ("com.docker.compose.project=shop", True),
        # fuzzy
        ("~sw1", True),
        ("~SW1", True),
        ("~1ws", False),
        ("~nginx", False),
        ("!~sw1", False),
        ("~", False),
    ],
)
def test_a_line_lets_through_what_passes_all_its_words(line: str, passes: bool) -> None:
    assert parse_filter(line)(WEB) is passes


def test_nothing_in_a_line_is_a_pattern() -> None:
    assert not parse_filter("w.b")(WEB)
    assert not parse_filter("*")(WEB)
    assert parse_filter("[/x]")({"name": "[/x]"})


def test_an_object_without_a_name_is_no_fuzzy_match() -> None:
    assert not parse_filter("~a")({"state": "a"})
