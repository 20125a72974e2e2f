"""The `wharf` command before there is a screen: what it says and how it exits."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.live.pty_app import PtyApp
from tui import __version__
from tui.__main__ import parser

CHECKOUT = Path(__file__).parents[1]
USAGE = 2


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A home of its own, with nothing in it that names an Engine."""
    names = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    return {"HOME": str(tmp_path), **dict.fromkeys(names, "")}


def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_version_is_said_without_a_terminal(env: dict[str, str]) -> None:
    ended = run(env, "--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"wharf {__version__}\n", "")


def test_the_help_names_every_option(env: dict[str, str]) -> None:
    ended = run(env, "--help")
    assert ended.returncode == 0
    assert ended.stdout.startswith("usage: wharf ")
    for option in (
        "-H",
        "--host",
        "-c",
        "--context",
        "--demo",
        "--read-only",
        "--no-slow-line",
        "--version",
        "doctor",
    ):
        assert option in ended.stdout


def test_without_a_terminal_it_says_so_in_one_line(env: dict[str, str]) -> None:
    ended = run(env)
    assert (ended.returncode, ended.stdout) == (USAGE, "")
    assert ended.stderr == "wharf: a terminal is needed: standard input, output or error is none\n"


@pytest.mark.parametrize("arguments", [["--hos", "x"], ["--nope"], ["containers"]])
def test_an_option_that_is_not_there_is_refused(env: dict[str, str], arguments: list[str]) -> None:
    ended = run(env, *arguments)
    assert (ended.returncode, ended.stdout) == (USAGE, "")
    assert ended.stderr.splitlines()[-1].startswith("wharf: error: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-c", "nope"], "wharf: there is no docker context named 'nope' (asked for by --context)"),
        (["-H", "ftp://x"], "wharf: 'ftp://x' is no address of an Engine"),
        (["-H", "unix:///x", "-c", "y"], "wharf: give either --host or --context, not both"),
        (["--demo", "-H", "unix:///x"], "wharf: give --demo without --host and --context"),
        (["--demo", "-H", ""], "wharf: give --demo without --host and --context"),
    ],
)
def test_an_endpoint_that_is_not_there_ends_it_before_the_screen(
    env: dict[str, str], arguments: list[str], words: str
) -> None:
    with PtyApp(*arguments, env=env, columns=200) as app:
        assert app.ends() == USAGE
        app.wait_for(words)
        assert app.text.strip().count("\n") == 0


def test_settings_that_are_wrong_end_it_before_the_screen(env: dict[str, str]) -> None:
    path = Path(env["HOME"]) / ".config" / "wharf" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("colour = 'red'")
    with PtyApp("-H", "unix:///nonexistent.sock", env=env, columns=200) as app:
        assert app.ends() == USAGE
        app.wait_for(f"wharf: {path}: 'colour' is not a setting")
        assert app.text.strip().count("\n") == 0


def test_an_endpoint_without_an_engine_is_a_screen_and_quits_well(env: dict[str, str]) -> None:
    with PtyApp("-H", "unix:///nonexistent.sock", env=env) as app:
        app.wait_for("No such file or directory")
        app.send("\x03")
        assert app.ends() == 0
        assert app.terminal_modes() == app.modes


def test_the_demo_needs_no_docker_says_what_it_is_and_leaves_nothing(env: dict[str, str]) -> None:
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as sockets,
        PtyApp("--demo", "3", env={**env, "PATH": "/nonexistent", "TMPDIR": sockets}) as app,
    ):
        app.wait_for("DEMO ENGINE, NOT DOCKER")
        app.wait_for("shop-db-1")
        app.wait_for("crowd-00003")
        assert len(os.listdir(sockets)) == 1
        app.send("q")
        assert app.ends() == 0
        assert os.listdir(sockets) == []


def test_the_demo_starts_where_a_socket_in_the_temporary_folder_would_have_too_long_a_path(
    env: dict[str, str], tmp_path: Path
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    with PtyApp("--demo", env={**env, "TMPDIR": str(deep)}) as app:
        app.wait_for("shop-db-1")


@pytest.mark.parametrize("count", ["-3", "many", "1e4", "100001"])
def test_a_demo_of_no_size_is_refused(env: dict[str, str], count: str) -> None:
    ended = run(env, f"--demo={count}")
    assert (ended.returncode, ended.stdout) == (USAGE, "")
    assert "a number up to 100,000 is wanted" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "slow"), [([], None), (["--slow-line"], True), (["--no-slow-line"], False)]
)
def test_a_slow_line_is_left_open_unless_it_is_said(arguments: list[str], slow: bool | None) -> None:
    assert parser().parse_args(arguments).slow_line is slow


@pytest.mark.parametrize(
    "arguments", [["doctor", "--demo"], ["--demo", "doctor", "--read-only"], ["--demo", "3", "doctor"]]
)
def test_the_doctor_needs_no_terminal_and_ends_with_0_where_an_engine_answers(
    env: dict[str, str], arguments: list[str]
) -> None:
    ended = run(env, *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "The Engine answers: wharf can be used." in ended.stdout
    assert f"may be listed: {19 if '3' in arguments else 16}" in ended.stdout


def test_the_doctor_ends_with_1_where_nobody_answers(env: dict[str, str]) -> None:
    ended = run(env, "-H", "unix:///nonexistent.sock", "doctor")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "There is no socket /nonexistent.sock." in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor", "-H", "unix:///x", "-c", "y"],
        ["doctor", "--demo", "-c", "y"],
        ["doctor", "nurse"],
        ["doctor", "--nope"],
    ],
)
def test_the_doctor_refuses_what_it_cannot_be_asked(env: dict[str, str], arguments: list[str]) -> None:
    ended = run(env, *arguments)
    assert (ended.returncode, ended.stdout) == (USAGE, "")
    assert ended.stderr.splitlines()[-1].startswith("wharf: ")


def test_the_doctor_does_not_mind_that_nobody_reads_on(env: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "tui", "doctor", "-H", "unix:///nonexistent.sock"],
            cwd=CHECKOUT,
            env={**os.environ, **env},
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (1, "")
