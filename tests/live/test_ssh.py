"""An Engine on another host, over a real ssh to a real sshd."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import psutil
import pytest

from tests.live.making import container
from tests.live.sshd import Sshd
from tests.live.test_engine import wait_until
from tui.engine import tunnel as tunnel_module
from tui.engine.connection import Connection
from tui.engine.diagnosis import diagnose
from tui.engine.endpoint import Endpoint
from tui.engine.errors import Refused, Unreachable
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.lists import fetch
from tui.engine.questions import SSHQuestion
from tui.engine.store import Store
from tui.engine.streams import Session, open_exec
from tui.engine.watcher import Watcher

FAR = Endpoint("ssh://far", "far", "test")
STREAMS = 20


class Asked:
    """Answers what ssh asks, the last answer again and again, and keeps the questions."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.questions: list[SSHQuestion] = []

    def __call__(self, question: SSHQuestion) -> str | None:
        self.questions.append(question)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


Reach = Callable[..., Connection]


@pytest.fixture
def reach(ssh_folder: Path) -> Iterator[Reach]:
    """Makes connections, and sees that nothing of them stays."""
    made: list[Connection] = []

    def to(endpoint: Endpoint = FAR, ask: Asked | None = None) -> Connection:
        made.append(Connection(endpoint, ask))
        return made[-1]

    yield to
    for each in made:
        each.close()
    wait_until(lambda: not ours())


def ours() -> list[str]:
    """The command lines of every ssh that this process started, and of what came with it."""
    lines = []
    for process in psutil.Process().children(recursive=True):
        try:
            lines.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return [line for line in lines if "wharf-ssh" in line]


def ssh_processes() -> list[str]:
    """The ssh among them."""
    return [line for line in ours() if line.split(" ", 1)[0].endswith("ssh")]


# Getting in


