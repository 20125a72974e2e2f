"""What the Store shows of an object is what the Engine shows of it, until something that matters changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.samples import STATES, a_container, a_network, a_store, a_volume, an_image
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.models import Model
from tui.engine.sight import differences, look, seen
from tui.engine.store import Store


@pytest.fixture
def demo() -> Iterator[Connection]:
    """A connection to a demo Engine whose clock stands still."""
    with DemoEngine(clock=lambda: FIXED_NOW) as engine:
        connection = Connection(Endpoint(engine.start(), "", "test"))
        connection.open()
        yield connection
        connection.close()


def listed(connection: Connection) -> Store:
    return a_store(*(model for kind in Kind for model in fetch(connection, kind)))


def the(store: Store, kind: Kind, name: str) -> Model:
    return next(model for model in store.of(kind).values() if model.name == name)


def test_every_object_looks_the_same_in_the_list_and_alone(demo: Connection) -> None:
    demo.api.pause("shop-app-2")
    store = listed(demo)
    assert {container.state for container in store.containers.values()} >= {"running", "paused", "exited"}
    for kind in Kind:
        assert store.of(kind)
        for model in store.of(kind).values():
            ref = model.key if kind is Kind.IMAGE else model.id
            assert look(demo, kind, ref) == seen(store, model), model.name


@pytest.mark.parametrize(("kind", "ref"), [(kind, "nope") for kind in Kind])
def test_what_is_gone_is_said_by_its_status(demo: Connection, kind: Kind, ref: str) -> None:
    with pytest.raises(EngineError) as caught:
        look(demo, kind, ref)
    assert caught.value.status == 404


def test_only_containers_with_an_endpoint_count_as_users_of_a_network() -> None:
    users = [a_container(state, state, networks=["id-net"]) for state in STATES]
    store = a_store(a_network("net"), *users)
    assert seen(store, store.networks["id-net"]) == (("containers", "paused running"),)


def test_containers_in_any_state_count_as_users_of_images_and_volumes() -> None:
    users = [a_container(state, state, image="sha256:i1", volumes=["data"]) for state in STATES]
    store = a_store(an_image("x:1"), a_volume("data"), *users)
    everybody = ("containers", " ".join(sorted(STATES)))
    assert seen(store, store.images["x:1"]) == (("image", "sha256:i1"), everybody)
    assert seen(store, store.volumes["data"]) == (("created", "2026-01-01T00:00:00Z"), everybody)


def test_an_image_with_two_names_is_seen_by_each(demo: Connection) -> None:
    name = next(iter(listed(demo).images))
    demo.api.tag(name, "second", "name")
    store = listed(demo)
    assert look(demo, Kind.IMAGE, "second:name") == seen(store, the(store, Kind.IMAGE, "second:name"))


def test_a_new_user_of_an_image_is_a_difference(demo: Connection) -> None:
    store = listed(demo)
    image = next(image for image in store.images.values() if image.references and image.key)
    before = seen(store, image)
    demo.api.create_container(image.key, name="late")
    assert differences(before, look(demo, Kind.IMAGE, image.key)) == "other containers use it now"


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ((("state", "exited"),), (("state", "running"),), "state was exited, is running"),
        ((("containers", ""),), (("containers", "c1"),), "other containers use it now"),
        (
            (("image", "sha256:a"), ("containers", "")),
            (("image", "sha256:b"), ("containers", "")),
            "the reference leads to another image now",
        ),
        (
            (("created", "1"), ("containers", "a")),
            (("created", "2"), ("containers", "b")),
            "another one has its name now, other containers use it now",
        ),
        ((("state", "exited"),), (("state", "exited"), ("more", "x")), "it changed"),
    ],
)
def test_differences_are_said_in_words(
    before: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...], words: str
) -> None:
    assert differences(before, now) == words
