"""Going into containers and out again, in a real terminal on a real Engine."""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container, image
from tests.live.pty_app import PtyApp

DETACH = "\x10\x11"
"""ctrl-p ctrl-q"""
DOWN, RIGHT = "\x1b[B", "\x1b[C"


@pytest.fixture
def terminal(engine: PrivateEngine, home: Path) -> Iterator[PtyApp]:
    with PtyApp(env={"DOCKER_HOST": engine.url}) as app:
        yield app


def busybox(api: docker.APIClient) -> bytes:
    """The one static program of the Engine's own image."""
    made = container(api, "source", start=False)
    packed = io.BytesIO(b"".join(api.get_archive(made, "/bin/busybox")[0]))
    api.remove_container(made)
    with tarfile.open(fileobj=packed) as tar:
        found = tar.extractfile("busybox")
        assert found is not None
        return found.read()


def entered(terminal: PtyApp, name: str, key: str, verb: str) -> None:
    """Go into a container, up to the line that says how to leave."""
    terminal.go_to(name)
    terminal.send(key)
    terminal.wait_for(f"{name} · docker {verb}")


def back(terminal: PtyApp, said: str) -> None:
    """Wait until Wharf is on the screen again and says how the stay ended."""
    terminal.wait_for("1 Containers")
    terminal.wait_for(said)


def left(terminal: PtyApp) -> None:
    """Leave Wharf: the terminal is as it was."""
    terminal.send("q")
    assert terminal.ends() == 0
    assert terminal.terminal_modes() == terminal.modes


def test_a_shell_answers_follows_the_terminals_size_and_tells_its_exit_code(
    terminal: PtyApp, api: docker.APIClient
) -> None:
    container(api, "web")
    entered(terminal, "web", "e", "exec")
    terminal.send('echo hel""lo\r')
    terminal.wait_for("\nhello")
    terminal.resize(33, 99)
    terminal.send("while [ \"$(stty size)\" != '33 99' ]; do :; done; echo gr''own\r")
    terminal.wait_for("grown")
    terminal.send("exit 3\r")
    back(terminal, "exit code 3")
    left(terminal)


def test_ctrl_c_in_a_shell_reaches_the_process_inside(terminal: PtyApp, api: docker.APIClient) -> None:
    container(api, "web")
    entered(terminal, "web", "e", "exec")
    # a shell inside the shell: it is in the foreground, and so hears the key, before it says a word
    terminal.send("sh -c 'echo beg''un; exec sleep 1000'\r")
    terminal.wait_for("begun")
    terminal.send("\x03")
    terminal.send("echo st''ill here\r")
    terminal.wait_for("still here")
    terminal.send("exit\r")
    back(terminal, "exit code")


def test_a_container_without_a_shell_says_so(terminal: PtyApp, api: docker.APIClient) -> None:
    # busybox under another name is no shell that anybody asks for
    image(api, "bare:1", files={"sleep": busybox(api)})
    container(api, "web", "/sleep", "1000", image="bare:1")
    terminal.go_to("web")
    terminal.send("e")
    back(terminal, "there is no shell")
    left(terminal)


def test_detach_keys_leave_an_attached_container_running(terminal: PtyApp, api: docker.APIClient) -> None:
    script = "while read line; do echo got $line; done"
    made = container(api, "web", "sh", "-c", script, tty=True, stdin_open=True)
    entered(terminal, "web", "a", "attach")
    terminal.send("something\r")
    terminal.wait_for("got something")
    terminal.send(DETACH)
    back(terminal, "web: left, the process goes on")
    assert api.inspect_container(made)["State"]["Running"]
    left(terminal)


