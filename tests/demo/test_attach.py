"""Main processes of containers in the demo, and whoever is attached to them."""

from __future__ import annotations

import docker
import pytest
from docker.errors import APIError

from tests.demo.conftest import Connect
from tests.demo.talking import DEBIAN, PROXY, all_of, made, ran, read_until, state, text_of, told
from tui.demo import DemoEngine, lifecycle, making
from tui.demo.world import FIXED_NOW
from tui.engine.errors import EngineError
from tui.engine.streams import open_attach, open_exec, start_attached

CREATE_FAILED = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create "
    "failed: unable to start container process: error during container init: "
)


@pytest.mark.parametrize(
    ("command", "pieces", "code"),
    [
        (["true"], [], 0),
        (["false"], [], 1),
        (["echo", "a", "b"], [(1, b"a b\n")], 0),
        (["sh", "-c", "echo one; echo two >&2; exit 3"], [(1, b"one\n"), (2, b"two\n")], 3),
        (["cat"], [], 0),
        (["sh"], [], 0),
        (["/bin/pwd"], [(1, b"/work\n")], 0),
        (["sh", "-c", "nope"], [(2, b"sh: 1: nope: not found\n")], 127),
        (
            ["env"],
            [
                (
                    1,
                    b"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=box\nA=1\nHOME=/root\n",
                )
            ],
            0,
        ),
    ],
)
def test_a_command_runs_as_main_process_to_its_exit_code(
    api: docker.APIClient, engine: DemoEngine, command: list[str], pieces: list[tuple[int, bytes]], code: int
) -> None:
    container = made(api, *command, working_dir="/work", hostname="box", environment=["A=1"])
    with told(engine) as events:
        session = start_attached(api, container)
        assert all_of(session) == pieces
        assert session.exit_code() == code
        assert state(api, container) == ("exited", code)
    assert events == ["attach", "start", f"die {code}"]
    assert api.logs(container, stderr=False) == b"".join(data for number, data in pieces if number == 1)
    assert api.logs(container, stdout=False) == b"".join(data for number, data in pieces if number == 2)


@pytest.mark.parametrize("tty", [True, False])
def test_the_first_line_is_never_lost_not_even_with_rm(api: docker.APIClient, tty: bool) -> None:
    for _ in range(8):
        remove = api.create_host_config(auto_remove=True)
        container = made(api, "sh", "-c", "echo first; exit 5", tty=tty, host_config=remove)
        session = start_attached(api, container, size=(30, 90))
        assert text_of(session).split() == ["first"]
        assert session.exit_code() == 5
        with pytest.raises(APIError, match="No such container"):
            api.inspect_container(container)


def test_a_shell_as_main_process_is_left_by_exit(api: docker.APIClient, engine: DemoEngine) -> None:
    container = made(api, "bash", tty=True, stdin_open=True)
    with told(engine) as events:
        session = start_attached(api, container)
        read_until(session, b"# ")
        api.resize(container, 30, 90)
        session.write(b"exit 4\r")
        assert text_of(session).endswith("exit 4\r\n")
        assert session.exit_code() == 4
    assert events == ["attach", "start", "resize 30 90", "die 4"]
    assert b"exit 4\r\n" in api.logs(container)


def test_input_ends_with_the_one_who_was_attached_under_stdin_once(api: docker.APIClient) -> None:
    session = start_attached(api, made(api, "cat", stdin_open=True, once=True))
    session.write(b"a line\nand more")
    read_until(session, b"a line\n")
    session.finish_input()
    assert all_of(session) == [(1, b"and more")]
    assert session.exit_code() == 0


def test_without_stdin_once_the_end_of_the_input_ends_only_the_stream(api: docker.APIClient) -> None:
    container = made(api, "cat", stdin_open=True)
    session = start_attached(api, container)
    session.write(b"a line\n")
    read_until(session, b"a line\n")
    session.finish_input()
    assert all_of(session) == []
    assert state(api, container)[0] == "running"
    again = open_attach(api, container)
    again.write(b"one more\n")
    assert read_until(again, b"\n") == b"one more\n"
    again.close()


