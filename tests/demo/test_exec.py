"""Commands in containers of the demo: exec, attach, main processes, and the shell that plays them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import docker
import pytest
from docker.errors import APIError

from tests.demo.conftest import Connect
from tui.demo import DemoEngine
from tui.engine.streams import SHELL, Session, open_attach, open_exec, start_attached

DEBIAN = "debian:bookworm-slim"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def all_of(session: Session) -> list[tuple[int, bytes]]:
    """Everything that comes until the stream ends."""
    found: list[tuple[int, bytes]] = []
    while pieces := session.read():
        found += pieces
    return found


def text_of(session: Session) -> str:
    return b"".join(data for _, data in all_of(session)).decode()


def read_until(session: Session, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        pieces = session.read()
        assert pieces, f"the stream ended: {seen!r}"
        seen += b"".join(data for _, data in pieces)
    return seen


def shell(api: docker.APIClient, line: str, container: str = "shop-proxy-1") -> tuple[str, str, int]:
    """Output, errors and exit code of a line of shell."""
    session = open_exec(api, container, ["sh", "-c", line], tty=False)
    pieces = all_of(session)
    code = session.exit_code()
    session.close()
    assert code is not None
    parts = [b"".join(data for number, data in pieces if number == wanted).decode() for wanted in (1, 2)]
    return parts[0], parts[1], code


def made(
    api: docker.APIClient, *command: str, image: str = DEBIAN, remove: bool = False, **more: bool
) -> str:
    config = api.create_host_config(auto_remove=remove)
    return str(api.create_container(image, list(command) or None, host_config=config, **more)["Id"])


@pytest.fixture
def events(engine: DemoEngine) -> Iterator[list[str]]:
    """The actions that happened since, with what follows a colon cut off."""
    seen: list[str] = []
    with engine.world.lock:
        leave = engine.world.events.listen(lambda event: seen.append(event.action) if event else None)
    yield seen
    with engine.world.lock:
        leave()


@pytest.mark.parametrize(
    ("line", "output", "errors", "code"),
    [
        ("echo one   'two  three' \"$HOME\" '$HOME'", "one two  three /root $HOME\n", "", 0),
        ("false || echo no; true && echo yes", "no\nyes\n", "", 0),
        ("false && echo never; echo $?", "1\n", "", 0),
        ("A=b; echo ${A}c $A", "bc b\n", "", 0),
        ("echo b > /tmp/x; echo a >> /tmp/x; sort /tmp/x | head -n 1", "a\n", "", 0),
        ("cat /etc/nginx/conf.d/default.conf | grep -c location", "2\n", "", 0),
        ("echo lost >&2; echo kept 2>&1", "kept\n", "lost\n", 0),
        ("nope 2>/dev/null", "", "", 127),
        ("nope", "", "sh: nope: not found\n", 127),
        ("cat /nope", "", "cat: /nope: No such file or directory\n", 1),
        ("mkdir /tmp/a && cd /tmp/a && touch b && ls && pwd", "b\n/tmp/a\n", "", 0),
        ("rm /etc", "", "rm: '/etc' is a directory\n", 1),
        ("exit 7", "", "", 7),
        ("sh -c 'exit 3'; echo $?", "3\n", "", 0),
        ("command -v bash || echo none", "none\n", "", 0),
        ("echo 'open", "", "sh: syntax error: unterminated quoted string\n", 2),
        ("echo a > /nowhere/b", "", "sh: can't create /nowhere/b: nonexistent directory\n", 1),
        ("# only a word", "", "", 0),
        ("[ -d /etc ] && [ ! = x ] || test a = a && echo so", "so\n", "", 0),
        ("wc -l < /etc/passwd", "2\n", "", 0),
        ("whoami; id -u", "root\n0\n", "", 0),
    ],
)
def test_the_shell_does_what_a_shell_does(
    api: docker.APIClient, line: str, output: str, errors: str, code: int
) -> None:
    assert shell(api, line) == (output, errors, code)


def test_what_was_changed_in_a_container_stays_in_this_one(api: docker.APIClient) -> None:
    shell(api, "echo mine > /root/note")
    assert shell(api, "cat /root/note")[0] == "mine\n"
    assert shell(api, "cat /root/note", "shop-db-1")[2] == 1


def test_a_service_has_its_own_commands_and_others_have_not(api: docker.APIClient) -> None:
    assert shell(api, "redis-cli ping", "shop-cache-1")[0] == "PONG\n"
    assert "10482" in shell(api, "psql -c 'select 1'", "shop-db-1")[0]
    assert shell(api, "psql -c 'select 1'", "shop-cache-1")[2] == 127


def test_a_shell_at_a_terminal_echoes_edits_and_remembers(api: docker.APIClient) -> None:
    session = open_exec(api, "shop-db-1", SHELL)
    prompt = read_until(session, b"# ").decode()
    assert re.fullmatch(r"root@[0-9a-f]{12}:/# ", prompt)
    session.write(b"echo wrnog\x7f\x7f\x7fong\x1b[D\x1b[D\x1b[D\x1b[Dx\x05\x15echo lost \x17\x17echo right\r")
    read_until(session, b"\nright\r\n")
    session.write(b"\x1b[A\r")
    read_until(session, b"\nright\r\n")
    session.write(b"cd /tmp\r")
    read_until(session, b":/tmp# ")
    session.write(b"\x04")
    assert text_of(session).endswith("exit\r\n")
    assert session.exit_code() == 0


def test_ctrl_c_ends_what_runs_and_not_the_shell(api: docker.APIClient) -> None:
    session = open_exec(api, "shop-proxy-1", SHELL)
    read_until(session, b"/ # ")
    for command in (b"sleep 1000\r", b"tail -f /etc/hosts\r", b"cat\r"):
        session.write(command)
        read_until(session, command.strip() + b"\r\n")
        session.write(b"\x03")
        read_until(session, b"^C\r\n/ # ")
    session.write(b"echo $?; exit 5\r")
    assert "130\r\n" in text_of(session)
    assert session.exit_code() == 5


def test_the_size_of_the_terminal_is_what_was_told(api: docker.APIClient) -> None:
    session = open_exec(api, "shop-proxy-1", SHELL)
    read_until(session, b"# ")
    session.resize(33, 99)
    seen = b""
    while b"33 99\r\n" not in seen:
        session.write(b"stty size\r")
        seen += read_until(session, b"\r\n/ # ")
    session.close()


def test_without_a_terminal_the_end_of_the_input_ends_the_shell(api: docker.APIClient) -> None:
    session = open_exec(api, "shop-proxy-1", ["sh"], tty=False)
    session.write(b"echo out; nope\necho unfinished")
    session.finish_input()
    assert all_of(session) == [(1, b"out\n"), (2, b"sh: nope: not found\n"), (1, b"unfinished\n")]
    assert session.exit_code() == 0


def test_a_missing_command_is_told_in_the_stream(api: docker.APIClient) -> None:
    session = open_exec(api, "shop-proxy-1", ["nope"])
    assert 'exec: "nope": executable file not found in $PATH' in text_of(session)
    assert session.exit_code() == 127


def test_detach_keys_end_an_exec_and_leave_an_attached_container_running(
    api: docker.APIClient, events: list[str]
) -> None:
    session = open_exec(api, "shop-proxy-1", ["cat"], detach_keys="ctrl-x")
    session.write(b"hello\n\x18")
    assert "read escape sequence" in text_of(session)
    assert session.exit_code() == 126
    session = open_attach(api, "scratchpad")
    session.write(b"echo a\x10b\r\x10\x11")
    assert "echo a" in text_of(session)
    assert session.exit_code() is None
    assert events[-1] == "detach"
    assert api.inspect_container("scratchpad")["State"]["Running"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shop-migrate-1", "is not running"),
        ("metrics-prometheus-1", "is paused"),
        ("shop-mailer-1", "restarting"),
    ],
)
def test_exec_where_nothing_runs_is_refused(api: docker.APIClient, name: str, words: str) -> None:
    with pytest.raises(APIError, match=words) as refused:
        api.exec_create(name, ["sh"])
    assert refused.value.status_code == 409


def test_an_exec_tells_its_events_and_is_known_while_it_runs(
    api: docker.APIClient, events: list[str]
) -> None:
    session = open_exec(api, "shop-proxy-1", ["cat"], tty=False)
    (running,) = api.inspect_container("shop-proxy-1")["ExecIDs"]
    assert api.exec_inspect(running)["Running"]
    assert "cat" in [row[-1] for row in api.top("shop-proxy-1")["Processes"]]
    session.finish_input()
    assert all_of(session) == []
    assert events == ["exec_create: cat", "exec_start: cat", "top", "exec_die"]
    assert api.inspect_container("shop-proxy-1")["ExecIDs"] is None


def test_execs_end_with_their_container(api: docker.APIClient) -> None:
    session = open_exec(api, "shop-proxy-1", ["cat"], tty=False)
    api.stop("shop-proxy-1")
    assert all_of(session) == []
    assert session.exit_code() == 137


def test_a_detached_exec_answers_at_once_and_does_its_work(api: docker.APIClient) -> None:
    made = api.exec_create("shop-proxy-1", ["sh", "-c", "echo done > /tmp/done"])
    assert api.exec_start(made["Id"], detach=True) == ""
    assert shell(api, "cat /tmp/done")[0] == "done\n"


# Main processes


def test_a_command_runs_as_main_process_to_its_exit_code(api: docker.APIClient, events: list[str]) -> None:
    container = made(api, "sh", "-c", "echo one; echo two >&2; exit 3")
    session = start_attached(api, container)
    assert all_of(session) == [(1, b"one\n"), (2, b"two\n")]
    assert session.exit_code() == 3
    assert api.logs(container, stderr=False) == b"one\n"
    assert api.inspect_container(container)["State"]["ExitCode"] == 3
    assert [one for one in events if one != "connect"][:4] == ["create", "attach", "start", "die"]


def test_a_shell_as_main_process_is_left_by_exit_and_gone_with_rm(api: docker.APIClient) -> None:
    container = made(api, "bash", remove=True, tty=True, stdin_open=True)
    session = start_attached(api, container)
    read_until(session, b"# ")
    session.write(b"exit 4\r")
    assert text_of(session).endswith("exit 4\r\n")
    assert session.exit_code() == 4
    with pytest.raises(APIError, match="No such container"):
        api.inspect_container(container)


def test_input_ends_with_the_one_who_was_attached_under_stdin_once(api: docker.APIClient) -> None:
    config = api.create_container_config(DEBIAN, ["cat"], stdin_open=True)
    config["StdinOnce"] = True
    session = start_attached(api, api.create_container_from_config(config)["Id"])
    session.write(b"a line\n")
    read_until(session, b"a line\n")
    session.finish_input()
    assert all_of(session) == []
    assert session.exit_code() == 0


def test_a_shell_that_has_no_input_ends_at_once(api: docker.APIClient) -> None:
    container = made(api, "sh")
    api.start(container)
    assert api.wait(container)["StatusCode"] == 0


def test_a_sleep_goes_on_where_the_clock_stands_still_and_ends_when_it_is_stopped(
    api: docker.APIClient,
) -> None:
    container = made(api, "sleep", "1000")
    api.start(container)
    assert api.inspect_container(container)["State"]["Running"]
    api.stop(container)
    assert api.inspect_container(container)["State"]["ExitCode"] == 143


def test_a_crash_under_a_restart_policy_is_tried_again(api: docker.APIClient) -> None:
    config = api.create_host_config(restart_policy={"Name": "on-failure"})
    for command, status in (("false", "restarting"), ("true", "exited")):
        container = api.create_container(DEBIAN, [command], host_config=config)["Id"]
        api.start(container)
        while (state := api.inspect_container(container)["State"])["Status"] == "running":
            pass
        assert state["Status"] == status


def test_a_missing_main_command_refuses_the_start(api: docker.APIClient) -> None:
    container = made(api, "nope")
    with pytest.raises(APIError, match="executable file not found") as refused:
        api.start(container)
    assert refused.value.status_code == 400
    state = api.inspect_container(container)["State"]
    assert (state["Status"], state["ExitCode"]) == ("created", 127)


def test_whoever_attaches_to_a_service_sees_what_it_writes_next(connect: Connect) -> None:
    now = [1_750_000_000.0]
    with DemoEngine(clock=lambda: now[0]) as engine:
        session = open_attach(connect(engine), "shop-proxy-1", logs=True)
        seen = read_until(session, b"\n")
        now[0] += 60
        engine.nudge()
        later = read_until(session, b"GET")
        assert later not in seen
        session.close()
