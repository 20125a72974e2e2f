"""When its terminal goes away, the program goes too."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.hangup import HUNG_UP

CHECKOUT = Path(__file__).parents[1]
SECONDS = 15.0
"""How long the program may take to come; it has ended long before this, or never."""


class Terminal:
    """A pseudo-terminal with the program in it, showing its first screen."""

    def __init__(self, home: Path, hangup: signal.Handlers) -> None:
        self._person, line = os.openpty()
        self._open = True

        def begin() -> None:
            os.login_tty(line)
            signal.signal(signal.SIGHUP, hangup)

        names = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
        env = {**os.environ, **dict.fromkeys(names, ""), "HOME": str(home), "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui", "-H", "unix:///nonexistent.sock"],
            cwd=CHECKOUT,
            env=env,
            preexec_fn=begin,
            pass_fds=(line,),
        )
        os.close(line)
        self._await("No such file".encode())

    def hang_up(self) -> None:
        """Close the window."""
        if self._open:
            self._open = False
            os.close(self._person)

    def ends(self) -> int:
        """The exit code, within a few seconds."""
        return self.process.wait(5)

    def drain(self) -> None:
        """Read what is painted until nothing comes any more because the program has ended."""
        while True:
            try:
                if not os.read(self._person, 65536):
                    return
            except OSError:
                return

    def close(self) -> None:
        """End what is left."""
        self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _await(self, text: bytes) -> None:
        end, seen = time.monotonic() + SECONDS, b""
        while text not in seen:
            assert select.select([self._person], [], [], end - time.monotonic())[0], "no screen came"
            seen += os.read(self._person, 65536)


@pytest.fixture(params=[signal.SIG_DFL, signal.SIG_IGN], ids=["default", "ignored"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, request.param)
    yield terminal
    terminal.close()


def test_closing_the_terminal_ends_it_although_the_signal_is_ignored(terminal: Terminal) -> None:
    terminal.hang_up()
    assert terminal.ends() == HUNG_UP


@pytest.mark.parametrize("terminal", [signal.SIG_DFL], indirect=True, ids=["default"])
def test_the_signal_alone_ends_it_and_the_terminal_is_left_well(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGHUP)
    terminal.drain()
    assert terminal.ends() == HUNG_UP