def test_two_who_are_attached_see_the_same(api: docker.APIClient) -> None:
    container = made(api, "sh", tty=True, stdin_open=True)
    first = start_attached(api, container)
    read_until(first, b"# ")
    second = open_attach(api, container)
    second.write(b"echo both\r")
    for session in (first, second):
        read_until(session, b"\r\nboth\r\n")
    first.write(b"exit\r")
    for session in (first, second):
        assert text_of(session).endswith("exit\r\n")


def test_detach_keys_leave_the_container_running(api: docker.APIClient, engine: DemoEngine) -> None:
    with told(engine) as events:
        session = open_attach(api, "scratchpad")
        session.write(b"echo a\x10b\r\x10\x11")
        assert "echo a" in text_of(session)
        assert session.exit_code() is None
        session = open_attach(api, "scratchpad", detach_keys="ctrl-x,x")
        session.write(b"\x18x")
        assert all_of(session) == []
    assert events == ["attach", "detach", "attach", "detach"]
    assert state(api, "scratchpad")[0] == "running"


def test_logs_and_stream_are_asked_for_apart(api: docker.APIClient) -> None:
    container = made(api, "sh", "-c", "echo one; echo two >&2")
    assert all_of(start_attached(api, container)) == [(1, b"one\n"), (2, b"two\n")]
    attach = f"/containers/{container}/attach"
    for query, wanted in (("logs=1&stdout=1", b"one\n"), ("logs=1&stderr=1", b"two\n"), ("stdout=1", b"")):
        answer = api.post(api._url(f"{attach}?{query}"), stream=True)
        assert answer.raw.read()[8:] == wanted


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        (
            "metrics-prometheus-1",
            409,
            "container metrics-prometheus-1 is paused, unpause the container before attach",
        ),
        ("shop-mailer-1", 409, "container {} is restarting, wait until the container is running"),
        ("nope", 404, "No such container: nope"),
        ("scratchpad", 400, "Invalid detach keys (ctrl-foo) provided"),
    ],
)
def test_an_attach_is_refused_with_a_line_of_plain_text(
    api: docker.APIClient, name: str, status: int, sentence: str
) -> None:
    identity = "" if name == "nope" else api.inspect_container(name)["Id"]
    answer = api.post(api._url(f"/containers/{name}/attach?stream=1&detachKeys=ctrl-foo"))
    assert (answer.status_code, answer.text) == (status, f"{sentence.format(identity)}\r\n")


@pytest.mark.parametrize(
    ("word", "why", "code"),
    [
        ("nope", "executable file not found in $PATH", 127),
        ("/bin/nope", "stat /bin/nope: no such file or directory", 127),
        ("/bin", "is a directory: permission denied", 126),
        ("/etc/hosts", "permission denied", 126),
        ("nginx", "executable file not found in $PATH", 127),
    ],
)
def test_a_command_that_is_not_there_refuses_the_start(
    api: docker.APIClient, engine: DemoEngine, word: str, why: str, code: int
) -> None:
    container = made(api, word)
    session = open_attach(api, container)
    with told(engine) as events, pytest.raises(APIError) as refused:
        api.start(container)
    assert (refused.value.status_code, refused.value.explanation) == (
        400,
        f'{CREATE_FAILED}exec: "{word}": {why}',
    )
    assert events == []
    assert state(api, container) == ("created", code)
    assert api.inspect_container(container)["State"]["Error"] == refused.value.explanation
    assert all_of(session) == []


def test_a_start_that_is_refused_removes_what_was_made_with_rm(api: docker.APIClient) -> None:
    container = made(api, "nope", host_config=api.create_host_config(auto_remove=True))
    with pytest.raises(EngineError, match="executable file not found"):
        start_attached(api, container)
    with pytest.raises(APIError, match="No such container"):
        api.inspect_container(container)


def test_a_user_and_a_folder_that_cannot_be_are_refused(api: docker.APIClient) -> None:
    container = made(api, "true", user="nobody-known")
    with pytest.raises(APIError, match="unable to find user nobody-known: no matching entries") as refused:
        api.start(container)
    assert refused.value.status_code == 500
    assert state(api, container) == ("created", 128)
    with pytest.raises(APIError, match="the working directory 'tmp' is invalid, it needs to be an absolute"):
        made(api, "true", working_dir="tmp")


