"""The docker CLI's credentials: found, kept and taken away, in config.json and by programs."""

from __future__ import annotations

import base64
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from docker import auth
from hypothesis import given
from hypothesis import strategies as st

from tui.engine import credentials
from tui.engine.credentials import HUB, Credentials, CredentialsError

Env = dict[str, str]
HOST = "registry.lan:5000"
SECRET = 'gulls & "quays" <é>'

PROGRAM = """\
#!{python}
import json, os, sys
kept = {kept!r}
with open(kept + ".calls", "a") as calls:
    calls.write(json.dumps([sys.argv, dict(os.environ)]) + "\\n")
given = sys.stdin.read()
store = json.load(open(kept)) if os.path.exists(kept) else {{}}
action = sys.argv[1]
if action == "store":
    entry = json.loads(given)
    store[entry["ServerURL"]] = entry
elif action == "get":
    if given not in store:
        print("credentials not found in native keychain")
        sys.exit(1)
    print(json.dumps(store[given]))
elif action == "erase":
    store.pop(given, None)
elif action == "list":
    print(json.dumps({{url: entry["Username"] for url, entry in store.items()}}))
json.dump(store, open(kept, "w"))
"""
"""A credential helper that keeps all in a file and notes how it was called."""


class Ground:
    """A person's config.json and programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "docker/config.json"
        self.env: Env = {"HOME": str(folder), "DOCKER_CONFIG": str(folder / "docker"), "PATH": str(folder)}

    def write(self, value: Any, mode: int = 0o600) -> None:
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(value if isinstance(value, str) else json.dumps(value))
        self.config.chmod(mode)

    def read(self) -> Any:
        return json.loads(self.config.read_text())

    def program(self, name: str, text: str = "") -> Path:
        """Make a credential helper; where it keeps what it was given."""
        kept = self.folder / f"{name}.json"
        path = self.folder / f"docker-credential-{name}"
        path.write_text(text or PROGRAM.format(python=sys.executable, kept=str(kept)))
        path.chmod(0o755)
        return kept

    def calls(self, name: str) -> list[Any]:
        return [json.loads(line) for line in (self.folder / f"{name}.json.calls").read_text().splitlines()]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def packed(user: str, secret: str) -> str:
    return base64.b64encode(f"{user}:{secret}".encode()).decode()


def decoded(headers: dict[str, str], name: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(headers[name]))


# config.json


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        (HOST, HOST),
        (HOST, "REGISTRY.lan:5000"),
        (f"https://{HOST}/v1/", HOST),
        (HUB, "docker.io"),
        (HUB, "index.docker.io"),
        ("docker.io", HUB),
    ],
)
def test_credentials_are_found_by_whatever_name_stands_in_the_file(
    ground: Ground, key: str, asked: str
) -> None:
    ground.write({"auths": {key: {"auth": packed("pilot", "har:bour")}}})
    assert credentials.find(asked, ground.env) == Credentials("pilot", "har:bour")
    assert credentials.find("other.lan", ground.env) is None


def test_tokens_are_found(ground: Ground) -> None:
    entry = {"auth": packed("pilot", ""), "identitytoken": "idt", "registrytoken": "rt"}
    ground.write({"auths": {HOST: entry}})
    found = credentials.find(HOST, ground.env)
    assert found is not None
    assert (found.user, found.secret, found.token, found.registry_token) == ("pilot", "", "idt", "rt")


@pytest.mark.parametrize(
    "entry", [{}, None, [], 5, {"auth": 7}, {"auth": "%%%"}, {"auth": "////"}, {"auth": ""}]
)
@pytest.mark.parametrize("whole", [False, True])
def test_what_is_no_credential_counts_as_none(ground: Ground, entry: Any, whole: bool) -> None:
    ground.write({"auths": entry if whole else {HOST: entry}})
    assert credentials.find(HOST, ground.env) is None
    assert credentials.logins(ground.env) == {}
    assert credentials.registry_headers(f"{HOST}/app", ground.env) == {}


def test_nothing_of_a_secret_shows_in_a_repr() -> None:
    shown = repr(Credentials("pilot", SECRET, "idt-1", "rt-1"))
    assert "pilot" in shown
    assert not any(secret in shown for secret in (SECRET, "idt-1", "rt-1"))


def test_a_login_is_kept_as_the_cli_keeps_it_and_all_else_stays(ground: Ground) -> None:
    before = {"psFormat": "é", "auths": {"old.lan": {"auth": "eA=="}}, "currentContext": "pier"}
    ground.write(before, 0o644)
    where = credentials.store(HOST, Credentials("pilot", SECRET), ground.env)
    assert where == str(ground.config)
    after = ground.read()
    assert list(after) == list(before)
    assert after["auths"] == {"old.lan": {"auth": "eA=="}, HOST: {"auth": packed("pilot", SECRET)}}
    assert stat.S_IMODE(ground.config.stat().st_mode) == 0o600
    assert os.listdir(ground.config.parent) == ["config.json"]


def test_the_first_login_makes_the_file_for_its_person_only(ground: Ground) -> None:
    credentials.store("docker.io", Credentials("pilot", token="idt"), ground.env)
    assert ground.read() == {"auths": {HUB: {"auth": packed("pilot", ""), "identitytoken": "idt"}}}
    assert stat.S_IMODE(ground.config.stat().st_mode) == 0o600
    assert stat.S_IMODE(ground.config.parent.stat().st_mode) == 0o700


def test_a_config_that_is_a_link_stays_one(ground: Ground) -> None:
    ground.write({})
    real = ground.folder / "dotfiles.json"
    ground.config.rename(real)
    ground.config.symlink_to(real)
    credentials.store(HOST, Credentials("pilot", SECRET), ground.env)
    assert ground.config.is_symlink()
    assert HOST in json.loads(real.read_text())["auths"]


@pytest.mark.parametrize(
    "broken", ["{", "[]", '"x"', "[" * 100_000], ids=["cut", "an array", "a string", "deep"]
)
def test_a_file_that_cannot_be_read_is_left_alone(ground: Ground, broken: str) -> None:
    ground.write(broken)
    with pytest.raises(CredentialsError, match="left alone") as refused:
        credentials.store(HOST, Credentials("pilot", SECRET), ground.env)
    assert SECRET not in str(refused.value)
    assert ground.config.read_text() == broken


@given(
    user=st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]), min_size=1),
    secret=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
)
def test_whatever_was_kept_is_found_again(
    tmp_path_factory: pytest.TempPathFactory, user: str, secret: str
) -> None:
    ground = Ground(tmp_path_factory.mktemp("person"))
    credentials.store(HOST, Credentials(user, secret), ground.env)
    assert credentials.find(HOST, ground.env) == Credentials(user, secret)


def test_the_sdk_reads_what_was_kept(ground: Ground) -> None:
    credentials.store(HOST, Credentials("pilot", SECRET), ground.env)
    credentials.store("docker.io", Credentials("hand", "deck"), ground.env)
    read = auth.load_config(str(ground.config))
    assert read.resolve_authconfig(HOST)["password"] == SECRET
    assert read.resolve_authconfig()["username"] == "hand"


def test_logging_out_takes_every_spelling_of_one_registry_and_no_other(ground: Ground) -> None:
    entry = {"auth": packed("pilot", "x")}
    ground.write({"auths": {HUB: entry, "docker.io": entry, HOST: entry}, "psFormat": "x"})
    assert credentials.erase("docker.io", ground.env)
    assert ground.read() == {"auths": {HOST: entry}, "psFormat": "x"}
    assert not credentials.erase("docker.io", ground.env)
    assert credentials.logins(ground.env) == {HOST: "pilot"}


# Programs


def test_a_program_keeps_the_secret_and_nobody_else_sees_it(ground: Ground) -> None:
    kept = ground.program("tin")
    ground.write({"credsStore": "tin"})
    assert credentials.store(HOST, Credentials("pilot", SECRET), ground.env) == "docker-credential-tin"
    assert credentials.find(HOST, ground.env) == Credentials("pilot", SECRET)
    assert json.loads(kept.read_text())[HOST]["Secret"] == SECRET
    assert ground.read() == {"credsStore": "tin", "auths": {HOST: {}}}
    assert SECRET not in json.dumps(ground.calls("tin"), ensure_ascii=False)
    assert credentials.logins(ground.env) == {HOST: ""}
    assert credentials.erase(HOST, ground.env)
    assert credentials.find(HOST, ground.env) is None
    assert ground.read() == {"credsStore": "tin", "auths": {}}
    assert not credentials.erase(HOST, ground.env)


def test_a_program_keeps_a_token_under_the_name_that_docker_gives_it(ground: Ground) -> None:
    kept = ground.program("tin")
    ground.write({"credsStore": "tin"})
    credentials.store(HOST, Credentials("pilot", token="idt"), ground.env)
    assert json.loads(kept.read_text())[HOST] == {"ServerURL": HOST, "Username": "<token>", "Secret": "idt"}
    assert credentials.find(HOST, ground.env) == Credentials("", token="idt")


def test_a_registrys_own_program_comes_before_the_one_for_all(ground: Ground) -> None:
    ground.program("tin")
    ground.program("chest")
    ground.write({"credsStore": "tin", "credHelpers": {HOST: "chest"}})
    credentials.store(HOST, Credentials("pilot", "one"), ground.env)
    credentials.store("docker.io", Credentials("hand", "two"), ground.env)
    assert [call[0][1] for call in ground.calls("chest")] == ["store"]
    assert [call[0][1] for call in ground.calls("tin")] == ["store"]
    assert credentials.keeper(HOST, ground.env) == "chest"


def test_a_program_is_not_given_the_terminal_that_the_screen_is_on(ground: Ground) -> None:
    ground.program("tin")
    ground.write({"credsStore": "tin"})
    credentials.find(HOST, {**ground.env, "GPG_TTY": "/dev/pts/1"})
    assert "GPG_TTY" not in ground.calls("tin")[0][1]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("lost", None, "no such program on PATH"),
        ("../tin", None, "no such program on PATH"),
        ("locked", "#!/bin/sh\necho the key ring is locked >&2\nexit 1\n", "failed: the key ring is locked"),
        ("echo", f"#!/bin/sh\necho '{SECRET}'\n", "no JSON object"),
        ("dull", "no program at all", "cannot be run"),
    ],
)
def test_a_program_that_fails_is_named_with_its_own_words(
    ground: Ground, name: str, text: str | None, words: str
) -> None:
    if text is not None:
        ground.program(name, text)
    ground.write({"credsStore": name})
    with pytest.raises(CredentialsError, match=words) as failed:
        credentials.find(HOST, ground.env)
    assert f"docker-credential-{name}" in failed.value.message
    assert SECRET not in failed.value.message


def test_a_program_that_repeats_the_secret_in_its_error_is_not_quoted_with_it(ground: Ground) -> None:
    ground.program("parrot", "#!/bin/sh\n/bin/cat\nexit 1\n")
    ground.write({"credsStore": "parrot"})
    with pytest.raises(CredentialsError) as failed:
        credentials.store(HOST, Credentials("pilot", "harbour-1"), ground.env)
    assert "harbour-1" not in failed.value.message
    assert "***" in failed.value.message
    assert "auths" not in ground.read()


# Headers for the Engine


def test_the_engine_is_told_in_the_clis_own_form(ground: Ground) -> None:
    credentials.store(HOST, Credentials("pilot", SECRET), ground.env)
    credentials.store("docker.io", Credentials("hand", token="idt"), ground.env)
    assert decoded(credentials.registry_headers(f"{HOST}/team/app:1", ground.env), "X-Registry-Auth") == {
        "username": "pilot",
        "password": SECRET,
        "serveraddress": HOST,
    }
    hub = decoded(credentials.registry_headers("nginx", ground.env), "X-Registry-Auth")
    assert hub == {"username": "hand", "identitytoken": "idt", "serveraddress": HUB}
    assert credentials.registry_headers("other.lan/app", ground.env) == {}


def test_a_build_gets_all_credentials_that_can_be_had(ground: Ground) -> None:
    ground.program("tin")
    ground.write({"credsStore": "tin", "credHelpers": {"broken.lan": "lost"}})
    credentials.store(HOST, Credentials("pilot", "one"), ground.env)
    credentials.store("docker.io", Credentials("hand", "two"), ground.env)
    # what other clients keep there stands in no config.json
    config = ground.read()
    config["auths"] = {}
    ground.write(config)
    found = decoded(credentials.build_headers(ground.env), "X-Registry-Config")
    assert {key: (entry["username"], entry["password"]) for key, entry in found.items()} == {
        HOST: ("pilot", "one"),
        HUB: ("hand", "two"),
    }


def test_a_build_without_any_credentials_sends_none(ground: Ground) -> None:
    assert credentials.build_headers(ground.env) == {}
