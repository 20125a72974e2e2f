"""Every verb by its key, through the app, on Podman."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from tests.live import verb_rows
from tests.live.engine import PrivateEngine
from tests.live.making import image
from tests.live.person import Person, at_wharf
from tests.live.podman import Podman
from tests.live.pty_app import PtyApp
from tests.live.verb_rows import form
from tests.trying import After, Row, Scene, Stay, try_by_key
from tui.engine.kinds import Kind
from tui.screens.run_fields import is_here
from tui.verbs.registry import VERBS
from tui.verbs.verb import Verb

WHOLE_NAME = "docker.io/library/busybox:latest"
"""What Podman calls the image that it has."""
APP = "docker.io/library/app:1"


def an_image(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    image(api, "app:1")
    return Scene(APP, (APP,))


def pullable(api: docker.APIClient, engine: PrivateEngine) -> Scene:
    reference = f"{engine.registry()}/app"
    api.tag("busybox", reference, "1")
    assert "error" not in str(list(api.push(reference, "1", decode=True)))
    api.remove_image(f"{reference}:1")
    return Scene(refs=(f"{reference}:1",))


def references(*wanted: str) -> Callable[[After], bool]:
    return lambda after: (
        {tag for each in after.api.images() for tag in each["RepoTags"] or ()} == {WHOLE_NAME, *wanted}
    )


def networks(*wanted: str) -> Callable[[After], bool]:
    return lambda after: {each["Name"] for each in after.api.networks()} == {"bridge", *wanted}


async def another_name(person: Person) -> None:
    """A container of Podman's does not tell whether it was attached to: -d is on already."""
    await form(person)
    await person.press("down", *"made", "ctrl+s")


ROWS: dict[str, Row | Stay] = {
    **verb_rows.ROWS,
    "container.run": Row(
        verb_rows.running,
        verb_rows.made_is("running"),
        another_name,
        f"docker run -d --name made --stop-signal SIGKILL* {WHOLE_NAME} sleep 1000",
    ),
    "image.run": Row(
        lambda api, engine: Scene(WHOLE_NAME),
        verb_rows.made_is("running"),
        verb_rows.sleeper,
        f"docker run -d --name made {WHOLE_NAME} sleep 1000",
    ),
    "image.pull": Row(
        pullable,
        references("127.0.0.1:5000/app:1"),
        verb_rows.app_1,
        "docker pull 127.0.0.1:5000/app:1",
    ),
    "image.inspect": Row(an_image, verb_rows.shows("RootFS")),
    "image.remove": Row(an_image, references(), verb_rows.apply, f"docker rmi --no-prune {APP}"),
    "image.prune": Row(verb_rows.dangling, references(APP), verb_rows.apply, "docker image prune"),
    "image.copy": Row(an_image, verb_rows.copies(APP)),
    "network.create": Row(
        verb_rows.nothing,
        networks("made"),
        verb_rows.named,
        "docker network create --driver bridge made",
    ),
    "network.remove": Row(verb_rows.a_network, networks(), verb_rows.apply, "docker network rm back"),
    "network.prune": Row(verb_rows.free_network, networks(), verb_rows.apply, "docker network prune"),
}
"""How each verb is tried: as on Docker, but where Podman names or counts things in another way."""
IMAGES = ("run", "pull", "inspect", "remove", "prune", "copy")
"""Of the verbs on images those whose rows here name them as Podman does."""
AS_DOCKER = ("container.commit", "container.export")
"""Verbs whose rows name images and files as Docker does."""
TRIED = [
    verb
    for verb in VERBS
    if verb.id in ROWS and verb.id not in AS_DOCKER and (verb.kind is not Kind.IMAGE or verb.word in IMAGES)
]
TRUSTING = """
mkdir -p /etc/containers/registries.conf.d
cat >/etc/containers/registries.conf.d/test.conf <<END
[[registry]]
location = "127.0.0.1:5000"
insecure = true
END
"""
"""Lets Podman take images from the tests' registry, which has no TLS."""


@pytest.fixture
def api(podman: Podman) -> Iterator[docker.APIClient]:
    """The SDK's own client of Podman, with which a test asks what really happened."""
    client = docker.APIClient(base_url=podman.url, version="auto", timeout=30)
    yield client
    client.close()


@pytest.fixture(scope="module")
def trusting(podman_service: Podman) -> None:
    """Podman reads only when it starts whom it may trust."""
    assert podman_service.engine.run("sh", "-c", TRUSTING).code == 0
    podman_service.stop()
    podman_service.start()


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("verb", TRIED, ids=lambda verb: verb.id)
async def test_a_verb_does_by_its_key_what_it_says(
    verb: Verb, podman: Podman, api: docker.APIClient, home: Path
) -> None:
    row = ROWS[verb.id]
    scene = row.scene(api, podman.engine)
    if isinstance(row, Stay):
        stay_in_a_terminal(verb, row, scene, podman, api)
        return
    async with at_wharf(podman.url, home) as person:
        await try_by_key(person, verb, row, scene, api)


def stay_in_a_terminal(verb: Verb, row: Stay, scene: Scene, podman: Podman, api: docker.APIClient) -> None:
    with PtyApp(env={"DOCKER_HOST": podman.url}) as terminal:
        terminal.go_to(scene.name)
        terminal.send(verb.key)
        terminal.wait_for(f"{scene.name} · docker {verb.word}")
        terminal.send(row.typed)
        terminal.until(lambda: row.trace in [each["Path"] for each in api.diff(scene.refs[0]) or ()])
        assert api.inspect_container(scene.refs[0])["State"]["Running"]


async def test_an_image_that_podman_calls_by_its_whole_name_is_known_by_its_short_one(
    podman: Podman, home: Path
) -> None:
    async with at_wharf(podman.url, home) as person:
        store = person.app.engine.store
        await person.until(lambda: store.listed(Kind.IMAGE))
        for name in ("busybox", "busybox:latest", "docker.io/library/busybox", WHOLE_NAME):
            assert is_here(name, store), name
        assert not is_here("busybox:2", store)
        assert not is_here("other/busybox", store)
