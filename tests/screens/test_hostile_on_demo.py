"""Wharf on the hostile demo: whatever strings an Engine holds, the screen stays a screen."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.stage import Stage, staged
from tui.demo import hostile
from tui.demo.hostile import ENDED, IMAGE, LINES, LOUD, PREFIX, STRINGS, VOLUME
from tui.engine.kinds import Kind
from tui.screens.logs_view import ReadLog
from tui.screens.plan import PlanScreen

SIZES = [(80, 24), (160, 48)]
sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x48"])
REORDERS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Visit:
    """A stage whose screen is looked over after each step."""

    def __init__(self, stage: Stage, size: tuple[int, int]) -> None:
        self.stage = stage
        self.columns, self.rows = size

    def look(self) -> None:
        """Nothing on the screen could move the cursor, turn text around or push a line out of its place."""
        stage = self.stage
        lines = stage.lines
        assert len(lines) == self.rows
        for line in lines:
            harmful = {one for one in line if unicodedata.category(one) in ("Cc", "Cs") or one in REORDERS}
            assert not harmful, f"{harmful} in {line!r}"
            assert cell_len(line) == self.columns, line
        assert stage.app.is_running
        assert not any("Wharf itself failed" in toast for toast in stage.toasts)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.stage.press(key)
            self.look()

    async def until(self, true: Callable[[], bool]) -> None:
        await self.stage.until(true)
        await self.stage.still()
        self.look()

    async def dialog(self, name: str) -> None:
        await self.until(lambda: self.stage.dialog == name)

    async def go_to(self, name: str) -> None:
        """Put the cursor on an object and let its detail come."""
        stage = self.stage
        key = next(key for key, model in stage.pane.models.items() if model.name.startswith(name))
        assert stage.table.move_to(key)
        await self.until(lambda: stage.detail_read)


@asynccontextmanager
async def visiting(folder: Path, size: tuple[int, int]) -> AsyncIterator[Visit]:
    async with staged(folder, size, build=hostile.build) as stage:
        visit = Visit(stage, size)
        visit.look()
        yield visit


OBJECTS = {
    Kind.CONTAINER: (*(f"{PREFIX}{name}" for name in STRINGS), LOUD),
    Kind.IMAGE: (IMAGE,),
    Kind.NETWORK: tuple(f"{PREFIX}{name} " for name in STRINGS),
    Kind.VOLUME: (*(f"{PREFIX}{name}" for name in STRINGS), VOLUME),
}


@pytest.mark.parametrize(
    ("size", "digit", "kind"),
    [
        (SIZES[0], "1", Kind.CONTAINER),
        (SIZES[1], "2", Kind.IMAGE),
        (SIZES[0], "3", Kind.NETWORK),
        (SIZES[1], "4", Kind.VOLUME),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_every_object_of_a_pane_shows_in_each_tab_of_its_detail(
    tmp_path: Path, size: tuple[int, int], digit: str, kind: Kind
) -> None:
    async with visiting(tmp_path, size) as visit:
        await visit.press(digit)
        await visit.until(lambda: visit.stage.main.pane.view.kind is kind)
        for number, name in enumerate(OBJECTS[kind]):
            await visit.go_to(name)
            await visit.press("i")
            await visit.until(lambda: visit.stage.detail_read)
            if number == 0 or name.endswith(("long", "wide ")):
                await visit.press("tab", "l", "G", "right_square_bracket", "left_square_bracket", "escape")
            await visit.press("left_square_bracket", "escape")


async def test_the_processes_of_each_container_and_the_form_to_run_it_again(tmp_path: Path) -> None:
    async with visiting(tmp_path, SIZES[0]) as visit:
        for name in STRINGS:
            await visit.go_to(f"{PREFIX}{name}")
            assert visit.stage.state(f"{PREFIX}{name}") == ("exited" if name in ENDED else "running")
            if name not in ENDED:
                await visit.press("t")
                await visit.until(lambda: "process" in visit.stage.text)
                await visit.press("escape")
            if name in ("markup", "newline", "wide", "long"):
                await visit.press("R")
                await visit.dialog("RunScreen")
                await visit.press("pagedown", "escape")
                await visit.until(lambda: visit.stage.dialog == "MainScreen")


@pytest.mark.parametrize(
    ("size", "digit"),
    [(SIZES[0], "1"), (SIZES[1], "2"), (SIZES[0], "3"), (SIZES[1], "4")],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_the_plans_of_a_pane(tmp_path: Path, size: tuple[int, int], digit: str) -> None:
    async with visiting(tmp_path, size) as visit:
        await visit.press(digit)
        await visit.press("asterisk", "d")
        await visit.dialog("PlanScreen")
        await visit.until(lambda: isinstance(visit.stage.app.screen, PlanScreen) and _complete(visit.stage))
        await visit.press("pagedown", "end", "escape", "escape", "X")
        await visit.until(lambda: visit.stage.dialog in ("PlanScreen", "ChooseScreen"))
        await visit.press("a", "pagedown", "end", "escape")


def _complete(stage: Stage) -> bool:
    screen = stage.app.screen
    return isinstance(screen, PlanScreen) and screen.complete


@sizes
async def test_help_palette_command_and_filter(tmp_path: Path, size: tuple[int, int]) -> None:
    async with visiting(tmp_path, size) as visit:
        await visit.go_to(f"{PREFIX}markup")
        await visit.press("question_mark", "pagedown", "escape", "ctrl+p")
        await visit.dialog("CommandPalette")
        await visit.press("escape", "slash")
        await visit.stage.type(STRINGS["markup"] + STRINGS["screen"] + STRINGS["half-pair"])
        visit.look()
        await visit.press("enter", "escape", "colon")
        await visit.stage.type("stop " + STRINGS["markup"] + STRINGS["screen"] + STRINGS["half-pair"])
        await visit.press("enter")


@sizes
async def test_a_refusal_is_told_harmlessly_and_kept_among_the_jobs(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with visiting(tmp_path, size) as visit:
        await visit.go_to(LOUD)
        await visit.press("p")
        await visit.until(lambda: not visit.stage.engine.running and bool(visit.stage.engine.jobs.all))
        await visit.until(lambda: "[bold red]oops" in visit.stage.text)
        await visit.press("escape", "J")
        await visit.dialog("JobsScreen")
        await visit.press("j", "enter", "pagedown")


@sizes
async def test_a_log_of_hostile_lines_costs_no_more_than_the_screen(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with visiting(tmp_path, size) as visit:
        stage = visit.stage
        await visit.go_to(LOUD)
        await visit.press("l")
        await visit.dialog("LogsScreen")
        log = stage.app.screen.query_one(ReadLog)
        await visit.until(lambda: log.lines_count >= len(LINES))
        await visit.press("g", "l", "G", "w", "g", "pagedown", "G", "T", "x", "slash")
        await stage.type("mmm")
        await visit.press("enter", "n", "escape", "g", "enter", *["j"] * len(LINES))
        visit.look()
