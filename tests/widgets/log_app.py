"""A log view in an app of its own, and what its tests need to look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from time import monotonic

from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from widgets.log_flow import LogMessage
from widgets.log_view import LogText, LogView


class LogApp(App[None]):
    def __init__(self, limit: int) -> None:
        super().__init__()
        self.now = 1_700_000_000.0
        self.view = LogView(limit=limit, clock=lambda: self.now)
        self.follows: list[bool] = []
        self.moves = 0
        self.wanted: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_log_view_follow_changed(self, event: LogView.FollowChanged) -> None:
        self.follows.append(event.follow)

    def on_log_view_moved(self) -> None:
        self.moves += 1

    @on(LogView.WantsOlder)
    @on(LogView.WantsNewer)
    @on(LogView.WantsNewest)
    def want(self, event: LogMessage) -> None:
        self.wanted.append(type(event).__name__)


@asynccontextmanager
async def showing(
    texts: Sequence[str | LogText] = (), size: tuple[int, int] = (40, 10), limit: int = 1000
) -> AsyncIterator[tuple[LogView, Pilot[None]]]:
    app = LogApp(limit)
    async with app.run_test(size=size) as pilot:
        app.view.focus()
        app.view.append(lines(*texts))
        await pilot.pause()
        yield app.view, pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for what is shown a moment after a burst."""
    deadline = monotonic() + 5
    while not condition():
        assert monotonic() < deadline
        await pilot.pause(0.01)


async def add(view: LogView, pilot: Pilot[None], new: list[LogText]) -> None:
    total = view._lines.kept.end + len(new)
    view.append(new)
    await until(pilot, lambda: view._lines.kept.end >= total)
    await pilot.pause()


def lines(*texts: str | LogText) -> list[LogText]:
    return [text if isinstance(text, LogText) else LogText(text) for text in texts]


def numbered(count: int, start: int = 0) -> list[LogText]:
    return [LogText(f"line {number}") for number in range(start, start + count)]


def screen(view: LogView) -> list[str]:
    """What is seen, but for the cursor's glyph."""
    return [view.render_line(y).text.replace("▸", " ", 1).rstrip() for y in range(view.size.height)]


def pointed(view: LogView) -> list[str]:
    """The rows where the cursor's glyph is seen, without the gutter."""
    rows = [view.render_line(y).text for y in range(view.size.height)]
    return [row[2:].rstrip() for row in rows if row[1] == "▸"]
