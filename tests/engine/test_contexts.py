"""Contexts in the docker CLI's files: read, made, changed, removed; nothing half-made is left."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pem import CERT, KEY, LOCKED_KEY, OTHER_KEY
from tui.engine import context_files, contexts
from tui.engine.context_draft import ContextError, Draft, file_problem, full_path, host_problem
from tui.engine.contexts import FILES, Context, meta_file, tls_folder
from tui.engine.endpoint import DEFAULT_URL, context_endpoint

Env = dict[str, str]
Files = dict[str, bytes | None]

HOSTILE = 'a "quay" <&> \x1b[31m[/x]\u202e\u2028 é\n'


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}


@pytest.fixture
def pem(tmp_path: Path) -> Callable[[str, str], str]:
    def write(name: str, content: str) -> str:
        path = tmp_path / name
        path.write_text(content)
        return str(path)

    return write


@pytest.fixture
def secure(pem: Callable[[str, str], str]) -> Draft:
    """A context over TLS with all three files."""
    ca, cert, key = pem("ca.crt", CERT), pem("me.crt", CERT), pem("me.key", KEY)
    return Draft("pier", "tcp://pier:2376", "the pier", ca, cert, key)


def kept(env: Env) -> Files:
    """Every file and folder of the docker CLI, with content."""
    root = Path(env["DOCKER_CONFIG"])
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes() for path in root.rglob("*")
    }


def meta(name: str, env: Env) -> Any:
    return json.loads(meta_file(name, env).read_text())


def config(env: Env) -> Path:
    path = Path(env["DOCKER_CONFIG"]) / "config.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fail(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    """Have the disk be full whenever a file of this name is written."""
    real = context_files.replace_file

    def full(path: Path, content: bytes, mode: int) -> None:
        if path.name == named:
            raise OSError(28, "No space left on device", str(path))
        real(path, content, mode)

    monkeypatch.setattr(context_files, "replace_file", full)
    monkeypatch.setattr(contexts, "replace_file", full)


# Reading


def test_without_any_file_there_is_the_default_context_and_it_is_current(env: Env) -> None:
    [default] = contexts.contexts(env)
    assert (default.name, default.url, default.current) == ("default", DEFAULT_URL, True)
    assert kept(env) == {}


def test_contexts_come_by_name_after_the_default_one(env: Env) -> None:
    for name in ("web", "bastion", "pier"):
        contexts.create(Draft(name, f"ssh://{name}", f"about {name}"), env)
    contexts.use("pier", env)
    assert contexts.contexts(env)[1:] == [
        Context("bastion", "ssh://bastion", "about bastion"),
        Context("pier", "ssh://pier", "about pier", current=True),
        Context("web", "ssh://web", "about web"),
    ]


@pytest.mark.parametrize(
    ("more", "current"),
    [
        ({}, "web"),
        ({"DOCKER_CONTEXT": "pier"}, "pier"),
        ({"DOCKER_HOST": "unix:///x.sock"}, "default"),
        ({"DOCKER_HOST": "unix:///x.sock", "DOCKER_CONTEXT": "pier"}, "default"),
    ],
)
def test_the_current_one_is_the_one_the_cli_uses_in_this_shell(env: Env, more: Env, current: str) -> None:
    for name in ("web", "pier"):
        contexts.create(Draft(name, f"ssh://{name}"), env)
    contexts.use("web", env)
    found = contexts.contexts({**env, **more})
    assert [context.name for context in found if context.current] == [current]
    assert found[0].url == more.get("DOCKER_HOST", DEFAULT_URL)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "no JSON"),
        ("[]", "not built as docker builds it"),
        ('{"Name":"web"}', "has no Endpoints"),
        ('{"Name":"web","Endpoints":{}}', "has no docker"),
        ('{"Name":"web","Endpoints":{"docker":7}}', "not built as docker builds it"),
        ('{"Name":"other","Endpoints":{"docker":{"Host":"ssh://x"}}}', "in the place of another name"),
        ('{"Name":"a b","Endpoints":{"docker":{"Host":"ssh://x"}}}', "a name that docker does not take"),
        ('{"Name":"\\ud800","Endpoints":{"docker":{"Host":"ssh://x"}}}', "a name that docker does not take"),
    ],
)
def test_a_context_that_cannot_be_read_is_listed_with_the_reason(env: Env, content: str, why: str) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    contexts.create(Draft("fine", "ssh://fine"), env)
    meta_file("web", env).write_text(content)
    broken = [context for context in contexts.contexts(env) if context.broken]
    assert len(broken) == 1
    assert why in broken[0].broken
    assert str(meta_file("web", env)) in broken[0].broken
    assert contexts.read("fine", env).url == "ssh://fine"
    with pytest.raises(ContextError):
        contexts.read("web", env)


def test_a_current_context_that_is_gone_is_listed_as_broken(env: Env) -> None:
    config(env).write_text('{"currentContext": "gone"}')
    [_, gone] = contexts.contexts(env)
    assert (gone.name, gone.current) == ("gone", True)
    assert "does not exist" in gone.broken


# Creating


def test_a_context_is_the_very_bytes_that_the_cli_would_write(env: Env) -> None:
    contexts.create(Draft("web", "ssh://ann@web", "<the> & é"), env)
    assert (
        meta_file("web", env).read_bytes()
        == (
            '{"Name":"web","Metadata":{"Description":"\\u003cthe\\u003e \\u0026 é"},'
            '"Endpoints":{"docker":{"Host":"ssh://ann@web","SkipTLSVerify":false}}}'
        ).encode()
    )
    assert not (Path(env["DOCKER_CONFIG"]) / "contexts" / "tls").exists()


def test_tls_files_are_copied_and_only_the_person_may_read_them(env: Env, secure: Draft) -> None:
    contexts.create(secure, env)
    folder = tls_folder("pier", env)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert (folder / "key.pem").read_text() == KEY
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    assert {mode(path) for path in (folder, folder.parent, folder.parent.parent)} == {0o700}
    tls = context_endpoint("pier", "test", env=env).tls
    assert tls is not None
    assert tls.key == str(folder / "key.pem")
    assert contexts.read("pier", env).tls
    # nothing of the work is left beside them
    assert list(folder.parent.parent.iterdir()) == [folder.parent]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Two or more"),
        ("a", "Two or more"),
        ("-ab", "Two or more"),
        ("a b", "Two or more"),
        ("../../x", "Two or more"),
        ("web\n", "Two or more"),
        ("default", "reserved"),
        ("taken", "already"),
    ],
)
def test_a_name_that_docker_does_not_take_is_refused(env: Env, name: str, why: str) -> None:
    contexts.create(Draft("taken", "ssh://x"), env)
    before = kept(env)
    with pytest.raises(ContextError, match=why) as caught:
        contexts.create(Draft(name, "ssh://web"), env)
    assert caught.value.field == "name"
    assert kept(env) == before


@pytest.mark.parametrize(
    ("host", "secure", "stored"),
    [
        ("tcp://10.0.0.1", False, "tcp://10.0.0.1:2375"),
        ("tcp://10.0.0.1", True, "tcp://10.0.0.1:2376"),
        ("tcp://10.0.0.1:99", True, "tcp://10.0.0.1:99"),
        ("tcp://[::1]", False, "tcp://[::1]:2375"),
        ("unix:///run/x.sock", False, "unix:///run/x.sock"),
        ("ssh://ann@web:22/run/x.sock", False, "ssh://ann@web:22/run/x.sock"),
    ],
)
def test_an_address_is_stored_in_full(env: Env, host: str, secure: bool, stored: str) -> None:
    contexts.create(Draft("web", host, skip_verify=secure), env)
    assert meta("web", env)["Endpoints"]["docker"] == {"Host": stored, "SkipTLSVerify": secure}


@pytest.mark.parametrize(
    "host",
    [
        "",
        "web",
        "/run/x.sock",
        "foo://x",
        "tcp://",
        "unix://",
        "ssh://",
        "tcp://a:b",
        "ssh://-oX=y",
        "tcp://a b",
    ],
)
def test_an_address_nobody_can_speak_to_is_refused(env: Env, host: str) -> None:
    assert host_problem(host)
    with pytest.raises(ContextError) as caught:
        contexts.create(Draft("web", host), env)
    assert caught.value.field == "host"
    assert kept(env) == {}


def test_what_is_wrong_with_tls_files_is_said_of_the_right_one(
    env: Env, pem: Callable[[str, str], str]
) -> None:
    cert, key, other = pem("cert", CERT), pem("key", KEY), pem("other", OTHER_KEY)
    locked, words = pem("locked", LOCKED_KEY), pem("words", "hello")
    torn = pem("torn", CERT.replace("M", "N", 3))
    for field, host, more in (
        ("key", "tcp://x", {"cert": cert}),
        ("cert", "tcp://x", {"key": key}),
        ("key", "tcp://x", {"cert": cert, "key": other}),
        ("key", "tcp://x", {"cert": cert, "key": locked}),
        ("key", "tcp://x", {"cert": cert, "key": words}),
        ("ca", "tcp://x", {"ca": words}),
        ("ca", "tcp://x", {"ca": torn}),
        ("ca", "tcp://x", {"ca": key}),
        ("ca", "tcp://x", {"ca": "/nowhere/ca.pem"}),
        ("ca", "tcp://x", {"ca": env["HOME"]}),
        ("ca", "ssh://x", {"ca": cert}),
        ("skip_verify", "unix:///x", {"skip_verify": True}),
    ):
        with pytest.raises(ContextError) as caught:
            contexts.create(Draft("web", host, **more), env)
        assert caught.value.field == field, more
        assert "\n" not in str(caught.value)
    assert kept(env) == {}
    assert file_problem("a\0b", "ca")
    assert file_problem(cert, "ca") is None
    assert file_problem("", "ca") is None


def test_a_path_may_begin_at_home(env: Env) -> None:
    assert full_path("~/ca.pem", env) == f"{env['HOME']}/ca.pem"
    assert full_path("", env) == ""


@pytest.mark.parametrize("named", ["meta.json", "key.pem"])
def test_a_full_disk_leaves_nothing_of_a_new_context(
    env: Env, secure: Draft, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    contexts.create(Draft("other", "ssh://x"), env)
    before = kept(env)
    fail(monkeypatch, named)
    with pytest.raises(ContextError, match="pier was not created: No space left on device"):
        contexts.create(secure, env)
    after = kept(env)
    assert after.pop("contexts/tls", None) is None
    assert after == before


# Changing


def test_what_wharf_does_not_know_stays_when_a_context_is_changed(env: Env) -> None:
    contexts.create(Draft("web", "ssh://web", "old"), env)
    rich = meta("web", env)
    rich["Metadata"]["StackOrchestrator"] = "swarm"
    rich["Endpoints"]["kubernetes"] = {"Host": "https://k8s", "DefaultNamespace": "x"}
    rich["Endpoints"]["docker"]["Odd"] = 1
    rich["Later"] = [1.5]
    meta_file("web", env).write_text(json.dumps(rich))
    contexts.edit(Draft("web", "tcp://web", ""), env)
    del rich["Metadata"]["Description"]
    rich["Endpoints"]["docker"]["Host"] = "tcp://web:2375"
    assert meta("web", env) == rich


def test_a_description_of_any_characters_survives(env: Env) -> None:
    contexts.create(Draft("web", "ssh://web", HOSTILE), env)
    assert contexts.read("web", env).description == HOSTILE
    contexts.edit(contexts.draft_of("web", env), env)
    assert contexts.read("web", env).description == HOSTILE
    # half a surrogate pair, as a file may hold it
    meta_file("web", env).write_text(meta_file("web", env).read_text().replace("quay", "\\ud800"))
    contexts.edit(contexts.draft_of("web", env), env)
    assert "\ud800" in contexts.read("web", env).description


def test_tls_files_stay_are_exchanged_and_go(env: Env, secure: Draft, pem: Callable[[str, str], str]) -> None:
    contexts.create(secure, env)
    before = contexts.draft_of("pier", env)
    folder = tls_folder("pier", env)
    assert before.key == str(folder / "key.pem")
    contexts.edit(Draft("pier", before.host, "other words", before.ca, before.cert, before.key), env)
    assert (folder / "key.pem").read_text() == KEY
    two = pem("two", CERT + CERT)
    contexts.edit(Draft("pier", before.host, "", two), env)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"ca.pem": CERT + CERT}
    contexts.edit(Draft("pier", "ssh://pier"), env)
    assert not folder.parent.exists()
    assert not contexts.read("pier", env).tls


@pytest.mark.parametrize("named", ["meta.json", "ca.pem"])
def test_a_full_disk_leaves_a_context_as_it_was(
    env: Env, secure: Draft, pem: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    contexts.create(secure, env)
    before = kept(env)
    fail(monkeypatch, named)
    for draft in (Draft("pier", "tcp://x", "", pem("two", CERT + CERT)), Draft("pier", "ssh://x")):
        if named == "meta.json" or draft.ca:
            with pytest.raises(ContextError, match="pier was not changed: No space left on device"):
                contexts.edit(draft, env)
            assert kept(env) == before


def test_the_default_context_and_one_that_is_gone_cannot_be_changed(env: Env) -> None:
    for name in ("default", "gone"):
        with pytest.raises(ContextError):
            contexts.edit(Draft(name, "ssh://x"), env)
    assert kept(env) == {}


# Removing


def test_a_removed_context_leaves_no_file(env: Env, secure: Draft) -> None:
    contexts.create(Draft("other", "ssh://x"), env)
    before = kept(env)
    contexts.create(secure, env)
    files = contexts.files_of("pier", env)
    assert sorted(path.name for path in files) == ["ca.pem", "cert.pem", "key.pem", "meta.json"]
    contexts.remove("pier", env)
    after = kept(env)
    assert after.pop("contexts/tls") is None
    assert after == before


@pytest.mark.parametrize("more", [{}, {"DOCKER_HOST": "unix:///x"}, {"DOCKER_CONTEXT": "default"}])
def test_the_context_the_cli_uses_is_not_removed(env: Env, more: Env) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    contexts.use("web", env)
    with pytest.raises(ContextError, match="web is in use"):
        contexts.remove("web", {**env, **more})
    contexts.use("default", env)
    with pytest.raises(ContextError, match="in use"):
        contexts.remove("web", {**env, "DOCKER_CONTEXT": "web"})
    assert contexts.read("web", env)


@pytest.mark.parametrize(("name", "why"), [("default", "cannot be removed"), ("gone", "finds no context")])
def test_what_is_not_stored_is_not_removed(env: Env, name: str, why: str) -> None:
    config(env).write_text('{"currentContext": "elsewhere"}')
    with pytest.raises(ContextError, match=why):
        contexts.remove(name, env)


# Using

LIVELY = """{
	"zeta": 1,
	"auths": {"x": {"auth": "Zm9v"}},
	"HttpHeaders": {"é": "<b>"},
	"alpha": 2.0
}
"""


def test_using_a_context_leaves_everything_else_in_config_json_alone(env: Env) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    config(env).write_text(LIVELY)
    config(env).chmod(0o640)
    assert contexts.use("web", env) == ""
    found = json.loads(config(env).read_text())
    assert list(found) == ["zeta", "auths", "HttpHeaders", "alpha", "currentContext"]
    assert {key: value for key, value in found.items() if key != "currentContext"} == json.loads(LIVELY)
    assert found["currentContext"] == "web"
    assert config(env).read_text().endswith("}\n")
    assert mode(config(env)) == 0o640
    contexts.use("default", env)
    assert list(json.loads(config(env).read_text())) == ["zeta", "auths", "HttpHeaders", "alpha"]
    assert contexts.current_name(env) == "default"


def test_a_config_json_that_is_a_link_stays_one(env: Env, tmp_path: Path) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "docker.json").write_text("{}")
    config(env).symlink_to(dotfiles / "docker.json")
    contexts.use("web", env)
    assert config(env).is_symlink()
    assert json.loads((dotfiles / "docker.json").read_text()) == {"currentContext": "web"}
    assert [path.name for path in dotfiles.iterdir()] == ["docker.json"]


def test_a_config_json_that_is_made_is_for_the_person_only(env: Env) -> None:
    contexts.use("default", env)
    assert not config(env).exists()
    contexts.create(Draft("web", "ssh://web"), env)
    contexts.use("web", env)
    assert mode(config(env)) == 0o600


@pytest.mark.parametrize("content", ["{", "[]", '"x"'])
def test_a_config_json_that_is_broken_is_left_alone(env: Env, content: str) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    config(env).write_text(content)
    with pytest.raises(ContextError, match=r"config\.json"):
        contexts.use("web", env)
    assert config(env).read_text() == content


def test_a_full_disk_leaves_config_json_as_it_was(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    config(env).write_text(LIVELY)
    before = kept(env)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ContextError, match=r"config\.json was not changed: No space left on device"):
        contexts.use("web", env)
    assert kept(env) == before


@pytest.mark.parametrize("variable", ["DOCKER_HOST", "DOCKER_CONTEXT"])
def test_what_goes_before_the_current_context_is_said(env: Env, variable: str) -> None:
    contexts.create(Draft("web", "ssh://web"), env)
    assert contexts.use("web", {**env, variable: "web"}).startswith(f"{variable} is set")
    assert contexts.kept_name(env) == "web"


def test_a_context_that_is_gone_cannot_be_used(env: Env) -> None:
    with pytest.raises(ContextError, match="no context 'gone'"):
        contexts.use("gone", env)
    assert not config(env).exists()


# The docker line


@pytest.mark.parametrize(
    ("draft", "option"),
    [
        (Draft("web", "ssh://ann@web"), "host=ssh://ann@web"),
        (Draft("web", "unix:///a,b"), "host=unix:///a,b"),
        (Draft("web", "tcp://x", skip_verify=True), "host=tcp://x:2376,skip-tls-verify=true"),
        (Draft("web", "tcp://x:1", ca='/a,"b'), 'host=tcp://x:1,"ca=/a,""b"'),
        (Draft("web", ""), "host=HOST"),
    ],
)
def test_the_option_of_the_cli_is_what_it_reads_back(draft: Draft, option: str) -> None:
    assert contexts.options(draft) == ["--docker", option]


def test_an_update_says_only_what_is_different() -> None:
    before = Draft("web", "tcp://x:1", "old", ca="/ca")
    assert contexts.options(Draft("web", "tcp://x:1", "new", ca="/ca"), before) == ["--description", "new"]
    assert contexts.options(Draft("web", "tcp://y:1", "old", ca="/ca"), before) == [
        "--docker",
        "host=tcp://y:1,ca=/ca",
    ]
