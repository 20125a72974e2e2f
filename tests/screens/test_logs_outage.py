"""What a log says while its Engine is silent or away, and how it is read on once the Engine is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.hosting import Host, until
from tests.screens.reading_logs import CACHE, Shelf, bar, last, log, said, shelf, shows, texts


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


async def test_a_frozen_engine_is_named_in_place_of_following(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.watcher.SILENCE_SECONDS", 0.2)
    shop.demo.write(CACHE, *[b"line %d" % number for number in range(100)])
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "line 98", "line 99")
        await shop.listed(pilot)
        await said(pilot, screen, "following")
        shop.demo.engine.freeze()
        shop.engine.probe()
        await said(pilot, screen, "◌ no answer from the Engine")
        assert "following" not in bar(screen, "head")
        await pilot.press("pageup")
        await said(pilot, screen, "paused at")
        assert "no answer" in bar(screen, "head")
        await pilot.press("f")
        shop.demo.engine.thaw()
        await said(pilot, screen, "following")
        assert "no answer" not in bar(screen, "head")


async def test_a_log_that_broke_off_is_read_on_without_a_key_once_the_engine_is_back(shop: Shelf) -> None:
    shop.demo.write(CACHE, b"before")
    screen = shop.open()
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "before")
        await shop.listed(pilot)
        shop.demo.engine.drop()
        await said(pilot, screen, "cannot be read")
        await until(pilot, lambda: any(f"the log of {CACHE} broke off: " in text for text in texts(screen)))
        shop.demo.now += 1
        shop.demo.write(CACHE, b"meanwhile")
        shop.demo.engine.revive()
        shop.engine.retry_now()
        await until(pilot, lambda: last(screen) == "meanwhile")
        await said(pilot, screen, "● running")
        await said(pilot, screen, "following")
        shop.demo.now += 1
        shop.demo.write(CACHE, b"after")
        await shows(pilot, screen, "meanwhile", "after")
        assert texts(screen).count("before") == 1
        assert log(screen).follow
