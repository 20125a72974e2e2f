"""What a person at a shell's terminal in the demo sees of the keys that were pressed."""

from __future__ import annotations

import re

import docker
import pyte
import pytest

from tests.demo.talking import DATABASE, PROXY, all_of, made, read_until, text_of
from tui.demo.line_editor import LineEditor
from tui.engine.streams import SHELL, Session, open_exec, start_attached

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
PROMPT = "/ # "


class Keyboard:
    """A line editor with the screen that it paints."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(60, 10)
        self.stream = pyte.Stream(self.screen)
        self.lines: list[str | None] = []
        self.interrupts = 0
        self.editor = LineEditor(self.stream.feed, self.lines.append, self.interrupt, PROMPT)
        self.stream.feed(PROMPT)

    def interrupt(self) -> None:
        self.interrupts += 1

    @property
    def shown(self) -> str:
        return self.screen.display[self.screen.cursor.y].rstrip().removeprefix(PROMPT.rstrip()).lstrip()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("echo a", "echo a"),
        ("ehco\x7f\x7f\x7fcho", "echo"),
        ("\x7f\x7fa\b\bb", "b"),
        ("one two\x15three", "three"),
        ("one two three\x17\x17", "one "),
        (f"ac{LEFT}b", "abc"),
        (f"ab{LEFT}{LEFT}{LEFT}x{RIGHT}{RIGHT}{RIGHT}y", "xaby"),
        (f"abc{LEFT}\x7f", "ac"),
        ("bc\x01a\x05d", "abcd"),
        (f"abc{LEFT}\x15", "c"),
        ("a\x1b[Z\tb", "ab"),
        ("häuser\x7f", "häuse"),
        (f"bc\x1bODa{LEFT}", "bac"),
    ],
)
def test_a_line_is_edited_and_painted_as_it_is(keys: str, line: str) -> None:
    keyboard = Keyboard()
    for key in keys:
        keyboard.editor.feed(key)
    assert keyboard.shown == line.rstrip()
    keyboard.editor.feed("\r")
    assert keyboard.lines == [f"{line}\n"]


def test_arrows_bring_back_earlier_lines_and_the_empty_one() -> None:
    keyboard = Keyboard()
    keyboard.editor.feed("first\rsecond\r   \r")
    seen = []
    for key in (UP, UP, UP, DOWN, DOWN, DOWN):
        keyboard.editor.feed(key)
        seen.append(keyboard.shown)
    assert seen == ["second", "first", "first", "second", "", ""]
    keyboard.editor.feed(f"{UP}{UP} again\r")
    assert keyboard.lines[-1] == "first again\n"


def test_ctrl_c_drops_the_line_and_ctrl_d_ends_only_an_empty_one() -> None:
    keyboard = Keyboard()
    keyboard.editor.feed("half\x04")
    assert keyboard.lines == []
    keyboard.editor.feed("\x03")
    assert keyboard.screen.display[0].rstrip() == f"{PROMPT}half^C"
    assert keyboard.interrupts == 1
    keyboard.editor.feed("\x04")
    assert keyboard.lines == [None]


def test_a_program_without_a_prompt_gets_half_a_line_at_ctrl_d() -> None:
    keyboard = Keyboard()
    keyboard.editor.prompt = ""
    keyboard.editor.feed("half\x04")
    assert keyboard.lines == ["half"]


def entered(api: docker.APIClient, container: str, *, prompt: bytes = b"/ # ") -> Session:
    session = open_exec(api, container, SHELL)
    assert read_until(session, prompt).endswith(prompt)
    return session


def test_an_alpine_shell_and_a_debian_one_have_their_own_prompts(api: docker.APIClient) -> None:
    session = entered(api, PROXY)
    for line, prompt in ((b"cd /tmp\r", b"\n/tmp # "), (b"cd\r", b"\n~ # "), (b"cd /root/..\r", b"\n/ # ")):
        session.write(line)
        assert read_until(session, prompt).endswith(prompt)
    session.close()
    session = open_exec(api, DATABASE, SHELL)
    host = api.inspect_container(DATABASE)["Config"]["Hostname"]
    assert read_until(session, b"# ").decode() == f"root@{host}:/# "
    session.write(b"cd\r")
    assert read_until(session, b"~# ").decode().endswith(f"root@{host}:~# ")
    session.close()
    session = open_exec(api, "shop-app-1", ["bash"])
    assert read_until(session, b"$ ").startswith(b"app@")
    session.close()


def test_ctrl_c_ends_what_runs_and_not_the_shell(api: docker.APIClient) -> None:
    session = entered(api, PROXY)
    for command in (b"sleep 1000\r", b"tail -f /etc/hosts\r", b"cat\r", b"sh -c 'sleep 1000'\r"):
        session.write(command)
        read_until(session, command.strip() + b"\r\n")
        session.write(b"\x03")
        read_until(session, b"^C\r\n/ # ")
    session.write(b"echo $?; exit 5\r")
    assert "130\r\n" in text_of(session)
    assert session.exit_code() == 5


def test_ctrl_c_in_a_shell_within_a_shell_leaves_both_alive(api: docker.APIClient) -> None:
    session = entered(api, PROXY)
    session.write(b"sh; sleep 1000\r")
    read_until(session, b"/ # ")
    session.write(b"sleep 2000\r")
    read_until(session, b"2000\r\n")
    session.write(b"\x03")
    read_until(session, b"^C\r\n/ # ")
    session.write(b"\x04")
    read_until(session, b"\r\n")
    session.write(b"\x03")
    read_until(session, b"^C\r\n/ # ")
    session.write(b"exit 6\r")
    assert text_of(session).endswith("exit 6\r\n")
    assert session.exit_code() == 6


def test_ctrl_d_ends_the_shell_with_the_last_code(api: docker.APIClient) -> None:
    session = entered(api, PROXY)
    session.write(b"false\r")
    read_until(session, b"/ # ")
    session.write(b"\x04")
    assert all_of(session) == [(1, b"\r\n")]
    assert session.exit_code() == 1
    session = entered(api, DATABASE, prompt=b":/# ")
    session.write(b"\x04")
    assert text_of(session) == "exit\r\n"


def test_the_size_of_the_terminal_is_what_was_told(api: docker.APIClient) -> None:
    session = entered(api, PROXY)
    session.resize(33, 99)
    seen = b""
    while b"33 99\r\n" not in seen:
        session.write(b"stty size\r")
        seen += read_until(session, b"\r\n/ # ")
    session.write(b"ls /\r")
    names = read_until(session, b"\r\n/ # ").decode().splitlines()[1:-1]
    assert 1 < len(names) <= 6
    assert max(map(len, names)) <= 99
    session.close()


def test_an_attached_main_shell_has_the_same_terminal(api: docker.APIClient) -> None:
    container = made(api, "sh", image="nginx:1.27-alpine", tty=True, stdin_open=True)
    session = start_attached(api, container, size=(20, 70))
    read_until(session, b"# ")
    seen = b""
    while not re.search(rb"20 70\r\n", seen):
        session.write(b"stty size\r")
        seen += read_until(session, b"\r\n/ # ")
    session.write(b"exot\x7f\x7fit\r")
    assert text_of(session).endswith("\r\n")
    assert session.exit_code() == 0
