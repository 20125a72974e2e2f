"""The plan of a prune, compared with what the Engine's own prune takes on the same scene."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.types import ContainerSpec, ServiceMode, TaskTemplate

from tests.live.engine import PrivateEngine
from tests.live.making import build, container, exited, image
from tests.live.person import DEADLINE, Person, at_wharf
from tui.engine.kinds import Kind
from tui.engine.plans import Plan
from tui.engine.versions import PRUNE_ALL_VOLUMES


async def planned(person: Person, kind: Kind, refs: Sequence[str], *choices: str) -> Plan:
    """The complete plan of a prune, asked for once these objects have rows, and then left."""
    await person.pane(kind)
    await person.until(lambda: set(refs) <= set(person.app.engine.store.of(kind)))
    await person.press("X")
    plan = await person.plan(*choices)
    await person.press("escape")
    await person.until(lambda: person.app.screen is person.main)
    assert person.journal(f"{kind}.prune") == []
    return plan


def refs_of(plan: Plan) -> set[str]:
    """What the plan would remove: ids, or references of images."""
    return {item.target.ref for item in plan.items}


def wait_for_state(api: docker.APIClient, name: str, state: str) -> None:
    """Wait until a container is in a state."""
    end = time.monotonic() + DEADLINE
    while api.inspect_container(name)["State"]["Status"] != state:
        assert time.monotonic() < end, f"{name} is not {state}"


# Containers


async def test_a_container_prune_lists_what_the_engine_takes(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    paused = container(api, "paused")
    api.pause(paused)
    crashing = container(api, "crashing", "false", host={"restart_policy": {"Name": "always"}})
    kept = {container(api, "running"), paused, crashing}
    killed = container(api, "killed")
    api.kill(killed)
    gone = {exited(api, "exited"), container(api, "created", start=False), killed}
    wait_for_state(api, "crashing", "restarting")
    async with at_wharf(engine.url, home) as person:
        plan = await planned(person, Kind.CONTAINER, [*kept, *gone])
    taken = set(api.prune_containers()["ContainersDeleted"] or ())
    assert refs_of(plan) == taken == gone


# Images


def images_of(plan: Plan) -> tuple[set[str], set[str]]:
    """The references and the image ids that would go."""
    references = {ref for ref in refs_of(plan) if not ref.startswith("sha256:")}
    return references, {dict(item.seen)["image"] for item in plan.items}


def pruned_images(api: docker.APIClient, *, every: bool = False) -> tuple[set[str], set[str]]:
    """The references and the image ids that the Engine says it took; its answer has ids of layers too."""
    known = {each["Id"] for each in api.images(all=True)}
    answer = api.prune_images(filters={"dangling": not every})["ImagesDeleted"] or ()
    untagged = {item["Untagged"] for item in answer if "Untagged" in item}
    return untagged, known & {item["Deleted"] for item in answer if "Deleted" in item}


def committed(api: docker.APIClient, source: str, reference: str = "") -> str:
    """An image made of a container; returns its id."""
    repository, _, tag = reference.partition(":")
    return str(api.commit(source, repository or None, tag or None)["Id"])


def image_scene(api: docker.APIClient) -> dict[str, str]:
    """Images of every sort; busybox stays in use. Returns the ids of those with rows that may go."""
    container(api, "on-busybox")
    made = {
        "dangling": image(api),
        "chain": build(api, "", "RUN echo one > /one", "RUN echo two > /two", "RUN echo three > /three"),
        "tagged": build(api, "app:tagged", "RUN echo one > /one", "RUN echo else > /else"),
        "two tags": image(api, "app:first"),
        "committed": committed(api, "on-busybox"),
        "base": committed(api, "on-busybox", "app:base"),
    }
    api.tag(made["two tags"], "app", "second")
    # an untagged image that a container holds, with an untagged child that nothing does
    held = committed(api, "on-busybox")
    container(api, "on-held", image=held, start=False)
    made["child of held"] = committed(api, "on-held")
    # an untagged parent that a tagged child keeps
    api.create_container("app:base", ["sleep", "1"], name="for-the-child")
    made["child"] = committed(api, "for-the-child", "app:child")
    api.remove_container("for-the-child")
    image(api, "app:stopped")
    api.create_container("app:stopped", ["file"], name="on-stopped")
    return made


async def test_an_image_prune_lists_what_the_engine_takes(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    made = image_scene(api)
    dangling = {made[name] for name in ("dangling", "chain", "committed", "child of held")}
    async with at_wharf(engine.url, home) as person:
        plan = await planned(person, Kind.IMAGE, [*dangling, "app:child"])
    planned_images = images_of(plan)
    assert planned_images == pruned_images(api)
    assert dangling < planned_images[1]  # and the middle of the chain


async def test_an_image_prune_of_all_lists_what_the_engine_takes(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    made = image_scene(api)
    tags = {f"app:{name}" for name in ("tagged", "first", "second", "base", "child")}
    async with at_wharf(engine.url, home) as person:
        plan = await planned(person, Kind.IMAGE, list(tags), "a")
    planned_images = images_of(plan)
    assert planned_images == pruned_images(api, every=True)
    assert planned_images[0] == tags
    assert set(made.values()) < planned_images[1]


async def test_an_image_prune_removes_all_that_the_engine_would(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    image_scene(api)
    async with at_wharf(engine.url, home) as person:
        await person.pane(Kind.IMAGE)
        await person.until(lambda: "app:child" in person.rows(Kind.IMAGE))
        # a parent whose tag is newer than its child's has the row before it
        api.tag("app:base", "app", "renewed")
        api.remove_image("app:base", noprune=True)
        await person.until(
            lambda: {"app:renewed", "app:base"} & set(person.rows(Kind.IMAGE)) == {"app:renewed"}
        )
        await person.press("X")
        await person.apply("a")
        await person.until(lambda: person.journal("image.prune"))
        (entry,) = person.journal("image.prune")
        assert [each for each in entry["objects"] if each["outcome"] != "done"] == []
    assert pruned_images(api, every=True) == (set(), set())


async def test_an_image_in_use_keeps_all_its_tags_unlike_in_the_engines_prune(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    """The one difference that is meant: nobody asked for the tags of an image in use to go."""
    container(api, "on-busybox")
    used = image(api, "app:used")
    api.tag(used, "app", "also")
    api.create_container("app:used", ["file"], name="on-used")
    async with at_wharf(engine.url, home) as person:
        plan = await planned(person, Kind.IMAGE, ["app:used", "app:also"], "a")
    assert images_of(plan) == (set(), set())
    untagged, deleted = pruned_images(api, every=True)
    assert len(untagged) == 1
    assert untagged < {"app:used", "app:also"}
    assert deleted == set()


# Networks


def network_scene(api: docker.APIClient) -> list[str]:
    """Networks in every kind of use; returns the ids."""
    names = ("unused", "running", "paused", "created", "left")
    ids = [str(api.create_network(name)["Id"]) for name in names]
    for name in ("running", "paused", "left"):
        container(api, f"in-{name}", host={"network_mode": name})
    api.pause("in-paused")
    api.kill("in-left")
    container(api, "in-created", start=False, host={"network_mode": "created"})
    return ids


def pruned_networks(api: docker.APIClient) -> set[str]:
    """The names that the Engine says it took."""
    return set(api.prune_networks()["NetworksDeleted"] or ())


async def test_a_network_prune_lists_what_the_engine_takes(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    ids = network_scene(api)
    template: dict[str, Any] = {"Name": "template", "ConfigOnly": True}
    ids.append(api._result(api._post_json(api._url("/networks/create"), data=template), True)["Id"])
    async with at_wharf(engine.url, home) as person:
        plan = await planned(person, Kind.NETWORK, ids)
    names = {item.target.name for item in plan.items}
    assert names == pruned_networks(api)
    assert names == {"unused", "created", "left"}


async def test_a_network_prune_in_a_swarm_lists_what_the_engine_takes(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    api.init_swarm(advertise_addr="127.0.0.1", listen_addr="127.0.0.1")
    ids = network_scene(api)
    ids.append(api.create_network("overlaid", driver="overlay", attachable=True)["Id"])
    ids.append(api.create_network("serving", driver="overlay", attachable=True)["Id"])
    container(api, "in-serving", host={"network_mode": "serving"})
    ids.append(api.create_network("promised", driver="overlay")["Id"])
    task = TaskTemplate(ContainerSpec("busybox:latest", ["sleep", "1000"]), networks=["promised"])
    api.create_service(task, "none-yet", mode=ServiceMode("replicated", 0))
    async with at_wharf(engine.url, home) as person:
        await person.pane(Kind.NETWORK)
        await person.until(lambda: {"ingress", "docker_gwbridge"} <= set(person.rows(Kind.NETWORK)))
        plan = await planned(person, Kind.NETWORK, ids)
    names = {item.target.name for item in plan.items}
    assert names == pruned_networks(api)
    assert names == {"unused", "created", "left", "overlaid"}


# Volumes


@pytest.mark.parametrize("choices", [(), ("a",)], ids=["as it is", "all"])
async def test_a_volume_prune_lists_what_the_engine_takes(
    choices: tuple[str, ...], engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    asks = tuple(map(int, engine.api_version.split("."))) >= PRUNE_ALL_VOLUMES
    if choices and not asks:
        choices = ()  # this Engine takes all anyhow
    named = {api.create_volume(name)["Name"] for name in ("named", "labelled")}
    anonymous = {api.create_volume()["Name"]}
    left = container(api, "brief", volumes=["/data"], start=False)
    anonymous |= {mount["Name"] for mount in api.inspect_container(left)["Mounts"]}
    api.remove_container(left)
    exited(api, "stopped", host={"binds": ["held:/data"]}, volumes=["/more"])
    held = {mount["Name"] for mount in api.inspect_container("stopped")["Mounts"]}
    async with at_wharf(engine.url, home) as person:
        plan = await planned(person, Kind.VOLUME, [*named, *anonymous, *held], *choices)
    filters = {"all": ["true"]} if choices else {}
    taken = set(api.prune_volumes(filters=filters)["VolumesDeleted"] or ())
    assert refs_of(plan) == taken == (anonymous if asks and not choices else named | anonymous)
