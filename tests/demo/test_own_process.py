"""`python -m tui.demo`: a demo Engine of its own, for other programs such as the docker CLI."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import docker
import pytest
from docker.errors import APIError

from tests.cli import docker_cli
from tests.demo.conftest import DEADLINE
from tui.demo.hostile import IMAGE, LINES, LOUD, VOLUME


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A demo in the foreground of its own process, and its URL."""
    command = [sys.executable, "-m", "tui.demo", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            word, _, url = demo.stdout.readline().strip().partition("=")
            assert word == "export DOCKER_HOST"
            yield demo, url
        finally:
            demo.kill()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served("--hostile", "--scale", "5") as (_, url):
        yield url


def cli(url: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    """What the docker CLI says."""
    command = [*docker_cli(), "-H", url, *args]
    return subprocess.run(command, capture_output=True, timeout=DEADLINE, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_end_and_takes_its_socket_along(number: signal.Signals) -> None:
    with served("--scale", "5", "--refuse", "GET", "/volumes", "500", "no") as (demo, url):
        api = docker.APIClient(base_url=url, version="auto")
        assert "/crowd-00005" in [name for each in api.containers(all=True) for name in each["Names"]]
        with pytest.raises(APIError, match="no"):
            api.volumes()
        api.close()
        demo.send_signal(number)
        assert demo.wait(DEADLINE) == 0
        assert not os.path.exists(os.path.dirname(url.removeprefix("unix://")))


def test_a_status_that_is_no_number_is_refused_before_anything_is_served() -> None:
    command = [sys.executable, "-m", "tui.demo", "--refuse", "GET", "/volumes", "many", "no"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 2
    assert "a status is a number" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("ps", "--all", "--no-trunc"), (LOUD, "crowd-00005", "shop-db-1")),
        (("images",), (IMAGE.partition(":")[0], "postgres")),
        (("network", "ls"), ("shop_backend", "hostile-markup")),
        (("volume", "ls"), (VOLUME, "shop_db")),
        (("logs", "--tail", "3", "shop-db-1"), ("checkpoint",)),
        (("inspect", "shop-db-1"), ('"Name": "/shop-db-1"',)),
        (("top", "shop-db-1"), ("postgres",)),
        (("exec", "shop-app-1", "echo", "hello"), ("hello",)),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
def test_the_docker_cli_reads_it(url: str, args: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = cli(url, *args)
    assert done.returncode == 0, done.stderr
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert all(word in said for word in words), said


def test_the_docker_cli_gets_hostile_log_lines_byte_by_byte(url: str) -> None:
    done = cli(url, "logs", LOUD)
    assert done.stdout == b"".join(line + b"\n" for line in LINES[::2])
    assert done.stderr == b"".join(line + b"\n" for line in LINES[1::2])
