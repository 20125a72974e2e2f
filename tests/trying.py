"""How a verb is tried by its key: what it is pressed on, what answers it, and what is seen afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import docker

from tests.live.person import Person
from tui.engine.lines import docker as docker_line
from tui.verbs.verb import Effect, Verb


class Scene(NamedTuple):
    """What a verb is pressed on."""

    name: str = ""
    """The object the cursor goes to; "" for a verb that needs no row."""
    refs: tuple[str, ...] = ()
    """What the journal is to name: ids, references, volume names."""


class After(NamedTuple):
    """Whom to ask what became of it."""

    api: docker.APIClient
    person: Person
    scene: Scene

    def state(self) -> str:
        """The container's state."""
        return str(self.api.inspect_container(self.scene.name)["State"]["Status"])


Make = Callable[[docker.APIClient, Any], Scene]
"""Sets the scene on an Engine, given its client and the Engine itself."""
Answer = Callable[[Person], Awaitable[Any]]


@dataclass(frozen=True)
class Row:
    """How a verb is tried."""

    scene: Make
    effect: Callable[[After], object]
    """True once the Engine, or for a verb that reads the screen, shows what the verb is for."""
    answer: Answer | None = None
    """The keys that answer what the verb asks."""
    line: str = ""
    """The journal's docker line, with * for what the Engine adds; "" for verbs that are no job."""


@dataclass(frozen=True)
class Stay:
    """How a verb is tried that takes the whole terminal, and so needs a real one."""

    scene: Make
    typed: str
    """What is typed inside."""
    trace: str
    """The path that appears in the container by it."""


NAMED_BY_THE_ENGINE = (
    *("container.run", "container.create", "image.run", "image.build", "network.create", "volume.create"),
)
"""Verbs whose object has no id before: the journal names what was asked for."""


async def try_by_key(person: Person, verb: Verb, row: Row, scene: Scene, api: docker.APIClient) -> None:
    """Go there, press the key, answer; then see the effect, and in the journal what was done to what."""
    if scene.name:
        await person.go_to(verb.kind, scene.name)
    else:
        await person.pane(verb.kind)
        known = {ref for ref in scene.refs if not ref.startswith("/") and verb.id != "image.pull"}
        await person.until(lambda: known <= set(person.app.engine.store.of(verb.kind)))
    if verb.key:
        await person.offered(verb.key, verb.title)
        await person.press(verb.key)
    else:
        await person.say("colon", verb.word)
    if row.answer is not None:
        await row.answer(person)
    after = After(api, person, scene)
    await person.until(lambda: row.effect(after))
    if row.line or verb.effect in (Effect.CHANGES, Effect.DESTROYS):
        await person.until(lambda: person.journal(verb.id))
        (entry,) = person.journal(verb.id)
        # the options that lead to this Engine are tried elsewhere
        found = docker_line().at(person.app.engine.endpoint).masked()
        assert entry["line"].startswith(found)
        line = entry["line"].replace(found, "docker", 1)
        assert fnmatchcase(line, row.line), line
        assert (entry["result"], entry["endpoint"]) == ("done", person.app.engine.endpoint.name)
        assert {each["outcome"] for each in entry["objects"]} == {"done"}, entry["objects"]
        wanted = {"made"} if verb.id in NAMED_BY_THE_ENGINE else set(scene.refs)
        assert {each["id"] for each in entry["objects"]} == wanted, entry["objects"]
    else:
        assert person.journal(verb.id) == []
