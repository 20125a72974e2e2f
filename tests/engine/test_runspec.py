"""Run specifications, held against what the docker CLI really sends."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tui.engine.carried import Carried
from tui.engine.runspec import RunSpec, image_hints, problems, warnings

needs_cli = pytest.mark.skipif(shutil.which("docker") is None, reason="the docker CLI is not installed")


class Recorder(socketserver.ThreadingUnixStreamServer):
    """A unix socket that answers as an Engine would, and refuses every creation after keeping it."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), RecordingHandler)
        self.url = f"unix://{path}"
        self.created: list[tuple[str, dict[str, Any]]] = []

    def cli_sends(self, *args: str) -> tuple[str, dict[str, Any]]:
        """The name and the body of what the docker CLI asks for."""
        self.created.clear()
        done = subprocess.run(
            ["docker", *args],
            env={**os.environ, "DOCKER_HOST": self.url, "WHARF_TEST": "from outside"},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert self.created, done.stderr
        return self.created[0]


class RecordingHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.answer(200, b"OK")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = parse_qs(urlsplit(self.path).query).get("name", [""])[0]
        self.server.created.append((name, body))
        self.answer(409, b'{"message": "kept"}')

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("OSType", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    with Recorder(tmp_path_factory.mktemp("cli") / "s") as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def in_effect(body: dict[str, Any]) -> dict[str, Any]:
    """A body without what says the same as silence."""
    host = body.get("HostConfig", {})
    silence = {"NetworkMode": "default", "ConsoleSize": [0, 0], "MemorySwappiness": -1}
    host = {key: value for key, value in host.items() if value and silence.get(key) != value}
    host["RestartPolicy"] = {key: value for key, value in host["RestartPolicy"].items() if value}
    if not host.get("LogConfig", {}).get("Type"):
        host.pop("LogConfig", None)
    endpoints = body.get("NetworkingConfig", {}).get("EndpointsConfig", {})
    aliases = {name: place["Aliases"] for name, place in endpoints.items() if (place or {}).get("Aliases")}
    body = {key: value for key, value in body.items() if value and key != "NetworkingConfig"}
    # the CLI keeps no order of these; of one variable the last counts
    host["Binds"] = sorted(host.get("Binds", ()))
    body["Env"] = {item.partition("=")[0]: item for item in body.get("Env", ())}
    return {**body, "HostConfig": host, "aliases": aliases}


SPECS = {
    "nothing": RunSpec(),
    "interactive": RunSpec(interactive=True),
    "a terminal": RunSpec(tty=True),
    "in the background": RunSpec(detach=True),
    "in the background with stdin": RunSpec(detach=True, interactive=True, tty=True),
    "removed": RunSpec(remove=True, restart="no"),
    "named": RunSpec(name="web-1"),
    "a command with quotes": RunSpec(command="sh -c 'echo \"a  b\"; exit 3' ''"),
    "a command with options": RunSpec(command="-d --name x"),
    "ports": RunSpec(
        publish=("8080:80", "53:53/udp", "127.0.0.1:9000-9002:9000-9002", "443", "[::1]:81:81", "0:84")
    ),
    "more ports": RunSpec(
        publish=("127.0.0.1::82", "7000-7010:83", "80-82", "8081:80/TCP", "::1:85:85", ":86", "87:87/sctp")
    ),
    "one port twice": RunSpec(publish=("8080:80", "8081:80")),
    "volumes": RunSpec(
        volumes=("data:/data", "/srv/www:/www:ro", "/anonymous", "data:/d:ro,z", "/a:/b:rslave")
    ),
    "env": RunSpec(
        env=("A=1", "B=", "C=x y", "A=2", "WHARF_TEST", "WHARF_MISSING", "D=line\nnext\x1b\u200f", "E=a=b")
    ),
    "labels": RunSpec(labels=("a=b", "c", "d=e=f", "a=z", "e=")),
    "host network": RunSpec(network="host", publish=("80:80",)),
    "own network": RunSpec(network="back-end"),
    "another's network": RunSpec(network="container:db"),
    "restart always": RunSpec(restart="always"),
    "restart three times": RunSpec(restart="on-failure:3"),
    "restart on failure": RunSpec(restart="on-failure"),
    "restart unless stopped": RunSpec(restart="unless-stopped"),
    "memory in m": RunSpec(memory="512m"),
    "memory with a point": RunSpec(memory="1.5g"),
    "memory in MiB": RunSpec(memory="64MiB"),
    "memory in bytes": RunSpec(memory="8000000"),
    "no memory limit": RunSpec(memory="0"),
    "half a processor": RunSpec(cpus=".5"),
    "many processors": RunSpec(cpus="1.123456789"),
    "user and directory": RunSpec(user="1000:1000", workdir="/srv/x"),
    "entrypoint": RunSpec(entrypoint="sh", command="-c true"),
    "no entrypoint": RunSpec(entrypoint='""', command="ls"),
    "an entrypoint with a space": RunSpec(entrypoint="'/bin/my sh'"),
    "what is carried": RunSpec(
        network="back-end",
        carried=Carried(
            config={
                "Hostname": "h",
                "StopTimeout": 0,
                "StopSignal": "INT",
                "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 1_500_000_000, "Retries": 2},
            },
            host={
                "CapAdd": ["CAP_NET_ADMIN"],
                "Init": True,
                "Privileged": True,
                "ShmSize": 1024,
                "Tmpfs": {"/t": "size=1m", "/u": ""},
                "Sysctls": {"net.ipv4.ip_forward": "1"},
                "Ulimits": [{"Name": "nofile", "Soft": 10, "Hard": 20}],
                "Devices": [
                    {"PathOnHost": "/dev/null", "PathInContainer": "/dev/n", "CgroupPermissions": "r"}
                ],
                "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
                "ExtraHosts": ["a:1.2.3.4"],
                "Links": ["db:database"],
                "Mounts": [{"Type": "volume", "Source": "v", "Target": "/v", "ReadOnly": True}],
                "MaskedPaths": [],
                "ReadonlyPaths": [],
                "PidsLimit": 5,
                "MemorySwap": -1,
            },
            aliases=("front",),
            exposed=("90/tcp", "91/udp"),
        ),
    ),
}


@needs_cli
@pytest.mark.parametrize("create_only", [False, True], ids=["run", "create"])
@pytest.mark.parametrize("which", SPECS)
def test_the_request_is_what_the_cli_sends_for_the_shown_line(
    recorder: Recorder, which: str, create_only: bool
) -> None:
    spec = RunSpec(**{**vars(SPECS[which]), "image": "shop/api:2"})
    if spec.interactive and spec.tty and not (spec.detach or create_only):
        pytest.skip("the CLI asks for a real terminal")
    name, sent = recorder.cli_sends(*spec.line(create_only).argv(masked=False)[1:])
    ours = spec.body(create_only, environ={"WHARF_TEST": "from outside"})
    wanted, made = in_effect(sent), in_effect(ours)
    if which == "what is carried":
        assert "CAP_NET_ADMIN" in wanted["HostConfig"]["CapAdd"]
    # systempaths=unconfined is said by two empty lists, which look like silence
    for key in ("MaskedPaths", "ReadonlyPaths"):
        assert (sent["HostConfig"].get(key) == []) == (ours["HostConfig"].get(key) == [])
    assert made == wanted
    assert name == spec.name


def test_an_entrypoint_of_several_words_runs_the_same_process_as_its_line() -> None:
    spec = RunSpec(image="busybox", entrypoint="sh -c", command="'echo hi'")
    assert spec.line().text() == "docker run --entrypoint sh busybox -c 'echo hi'"
    body = spec.body()
    assert body["Entrypoint"] + body["Cmd"] == ["sh", "-c", "echo hi"]


def test_the_line_reads_as_people_write_it() -> None:
    spec = RunSpec("nginx:1.27", name="web", detach=True, interactive=True, tty=True, publish=("8080:80",))
    assert spec.line().masked() == "docker run -d -it --name web -p 8080:80 nginx:1.27"
    assert spec.line(create_only=True).masked() == "docker create -it --name web -p 8080:80 nginx:1.27"


def test_secrets_of_env_and_labels_are_masked_in_the_line_and_sent_in_the_body() -> None:
    spec = RunSpec("db", env=("PGPASSWORD=hunter2", "LANG=C"), labels=("api-token=t0k",))
    assert spec.line().masked() == "docker run -e 'PGPASSWORD=***' -e LANG=C -l 'api-token=***' db"
    assert spec.body()["Env"] == ["PGPASSWORD=hunter2", "LANG=C"]


def test_a_relative_folder_starts_where_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert RunSpec("busybox", volumes=("./www:/www:ro",)).body()["HostConfig"]["Binds"] == [
        f"{tmp_path}/www:/www:ro"
    ]


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


@pytest.mark.parametrize(
    ("spec", "field", "word"),
    [
        (RunSpec(), "image", "needed"),
        (RunSpec("a", command="echo 'x"), "command", "quote"),
        (RunSpec("a", env=("A=1", "=2")), "env", "missing"),
        (RunSpec("a", remove=True, restart="always"), "restart", "--rm"),
        (RunSpec("a", publish=("8080:80", "8080:81")), "publish", "8080 is published twice"),
        (RunSpec("a", publish=("8080-8082:80-82", "127.0.0.1:8081:90")), "publish", "8081"),
        (RunSpec("a", publish=("80:80",), network="container:db"), "publish", "another"),
        (RunSpec("a", volumes=("x:/data", "/data/")), "volumes", "/data"),
    ],
)
def test_what_cannot_be_run_is_said_under_its_field(spec: RunSpec, field: str, word: str) -> None:
    found = problems(spec)
    assert list(found) == [field]
    assert word in found[field]


@pytest.mark.parametrize(
    "spec",
    [
        RunSpec("a", remove=True, restart="no"),
        RunSpec("a", publish=("8080:80", "8080:80/udp")),
        RunSpec("a", publish=("127.0.0.1:80:80", "127.0.0.2:80:80")),
        RunSpec("a", publish=("80", "80", "0:80")),
        RunSpec("a", tty=True, detach=True),
    ],
)
def test_what_can_be_run_has_no_problem(spec: RunSpec) -> None:
    assert problems(spec) == {}


def test_publishing_on_the_host_s_network_is_a_warning_only() -> None:
    spec = RunSpec("a", network="host", publish=("80:80",))
    assert problems(spec) == {}
    assert "host" in warnings(spec)["publish"]
    assert warnings(RunSpec("a", publish=("80:80",))) == {}
