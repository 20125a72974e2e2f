"""The screen of an image's files, layer by layer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.engine.image_archives import file, folder, gone, link, pieces, saved, tar
from tests.screens import on_demo
from tests.screens.hosting import Host, until
from tests.screens.looking import LookingDesk, head, image, rows
from tests.screens.on_demo import Demo
from tui.engine.endpoint import Endpoint
from tui.engine.inside import CONTENTS
from tui.engine.jobs import JobState
from tui.screens.key_bar import KeyBar
from tui.screens.layers import LayersScreen
from tui.screens.rows import TextRows
from widgets.unmarked_table import UnmarkedTable

SIZE = (100, 34)


@pytest.fixture
def demo() -> Iterator[Demo]:
    with on_demo.demo() as running:
        yield running


@pytest.fixture(autouse=True)
def unknown(demo: Demo) -> None:
    """No image was looked into before."""
    for name in ("shop/app:2.3.1", "postgres:16"):
        CONTENTS.forget(image(demo, name).id)


@pytest.fixture
def desk(demo: Demo) -> LookingDesk:
    return LookingDesk(demo)


class Archive:
    """An Engine that answers with an archive, the second half of it when it may."""

    def __init__(self, data: bytes, *, waits: bool = False) -> None:
        self.endpoint = Endpoint("unix:///nowhere", "", "test")
        self.data = data
        self.go = threading.Event()
        self.asked = 0
        if not waits:
            self.go.set()

    def ask(self, method: str, path: str, **options: Any) -> Archive:
        self.asked += 1
        return self

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def iter_content(self, size: int) -> Iterator[bytes]:
        half = len(self.data) // 2
        yield self.data[:half]
        assert self.go.wait(10)
        yield from pieces(self.data[half:])


def opened(demo: Demo, desk: LookingDesk, name: str = "shop/app:2.3.1") -> LayersScreen:
    return LayersScreen(image(demo, name), desk)  # type: ignore[arg-type]


def shown(screen: LayersScreen, which: str = "files") -> list[str]:
    return rows(screen.query_one(f"#layers--{which}", UnmarkedTable))


async def layer(screen: LayersScreen, pilot: Pilot[Any], number: int) -> None:
    """Go to a layer, and wait for its files; 0 is the whole image."""
    await until(pilot, lambda: " layer" in head(screen) and len(shown(screen)) > 1)
    await pilot.press("g", *["j"] * number)
    column = "CHANGE" if number else "LAYER"
    await until(pilot, lambda: column in shown(screen)[0] and screen._layers.position == number)
    await until(pilot, lambda: all(worker.is_finished for worker in screen.workers))


async def test_layers_show_what_they_added_changed_and_removed(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await layer(screen, pilot, 3)
        first = shown(screen, "layers")
        assert "the whole image" in first[1]
        assert "36.9MB" in first[3]
        assert "RUN pip install ." in first[4]
        assert "+11 ~2 -2" in first[4]
        await pilot.press("tab", "G")
        text = "\n".join(shown(screen))
        assert "- removed" in text
        assert "36.9MB wasted (24%)" in head(screen)


async def test_folders_open_and_close(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await layer(screen, pilot, 0)
        await pilot.press("tab")
        assert "▸ app/" in shown(screen)[1]
        await pilot.press("enter")
        assert "▾ app/" in shown(screen)[1]
        assert "▸ log/" in shown(screen)[2]
        await pilot.press("j", "left")
        assert "▾ app/" in shown(screen)[1]
        await pilot.press("left")
        assert "▸ app/" in shown(screen)[1]
        await pilot.press("y")
        assert desk.copied == ["/app"]


async def test_a_filter_leaves_paths_with_the_text_and_the_folders_above(
    demo: Demo, desk: LookingDesk
) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await layer(screen, pilot, 0)
        await pilot.press("slash", *"passw", "backspace", *"wx")
        await until(
            pilot, lambda: "No path has that in it" in screen.query_one("#layers--whole", TextRows).text
        )
        await pilot.press("ctrl+u", *"VIEWS")
        await until(pilot, lambda: "views.py" in "".join(shown(screen)))
        names = [row.strip("▌ ").split("  ")[0] for row in shown(screen)[1:4]]
        assert names == ["▾ app/", "▾ shop/", "views.py"]
        await pilot.press("escape")
        await until(pilot, lambda: "bin/" in "".join(shown(screen)))


async def test_the_biggest_wastes_are_listed(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await layer(screen, pilot, 0)
        await pilot.press("w")
        first = shown(screen, "wastes")[1]
        assert "/usr/lib/app.so" in first
        assert "overwritten in layer 3" in first


async def test_what_is_in_a_folder_is_sorted_by_size_on_a_key(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await layer(screen, pilot, 0)
        await pilot.press("s")
        await until(pilot, lambda: "▸ usr/" in shown(screen)[1])


async def test_wide_screens_have_files_beside_layers(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=(160, 40)) as pilot:
        await layer(screen, pilot, 1)
        assert screen._files.region.x > screen._layers.region.right - 1
        assert screen.query_one(KeyBar).region.bottom == 40


async def test_an_image_is_read_once(demo: Demo) -> None:
    engine = Archive(saved([tar(file("a", 1))]))
    desk = LookingDesk(demo, engine)
    for _ in range(2):
        screen = opened(demo, desk)
        async with Host(lambda screen=screen: screen).run_test(size=SIZE) as pilot:  # type: ignore[misc]
            await layer(screen, pilot, 1)
    assert engine.asked == 1


async def test_who_leaves_and_comes_back_finds_the_same_job(demo: Demo) -> None:
    engine = Archive(saved([tar(file("a", 1))]), waits=True)
    desk = LookingDesk(demo, engine)
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "look into" in head(screen) and engine.asked == 1)
        (job,) = desk.jobs.all
        assert job.watched
        await pilot.press("escape")
        await until(pilot, lambda: not job.watched)
        assert job.state is JobState.RUNNING
    again = opened(demo, desk)
    async with Host(lambda: again).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "look into" in head(again))
        engine.go.set()
        await layer(again, pilot, 1)
    assert engine.asked == 1


async def test_a_cancelled_reading_can_be_begun_again(demo: Demo) -> None:
    engine = Archive(saved([tar(file("a", 1))]), waits=True)
    desk = LookingDesk(demo, engine)
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: engine.asked == 1)
        await pilot.press("x")
        engine.go.set()
        await until(pilot, lambda: "cancelled" in head(screen))
        await pilot.press("r")
        await layer(screen, pilot, 1)


async def test_a_failure_is_told_in_place(demo: Demo) -> None:
    screen = opened(demo, LookingDesk(demo, Archive(saved([tar(file("a", 1))])[:1500])))
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "failed" in head(screen))
        assert "ends in the middle" in screen.query_one(".finding--said", TextRows).text


async def test_who_says_no_on_production_is_back_where_they_were(demo: Demo, desk: LookingDesk) -> None:
    desk.agrees = False
    screen = opened(demo, desk)
    app = Host(lambda: screen)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.ended == [None])


async def test_hostile_names_do_no_harm(demo: Demo) -> None:
    nasty = "[/x] \x1b]52;c;AA\x07 \u202e"
    made = tar(
        folder(nasty),
        file(f"{nasty}/{nasty}", 5),
        link("link", nasty),
        file(b"\xff".decode("utf-8", "surrogateescape"), 1),
    )
    layers = [made, tar(gone(f"{nasty}/{nasty}"))]
    screen = opened(demo, LookingDesk(demo, Archive(saved(layers, lines=[f"RUN {nasty}", nasty]))))
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await layer(screen, pilot, 1)
        await pilot.press("tab", "j", "w")
        tables = [*shown(screen), *shown(screen, "layers"), *shown(screen, "wastes")]
        text = "\n".join([*tables, screen.query_one("#layers--whole", TextRows).text])
        assert "[/x]" in text
        assert not {"\x1b", "\x07", "\u202e", "\udcff"} & set(text)
