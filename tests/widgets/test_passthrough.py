"""The pass-through between a real pseudo-terminal and a socket."""

from __future__ import annotations

import os
import select
import socket
import struct
import termios
import threading
import tty
from collections.abc import Iterator
from fcntl import ioctl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widgets.desk import DEADLINE, LEAVE, Desk, Remote, received, until
from widgets.passthrough import Ending, How, LeaveKey, pass_through


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
    assert desk.thread is not None
    desk.thread.join(2)
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
