"""Every verb there is, by its key through the app on a real Engine, and what the Engine says afterwards."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container, exited
from tests.live.person import at_wharf
from tests.live.pty_app import PtyApp
from tests.live.verb_rows import ROWS, form
from tests.trying import Stay, try_by_key
from tui.engine.kinds import Kind
from tui.screens.choose import ChooseScreen
from tui.verbs.registry import VERBS
from tui.verbs.verb import Verb

NEW, OLD = "28.5", "20.10"
ALIKE = {
    *("container.copy", "container.inspect", "container.open", "container.pause", "container.project-logs"),
    *("container.rename", "container.top", "container.unpause", "image.copy", "image.inspect", "image.scan"),
    *("image.software", "image.tag", "network.copy", "network.inspect", "volume.copy", "volume.create"),
    "volume.inspect",
}
"""Verbs that ask nothing of an Engine which an old one answers otherwise."""
on_one = pytest.mark.parametrize("engine", [NEW], indirect=True)


def test_every_verb_has_a_row() -> None:
    assert set(ROWS) == {verb.id for verb in VERBS}


@pytest.mark.parametrize(
    ("engine", "verb"),
    [(release, verb) for release in (NEW, OLD) for verb in VERBS if release == NEW or verb.id not in ALIKE],
    ids=lambda value: value if isinstance(value, str) else value.id,
    indirect=["engine"],
)
async def test_a_verb_does_by_its_key_what_it_says(
    verb: Verb, engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    row = ROWS[verb.id]
    if isinstance(row, Stay):
        stay_in_a_terminal(verb, row, engine, api, home)
        return
    async with at_wharf(engine.url, home) as person:
        await try_by_key(person, verb, row, row.scene(api, engine), api)


def stay_in_a_terminal(
    verb: Verb, row: Stay, engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    scene = row.scene(api, engine)
    with PtyApp(env={"DOCKER_HOST": engine.url}) as terminal:
        terminal.go_to(scene.name)
        terminal.send(verb.key)
        terminal.wait_for(f"{scene.name} · docker {verb.word}")
        terminal.send(row.typed)
        terminal.until(lambda: row.trace in [each["Path"] for each in api.diff(scene.refs[0]) or ()])
        assert api.inspect_container(scene.refs[0])["State"]["Running"]


# Several objects at once


@on_one
async def test_stopping_marked_containers_shows_a_plan_of_exactly_them(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    ids = {name: container(api, name) for name in ("one", "two", "other")}
    async with at_wharf(engine.url, home) as person:
        await person.mark(Kind.CONTAINER, "one", "two")
        await person.press("s")
        plan = await person.apply()
        assert {item.target.ref for item in plan.items} == {ids["one"], ids["two"]}
        await person.until(lambda: person.journal("container.stop"))
        states = {name: api.inspect_container(name)["State"]["Status"] for name in ids}
        assert states == {"one": "exited", "two": "exited", "other": "running"}


@on_one
async def test_over_mixed_marks_the_key_asks_which(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "up")
    exited(api, "down")
    async with at_wharf(engine.url, home) as person:
        await person.mark(Kind.CONTAINER, "up", "down")
        await person.offered("s", "start/stop")
        await person.press("s")
        await person.until(lambda: isinstance(person.app.screen, ChooseScreen))
        assert person.sees("start 1 of them")
        assert person.sees("stop 1 of them")
        await person.press("1")
        await person.until(lambda: person.journal("container.start"))
        assert api.inspect_container("up")["State"]["Running"]
        await person.until(lambda: api.inspect_container("down")["State"]["FinishedAt"] > "0002")
        assert person.journal("container.stop") == []


async def test_stopping_a_container_made_with_rm_says_that_it_goes(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "brief", host={"auto_remove": True})
    async with at_wharf(engine.url, home) as person:
        await person.go_to(Kind.CONTAINER, "brief")
        await person.press("s")
        plan = await person.plan()
        assert plan.warnings == ("Removed with its anonymous volumes as it ends (--rm): brief",)
        await person.apply()
        await person.until(lambda: api.containers(all=True) == [])


async def test_a_refusal_shows_the_engines_sentence_and_the_next_step(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    api.create_volume("data")
    container(api, "user", host={"binds": ["data:/data"]})
    async with at_wharf(engine.url, home) as person:
        await person.go_to(Kind.VOLUME, "data")
        await person.press("d")
        await person.apply(typed="data")
        await person.until(lambda: person.sees("volume is in use"))
        assert person.sees("Remove the containers that use the volume first.")
        assert person.sees("volume rm data")
        await person.until(lambda: person.journal("volume.remove"))
        (entry,) = person.journal("volume.remove")
        assert entry["result"] == "failed"
        assert "volume is in use" in entry["objects"][0]["words"]


@on_one
async def test_a_job_that_ends_at_once_is_told_once(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    async with at_wharf(engine.url, home) as person:
        for name in ("one", "two", "three"):
            await person.pane(Kind.VOLUME)
            await person.press("c")
            await form(person)
            await person.press(*name, "enter")
            await person.until(partial(person.said, f"create: done\n{name}"))
        await person.press("1")
        await person.until(lambda: len(person.journal("volume.create")) == 3)
        assert [toast.split("\n")[1].split()[0] for toast in person.app.toasts] == ["one", "two", "three"]