def test_configured_detach_keys_are_said_and_used(
    engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    (home / "config.json").write_text(json.dumps({"detachKeys": "ctrl-x,d"}))
    made = container(api, "web", "cat", tty=True, stdin_open=True)
    with PtyApp(env={"DOCKER_HOST": engine.url}) as terminal:
        entered(terminal, "web", "a", "attach")
        terminal.wait_for("ctrl-x then d leaves it running")
        terminal.send("\x18d")
        back(terminal, "web: left, the process goes on")
    assert api.inspect_container(made)["State"]["Running"]


def test_without_a_terminal_output_is_seen_and_the_leave_key_leaves_it_running(
    terminal: PtyApp, api: docker.APIClient
) -> None:
    script = "while read line; do echo got $line; done"
    made = container(api, "web", "sh", "-c", script, stdin_open=True, detach=True)
    entered(terminal, "web", "a", "attach")
    terminal.wait_for("ctrl-c does nothing")
    terminal.send("one\r")
    terminal.wait_for("got one")
    terminal.send("\x03")
    terminal.send("two\r")
    terminal.wait_for("got two")
    terminal.send(DETACH)
    back(terminal, "web: left, the process goes on")
    assert api.inspect_container(made)["State"]["Running"]
    left(terminal)


def test_a_container_with_a_closed_input_is_only_watched(terminal: PtyApp, api: docker.APIClient) -> None:
    script = "trap 'echo heard a signal' INT; while :; do echo tick; sleep 2; done"
    made = container(api, "web", "sh", "-c", script)
    entered(terminal, "web", "a", "attach")
    terminal.wait_for("no input")
    terminal.wait_for("tick")
    terminal.send("\x03")
    terminal.send(DETACH)
    back(terminal, "web: left, the process goes on")
    assert api.inspect_container(made)["State"]["Running"]
    assert b"signal" not in api.logs(made)
    left(terminal)


def test_the_end_of_the_process_ends_the_stay_with_its_code(terminal: PtyApp, api: docker.APIClient) -> None:
    container(api, "web", "sh", "-c", "read line; exit 7", tty=True, stdin_open=True)
    entered(terminal, "web", "a", "attach")
    terminal.send("\r")
    back(terminal, "exit code 7")


@pytest.mark.parametrize("remove", [False, True], ids=["kept", "rm"])
def test_run_without_d_shows_the_first_line_and_the_exit_code(
    terminal: PtyApp, api: docker.APIClient, remove: bool
) -> None:
    terminal.wait_for("  Engine ")
    terminal.send("2")
    terminal.wait_for("docker run busybox:latest")
    terminal.send("R")
    terminal.wait_for("Run a container from busybox:latest")
    terminal.send("sh -c 'echo fir\"\"st; read line; exit 5'")
    terminal.wait_for("docker run busybox:latest sh -c")
    terminal.send(DOWN)
    terminal.wait_for("What the container is called")
    terminal.send("made")
    terminal.wait_for("docker run --name made")
    terminal.send(DOWN)
    terminal.wait_for("It runs on its own")
    terminal.send(RIGHT + " ")
    terminal.wait_for("docker run -i --name made")
    if remove:
        terminal.send(RIGHT * 2 + " ")
        terminal.wait_for("docker run -i --rm --name made")
    terminal.send("\x13")
    terminal.wait_for("made · docker run")
    terminal.wait_for("\nfirst")
    terminal.send("\r")
    back(terminal, "exit code 5")
    left(terminal)
    assert len(api.containers(all=True)) == (0 if remove else 1)


def test_quitting_with_an_open_log_ends_at_once(terminal: PtyApp, api: docker.APIClient) -> None:
    container(api, "web", "sh", "-c", "while :; do echo tick; sleep 0.1; done")
    terminal.go_to("web")
    terminal.send("l")
    terminal.wait_for("tick")
    terminal.wait_for("following")
    terminal.send("q")
    terminal.wait_for("1 Containers")
    terminal.send("l")
    terminal.wait_for("following")
    began = time.monotonic()
    terminal.send("\x03")
    assert terminal.ends() == 0
    print(f"\nquit with an open log: {time.monotonic() - began:.2f} s")  # noqa: T201 - measured, not asserted
    assert terminal.terminal_modes() == terminal.modes
