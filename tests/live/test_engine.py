"""The private Engines themselves: right version, real containers, bad days at will, nothing left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from tests.live.engine import SUITES, PrivateEngine, as_root
from tests.live.keeper import cgroups_of

API_VERSIONS = {"20.10": "1.41", "28.5": "1.51"}


def wait_until(seen: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, f"not seen within {seconds:g} s"
        time.sleep(0.02)


def namespaces() -> dict[str, set[str]]:
    """The process, network and mount namespaces of every process there is, by process id."""
    kinds = ["(", "-name", "pid", "-o", "-name", "net", "-o", "-name", "mnt", ")", "-lname", "*:*"]
    find = as_root(
        "find", "/proc", "-maxdepth", "3", "-path", "/proc/[0-9]*/ns/*", *kinds, "-printf", "%h %l\\n"
    )
    # it fails for processes that end meanwhile, and finds the others all the same
    listed = subprocess.run(find, capture_output=True, text=True, check=False).stdout
    found: dict[str, set[str]] = {}
    for folder, namespace in (line.split() for line in listed.splitlines()):
        found.setdefault(Path(folder).parent.name, set()).add(namespace)
    return found


def namespaces_of(folder: Path) -> set[str]:
    """The namespaces of the Engine in `folder`, found by its daemon's command line."""
    for pid, found in namespaces().items():
        try:
            words = Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            continue
        if words[0] == b"dockerd" and str(folder / "pid").encode() in words:
            return found
    return set()


def leftovers(folder: Path, private: set[str]) -> list[str]:
    """What is still there of an Engine: files, control groups, mounts, processes in `private` namespaces."""
    left = [str(path) for path in (folder, *cgroups_of(folder.name)) if path.exists()]
    left += [line for line in Path("/proc/mounts").read_text().splitlines() if folder.name in line]
    left += [f"process {pid}" for pid, found in namespaces().items() if found & private]
    return left


def test_the_engine_speaks_the_api_it_stands_for(engine: PrivateEngine) -> None:
    assert engine.api_version == API_VERSIONS[engine.name]
    assert engine.get("/info")["Driver"] == "overlay2"


def test_a_container_runs_and_says_hi(api: docker.APIClient) -> None:
    container = api.create_container("busybox", ["echo", "hi"])["Id"]
    api.start(container)
    assert api.wait(container, timeout=20)["StatusCode"] == 0
    assert api.logs(container) == b"hi\n"


def test_containers_reach_each_other_by_name_on_a_network_from_the_engines_own_pool(
    api: docker.APIClient,
) -> None:
    network = api.create_network("tier")["Id"]
    assert api.inspect_network(network)["IPAM"]["Config"][0]["Subnet"].startswith("10.200.")
    config = api.create_host_config(network_mode="tier")
    server = api.create_container("busybox", ["sleep", "60"], name="server", host_config=config)["Id"]
    api.start(server)
    client = api.create_container("busybox", ["ping", "-c", "1", "server"], host_config=config)["Id"]
    api.start(client)
    assert api.wait(client, timeout=20)["StatusCode"] == 0, api.logs(client)


def test_the_engines_own_command_line_sees_the_same_objects(
    engine: PrivateEngine, api: docker.APIClient
) -> None:
    api.create_volume("from-the-api")
    ran = engine.run("docker", "volume", "ls", "--quiet")
    assert (ran.code, ran.output) == (0, "from-the-api\n")


def test_an_image_goes_to_the_registry_beside_the_engine_and_comes_back(
    engine: PrivateEngine, api: docker.APIClient
) -> None:
    name = f"{engine.registry()}/shop"
    api.tag("busybox", name)
    api.push(name)
    api.remove_image(name)
    api.pull(name, tag="latest")
    assert engine.get(f"/images/{name}/json")["RepoDigests"]


def test_images_a_test_made_may_hang_together(api: docker.APIClient) -> None:
    parent = api.create_container("busybox", ["true"])["Id"]
    api.commit(parent, repository="parent")
    child = api.create_container("parent", ["true"])["Id"]
    api.commit(child, repository="child")
    api.commit(child)
    api.tag("busybox", "other")
    assert len(api.images()) == 4


def test_the_test_before_left_nothing_on_the_engine(api: docker.APIClient) -> None:
    assert api.containers(all=True) == []
    assert {network["Name"] for network in api.networks()} == {"bridge", "host", "none"}
    assert not api.volumes()["Volumes"]
    assert [image["RepoTags"] for image in api.images()] == [["busybox:latest"]]


def test_after_kill_9_the_socket_refuses_and_a_restart_keeps_the_containers(
    engine: PrivateEngine, api: docker.APIClient
) -> None:
    container = api.create_container("busybox", ["sleep", "600"], stop_timeout=1)["Id"]
    api.start(container)
    engine.kill9()
    with pytest.raises(ConnectionRefusedError):
        engine.get("/_ping")
    engine.restart()
    assert engine.get(f"/containers/{container}/json")["State"]["Status"] == "exited"


def test_a_frozen_daemon_is_silent_until_it_is_thawed(engine: PrivateEngine) -> None:
    engine.freeze()
    with pytest.raises(TimeoutError):
        engine.get("/_ping", timeout=0.5)
    engine.thaw()
    assert engine.get("/_ping") == "OK"


def test_a_restart_in_order_keeps_stopped_containers(engine: PrivateEngine, api: docker.APIClient) -> None:
    container = api.create_container("busybox", ["true"])["Id"]
    engine.restart()
    assert engine.get(f"/containers/{container}/json")["State"]["Status"] == "created"


@pytest.mark.parametrize("name", list(SUITES))
def test_a_stopped_engine_leaves_nothing_though_containers_ran(name: str) -> None:
    private = PrivateEngine(name)
    private.start()
    try:
        folder, own = private.folder, namespaces_of(private.folder)
        docker_run = ["docker", "run", "--detach", "--pull", "never", "--restart", "always"]
        assert private.run(*docker_run, "busybox", "sleep", "600").code == 0
        private.kill9()
        assert leftovers(folder, own), "the container outlives its daemon; else this test proves nothing"
    finally:
        private.stop()
    assert len(own) == 3
    assert leftovers(folder, own) == []


def test_an_engine_ends_with_the_process_that_started_it() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-m", "tests.live.engine", "20"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert owner.stdout is not None
    try:
        line = next(line for line in owner.stdout if line.startswith("export"))
        folder = Path(line.strip().removeprefix("export DOCKER_HOST=unix://")).parent
        own = namespaces_of(folder)
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()
    assert len(own) == 3
    wait_until(lambda: leftovers(folder, own) == [])