def test_a_sleep_goes_on_where_the_clock_stands_still_and_dies_when_it_is_stopped(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    container = made(api, "sleep", "1000")
    api.start(container)
    with told(engine) as events:
        api.kill(container, "SIGTERM")
        assert state(api, container)[0] == "running"
        api.stop(container)
    # process number 1 does not hear what it has no handler for
    assert events == ["kill 15", "kill 15", "kill 9", "die 137", "stop"]
    assert state(api, container) == ("exited", 137)


def test_a_sleep_ends_by_the_worlds_clock(connect: Connect) -> None:
    now = [FIXED_NOW]
    with DemoEngine(clock=lambda: now[0]) as engine:
        api = connect(engine)
        session = start_attached(api, made(api, "sh", "-c", "echo begun; sleep 2m; echo over"))
        read_until(session, b"begun\n")
        now[0] += 121
        engine.nudge()
        assert all_of(session) == [(1, b"over\n")]


@pytest.mark.parametrize(
    ("policy", "command", "status"),
    [
        ("on-failure", "false", "restarting"),
        ("on-failure", "true", "exited"),
        ("always", "true", "restarting"),
    ],
)
def test_what_comes_after_the_end_is_a_matter_of_the_policy(
    api: docker.APIClient, policy: str, command: str, status: str
) -> None:
    host = api.create_host_config(restart_policy={"Name": policy})
    container = made(api, command, host_config=host)
    all_of(start_attached(api, container))
    assert state(api, container)[0] == status


def test_a_policy_gives_up_after_as_many_tries_as_it_says(api: docker.APIClient, engine: DemoEngine) -> None:
    host = api.create_host_config(restart_policy={"Name": "on-failure", "MaximumRetryCount": 1})
    container = made(api, "false", host_config=host)
    all_of(start_attached(api, container))
    assert state(api, container)[0] == "restarting"
    api.restart(container)
    while (now := state(api, container)[0]) == "running":
        pass
    assert now == "exited"


def test_a_services_image_runs_another_command_through_its_entrypoint(api: docker.APIClient) -> None:
    session = start_attached(api, made(api, "echo", "hello", image="nginx:1.27-alpine"))
    assert all_of(session) == [(1, b"hello\n")]
    session = start_attached(api, made(api, "nginx", "-v", image="nginx:1.27-alpine"))
    assert all_of(session) == [(2, b"nginx version: nginx/1.27.4\n")]
    session = start_attached(api, made(api, "nope", image="redis:7-alpine"))
    assert session.exit_code() == 127
    config = api.create_container_config("redis:7-alpine", ["echo", "plain"])
    config["Entrypoint"] = []
    session = start_attached(api, api.create_container_from_config(config)["Id"])
    assert all_of(session) == [(1, b"plain\n")]


def test_whoever_attaches_to_a_service_sees_what_it_writes_next(connect: Connect) -> None:
    now = [FIXED_NOW]
    with DemoEngine(clock=lambda: now[0]) as engine:
        session = open_attach(connect(engine), PROXY, logs=True)
        seen = read_until(session, b"\n")
        now[0] += 60
        engine.nudge()
        later = read_until(session, b"GET")
        assert later not in seen
        session.close()


def test_a_service_that_is_started_attached_shows_its_first_lines(api: docker.APIClient) -> None:
    session = start_attached(api, made(api, image="nginx:1.27-alpine"))
    assert b"ready for start up" in read_until(session, b"\n")
    session.close()


def test_what_was_started_before_there_was_a_server_is_played_with_it(connect: Connect) -> None:
    engine = DemoEngine(clock=lambda: FIXED_NOW)
    container = making.create(
        engine.world, "early", {"Image": DEBIAN, "Cmd": ["sh", "-c", "echo early; exit 2"]}
    )
    lifecycle.start(engine.world, container)
    assert container.status == "running"
    with engine:
        api = connect(engine)
        assert api.wait("early")["StatusCode"] == 2
        assert api.logs("early") == b"early\n"


def test_a_shell_in_a_container_is_seen_by_its_own_exec(api: docker.APIClient) -> None:
    container = made(api, "sh", tty=True, stdin_open=True)
    session = start_attached(api, container)
    session.write(b"echo here > /tmp/note\r")
    read_until(session, b"\r\n# ")
    assert ran(api, "cat /tmp/note", container)[0] == "here\n"
    other = open_exec(api, container, ["sleep", "1000"])
    session.write(b"ps\r")
    assert b"sleep 1000" in read_until(session, b"1000\r\n")
    other.close()
    session.close()