def test_a_key_gets_in_without_a_question(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    far.config(ssh_folder, "far")
    asked = Asked(None)
    connection = reach(ask=asked)
    connection.open()
    assert [image.key for image in fetch(connection, Kind.IMAGE)] == ["busybox:latest"]
    assert connection.describe().version.startswith("28.")
    assert asked.questions == []
    assert len(ssh_processes()) == 1


def test_the_socket_may_be_named_in_the_address(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    far.config(ssh_folder, "far")
    connection = reach(Endpoint(f"ssh://far{far.engine.socket_path}", "far", "test"))
    connection.open()
    assert fetch(connection, Kind.NETWORK)


def test_a_passphrase_opens_a_locked_key(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    far.config(ssh_folder, "far", IdentityFile=far.locked_key)
    asked = Asked(far.passphrase)
    reach(ask=asked).open()
    (question,) = asked.questions
    assert question.secret
    assert "passphrase" in question.words


def test_a_password_gets_in_after_a_wrong_one_that_is_told(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    far.config(ssh_folder, "far", User="wharf", PubkeyAuthentication="no")
    asked = Asked("wrong", far.password)
    connection = reach(ask=asked)
    connection.open()
    assert fetch(connection, Kind.NETWORK)
    first, second = asked.questions
    assert first.secret
    assert "password" in first.words
    assert "Permission denied, please try again." in second.words


def test_only_wrong_passwords_are_refused_until_a_person_tries_again(
    far: Sshd, ssh_folder: Path, reach: Reach
) -> None:
    far.config(ssh_folder, "far", User="wharf", PubkeyAuthentication="no", NumberOfPasswordPrompts=1)
    with pytest.raises(Refused, match=r"Permission denied \(") as caught:
        reach(ask=Asked("wrong")).open()
    assert "did not let you in" in diagnose(FAR, caught.value).what


def test_a_password_is_on_no_command_line_and_in_no_environment(
    far: Sshd, ssh_folder: Path, reach: Reach
) -> None:
    far.config(ssh_folder, "far", User="wharf", PubkeyAuthentication="no")
    seen: list[str] = []

    class Looking(Asked):
        def __call__(self, question: SSHQuestion) -> str | None:
            answer = super().__call__(question)
            threading.Timer(0, look).start()
            return answer

    def look() -> None:
        for process in psutil.Process().children(recursive=True):
            try:
                seen.append(str([process.cmdline(), process.environ()]))
            except psutil.Error:
                continue

    reach(ask=Looking(far.password)).open()
    look()
    assert any("wharf-ssh" in each for each in seen)
    assert not any(far.password in each for each in seen)


def test_without_somebody_to_ask_a_password_is_not_waited_for(
    far: Sshd, ssh_folder: Path, reach: Reach
) -> None:
    far.config(ssh_folder, "far", User="wharf", PubkeyAuthentication="no")
    with pytest.raises(Refused, match="Permission denied"):
        reach().open()


def test_one_host_on_the_way_to_another(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    known = ssh_folder / "known_inside"
    known.write_text(far.host_key.replace(str(far.port), str(far.inner_port)))
    far.config(ssh_folder, "gate")
    far.config(ssh_folder, "far", Port=far.inner_port, UserKnownHostsFile=known, ProxyJump="gate")
    connection = reach()
    connection.open()
    assert fetch(connection, Kind.NETWORK)


def test_a_forward_of_the_persons_own_that_is_taken_stops_nothing(
    far: Sshd, ssh_folder: Path, reach: Reach
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        far.config(
            ssh_folder, "far", LocalForward=f"127.0.0.1:{port} localhost:1", ExitOnForwardFailure="yes"
        )
        connection = reach()
        connection.open()
        assert fetch(connection, Kind.NETWORK)


# Whose host it is


def test_an_unknown_host_key_is_asked_about_and_remembered(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    known = ssh_folder / "known"
    far.config(ssh_folder, "far", UserKnownHostsFile=known, HashKnownHosts="no")
    asked = Asked("yes")
    reach(ask=asked).open()
    (question,) = asked.questions
    assert question.confirm
    assert not question.secret
    assert "SHA256:" in question.words
    assert far.host_key.split()[2] in known.read_text()
    reach(ask=asked).open()
    assert len(asked.questions) == 1


def test_the_right_fingerprint_is_as_good_as_yes(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    far.config(ssh_folder, "far", UserKnownHostsFile=ssh_folder / "known")
    command = ["ssh-keygen", "-lf", str(far.folder / "host.pub")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    asked = Asked(told.split()[1])
    reach(ask=asked).open()
    assert len(asked.questions) == 1


@pytest.mark.parametrize("answer", ["no", None])
def test_an_unknown_host_key_that_is_not_accepted_ends_it(
    far: Sshd, ssh_folder: Path, reach: Reach, answer: str | None
) -> None:
    known = ssh_folder / "known"
    far.config(ssh_folder, "far", UserKnownHostsFile=known)
    with pytest.raises(Refused):
        reach(ask=Asked(answer)).open()
    assert not known.exists() or not known.read_text()


def test_another_host_key_is_refused_without_a_question(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    known = ssh_folder / "known"
    known.write_text(far.other_host_key)
    far.config(ssh_folder, "far", UserKnownHostsFile=known)
    asked = Asked("yes")
    with pytest.raises(Refused) as caught:
        reach(ask=asked).open()
    assert asked.questions == []
    found = diagnose(FAR, caught.value)
    assert "shows another host key" in found.what
    assert f"ssh-keygen -f {known} -R '[{far.host}]:{far.port}'" in [line for line, _ in found.commands]


# What can go wrong on the way


def test_a_host_without_such_a_socket_is_told_in_ssh_s_words(
    far: Sshd, ssh_folder: Path, reach: Reach
) -> None:
    far.config(ssh_folder, "far")
    endpoint = Endpoint("ssh://far/run/nowhere.sock", "far", "test")
    with pytest.raises(Unreachable, match="open failed") as caught:
        reach(endpoint).open()
    assert not isinstance(caught.value, Refused)
    assert "/run/nowhere.sock" in diagnose(endpoint, caught.value).what


def test_a_host_that_is_off_is_told_in_ssh_s_words(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    far.config(ssh_folder, "far")
    far.refuse()
    with pytest.raises(Unreachable, match="Connection refused") as caught:
        reach().open()
    assert not isinstance(caught.value, Refused)


# Following it


class Followed:
    """An Engine over ssh, as it is followed."""

    def __init__(self, ask: Asked | None = None) -> None:
        self.store = Store()
        self.links: list[Link] = []
        self.watcher = Watcher(FAR, self.store, self.links.append, ask=ask)
        self.watcher.go.set()
        self.watcher.start()

    def is_(self, state: LinkState) -> bool:
        """Whether the line is in this state."""
        return self.watcher.link.state is state

    def has(self, name: str) -> bool:
        """Whether a container of this name is known."""
        return any(each.name == name for each in self.store.containers.values())


@pytest.fixture
def follow(far: Sshd, ssh_folder: Path) -> Iterator[Callable[..., Followed]]:
    made: list[Followed] = []

    def start(ask: Asked | None = None) -> Followed:
        made.append(Followed(ask))
        return made[-1]

    yield start
    for each in made:
        each.watcher.close()
    wait_until(lambda: not ours())


@pytest.fixture
def there(far: Sshd) -> Iterator[docker.APIClient]:
    """Somebody on that host who uses its Engine too."""
    client = docker.APIClient(base_url=far.engine.url, version="auto", timeout=30)
    yield client
    client.close()


Follow = Callable[..., Followed]


def test_what_happens_over_there_is_seen_here(
    far: Sshd, ssh_folder: Path, follow: Follow, there: docker.APIClient
) -> None:
    far.config(ssh_folder, "far")
    followed = follow()
    wait_until(lambda: followed.is_(LinkState.UP))
    container(there, "later")
    wait_until(lambda: followed.has("later"))


def test_a_dropped_line_is_noticed_at_once_and_made_again(
    far: Sshd, ssh_folder: Path, follow: Follow, there: docker.APIClient
) -> None:
    far.config(ssh_folder, "far")
    followed = follow()
    wait_until(lambda: followed.is_(LinkState.UP))
    far.refuse()
    far.drop()
    start = time.monotonic()
    wait_until(lambda: followed.is_(LinkState.DOWN))
    assert time.monotonic() - start < 2
    container(there, "meanwhile", start=False)
    far.accept()
    wait_until(lambda: followed.is_(LinkState.UP))
    assert followed.has("meanwhile")
    wait_until(lambda: len(ssh_processes()) == 1)


def test_a_password_is_not_asked_for_again_until_the_person_wants_to_connect(
    far: Sshd, ssh_folder: Path, follow: Follow
) -> None:
    far.config(ssh_folder, "far", User="wharf", PubkeyAuthentication="no")
    asked = Asked(far.password)
    followed = follow(asked)
    wait_until(lambda: followed.is_(LinkState.UP))
    far.drop()
    wait_until(lambda: followed.watcher.link.waits)
    assert len(asked.questions) == 1
    followed.watcher.retry_now()
    wait_until(lambda: followed.is_(LinkState.UP))
    assert len(asked.questions) == 2


def test_an_engine_that_ends_and_comes_back_is_found_over_the_same_ssh(
    far: Sshd, ssh_folder: Path, follow: Follow
) -> None:
    far.config(ssh_folder, "far")
    followed = follow()
    wait_until(lambda: followed.is_(LinkState.UP))
    before = ssh_processes()
    far.engine.kill9()
    wait_until(lambda: followed.is_(LinkState.DOWN))
    far.engine.revive()
    wait_until(lambda: followed.is_(LinkState.UP))
    assert ssh_processes() == before


def test_over_a_slow_line_everything_is_there_after_three_round_trips(
    far: Sshd, ssh_folder: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.config(ssh_folder, "far")
    stood: list[float] = []
    opening = tunnel_module.Tunnel.open

    def timed(tunnel: tunnel_module.Tunnel) -> None:
        opening(tunnel)
        stood.append(time.monotonic())

    monkeypatch.setattr(tunnel_module.Tunnel, "open", timed)
    far.slow(200)
    followed = follow()
    listed: list[float] = []

    def note(changes: object) -> None:
        if all(map(followed.store.listed, Kind)):
            listed.append(time.monotonic())

    followed.store.subscribe(note)
    wait_until(lambda: followed.is_(LinkState.UP))
    trips = (listed[0] - stood[0]) / 0.4
    assert trips < 4, f"it took {trips:.1f} round trips"


# Many streams


def test_twenty_streams_go_over_one_ssh_where_three_sessions_are_allowed(
    far: Sshd, ssh_folder: Path, reach: Reach, there: docker.APIClient
) -> None:
    far.config(ssh_folder, "far")
    container(there, "many")
    connection = reach()
    connection.open()
    sessions: list[Session] = []
    try:
        while len(sessions) < STREAMS:
            sessions.append(open_exec(connection.api, "many", ["cat"], tty=False))
        for number, session in enumerate(sessions):
            session.write(f"stream {number}\n".encode())
        for number, session in enumerate(sessions):
            assert session.read() == [(1, f"stream {number}\n".encode())]
        assert len(ssh_processes()) == 1
        for session in sessions:
            session.finish_input()
        for session in sessions:
            assert session.read() == []
            assert session.exit_code() == 0
    finally:
        for session in sessions:
            session.close()


# Leaving


def test_nothing_is_left_behind_by_a_closed_connection(far: Sshd, ssh_folder: Path, reach: Reach) -> None:
    far.config(ssh_folder, "far")
    connection = reach(ask=Asked(None))
    connection.open()
    (line,) = ssh_processes()
    folder = Path(line.partition("-L ")[2].partition(":")[0]).parent
    assert folder.is_dir()
    connection.close()
    wait_until(lambda: not ours() and not folder.exists())


def test_a_machine_without_ssh_says_so(reach: Reach, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("ssh") is None
    with pytest.raises(Refused, match="no ssh program"):
        reach().open()
    assert os.environ["PATH"] == str(tmp_path)
