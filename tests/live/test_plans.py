"""What changed on a real Engine between a plan and its apply is left alone; the rest of the plan is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container, exited, image
from tests.live.person import Person, at_wharf
from tui.engine.kinds import Kind


@dataclass(frozen=True)
class Change:
    """Something that happens to one of two planned objects."""

    kind: Kind
    make: Callable[[docker.APIClient, str], object]
    """Makes an object of a name; it is called for "changed" and "same"."""
    happen: Callable[[docker.APIClient], object]
    """Changes "changed"."""
    words: str
    """Why it is skipped."""
    left: tuple[str, ...] = ("changed",)
    """Of the two, what the Engine still has afterwards."""


CHANGED = {Kind.IMAGE: "app:changed"}
SAME = {Kind.IMAGE: "app:same"}


def a_created_container(api: docker.APIClient, name: str) -> None:
    container(api, name, start=False)


def an_image(api: docker.APIClient, name: str) -> None:
    image(api, f"app:{name}")


def a_network(api: docker.APIClient, name: str) -> None:
    api.create_network(name)


def a_volume(api: docker.APIClient, name: str) -> None:
    api.create_volume(name)


def starts(api: docker.APIClient) -> None:
    api.start("changed")


def is_removed(api: docker.APIClient) -> None:
    api.remove_container("changed")


def is_mounted(api: docker.APIClient) -> None:
    container(api, "user", start=False, host={"binds": ["changed:/data"]})


def is_made_again(api: docker.APIClient) -> None:
    """Make another volume under the same name; its time of creation, in whole seconds, is what tells."""
    before = api.inspect_volume("changed")["CreatedAt"]
    while api.inspect_volume("changed")["CreatedAt"] == before:
        api.remove_volume("changed")
        api.create_volume("changed")


def is_tagged_anew(api: docker.APIClient) -> None:
    api.tag(image(api, "other:1"), "app", "changed", force=True)


def is_run(api: docker.APIClient) -> None:
    api.create_container("app:changed", ["file"], name="user")


def is_joined(api: docker.APIClient) -> None:
    container(api, "user")
    api.connect_container_to_network("user", "changed")


CHANGES = {
    "a container started": Change(
        Kind.CONTAINER, a_created_container, starts, "state was created, is running"
    ),
    "a container went": Change(
        Kind.CONTAINER, a_created_container, is_removed, "it is gone already", left=()
    ),
    "a volume got a user": Change(Kind.VOLUME, a_volume, is_mounted, "other containers use it now"),
    "a volume was made again": Change(Kind.VOLUME, a_volume, is_made_again, "another one has its name now"),
    "a tag moved": Change(Kind.IMAGE, an_image, is_tagged_anew, "the reference leads to another image now"),
    "an image got a container": Change(Kind.IMAGE, an_image, is_run, "other containers use it now"),
    "a network got an endpoint": Change(Kind.NETWORK, a_network, is_joined, "other containers use it now"),
}


def names(api: docker.APIClient, kind: Kind) -> set[str]:
    """What the Engine has of a kind."""
    match kind:
        case Kind.CONTAINER:
            return {each["Names"][0].removeprefix("/") for each in api.containers(all=True)}
        case Kind.IMAGE:
            return {tag.removeprefix("app:") for each in api.images() for tag in each["RepoTags"] or ()}
        case Kind.NETWORK:
            return {each["Name"] for each in api.networks()}
        case Kind.VOLUME:
            return {each["Name"] for each in api.volumes()["Volumes"] or ()}


async def outcomes(person: Person, verb: str) -> dict[str, tuple[str, str]]:
    """How it ended for each object, as the journal has it: outcome and words by name."""
    await person.until(lambda: person.journal(verb))
    (entry,) = person.journal(verb)
    return {each["name"]: (each["outcome"], each.get("words", "")) for each in entry["objects"]}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_what_changed_since_the_plan_is_skipped_and_the_rest_done(
    change: Change, engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    kind = change.kind
    changed, same = CHANGED.get(kind, "changed"), SAME.get(kind, "same")
    for name in ("changed", "same"):
        change.make(api, name)
    async with at_wharf(engine.url, home) as person:
        await person.mark(kind, changed, same)
        await person.press("d")
        plan = await person.plan()
        assert {item.target.name for item in plan.items} == {changed, same}
        change.happen(api)
        await person.apply(typed=plan.typed)
        assert await outcomes(person, f"{kind}.remove") == {
            changed: ("skipped", change.words),
            same: ("done", ""),
        }
        assert names(api, kind) & {"changed", "same"} == set(change.left)
        await person.until(lambda: person.said(change.words) and person.said(changed))


async def test_a_prune_leaves_what_started_since_and_takes_nothing_that_came_since(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "changed", start=False)
    exited(api, "same")
    async with at_wharf(engine.url, home) as person:
        await person.until(lambda: {"changed", "same"} <= set(person.rows(Kind.CONTAINER)))
        await person.press("X")
        plan = await person.plan()
        assert {item.target.name for item in plan.items} == {"changed", "same"}
        api.start("changed")
        exited(api, "new")
        await person.until(lambda: "new" in person.rows(Kind.CONTAINER))
        await person.apply()
        assert await outcomes(person, "container.prune") == {
            "changed": ("skipped", "state was created, is running"),
            "same": ("done", ""),
        }
        assert names(api, Kind.CONTAINER) == {"changed", "new"}
