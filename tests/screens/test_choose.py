"""The small dialog to choose one of a few things."""

from __future__ import annotations

import pytest

from tests.screens.hosting import Host
from tui.screens.choose import ChooseScreen

OPTIONS = [("container.start", "start 2 of them"), ("container.kill", "[kill] 1 of them"), ("x", "other")]


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["enter"], "container.start"),
        (["j", "enter"], "container.kill"),
        (["j", "j", "k", "enter"], "container.kill"),
        (["G", "enter"], "x"),
        (["down", "down", "enter"], "x"),
        (["2"], "container.kill"),
        (["o"], "x"),
        (["s"], "container.start"),
        (["escape"], None),
        (["q"], None),
    ],
)
async def test_keys_choose(keys: list[str], chosen: str | None) -> None:
    app = Host(lambda: ChooseScreen("Which [one]?", OPTIONS))
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        assert app.ended == [chosen]


async def test_a_first_letter_that_two_share_chooses_neither() -> None:
    app = Host(lambda: ChooseScreen("Which?", [("a", "start 2"), ("b", "stop 3")]))
    async with app.run_test() as pilot:
        await pilot.press("s")
        assert app.ended == []


async def test_a_number_beyond_the_options_chooses_nothing() -> None:
    app = Host(lambda: ChooseScreen("Which?", OPTIONS))
    async with app.run_test() as pilot:
        await pilot.press("4")
        assert app.ended == []
