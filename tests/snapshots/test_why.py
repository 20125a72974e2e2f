"""Why a container is down, as it was looked at and found good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from tests.panes.captured import NOW, answer, named, store
from tui.engine.lives import Turn, Why
from tui.engine.logs import LogLine
from tui.panes.overview import Fact, overview
from widgets.facts import FactLine, Facts
from widgets.text import shown

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
LOG = ((1, "connecting to shop-db:5432"), (2, "could not connect:\x1b[31m connection refused\x1b[0m"))


class Host(App[None]):
    """Facts alone."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__()
        self.facts = facts

    def compose(self) -> ComposeResult:
        yield Facts()

    def on_mount(self) -> None:
        lines = [FactLine(shown(label), shown(text), tone) for label, text, tone in self.facts]
        self.query_one(Facts).show(lines)


def turns() -> tuple[Turn, ...]:
    """Eight runs of a second or a little more."""
    begins = [NOW - 20 - 12 * left for left in reversed(range(8))]
    runs = [(Turn(at, "start"), Turn(at + 1 + at % 5 / 10, "die", 3)) for at in begins]
    return tuple(turn for run in runs for turn in run)


def loop() -> list[Fact]:
    """A restart loop."""
    filled, found, lived = store(), answer("container_nocmd"), turns()
    found["State"] |= {"Error": "", "ExitCode": 3, "StartedAt": "", "FinishedAt": ""}
    found["RestartCount"] = 8
    found["HostConfig"]["RestartPolicy"] = {"Name": "on-failure", "MaximumRetryCount": 10}
    lines = tuple(LogLine(fd, text, int(lived[-2].at * 1e9)) for fd, text in LOG)
    model = replace(named(filled, "shop-nocmd"), state="restarting", exit_code=3)
    return overview(model, found, filled, NOW, why=Why(lived, lines))


def unstarted() -> list[Fact]:
    """A container that could not be started."""
    filled = store()
    return overview(named(filled, "shop-nocmd"), answer("container_nocmd"), filled, NOW)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", [loop, unstarted])
def test_why(snap_compare: Callable[..., bool], scene: Callable[[], list[Fact]], size: str) -> None:
    assert snap_compare(Host(scene()), terminal_size=SIZES[size])
