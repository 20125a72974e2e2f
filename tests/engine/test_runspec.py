"""Run specifications, held against what the docker CLI really sends."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli import docker_cli
from tui.engine.carried import Carried
from tui.engine.runspec import RunSpec, problems, warnings

needs_cli = pytest.mark.live
"""The CLI comes from an Engine's tree where the machine has none."""


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
            [*docker_cli(), *args],
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
        publish=("127.0.0.1::82", "7000-7010:83", "80-82", "8081:80/TCP", ":86", "87:87/sctp")
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
