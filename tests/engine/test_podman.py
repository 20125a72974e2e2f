"""Running again a container of Podman: what a person chose is repeated, what Podman filled in is not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tui.engine.models.podman import as_docker
from tui.engine.runspec import RunSpec, problems

IDENT = "0a" * 32
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
IMAGE: dict[str, Any] = {"Id": "sha256:" + "1b" * 32, "Config": {"Cmd": ["sh"]}}


def described(
    config: dict[str, Any] | None = None,
    host: dict[str, Any] | None = None,
    networks: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What Podman 5.8 answers for `podman create busybox`, and more."""
    return {
        "Id": IDENT,
        "Name": "/one",
        "Image": IMAGE["Id"],
        "Config": {
            "Hostname": IDENT[:12],
            "Tty": False,
            "Env": [PATH, "container=podman", "HOME=/root", f"HOSTNAME={IDENT[:12]}"],
            "Cmd": ["sh"],
            "Image": "docker.io/library/busybox:latest",
            "Volumes": None,
            "WorkingDir": "/",
            "Entrypoint": [],
            "StopSignal": "15",
            "StopTimeout": 10,
            **(config or {}),
        },
        "HostConfig": {
            "Binds": [],
            "LogConfig": {"Type": "json-file", "Config": None},
            "NetworkMode": "bridge",
            "PortBindings": {},
            "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
            "Annotations": {"io.container.manager": "libpod"},
            "CgroupnsMode": "host",
            "IpcMode": "shareable",
            "PidMode": "private",
            "UTSMode": "private",
            "ShmSize": 65_536_000,
            "Runtime": "oci",
            "MemorySwappiness": 0,
            "PidsLimit": 2048,
            "Ulimits": [],
            **(host or {}),
        },
        "NetworkSettings": {"Networks": networks or {"podman": {"Aliases": [IDENT[:12]]}}},
    }


def again(found: dict[str, Any], image: dict[str, Any] | None = IMAGE) -> str:
    """The docker line that runs another one, which a person could send as it is."""
    spec = RunSpec.of_container(as_docker(found, image), image)
    assert problems(spec) == {}
    spec.body()
    return str(spec.line()).removeprefix("docker run -d ")


def test_a_container_that_asked_for_nothing_is_repeated_with_nothing() -> None:
    assert again(described()) == "docker.io/library/busybox:latest"


def test_one_of_an_old_podman_too() -> None:
    config = {"Env": [PATH, "TERM=xterm", "container=podman"], "StopTimeout": 0}
    host = {"CapDrop": ["AUDIT_WRITE", "MKNOD", "NET_RAW"], "RestartPolicy": {"Name": ""}}
    assert again(described(config, host)) == "docker.io/library/busybox:latest"


@pytest.mark.parametrize(
    ("config", "host", "flags"),
    [
        ({"Env": [PATH, "container=podman", "A=1"]}, {}, "-e A=1"),
        ({"Env": ["TERM=screen", "HOME=/srv"]}, {}, "-e TERM=screen -e HOME=/srv"),
        ({"WorkingDir": "/tmp"}, {}, "-w /tmp"),
        ({"StopSignal": "2", "StopTimeout": 3}, {}, "--stop-signal SIGINT --stop-timeout 3"),
        ({"StopSignal": "SIGHUP"}, {}, "--stop-signal SIGHUP"),
        ({}, {"Binds": ["/etc:/e:ro,rslave,rbind"]}, "-v /etc:/e:ro,rslave"),
        ({}, {"Binds": ["data:/d:rprivate,nosuid,nodev,rbind"]}, "-v data:/d"),
        ({}, {"Binds": [f"{IDENT}:/anon:rw,rprivate,nosuid,nodev,rbind"]}, "-v /anon"),
        ({}, {"PortBindings": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}}, "-p 8080:80"),
        (
            {},
            {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}},
            "-p 127.0.0.1:8080:80",
        ),
        ({}, {"Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 2}]}, "--ulimit nofile=1:2"),
        ({}, {"Tmpfs": {"/t": "size=1m,rw,rprivate,nosuid,nodev,tmpcopyup"}}, "--tmpfs /t:size=1m"),
        ({}, {"CapDrop": ["AUDIT_WRITE", "CHOWN", "MKNOD", "NET_RAW"]}, "--cap-drop CHOWN"),
        ({}, {"CapDrop": ["MKNOD"]}, "--cap-drop MKNOD"),
        ({}, {"PidsLimit": 50, "ShmSize": 1_048_576}, "--shm-size 1048576 --pids-limit 50"),
        ({}, {"NanoCpus": 500_000_000, "CpuPeriod": 100_000, "CpuQuota": 50_000}, "--cpus 0.5"),
        ({}, {"PidMode": "host", "IpcMode": "host"}, "--pid host --ipc host"),
    ],
)
def test_what_a_person_chose_is_repeated(config: dict[str, Any], host: dict[str, Any], flags: str) -> None:
    assert again(described(config, host)) == f"{flags} docker.io/library/busybox:latest"


def test_a_container_on_a_network_goes_back_to_that_network() -> None:
    uses = {"back": {"Aliases": [IDENT[:12], "web"]}, "podman": {"Aliases": [IDENT[:12]]}}
    found = described({"Hostname": "web"}, networks=uses)
    spec = RunSpec.of_container(as_docker(found, IMAGE), IMAGE)
    assert (spec.network, spec.carried.other_networks) == ("back", ("bridge",))
    assert spec.carried.aliases == ()


def test_a_container_without_a_network_stays_so() -> None:
    found = described(host={"NetworkMode": "none"})
    found["NetworkSettings"] = {"Networks": None}
    assert again(found) == "--network none docker.io/library/busybox:latest"


def test_the_root_directory_is_repeated_where_the_image_has_another() -> None:
    image = {"Config": {"Cmd": ["sh"], "WorkingDir": "/app"}}
    assert again(described(), image) == "-w / docker.io/library/busybox:latest"


def test_what_podman_said_stays_as_it_is() -> None:
    found = described(host={"Binds": ["data:/d:rprivate"], "Ulimits": [{"Name": "RLIMIT_CORE"}]})
    before = copy.deepcopy(found)
    as_docker(found, None)
    assert found == before
