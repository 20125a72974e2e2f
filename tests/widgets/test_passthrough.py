"""The pass-through between a real pseudo-terminal and a socket."""

from __future__ import annotations

import os
import pty
import select
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fcntl import ioctl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.passthrough import Ending, How, LeaveKey, lend_terminal, pass_through
from widgets.text import shown

DEADLINE = 5.0
LEAVE = b"\x1d"
APP = Path(__file__).with_name("lending_app.py")


class Remote:
    """A stream whose other end the test holds."""

    def __init__(self, *, tty: bool = True, writable: bool = True) -> None:
        self.tty = tty
        self.writable = writable
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.sizes: list[tuple[int, int]] = []
        self.broken: OSError | None = None

    def fileno(self) -> int:
        return self.near.fileno()

    def pending(self) -> bool:
        return False

    def take(self) -> list[tuple[int, bytes]] | None:
        if self.broken:
            raise self.broken
        try:
            data = self.near.recv(65536)
        except BlockingIOError:
            return []
        return [(1, data)] if data else None

    def send(self, data: bytes | bytearray | memoryview) -> int:
        try:
            return self.near.send(data)
        except BlockingIOError:
            return 0

    def finish_input(self) -> None:
        self.near.shutdown(socket.SHUT_WR)

    def resize(self, rows: int, columns: int) -> None:
        self.sizes.append((rows, columns))

    def close(self) -> None:
        self.near.shutdown(socket.SHUT_RDWR)


class Desk:
    """A person at a terminal: what is typed, what is seen, and the pass-through on a thread."""

    def __init__(self) -> None:
        self.person, self.line = pty.openpty()
        self.before = termios.tcgetattr(self.line)
        self.ending: Ending | None = None
        self.error: BaseException | None = None
        self.seen = bytearray()
        self._thread: threading.Thread | None = None

    def start(self, remote: Remote, leave: bytes | None = LEAVE) -> None:
        def work() -> None:
            try:
                self.ending = pass_through(remote, leave=leave, stdin_fd=self.line, stdout_fd=self.line)
            except BaseException as error:  # noqa: BLE001 - handed to the test
                self.error = error

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()
        until(lambda: termios.tcgetattr(self.line) != self.before)

    def type(self, keys: bytes) -> None:
        os.write(self.person, keys)

    def look(self) -> bytes:
        while select.select([self.person], [], [], 0)[0]:
            try:
                data = os.read(self.person, 65536)
            except OSError:
                break
            self.seen += data
        return bytes(self.seen)

    def sees(self, text: bytes) -> None:
        until(lambda: text in self.look())

    def ends(self, how: How, within: float = DEADLINE) -> Ending:
        assert self._thread is not None
        stop = time.monotonic() + within
        while self._thread.is_alive() and time.monotonic() < stop:
            if how is not How.HUNG_UP:
                self.look()
            self._thread.join(0.01)
        assert self.error is None
        assert self.ending is not None, "the pass-through did not end"
        assert self.ending.how is how
        if how is not How.HUNG_UP:
            self.look()
        return self.ending

    def hang_up(self) -> None:
        os.close(self.person)
        self.person = -1

    def close(self) -> None:
        for descriptor in (self.person, self.line):
            if descriptor >= 0:
                os.close(descriptor)


def until(condition: Callable[[], bool]) -> None:
    stop = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < stop, "it never happened"
        select.select([], [], [], 0.005)


