"""Wharf and the real docker CLI keep contexts in the same files: each reads what the other wrote."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli import docker_cli
from tests.pem import CERT, KEY
from tui.engine import contexts
from tui.engine.context_draft import ContextError, Draft
from tui.engine.endpoint import context_endpoint
from tui.engine.lines import docker

pytestmark = pytest.mark.live
"""The CLI comes from an Engine's tree where the machine has none; no Engine is asked."""

Env = dict[str, str]
HOSTILE = '<quay> & "north" \x1b]52;c;AA\x07 [/x] \u202e\u2028 é ⚓'


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}


@pytest.fixture
def pem(tmp_path: Path) -> dict[str, str]:
    """CA, certificate and key, in files whose names want quoting."""
    found = {}
    for field, content in (("ca", CERT), ("cert", CERT), ("key", KEY)):
        path = tmp_path / f'{field}, the "good" one.pem'
        path.write_text(content)
        found[field] = str(path)
    return found


def cli(env: Env, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*docker_cli(), *args], env=env, capture_output=True, text=True, timeout=20, check=False
    )


def said(env: Env, *args: str) -> str:
    done = cli(env, *args)
    assert done.returncode == 0, done.stderr
    return done.stdout


def inspected(env: Env, name: str) -> Any:
    [found] = json.loads(said(env, "context", "inspect", name))
    return found


def listed(env: Env) -> dict[str, tuple[str, str, bool, str]]:
    """Description, address, whether it is current, and what is wrong, by name."""
    rows = map(json.loads, said(env, "context", "ls", "--format", "json").splitlines())
    return {
        row["Name"]: (row["Description"], row["DockerEndpoint"], row["Current"], row["Error"]) for row in rows
    }


def ours(env: Env) -> dict[str, tuple[str, str, bool, str]]:
    """The same of what Wharf reads."""
    return {one.name: (one.description, one.url, one.current, one.broken) for one in contexts.contexts(env)}


def stored(env: Env) -> dict[str, tuple[int, bytes | None]]:
    """Mode and content of all that is stored about contexts."""
    root = Path(env["DOCKER_CONFIG"]) / "contexts"
    return {
        str(path.relative_to(root)): (path.stat().st_mode, None if path.is_dir() else path.read_bytes())
        for path in root.rglob("*")
    }


DRAFTS = (
    Draft("web", "ssh://ann@web:2222/run/docker.sock"),
    Draft("local.two", "unix:///run/a,b.sock", HOSTILE),
    Draft("plain+tcp", "tcp://10.0.0.1:2375", "plain"),
    Draft("skip", "tcp://10.0.0.1:2376", skip_verify=True),
)


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.name)
def test_wharf_writes_what_the_line_it_shows_writes(env: Env, tmp_path: Path, draft: Draft) -> None:
    there = {**env, "DOCKER_CONFIG": str(tmp_path / "theirs")}
    said(there, "context", "create", *contexts.options(draft), draft.name)
    contexts.create(draft, env)
    assert stored(env) == stored(there)
    assert listed(env) == listed(there)


def test_tls_files_and_their_modes_are_those_of_the_cli(
    env: Env, tmp_path: Path, pem: dict[str, str]
) -> None:
    there = {**env, "DOCKER_CONFIG": str(tmp_path / "theirs")}
    draft = Draft("pier", "tcp://10.0.0.1:2376", "the pier", **pem)
    # the line as a shell reads it
    line = docker("context", "create", *contexts.options(draft), "pier").text()
    said(there, *shlex.split(line)[1:])
    contexts.create(draft, env)
    assert stored(env) == stored(there)
    assert inspected(env, "pier") == contexts.inspect("pier", env)


def test_the_cli_lists_inspects_and_uses_what_wharf_wrote(env: Env, pem: dict[str, str]) -> None:
    for draft in (*DRAFTS, Draft("pier", "tcp://pier", HOSTILE, **pem)):
        contexts.create(draft, env)
        assert inspected(env, draft.name) == contexts.inspect(draft.name, env)
    contexts.use("pier", env)
    assert said(env, "context", "show").strip() == "pier"
    found = listed(env)
    assert found["pier"] == (HOSTILE, "tcp://pier:2376", True, "")
    assert found == {**ours(env), "default": found["default"]}
    said(env, "context", "use", "web")
    assert contexts.current_name(env) == "web"
    contexts.use("default", env)
    assert said(env, "context", "show").strip() == "default"


