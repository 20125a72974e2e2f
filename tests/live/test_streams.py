"""Exec, attach and logs on a real Engine."""

from __future__ import annotations

import os
import pty
import select
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from fcntl import ioctl
from itertools import count
from typing import Any

import docker
import pytest

from tui.engine.logs import LogLine, LogStream
from tui.engine.streams import SHELL, Session, open_attach, open_exec, start_attached
from widgets.passthrough import Ending, How, pass_through

IMAGE = "busybox:latest"
DEADLINE = 20.0

Make = Callable[..., str]


@pytest.fixture
def make(api: docker.APIClient) -> Iterator[Make]:
    """Creates containers that are gone afterwards; `auto_remove` as for docker run --rm."""
    numbers = count()
    made: list[str] = []

    def create(*command: str, auto_remove: bool = False, **options: Any) -> str:
        host = api.create_host_config(auto_remove=auto_remove, log_config={"type": "json-file"})
        name = f"st-{time.monotonic_ns()}-{next(numbers)}"
        made.append(api.create_container(IMAGE, list(command), name=name, host_config=host, **options)["Id"])
        return made[-1]

    yield create
    for container in made:
        try:
            api.remove_container(container, force=True, v=True)
        except docker.errors.APIError as error:
            # gone or going by itself
            assert error.status_code in (404, 409)  # noqa: PT017


@pytest.fixture
def running(api: docker.APIClient, make: Make) -> str:
    container = make("sleep", "1000")
    api.start(container)
    return container


def output(session: Session, fd: int | None = None) -> bytes:
    """Everything until the end, of one descriptor or both."""
    data = b""
    while pieces := session.read():
        data += b"".join(part for number, part in pieces if fd in (None, number))
    return data


def read_until(session: Session, text: bytes) -> bytes:
    data = b""
    until = time.monotonic() + DEADLINE
    while text not in data:
        pieces = session.read()
        assert pieces, data
        assert time.monotonic() < until
        data += b"".join(part for _, part in pieces)
    return data


@pytest.mark.parametrize("tty", [True, False])
def test_an_exec_gives_all_its_output_and_its_exit_code(
    api: docker.APIClient, running: str, tty: bool
) -> None:
    end = b"\r\n" if tty else b"\n"
    for _ in range(8):
        session = open_exec(api, running, ["sh", "-c", "echo first; exit 7"], tty=tty)
        assert output(session) == b"first" + end
        assert session.exit_code() == 7
        session.close()


def test_an_exec_has_its_user_folder_environment_and_size(api: docker.APIClient, running: str) -> None:
    session = open_exec(api, running, SHELL, user="1:2", workdir="/bin", env=["WORD=a b"])
    session.resize(33, 99)
    # the size arrives on a connection of its own
    session.write(
        b"while [ \"$(stty size)\" != '33 99' ]; do :; done; echo $WORD $(id -u):$(id -g) $PWD; exit 3\n"
    )
    assert b"a b 1:2 /bin" in output(session)
    assert session.exit_code() == 3
    session.close()


@pytest.mark.parametrize("argv", [["no-such-shell"], ["/bin"]])
def test_a_missing_shell_is_told_by_126_or_127(api: docker.APIClient, running: str, argv: list[str]) -> None:
    session = open_exec(api, running, argv)
    assert argv[0].encode() in output(session)
    assert session.exit_code() in (126, 127)
    session.close()


def test_an_exec_without_a_terminal_keeps_errors_apart_and_ends_with_its_input(
    api: docker.APIClient, running: str
) -> None:
    session = open_exec(api, running, ["sh", "-c", "cat; echo oops >&2"], tty=False)
    session.write(b"in and out\n")
    session.finish_input()
    pieces = []
    while more := session.read():
        pieces += more
    assert sorted(pieces) == [(1, b"in and out\n"), (2, b"oops\n")]
    assert session.exit_code() == 0
    session.close()


