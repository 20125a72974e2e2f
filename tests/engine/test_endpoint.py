"""Where the Engine is found: the same place as the docker CLI finds it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli import docker_cli
from tui.engine.endpoint import (
    DEFAULT_URL,
    Endpoint,
    EndpointError,
    TLSFiles,
    config_dir,
    context_endpoint,
    context_names,
    docker_config,
    resolve,
)
from tui.engine.places import config_home, state_dir

Env = dict[str, str]
real_cli = pytest.mark.live
"""The CLI comes from an Engine's tree where the machine has none."""


def docker(env: Env, *args: str) -> subprocess.CompletedProcess[str]:
    """The real docker CLI, which finds no Engine at any of these addresses."""
    whole = {"PATH": os.environ["PATH"], "HOME": env["HOME"], **env}
    return subprocess.run(
        [*docker_cli(), *args], env=whole, capture_output=True, text=True, timeout=20, check=False
    )


@pytest.fixture
def env(tmp_path: Path) -> Env:
    """An environment with a folder of its own for the docker CLI."""
    (tmp_path / "docker").mkdir()
    return {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}


def make_context(env: Env, name: str, url: str, *tls: str, skip_verify: bool = False) -> None:
    """A context as `docker context create` leaves it, with these TLS files."""
    folder = Path(env["DOCKER_CONFIG"]) / "contexts"
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "meta" / digest / "meta.json"
    meta.parent.mkdir(parents=True)
    endpoint = {"Host": url, "SkipTLSVerify": skip_verify}
    meta.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    for file in tls:
        path = folder / "tls" / digest / "docker" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file)


@pytest.fixture
def contexts(env: Env) -> Env:
    """Two contexts, of which "current" is the current one."""
    make_context(env, "current", f"unix://{env['HOME']}/current.sock")
    make_context(env, "other", f"unix://{env['HOME']}/other.sock")
    (Path(env["DOCKER_CONFIG"]) / "config.json").write_text('{"currentContext": "current"}')
    return env


def where_the_cli_goes(env: Env, *flags: str) -> str:
    """The address that the docker CLI complains about, "" when it knows no such context."""
    error = docker(env, *flags, "version").stderr
    found = re.search(r"daemon at (\S+?)\. Is the docker daemon running", error)
    return found.group(1) if found else ""


CASES: list[tuple[Env, dict[str, str], str]] = [
    ({}, {}, "--"),
    ({}, {"host": "unix:///tmp/h.sock"}, "--host"),
    ({}, {"context": "other"}, "--context"),
    ({"DOCKER_HOST": "unix:///tmp/e.sock"}, {}, "DOCKER_HOST"),
    ({"DOCKER_HOST": "unix:///tmp/e.sock", "DOCKER_CONTEXT": "other"}, {}, "DOCKER_HOST"),
    ({"DOCKER_HOST": "unix:///tmp/e.sock"}, {"context": "other"}, "--context"),
    ({"DOCKER_HOST": "unix:///tmp/e.sock"}, {"host": "unix:///tmp/h.sock"}, "--host"),
    ({"DOCKER_HOST": "unix:///tmp/e.sock"}, {"context": "default"}, "DOCKER_HOST"),
    ({"DOCKER_CONTEXT": "other"}, {}, "DOCKER_CONTEXT"),
    ({"DOCKER_CONTEXT": "other"}, {"context": "current"}, "--context"),
    ({"DOCKER_CONTEXT": "other"}, {"host": "unix:///tmp/h.sock"}, "--host"),
    ({"DOCKER_HOST": "", "DOCKER_CONTEXT": ""}, {}, "--"),
    ({}, {"host": "tcp://127.0.0.1"}, "--host"),
    ({}, {"host": "tcp://"}, "--host"),
    ({}, {"host": "127.0.0.1:1"}, "--host"),
    ({}, {"host": ":1"}, "--host"),
]


