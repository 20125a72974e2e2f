"""The parts that the tests of far Engines stand on: a host with sshd, the line to it, and Podman."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
import timeit
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.cli import docker_cli
from tests.live.doorway import Doorway
from tests.live.engine import PrivateEngine
from tests.live.keeper import cgroups_of
from tests.live.making import container
from tests.live.podman import Podman
from tests.live.relay import RETRANSMIT_SECONDS, Line
from tests.live.sshd import Sshd
from tests.live.test_engine import namespaces, namespaces_of, wait_until

SECONDS = 15


def ssh(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the `ssh` that is first on PATH to its end."""
    env = {**os.environ, **environment}
    return subprocess.run(
        ["ssh", *words], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
    )


def asked(folder: Path, answer: str) -> dict[str, str]:
    """The variables by which ssh asks a program, which answers and keeps the question."""
    program = folder / "askpass"
    program.write_text(f"#!/bin/sh\necho \"$1\" >>'{folder}/questions'\necho '{answer}'\n")
    program.chmod(0o755)
    return {"SSH_ASKPASS": str(program), "SSH_ASKPASS_REQUIRE": "force"}


# sshd


def test_ssh_runs_a_command_on_the_host_beside_its_engine(far: Sshd, ssh_folder: Path) -> None:
    far.config(ssh_folder, "far")
    ran = ssh("far", "id -un; docker version --format '{{.Server.APIVersion}}'")
    assert ran.stdout.split() == ["root", "1.51"], ran.stderr


