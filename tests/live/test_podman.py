"""Wharf on Podman's Docker-compatible service: what works on Docker works there too, or is hidden."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import docker
import pytest

from tests.live.making import IMAGE, container, exited
from tests.live.person import at_wharf
from tests.live.podman import Podman
from tests.live.test_engine import wait_until
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.gaps import gaps, offered
from tui.engine.kinds import Kind
from tui.engine.lists import fetch, inspect
from tui.engine.logs import NANO, LogStream
from tui.engine.models import Container, Model
from tui.engine.models.podman import as_docker
from tui.engine.processes import processes
from tui.engine.runspec import RunSpec
from tui.engine.sight import look, seen
from tui.engine.store import Store
from tui.engine.streams import SHELL, Session, open_attach, open_exec, start_attached
from tui.engine.versions import parsed, prunes_named_volumes
from tui.engine.watcher import Watcher
from tui.verbs.registry import VERBS

WHOLE_NAME = "docker.io/library/busybox:latest"
"""What Podman calls the image that it has."""


@pytest.fixture
def api(podman: Podman) -> Iterator[docker.APIClient]:
    """The SDK's own client of Podman, with which a test asks what really happened."""
    client = docker.APIClient(base_url=podman.url, version="auto", timeout=30)
    yield client
    client.close()


@pytest.fixture
def connection(podman: Podman) -> Iterator[Connection]:
    """Wharf's connection to Podman, open and described."""
    connection = Connection(Endpoint(podman.url, "podman", "test"))
    connection.open()
    connection.describe()
    yield connection
    connection.close()


@pytest.fixture
def store(podman: Podman) -> Iterator[Store]:
    """What a Watcher keeps of Podman, read whole once."""
    store = Store()
    watcher = Watcher(Endpoint(podman.url, "podman", "test"), store, lambda link: None)
    watcher.go.set()
    watcher.start()
    assert watcher.tried.wait(10)
    yield store
    watcher.close()


def network(podman: Podman, name: str) -> None:
    """Make a network in which containers do not find each other by name: that takes another program."""
    made = podman.engine.run("podman", "--url", podman.url, "network", "create", "--disable-dns", name)
    assert made.code == 0, made.output


def listed(connection: Connection) -> Store:
    """All lists, read once."""
    store = Store()
    for kind in Kind:
        store.replace(kind, fetch(connection, kind))
    return store


def named(connection: Connection, name: str) -> Container:
    """One container as the list shows it."""
    containers = listed(connection).containers.values()
    return next(container for container in containers if container.name == name)


def told(session: Session) -> str:
    """All that a process writes until it ends."""
    told = b""
    while pieces := session.read():
        told += b"".join(data for _, data in pieces)
    return told.decode()


def ended(session: Session) -> int | None:
    """The exit code, once it is known."""
    wait_until(lambda: session.exit_code() is not None)
    return session.exit_code()


# What it says of itself


def test_podman_is_told_from_docker_and_says_what_it_lacks(connection: Connection) -> None:
    server = connection.server
    assert server is not None
    assert server.podman == server.version
    assert [gap.what for gap in gaps(server)] == ["swarm", "plugins", "build cache", "health"]
    assert all(offered(verb.id, server) for verb in VERBS)


@pytest.mark.parametrize("path", ["/swarm", "/nodes", "/services", "/tasks", "/configs", "/plugins"])
def test_what_is_hidden_is_really_not_there(api: docker.APIClient, path: str) -> None:
    assert api.get(f"{api.base_url}/v1.41{path}").status_code == 404


def test_an_overlay_network_is_hidden_because_podman_has_none(api: docker.APIClient) -> None:
    with pytest.raises(docker.errors.APIError, match="overlay"):
        api.create_network("over", driver="overlay")


# Lists and events


def test_all_kinds_are_listed(connection: Connection, api: docker.APIClient) -> None:
    web = container(api, "web", volumes=["/data"], labels={"tier": "front"})
    exited(api, "done")
    store = listed(connection)
    found = {container.name: container for container in store.containers.values()}
    assert (found["web"].id, found["web"].state, found["web"].image) == (web, "running", WHOLE_NAME)
    assert found["web"].labels == (("tier", "front"),)
    assert (found["done"].state, found["done"].exit_code) == ("exited", 0)
    assert list(store.images) == [WHOLE_NAME]
    assert {each.name: each.built_in for each in store.networks.values()} == {"bridge": True}
    (volume,) = store.volumes.values()
    assert (volume.anonymous, volume.name) == (True, found["web"].mounts[0].source)


