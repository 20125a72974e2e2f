"""What changes a container, what the Engine tells of it, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest
from docker.errors import APIError

from tui.demo import DemoEngine

Told = list[tuple[str, str]]


class Listener:
    """The events of one client, read one by one."""

    def __init__(self, api: docker.APIClient, **filters: object) -> None:
        self.stream = api.events(decode=True, filters=filters)

    def next(self, count: int) -> list[dict]:
        return [next(self.stream) for _ in range(count)]

    def told(self, count: int) -> Told:
        return [(event["Type"], event["Action"]) for event in self.next(count)]


@pytest.fixture
def heard(api: docker.APIClient) -> Iterator[Listener]:
    listener = Listener(api)
    yield listener
    listener.stream.close()


def refusal(call, *args, **options) -> tuple[int, str]:
    with pytest.raises(APIError) as refused:
        call(*args, **options)
    return refused.value.status_code, refused.value.explanation


def status(api: docker.APIClient, name: str) -> str:
    return api.inspect_container(name)["State"]["Status"]


def test_stop_and_start_are_told_in_the_engines_order(api: docker.APIClient, heard: Listener) -> None:
    api.stop("shop-db-1")
    assert status(api, "shop-db-1") == "exited"
    assert heard.told(5) == [
        ("container", "kill"),
        ("network", "disconnect"),
        ("volume", "unmount"),
        ("container", "die"),
        ("container", "stop"),
    ]
    api.start("shop-db-1")
    assert (
        api.containers(filters={"name": "shop-db"})[0]["Status"] == "Up Less than a second (health: starting)"
    )
    assert heard.told(3) == [("volume", "mount"), ("network", "connect"), ("container", "start")]


def test_an_event_carries_actor_labels_and_the_words_for_older_clients(
    api: docker.APIClient, heard: Listener
) -> None:
    identity = api.inspect_container("shop-worker-1")["Id"]
    api.kill("shop-worker-1", signal="SIGUSR1")
    event = heard.next(1)[0]
    assert event["Actor"]["ID"] == event["id"] == identity
    assert event["status"] == event["Action"] == "kill"
    assert event["from"] == event["Actor"]["Attributes"]["image"] == "shop/worker:1.8"
    assert event["Actor"]["Attributes"]["signal"] == "10"
    assert event["Actor"]["Attributes"]["com.docker.compose.project"] == "shop"
    assert event["timeNano"] // 1_000_000_000 == event["time"]
    assert status(api, "shop-worker-1") == "running"


def test_a_killed_container_exits_with_137(api: docker.APIClient, heard: Listener) -> None:
    api.kill("shop-cache-1")
    assert api.inspect_container("shop-cache-1")["State"]["ExitCode"] == 137
    assert heard.next(4)[3]["Actor"]["Attributes"]["exitCode"] == "137"
    networks = api.inspect_container("shop-cache-1")["NetworkSettings"]["Networks"]
    assert networks["shop_backend"]["IPAddress"] == ""


def test_pause_and_unpause(api: docker.APIClient, heard: Listener) -> None:
    def listed() -> str:
        return api.containers(filters={"name": "shop-cache"})[0]["State"]

    assert listed() == "running"
    api.pause("shop-cache-1")
    assert listed() == "paused"
    api.unpause("shop-cache-1")
    assert listed() == "running"
    assert status(api, "shop-cache-1") == "running"
    assert heard.told(2) == [("container", "pause"), ("container", "unpause")]


def test_restart_starts_what_was_stopped_and_renews_what_runs(api: docker.APIClient, heard: Listener) -> None:
    api.restart("import-orders")
    assert status(api, "import-orders") == "running"
    assert heard.told(4)[-2:] == [("container", "start"), ("container", "restart")]
    api.restart("metrics-prometheus-1")
    assert status(api, "metrics-prometheus-1") == "running"


def test_rename_is_told_with_the_old_name(api: docker.APIClient, heard: Listener) -> None:
    api.rename("shop-canary", "canary")
    attributes = heard.next(1)[0]["Actor"]["Attributes"]
    assert (attributes["name"], attributes["oldName"]) == ("canary", "/shop-canary")
    assert api.containers(all=True, filters={"name": "canary"})[0]["Names"] == ["/canary"]


def test_forced_removal_with_volumes_takes_the_anonymous_ones(api: docker.APIClient, heard: Listener) -> None:
    anonymous = api.inspect_container("shop-search-1")["Mounts"][0]["Name"]
    api.remove_container("shop-search-1", force=True, v=True)
    assert heard.told(6) == [
        ("container", "kill"),
        ("network", "disconnect"),
        ("volume", "unmount"),
        ("container", "die"),
        ("volume", "destroy"),
        ("container", "destroy"),
    ]
    assert anonymous not in {one["Name"] for one in api.volumes()["Volumes"]}
    api.remove_container("shop-db-1", force=True, v=True)
    assert api.inspect_volume("shop_db")["Name"] == "shop_db"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("shop-app-1", "running: stop the container before removing or force remove"),
        ("shop-mailer-1", "restarting: stop the container before removing or force remove"),
        ("metrics-prometheus-1", "paused and must be unpaused first"),
    ],
)
def test_what_runs_is_not_removed_without_force(api: docker.APIClient, name: str, sentence: str) -> None:
    code, said = refusal(api.remove_container, name)
    assert code == 409
    assert said == f'cannot remove container "{name}": container is {sentence}'


def test_start_of_what_runs_and_stop_of_what_does_not_change_nothing(
    engine: DemoEngine, api: docker.APIClient
) -> None:
    with engine.world.lock:
        before = len(engine.world.events.recent)
    assert api._post(api._url("/containers/shop-db-1/start")).status_code == 304
    assert api._post(api._url("/containers/import-orders/stop")).status_code == 304
    with engine.world.lock:
        assert len(engine.world.events.recent) == before


def test_states_that_do_not_fit_are_refused_in_the_engines_words(api: docker.APIClient) -> None:
    gone = api.inspect_container("import-orders")["Id"]
    paused = api.inspect_container("metrics-prometheus-1")["Id"]
    mailer = api.inspect_container("shop-mailer-1")["Id"]
    assert refusal(api.kill, "import-orders") == (
        409,
        f"cannot kill container: import-orders: container {gone} is not running",
    )
    assert refusal(api.pause, "import-orders") == (409, f"container {gone} is not running")
    assert refusal(api.pause, "metrics-prometheus-1") == (409, f"Container {paused} is already paused")
    assert refusal(api.pause, "shop-mailer-1") == (
        409,
        f"Container {mailer} is restarting, wait until the container is running",
    )
    assert refusal(api.unpause, "import-orders") == (500, f"Container {gone} is not paused")
    assert refusal(api.start, "metrics-prometheus-1") == (
        409,
        "cannot start a paused container, try unpause instead",
    )
    assert refusal(api.kill, "shop-db-1", signal="FOO") == (
        400,
        "cannot kill container: shop-db-1: invalid signal: FOO",
    )


def test_names_that_are_taken_or_wrong_are_refused(api: docker.APIClient) -> None:
    holder = api.inspect_container("shop-db-1")["Id"]
    conflict = (
        f'Conflict. The container name "/shop-db-1" is already in use by container "{holder}". '
        "You have to remove (or rename) that container to be able to reuse that name."
    )
    assert refusal(api.rename, "shop-canary", "shop-db-1") == (
        409,
        f"Error when allocating new name: {conflict}",
    )
    assert refusal(api.create_container, "redis:7-alpine", name="shop-db-1") == (409, conflict)
    assert refusal(api.rename, "shop-canary", "a b")[0] == 400
    assert refusal(api.create_container, "redis:7-alpine", name="-x") == (
        400,
        "Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
    )


def test_the_crash_looping_job_can_be_stopped(api: docker.APIClient, heard: Listener) -> None:
    api.stop("shop-mailer-1")
    assert status(api, "shop-mailer-1") == "exited"
    assert heard.told(1) == [("container", "stop")]


def test_wait_answers_when_the_container_ends(api: docker.APIClient, engine: DemoEngine, connect) -> None:
    assert api.wait("nightly-backup") == {"StatusCode": 137}
    other = connect(engine)
    waiting = api._post(api._url("/containers/shop-cache-1/wait"), stream=True)
    other.kill("shop-cache-1")
    assert waiting.json() == {"StatusCode": 137}


def test_create_makes_a_container_from_what_was_asked_and_what_the_image_says(
    api: docker.APIClient, heard: Listener
) -> None:
    host = api.create_host_config(
        binds=["/srv/x:/x:ro", "fresh:/data"],
        port_bindings={6379: 16379},
        mem_limit="64m",
        restart_policy={"Name": "always"},
        network_mode="shop_backend",
        auto_remove=True,
    )
    made = api.create_container(
        "redis:7-alpine",
        ["redis-server", "--port", "6379"],
        name="extra",
        environment=["A=1\n\x1b[0m"],
        ports=[6379],
        labels={"k": "v"},
        host_config=host,
        tty=True,
        stdin_open=True,
    )
    assert made["Warnings"] == []
    detail = api.inspect_container("extra")
    assert detail["Id"] == made["Id"]
    assert detail["Config"]["Env"][0] == "A=1\n\x1b[0m"
    assert detail["Config"]["Labels"] == {"k": "v"}
    assert (detail["Config"]["Tty"], detail["Config"]["OpenStdin"]) == (True, True)
    assert detail["HostConfig"]["Memory"] == 64 << 20
    assert [(one["Type"], one["Destination"], one["RW"]) for one in detail["Mounts"]] == [
        ("bind", "/x", False),
        ("volume", "/data", True),
    ]
    assert heard.told(2) == [("volume", "create"), ("container", "create")]
    api.start("extra")
    row = api.containers(filters={"name": "extra"})[0]
    assert row["Ports"][0]["PublicPort"] == 16379
    assert row["NetworkSettings"]["Networks"]["shop_backend"]["IPAddress"].startswith("172.19.0.")
    api.stop("extra")
    assert refusal(api.inspect_container, "extra")[0] == 404
    assert api.inspect_volume("fresh")["Name"] == "fresh"


def test_publishing_all_ports_takes_a_free_one_for_each(api: docker.APIClient) -> None:
    host = api.create_host_config(publish_all_ports=True)
    api.create_container("redis:7-alpine", name="open", ports=[6379, 6380], host_config=host)
    api.start("open")
    ports = api.inspect_container("open")["NetworkSettings"]["Ports"]
    assert [ports[port][0]["HostPort"] for port in ("6379/tcp", "6380/tcp")] == ["32768", "32769"]


def test_create_refuses_what_the_engine_refuses(api: docker.APIClient) -> None:
    assert refusal(api.create_container, "nothing-here") == (404, "No such image: nothing-here:latest")
    assert refusal(api.create_container, "nothing:1") == (404, "No such image: nothing:1")
    api.create_container(
        "redis:7-alpine", name="lost", host_config=api.create_host_config(network_mode="nowhere")
    )
    sentence = "failed to set up container networking: network nowhere not found"
    assert refusal(api.start, "lost") == (404, sentence)
    host = api.create_host_config(port_bindings={6379: 80})
    api.create_container("redis:7-alpine", name="rival", ports=[6379], host_config=host)
    code, said = refusal(api.start, "rival")
    assert code == 500
    assert said.endswith("Bind for 0.0.0.0:80 failed: port is already allocated")
    assert status(api, "rival") == "created"


def test_prune_removes_what_does_not_run_and_says_so(api: docker.APIClient) -> None:
    stopped = {row["Id"] for row in api.containers(all=True) if row["State"] in ("exited", "created")}
    answer = api.prune_containers()
    assert set(answer["ContainersDeleted"]) == stopped
    assert answer["SpaceReclaimed"] == 912_440_000
    assert not stopped & {row["Id"] for row in api.containers(all=True)}
    assert api.prune_containers() == {"ContainersDeleted": None, "SpaceReclaimed": 0}
