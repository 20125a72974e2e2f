"""Commands beside main processes: exec in containers of the demo."""

from __future__ import annotations

import docker
import pytest
from docker.errors import APIError

from tests.demo.talking import APP, DATABASE, PROXY, all_of, made, ran, read_until, state, text_of, told
from tui.demo import DemoEngine
from tui.engine.errors import EngineError
from tui.engine.streams import open_exec

FAILED = "OCI runtime exec failed: exec failed: "
CANNOT = f"{FAILED}unable to start container process: "


def refused(api: docker.APIClient, *path: str, body: object = None) -> tuple[int, str]:
    """Status and sentence of a POST that the Engine will not do."""
    answer = api._post_json(api._url("".join(path)), data=body or {})
    assert not answer.ok
    return answer.status_code, answer.json()["message"]


def test_without_a_terminal_streams_are_apart_and_the_end_of_the_input_ends_the_shell(
    api: docker.APIClient,
) -> None:
    session = open_exec(api, PROXY, ["sh"], tty=False)
    session.write(b"echo out; nope\necho unfinished")
    session.finish_input()
    assert all_of(session) == [(1, b"out\n"), (2, b"sh: nope: not found\n"), (1, b"unfinished\n")]
    assert session.exit_code() == 0


def test_what_goes_in_comes_out_to_the_byte(api: docker.APIClient) -> None:
    session = open_exec(api, PROXY, ["cat"], tty=False)
    session.write("ä\n\nno newline at the end".encode())
    session.finish_input()
    assert text_of(session) == "ä\n\nno newline at the end"


