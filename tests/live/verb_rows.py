"""How each verb is tried on a real Engine: the scene, the keys that answer it, and the effect to look for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import docker
from textual.events import Paste

from tests.live.engine import PrivateEngine
from tests.live.making import IMAGE, container, exited, image
from tests.live.person import Person
from tests.trying import After, Row, Scene, Stay
from tui.screens.build import BuildScreen
from tui.screens.files import FilesScreen
from tui.screens.logs import LogsScreen
from tui.screens.run import RunScreen
from tui.screens.search import SearchScreen
from tui.screens.sheet import SheetScreen
from tui.screens.top import TopScreen

# Scenes


def running(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene("web", (container(api, "web"),))


def stopped(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    scene = running(api, engine)
    api.stop("web")
    return scene


def paused(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    scene = running(api, engine)
    api.pause("web")
    return scene


def with_volume(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene("web", (container(api, "web", volumes=["/data"]),))


def talking(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene("web", (container(api, "web", "sh", "-c", "echo first words; exec sleep 1000"),))


def in_project(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    labels = {"com.docker.compose.project": "fleet"}
    return Scene("web", (container(api, "web", labels=labels),))


def trapping(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    loop = "trap 'echo got usr1' USR1; echo ready; while :; do sleep 0.1; done"
    made = container(api, "web", "sh", "-c", loop)
    next(iter(api.logs(made, stream=True, follow=True)))
    return Scene("web", (made,))


def listening(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    script = "read line; echo $line > /heard; exec sleep 1000"
    made = container(api, "web", "sh", "-c", script, tty=True, stdin_open=True)
    return Scene("web", (made,))


def published(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    made = container(api, "web", ports=[80], host={"port_bindings": {80: ("127.0.0.1", 8081)}})
    return Scene("web", (made,))


def prunable_containers(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    container(api, "kept")
    return Scene(refs=(exited(api, "one"), container(api, "two", start=False)))


def nothing(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene()


def busybox(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene(IMAGE)


def an_image(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    image(api, "app:1")
    return Scene("app:1", ("app:1",))


def dangling(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    image(api, "app:1")
    return Scene(refs=(image(api),))


def pullable(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    reference = f"{engine.registry()}/app"
    image(api, "app:1")
    api.tag("app:1", reference, "1")
    assert "error" not in str(list(api.push(reference, "1", decode=True)))
    api.remove_image("app:1")
    api.remove_image(f"{reference}:1")
    return Scene(refs=(f"{reference}:1",))


def pushable(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    reference = f"{engine.registry()}/app:1"
    image(api, "app:1")
    api.tag("app:1", f"{engine.registry()}/app", "1")
    return Scene(reference, (reference,))


def a_network(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene("back", (api.create_network("back")["Id"],))


def free_network(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene(refs=a_network(api, engine).refs)


def a_volume(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    return Scene("data", (api.create_volume("data")["Name"],))


def anonymous_volume(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    used = container(api, "web", volumes=["/data"])
    name = api.inspect_container(used)["Mounts"][0]["Name"]
    api.remove_container(used, force=True)
    return Scene(refs=(name,))


def kept() -> Path:
    """The file that is written and read: in the person's own folder."""
    return Path(os.environ["XDG_STATE_HOME"]) / "kept.tar"