@pytest.mark.parametrize("tty", [True, False])
@pytest.mark.parametrize("auto_remove", [True, False])
def test_starting_attached_never_loses_the_first_line_nor_the_exit_code(
    api: docker.APIClient, make: Make, tty: bool, auto_remove: bool
) -> None:
    for _ in range(8):
        container = make("sh", "-c", "echo first; exit 5", tty=tty, auto_remove=auto_remove)
        session = start_attached(api, container, size=(30, 90))
        assert output(session).split() == [b"first"]
        assert session.exit_code() == 5
        session.close()


def test_detach_keys_leave_the_container_running(api: docker.APIClient, make: Make) -> None:
    container = make("sh", tty=True, stdin_open=True)
    session = start_attached(api, container, detach_keys="ctrl-x,x", size=(24, 80))
    read_until(session, b"# ")
    session.write(b"\x18x")
    output(session)
    assert session.exit_code() is None
    assert api.inspect_container(container)["State"]["Running"]
    session.close()


def test_detach_keys_end_an_exec_but_not_its_container(api: docker.APIClient, running: str) -> None:
    session = open_exec(api, running, ["cat"], detach_keys="ctrl-x")
    session.write(b"hello\n")
    read_until(session, b"hello")
    session.write(b"\x18")
    assert b"read escape sequence" in output(session)
    assert session.exit_code() == 126
    assert api.inspect_container(running)["State"]["Running"]
    session.close()


def test_attaching_without_a_terminal_keeps_output_and_errors_apart(
    api: docker.APIClient, make: Make
) -> None:
    container = make("sh", "-c", "read line; echo out $line; echo err $line >&2; exit 4", stdin_open=True)
    api.start(container)
    session = open_attach(api, container)
    assert (session.tty, session.writable) == (False, True)
    session.write(b"hello\n")
    pieces = []
    while more := session.read():
        pieces += more
    assert sorted(pieces) == [(1, b"out hello\n"), (2, b"err hello\n")]
    assert session.exit_code() == 4
    session.close()


def test_attaching_with_logs_begins_with_what_was_written(api: docker.APIClient, make: Make) -> None:
    container = make("sh", "-c", "echo before; read line; echo after", stdin_open=True, tty=True)
    api.start(container)
    assert next(iter(LogStream(api, container, tty=True))) == [LogLine(1, "before")]
    session = open_attach(api, container, logs=True)
    assert b"before" in read_until(session, b"before")
    session.write(b"\n")
    assert b"after" in output(session)
    session.close()


@pytest.mark.parametrize("once", [True, False])
def test_closing_an_attach_ends_the_input_only_where_it_says_so(
    api: docker.APIClient, make: Make, once: bool
) -> None:
    # the SDK asks for StdinOnce unless told that nobody will be attached
    container = make("sh", "-c", "while read line; do echo got $line; done", stdin_open=True, detach=not once)
    session = start_attached(api, container)
    assert session.input_once is once
    session.write(b"one\n")
    read_until(session, b"got one")
    session.close()
    if once:
        assert api.wait(container, timeout=DEADLINE)["StatusCode"] == 0
    else:
        again = open_attach(api, container)
        again.write(b"two\n")
        read_until(again, b"got two")
        again.close()


@pytest.mark.parametrize("kind", ["exec", "attach", "logs"])
def test_closing_from_another_thread_ends_a_blocked_reader_at_once(
    api: docker.APIClient, running: str, kind: str
) -> None:
    if kind == "logs":
        stream = LogStream(api, running, tty=False)
        reader = threading.Thread(target=lambda: list(stream), daemon=True)
        close = stream.close
    else:
        session = open_exec(api, running, ["cat"]) if kind == "exec" else open_attach(api, running)
        reader = threading.Thread(target=lambda: output(session), daemon=True)
        close = session.close
    reader.start()
    reader.join(0.1)
    assert reader.is_alive()
    started = time.monotonic()
    close()
    reader.join(DEADLINE)
    assert time.monotonic() - started < 0.5


def lines(stream: LogStream) -> list[LogLine]:
    return [line for batch in stream for line in batch]


