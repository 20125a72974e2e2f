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
from tui.engine import known
from tui.engine.endpoint import (
    DEFAULT_URL,
    Endpoint,
    EndpointError,
    TLSFiles,
    address,
    config_dir,
    context_endpoint,
    context_names,
    docker_config,
    resolution,
    resolve,
)
from tui.engine.places import config_home, state_dir

Env = dict[str, str]
real_cli = pytest.mark.live
"""The CLI comes from an Engine's tree where the machine has none."""


CA = """\
-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUMR5Fa+S2+woxRvWIJvZMbGi+JakwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyNDExNDQyNFoYDzIxMjYxMDMxMTE0
NDI0WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQtSrLsuSOJ1ceYVuabecl+qzPvuFXSu1lI1Z4dzEC6gzmLaLZsmLmh5cWSeppB
NoRacVbbje5rLRz9H0TMIOOso1MwUTAdBgNVHQ4EFgQU78p02ffEoyIGKMFkNtAI
6lHNStIwHwYDVR0jBBgwFoAU78p02ffEoyIGKMFkNtAI6lHNStIwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAgG1/02Me5Zru6NhXjXq+ijWEo4Ip1
+4k8M35lZmJQkAIhAMLXP6Xy+GZFO8IZsplXx9ceJ7SpwKCfLUD+Jvv8Q0jN
-----END CERTIFICATE-----
"""
"""An authority that signs nothing; the CLI reads it before it looks for an Engine."""


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


def test_without_anything_it_is_the_local_socket(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "silence", lambda path: "")
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


def test_a_context_that_gives_up_verifying_is_encrypted_without_any_file(env: Env) -> None:
    make_context(env, "lax", "tcp://127.0.0.1:5", skip_verify=True)
    found = context_endpoint("lax", "test", env=env)
    assert found.tls == TLSFiles(None, None, None, verify=False)
    assert (found.plain, found.unverified) == (False, True)


def test_certificates_mean_nothing_to_a_socket(env: Env) -> None:
    make_context(env, "here", "unix:///x.sock", "ca.pem", skip_verify=True)
    assert context_endpoint("here", "test", env=env).tls is None


@pytest.mark.parametrize(
    ("more", "verify"), [({"DOCKER_TLS_VERIFY": "1"}, True), ({"DOCKER_TLS": "1"}, False)]
)
def test_the_environments_tls_files_are_found(env: Env, more: Env, verify: bool) -> None:
    folder = Path(env["HOME"]) / "certs"
    folder.mkdir()
    (folder / "ca.pem").write_text("x")
    found = resolve("tcp://127.0.0.1:5", env={**env, **more, "DOCKER_CERT_PATH": str(folder)})
    assert found.tls == TLSFiles(str(folder / "ca.pem"), None, None, verify)
    for name in ("ca.pem", "key.pem"):
        (Path(env["DOCKER_CONFIG"]) / name).write_text("x")
    elsewhere = resolve("tcp://127.0.0.1:5", env={**env, **more})
    own = env["DOCKER_CONFIG"]
    assert elsewhere.tls == TLSFiles(f"{own}/ca.pem", None, f"{own}/key.pem", verify)


@pytest.mark.parametrize("flags", [{"host": "tcp://127.0.0.1:5"}, {"host": "http://127.0.0.1:5"}, {}])
def test_verifying_without_anything_to_verify_with_is_an_error(env: Env, flags: dict[str, str]) -> None:
    more = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": f"{env['HOME']}/none"}
    with pytest.raises(
        EndpointError, match=r"DOCKER_TLS_VERIFY is set, but there is no .*/none/ca.pem"
    ) as caught:
        resolve(flags.get("host"), env={**env, **more})
    assert "\n" not in str(caught.value)


@real_cli
@pytest.mark.parametrize("more", [{}, {"DOCKER_HOST": "tcp://127.0.0.1:5"}])
def test_verifying_without_anything_to_verify_with_is_an_error_for_the_docker_cli(
    env: Env, more: Env
) -> None:
    env = {**env, **more, "DOCKER_TLS_VERIFY": "1"}
    with pytest.raises(EndpointError):
        resolve(env=env)
    assert "ca.pem: no such file or directory" in docker(env, "version").stderr


@real_cli
@pytest.mark.parametrize(
    "more",
    [{}, {"DOCKER_HOST": "tcp://127.0.0.1"}, {"DOCKER_CONTEXT": "default"}, {"DOCKER_CONTEXT": "other"}],
)
def test_with_tls_in_the_environment_the_address_is_the_docker_clis(contexts: Env, more: Env) -> None:
    env = {**contexts, **more, "DOCKER_TLS": "1"}
    (Path(env["DOCKER_CONFIG"]) / "config.json").unlink()
    (Path(env["DOCKER_CONFIG"]) / "ca.pem").write_text(CA)
    found = resolve(env=env)
    assert found.url == where_the_cli_goes(env)
    assert found.unverified == (not found.local)


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