def test_a_client_that_leaves_ends_the_input_without_a_terminal(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    session = open_exec(api, PROXY, ["cat"], tty=False)
    (identity,) = api.inspect_container(PROXY)["ExecIDs"]
    session.close()
    while api.exec_inspect(identity)["Running"]:
        pass
    assert api.exec_inspect(identity)["ExitCode"] == 0


def test_a_terminal_that_is_left_goes_on(api: docker.APIClient) -> None:
    session = open_exec(api, PROXY, ["sh"])
    read_until(session, b"# ")
    session.finish_input()
    assert all_of(session) == []
    (identity,) = api.inspect_container(PROXY)["ExecIDs"]
    assert api.exec_inspect(identity)["Running"]


def test_an_exec_has_its_user_folder_and_environment(api: docker.APIClient) -> None:
    line = "id; pwd; echo $WORD $LOG_LEVEL"
    session = open_exec(
        api, APP, ["sh", "-c", line], tty=False, user="33:7", workdir="/tmp", env=["WORD=a b"]
    )
    assert text_of(session) == "uid=33 gid=7 groups=7\n/tmp\na b info\n"
    session = open_exec(api, APP, ["whoami"], tty=False, user="root")
    assert text_of(session) == "root\n"
    with pytest.raises(EngineError, match="unable to find user nobody-known: no matching entries") as unknown:
        open_exec(api, APP, ["id"], user="nobody-known")
    assert unknown.value.status == 400


@pytest.mark.parametrize(
    ("command", "folder", "sentence", "code"),
    [
        ("nope", "", CANNOT + 'exec: "nope": executable file not found in $PATH', 127),
        ("/bin/nope", "", CANNOT + 'exec: "/bin/nope": stat /bin/nope: no such file or directory', 127),
        ("./nope", "", CANNOT + 'exec: "./nope": stat ./nope: no such file or directory', 127),
        ("/bin", "", CANNOT + 'exec: "/bin": is a directory: permission denied', 126),
        ("/etc/hosts", "", CANNOT + 'exec: "/etc/hosts": permission denied', 126),
        ("cd", "", CANNOT + 'exec: "cd": executable file not found in $PATH', 127),
        (
            "true",
            "/nowhere",
            CANNOT + 'chdir to cwd ("/nowhere") set in config.json failed: no such file or directory',
            127,
        ),
        ("true", "relative", f"{FAILED}Cwd must be an absolute path", 128),
    ],
)
@pytest.mark.parametrize("tty", [True, False])
def test_a_command_that_cannot_be_started_is_told_in_the_stream(
    api: docker.APIClient, engine: DemoEngine, command: str, folder: str, sentence: str, code: int, tty: bool
) -> None:
    with told(engine) as events:
        session = open_exec(api, PROXY, [command], tty=tty, workdir=folder)
        assert all_of(session) == [(1, f"{sentence}\r\n".encode())]
        assert session.exit_code() == code
    assert events == [f"exec_create: {command} ", f"exec_start: {command} "]


def test_a_detached_exec_answers_at_once_and_does_its_work(api: docker.APIClient) -> None:
    created = api.exec_create(PROXY, ["sh", "-c", "echo done > /tmp/done"])["Id"]
    assert api.exec_start(created, detach=True) == ""
    assert ran(api, "cat /tmp/done")[0] == "done\n"
    missing = api.exec_create(PROXY, ["nope"])["Id"]
    assert refused(api, "/exec/", missing, "/start", body={"Detach": True}) == (
        400,
        CANNOT + 'exec: "nope": executable file not found in $PATH',
    )
    assert api.exec_inspect(missing)["ExitCode"] == 127


def test_an_exec_tells_its_events_and_is_known_while_it_runs(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    with told(engine) as events:
        session = open_exec(api, PROXY, ["cat", "-"], tty=False)
        (running,) = api.inspect_container(PROXY)["ExecIDs"]
        known = api.exec_inspect(running)
        assert (known["Running"], known["ExitCode"], known["OpenStdin"]) == (True, None, True)
        assert known["ProcessConfig"]["entrypoint"] == "cat"
        (row,) = [row for row in api.top(PROXY)["Processes"] if row[-1] == "cat -"]
        assert row[1] == str(known["Pid"])
        session.finish_input()
        assert all_of(session) == []
    assert events == ["exec_create: cat -", "exec_start: cat -", "top", "exec_die 0"]
    assert api.inspect_container(PROXY)["ExecIDs"] is None
    assert api.exec_inspect(running)["Pid"] == known["Pid"]


def test_an_exec_runs_once(api: docker.APIClient) -> None:
    created = api.exec_create(PROXY, ["true"])["Id"]
    assert api.exec_start(created) == b""
    again = api._post_json(api._url(f"/exec/{created}/start"), data={}, stream=True)
    assert again.raw.read()[8:] == f"exec command {created} has already run\r\n".encode()
    assert refused(api, "/exec/", created, "/start", body={"Detach": True}) == (
        409,
        f"exec command {created} has already run",
    )


def test_execs_end_with_their_container(api: docker.APIClient, engine: DemoEngine) -> None:
    sessions = [
        open_exec(api, PROXY, command, tty=tty) for command in (["cat"], ["sleep", "9"]) for tty in (0, 1)
    ]
    with told(engine) as events:
        api.kill(PROXY)
        assert [all_of(session) for session in sessions] == [[]] * 4
        assert [session.exit_code() for session in sessions] == [137] * 4
    # the last of them may have begun only now
    ends = [event for event in events if not event.startswith("exec_start")]
    assert ends == ["kill 9", "die 137", *["exec_die 137"] * 4]


@pytest.mark.parametrize(("keys", "typed"), [("ctrl-x,x", b"\x18x"), (None, b"\x10\x11")])
def test_detach_keys_end_an_exec_without_a_word_to_anybody_else(
    api: docker.APIClient, engine: DemoEngine, keys: str | None, typed: bytes
) -> None:
    with told(engine) as events:
        session = open_exec(api, PROXY, ["cat"], detach_keys=keys)
        session.write(typed[:1] + b"a\r" + typed)
        assert text_of(session).endswith(
            "exec attach failed: error on attach stdin: read escape sequence\r\n"
        )
        assert session.exit_code() == 126
        while api.inspect_container(PROXY)["ExecIDs"]:
            pass
    assert events == ["exec_create: cat ", "exec_start: cat "]


def test_without_a_terminal_there_are_no_detach_keys(api: docker.APIClient) -> None:
    session = open_exec(api, PROXY, ["cat"], tty=False)
    session.write(b"\x10\x11")
    session.finish_input()
    assert all_of(session) == [(1, b"\x10\x11")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shop-migrate-1", "container {} is not running"),
        (
            "metrics-prometheus-1",
            "Container metrics-prometheus-1 is paused, unpause the container before exec",
        ),
        ("shop-mailer-1", "Container {} is restarting, wait until the container is running"),
    ],
)
def test_exec_where_nothing_runs_is_refused(api: docker.APIClient, name: str, words: str) -> None:
    identity = api.inspect_container(name)["Id"]
    assert refused(api, "/containers/", name, "/exec", body={"Cmd": ["sh"]}) == (409, words.format(identity))


def test_an_exec_cannot_be_started_once_its_container_is_paused_or_stopped(api: docker.APIClient) -> None:
    created = api.exec_create(PROXY, ["true"])["Id"]
    api.pause(PROXY)
    assert "is paused" in refused(api, "/exec/", created, "/start")[1]
    api.unpause(PROXY)
    api.stop(PROXY)
    assert "is not running" in refused(api, "/exec/", created, "/start")[1]
    assert state(api, PROXY)[0] == "exited"


def test_what_is_asked_wrongly_is_refused_in_the_engines_words(api: docker.APIClient) -> None:
    exec_of = f"/containers/{PROXY}/exec"
    assert refused(api, exec_of) == (400, "No exec command specified")
    assert refused(api, exec_of, body={"Cmd": ["sh"], "DetachKeys": "ctrl-foo"}) == (
        500,
        "Invalid escape keys (ctrl-foo) provided",
    )
    for path in ("start", "resize?h=1&w=1"):
        assert refused(api, "/exec/nope/", path) == (404, "No such exec instance: nope")
    with pytest.raises(APIError, match="No such exec instance: nope"):
        api.exec_inspect("nope")
    assert refused(api, "/containers/nope/exec", body={"Cmd": ["sh"]}) == (404, "No such container: nope")


def test_a_size_is_refused_when_it_is_none_or_nobody_is_there(api: docker.APIClient) -> None:
    created = api.exec_create(DATABASE, ["true"])["Id"]
    assert refused(api, "/exec/", created, "/resize?h=a&w=1") == (
        400,
        'invalid resize height "a": invalid syntax',
    )
    assert refused(api, "/exec/", created, "/resize?h=1&w=1")[0] == 500
    api.exec_start(created)
    assert refused(api, "/exec/", created, "/resize?h=1&w=1") == (
        404,
        f"NotFound: process does not exist {created}: not found",
    )


def test_a_main_process_that_is_a_shell_does_not_hear_kill_but_a_service_does(api: docker.APIClient) -> None:
    shell = made(api, "sh", tty=True, stdin_open=True)
    api.start(shell)
    assert ran(api, "kill 1; echo $?", shell)[0] == "0\n"
    assert state(api, shell)[0] == "running"
    ran(api, "kill 1")
    assert state(api, PROXY)[0] == "restarting"
