"""An app that lends its terminal and takes it back."""

from __future__ import annotations

import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fcntl import ioctl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.widgets.desk import LEAVE, Desk, Remote
from widgets.passthrough import How, lend_terminal
from widgets.text import shown

APP = Path(__file__).with_name("lending_app.py")


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


class SuspendedApp:
    """As much of an app as lending its terminal needs."""

    is_running = True
    resumed = False

    @contextmanager
    def suspend(self) -> Iterator[None]:
        yield
        self.resumed = True

    def batch_update(self) -> AbstractContextManager[None]:
        return nullcontext()


def at_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the desk the terminal of this program."""
    line = SimpleNamespace(fileno=lambda: desk.line)
    monkeypatch.setattr(sys, "__stdin__", line)
    monkeypatch.setattr(sys, "__stderr__", line)


async def test_an_app_whose_terminal_is_gone_does_not_set_it_up_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hang_up()
    app: Any = SuspendedApp()
    at_desk(desk, monkeypatch)
    ending = await lend_terminal(app, Remote(), leave=LEAVE, notice=shown("say hello"))
    assert ending.how is How.HUNG_UP
    assert not app.resumed


async def test_an_app_gets_its_terminal_back_when_the_pass_through_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = SuspendedApp()
    at_desk(desk, monkeypatch)
    remote = Remote()
    monkeypatch.setattr(remote, "resize", lambda rows, columns: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await lend_terminal(app, remote, leave=LEAVE, notice=shown("say hello"))
    assert app.resumed
    desk.sees(b"say hello")


class Program:
    """A Textual app in a terminal of its own that lends it to a `cat` as soon as it runs."""

    def __init__(self, mode: str) -> None:
        self.person, line = pty.openpty()
        ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, str(APP), mode], stdin=line, stdout=line, stderr=line, start_new_session=True
        )
        os.close(line)
        self.seen = b""

    def sees(self, text: bytes) -> None:
        stop = time.monotonic() + 15
        while text not in self.seen:
            assert time.monotonic() < stop, self.seen[-2000:]
            if select.select([self.person], [], [], 0.1)[0]:
                self.seen += os.read(self.person, 65536)

    def type(self, keys: bytes) -> None:
        os.write(self.person, keys)

    def ends(self, within: float) -> int:
        stop = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < stop, "the program did not end"
            if self.person >= 0 and select.select([self.person], [], [], 0.02)[0]:
                try:
                    self.seen += os.read(self.person, 65536)
                except OSError:
                    break
        return self.process.wait(within)

    def hang_up(self) -> None:
        os.close(self.person)
        self.person = -1

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.person >= 0:
            os.close(self.person)


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Iterator[Program]:
    program = Program(request.param)
    yield program
    program.close()


@pytest.mark.parametrize("program", ["stay"], indirect=True)
def test_an_app_goes_on_behind_a_lent_terminal_and_paints_again_afterwards(program: Program) -> None:
    program.sees(b"say hello")
    program.type(b"hello\n")
    program.sees(b"remote: hello")
    # the app counts on its own and repaints; a hundred repaints would have filled the writer's queue
    program.sees(b"remote: 100 ticks")
    assert b"ticks so far" not in program.seen.split(b"say hello")[1]
    program.type(LEAVE)
    program.sees(b"ticks so far")
    program.type(b"q")
    assert program.ends(5) == 0


@pytest.mark.parametrize("program", ["stay"], indirect=True)
def test_a_terminal_that_goes_away_ends_the_app_within_a_second(program: Program) -> None:
    program.sees(b"say hello")
    program.hang_up()
    assert program.ends(1.5) == 3


@pytest.mark.parametrize("program", ["quit"], indirect=True)
def test_an_app_that_quits_meanwhile_ends_at_once(program: Program) -> None:
    program.sees(b"say hello")
    program.type(b"bye\n")
    assert program.ends(2) == 0
    assert program.seen.rfind(b"\x1b[?1049l") > program.seen.rfind(b"\x1b[?1049h")


@pytest.mark.parametrize("program", ["cancel"], indirect=True)
def test_a_cancelled_loan_gives_the_terminal_back_to_the_app(program: Program) -> None:
    program.sees(b"say hello")
    program.type(b"bye\n")
    program.sees(b"cancelled")
    program.type(b"q")
    assert program.ends(5) == 0
