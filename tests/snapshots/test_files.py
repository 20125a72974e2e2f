"""The dialog that chooses a file, as it was looked at and found good."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from tests.screens.hosting import HERE, Host, until
from tui.demo.world import FIXED_NOW
from tui.engine import folders
from tui.engine.endpoint import Endpoint
from tui.engine.lines import docker
from tui.screens.files import FilesScreen
from tui.screens.sure import Sure
from tui.theme import WHARF
from tui.verbs.verb import FileRequest

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
HOUR = 3600
FILES = {
    "shop-app_2.3.0.tar": (155_600_000, 26 * HOUR),
    "shop-app_2.3.1.tar": (155_900_000, HOUR),
    "base.tar.gz": (31_200_000, 900 * HOUR),
    "notes.txt": (1_204, 3 * HOUR),
    os.fsdecode(b"caf\xe9 \x1b[31m.tar"): (10_240, 90),
}
"""By name: bytes, and how many seconds ago it was written."""
TAGS = (
    "Holds shop/app:2.3.1, redis:7-alpine. Tags that lead to other images now, and will move: redis:7-alpine"
)

LOAD = FileRequest(
    "Load images from a file",
    "load",
    lambda path: docker("load", "-i", path.name),
    tell=lambda path, stop: TAGS if path.suffix == ".tar" else "",
)
SAVE = FileRequest(
    "Save shop/app:2.3.1",
    "save",
    lambda path: docker("save", "-o", path.name, "shop/app:2.3.1"),
    writes=True,
    name="shop-app_2.3.1.tar",
    needs=155_900_000,
)
FAR = Endpoint("ssh://ada@build.example.com", "build", "chosen")

Play = Callable[[FilesScreen, Pilot[Any]], Awaitable[None]]


class Scene(NamedTuple):
    request: FileRequest
    endpoint: Endpoint
    play: Play


async def _told(screen: FilesScreen, pilot: Pilot[Any]) -> None:
    screen._folder.list.move_to("shop-app_2.3.1.tar")
    await until(pilot, lambda: screen.query_one("Told").has_class("-said"))


async def _nothing(screen: FilesScreen, pilot: Pilot[Any]) -> None:
    await pilot.pause()


async def _replace(screen: FilesScreen, pilot: Pilot[Any]) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(screen.app.screen, Sure) and screen.app.screen.ready)


async def _wrong(screen: FilesScreen, pilot: Pilot[Any]) -> None:
    await pilot.press("ctrl+u", *"old/a.tar", "enter")
    await until(pilot, lambda: screen.query_one("#files--wrong").has_class("-said"))


SCENES = {
    "load": Scene(LOAD, FAR, _told),
    "save": Scene(SAVE, HERE, _nothing),
    "replace": Scene(SAVE, HERE, _replace),
    "wrong": Scene(SAVE, HERE, _wrong),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_files(
    snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, size: str
) -> None:
    # what is written out must be the same wherever the test runs
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(folders, "free_bytes", lambda path: 81_100_000_000)
    folder = tmp_path / "archives"
    (folder / "2025").mkdir(parents=True)
    os.utime(folder / "2025", (FIXED_NOW, FIXED_NOW - 400 * HOUR))
    for file, (length, ago) in FILES.items():
        with (folder / file).open("wb") as made:
            made.truncate(length)
        os.utime(folder / file, (FIXED_NOW, FIXED_NOW - ago))
    scene = SCENES[name]
    screen = FilesScreen(scene.request, scene.endpoint, Path("archives"), clock=lambda: FIXED_NOW)
    app = Host(lambda: screen)
    app.register_theme(WHARF)
    app.theme = WHARF.name
    app.animation_level = "none"

    async def play(pilot: Pilot[Any]) -> None:
        await until(
            pilot, lambda: "free" in str(screen._folder.query("Static").first().render()) or name == "load"
        )
        await until(pilot, lambda: bool(screen._folder.list.keys))
        await scene.play(screen, pilot)
        for _ in range(3):  # the list gets what the others leave over once they are laid out
            await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
