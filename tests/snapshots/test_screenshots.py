"""The pictures and the key table that README shows are those of the program as it is."""

from __future__ import annotations

import re

import pytest

from tests.screenshots import FOLDER, README, ROOT, SIZES, file_of, picture, with_keys

ANEW = "run `make screenshots`"
LINKED = re.compile(r"\bscreenshots/[^\s)\"'>]+")


@pytest.mark.parametrize("name", SIZES)
async def test_a_picture_shows_the_program_as_it_is(name: str) -> None:
    path = file_of(name)
    assert path.exists(), f"{path.relative_to(ROOT)} is not there: {ANEW}"
    is_same = await picture(name) == path.read_text(encoding="utf-8")  # compared here: a diff takes minutes
    assert is_same, f"{path.relative_to(ROOT)} is out of date: {ANEW}"


def test_the_key_table_says_what_the_verbs_say() -> None:
    text = README.read_text(encoding="utf-8")
    assert "<!-- keys -->" in text
    assert with_keys(text) == text, f"README's key table is out of date: {ANEW}"


def test_every_file_in_screenshots_is_drawn_by_somebody() -> None:
    drawn = {file_of(name) for name in SIZES}
    assert set(FOLDER.iterdir()) <= drawn, f"nobody draws them: {ANEW}"


def test_every_picture_that_the_readme_shows_is_there() -> None:
    shown = LINKED.findall(README.read_text(encoding="utf-8"))
    assert shown
    assert [name for name in shown if not (ROOT / name).exists()] == []
