"""What changed on a real Engine between a plan and its apply is left alone; the rest of the plan is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import build, container, exited, image
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


@pytest.mark.parametrize("engine", ["28.5"], indirect=True)
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


def families(api: docker.APIClient) -> set[str]:
    """Images that share names, layers and containers in every way; returns their names."""
    api.tag(image(api, "app:1"), "app", "2")
    api.tag("app:1", "far/app", "1")
    image(api, "lone:1")
    build(api, "base:1", "RUN echo one > /one")
    # the second is built on a step of the first, and base:1 on nothing that anybody calls by a name
    build(api, "base:child", "RUN echo one > /one", "RUN echo two > /two", "RUN echo three > /three")
    image(api, "held:1")
    api.create_container("held:1", ["file"], name="holder")
    api.tag(image(api, "held:2"), "held", "3")
    api.create_container("held:2", ["file"], name="second-holder")
    return {"app:1", "app:2", "far/app:1", "lone:1", "base:1", "base:child", "held:1", "held:2", "held:3"}


def there(api: docker.APIClient) -> tuple[set[str], set[str]]:
    """The names and the ids of all images."""
    found = api.images(all=True)
    tags = {tag for each in found for tag in each["RepoTags"] or ()}
    return tags - {"<none>:<none>"}, {each["Id"] for each in found}


@pytest.mark.parametrize(
    ("chosen", "choices"),
    [
        (("app:2",), ()),
        (("app:2",), ("a",)),
        (("base:1",), ()),
        (("base:child",), ()),
        (("base:1", "base:child"), ()),
        (("held:1", "lone:1"), ()),
        (("held:2", "app:1", "far/app:1"), ("a",)),
    ],
    ids=lambda value: " ".join(value) or "as it is",
)
async def test_names_and_images_go_as_the_plan_says(
    chosen: tuple[str, ...],
    choices: tuple[str, ...],
    engine: PrivateEngine,
    api: docker.APIClient,
    home: Path,
) -> None:
    made = families(api)
    before = there(api)
    async with at_wharf(engine.url, home) as person:
        await person.until(lambda: made <= set(person.rows(Kind.IMAGE)))
        await person.mark(Kind.IMAGE, *chosen)
        await person.press("d")
        plan = await person.plan(*choices)
        refused = {item.target.name for item in plan.items if item.note.startswith("refused")}
        going = {dict(item.seen)["image"] for item in plan.items if "goes along" in item.note}
        going |= {dict(item.seen)["image"] for item in plan.items if item.note.startswith("the image goes")}
        names = {item.target.name for item in plan.items if ":" in item.target.ref.removeprefix("sha256:")}
        await person.apply(typed=plan.typed)
        told = await outcomes(person, "image.remove")
    assert {name for name, (outcome, _) in told.items() if outcome != "done"} == refused
    after = there(api)
    assert (before[0] - after[0], before[1] - after[1]) == (names - refused, going)


async def test_bytes_that_a_plan_says_are_freed_are_those_that_go(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    build(api, "big:1", "RUN dd if=/dev/zero of=/big bs=1000 count=2000")
    async with at_wharf(engine.url, home) as person:
        await person.go_to(Kind.IMAGE, "big:1")
        await person.press("d")
        await person.plan()
        await person.until(lambda: person.sees("2MB"))
        before = api.df()["LayersSize"]
        await person.apply()
        await person.until(lambda: person.journal("image.remove"))
        assert person.app.engine.store.image_sizes is not None
    assert before - api.df()["LayersSize"] == 2_000_000