@real_cli
@pytest.mark.parametrize(("more", "flags", "source"), CASES)
def test_the_address_is_the_one_that_the_docker_cli_takes(
    contexts: Env, more: Env, flags: dict[str, str], source: str
) -> None:
    env = {**contexts, **more}
    options = [word for name, value in flags.items() for word in (f"--{name}", value)]
    found = resolve(flags.get("host"), flags.get("context"), env=env)
    assert found.url == where_the_cli_goes(env, *options)
    assert found.source == ("config.json" if source == "--" else source)


@real_cli
def test_an_empty_socket_path_is_the_default_socket_as_for_the_docker_cli() -> None:
    assert resolve("unix://", env={}).url == DEFAULT_URL


@real_cli
@pytest.mark.parametrize("more", [{"DOCKER_CONTEXT": "nope"}, {}])
def test_a_missing_context_is_an_error_as_for_the_docker_cli(env: Env, more: Env) -> None:
    flag = None if more else "nope"
    assert where_the_cli_goes({**env, **more}, *([] if more else ["--context", "nope"])) == ""
    with pytest.raises(EndpointError, match="there is no docker context named 'nope'") as caught:
        resolve(None, flag, env={**env, **more})
    assert "\n" not in str(caught.value)


def test_a_current_context_that_is_gone_is_an_error(env: Env) -> None:
    (Path(env["DOCKER_CONFIG"]) / "config.json").write_text('{"currentContext": "gone"}')
    with pytest.raises(EndpointError, match=r"'gone' \(asked for by config.json\)"):
        resolve(env=env)


def test_host_and_context_together_are_refused(env: Env) -> None:
    with pytest.raises(EndpointError, match="not both"):
        resolve("unix:///x", "other", env=env)


def test_without_anything_it_is_the_local_socket(env: Env) -> None:
    assert resolve(env=env) == Endpoint(DEFAULT_URL, "default", "default")
    for current in ('{"currentContext": "default"}', '{"currentContext": ""}', "{", "[]"):
        (Path(env["DOCKER_CONFIG"]) / "config.json").write_text(current)
        assert resolve(env=env).url == DEFAULT_URL


def test_a_context_is_known_by_its_name_and_a_url_by_itself(contexts: Env) -> None:
    context = resolve(None, "other", env=contexts, read_only=True)
    assert (context.name, context.context, context.read_only) == ("other", "other", True)
    assert (context.local, context.socket_path) == (True, f"{contexts['HOME']}/other.sock")
    by_url = resolve("tcp://10.0.0.1:2375", env=contexts)
    assert (by_url.name, by_url.context, by_url.local, by_url.socket_path) == (by_url.url, "", False, "")
    assert not by_url.read_only


def test_all_contexts_are_listed_default_first(contexts: Env) -> None:
    assert context_names(contexts) == ["default", "current", "other"]
    broken = Path(contexts["DOCKER_CONFIG"]) / "contexts" / "meta" / "00"
    broken.mkdir()
    (broken / "meta.json").write_text("{")
    assert context_names(contexts) == ["default", "current", "other"]


@pytest.mark.parametrize("meta", ["{", "[]", "{}", '{"Endpoints": {"docker": {}}}', '{"Endpoints": null}'])
def test_a_context_that_cannot_be_read_is_one_clear_line(contexts: Env, meta: str) -> None:
    for path in Path(contexts["DOCKER_CONFIG"]).glob("contexts/meta/*/meta.json"):
        path.write_text(meta)
    with pytest.raises(EndpointError, match="the docker context 'other' cannot be read"):
        resolve(None, "other", env=contexts)


# TLS


def test_the_tls_files_of_a_context_are_found(env: Env) -> None:
    make_context(env, "secure", "tcp://127.0.0.1", "ca.pem", "cert.pem", "key.pem")
    found = context_endpoint("secure", "test", env=env)
    assert found.url == "tcp://127.0.0.1:2376"
    assert found.tls is not None
    assert found.tls.verify
    paths = (found.tls.ca, found.tls.cert, found.tls.key)
    assert [Path(path or "").read_text() for path in paths] == ["ca.pem", "cert.pem", "key.pem"]


