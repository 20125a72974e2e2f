"""The `wharf` command in a terminal that goes away, and where there is none."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import __version__
from tui.demo import DemoEngine

ROOT = Path(__file__).parent.parent
DEADLINE = 20.0
"""Seconds that Python may take to start on a busy machine."""
WITHIN = 1.0
"""Seconds within which it ends with its terminal."""
UNFLUSHED = 120
"""Python's own exit code when standard output, here a terminal that is gone, takes nothing any more."""
READY = b"wharf"
"""What the painted screen holds."""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment that finds nothing of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    home = {name: str(tmp_path) for name in ("HOME", "DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    return {**kept, **home, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}


class InTerminal:
    """`python -m tui` as the leader of a session of its own, on a new terminal."""

    def __init__(self, env: dict[str, str], *args: str, ignoring_hangup: bool = False) -> None:
        self.terminal, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

        def lead() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            # whatever whoever runs the tests does with it
            signal.signal(signal.SIGHUP, signal.SIG_IGN if ignoring_hangup else signal.SIG_DFL)

        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui", *args],
            stdin=side,
            stdout=side,
            stderr=side,
            cwd=ROOT,
            env=env,
            preexec_fn=lead,
        )
        os.close(side)

    def until(self, sign: bytes) -> bytes:
        """Read what is painted until a sign is among it."""
        painted, end = b"", time.monotonic() + DEADLINE
        while sign not in painted:
            ready, _, _ = select.select([self.terminal], [], [], max(end - time.monotonic(), 0))
            assert ready, f"{sign!r} was never painted: {painted[-500:]!r}"
            painted += os.read(self.terminal, 65536)
        return painted

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self.terminal)
        self.terminal = -1

    def ended_within(self, seconds: float) -> int:
        """The exit code. Fails when it still runs then."""
        return self.process.wait(seconds)

    def close(self) -> None:
        """End it whatever happened."""
        self.process.kill()
        self.process.wait()
        if self.terminal >= 0:
            os.close(self.terminal)


@pytest.fixture(params=["no Engine", "an Engine"])
def endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "no Engine":
        yield f"unix://{tmp_path}/none.sock"
        return
    with DemoEngine() as demo:
        yield demo.start()


@pytest.mark.parametrize("ignoring", [False, True], ids=["with SIGHUP", "with SIGHUP ignored"])
def test_it_ends_when_its_terminal_goes_away(env: dict[str, str], endpoint: str, ignoring: bool) -> None:
    wharf = InTerminal(env, "-H", endpoint, ignoring_hangup=ignoring)
    try:
        wharf.until(READY)
        wharf.hang_up()
        assert wharf.ended_within(WITHIN) in (128 + signal.SIGHUP, UNFLUSHED)
    finally:
        wharf.close()


def test_it_ends_on_sighup_alone(env: dict[str, str], endpoint: str) -> None:
    wharf = InTerminal(env, "-H", endpoint)
    try:
        wharf.until(READY)
        wharf.process.send_signal(signal.SIGHUP)
        assert wharf.ended_within(WITHIN) == 128 + signal.SIGHUP
    finally:
        wharf.close()


def test_a_missing_context_ends_with_one_line(env: dict[str, str]) -> None:
    wharf = InTerminal(env, "--context", "nope")
    try:
        said = wharf.until(b"\n")
        assert said.strip() == b"wharf: there is no docker context named 'nope' (asked for by --context)"
        assert wharf.ended_within(DEADLINE) == 2
    finally:
        wharf.close()


def plain(env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *args],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_without_a_terminal_it_says_so_in_one_line(env: dict[str, str]) -> None:
    done = plain(env)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "wharf: a terminal is needed: standard input, output or error is none\n"


def test_version_and_help_need_no_terminal(env: dict[str, str]) -> None:
    version = plain(env, "--version")
    assert (version.returncode, version.stdout) == (0, f"wharf {__version__}\n")
    shown = plain(env, "--help")
    assert shown.returncode == 0
    for option in ("-H", "--context", "--read-only", "--version", "--help"):
        assert option in shown.stdout


@pytest.mark.parametrize("arg", ["--nope", "extra", "--read"])
def test_what_is_no_argument_is_refused(env: dict[str, str], arg: str) -> None:
    done = plain(env, arg)
    assert done.returncode == 2
    assert "usage: wharf" in done.stderr
    assert arg in done.stderr.splitlines()[-1]
