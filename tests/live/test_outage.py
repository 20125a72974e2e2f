"""What is seen while the Engine is dead, frozen or not there yet, and that Wharf finds back by itself."""

from __future__ import annotations

import time
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container
from tests.live.person import Person, at_wharf
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.screens.error import ErrorScreen
from tui.screens.main import MainScreen
from tui.screens.no_engine import NoEngineScreen


async def stand_on(person: Person, name: str) -> None:
    """Put the cursor on a container while all rows stay in view."""
    await person.until(lambda: name in person.rows(Kind.CONTAINER))
    for _ in person.rows(Kind.CONTAINER):
        if under_cursor(person) != name:
            await person.press("down")
    assert under_cursor(person) == name


def under_cursor(person: Person) -> str:
    """The name of the row under the cursor."""
    current = person.main.pane.current
    return current.name if current is not None else ""


def states(person: Person) -> dict[str, str]:
    """The containers' states as Wharf knows them, by name."""
    return {each.name: each.state for each in person.app.engine.store.containers.values()}


async def test_a_dead_engine_leaves_the_last_known_state_and_comes_back_under_the_same_cursor(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "running")
    for name in ("cold", "other"):
        container(api, name, start=False)
    async with at_wharf(engine.url, home) as person:
        await stand_on(person, "cold")
        engine.kill9()
        await person.until(lambda: "NO CONNECTION" in person.bar("header"))
        await person.until(lambda: "last known state" in person.bar("tabs"))
        assert all(map(person.sees, ("running", "cold", "other")))

        await person.press("s")
        await person.until(lambda: isinstance(person.app.screen, ErrorScreen))
        await person.until(lambda: person.sees("no connection to") and person.sees("Nothing was sent."))
        await person.press("escape")
        assert person.app.engine.jobs.all == []

        engine.revive()
        await person.until(lambda: person.app.engine.link.state is LinkState.UP)
        await person.until(lambda: "last known state" not in person.bar("tabs"))
        assert "NO CONNECTION" not in person.bar("header")
        back = {"running": "exited", "cold": "created", "other": "created"}
        await person.until(lambda: states(person) == back)
        assert under_cursor(person) == "cold"
        api.start("cold")  # the new daemon's events are followed too
        await person.until(lambda: states(person)["cold"] == "running")


@pytest.mark.parametrize(("key", "verb"), [("r", "restart"), ("p", "pause")])
async def test_a_verb_sent_to_a_frozen_engine_is_said_to_wait_and_happens_once(
    key: str,
    verb: str,
    engine: PrivateEngine,
    api: docker.APIClient,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.engine.watcher.QUIET_SECONDS", 0.5)
    monkeypatch.setattr("tui.engine.watcher.SILENCE_SECONDS", 1.0)
    container(api, "web")
    begin = time.time()
    async with at_wharf(engine.url, home) as person:
        await stand_on(person, "web")
        engine.freeze()
        await person.until(lambda: "STALE: no answer" in person.bar("header"))
        await person.until(lambda: "last known state" in person.bar("tabs"))
        assert person.sees("web")
        await person.press(key)
        await person.until(lambda: "J cancels" in person.bar("header"))
        assert person.journal(f"container.{verb}") == []
        engine.thaw()
        await person.until(lambda: person.said(f"{verb}: done"))
        await person.until(lambda: "STALE" not in person.bar("header"))
        assert [entry["result"] for entry in person.journal(f"container.{verb}")] == ["done"]
    heard = api.events(since=begin, until=time.time(), filters={"event": [verb]}, decode=True)
    assert len(list(heard)) == 1


async def test_wharf_started_before_its_engine_says_so_and_shows_it_once_it_is_there(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "web", start=False)
    address = home / "docker.sock"
    async with at_wharf(f"unix://{address}", home, up=False) as person:
        await person.until(lambda: isinstance(person.app.screen, NoEngineScreen))
        await person.until(lambda: person.sees("✗ No Engine"))
        await person.until(lambda: person.sees("next try in"))
        address.symlink_to(engine.socket_path)
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        await person.until(lambda: person.sees("web"))


async def test_wharf_started_while_the_engine_is_dead_shows_it_once_it_lives(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "web", start=False)
    engine.kill9()
    async with at_wharf(engine.url, home, up=False) as person:
        await person.until(lambda: isinstance(person.app.screen, NoEngineScreen))
        await person.until(lambda: person.sees("refused"))
        engine.revive()
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        await person.until(lambda: person.sees("web"))
