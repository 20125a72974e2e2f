"""Running again like a container: what its inspect becomes, and the line for it."""

from __future__ import annotations

from typing import Any

import pytest

from tui.engine.runspec import RunSpec, image_hints

IMAGE = {
    "Id": "sha256:aa",
    "RepoTags": ["shop/api:2"],
    "Config": {
        "Env": ["PATH=/bin", "LANG=C"],
        "Cmd": ["serve", "--port", "80 80"],
        "Entrypoint": ["/entry"],
        "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
        "Volumes": {"/data": {}},
        "User": "app",
        "WorkingDir": "/srv",
        "Labels": {"maker": "us"},
        "Healthcheck": {"Test": ["CMD", "true"]},
    },
}


def container(config: dict[str, Any] | None = None, host: dict[str, Any] | None = None) -> dict[str, Any]:
    """The inspect of a container that asked for nothing, as Engine 20.10 answers it, with changes."""
    own = {
        **IMAGE["Config"],  # type: ignore[dict-item]
        "Hostname": "0123456789ab",
        "Image": "shop/api:2",
        "AttachStdout": False,
        "Tty": False,
        "OpenStdin": False,
        "Domainname": "",
        **(config or {}),
    }
    own_host = {
        "Binds": None,
        "LogConfig": {"Type": "json-file", "Config": {}},
        "NetworkMode": "default",
        "PortBindings": {},
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "AutoRemove": False,
        "CgroupnsMode": "private",
        "IpcMode": "private",
        "ShmSize": 67108864,
        "Runtime": "runc",
        "ConsoleSize": [0, 0],
        "Memory": 0,
        "MemorySwap": 0,
        "MemorySwappiness": None,
        "PidsLimit": None,
        "MaskedPaths": ["/proc/asound"],
        "ReadonlyPaths": ["/proc/bus"],
        **(host or {}),
    }
    return {
        "Id": "0123456789abcdef",
        "Config": own,
        "HostConfig": own_host,
        "NetworkSettings": {"Networks": {}},
    }


def again(config: dict[str, Any] | None = None, host: dict[str, Any] | None = None) -> RunSpec:
    return RunSpec.of_container(container(config, host), IMAGE)


def test_a_container_that_added_nothing_is_run_again_by_its_image_alone() -> None:
    assert again() == RunSpec("shop/api:2", detach=True)
    assert again().line().masked() == "docker run -d shop/api:2"


def test_a_place_that_is_declared_and_bound_is_said_once() -> None:
    spec = again({"Volumes": {"/data": {}, "/d": {}, "/own": {}}}, {"Binds": ["data:/d:ro"]})
    assert spec.volumes == ("data:/d:ro", "/own")


def test_env_is_run_again_byte_for_byte() -> None:
    hostile = ["A=line\nnext", "B=\x1b]52;c;x\x07", "C=\u200fabc", "D=", "E= 'x' \"y\" "]
    spec = again({"Env": ["PATH=/bin", *hostile, "LANG=de"]})
    assert spec.env == (*hostile, "LANG=de")
    assert spec.body()["Env"] == [*hostile, "LANG=de"]


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"Cmd": ["sh", "-c", "a  'b'\n"]}, """docker run -d shop/api:2 sh -c $'a  \\x27b\\x27\\n'"""),
        ({"Entrypoint": ["sh"], "Cmd": None}, "docker run -d --entrypoint sh shop/api:2"),
        ({"Entrypoint": ["sh"]}, "docker run -d --entrypoint sh shop/api:2 serve --port '80 80'"),
        ({"Entrypoint": None, "Cmd": ["ls"]}, "docker run -d --entrypoint '' shop/api:2 ls"),
        ({"User": "0", "WorkingDir": "/"}, "docker run -d -u 0 -w / shop/api:2"),
        ({"Labels": {"maker": "us", "a": "b"}}, "docker run -d -l a=b shop/api:2"),
        ({"Volumes": {"/data": {}, "/more": {}}}, "docker run -d -v /more shop/api:2"),
        ({"ExposedPorts": {"80/tcp": {}, "99/udp": {}}}, "docker run -d --expose 99/udp shop/api:2"),
        ({"Hostname": "me", "StopTimeout": 0}, "docker run -d --hostname me --stop-timeout 0 shop/api:2"),
        ({"AttachStdout": True, "OpenStdin": True, "Tty": True}, "docker run -it shop/api:2"),
        ({"Healthcheck": {"Test": ["NONE"]}}, "docker run -d --no-healthcheck shop/api:2"),
    ],
)
def test_what_differs_from_the_image_is_said_again(config: dict[str, Any], line: str) -> None:
    assert again(config).line().text() == line