def test_who_uses_what_is_known(podman: Podman, connection: Connection, api: docker.APIClient) -> None:
    network(podman, "front")
    web = container(api, "web", volumes=["/data"], host={"network_mode": "front"})
    store = listed(connection)
    (busybox,) = store.images.values()
    front = next(each for each in store.networks.values() if each.name == "front")
    assert store.uses.images == {busybox.id: (web,)}
    assert store.uses.networks == {front.id: (web,)}
    assert list(store.uses.volumes.values()) == [(web,)]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_plan_sees_the_same_in_the_store_as_on_podman(
    podman: Podman, connection: Connection, api: docker.APIClient, kind: Kind
) -> None:
    """Else nothing planned would ever be done there: each object would seem to have changed."""
    network(podman, "front")
    container(api, "web", volumes=["/data"], host={"network_mode": "front"})
    exited(api, "done")
    store = listed(connection)
    for model in store.of(kind).values():
        # Podman lets a container that ended go from its networks a moment later
        wait_until(partial(is_as_seen, connection, store, model))


def is_as_seen(connection: Connection, store: Store, model: Model) -> bool:
    return look(connection, model.kind, model.key) == seen(store, model)


def test_a_container_is_followed_from_its_making_to_its_end(store: Store, api: docker.APIClient) -> None:
    def states() -> dict[str, str]:
        return {container.name: container.state for container in store.containers.values()}

    made = container(api, "web", "sh", "-c", "read line", start=False, stdin_open=True)
    wait_until(lambda: states() == {"web": "created"})
    api.start(made)
    wait_until(lambda: states() == {"web": "running"})
    api.pause(made)
    wait_until(lambda: states() == {"web": "paused"})
    api.unpause(made)
    api.rename(made, "other")
    wait_until(lambda: states() == {"other": "running"})
    api.kill(made)
    wait_until(lambda: states() == {"other": "exited"})
    api.remove_container(made)
    wait_until(lambda: states() == {})


def test_volumes_and_networks_that_come_and_go_are_followed(
    podman: Podman, store: Store, api: docker.APIClient
) -> None:
    def names(kind: Kind) -> set[str]:
        return {model.name for model in store.of(kind).values()}

    api.create_volume("data")
    wait_until(lambda: names(Kind.VOLUME) == {"data"})
    api.remove_volume("data")
    wait_until(lambda: names(Kind.VOLUME) == set())
    network(podman, "front")
    wait_until(lambda: names(Kind.NETWORK) == {"bridge", "front"})
    web = container(api, "web")
    wait_until(lambda: web in store.containers)
    api.connect_container_to_network(web, "front")
    wait_until(lambda: {use.name for use in store.containers[web].networks} == {"podman", "front"})
    api.disconnect_container_from_network(web, "front")
    wait_until(lambda: {use.name for use in store.containers[web].networks} == {"podman"})
    api.remove_network("front")
    wait_until(lambda: names(Kind.NETWORK) == {"bridge"})


def test_tags_and_images_that_come_and_go_are_followed(store: Store, api: docker.APIClient) -> None:
    api.tag("busybox", "docker.io/library/other", "1")
    wait_until(lambda: "docker.io/library/other:1" in store.images)
    api.remove_image("other:1")
    wait_until(lambda: set(store.images) == {WHOLE_NAME})
    api.commit(container(api, "web"), "docker.io/library/made", "1")
    wait_until(lambda: "docker.io/library/made:1" in store.images)
    api.remove_image("made:1")
    wait_until(lambda: set(store.images) == {WHOLE_NAME})


@pytest.mark.parametrize("version", ["1.41", "1.44"])
def test_a_volume_prune_takes_named_volumes_whatever_version_is_spoken(podman: Podman, version: str) -> None:
    client = docker.APIClient(base_url=podman.url, version=version)
    client.create_volume("data")
    assert client.prune_volumes()["VolumesDeleted"] == ["data"]
    assert prunes_named_volumes(parsed(version), "5.8.6")
    client.close()


# Inside containers


def test_a_shell_answers_and_tells_its_exit_code(connection: Connection, api: docker.APIClient) -> None:
    session = open_exec(connection.api, container(api, "web"), SHELL)
    session.resize(33, 99)
    session.write(b"until [ \"$(stty size)\" = '33 99' ]; do :; done; echo gr''own; exit 7\n")
    assert "grown" in told(session)
    assert ended(session) == 7
    session.close()


def test_a_command_that_is_not_there_is_said_in_the_stream(
    connection: Connection, api: docker.APIClient
) -> None:
    session = open_exec(connection.api, container(api, "web"), ["nosuch"])
    assert "not found" in told(session)
    assert ended(session) == 127
    session.close()


@pytest.mark.parametrize(
    "ask",
    [
        lambda connection: open_exec(connection.api, "done", SHELL),
        lambda connection: processes(connection, "done"),
    ],
    ids=["exec", "top"],
)
def test_a_stopped_container_refuses_in_words(
    connection: Connection, api: docker.APIClient, ask: Callable[[Connection], object]
) -> None:
    exited(api, "done")
    with pytest.raises(EngineError, match="running"):
        ask(connection)


