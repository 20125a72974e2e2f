"""The screens that look into an image, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens import on_demo
from tests.screens.hosting import Host, until
from tests.screens.looking import LookingDesk, head, image
from tests.screens.on_demo import Demo
from tui.engine.scans import SCANS, Finding, Findings, Scanner, Severity
from tui.screens import scan as scan_screen
from tui.screens.choose import ChooseScreen
from tui.screens.history import HistoryScreen
from tui.screens.layers import LayersScreen
from tui.screens.scan import ScanScreen
from tui.screens.software import SoftwareScreen

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
IMAGE = "shop/app:2.3.1"
FOUND = (
    Finding(
        Severity.CRITICAL, "CVE-2024-5535", "libssl3", "3.0.11-1", "3.0.15-1", "openssl: a buffer overread"
    ),
    Finding(
        Severity.HIGH, "CVE-2023-31484", "perl-base", "5.36.0-7", "", "perl: CPAN.pm does not verify TLS"
    ),
    Finding(
        Severity.HIGH, "GHSA-2g68-c3qc-8985", "werkzeug", "3.0.1", "3.0.3", "debugger runs code of others"
    ),
    Finding(
        Severity.MEDIUM, "CVE-2024-2961", "libc6", "2.36-9", "2.36-9+deb12u6", "glibc: iconv() overflows"
    ),
    Finding(
        Severity.LOW, "CVE-2022-0563", "util-linux", "2.38.1-5", "", "util-linux: reads what it must not"
    ),
    Finding(Severity.NEGLIGIBLE, "CVE-2005-2541", "tar", "1.34", "", "tar: does not warn of setuid files"),
)

Make = Callable[[Demo, Any], Screen[None]]
Play = Callable[[Screen[None], Pilot[Any]], Awaitable[None]]


@pytest.fixture
def demo() -> Iterator[Demo]:
    with on_demo.demo() as running:
        yield running


async def _nothing(screen: Screen[None], pilot: Pilot[Any]) -> None:
    await pilot.press("j")


async def _third_layer(screen: Screen[None], pilot: Pilot[Any]) -> None:
    await pilot.press("j", "j", "j")
    await until(pilot, lambda: all(worker.is_finished for worker in screen.workers))
    await pilot.press("tab", "j", "j", "j")


async def _wastes(screen: Screen[None], pilot: Pilot[Any]) -> None:
    await pilot.press("w", "tab")


async def _compared(screen: Screen[None], pilot: Pilot[Any]) -> None:
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, ChooseScreen))
    pilot.app.screen.dismiss("nginx:1.27-alpine")
    await until(pilot, lambda: "with nginx" in head(screen))
    await pilot.press("G")


SCENES: dict[str, tuple[Make, Play]] = {
    "history": (lambda demo, desk: HistoryScreen(image(demo, IMAGE), desk), _nothing),
    "files": (lambda demo, desk: LayersScreen(image(demo, IMAGE), desk), _third_layer),
    "wastes": (lambda demo, desk: LayersScreen(image(demo, IMAGE), desk), _wastes),
    "software": (lambda demo, desk: SoftwareScreen(image(demo, IMAGE), desk), _nothing),
    "compared": (lambda demo, desk: SoftwareScreen(image(demo, IMAGE), desk), _compared),
    "scan": (lambda demo, desk: ScanScreen(image(demo, IMAGE), desk), _nothing),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_inside(
    snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch, demo: Demo, name: str, size: str
) -> None:
    found = Scanner("trivy", "/opt/trivy", ("image",), "", lambda found: iter(()))
    monkeypatch.setattr(scan_screen, "scanner", lambda: found)
    SCANS.put(image(demo, IMAGE).id, Findings("trivy", FOUND))
    make, act = SCENES[name]
    screen = make(demo, LookingDesk(demo))

    async def play(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "shop/app" in head(screen) and "…" not in head(screen))
        await until(pilot, lambda: all(worker.is_finished for worker in screen.workers))
        await act(screen, pilot)
        for _ in range(6):
            await pilot.pause(0.02)

    assert snap_compare(Host(lambda: screen), terminal_size=SIZES[size], run_before=play)