@pytest.mark.parametrize(
    ("host", "options"),
    [
        ({"Memory": 536870912, "MemorySwap": 1073741824}, "-m 512m"),
        ({"Memory": 536870912, "MemorySwap": 536870912}, "-m 512m --memory-swap 536870912"),
        ({"NanoCpus": 1_500_000_000}, "--cpus 1.5"),
        ({"NanoCpus": 20_000_000_000}, "--cpus 20"),
        ({"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}, "--restart on-failure:3"),
        ({"Binds": ["a:/b:ro", "/c:/d"]}, "-v a:/b:ro -v /c:/d"),
        ({"PortBindings": {"80/tcp": [{"HostIp": "::1", "HostPort": "81"}]}}, "-p '[::1]:81:80'"),
        ({"PortBindings": {"53/udp": [{"HostIp": "", "HostPort": ""}], "80/tcp": None}}, "-p 53/udp"),
        ({"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}}, "-p 127.0.0.1::80"),
        ({"NetworkMode": "host"}, "--network host"),
        ({"NetworkMode": "bridge"}, ""),
        ({"Links": ["/db:/web/database"]}, "--link db:database"),
        ({"Privileged": True, "SecurityOpt": ["label=disable"]}, "--privileged"),
        ({"SecurityOpt": ["label=disable"]}, "--security-opt label=disable"),
        ({"MemorySwappiness": 0}, "--memory-swappiness 0"),
        ({"MaskedPaths": [], "ReadonlyPaths": []}, "--security-opt systempaths=unconfined"),
        ({"LogConfig": {"Type": "splunk", "Config": {"splunk-token": "t0k"}}}, None),
    ],
)
def test_limits_places_and_networks_are_said_again(host: dict[str, Any], options: str | None) -> None:
    line = again(None, host).line()
    if options is None:
        assert line.masked() == "docker run -d --log-driver splunk --log-opt 'splunk-token=***' shop/api:2"
    else:
        assert line.text().replace("  ", " ") == f"docker run -d {options} shop/api:2".replace("  ", " ")


def test_what_no_option_can_say_is_sent_and_named() -> None:
    spec = again(
        {"Labels": {"maker": "us", "a=b": "c"}, "Healthcheck": {"Test": ["CMD", "x"]}},
        {
            "DeviceRequests": [{"Count": -1}],
            "Mounts": [{"Type": "bind", "Target": "/x", "BindOptions": {"A": 1}}],
        },
    )
    assert set(spec.carried.unspoken()) == {"Labels", "Healthcheck", "DeviceRequests", "Mounts"}
    body = spec.body()
    assert body["Labels"] == {"a=b": "c"}
    assert body["Healthcheck"] == {"Test": ["CMD", "x"]}
    assert body["HostConfig"]["DeviceRequests"] == [{"Count": -1}]


def test_names_on_the_container_s_network_come_along_and_other_networks_are_named() -> None:
    inspect = container(None, {"NetworkMode": "back"})
    inspect["NetworkSettings"]["Networks"] = {
        "back": {"Aliases": ["db", "0123456789ab"]},
        "front": {"Aliases": None},
    }
    spec = RunSpec.of_container(inspect, IMAGE)
    assert spec.line().text() == "docker run -d --network back --network-alias db shop/api:2"
    assert spec.carried.other_networks == ("front",)
    elsewhere = RunSpec(**{**vars(spec), "network": "host"})
    assert "NetworkingConfig" not in elsewhere.body()
    assert elsewhere.line().text() == "docker run -d --network host shop/api:2"


def test_without_its_image_everything_is_repeated() -> None:
    spec = RunSpec.of_container(container(), None)
    assert spec.env == ("PATH=/bin", "LANG=C")
    assert spec.entrypoint == "/entry"
    assert spec.command == "serve --port '80 80'"
    assert spec.carried.config["Healthcheck"] == {"Test": ["CMD", "true"]}


def test_an_image_proposes_its_tag_and_hints_at_the_rest() -> None:
    assert RunSpec.of_image(IMAGE) == RunSpec("shop/api:2")
    assert RunSpec.of_image({"Id": "sha256:aa", "RepoTags": None}).image == "sha256:aa"
    assert image_hints(IMAGE) == {
        "command": "serve --port '80 80'",
        "entrypoint": "/entry",
        "env": "PATH LANG",
        "labels": "maker",
        "publish": "53/udp 80",
        "user": "app",
        "volumes": "/data",
        "workdir": "/srv",
    }