@pytest.mark.parametrize("url", ["ssh://me@dock", "ssh://Alias:2222/run/other.sock"])
def test_an_ssh_address_is_kept_as_it_is(url: str) -> None:
    found = resolve(url, env={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/nonexistent"})
    assert (found.url, found.ssh, found.local, found.tls) == (url, True, False, None)


@pytest.mark.parametrize("url", ["ssh://", "ssh://-oProxyCommand=x", "ssh://me:secret@dock"])
def test_an_ssh_address_that_ssh_must_not_be_given_is_one_clear_line(url: str) -> None:
    with pytest.raises(EndpointError, match="is no address of an Engine") as caught:
        address(url)
    assert "\n" not in str(caught.value)


def test_an_address_with_certificates_is_never_one_in_the_clear() -> None:
    files = TLSFiles("/ca.pem", None, None)
    assert address("http://dock", files) == "https://dock:2376"
    assert address("tcp://dock", files) == "tcp://dock:2376"
    assert address(" tcp://dock ") == "tcp://dock:2375"


# How it is reached


@pytest.mark.parametrize(
    ("url", "verify", "plain", "unverified"),
    [
        ("unix:///x", None, False, False),
        ("ssh://dock", None, False, False),
        ("tcp://dock:1", None, True, False),
        ("http://dock:1", None, True, False),
        ("https://dock:1", None, False, False),
        ("tcp://dock:1", True, False, False),
        ("tcp://dock:1", False, False, True),
        ("https://dock:1", False, False, True),
    ],
)
def test_what_is_not_encrypted_and_what_is_not_verified_is_known(
    url: str, verify: bool | None, plain: bool, unverified: bool
) -> None:
    tls = None if verify is None else TLSFiles(None, None, None, verify)
    endpoint = Endpoint(url, "", "test", tls)
    assert (endpoint.plain, endpoint.unverified) == (plain, unverified)


@pytest.mark.parametrize(
    ("context", "source", "flags"),
    [
        ("default", "default", ()),
        ("", "DOCKER_HOST", ()),
        ("web", "DOCKER_CONTEXT", ()),
        ("web", "config.json", ()),
        ("demo", "--demo", ()),
        ("demo", "test", ()),
        ("web", "--context", ("-c", "web")),
        ("web", "chosen", ("-c", "web")),
        ("default", "chosen", ("-c", "default")),
        ("", "--host", ("-H", "unix:///x")),
        ("", "found: Colima", ("-H", "unix:///x")),
    ],
)
def test_docker_is_given_what_it_does_not_find_by_itself(
    context: str, source: str, flags: tuple[str, ...]
) -> None:
    assert Endpoint("unix:///x", context, source).flags == flags


# What was tried


def test_what_was_tried_is_told_in_order_with_what_was_chosen(contexts: Env) -> None:
    env = {**contexts, "DOCKER_HOST": "unix:///e.sock"}
    looked = resolution(None, "other", env=env)
    assert [(step.what, step.value, step.chosen) for step in looked.steps] == [
        ("--host", "", False),
        ("--context", "other", True),
        ("DOCKER_HOST", "unix:///e.sock", False),
        ("DOCKER_CONTEXT", "", False),
        ("config.json", "current", False),
        ("default", "", False),
    ]
    assert [step.why for step in looked.steps][1:4] == [
        "the first that names one",
        "--context comes first",
        "not set",
    ]
    assert looked.found == resolve(None, "other", env=env)


def test_what_was_tried_is_told_of_an_error_too(env: Env) -> None:
    looked = resolution(env={**env, "DOCKER_CONTEXT": "gone"})
    assert isinstance(looked.found, EndpointError)
    assert [step.what for step in looked.steps if step.chosen] == ["DOCKER_CONTEXT"]


SHOWN: list[tuple[Env, tuple[str, ...]]] = [
    ({}, ()),
    ({"DOCKER_CONTEXT": "other"}, ()),
    ({"DOCKER_CONTEXT": "default"}, ()),
    ({"DOCKER_HOST": "unix:///tmp/e.sock"}, ()),
    ({"DOCKER_HOST": "unix:///tmp/e.sock", "DOCKER_CONTEXT": "other"}, ()),
    ({"DOCKER_HOST": "unix:///tmp/e.sock"}, ("--context", "other")),
    ({"DOCKER_CONTEXT": "other"}, ("--host", "unix:///tmp/e.sock")),
    ({"DOCKER_CONTEXT": "other"}, ("--context", "")),
    ({"DOCKER_CONTEXT": "other"}, ("--host", "")),
]


@real_cli
@pytest.mark.parametrize(("more", "flags"), SHOWN)
def test_the_context_is_the_one_that_the_docker_cli_shows(
    contexts: Env, more: Env, flags: tuple[str, ...]
) -> None:
    env = {**contexts, **more}
    given = {name.removeprefix("--"): value for name, value in zip(flags[::2], flags[1::2], strict=True)}
    found = resolve(given.get("host"), given.get("context"), env=env)
    assert (found.context or "default") == docker(env, *flags, "context", "show").stdout.strip()


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
