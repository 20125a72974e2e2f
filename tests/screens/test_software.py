"""The screens of the software in an image, and of its known weaknesses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.engine.image_archives import file, saved, tar
from tests.screens import on_demo
from tests.screens.hosting import Host, until
from tests.screens.looking import LookingDesk, head, image, rows
from tests.screens.on_demo import Demo
from tests.screens.test_layers import Archive
from tui.engine import scans
from tui.engine.inside import CONTENTS
from tui.engine.scans import NONE_FOUND, SCANS, Finding, Findings, Scanner, Severity
from tui.screens import scan as scan_screen
from tui.screens.choose import ChooseScreen
from tui.screens.key_bar import KeyBar
from tui.screens.rows import TextRows
from tui.screens.scan import ScanScreen
from tui.screens.software import NOTHING, SoftwareScreen
from widgets.unmarked_table import UnmarkedTable

SIZE = (100, 30)
NASTY = "[/x] \x1b]52;c;AA\x07 \u202e"


@pytest.fixture
def demo() -> Iterator[Demo]:
    with on_demo.demo() as running:
        yield running


@pytest.fixture(autouse=True)
def unknown(demo: Demo) -> None:
    """No image was looked into before."""
    for name in ("shop/app:2.3.1", "postgres:16", "python:3.12-slim"):
        CONTENTS.forget(image(demo, name).id)
        SCANS.forget(image(demo, name).id)


@pytest.fixture
def desk(demo: Demo) -> LookingDesk:
    return LookingDesk(demo)


def opened(demo: Demo, desk: LookingDesk, name: str = "shop/app:2.3.1") -> SoftwareScreen:
    return SoftwareScreen(image(demo, name), desk)  # type: ignore[arg-type]


def shown(screen: Any) -> list[str]:
    return rows(screen.query_one(UnmarkedTable))


def notes(screen: SoftwareScreen) -> str:
    return screen.query_one("#software--notes", TextRows).text


async def test_packages_are_listed_under_the_distribution(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "bookworm" in head(screen) and bool(shown(screen)))
        assert "24 deb · 6 python" in head(screen)
        titles, first, *_ = shown(screen)
        assert titles.split() == ["NAME", "VERSION", "KIND", "SIZE", "SOURCE"]
        assert first.strip("▌ ").split() == ["adduser", "3.134", "deb", "702kB"]
        assert screen.query_one(KeyBar).region.bottom == 30
        await pilot.press("y")
        assert desk.copied == ["adduser 3.134"]


async def test_they_are_searched_and_sorted(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "bookworm" in head(screen) and bool(shown(screen)))
        await pilot.press("o")
        assert "coreutils" in shown(screen)[1]
        assert "by size" in head(screen)
        await pilot.press("slash", *"PYTHON", "enter")
        await until(pilot, lambda: "python" in shown(screen)[1])
        assert len([row for row in shown(screen)[1:] if row.strip()]) == 6
        await pilot.press("escape")
        await until(pilot, lambda: "coreutils" in shown(screen)[1])


async def compare(screen: SoftwareScreen, pilot: Pilot[Any], name: str) -> None:
    await until(pilot, lambda: screen.value is not None)
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, ChooseScreen))
    dialog = pilot.app.screen
    assert isinstance(dialog, ChooseScreen)
    dialog.dismiss(name)
    await until(pilot, lambda: f"with {name}" in head(screen))


async def test_another_image_is_compared(demo: Demo, desk: LookingDesk) -> None:
    screen = opened(demo, desk)
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await compare(screen, pilot, "python:3.12-slim")
        assert "0 added  5 removed  1 other version  24 same" in head(screen)
        text = "\n".join(shown(screen))
        assert "- removed" in text
        assert "~ other version" in text
        assert "bash" not in text
        await pilot.press("a")
        assert "= same" in "\n".join(shown(screen))
        await pilot.press("escape")
        assert shown(screen)[0].split() == ["NAME", "VERSION", "KIND", "SIZE", "SOURCE"]


async def test_an_image_without_packages_says_so_calmly(demo: Demo) -> None:
    screen = opened(demo, LookingDesk(demo, Archive(saved([tar(file("hello", 5))]))))
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "no packages" in head(screen))
        assert NOTHING in notes(screen)


async def test_a_database_that_cannot_be_read_is_told(demo: Demo) -> None:
    made = saved([tar(file("var/lib/rpm/Packages", b"berkeley"))])
    screen = opened(demo, LookingDesk(demo, Archive(made)))
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen.value is not None)
        assert "rpm database found, cannot be read here" in notes(screen)


async def test_hostile_packages_do_no_harm(demo: Demo) -> None:
    fields = NASTY.encode()
    status = b"Package: %s\nVersion: %s\nSource: %s\n" % (fields, fields, fields)
    made = tar(file("var/lib/dpkg/status", status), file("etc/os-release", b"PRETTY_NAME=" + fields))
    screen = opened(demo, LookingDesk(demo, Archive(saved([made]))))
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "1 deb" in head(screen) and bool(shown(screen)))
        text = "\n".join([head(screen), *shown(screen)])
        assert "[/x]" in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


# Weaknesses


def scanning(monkeypatch: pytest.MonkeyPatch, found: Scanner | None) -> None:
    monkeypatch.setattr(scan_screen, "scanner", lambda: found)


async def test_without_a_scanner_one_sentence_says_so(
    demo: Demo, desk: LookingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanning(monkeypatch, None)
    screen = ScanScreen(image(demo, "postgres:16"), desk)  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        said = screen.query_one(".finding--said", TextRows)
        await until(pilot, lambda: said.text.replace("\n", " ") == NONE_FOUND)
        assert desk.jobs.all == []
        assert "✗" not in head(screen)


async def test_findings_show_the_gravest_first_and_are_counted(
    demo: Demo, desk: LookingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanning(monkeypatch, Scanner("trivy", "/opt/trivy", ("image",), "", lambda found: iter(())))
    model = image(demo, "postgres:16")
    found = [
        Finding(Severity.CRITICAL, "CVE-1", "openssl", "3.0", "3.1", "a hole"),
        Finding(Severity.LOW, "CVE-2", NASTY, NASTY, "", NASTY),
    ]
    SCANS.put(model.id, Findings("trivy", tuple(found)))
    screen = ScanScreen(model, desk)  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "1 critical" in head(screen) and bool(shown(screen)))
        assert "1 low" in head(screen)
        assert "trivy image postgres:16" in screen.query_one(KeyBar).text
        assert shown(screen)[1].strip("▌ ").split()[:5] == ["✗", "critical", "CVE-1", "openssl", "3.0"]
        await pilot.press("j")
        whole = screen.query_one("#scan--whole", TextRows)
        await until(pilot, lambda: "no version mends it yet" in whole.text)
        text = "\n".join([*shown(screen), whole.text])
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        await pilot.press("y")
        assert desk.copied == ["CVE-2"]
        await pilot.press("slash", *"hole", "enter")
        await until(pilot, lambda: len([row for row in shown(screen)[1:] if row.strip()]) == 1)


async def test_a_scanner_that_cannot_be_started_is_told_in_place(
    demo: Demo, desk: LookingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Scanner("trivy", "/nowhere/trivy", ("image",), "", lambda found: iter(()))
    scanning(monkeypatch, found)
    monkeypatch.setattr(scans, "scanner", lambda env: found)
    screen = ScanScreen(image(demo, "postgres:16"), desk)  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "failed" in head(screen))
        assert "trivy cannot be started" in screen.query_one(".finding--said", TextRows).text
