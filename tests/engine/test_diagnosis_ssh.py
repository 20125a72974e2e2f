"""Why no Engine answered behind ssh, told from ssh's own words."""

from __future__ import annotations

import shlex

import pytest

from tests.engine.test_diagnosis import lines, machine
from tui.engine.diagnosis import Diagnosis, Machine, diagnose
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError, Unreachable

BUILD = Endpoint("ssh://ann@build.example:2222", "build", "config.json")
PLAIN = Endpoint("ssh://build.example", "", "--host")
CHANGED = (
    "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY! "
    "Offending ED25519 key in {file}:3 Host key for {host} has changed and you have requested strict "
    "checking. Host key verification failed."
)


def words_of(line: str) -> list[str]:
    """A line as a shell takes it apart, a ; that ends a command as a word of its own."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(lexer)


def told(words: str, endpoint: Endpoint = BUILD, on: Machine | None = None) -> Diagnosis:
    return diagnose(endpoint, Unreachable(words), on or machine())


def test_the_port_is_the_one_that_ssh_tried_as_its_own_config_may_name_one() -> None:
    found = told("ssh: connect to host 10.0.0.7 port 2022: Connection refused", PLAIN)
    assert "no ssh server listens at port 2022" in found.what


@pytest.mark.parametrize(
    ("words", "what", "line"),
    [
        (
            "ssh: Could not resolve hostname build.example: Name or service not known",
            "no machine called build.example",
            "getent hosts build.example",
        ),
        (
            "ssh: connect to host build.example port 2222: Connection refused",
            "no ssh server listens at port 2222",
            "ssh -p 2222 ann@build.example",
        ),
        (
            "ssh: connect to host build.example port 2222: Connection timed out",
            "did not answer in time",
            "ping -c 3 build.example",
        ),
        (
            "Timeout, server build.example not responding.",
            "did not answer in time",
            "ping -c 3 build.example",
        ),
        (
            "ssh: connect to host build.example port 2222: No route to host",
            "No way leads to build.example",
            "ping -c 3 build.example",
        ),
        (
            "ann@build.example: Permission denied (publickey,password).",
            "did not let ann in",
            "ssh-copy-id -p 2222 ann@build.example",
        ),
        (
            "Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures",
            "did not let ann in",
            "ssh-add -l",
        ),
        ("Host key verification failed.", "is not known", "ssh -p 2222 ann@build.example"),
        (
            "kex_exchange_identification: Connection closed by remote host",
            "ended the ssh connection",
            "ssh -p 2222 ann@build.example",
        ),
        (
            "/home/ann/.ssh/config: line 3: Bad configuration option: ghost",
            "does not accept its own configuration",
            "ssh -p 2222 ann@build.example",
        ),
        (
            "channel 1: open failed: connect failed: No such file or directory",
            "there is no socket /var/run/docker.sock",
            "wharf -H ssh://ann@build.example:2222/run/user/1000/docker.sock",
        ),
        (
            "channel 1: open failed: connect failed: Permission denied",
            "may not open /var/run/docker.sock there",
            "ssh -p 2222 ann@build.example 'sudo usermod -aG docker $USER'",
        ),
        (
            "channel 1: open failed: administratively prohibited: open failed",
            "forbids to forward",
            "ssh -p 2222 ann@build.example sudo sshd -T | grep -i forwarding",
        ),
    ],
)
def test_each_failure_of_ssh_has_its_own_words_and_something_to_type(
    words: str, what: str, line: str
) -> None:
    found = told(words)
    assert what in found.what
    assert found.explain
    assert line in lines(found)


def test_an_unnamed_refusal_of_the_socket_offers_every_reason() -> None:
    found = told("channel 1: open failed: connect failed: open failed")
    assert "no Engine listens" in found.explain
    assert "group docker" in found.explain
    assert "AllowStreamLocalForwarding" in found.explain
    typed = "\n".join(lines(found))
    for part in ("ls -l /var/run/docker.sock", "docker context ls", "usermod", "sshd -T"):
        assert part in typed


def test_the_group_docker_is_told_for_what_it_is() -> None:
    assert "as good as root" in told("channel 1: open failed: connect failed: Permission denied").explain


@pytest.mark.parametrize(
    ("host", "file", "line"),
    [
        ("[build.example]:2222", "/home/ann/.ssh/known_hosts", "ssh-keygen -R '[build.example]:2222'"),
        ("build.example", "/etc/ssh/known hosts", "ssh-keygen -f '/etc/ssh/known hosts' -R build.example"),
    ],
)
def test_another_host_key_is_a_warning_before_it_is_a_line_to_type(host: str, file: str, line: str) -> None:
    found = told(CHANGED.format(host=host, file=file))
    assert found.what.startswith(f"{host} shows another host key")
    assert "Somebody may stand between" in found.explain
    assert line in lines(found)


def test_another_host_key_is_warned_of_even_where_ssh_names_no_host() -> None:
    found = told("WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!")
    assert "ssh-keygen -R '[build.example]:2222'" in lines(found)


def test_no_ssh_program_says_what_to_install() -> None:
    assert told("there is no ssh program on this machine").commands == ()
    found = told("there is no ssh program on this machine", on=machine("/etc/debian_version"))
    assert lines(found) == ["sudo apt-get install openssh-client"]


def test_a_silent_engine_behind_ssh_is_not_taken_for_a_silent_host() -> None:
    found = diagnose(PLAIN, EngineError("read timed out: the Engine did not answer in time"), machine())
    assert "takes the connection but does not answer" in found.what


def test_a_socket_named_by_hand_offers_the_usual_one() -> None:
    endpoint = Endpoint("ssh://build.example/run/user/1000/docker.sock", "", "--host")
    found = told("channel 1: open failed: connect failed: No such file or directory", endpoint)
    assert "/run/user/1000/docker.sock" in found.what
    assert "wharf -H ssh://build.example" in lines(found)


def test_a_web_server_behind_ssh_is_not_taken_for_an_engine() -> None:
    assert "not a Docker Engine" in told("what answers at ssh://x is not a Docker Engine").what


def test_words_that_are_not_known_are_kept() -> None:
    assert "something strange" in told("something strange").what


@pytest.mark.parametrize(
    "words",
    [
        "Could not resolve hostname",
        "Connection refused",
        "Permission denied (publickey).",
        "Host key verification failed.",
        "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! Host key for a;reboot has changed",
        "Connection timed out",
        "channel 1: open failed: connect failed: open failed",
    ],
)
def test_neither_host_nor_path_can_smuggle_words_into_what_one_types(words: str) -> None:
    endpoint = Endpoint("ssh://u@a;reboot$(id)/p;reboot", "", "--host")
    for line in lines(told(words, endpoint)):
        assert ";" not in words_of(line)
        assert "$" not in "".join(part for place, part in enumerate(line.split("'")) if not place % 2)
        if "ls -l" in line:
            there = shlex.split(line)[2:]
            assert words_of(" ".join(there)) == ["ls", "-l", "/p;reboot"]