def received(remote: Remote, length: int) -> bytes:
    remote.far.settimeout(DEADLINE)
    data = b""
    while len(data) < length and (more := remote.far.recv(65536)):
        data += more
    return data


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def test_every_byte_passes_both_ways_when_the_process_has_a_terminal(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    keys = bytes(set(range(256)) - {LEAVE[0]})
    desk.type(keys)
    assert received(remote, len(keys)) == keys
    remote.far.sendall(b"\xff\x00\n\x1b[31mred")
    desk.sees(b"\xff\x00\n\x1b[31mred")
    remote.far.close()
    desk.ends(How.ENDED)


def test_the_leave_key_ends_it_and_what_was_typed_before_arrives(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    desk.type(b"last words" + LEAVE)
    desk.ends(How.LEFT)
    assert received(remote, 10) == b"last words"


def test_a_sequence_as_leave_key_is_held_back_and_passed_on_when_it_does_not_follow(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote, leave=b"\x10\x11")
    desk.type(b"a\x10b")
    assert received(remote, 3) == b"a\x10b"
    desk.type(b"\x10\x11")
    desk.ends(How.LEFT)


@given(st.lists(st.binary(max_size=6)), st.binary(min_size=1, max_size=3))
def test_the_leave_key_is_found_however_the_keys_are_cut(pieces: list[bytes], key: bytes) -> None:
    typed = b"".join(pieces)
    finder, passed, left = LeaveKey(key), b"", False
    for piece in pieces:
        part, left = finder.feed(piece)
        passed += part
        if left:
            break
    assert left == (key in typed)
    if left:
        assert passed == typed[: typed.find(key)]
    else:
        assert typed.startswith(passed)
        assert len(typed) - len(passed) < len(key)


def test_the_size_is_told_at_the_start_and_when_it_changes(desk: Desk) -> None:
    remote = Remote()
    ioctl(desk.line, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    desk.start(remote)
    until(lambda: remote.sizes == [(30, 100)])
    ioctl(desk.line, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
    until(lambda: remote.sizes == [(30, 100), (50, 132)])
    desk.type(LEAVE)
    desk.ends(How.LEFT)


@pytest.mark.parametrize(
    ("has_tty", "writable"), [(True, True), (False, True), (False, False), (True, False)]
)
def test_the_terminal_is_as_before_afterwards(desk: Desk, has_tty: bool, writable: bool) -> None:
    remote = Remote(tty=has_tty, writable=writable)
    desk.start(remote)
    desk.type(LEAVE)
    desk.ends(How.LEFT)
    assert termios.tcgetattr(desk.line) == desk.before


def test_a_broken_connection_is_told_in_its_own_words_and_the_terminal_restored(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    remote.broken = ConnectionError("the cable is out")
    remote.far.send(b"x")
    assert desk.ends(How.LOST).words == "the cable is out"
    assert termios.tcgetattr(desk.line) == desk.before


def test_an_unexpected_exception_still_restores_the_terminal(desk: Desk) -> None:
    remote = Remote()

    def broken(rows: int, columns: int) -> None:
        raise RuntimeError("unexpected")

    remote.resize = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        pass_through(remote, leave=None, stdin_fd=desk.line, stdout_fd=desk.line)
    assert termios.tcgetattr(desk.line) == desk.before


def test_five_megabytes_of_output_arrive_whole_although_the_process_ended_long_before(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    block = bytes(range(32, 127)) * 55_189
    sender = threading.Thread(target=lambda: (remote.far.sendall(block), remote.far.close()))
    sender.start()
    desk.ends(How.ENDED, within=20)
    sender.join()
    assert desk.seen[: len(block)] == block


def test_the_leave_key_works_while_output_floods_the_screen(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    flooding = threading.Event()

    def flood() -> None:
        try:
            while True:
                remote.far.sendall(b"y\n" * 4096)
                flooding.set()
        except OSError:
            return

    threading.Thread(target=flood, daemon=True).start()
    assert flooding.wait(DEADLINE)
    desk.type(LEAVE)
    desk.ends(How.LEFT, within=2)
    remote.far.close()


def test_a_process_that_reads_nothing_does_not_stop_its_output_or_the_leave_key(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    paste = threading.Thread(target=lambda: os.write(desk.person, b"x" * 600_000))
    paste.start()
    remote.far.sendall(b"still talking")
    desk.sees(b"still talking")
    paste.join(DEADLINE)
    desk.type(LEAVE)
    desk.ends(How.LEFT)


@pytest.mark.parametrize("has_tty", [True, False])
def test_a_terminal_that_goes_away_ends_it_within_a_second(desk: Desk, has_tty: bool) -> None:
    desk.start(Remote(tty=has_tty))
    desk.hang_up()
    desk.ends(How.HUNG_UP, within=1)


def test_a_terminal_that_takes_nothing_does_not_hold_up_a_stream_closed_elsewhere(desk: Desk) -> None:
    remote = Remote()
    os.write(desk.line, b"so that the last piece fits only in part")
    desk.start(remote)
    remote.far.sendall(b"z" * 150_000)
    until(lambda: select.select([], [desk.line], [], 0)[1] == [])
    remote.near.close()
    assert desk._thread is not None
    desk._thread.join(2)
    assert desk.ending == Ending(How.ENDED)


def test_closing_the_stream_from_another_thread_ends_it(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    remote.close()
    desk.ends(How.ENDED, within=0.5)


def test_without_a_terminal_there_whole_lines_are_sent_and_no_signal_keys(desk: Desk) -> None:
    remote = Remote(tty=False)
    desk.start(remote)
    desk.type(b"helo\x7f\x7fllo\x03\n")
    assert received(remote, 6) == b"hello\n"
    remote.far.sendall(b"one\ntwo\n")
    desk.sees(b"one\r\ntwo\r\n")
    desk.type(LEAVE)
    desk.ends(How.LEFT)


def test_without_a_terminal_there_ctrl_d_ends_the_input_and_the_leave_key_still_works(desk: Desk) -> None:
    remote = Remote(tty=False)
    desk.start(remote)
    desk.type(b"\x04")
    assert received(remote, 1) == b""
    remote.far.sendall(b"goodbye\n")
    desk.sees(b"goodbye\r\n")
    desk.type(LEAVE)
    desk.ends(How.LEFT)


def test_a_leave_sequence_without_a_terminal_there_needs_no_enter(desk: Desk) -> None:
    desk.start(Remote(tty=False), leave=b"\x10\x11")
    desk.type(b"\x10\x11")
    desk.ends(How.LEFT)


def test_a_closed_stdin_takes_no_keys_and_shows_none(desk: Desk) -> None:
    remote = Remote(tty=False, writable=False)
    desk.start(remote)
    desk.type(b"secret\n")
    remote.far.sendall(b"output\n")
    desk.sees(b"output\r\n")
    desk.type(LEAVE)
    desk.ends(How.LEFT)
    assert b"secret" not in desk.seen
    with pytest.raises(BlockingIOError):
        remote.far.recv(100, socket.MSG_DONTWAIT)


def test_what_the_remote_program_switched_on_is_off_afterwards(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote)
    remote.far.sendall(b"\x1b[?1049h\x1b[?1000h\x1b[?25l\x1b[31m\x1b[?2004h\x1b]0;cut")
    desk.sees(b"cut")
    desk.type(LEAVE)
    desk.ends(How.LEFT)
    after = bytes(desk.seen).split(b"cut", 1)[1]
    assert after.startswith(b"\x1b\\\x1b[?1049l")
    for sequence in (b"\x1b[0m", b"1000;", b";25h", b"\x1b[?2004;"):
        assert sequence in after


@pytest.mark.parametrize("pieces", [[b"\x1b[?1049h", b"vi", b"\x1b[?10", b"49l"], [b"no program"]])
def test_the_alternate_screen_is_not_left_a_second_time(desk: Desk, pieces: list[bytes]) -> None:
    remote = Remote()
    desk.start(remote)
    for piece in pieces:
        remote.far.sendall(piece)
    desk.sees(pieces[-1])
    before = len(desk.seen)
    desk.type(LEAVE)
    desk.ends(How.LEFT)
    assert b"1049l" not in desk.seen[before:]


def test_a_mode_that_a_shell_changed_meanwhile_is_set_again(desk: Desk) -> None:
    desk.start(Remote())
    termios.tcsetattr(desk.line, termios.TCSANOW, desk.before)
    until(lambda: not termios.tcgetattr(desk.line)[tty.LFLAG] & termios.ICANON)
    desk.type(LEAVE)
    desk.ends(How.LEFT)


def test_keys_typed_after_the_end_reach_nobody(desk: Desk) -> None:
    desk.start(Remote())
    desk.type(LEAVE + b"q\n" * 4000)
    desk.ends(How.LEFT)
    assert select.select([desk.line], [], [], 0)[0] == []


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


async def test_an_app_whose_terminal_is_gone_does_not_set_it_up_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hang_up()
    monkeypatch.setattr(sys, "__stderr__", SimpleNamespace(fileno=lambda: desk.line))
    app: Any = SuspendedApp()
    ending = await lend_terminal(app, Remote(), leave=LEAVE, notice=shown("say hello"))
    assert ending.how is How.HUNG_UP
    assert not app.resumed


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