def test_wharf_reads_what_the_cli_wrote(env: Env, pem: dict[str, str]) -> None:
    draft = Draft("pier", "tcp://10.0.0.1:2376", HOSTILE, **pem, skip_verify=True)
    said(env, "context", "create", *contexts.options(draft), "pier")
    said(env, "context", "use", "pier")
    found = contexts.read("pier", env)
    assert (found.url, found.description, found.tls, found.skip_verify, found.current) == (
        *("tcp://10.0.0.1:2376", HOSTILE),
        *(True, True, True),
    )
    tls = context_endpoint("pier", "test", env=env).tls
    assert tls is not None
    assert not tls.verify
    assert Path(tls.key or "").read_text() == KEY


def test_an_update_by_wharf_is_the_update_of_the_line_it_shows(
    env: Env, tmp_path: Path, pem: dict[str, str]
) -> None:
    there = {**env, "DOCKER_CONFIG": str(tmp_path / "theirs")}
    first = Draft("pier", "tcp://10.0.0.1:2376", "old", **pem)
    for one in (env, there):
        said(one, "context", "create", *contexts.options(first), "pier")
    for change in (
        Draft("pier", "tcp://10.0.0.1:2376", HOSTILE, **pem),
        Draft("pier", "tcp://10.0.0.2:2376", HOSTILE, ca=pem["ca"], skip_verify=True),
        Draft("pier", "ssh://pier", "new"),
    ):
        before = contexts.draft_of("pier", there)
        said(there, "context", "update", *contexts.options(change, before), "pier")
        contexts.edit(change, env)
        assert inspected(env, "pier")["Endpoints"] == inspected(there, "pier")["Endpoints"]
        assert inspected(env, "pier")["TLSMaterial"] == inspected(there, "pier")["TLSMaterial"]
        assert listed(env) == listed(there)


def test_a_context_removed_by_one_is_gone_for_the_other(env: Env, pem: dict[str, str]) -> None:
    contexts.create(Draft("one", "tcp://one", **pem), env)
    contexts.create(Draft("two", "tcp://two", **pem), env)
    said(env, "context", "rm", "one")
    assert "one" not in ours(env)
    contexts.remove("two", env)
    assert list(listed(env)) == ["default"]
    assert not [path for path, (_, content) in stored(env).items() if content is not None]


def test_wharf_refuses_what_the_cli_refuses(env: Env) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    contexts.use("web", env)
    for name in ("a", "a b", "-x", "../x", "default", "web", ".x"):
        assert cli(env, "context", "create", "--docker", "host=ssh://x", "--", name).returncode != 0
        assert contexts.name_problem(name, env)
    for host in ("web", "/run/x.sock", "tcp://"):
        assert cli(env, "context", "create", "other", "--docker", f"host={host}").returncode != 0
        with pytest.raises(ContextError):
            contexts.create(Draft("other", host), env)
    for name in ("web", "default", "gone"):
        assert cli(env, "context", "rm", name).returncode != 0
        assert contexts.remove_problem(name, env)
    assert cli(env, "context", "use", "gone").returncode != 0
    with pytest.raises(ContextError):
        contexts.use("gone", env)
    assert list(listed(env)) == ["default", "web"]


def test_a_current_context_that_is_gone_is_wrong_for_both(env: Env) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    contexts.use("web", env)
    contexts.meta_file("web", env).unlink()
    for found in (listed(env), ours(env)):
        description, url, current, problem = found["web"]
        assert (description, url, current) == ("", "", True)
        assert problem
    contexts.use("default", env)
    assert list(listed(env)) == ["default"]


@pytest.mark.parametrize("variable", ["DOCKER_HOST", "DOCKER_CONTEXT"])
def test_the_environment_goes_first_for_both(env: Env, variable: str) -> None:
    for name in ("web", "pier"):
        contexts.create(Draft(name, f"ssh://{name}"), env)
    contexts.use("web", env)
    env[variable] = "pier" if variable == "DOCKER_CONTEXT" else "unix:///x.sock"
    assert said(env, "context", "show").strip() == contexts.current_name(env)
    assert contexts.use("pier", env)
    assert contexts.kept_name(env) == "pier"
