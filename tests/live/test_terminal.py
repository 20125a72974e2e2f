"""The whole terminal given to a container, and taken back, in a real pseudo-terminal on a real Engine."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import IMAGE, container
from tests.live.pty_app import PtyApp
from tests.live.roots import root_of

DETACH = "\x10\x11"
"""ctrl-p ctrl-q, Docker's own detach keys."""
CTRL_C = "\x03"


def without_shell(engine: PrivateEngine, api: docker.APIClient) -> str:
    """An image that holds one program, which can be anything but a shell found by its name."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(root_of(engine.suite) / "bin/busybox", "busybox-alone")
    api.import_image_from_data(packed.getvalue(), "shell-less", "1")
    return "shell-less:1"


def state(api: docker.APIClient, name: str) -> str:
    """A container's state."""
    return str(api.inspect_container(name)["State"]["Status"])


def goes_on(terminal: PtyApp) -> None:
    """See that Wharf is back at the keyboard and on the screen."""
    terminal.wait_for("? help")
    terminal.send("?")
    terminal.wait_for("Help")


def test_a_shell_shows_its_output_follows_the_size_and_its_exit_code_is_said(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "web")
    with PtyApp("-H", engine.url, env={}, rows=30, columns=110) as terminal:
        terminal.go_to("web")
        terminal.send("e")
        terminal.wait_for("web · docker exec -it web sh")
        terminal.send("while [ \"$(stty size)\" != '30 110' ]; do :; done; echo or''dinary\r")
        terminal.wait_for("ordinary")
        terminal.resize(40, 132)
        terminal.send("while [ \"$(stty size)\" != '40 132' ]; do :; done; echo gr''own\r")
        terminal.wait_for("grown")
        terminal.send("exit 3\r")
        terminal.wait_for("web: ended, exit code 3")
        goes_on(terminal)
    assert state(api, "web") == "running"


def test_a_container_without_a_shell_is_said_to_have_none(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "web", "/busybox-alone", "sleep", "1000", image=without_shell(engine, api))
    with PtyApp("-H", engine.url, env={}) as terminal:
        terminal.go_to("web")
        terminal.send("e")
        terminal.wait_for("web: there is no shell in this container, exit code 12")
        goes_on(terminal)
    assert state(api, "web") == "running"


def test_the_detach_keys_leave_a_containers_terminal_and_let_it_run(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "web", "sh", tty=True, stdin_open=True)
    with PtyApp("-H", engine.url, env={}) as terminal:
        terminal.go_to("web")
        terminal.send("a")
        terminal.wait_for("ctrl-p then ctrl-q leaves it running")
        terminal.send("echo he''llo\r")
        terminal.wait_for("hello")
        terminal.send(DETACH)
        terminal.wait_for("web: left, the process goes on")
        goes_on(terminal)
    assert state(api, "web") == "running"


@pytest.mark.parametrize("reads", [True, False])
def test_without_a_terminal_inside_ctrl_c_sends_no_signal_and_the_leave_key_leaves(
    engine: PrivateEngine, api: docker.APIClient, home: Path, reads: bool
) -> None:
    loop = "trap 'echo caught; exit' INT QUIT; while :; do i=$((i+1)); echo tick $i; usleep 100000; done"
    container(api, "web", "sh", "-c", loop, stdin_open=reads)
    with PtyApp("-H", engine.url, env={}) as terminal:
        terminal.go_to("web")
        terminal.send("a")
        terminal.wait_for("ctrl-c does nothing")
        terminal.wait_for("tick")
        terminal.send(CTRL_C)
        said = api.logs("web").count(b"tick")
        terminal.until(lambda: f"tick {said + 5}" in terminal.text)
        terminal.send(DETACH)
        terminal.wait_for("web: left, the process goes on")
        goes_on(terminal)
    assert b"caught" not in api.logs("web")
    assert state(api, "web") == "running"


def test_a_run_without_d_shows_the_first_line_and_says_the_exit_code(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    with PtyApp("-H", engine.url, env={}) as terminal:
        terminal.wait_for("GiB")
        terminal.send("2")
        terminal.wait_for(f"docker run {IMAGE}")
        terminal.send("R")
        terminal.wait_for("Run a container from")
        terminal.send("sh -c \"echo fir''st; sleep 1; exit 5\"\x1b[Bmade\x13")
        terminal.wait_for("first")
        terminal.wait_for("made: ended, exit code 5")
        goes_on(terminal)
    assert api.logs("made") == b"first\n"


def test_quitting_from_an_open_log_ends_the_process(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    container(api, "web", "sh", "-c", "echo first words; exec sleep 1000")
    with PtyApp("-H", engine.url, env={}) as terminal:
        terminal.go_to("web")
        terminal.send("l")
        terminal.wait_for("first words")
        terminal.send(CTRL_C)
        assert terminal.ends() == 0
        assert terminal.terminal_modes() == terminal.modes
