"""How each verb is tried in the demo's shop: on what, the keys that answer it, the effect to look for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker

from tests.live.person import Person
from tests.live.verb_rows import (
    apply,
    built,
    copies,
    form,
    from_file,
    has_figures,
    has_started_again,
    is_exited,
    is_running,
    kept,
    made_1,
    made_from_file,
    named,
    new_name,
    on,
    shows,
    to_file,
    volumes_by_force,
)
from tests.trying import After, Make, Row, Scene, Stay
from tui.demo import DemoEngine
from tui.screens.logs import LogsScreen
from tui.screens.search import SearchScreen
from tui.screens.top import TopScreen

TOOLS = "debian:bookworm-slim"

# Scenes


def container(name: str) -> Make:
    return lambda api, demo: Scene(name, (api.inspect_container(name)["Id"],))


def image(reference: str) -> Make:
    return lambda api, demo: Scene(reference, (reference,))


def image_at_once(reference: str) -> Make:
    def make(api: docker.APIClient, demo: DemoEngine) -> Scene:
        demo.dials.pace = 0
        return image(reference)(api, demo)

    return make


def network(name: str) -> Make:
    return lambda api, demo: Scene(name, (api.inspect_network(name)["Id"],))


def volume(name: str) -> Make:
    return lambda api, demo: Scene(name, (name,))


def nothing(api: docker.APIClient, demo: DemoEngine) -> Scene:
    return Scene()


def to_be_pulled(api: docker.APIClient, demo: DemoEngine) -> Scene:
    demo.dials.pace = 0
    return Scene(refs=("mysql:9",))


def all_containers(*names: str) -> Make:
    return lambda api, demo: Scene(refs=tuple(api.inspect_container(name)["Id"] for name in names))


def dangling(api: docker.APIClient, demo: DemoEngine) -> Scene:
    return Scene(refs=tuple(each["Id"] for each in api.images() if not each["RepoTags"]))


def unused_network(api: docker.APIClient, demo: DemoEngine) -> Scene:
    return Scene(refs=network("staging")(api, demo).refs)


def unused_volumes(api: docker.APIClient, demo: DemoEngine) -> Scene:
    found = api.volumes({"dangling": True})["Volumes"]
    return Scene(
        refs=tuple(each["Name"] for each in found if "com.docker.volume.anonymous" in each["Labels"])
    )


def an_archive(api: docker.APIClient, demo: DemoEngine) -> Scene:
    demo.dials.pace = 0
    kept().write_bytes(b"".join(api.get_image("node:22-alpine")))
    api.remove_image("node:22-alpine", force=True)
    return Scene(refs=(str(kept()),))


def an_export(api: docker.APIClient, demo: DemoEngine) -> Scene:
    kept().write_bytes(b"".join(api.export("shop-proxy-1")))
    return Scene(refs=(str(kept()),))


def a_context(api: docker.APIClient, demo: DemoEngine) -> Scene:
    kept().with_suffix("").mkdir()
    (kept().with_suffix("") / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    return Scene()


# Answers


async def by_sigkill(person: Person) -> None:
    await form(person)
    await person.press("enter")
    await person.apply()


async def made_again(person: Person) -> None:
    await form(person)
    await person.press("down", "ctrl+u", *"made", "ctrl+s")


async def made(person: Person) -> None:
    await form(person)
    await person.press("ctrl+u", *TOOLS, "down", *"sleep 1000", "down", *"made", "ctrl+s")


async def sleeper(person: Person) -> None:
    await form(person)
    await person.press("ctrl+u", *"sleep 1000", "down", *"made", "down", "space", "ctrl+s")


async def mysql(person: Person) -> None:
    await form(person)
    await person.press("ctrl+u", *"mysql:9", "enter")


async def database(person: Person) -> None:
    await form(person)
    await person.press("ctrl+u", *"shop/db:1", "enter")


async def as_offered(person: Person) -> None:
    await form(person)
    await person.press("ctrl+s")


async def redis(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, SearchScreen))
    await person.press(*"redis", "enter")


async def typed_name(person: Person) -> None:
    await person.apply(typed="shop_db_before_upgrade")


# Effects


def names_of(after: After) -> set[str]:
    return {name[1:] for each in after.api.containers(all=True) for name in each["Names"]}


def networks_of(after: After) -> set[str]:
    return {each["Name"] for each in after.api.networks()}


def volumes_of(after: After) -> set[str]:
    return {each["Name"] for each in after.api.volumes()["Volumes"]}


def references_of(after: After) -> set[str]:
    return {tag for each in after.api.images() for tag in each["RepoTags"]}


def gone(names: Callable[[After], set[str]], *of_the_shop: str, kept: str) -> Callable[[After], bool]:
    """True when exactly these are there no more, by the example of one that has to stay."""

    def ask(after: After) -> bool:
        there = names(after)
        return there.isdisjoint(of_the_shop) and kept in there

    return ask


def made_is(state: str, image: str, command: str) -> Callable[[After], bool]:
    def ask(after: After) -> bool:
        found: list[dict[str, Any]] = after.api.containers(all=True, filters={"name": "made"})
        return [(one["State"], one["Image"], one["Command"]) for one in found] == [(state, image, command)]

    return ask


def was_killed(after: After) -> bool:
    state = after.api.inspect_container(after.scene.name)["State"]
    return (state["Status"], state["ExitCode"]) == ("exited", 137)


def has_its_new_name(after: After) -> bool:
    there = names_of(after)
    return {"shop-app-3-two", "shop-app-2"} <= there and "shop-app-3" not in there


def left_with_its_volumes(after: After) -> bool:
    return gone(names_of, "shop-search-1", kept="shop-app-1")(after) and len(volumes_of(after)) == VOLUMES - 1


def pruned_images(after: After) -> bool:
    return all(each["RepoTags"] for each in after.api.images()) and "node:22-alpine" in references_of(after)


def pruned_volumes(after: After) -> bool:
    return volumes_of(after).isdisjoint(after.scene.refs) and "shop_db_before_upgrade" in volumes_of(after)


VOLUMES = 11
"""In the shop."""
ENDED = ("shop-canary", "shop-migrate-1", "nightly-backup", "import-orders")

ROWS: dict[str, Row | Stay] = {
    "container.start": Row(container("shop-canary"), is_running, line="docker start shop-canary"),
    "container.stop": Row(container("shop-app-1"), is_exited, line="docker stop shop-app-1"),
    "container.restart": Row(container("shop-app-1"), has_started_again, line="docker restart shop-app-1"),
    "container.pause": Row(
        container("shop-cache-1"), lambda after: after.state() == "paused", line="docker pause shop-cache-1"
    ),
    "container.unpause": Row(
        container("metrics-prometheus-1"), is_running, line="docker unpause metrics-prometheus-1"
    ),
    "container.kill": Row(
        container("shop-worker-1"), was_killed, by_sigkill, "docker kill --signal SIGKILL shop-worker-1"
    ),
    "container.rename": Row(
        container("shop-app-3"), has_its_new_name, new_name, "docker rename shop-app-3 shop-app-3-two"
    ),
    "container.remove": Row(
        container("shop-search-1"), left_with_its_volumes, volumes_by_force, "docker rm -v -f shop-search-1"
    ),
    "container.prune": Row(
        all_containers(*ENDED), gone(names_of, *ENDED, kept="shop-app-1"), apply, "docker container prune"
    ),
    "container.run": Row(
        container("shop-worker-1"),
        made_is("running", "shop/worker:1.8", "/app/worker"),
        made_again,
        "docker run -d --name made * shop/worker:1.8*",
    ),
    "container.create": Row(
        nothing,
        made_is("created", TOOLS, "sleep 1000"),
        made,
        f"docker create --name made {TOOLS} sleep 1000",
    ),
    "container.logs": Row(container("shop-app-1"), on(LogsScreen, "GET /")),
    "container.project-logs": Row(container("shop-app-1"), on(LogsScreen, "project shop")),
    "container.stats": Row(container("shop-app-1"), has_figures),
    "container.top": Row(container("shop-app-1"), on(TopScreen, "python -m shop")),
    "container.commit": Row(
        container("shop-app-1"),
        lambda after: "made:1" in references_of(after),
        made_1,
        "docker commit shop-app-1 made:1",
    ),
    "container.export": Row(
        container("shop-app-1"),
        lambda after: kept().exists(),
        to_file,
        "docker export -o */kept.tar shop-app-1",
    ),
    "container.inspect": Row(container("shop-app-1"), shows("HostConfig")),
    "container.open": Row(container("metrics-grafana-1"), copies("http://localhost:3000")),
    "container.copy": Row(container("shop-app-1"), copies("shop-app-1")),
    "container.exec": Stay(container("shop-app-1"), "touch /heard; exit\r", "/heard"),
    "container.attach": Stay(container("scratchpad"), "touch /heard\r", "/heard"),
    "image.run": Row(
        image(TOOLS),
        made_is("running", TOOLS, "sleep 1000"),
        sleeper,
        f"docker run -d --name made {TOOLS} sleep 1000",
    ),
    "image.pull": Row(
        to_be_pulled, lambda after: "mysql:9" in references_of(after), mysql, "docker pull mysql:9"
    ),
    "image.tag": Row(
        image("postgres:16"),
        lambda after: {"postgres:16", "shop/db:1"} <= references_of(after),
        database,
        "docker tag postgres:16 shop/db:1",
    ),
    "image.push": Row(
        image("shop/tools:latest"),
        lambda after: after.api.inspect_image("shop/tools:latest")["RepoDigests"],
        as_offered,
        "docker push shop/tools:latest",
    ),
    "image.search": Row(nothing, shows("13,400"), redis),
    "image.save": Row(
        image_at_once("postgres:16"),
        lambda after: kept().exists(),
        to_file,
        "docker save -o */kept.tar postgres:16",
    ),
    "image.load": Row(
        an_archive,
        lambda after: "node:22-alpine" in references_of(after),
        from_file,
        "docker load -i */kept.tar",
    ),
    "image.import": Row(
        an_export,
        lambda after: "made:1" in references_of(after),
        made_from_file,
        "docker import */kept.tar made:1",
    ),
    "image.build": Row(
        a_context,
        lambda after: "made:latest" in references_of(after),
        built,
        "docker build -t made */kept",
    ),
    "image.history": Row(image("postgres:16"), shows("RUN apt-get install -y postgresql-16")),
    "image.files": Row(image_at_once("postgres:16"), shows("the whole image")),
    "image.software": Row(image_at_once("postgres:16"), shows("Debian GNU/Linux 12")),
    "image.scan": Row(image("postgres:16"), shows("no scanner on PATH")),
    "image.inspect": Row(image("postgres:16"), shows("RootFS")),
    "image.remove": Row(
        image("node:22-alpine"),
        gone(references_of, "node:22-alpine", kept="postgres:16"),
        apply,
        "docker rmi --no-prune node:22-alpine",
    ),
    "image.prune": Row(dangling, pruned_images, apply, "docker image prune"),
    "image.copy": Row(image("postgres:16"), copies("postgres:16")),
    "image.sizes": Row(image("postgres:16"), shows("UNIQUE")),
    "network.create": Row(
        nothing,
        lambda after: "made" in networks_of(after),
        named,
        "docker network create --driver bridge made",
    ),
    "network.inspect": Row(network("shop_backend"), shows("IPAM")),
    "network.remove": Row(
        network("staging"),
        gone(networks_of, "staging", kept="shop_backend"),
        apply,
        "docker network rm staging",
    ),
    "network.prune": Row(
        unused_network, gone(networks_of, "staging", kept="shop_backend"), apply, "docker network prune"
    ),
    "network.copy": Row(network("shop_backend"), copies("shop_backend")),
    "volume.create": Row(
        nothing,
        lambda after: "made" in volumes_of(after),
        named,
        "docker volume create --driver local made",
    ),
    "volume.inspect": Row(volume("shop_db"), shows("Mountpoint")),
    "volume.remove": Row(
        volume("shop_db_before_upgrade"),
        gone(volumes_of, "shop_db_before_upgrade", kept="shop_db"),
        typed_name,
        "docker volume rm shop_db_before_upgrade",
    ),
    "volume.prune": Row(unused_volumes, pruned_volumes, apply, "docker volume prune"),
    "volume.copy": Row(volume("shop_db"), copies("shop_db")),
}
"""How each verb is tried, by its id."""
