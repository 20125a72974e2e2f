"""Why a container is down, asked for where the cursor rests and followed as it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.demo import lifecycle
from tui.screens import side


@pytest.fixture
async def narrow(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, (80, 24)) as stage:
        await stage.press("enter")
        await stage.until(lambda: stage.detail_read)
        yield stage


async def rest_on(stage: Stage, name: str) -> None:
    """Read the detail of a container."""
    stage.requests.clear()
    await stage.go_to(name)
    await stage.until(lambda: stage.current == name and stage.detail_read)


def asked(stage: Stage) -> list[str]:
    """What was asked of the Engine about one container, each without its query."""
    paths = [line.partition("?")[0] for line in stage.requests if "events" in line or "containers/" in line]
    return [path.rpartition("/")[2] for path in paths if not path.endswith("containers/json")]


async def test_a_container_in_a_restart_loop_tells_all_on_one_screen(narrow: Stage) -> None:
    await rest_on(narrow, "shop-mailer-1")
    for words in (
        "Why is it down?",
        "1: general error of the program",
        "always  restarted 37 times in",
        "next try at about",
        "ended with 1 after 1.0 s",
        "more runs of 1.0 s, all ended with 1",
        "KeyError: 'SMTP_PASSWORD'",
        "l shows all",
    ):
        assert words in narrow.text


async def test_only_what_is_down_is_asked_for_more_than_its_inspect_answer(narrow: Stage) -> None:
    await rest_on(narrow, "shop-db-1")
    assert asked(narrow) == ["json"]
    await rest_on(narrow, "import-orders")
    assert asked(narrow) == ["json", "logs", "events"]
    assert "! orders.csv, row 1,205: there is no product 'astrolabe'" in narrow.text


async def test_a_passing_cursor_asks_nothing(narrow: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side, "REST_SECONDS", 0.6)  # slower than the moves below on any machine
    narrow.requests.clear()
    await narrow.go_to("nightly-backup")
    await narrow.go_to("shop-db-1")
    await narrow.until(lambda: narrow.current == "shop-db-1" and narrow.detail_read)
    assert asked(narrow) == ["json"]


async def test_the_section_follows_a_container_and_keeps_what_was_known_meanwhile(narrow: Stage) -> None:
    await rest_on(narrow, "shop-mailer-1")
    world = narrow.demo.world
    seen: list[str] = []
    shows = narrow.main.query_one(side.Side)
    show = shows.show

    def noted(*arguments: object) -> None:
        show(*arguments)  # type: ignore[arg-type]
        seen.append("\n".join(line.text for line in shows._facts._lines))

    shows.show = noted  # type: ignore[method-assign]
    with world.lock:
        container = world.container("shop-mailer-1")
        lifecycle.retry(world, container)
        lifecycle.crash(world, container, 3)
    await narrow.until(lambda: "3: the program's own code" in narrow.text)
    await narrow.until(lambda: narrow.detail_read and "ended with 3 after" in narrow.text)
    assert all("KeyError: 'SMTP_PASSWORD'" in text for text in seen)
    assert "restarted 38 times" in narrow.text


async def test_what_was_stopped_by_hand_says_who_asked(narrow: Stage) -> None:
    await rest_on(narrow, "shop-cache-1")
    assert "Why is it down?" not in narrow.text
    narrow.docker.stop("shop-cache-1")
    await narrow.until(lambda: "it was asked to stop (SIGTERM)" in narrow.text)
    narrow.docker.start("shop-cache-1")
    await narrow.until(lambda: "Why is it down?" not in narrow.text)


@pytest.mark.parametrize("path", ["/containers/*/logs", "/events"])
async def test_what_the_engine_refuses_leaves_the_rest(narrow: Stage, path: str) -> None:
    narrow.demo.world.dials.refuse("GET", path, 500, "not today")
    await rest_on(narrow, "shop-migrate-1")
    assert "Why is it down?" in narrow.text
    assert "started · 15:06:54 ended with 0" in narrow.text
    assert "last lines  not today" in narrow.text


async def test_a_start_that_was_refused_is_told_though_the_engine_forgets_it(narrow: Stage) -> None:
    await rest_on(narrow, "shop-migrate-1")
    gone = 'invalid mount config for type "bind": bind source path does not exist: /srv/gone'
    narrow.demo.world.dials.refuse("POST", "/containers/*/start", 400, gone)
    await narrow.press("s")
    await narrow.until(lambda: narrow.dialog != "MainScreen")
    await narrow.press("escape")
    await narrow.until(lambda: "what to do  The host has no /srv/gone" in narrow.text)
