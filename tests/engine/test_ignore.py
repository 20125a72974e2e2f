"""What a .dockerignore leaves out: what the docker CLI leaves out, too (tests/live/test_build.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.ignored import CASES, TREE, Case, made
from tui.engine.build_context import scan
from tui.engine.ignore import Ignore, IgnoreError, lines_of


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_sent_is_what_docker_sends(tmp_path: Path, case: Case) -> None:
    assert made(tmp_path, case) == set(case.sent)


def test_comments_begin_at_the_first_character_only() -> None:
    assert lines_of("\ufeff# no\n #yes\n\n  a/../b/  \n! c \n/d\n!\n") == ["#yes", "b", "!c", "d", "!"]


def test_a_pattern_that_docker_refuses_is_refused() -> None:
    for text in ("[a", "a\\"):
        with pytest.raises(IgnoreError, match="syntax error"):
            Ignore([text])
    with pytest.raises(IgnoreError, match="illegal exclusion"):
        Ignore(["!"])


def test_what_was_excepted_last_decides() -> None:
    assert Ignore(["*", "!keep", "keep"]).leaves_out("keep")
    assert not Ignore(["*", "keep", "!keep"]).leaves_out("keep/below")


def test_the_dockerfile_is_sent_whatever_the_patterns_say() -> None:
    ignore = Ignore(["*"], (".dockerignore", "sub/Dockerfile"))
    assert not ignore.leaves_out("sub/Dockerfile")
    assert ignore.leaves_out("sub/other")
    assert ignore.may_hold_kept("sub")


def test_left_out_is_counted_without_being_sent(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "file").write_bytes(bytes(5000))
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / ".dockerignore").write_text("big\n")
    context = scan(tmp_path, "Dockerfile")
    assert context is not None
    assert (context.files, context.left_out_files, context.left_out) == (2, 1, 5000)


@given(st.lists(st.sampled_from(["*", "**", "a", "!a", "a/b", "!a/b", "**/b", "!**/b", "?", "[ab]", "!a/*"])))
def test_a_folder_decides_for_what_is_in_it_as_the_whole_path_does(patterns: list[str]) -> None:
    ignore = Ignore(patterns)
    left_out, above = ignore.look("a")
    assert left_out == ignore.leaves_out("a")
    assert ignore.look("a/b", above)[0] == ignore.leaves_out("a/b")


def test_the_tree_of_the_table_is_all_sent_without_patterns(tmp_path: Path) -> None:
    assert made(tmp_path, Case("none", "", ())) == {*TREE, ".dockerignore", "Dockerfile"}
