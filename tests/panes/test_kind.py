"""Names in the order in which people count."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.panes.kind import natural


@pytest.mark.parametrize(
    "names",
    [
        ["web-2", "web-10", "web-100"],
        ["web", "web-1", "web-1a", "web-2"],
        ["1.9", "1.10", "1.27", "2.0"],
        ["7", "7a", "08", "9", "a"],
        ["app_9_x", "app_10_a"],
        ["", "0", "a", "a0", "a1", "b"],
    ],
)
def test_numbers_count_as_numbers(names: list[str]) -> None:
    for mixed in permutations(names[:5]):
        assert sorted(mixed, key=natural) == names[:5]
    backwards = names[::-1]
    assert sorted(backwards, key=natural) == names


@given(st.lists(st.text("a1٣²9-", max_size=8)))
def test_any_names_can_be_ordered_and_the_order_is_one(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(names, key=natural) == sorted(backwards, key=natural)


def test_a_name_of_thousands_of_digits_can_be_ordered() -> None:
    long = "9" * 5000
    assert sorted([f"a{long}", "a10", f"a1{long}"], key=natural) == ["a10", f"a{long}", f"a1{long}"]
