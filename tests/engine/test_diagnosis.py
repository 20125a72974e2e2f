"""Why no Engine answered, told from the failure and from what is on the machine."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from tui.engine.diagnosis import Diagnosis, Machine, diagnose
from tui.engine.endpoint import DEFAULT_URL, Endpoint, TLSFiles
from tui.engine.errors import EngineError, Unreachable

LOCAL = Endpoint(DEFAULT_URL, "default", "default")
REMOTE = Endpoint("tcp://build.example:2376", "build", "config.json", TLSFiles(None, None, None))
MISSING = "No such file or directory"


def machine(*there: str, root: bool = False) -> Machine:
    """A machine on which only these programs and paths exist."""
    return Machine(
        which=lambda name: f"/bin/{name}" if name in there else None, exists=there.__contains__, root=root
    )


def told(endpoint: Endpoint, words: str, on: Machine | None = None) -> Diagnosis:
    return diagnose(endpoint, Unreachable(words), on or machine())


def lines(found: Diagnosis) -> list[str]:
    return [line for line, _ in found.commands]


def test_without_docker_it_says_where_to_install_it() -> None:
    found = told(LOCAL, MISSING)
    assert "not installed" in found.what
    assert "docs.docker.com/engine/install" in found.explain
    assert found.commands == ()


def test_on_debian_without_docker_it_names_the_package() -> None:
    found = told(LOCAL, MISSING, machine("/etc/debian_version"))
    assert "docs.docker.com/engine/install" in found.explain
    assert lines(found) == ["sudo apt-get install docker.io"]


def test_docker_that_is_not_running_is_started_by_systemd() -> None:
    found = told(LOCAL, MISSING, machine("dockerd", "/run/systemd/system", root=True))
    assert "installed but not running" in found.what
    assert lines(found)[:2] == ["systemctl start docker", "systemctl enable docker"]


def test_docker_that_is_not_running_is_started_by_hand_without_systemd() -> None:
    assert lines(told(LOCAL, MISSING, machine("dockerd", root=True))) == ["dockerd"]


def test_only_root_types_without_sudo() -> None:
    assert lines(told(LOCAL, MISSING, machine("dockerd"))) == ["sudo dockerd"]


def test_a_missing_socket_named_by_docker_host_offers_to_forget_it() -> None:
    endpoint = Endpoint("unix:///tmp/tunnel.sock", "", "DOCKER_HOST")
    found = told(endpoint, MISSING, machine("dockerd", "/run/systemd/system", "/var/run/docker.sock"))
    assert "/tmp/tunnel.sock" in found.what
    assert lines(found) == ["unset DOCKER_HOST", "wharf -H unix:///var/run/docker.sock"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/run/user/1000/docker.sock", "systemctl --user start docker"),
        ("/home/ann/.docker/desktop/docker.sock", "systemctl --user start docker-desktop"),
    ],
)
def test_the_engine_of_a_person_is_started_by_that_person(path: str, line: str) -> None:
    assert line in lines(told(Endpoint(f"unix://{path}", "mine", "config.json"), MISSING))


def test_permission_denied_says_what_the_docker_group_means() -> None:
    found = told(LOCAL, "Permission denied")
    assert "as good as root" in found.explain
    assert "rootless" in found.explain
    assert lines(found)[0] == "sudo usermod -aG docker $USER"


def test_a_socket_without_a_listener_is_no_missing_socket() -> None:
    found = told(LOCAL, "Connection refused", machine("dockerd", "/run/systemd/system", root=True))
    assert "nobody listens" in found.what
    assert "systemctl start docker" in lines(found)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("Connection refused", "nobody listens at tcp://build.example:2376"),
        ("Name or service not known", "no machine called build.example"),
        ("Temporary failure in name resolution", "no machine called build.example"),
        ("No route to host", "No way leads to build.example"),
        ("Connection reset by peer", "did not accept a certificate"),
        ("EOF occurred in violation of protocol (_ssl.c:1006)", "did not accept a certificate"),
        ("certificate verify failed: self-signed certificate (_ssl.c:1006)", "signed by nobody"),
        (
            "certificate verify failed: Hostname mismatch, certificate is not valid",
            "not made for build.example",
        ),
        ("certificate verify failed: certificate has expired (_ssl.c:1006)", "not valid now"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "does not speak TLS"),
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required", "did not accept"),
        ("Client sent an HTTP request to an HTTPS server.", "wants TLS"),
        ("Invalid CA certificate provided for `ca_cert`", "certificate file"),
        ("[SSL: SOMETHING_NEW] something new", "TLS connection to build.example failed"),
    ],
)
def test_each_failure_of_a_remote_endpoint_has_its_own_words(words: str, what: str) -> None:
    found = told(REMOTE, words)
    assert what in found.what
    assert found.explain


def test_a_plain_endpoint_that_cuts_the_connection_may_want_tls() -> None:
    found = told(replace(REMOTE, tls=None), "Connection reset by peer")
    assert "cut the connection" in found.what
    assert "TLS" in found.explain


def test_a_refused_remote_endpoint_offers_the_way_over_ssh() -> None:
    assert lines(told(REMOTE, "Connection refused")) == ["wharf -H ssh://build.example"]


@pytest.mark.parametrize("endpoint", [LOCAL, REMOTE])
def test_silence_is_told_from_refusal(endpoint: Endpoint) -> None:
    error = EngineError("read timed out: the Engine did not answer in time")
    assert "answer" in diagnose(endpoint, error, machine()).what


@pytest.mark.parametrize(
    "error",
    [EngineError("what answers at tcp://x is not a Docker Engine"), EngineError("not found", status=404)],
)
def test_a_web_server_is_not_taken_for_an_engine(error: EngineError) -> None:
    assert "not a Docker Engine" in diagnose(REMOTE, error, machine()).what


def test_an_unknown_failure_keeps_its_words_and_its_advice() -> None:
    found = diagnose(LOCAL, EngineError("Too many open files.", advice="Close some."), machine())
    assert found == Diagnosis(f"{DEFAULT_URL} cannot be used: Too many open files.", "Close some.")


@pytest.mark.parametrize(
    "words",
    ["Connection refused", "No route to host", "Name or service not known", "certificate verify failed"],
)
def test_a_host_cannot_smuggle_words_into_what_one_types(words: str) -> None:
    endpoint = Endpoint("tcp://a;reboot $(id):2375", "", "--host")
    silent = diagnose(endpoint, EngineError("read timed out"), machine())
    for line in lines(told(endpoint, words)) + lines(silent):
        assert "reboot" not in shlex.split(line)
        assert not any(word.startswith("$(") for word in shlex.split(line))