def test_the_docker_cli_finds_the_engine_at_its_usual_place_over_ssh(far: Sshd, ssh_folder: Path) -> None:
    far.config(ssh_folder, "far")
    command = [*docker_cli(), "-H", "ssh://far", "images", "--format", "{{.Repository}}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert ran.stdout.split() == ["busybox"], ran.stderr


def test_a_person_without_a_key_is_asked_for_a_password_and_may_use_the_engine(
    far: Sshd, ssh_folder: Path, tmp_path: Path
) -> None:
    far.config(ssh_folder, "far", User="wharf", PubkeyAuthentication="no", NumberOfPasswordPrompts=1)
    ran = ssh("far", "id -un && docker ps -q", **asked(tmp_path, far.password))
    assert (ran.returncode, ran.stdout) == (0, "wharf\n"), ran.stderr
    assert (tmp_path / "questions").read_text() == "wharf@127.0.0.1's password: \n"
    ran = ssh("far", "true", **asked(tmp_path, "wrong"))
    assert ran.returncode == 255
    assert "Permission denied" in ran.stderr


def test_a_locked_key_is_opened_by_its_passphrase(far: Sshd, ssh_folder: Path, tmp_path: Path) -> None:
    far.config(ssh_folder, "far", IdentityFile=far.locked_key)
    ran = ssh("far", "id -un", **asked(tmp_path, far.passphrase))
    assert ran.stdout == "root\n", ran.stderr
    assert "passphrase for key" in (tmp_path / "questions").read_text()


def test_ssh_refuses_a_host_whose_key_is_another_one(far: Sshd, ssh_folder: Path) -> None:
    known = ssh_folder / "another"
    known.write_text(far.other_host_key)
    far.config(ssh_folder, "far", UserKnownHostsFile=known)
    ran = ssh("far", "true")
    assert ran.returncode == 255
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in ran.stderr


def test_one_connection_carries_three_sessions_and_no_fourth(far: Sshd, ssh_folder: Path) -> None:
    far.config(ssh_folder, "far", ControlPath=ssh_folder / "control")
    with subprocess.Popen(["ssh", "-MN", "far"], stdin=subprocess.DEVNULL) as master:
        try:
            wait_until((ssh_folder / "control").exists)
            sessions = [
                subprocess.Popen(
                    ["ssh", "far", "echo in; exec sleep 60"],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for _ in range(3)
            ]
            for session in sessions:
                assert session.stdout is not None
                assert session.stdout.readline() == "in\n"
            # the fourth is refused by the master, and then makes a connection of its own, which is forbidden
            fourth = ssh("-o", "ProxyCommand=false", "far", "true")
            assert fourth.returncode == 255
            assert "Session open refused by peer" in fourth.stderr
        finally:
            master.terminate()
    for session in sessions:
        session.communicate(timeout=SECONDS)


def test_a_dropped_line_ends_ssh_and_the_next_one_gets_through(far: Sshd, ssh_folder: Path) -> None:
    far.config(ssh_folder, "far")
    command = ["ssh", "far", "echo in; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as session:
        assert session.stdout is not None
        assert session.stdout.readline() == "in\n"
        far.drop()
        _, errors = session.communicate(timeout=SECONDS)
    assert session.returncode == 255
    assert "reset" in errors or "Broken pipe" in errors
    assert ssh("far", "true").returncode == 0


def test_a_host_that_refuses_or_is_off_takes_no_connection_until_it_is_back(
    far: Sshd, ssh_folder: Path
) -> None:
    far.config(ssh_folder, "far")
    far.refuse()
    assert "Connection refused" in ssh("far", "true").stderr
    far.accept()
    assert ssh("far", "true").returncode == 0
    far.stop()
    assert "Connection refused" in ssh("far", "true").stderr
    assert far.engine.get("/_ping") == "OK"
    far.start()
    assert ssh("far", "true").returncode == 0


# The line


def ping(doorway: Doorway) -> float:
    """Seconds that a request takes on a connection that is there, when the machine has time for it."""
    client = docker.APIClient(base_url=f"tcp://{doorway.address}", version="1.41", timeout=SECONDS)
    client.trust_env = False
    try:
        client.ping()
        return min(timeit.repeat(client.ping, number=1, repeat=3))
    finally:
        client.close()


def test_a_slow_line_delays_each_way_and_is_fast_again(near: PrivateEngine) -> None:
    doorway = near.doorway(near.socket_path)
    assert ping(doorway) < 0.2
    doorway.slow(100)
    assert 0.2 <= ping(doorway) < 0.4
    doorway.heal()
    assert ping(doorway) < 0.2


def test_a_slow_line_is_not_a_narrow_one(near: PrivateEngine) -> None:
    doorway = near.doorway(near.socket_path)
    doorway.slow(100)
    request = b"GET /_ping HTTP/1.1\r\nHost: engine\r\n\r\n"
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", doorway.port), timeout=SECONDS) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(50):
            line.sendall(request)
        with line.makefile("rb") as answers:
            for _ in range(50):
                while answers.readline() != b"\r\n":
                    pass
                assert answers.read(2) == b"OK"
    # one round trip to connect, and one for everything
    assert 0.4 <= time.monotonic() - begin < 4.0
    assert doorway.traffic["in"] == 50 * len(request)


def test_a_lossy_line_is_late_now_and_then(near: PrivateEngine) -> None:
    doorway = near.doorway(near.socket_path)
    doorway.slow(0, loss=0.1, seed=1)
    with socket.create_connection(("127.0.0.1", doorway.port), timeout=SECONDS) as line:
        seconds = [answer_seconds(line) for _ in range(20)]
    assert max(seconds) >= RETRANSMIT_SECONDS > min(seconds)


def test_what_a_lossy_line_loses_is_the_same_for_the_same_seed() -> None:
    line = Line()
    line.delay, line.loss = 0.1, 0.01

    def late(seed: int) -> list[float]:
        chance = random.Random(seed)
        return [line.late(1000, chance) for _ in range(1000)]

    assert late(1) == late(1) != late(2)
    assert set(late(1)) == {0.1, 0.1 + 0.2 + RETRANSMIT_SECONDS}
    assert 2 <= sum(seconds > 0.1 for seconds in late(1)) <= 25


def answer_seconds(line: socket.socket) -> float:
    """Seconds that a request takes, whose answer has room in one packet."""
    begin = time.monotonic()
    line.sendall(b"GET /_ping HTTP/1.1\r\nHost: engine\r\n\r\n")
    assert line.recv(4096).endswith(b"OK")
    return time.monotonic() - begin


def test_a_frozen_line_is_silent_and_delivers_everything_once_it_thaws(near: PrivateEngine) -> None:
    doorway = near.doorway(near.socket_path)
    with socket.create_connection(("127.0.0.1", doorway.port), timeout=SECONDS) as line:
        answer_seconds(line)
        doorway.freeze()
        line.sendall(b"GET /_ping HTTP/1.1\r\nHost: engine\r\n\r\n")
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(4096)
        doorway.thaw()
        line.settimeout(SECONDS)
        assert line.recv(4096).endswith(b"OK")


def test_a_cut_line_resets_streams_and_a_closed_doorway_is_gone(near: PrivateEngine) -> None:
    doorway = near.doorway(near.socket_path)
    with socket.create_connection(("127.0.0.1", doorway.port), timeout=SECONDS) as line:
        line.sendall(b"GET /events HTTP/1.1\r\nHost: engine\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 200")
        doorway.cut()
        with pytest.raises(ConnectionResetError):
            line.recv(4096)
    assert answers(doorway.port)
    doorway.stop()
    assert not answers(doorway.port)


def answers(port: int) -> bool:
    """Whether anybody takes a connection at this port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS).close()
    except ConnectionRefusedError:
        return False
    return True


# Podman


@pytest.fixture
def podman_api(podman: Podman) -> Iterator[docker.APIClient]:
    """The SDK's client of Podman."""
    client = docker.APIClient(base_url=podman.url, version="auto", timeout=30)
    yield client
    client.close()


def test_podman_answers_as_an_engine_does(podman_api: docker.APIClient) -> None:
    assert podman_api.ping()
    version = podman_api.version()
    assert "Podman Engine" in [part["Name"] for part in version["Components"]]
    assert version["ApiVersion"] == "1.44"
    assert [tag for image in podman_api.images() for tag in image["RepoTags"]] == [
        "docker.io/library/busybox:latest"
    ]


def test_podman_runs_a_container_that_can_be_entered_and_counted(podman_api: docker.APIClient) -> None:
    web = container(podman_api, "web", "sh", "-c", "echo hello; exec sleep 1000")
    assert [row["State"] for row in podman_api.containers()] == ["running"]
    wait_until(lambda: podman_api.logs(web) == b"hello\n")

    def entered() -> str:
        return podman_api.exec_start(podman_api.exec_create(web, ["hostname"])["Id"]).decode().strip()

    # of a program that ends before Podman listens to it, nothing is told: then it is run again
    wait_until(lambda: entered() == web[:12])
    assert podman_api.stats(web, stream=False)["pids_stats"]["current"] == 1


def test_podman_is_cleared_between_tests(podman: Podman, podman_api: docker.APIClient) -> None:
    container(podman_api, "stubborn", "sh", "-c", "sleep 1000")
    podman_api.create_volume("data")
    podman_api.create_network("front")
    container(podman_api, "beside", host={"network_mode": "front"})
    podman_api.tag("busybox", "other", "1")
    podman.stop()
    podman.clear()
    assert podman_api.containers(all=True) == []
    assert podman_api.volumes()["Volumes"] in (None, [])
    assert [network["Name"] for network in podman_api.networks()] == ["bridge"]
    assert [image["RepoTags"] for image in podman_api.images()] == [["docker.io/library/busybox:latest"]]


# The end


def test_nothing_is_left_when_the_test_process_is_killed() -> None:
    """A host with sshd, a slow doorway and a running Podman container go with the process that made them."""
    program = (
        "import sys, docker\n"
        "from tests.live.engine import PrivateEngine\n"
        "from tests.live.making import container\n"
        "engine = PrivateEngine('28.5')\n"
        "engine.start()\n"
        "far, podman = engine.sshd(), engine.podman()\n"
        "far.slow(1000)\n"
        "container(docker.APIClient(base_url=podman.url, version='1.41'), 'web')\n"
        "print(engine.folder, far.port, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            folder, port = process.stdout.readline().split()
            private = namespaces_of(Path(folder))
            assert private
            assert answers(int(port))
        finally:
            process.kill()
    wait_until(lambda: not any(found & private for found in namespaces().values()))
    wait_until(lambda: not answers(int(port)))
    wait_until(lambda: not Path(folder).exists())
    assert cgroups_of(Path(folder).name) == []
    assert Path(folder).name not in Path("/proc/mounts").read_text()
