"""Docker lines: what is shown, and what bash makes of a copied one."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.jobs import Job, Target, Task
from tui.engine.lines import DockerLine, Secret, assignment, docker, looks_secret, quote

WORDS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.text("\x1b\x9b\x7f\u202e\u200f\u2028\n\r\t'\"\\$`!*~#;&|{}[]()<>=? aé字\udc80\udcff"),
        st.text("\\'nxu0aA1\n"),
    ),
    max_size=8,
)


def what_bash_reads(line: str, locale: str) -> list[bytes]:
    """The arguments that a function called docker gets when bash runs the line."""
    script = 'docker() { printf "%s\\0" "$@"; printf end; }\n' + line
    done = subprocess.run(
        ["bash", "--norc", "--noprofile"],
        input=os.fsencode(script),
        capture_output=True,
        env={"LC_ALL": locale, "PATH": os.environ["PATH"]},
        timeout=10,
        check=True,
    )
    assert done.stderr == b""
    *words, end = done.stdout.split(b"\0")
    assert end.endswith(b"end")
    return [*words, end[:-3]] if end != b"end" else words


@settings(max_examples=150, deadline=None)
@given(WORDS, st.sampled_from(["C.UTF-8", "C"]))
def test_bash_run_on_a_copied_line_gives_back_exactly_the_argument_list(
    words: list[str], locale: str
) -> None:
    line = docker("run", *words)
    assert what_bash_reads(line.text(), locale) == [b"run", *map(os.fsencode, words)]


@given(WORDS)
def test_a_line_is_one_line_of_visible_characters(words: list[str]) -> None:
    assert docker(*words).text().isprintable()


@settings(max_examples=50, deadline=None)
@given(WORDS)
def test_a_masked_line_can_be_pasted_too(words: list[str]) -> None:
    line = docker(*(Secret(word, prefix="A=") for word in words))
    assert what_bash_reads(line.masked(), "C.UTF-8") == [b"A=***"] * len(words) or not words


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("nginx:1.27", "nginx:1.27"),
        ("a b", "'a b'"),
        ("", "''"),
        ("\x1b]52;c;x\x07", r"$'\x1b]52;c;x\x07'"),
        ("a\nb", r"$'a\nb'"),
        ("\u202eevil", r"$'\xe2\x80\xaeevil'"),
        ("it's\x1b!", r"$'it\x27s\x1b\x21'"),
        ("\u3164", r"$'\xe3\x85\xa4'"),
        ("\ud800", r"$'\xed\xa0\x80'"),
    ],
)
def test_a_word_with_unseen_characters_is_written_with_escapes(word: str, expected: str) -> None:
    assert quote(word) == expected


def test_secrets_are_stars_everywhere_but_in_the_copied_text() -> None:
    line = docker("run", "-e", Secret("hunter2", prefix="PASSWORD="), "db")
    assert line.has_secrets
    assert shlex.split(line.masked()) == ["docker", "run", "-e", "PASSWORD=***", "db"]
    for text in (line.masked(), str(line), repr(line), str(line.args[2]), " ".join(line.argv(masked=True))):
        assert "hunter2" not in text
    assert line.text() == "docker run -e PASSWORD=hunter2 db"
    assert line.argv(masked=False)[3] == "PASSWORD=hunter2"


def test_a_line_without_secrets_says_so() -> None:
    assert not docker("ps", "-a").has_secrets
    assert docker("ps", "-a") == DockerLine(("ps", "-a"))


@pytest.mark.parametrize(
    "key",
    [
        "PASSWORD",
        "POSTGRES_PASSWORD",
        "PGPASSWORD",
        "dbPassword",
        "db.passwd",
        "API_KEY",
        "apiKey",
        "SECRET_KEY_BASE",
        "GITHUB_TOKEN",
        "authToken",
        "AWS_CREDENTIALS",
        "HTTP_AUTH",
        "ssh-private-key",
        "DB_PASS",
        "DB_PWD",
        "ACCESSKEY",
        "password2",
        "oauth",
    ],
)
def test_secret_looking_names_are_masked(key: str) -> None:
    assert looks_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        "PATH",
        "KEYBOARD",
        "MONKEY",
        "AUTHOR",
        "org.opencontainers.image.authors",
        "TOKENIZERS_PARALLELISM",
        "PWD",
        "COMPASS",
        "PASSENGER",
        "POSTGRES_PASSWORD_FILE",
        "SSH_AUTH_SOCK",
        "XAUTHORITY",
        "SECRETARY",
    ],
)
def test_names_that_only_resemble_secrets_are_not(key: str) -> None:
    assert not looks_secret(key)


def test_a_url_with_a_password_is_a_secret_whatever_its_name() -> None:
    assert assignment("DATABASE_URL=postgres://me:hunter2@db/app") == Secret(
        "postgres://me:hunter2@db/app", prefix="DATABASE_URL="
    )
    assert assignment("DATABASE_URL=postgres://db:5432/app") == "DATABASE_URL=postgres://db:5432/app"


def test_an_assignment_without_a_value_has_nothing_to_hide() -> None:
    assert assignment("PASSWORD") == "PASSWORD"
    assert assignment("PASSWORD=") == "PASSWORD="


# For an endpoint that is not the CLI's own


CHOSEN = Endpoint("ssh://me@build", "prod-1", "--context")
BY_URL = Endpoint("tcp://10.0.0.1:2375", "", "--host")
OWN = Endpoint("unix:///var/run/docker.sock", "default", "default")


@pytest.mark.parametrize(
    ("endpoint", "line"),
    [
        (CHOSEN, "docker -c prod-1 stop web"),
        (BY_URL, "docker -H tcp://10.0.0.1:2375 stop web"),
        (OWN, "docker stop web"),
    ],
)
def test_a_line_names_the_endpoint_that_the_cli_would_not_find(endpoint: Endpoint, line: str) -> None:
    assert docker("stop", "web").at(endpoint).masked() == line
    assert docker("stop", "web").at(endpoint).text() == line


def test_a_line_names_one_endpoint_and_that_once() -> None:
    line = docker("stop", "web").at(CHOSEN)
    assert line.at(CHOSEN) == line
    assert line.at(BY_URL).masked() == "docker -H tcp://10.0.0.1:2375 stop web"
    assert line.at(OWN) == docker("stop", "web")


def test_a_contexts_name_is_quoted_and_secrets_stay_masked() -> None:
    line = docker("run", "-e", Secret("x", "P=")).at(Endpoint("", "a b", "--context"))
    assert line.masked() == "docker -c 'a b' run -e 'P=***'"
    assert line.has_secrets


def test_what_an_engine_runs_is_written_down_with_its_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "connection", object())
    engine = Engine(CHOSEN, tmp_path)
    ended = threading.Event()
    engine.listen(lambda news: ended.set() if isinstance(news, Job) and news.ended is not None else None)
    task = Task("container.stop", "stop", docker("stop", "web"), (Target("1", "web"),), lambda *args: "")
    job = engine.run(task)
    assert ended.wait(5)
    assert job.task.line.masked() == "docker -c prod-1 stop web"
    (entry,) = (tmp_path / "journal.jsonl").read_text().splitlines()
    assert json.loads(entry)["line"] == "docker -c prod-1 stop web"