def test_a_context_may_give_up_verifying(env: Env) -> None:
    make_context(env, "lax", "tcp://127.0.0.1:5", "ca.pem", skip_verify=True)
    found = context_endpoint("lax", "test", env=env)
    assert found.tls is not None
    assert (found.tls.verify, found.tls.cert, found.tls.key) == (False, None, None)
    assert found.url == "tcp://127.0.0.1:5"


@real_cli
def test_the_docker_cli_lists_the_same_contexts(contexts: Env) -> None:
    listed = docker(contexts, "context", "ls", "--format", "{{.Name}} {{.DockerEndpoint}}").stdout.split("\n")
    ours = [f"{name} {context_endpoint(name, '', env=contexts).url}" for name in context_names(contexts)]
    assert sorted(ours) == sorted(filter(None, listed))


def test_a_context_without_tls_files_has_no_tls(contexts: Env) -> None:
    assert resolve(env=contexts).tls is None


@pytest.mark.parametrize(
    ("more", "verify"), [({"DOCKER_TLS_VERIFY": "1"}, True), ({"DOCKER_TLS": "1"}, False)]
)
def test_the_environments_tls_files_are_found(env: Env, more: Env, verify: bool) -> None:
    folder = Path(env["HOME"]) / "certs"
    folder.mkdir()
    (folder / "ca.pem").write_text("x")
    found = resolve("tcp://127.0.0.1", env={**env, **more, "DOCKER_CERT_PATH": str(folder)})
    assert found.tls == TLSFiles(str(folder / "ca.pem"), None, None, verify)
    assert found.url == "tcp://127.0.0.1:2376"
    (Path(env["DOCKER_CONFIG"]) / "key.pem").write_text("x")
    elsewhere = resolve("tcp://127.0.0.1:5", env={**env, **more})
    assert elsewhere.tls == TLSFiles(None, None, f"{env['DOCKER_CONFIG']}/key.pem", verify)


# Addresses


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("/run/docker.sock", "unix:///run/docker.sock"),
        ("unix:///run/docker.sock", "unix:///run/docker.sock"),
        ("tcp://dock:1234", "tcp://dock:1234"),
        ("dock:1234", "tcp://dock:1234"),
        ("tcp://[::1]", "tcp://[::1]:2375"),
        ("tcp://[::1]:9", "tcp://[::1]:9"),
        ("https://dock", "https://dock:2376"),
        ("tcp://dock/path/", "tcp://dock:2375/path"),
    ],
)
def test_an_address_is_completed(url: str, whole: str) -> None:
    assert resolve(url, env={}).url == whole


@pytest.mark.parametrize("url", ["npipe:////./pipe/docker", "fd://", "ftp://x", "tcp://x:port", "tcp://[::1"])
def test_an_address_nobody_can_speak_to_is_one_clear_line(url: str) -> None:
    with pytest.raises(EndpointError, match="is no address of an Engine") as caught:
        resolve(url, env={})
    assert "\n" not in str(caught.value)


def test_ssh_is_refused_with_the_line_to_type() -> None:
    with pytest.raises(EndpointError, match="ssh -NL") as caught:
        resolve("ssh://me@dock", env={})
    assert "\n" not in str(caught.value)


# Folders


def test_folders_follow_the_environment(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert config_dir(home) == tmp_path / ".docker"
    assert config_dir({**home, "DOCKER_CONFIG": "/etc/d"}) == Path("/etc/d")
    assert config_home(home) == tmp_path / ".config"
    assert config_home({**home, "XDG_CONFIG_HOME": "/c"}) == Path("/c")
    assert state_dir(home) == tmp_path / ".local/state/wharf"
    assert state_dir({**home, "XDG_STATE_HOME": "/s"}) == Path("/s/wharf")
    assert docker_config(home) == {}
