"""Why a container is down, on a real Engine: what the detail says of containers that really failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.test_engine import wait_until
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.kinds import Kind
from tui.engine.lists import fetch, inspect
from tui.engine.lives import asked_why
from tui.engine.models import Container
from tui.engine.store import Store
from tui.panes.overview import overview

IMAGE = "busybox:latest"
PORT = 18080
LIMIT = 8 << 20

pytestmark = pytest.mark.parametrize("engine", ["28.5"], indirect=True)

Told = Callable[[str], dict[str, list[str]]]


@pytest.fixture
def connection(engine: PrivateEngine) -> Iterator[Connection]:
    connection = Connection(Endpoint(engine.url, "near", "test"))
    connection.open()
    yield connection
    connection.close()


@pytest.fixture
def told(connection: Connection) -> Told:
    """The overview of a container of some name, line by line."""

    def lines(name: str) -> dict[str, list[str]]:
        store = Store()
        store.replace(Kind.CONTAINER, fetch(connection, Kind.CONTAINER))
        model = next(one for one in store.containers.values() if one.name == name)
        assert isinstance(model, Container)
        found, now = inspect(connection, Kind.CONTAINER, model.id), time.time()
        label, said = "", dict[str, list[str]]()
        for fact in overview(model, found, store, now, why=asked_why(connection, found, now)):
            label = fact.label or label
            said.setdefault(label, []).append(fact.text)
        return said

    return lines


def run(api: docker.APIClient, name: str, *command: str, starts: bool = True, **host: Any) -> None:
    """Make and start a container, which may fail."""
    config = api.create_host_config(**host)
    ports = list(host.get("port_bindings", ()))
    api.create_container(IMAGE, list(command), name=name, host_config=config, ports=ports)
    if starts:
        api.start(name)
    else:
        with pytest.raises(docker.errors.APIError):
            api.start(name)


def exited(api: docker.APIClient, name: str) -> bool:
    return bool(api.inspect_container(name)["State"]["Status"] == "exited")


def test_a_failed_start_says_what_to_do(api: docker.APIClient, told: Told) -> None:
    run(api, "first", "sleep", "60", port_bindings={80: PORT})
    run(api, "second", "sleep", "60", starts=False, port_bindings={80: PORT})
    assert told("second")["what to do"] == [
        f"Port {PORT} of the host is another container's: stop that one, or publish another port."
    ]
    run(api, "absent", "nope", starts=False)
    assert told("absent")["what to do"][0].startswith("Nothing in its $PATH is called nope")
    assert told("absent")["why"][0] == "127: the command was not found"
    run(api, "away", "/nope", starts=False)
    assert told("away")["what to do"][0].startswith("There is no /nope in it")
    run(api, "folder", "/etc", starts=False)
    assert told("folder")["what to do"] == ["/etc is a folder: correct its command or entrypoint."]


def test_an_end_is_told_with_its_code_its_run_and_what_was_written(api: docker.APIClient, told: Told) -> None:
    run(api, "three", "sh", "-c", "echo trying; echo broken >&2; exit 3")
    wait_until(lambda: exited(api, "three"))
    lines = told("three")
    assert lines["why"] == ["3: the program's own code"]
    assert " started · " in lines["history"][0]
    assert "ended with 3 after 0." in lines["history"][0]
    assert sorted(lines["last lines"]) == ["  ! is stderr · l shows all", "  trying", "! broken"]


def test_what_was_stopped_or_killed_says_so(api: docker.APIClient, told: Told) -> None:
    run(api, "stopped", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done")
    run(api, "killed", "sleep", "60", log_config={"type": "none"})
    api.stop("stopped", timeout=5)
    api.kill("killed")
    wait_until(lambda: exited(api, "killed"))
    assert told("stopped")["why"][1].startswith("it was asked to stop (SIGTERM) and ended ")
    lines = told("killed")
    assert lines["why"][1] == "somebody had it killed (SIGKILL)"
    assert lines["last lines"] == ["configured logging driver does not support reading"]


def test_memory_that_ran_out_is_told_with_its_limit(api: docker.APIClient, told: Told) -> None:
    run(api, "greedy", "tail", "/dev/zero", mem_limit=LIMIT, memswap_limit=LIMIT)
    wait_until(lambda: exited(api, "greedy"))
    if not api.inspect_container("greedy")["State"]["OOMKilled"]:
        pytest.skip("this machine's control groups do not tell of it")
    lines = told("greedy")
    assert lines["why"] == ["137: SIGKILL: killed because memory ran out (OOMKilled)"]
    assert lines["what to do"] == ["It may use 8 MiB of memory: raise that limit, or have it use less."]


def test_a_restart_loop_is_told_while_it_goes_on_and_when_it_was_given_up(
    api: docker.APIClient, told: Told
) -> None:
    policy = {"Name": "on-failure", "MaximumRetryCount": 4}
    run(api, "loop", "sh", "-c", "exit 7", restart_policy=policy)
    wait_until(lambda: "next try at about" in "".join(told("loop").get("restart", ())))
    wait_until(lambda: exited(api, "loop"))
    lines = told("loop")
    assert lines["restart"][0].startswith("on-failure, at most 4 times  restarted 4 times in ")
    assert lines["restart"][0].endswith(", then gave up")
    assert len(lines["history"]) == 4
    assert lines["history"][1].startswith("… 2 more runs of 0.")
    assert lines["history"][1].endswith("all ended with 7")