def an_archive(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    image(api, "app:1")
    kept().write_bytes(b"".join(api.get_image("app:1")))
    api.remove_image("app:1")
    return Scene(refs=(str(kept()),))


def an_export(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    kept().write_bytes(b"".join(api.export(container(api, "web"))))
    return Scene(refs=(str(kept()),))


def a_context(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    kept().with_suffix("").mkdir()
    (kept().with_suffix("") / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    return Scene()


# Answers


async def apply(person: Person) -> None:
    await person.apply()


async def form(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, SheetScreen | RunScreen))
    await person.until(lambda: person.app.screen.focused is not None)


async def new_name(person: Person) -> None:
    await form(person)
    await person.press(*"-two", "enter")


async def usr1(person: Person) -> None:
    await form(person)
    await person.press(*["right"] * 5, "enter")
    await person.apply()


async def volumes_by_force(person: Person) -> None:
    await person.apply("v", "f")


async def sleeper(person: Person) -> None:
    await form(person)
    await person.press("ctrl+u", *"sleep 1000", "down", *"made", "down", "space", "ctrl+s")


async def sleeper_again(person: Person) -> None:
    await form(person)
    await person.press("down", *"made", "down", "space", "ctrl+s")


async def created(person: Person) -> None:
    await form(person)
    await person.press(*IMAGE, "down", *"sleep 1000", "down", *"made", "ctrl+s")


async def app_1(person: Person) -> None:
    await form(person)
    await person.press("ctrl+u", *"127.0.0.1:5000/app:1", "enter")


async def app_2(person: Person) -> None:
    await form(person)
    await person.press("ctrl+u", *"app:2", "enter")


async def as_offered(person: Person) -> None:
    await form(person)
    await person.press("ctrl+s")


async def looked_for(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, SearchScreen))
    await person.press(*"busybox", "enter")


async def named(person: Person) -> None:
    await form(person)
    await person.press(*"made", "enter")


async def to_file(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, FilesScreen))
    await person.press("ctrl+u")
    person.app.post_message(Paste(str(kept())))
    await person.press("enter")


async def from_file(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, FilesScreen))
    await person.press("tab")
    person.app.post_message(Paste(str(kept())))
    await person.press("enter")


async def made_1(person: Person) -> None:
    await form(person)
    await person.press(*"made:1", "enter")


async def made_from_file(person: Person) -> None:
    await from_file(person)
    await made_1(person)


async def typed_data(person: Person) -> None:
    await person.apply(typed="data")


async def built(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, BuildScreen))
    await person.until(lambda: person.app.screen.focused is not None)
    await person.press("ctrl+u")
    person.app.post_message(Paste(str(kept().with_suffix(""))))
    await person.press("down", "down", *"made", "ctrl+s")


# Effects


def is_running(after: After) -> bool:
    return after.state() == "running"


def is_exited(after: After) -> bool:
    return after.state() == "exited"


def has_started_again(after: After) -> bool:
    state = after.api.inspect_container(after.scene.name)["State"]
    return bool(state["Running"] and state["FinishedAt"] > "0002")


def no_containers_but(*names: str) -> Callable[[After], bool]:
    return lambda after: (
        sorted(each["Names"][0] for each in after.api.containers(all=True)) == [f"/{name}" for name in names]
    )


def no_volumes(after: After) -> bool:
    return not after.api.volumes()["Volumes"]


def made_is(state: str) -> Callable[[After], bool]:
    def ask(after: After) -> bool:
        found = after.api.containers(all=True, filters={"name": "made"})
        return [(each["State"], each["Command"]) for each in found] == [(state, "sleep 1000")]

    return ask


def references(*wanted: str) -> Callable[[After], bool]:
    return lambda after: (
        sorted(tag for each in after.api.images() for tag in each["RepoTags"] or [""])
        == sorted([*wanted, IMAGE])
    )


def networks(*wanted: str) -> Callable[[After], bool]:
    return lambda after: (
        {each["Name"] for each in after.api.networks()} == {"bridge", "host", "none", *wanted}
    )


def shows(text: str) -> Callable[[After], bool]:
    return lambda after: after.person.sees(text)


def copies(text: str) -> Callable[[After], bool]:
    return lambda after: after.person.app.clipboard == text


def on(screen: type, text: str) -> Callable[[After], bool]:
    return lambda after: isinstance(after.person.app.screen, screen) and after.person.sees(text)


def has_figures(after: After) -> bool:
    (row,) = (line for line in after.person.text.split("\n") if f" {after.scene.name} " in line)
    return re.search(r" \d+\.\d\d% .*\d[KM]iB ", row) is not None