@pytest.mark.parametrize("tty", [True, False])
def test_a_line_of_a_megabyte_is_joined(api: docker.APIClient, make: Make, tty: bool) -> None:
    container = make("sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' a; echo; echo end", tty=tty)
    api.start(container)
    api.wait(container)
    for timestamps in (False, True):
        long, end = lines(LogStream(api, container, tty=tty, timestamps=timestamps, longest=2_000_000))
        assert long.text == "a" * 1_000_000
        assert end.text == "end"
        assert bool(end.at) is timestamps
    cut, _ = lines(LogStream(api, container, tty=tty))
    assert len(cut.text) < 100_000
    assert cut.text.endswith("a…")


def test_following_shows_lines_as_they_come_and_ends_with_the_container(
    api: docker.APIClient, make: Make
) -> None:
    container = make("sh", "-c", "echo one; read x; echo two >&2", stdin_open=True)
    api.start(container)
    batches = iter(LogStream(api, container, tty=False))
    assert next(batches) == [LogLine(1, "one")]
    session = open_attach(api, container)
    session.write(b"\n")
    assert [line for batch in batches for line in batch] == [LogLine(2, "two")]
    session.close()


def test_only_the_last_lines_are_asked_for(api: docker.APIClient, make: Make) -> None:
    container = make("seq", "5000")
    api.start(container)
    api.wait(container)
    assert [line.text for line in lines(LogStream(api, container, tty=False, tail=2))] == ["4999", "5000"]
    assert len(lines(LogStream(api, container, tty=False, tail=None, follow=False))) == 5000
    assert len(lines(LogStream(api, container, tty=False))) == 1000


class Terminal:
    """A person at a terminal that is passed through to a session."""

    def __init__(self, session: Session, leave: bytes | None) -> None:
        self._person, self._line = pty.openpty()
        self.resize(24, 80)
        self.endings: list[Ending] = []
        self.seen = b""

        def work() -> None:
            ending = pass_through(session, leave=leave, stdin_fd=self._line, stdout_fd=self._line)
            self.endings.append(ending)

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def resize(self, rows: int, columns: int) -> None:
        ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self._person, keys)

    def sees(self, text: bytes) -> None:
        """Wait until the text is on the screen, after what was seen before."""
        until = time.monotonic() + DEADLINE
        while text not in self.seen:
            assert time.monotonic() < until, self.seen
            if select.select([self._person], [], [], 0.05)[0]:
                self.seen += os.read(self._person, 65536)
        self.seen = self.seen.split(text, 1)[1]

    def ends(self) -> How:
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()
        os.close(self._person)
        os.close(self._line)
        return self.endings[0].how


def test_a_shell_in_a_real_terminal_follows_its_size_and_hears_ctrl_c(
    api: docker.APIClient, running: str
) -> None:
    session = open_exec(api, running, SHELL)
    terminal = Terminal(session, leave=None)
    terminal.sees(b"# ")
    terminal.type(b"stty size\r")
    terminal.sees(b"24 80")
    terminal.resize(50, 132)
    terminal.type(b"while [ \"$(stty size)\" != '50 132' ]; do :; done; echo gr''own\r")
    terminal.sees(b"grown")
    terminal.type(b"sh -c 'echo be''gun; exec sleep 1000'\r")
    terminal.sees(b"begun")
    terminal.type(b"\x03")
    terminal.sees(b"# ")
    terminal.type(b"exit 9\r")
    assert terminal.ends() is How.ENDED
    assert session.exit_code() == 9
    session.close()


def test_the_leave_key_leaves_a_container_without_a_terminal_running(
    api: docker.APIClient, make: Make
) -> None:
    command = "while read line; do echo got $line; done"
    container = make("sh", "-c", command, stdin_open=True, detach=True)
    session = start_attached(api, container)
    terminal = Terminal(session, leave=b"\x1d")
    terminal.type(b"one\n")
    terminal.sees(b"got one")
    terminal.type(b"\x1d")
    assert terminal.ends() is How.LEFT
    session.close()
    assert api.inspect_container(container)["State"]["Running"]