def test_a_container_is_run_with_a_terminal_and_nothing_of_it_is_lost(connection: Connection) -> None:
    spec = RunSpec(image=IMAGE, command="sh -c 'echo first; read line; exit 5'", tty=True, interactive=True)
    made = connection.ask("POST", "/containers/create", body=spec.body()).json()["Id"]
    session = start_attached(connection.api, made, size=(24, 80))
    session.write(b"go\n")
    assert "first" in told(session)
    assert ended(session) == 5
    session.close()


def test_an_attached_container_goes_on_after_the_detach_keys(
    connection: Connection, api: docker.APIClient
) -> None:
    web = container(api, "web", "cat", tty=True, stdin_open=True)
    session = open_attach(connection.api, web, detach_keys="ctrl-p,ctrl-q")
    session.write(b"hel\n")
    session.read()
    keys = itertools.cycle((b"\x10", b"\x11"))

    def left() -> bool:
        """Type the next key: Podman takes two that come together for text."""
        if session.take() is None:
            return True
        with contextlib.suppress(OSError):  # it may have ended since
            session.write(next(keys))
        return False

    wait_until(left)
    session.close()
    assert named(connection, "web").state == "running"


def test_logs_keep_output_and_errors_apart(connection: Connection, api: docker.APIClient) -> None:
    web = container(api, "web", "sh", "-c", "echo out; echo err >&2; exec sleep 1000")
    wait_until(lambda: api.logs(web).count(b"\n") == 2)
    (lines,) = LogStream(connection.api, web, tty=False, follow=False, timestamps=True)
    assert [(line.fd, line.text) for line in lines] == [(1, "out"), (2, "err")]
    assert all(abs(line.at / NANO - time.time()) < 3600 for line in lines)


def test_processes_have_columns(connection: Connection, api: docker.APIClient) -> None:
    found = processes(connection, container(api, "web"))
    assert "PID" in found.titles
    assert [row[-1] for row in found.rows] == ["sleep 1000"]


def test_a_container_is_run_again_with_what_was_chosen_for_it(
    connection: Connection, api: docker.APIClient
) -> None:
    host = {"binds": ["data:/d:ro"], "mem_limit": "64m", "port_bindings": {80: ("127.0.0.1", 8081)}}
    web = container(api, "web", ports=[80], volumes=["/d"], host=host, environment=["A=1"])
    base = inspect(connection, Kind.IMAGE, IMAGE)
    spec = RunSpec.of_container(as_docker(inspect(connection, Kind.CONTAINER, web), base), base)
    assert (spec.volumes, spec.memory, spec.publish) == (("data:/d:ro",), "64m", ("127.0.0.1:8081:80",))
    assert (spec.env, spec.network, spec.carried.other_networks) == (("A=1",), "", ())
    assert connection.ask("POST", "/containers/create", body=spec.body()).json()["Warnings"] == []


# By keys


async def test_logs_are_merged_read_back_and_read_on_after_a_restart(
    podman: Podman, api: docker.APIClient, home: Path
) -> None:
    container(api, "loud", "sh", "-c", "seq 12000; exec sleep 1000")
    container(api, "talk", "sh", "-c", "echo begun; while usleep 100000; do echo out; echo err >&2; done")
    async with at_wharf(podman.url, home) as person:
        await person.mark(Kind.CONTAINER, "loud", "talk")
        await person.press("l")
        await person.until(lambda: all(map(person.sees, ("2 containers", "talk out", "talk err"))))
        await person.press("g")
        await person.until(lambda: person.sees("at the beginning") and person.sees("loud 2 "))
        await person.press("1")
        await person.until(lambda: all(map(person.sees, ("since 1m", "following", "talk out"))))
        await person.say("ampersand", "begun")
        await person.until(lambda: person.text.count("talk begun") == 1 and not person.sees("talk out"))
        api.restart("talk", timeout=0)
        await person.until(lambda: person.text.count("talk begun") == 2)


async def test_figures_the_engine_pane_and_why_it_is_down_are_shown(
    podman: Podman, api: docker.APIClient, home: Path
) -> None:
    container(api, "web")
    container(api, "bad", "/nosuch", start=False)
    with pytest.raises(docker.errors.APIError):
        api.start("bad")
    async with at_wharf(podman.url, home, size=(160, 40)) as person:
        await person.go_to(Kind.CONTAINER, "bad")
        await person.until(lambda: person.sees("Why is it down?") and person.sees("not found"))
        await person.press("slash", "escape", "u")
        await person.until(lambda: any(" web " in line and "KiB" in line for line in person.text.split("\n")))
        await person.press("6")
        await person.until(lambda: person.sees("docker SDK"))
        await person.press("shift+tab")
        await person.until(lambda: person.sees("Built into the Engine") and person.sees("k8s-file"))
        assert person.sees("Podman has no plugins to install.")
        assert not person.sees("enable/disable")