ROWS: dict[str, Row | Stay] = {
    "container.start": Row(stopped, is_running, line="docker start web"),
    "container.stop": Row(running, is_exited, line="docker stop web"),
    "container.restart": Row(running, has_started_again, line="docker restart web"),
    "container.pause": Row(running, lambda after: after.state() == "paused", line="docker pause web"),
    "container.unpause": Row(paused, is_running, line="docker unpause web"),
    "container.kill": Row(
        trapping,
        lambda after: b"got usr1" in after.api.logs("web"),
        usr1,
        "docker kill --signal SIGUSR1 web",
    ),
    "container.rename": Row(running, no_containers_but("web-two"), new_name, "docker rename web web-two"),
    "container.remove": Row(
        with_volume,
        lambda after: no_containers_but()(after) and no_volumes(after),
        volumes_by_force,
        "docker rm -v -f web",
    ),
    "container.prune": Row(prunable_containers, no_containers_but("kept"), apply, "docker container prune"),
    "container.run": Row(
        running,
        made_is("running"),
        sleeper_again,
        f"docker run -d --name made --stop-signal SIGKILL* {IMAGE} sleep 1000",
    ),
    "container.create": Row(
        nothing, made_is("created"), created, f"docker create --name made {IMAGE} sleep 1000"
    ),
    "container.logs": Row(talking, on(LogsScreen, "first words")),
    "container.project-logs": Row(in_project, on(LogsScreen, "project fleet")),
    "container.stats": Row(running, has_figures),
    "container.top": Row(running, on(TopScreen, "sleep 1000")),
    "container.commit": Row(running, references("made:1"), made_1, "docker commit web made:1"),
    "container.export": Row(
        running, lambda after: kept().exists(), to_file, "docker export -o */kept.tar web"
    ),
    "container.inspect": Row(running, shows("HostConfig")),
    "container.open": Row(published, copies("http://127.0.0.1:8081")),
    "container.copy": Row(running, copies("web")),
    "container.exec": Stay(running, "touch /heard; exit\r", "/heard"),
    "container.attach": Stay(listening, "hello\r", "/heard"),
    "image.run": Row(busybox, made_is("running"), sleeper, f"docker run -d --name made {IMAGE} sleep 1000"),
    "image.pull": Row(
        pullable, references("127.0.0.1:5000/app:1"), app_1, "docker pull 127.0.0.1:5000/app:1"
    ),
    "image.tag": Row(an_image, references("app:1", "app:2"), app_2, "docker tag app:1 app:2"),
    "image.push": Row(
        pushable,
        lambda after: after.api.inspect_image(after.scene.name)["RepoDigests"],
        as_offered,
        "docker push 127.0.0.1:5000/app:1",
    ),
    # there is no way out of here: the Engine says so
    "image.search": Row(nothing, shows("index.docker.io"), looked_for),
    "image.save": Row(an_image, lambda after: kept().exists(), to_file, "docker save -o */kept.tar app:1"),
    "image.load": Row(an_archive, references("app:1"), from_file, "docker load -i */kept.tar"),
    "image.import": Row(an_export, references("made:1"), made_from_file, "docker import */kept.tar made:1"),
    "image.build": Row(a_context, references("made:latest"), built, "docker * -t made */kept"),
    "image.history": Row(an_image, shows("As in a Dockerfile")),
    "image.files": Row(an_image, shows("the whole image")),
    "image.software": Row(an_image, shows("no packages")),
    "image.scan": Row(an_image, shows("no scanner on PATH")),
    "image.inspect": Row(an_image, shows("RootFS")),
    "image.remove": Row(an_image, references(), apply, "docker rmi --no-prune app:1"),
    "image.prune": Row(dangling, references("app:1"), apply, "docker image prune"),
    "image.copy": Row(an_image, copies("app:1")),
    "image.sizes": Row(an_image, shows("UNIQUE")),
    "network.create": Row(nothing, networks("made"), named, "docker network create --driver bridge made"),
    "network.inspect": Row(a_network, shows("IPAM")),
    "network.remove": Row(a_network, networks(), apply, "docker network rm back"),
    "network.prune": Row(free_network, networks(), apply, "docker network prune"),
    "network.copy": Row(a_network, copies("back")),
    "volume.create": Row(
        nothing,
        lambda after: (
            after.api.inspect_volume("made")["Driver"] == "local"
            if after.api.volumes({"name": "made"})["Volumes"]
            else False
        ),
        named,
        "docker volume create --driver local made",
    ),
    "volume.inspect": Row(a_volume, shows("Mountpoint")),
    "volume.remove": Row(a_volume, no_volumes, typed_data, "docker volume rm data"),
    "volume.prune": Row(anonymous_volume, no_volumes, apply, "docker volume prune"),
    "volume.copy": Row(a_volume, copies("data")),
}
"""How each verb is tried, by its id."""
