"""The screens of logs, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from tests.screens.hosting import Host, until
from tests.screens.reading_logs import log, said, shelf, texts, types
from tui.screens.logs import LogsScreen
from tui.screens.logs_members import MembersScreen
from tui.theme import WHARF

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}

Play = Callable[[LogsScreen, Pilot[Any]], Awaitable[None]]


class Scene(NamedTuple):
    names: tuple[str, ...]
    play: Play


async def _fields(screen: LogsScreen, pilot: Pilot[Any]) -> None:
    await pilot.press("k", "k", "enter")
    await until(pilot, lambda: "following" not in screen._bars.head.text)


async def _merged(screen: LogsScreen, pilot: Pilot[Any]) -> None:
    await pilot.press("T", "T", "k", "k", "v", "k", "k")
    await said(pilot, screen, "times local")


async def _filtered(screen: LogsScreen, pilot: Pilot[Any]) -> None:
    await pilot.press("2")
    await said(pilot, screen, "since 15m", "filters")
    await until(pilot, lambda: log(screen).lines_count > 300)
    await pilot.press("ampersand")
    await types(pilot, "/order \\d+ placed.*(rope|sextant)/")
    await pilot.press("c", "exclamation_mark")
    await types(pilot, "health")
    await pilot.press("slash")
    await types(pilot, "sextant")
    await until(pilot, lambda: screen._questions.search == "sextant")


async def _refused(screen: LogsScreen, pilot: Pilot[Any]) -> None:
    await pilot.press("s")
    await types(pilot, "last tuesday")
    await pilot.pause()


async def _members(screen: LogsScreen, pilot: Pilot[Any]) -> None:
    await pilot.press("m")
    await until(pilot, lambda: isinstance(pilot.app.screen, MembersScreen))
    await pilot.press("j", "space")


THREE = ("shop-app-1", "shop-worker-1", "shop-mailer-1")
SCENES = {
    "fields": Scene(("shop-worker-1",), _fields),
    "merged": Scene(THREE, _merged),
    "filtered": Scene(("shop-app-1",), _filtered),
    "refused": Scene(("metrics-grafana-1",), _refused),
    "members": Scene(THREE, _members),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_logs(snap_compare: Callable[..., bool], tmp_path: Path, name: str, size: str) -> None:
    scene = SCENES[name]
    with shelf(tmp_path) as shop:
        screen = shop.open(*scene.names)
        app = Host(lambda: screen)
        app.register_theme(WHARF)
        app.theme = WHARF.name
        app.animation_level = "none"

        async def play(pilot: Pilot[Any]) -> None:
            ends = {"mailer": "KeyError", "grafana": "Request completed", "worker": "receipt"}
            wanted = next((words for part, words in ends.items() if part in scene.names[-1]), "GET")
            await until(pilot, lambda: any(wanted in text for text in texts(screen)))
            await until(pilot, lambda: screen.sources[len(screen.sources) - 1].started > 0)
            if "shop-mailer-1" in scene.names:
                await until(pilot, lambda: any("ended" in text for text in texts(screen)))
            await scene.play(screen, pilot)
            for _ in range(3):
                await pilot.pause()

        assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
