"""The screen of an image's history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.screens import on_demo
from tests.screens.hosting import Host, until
from tests.screens.looking import LookingDesk, head, image, rows
from tests.screens.on_demo import Demo
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.screens.history import HistoryScreen
from tui.screens.key_bar import KeyBar
from tui.screens.rows import TextRows
from tui.verbs.verb import View
from widgets.unmarked_table import UnmarkedTable

SIZE = (110, 30)


@pytest.fixture
def demo() -> Iterator[Demo]:
    with on_demo.demo() as running:
        yield running


@pytest.fixture
def desk(demo: Demo) -> LookingDesk:
    return LookingDesk(demo)


def opened(demo: Demo, desk: LookingDesk, name: str = "shop/app:2.3.1") -> HistoryScreen:
    return HistoryScreen(image(demo, name), desk, lambda: 0.0)  # type: ignore[arg-type]


def table(screen: HistoryScreen) -> list[str]:
    return rows(screen.query_one(UnmarkedTable))


def below(screen: HistoryScreen) -> str:
    return screen.query_one("#history--whole", TextRows).text


class Answers:
    """An Engine that says what a test wants."""

    def __init__(self, answer: Any) -> None:
        self.endpoint = Endpoint("unix:///nowhere", "", "test")
        self.answer = answer

    def ask(self, method: str, path: str, **options: Any) -> Any:
        if isinstance(self.answer, EngineError):
            raise self.answer
        told = self.answer if path.endswith("history") else {}
        return type("Answer", (), {"json": lambda self: told, "headers": {}})()


async def test_the_lines_have_size_share_and_layer(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "4 layers" in head(screen))
        titles, first, second, *_ = table(screen)
        assert titles.split() == ["#", "LINE", "SIZE", "SHARE", "AGE", "LAYER", "ID"]
        assert "ADD rootfs.tar.xz /" in first
        assert "74.8MB" in first
        assert "48%" in first
        assert "2 d" in first
        assert "RUN make python 3.12.8" in second
        assert "docker image history --no-trunc shop/app:2.3.1" in screen.query_one(KeyBar).text


async def test_biggest_first_and_back(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk, "postgres:16")
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "2 layers" in head(screen))
        await pilot.press("s")
        assert "RUN apt-get install" in table(screen)[1]
        assert "biggest first" in head(screen)
        await pilot.press("s")
        assert "ADD rootfs" in table(screen)[1]


async def test_enter_shows_what_the_builder_noted(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "ADD rootfs.tar.xz /" in below(screen))
        assert "# buildkit" not in below(screen)
        await pilot.press("enter")
        assert "ADD rootfs.tar.xz / # buildkit" in below(screen)
        await pilot.press("y")
        assert desk.copied == ["ADD rootfs.tar.xz / # buildkit"]


async def test_the_files_and_the_software_are_one_key_away(demo: Demo, desk: LookingDesk) -> None:
    for key, view in (("f", View.FILES), ("w", View.SOFTWARE)):
        screen = opened(demo, desk)
        async with Host(lambda screen=screen: screen).run_test(size=SIZE) as pilot:  # type: ignore[misc]
            await until(pilot, lambda screen=screen: "layers" in head(screen))  # type: ignore[misc]
            await pilot.press(key)
            await until(pilot, lambda view=view: desk.viewed[-1:] == [view])  # type: ignore[misc]


async def test_an_image_that_is_gone_is_told_in_the_engines_words(demo: Demo) -> None:
    desk = LookingDesk(demo, Answers(EngineError("No such image: x", status=404)))
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "refused" in head(screen))
        assert "No such image: x" in screen.query_one("#history--trouble", TextRows).text


async def test_hostile_lines_do_no_harm(demo: Demo) -> None:
    nasty = "/bin/sh -c #(nop) [/x] \x1b]52;c;AA\x07 \u202e" + "x" * 100_000
    step = {"Id": nasty, "Created": 1, "CreatedBy": nasty, "Size": 5, "Comment": nasty, "Tags": [nasty]}
    screen = opened(demo, LookingDesk(demo, Answers([step, {"Id": "", "Created": 0}])))
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "2 lines" in head(screen))
        await pilot.press("j")
        text = "\n".join([*table(screen), below(screen)])
        assert "[/x]" in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert screen.query_one(KeyBar).region.bottom == 24
