"""What the footer offers, what the keys do, and how that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stage import Stage, staged
from tui.demo import lifecycle
from tui.screens import doing
from tui.screens.plan import PlanScreen


def footer(stage: Stage) -> list[str]:
    """The words of the footer without keys: what can be done now."""
    return stage.bar("footer").split()


async def apply(stage: Stage) -> None:
    """Apply the plan on the screen as soon as it lets itself be applied."""
    await stage.until(lambda: isinstance(stage.app.screen, PlanScreen) and stage.app.screen.ready)
    await stage.press("y")


@pytest.mark.parametrize(
    ("name", "there", "missing"),
    [
        ("shop-app-1", {"stop", "pause", "exec", "top", "kill"}, {"start", "on"}),
        ("import-orders", {"start", "remove", "logs"}, {"stop", "exec", "pause", "top", "kill"}),
        ("metrics-prometheus-1", {"stop", "go", "on"}, {"pause", "start"}),
        ("shop-proxy-1", {"open", "port"}, {"start"}),
    ],
)
async def test_the_footer_says_what_applies_to_the_row(
    stage: Stage, name: str, there: set[str], missing: set[str]
) -> None:
    await stage.go_to(name)
    assert there <= set(footer(stage))
    assert not missing & set(footer(stage))


async def test_a_built_in_network_is_visibly_not_removable(stage: Stage) -> None:
    await stage.press("3")
    await stage.go_to("bridge")
    assert "remove" not in footer(stage)
    assert "(built in)" in stage.lines[stage.table.position + 3]
    await stage.press("d")
    assert stage.dialog == "MainScreen"
    await stage.go_to("staging")
    assert "remove" in footer(stage)


async def test_s_stops_what_runs_and_the_toast_shows_name_and_docker_line(stage: Stage) -> None:
    await stage.go_to("shop-cache-1")
    await stage.press("s")
    await stage.until(lambda: stage.state("shop-cache-1") == "exited")
    await stage.until(lambda: stage.toasts == ["stop: done\nshop-cache-1\ndocker stop shop-cache-1"])
    await stage.until(lambda: "start" in footer(stage))


async def test_a_start_that_the_engine_refuses_is_a_dialog_with_its_words(stage: Stage) -> None:
    host = stage.docker.create_host_config(port_bindings={80: 80})
    stage.docker.create_container("nginx:1.27-alpine", name="rival", ports=[80], host_config=host)
    await stage.until(lambda: "rival" in stage.names)
    await stage.go_to("rival")
    await stage.press("s")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    assert "Bind for 0.0.0.0:80 failed" in stage.text
    assert "Another container or program has that port" in stage.text
    assert "docker start rival" in stage.text


async def test_removing_a_running_container_unforced_shows_the_engines_sentence(stage: Stage) -> None:
    await stage.go_to("shop-worker-1")
    await stage.press("d")
    await apply(stage)
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    assert "container is running" in stage.text
    assert "Stop the container first, or remove it by force." in stage.text
    assert stage.state("shop-worker-1") == "running"
    await stage.press("escape")
    assert stage.dialog == "MainScreen"


async def test_a_remove_touches_what_was_marked_and_nothing_else(stage: Stage) -> None:
    before = set(stage.names)
    for name in ("import-orders", "shop-canary"):
        await stage.go_to(name)
        await stage.press("space")
    await stage.press("d")
    await apply(stage)
    await stage.until(lambda: before - set(stage.names) == {"import-orders", "shop-canary"})
    assert len([line for line in stage.requests if line.startswith("DELETE")]) == 2
    await stage.until(lambda: any("remove: done" in toast for toast in stage.toasts))


async def test_a_row_that_flipped_a_moment_ago_is_not_acted_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing, "FLIP_SECONDS", 60.0)  # whatever the machine is busy with
    await stage.go_to("shop-worker-1")
    assert footer(stage)[:2] == ["s", "stop"]
    world = stage.demo.world
    with world.lock:
        lifecycle.halt(world, world.container("shop-worker-1"), 1)
    await stage.until(lambda: footer(stage)[:2] == ["s", "start"])
    await stage.press("s")
    await stage.until(lambda: any("press it again" in toast for toast in stage.toasts))
    assert stage.state("shop-worker-1") == "exited"
    assert not [line for line in stage.requests if line.startswith("POST")]

    monkeypatch.setattr(doing, "FLIP_SECONDS", 0.0)
    await stage.press("s")
    await stage.until(lambda: stage.state("shop-worker-1") == "running")


async def test_a_key_runs_what_the_footer_showed_although_the_container_has_died(stage: Stage) -> None:
    await stage.go_to("shop-worker-1")
    with stage.demo.world.lock:
        container = stage.demo.world.container("shop-worker-1")
        container.status = "exited"  # no event tells of it
    await stage.press("s")
    await stage.until(lambda: any("/stop" in line for line in stage.requests))
    await stage.still()
    assert not any("/start" in line for line in stage.requests)
    assert stage.state("shop-worker-1") == "exited"


async def test_a_flip_on_another_row_holds_nothing_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "FLIP_SECONDS", 60.0)
    await stage.go_to("shop-worker-1")
    await stage.go_to("import-orders")
    await stage.press("s")
    await stage.until(lambda: stage.state("import-orders") == "running")


async def test_over_mixed_marks_s_asks_which(stage: Stage) -> None:
    for name in ("import-orders", "shop-worker-1", "shop-cache-1"):
        await stage.go_to(name)
        await stage.press("space")
    assert "start/stop" in footer(stage)
    await stage.press("s")
    await stage.until(lambda: stage.dialog == "ChooseScreen")
    assert "start 1 of them" in stage.text
    assert "stop 2 of them" in stage.text
    await stage.press("1")
    await stage.until(lambda: stage.state("import-orders") == "running")
    assert stage.state("shop-worker-1") == stage.state("shop-cache-1") == "running"


async def test_stopping_several_shows_a_plan_first(stage: Stage) -> None:
    for name in ("shop-worker-1", "shop-cache-1"):
        await stage.go_to(name)
        await stage.press("space")
    await stage.press("s")
    await stage.until(lambda: stage.dialog == "PlanScreen")
    assert "docker stop" in stage.text
    assert stage.state("shop-worker-1") == "running"
    await stage.press("escape")
    assert stage.state("shop-worker-1") == "running"


async def test_y_copies_the_name_and_Y_the_docker_line(stage: Stage) -> None:
    await stage.go_to("shop-db-1")
    await stage.press("y")
    assert stage.app.clipboard == "shop-db-1"
    await stage.press("Y")
    assert stage.app.clipboard == "docker container inspect --format '{{.Name}}' shop-db-1"
    await stage.press("j", "k", "Y")
    assert stage.app.clipboard == "docker stop shop-db-1"
    assert "copied docker stop shop-db-1" in stage.toasts[-1]


async def test_y_over_marks_copies_all_names(stage: Stage) -> None:
    await stage.press("g", "space", "space", "y")
    assert stage.app.clipboard.splitlines() == stage.names[:2]


async def test_what_was_done_is_in_the_journal(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.go_to("shop-canary")
        await stage.press("s")
        await stage.until(lambda: bool(stage.toasts))
        journal = (tmp_path / "journal.jsonl").read_text().splitlines()
    (entry,) = map(json.loads, journal)
    assert entry["verb"] == "container.start"
    assert entry["line"] == "docker start shop-canary"
    assert entry["objects"][0]["name"] == "shop-canary"


@pytest.mark.parametrize("digit", "1234")
async def test_a_read_only_endpoint_offers_only_reads_and_sends_only_those(
    tmp_path: Path, digit: str
) -> None:
    async with staged(tmp_path, read_only=True) as stage:
        await stage.press(digit)
        assert "read-only" in stage.bar("header")
        changing = {"start", "stop", "restart", "remove", "prune", "run", "create", "kill", "pull", "exec"}
        assert not changing & set(footer(stage))
        assert "inspect" in footer(stage)
        # of images s searches
        await stage.press(*("s" * (digit != "2")), "r", "d", "X", "R", "c", "ctrl+k", "P", "e", "a")
        assert stage.dialog == "MainScreen"
        assert {line.partition(" ")[0] for line in stage.requests} <= {"GET", "HEAD"}


async def test_verbs_of_an_engine_that_is_gone_refuse_with_the_reason(stage: Stage) -> None:
    await stage.go_to("shop-cache-1")
    stage.demo.drop()
    await stage.until(lambda: "NO CONNECTION" in stage.bar("header"))
    assert "last known state" in stage.bar("tabs")
    assert len(stage.names) == 16
    await stage.press("s")
    await stage.until(lambda: stage.dialog == "ErrorScreen")
    assert "no connection to demo" in stage.text
    await stage.press("escape")
    stage.demo.revive()
    await stage.press("ctrl+r")
    await stage.until(lambda: "NO CONNECTION" not in stage.bar("header"))
    assert stage.current == "shop-cache-1"
    assert "last known state" not in stage.bar("tabs")
