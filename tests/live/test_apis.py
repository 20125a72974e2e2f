"""The versions of the API that Wharf speaks, each on a real Engine: they say the same, in Wharf's words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container, image
from tests.live.test_engine import wait_until
from tui.engine import versions
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.events import FILTERS, Touched, touched
from tui.engine.gaps import gaps
from tui.engine.kinds import Kind
from tui.engine.lists import PATHS, fetch, inspect
from tui.engine.models import Model
from tui.engine.models.container import decode_container
from tui.engine.models.image import decode_image
from tui.engine.models.network import decode_network
from tui.engine.models.volume import decode_volume
from tui.engine.runspec import RunSpec
from tui.engine.sight import look, seen
from tui.engine.store import Store

NOW = 1_764_000_000.0
SPOKEN = [f"1.{minor}" for minor in range(versions.parsed(versions.OLDEST)[1], 52)]
"""All versions that one of the Engines here speaks."""


@pytest.fixture
def connection(engine: PrivateEngine) -> Iterator[Connection]:
    connection = Connection(Endpoint(engine.url, engine.name, "test"))
    connection.open()
    connection.describe()
    yield connection
    connection.close()


def furnished(api: docker.APIClient) -> None:
    """Something of every kind, with as much to say as it can have."""
    api.create_network("front", labels={"tier": "front"})
    api.create_volume("data", labels={"kept": "yes"})
    image(api)
    image(api, "app:1")
    check = {"test": ["CMD", "true"], "interval": 1_000_000_000}
    host = {"binds": ["data:/data:ro"], "network_mode": "front", "port_bindings": {80: ("127.0.0.1", 8081)}}
    container(api, "web", ports=[80], volumes=["/own"], healthcheck=check, host=host)
    container(api, "off", start=False)


def listed(client: docker.APIClient, version: str, kind: Kind) -> list[Model]:
    """What one version lists of a kind, as Wharf reads it."""
    params = {"all": "1"} if kind is Kind.CONTAINER else {}
    found = client.get(f"{client.base_url}/v{version}{PATHS[kind]}", params=params).json()
    match kind:
        case Kind.CONTAINER:
            return [decode_container({**item, "Status": ""}, NOW) for item in found]  # it counts seconds
        case Kind.IMAGE:
            return [model for item in found for model in decode_image(item)]
        case Kind.NETWORK:
            return [decode_network(item) for item in found]
        case Kind.VOLUME:
            return [decode_volume(item) for item in found["Volumes"]]


def spoken_by(engine: PrivateEngine) -> list[str]:
    return [version for version in SPOKEN if versions.parsed(version) <= versions.parsed(engine.api_version)]


def test_the_engines_own_version_is_spoken_and_nothing_is_missing(
    engine: PrivateEngine, connection: Connection
) -> None:
    assert connection.api_version == versions.parsed(engine.api_version)
    assert connection.server is not None
    assert connection.server.podman == ""
    assert gaps(connection.server) == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_version_lists_the_same(
    engine: PrivateEngine, api: docker.APIClient, connection: Connection, kind: Kind
) -> None:
    furnished(api)
    lists = [{model.key: model for model in listed(api, version, kind)} for version in spoken_by(engine)]
    assert len(lists[0]) >= 2
    assert all(one == lists[0] for one in lists)
    assert {model.key for model in fetch(connection, kind)} == lists[0].keys()


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_listed_is_what_is_inspected(
    api: docker.APIClient, connection: Connection, kind: Kind
) -> None:
    furnished(api)
    store = Store()
    for each in Kind:
        store.replace(each, fetch(connection, each))
    for model in store.of(kind).values():
        assert look(connection, kind, model.key) == seen(store, model), model


def test_a_container_can_be_run_again_from_its_inspect(api: docker.APIClient, connection: Connection) -> None:
    furnished(api)
    spec = RunSpec.of_container(
        inspect(connection, Kind.CONTAINER, "web"), inspect(connection, Kind.IMAGE, "busybox")
    )
    assert (spec.network, spec.publish) == ("front", ("127.0.0.1:8081:80",))
    assert spec.volumes == ("data:/data:ro", "/own")


def test_every_version_tells_of_the_same_events(engine: PrivateEngine, api: docker.APIClient) -> None:
    heard: dict[str, list[Touched | None]] = {version: [] for version in spoken_by(engine)}
    clients = {
        version: docker.APIClient(base_url=engine.url, version=version, timeout=30) for version in heard
    }
    streams = {version: client.events(filters=FILTERS, decode=True) for version, client in clients.items()}

    def hear(version: str) -> None:
        for event in streams[version]:
            heard[version].append(touched(event))

    threads = [threading.Thread(target=hear, args=(version,), daemon=True) for version in heard]
    for thread in threads:
        thread.start()
    made = container(api, "web", volumes=["/own"])
    api.create_network("front")
    api.connect_container_to_network(made, "front")
    api.kill(made)
    api.remove_container(made, v=True, force=True)
    api.tag("busybox", "other", "1")
    api.remove_image("other:1")
    last = Touched(Kind.IMAGE, api.images()[0]["Id"])
    wait_until(lambda: all(events.count(last) >= 2 for events in heard.values()))
    for version, stream in streams.items():
        stream.close()
        clients[version].close()
    told = list(heard.values())
    assert all(one == told[0] for one in told)
    assert None not in told[0]
    assert Touched(Kind.CONTAINER, made, ended=True) in told[0]
    assert {event.kind for event in told[0] if event} == set(Kind)


@pytest.mark.parametrize("version", ["1.41", "1.42", "1.51"])
def test_a_volume_prune_takes_what_is_expected_of_the_version(engine: PrivateEngine, version: str) -> None:
    if version not in spoken_by(engine):
        version = engine.api_version
    with closing(docker.APIClient(base_url=engine.url, version=version)) as client:
        client.create_volume("data")
        gone = "data" in (client.prune_volumes()["VolumesDeleted"] or ())
    assert gone is versions.prunes_named_volumes(versions.parsed(version))


def test_a_version_that_the_engine_left_behind_is_refused_in_known_words(api: docker.APIClient) -> None:
    least = versions.parsed(api.version()["MinAPIVersion"])
    answer = api.get(f"{api.base_url}/v1.{least[1] - 1}/containers/json")
    assert answer.status_code == 400
    assert "is too old. Minimum supported API version is" in answer.text
