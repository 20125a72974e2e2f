"""The ssh process that leads to an Engine: what it is given, what it asks, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tests.engine.fake_ssh import FakeSSH
from tests.engine.http_engine import until
from tui.engine import tunnel as tunnel_module
from tui.engine.address import SSHAddress
from tui.engine.errors import Refused, Unreachable
from tui.engine.places import short_folder
from tui.engine.questions import Ask, SSHQuestion
from tui.engine.tunnel import Tunnel

ROOT = Path(__file__).parent.parent.parent
HOST = SSHAddress("build", "ann", 2222, "/run/docker.sock")
PASSWORD = "ann@build's password: "
KEY = "The authenticity of host 'build' can't be established.\nContinue (yes/no/[fingerprint])? "
Make = Callable[..., Tunnel]


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSSH]:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    fake = FakeSSH(folder)
    yield fake
    until(lambda: not fake.left)


@pytest.fixture
def make(ssh: FakeSSH) -> Iterator[Make]:
    made: list[Tunnel] = []

    def tunnel(ask: Ask | None = None, address: SSHAddress = HOST) -> Tunnel:
        made.append(Tunnel(address, ask))
        return made[-1]

    yield tunnel
    for each in made:
        each.close()


class Person:
    """Answers questions as told, and keeps them."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[SSHQuestion] = []

    def __call__(self, question: SSHQuestion) -> str | None:
        self.asked.append(question)
        return self.answers.pop(0)


def options(ssh: FakeSSH) -> list[str]:
    argv = ssh.runs[-1]["argv"]
    return [word for before, word in pairwise(argv) if before == "-o"]


def failing(tunnel: Tunnel) -> None:
    """Open a tunnel that cannot be opened, on a thread."""
    with pytest.raises(Unreachable):
        tunnel.open()


# Starting


def test_ssh_forwards_the_socket_and_is_kept_from_what_would_outlive_or_stop_it(
    ssh: FakeSSH, make: Make
) -> None:
    tunnel = make()
    tunnel.open()
    argv = ssh.runs[0]["argv"]
    assert argv[:4] == ["-N", "-T", "-a", "-x"]
    assert argv[argv.index("-L") + 1] == f"{tunnel.socket_path}:/run/docker.sock"
    assert argv[argv.index("-p") + 1] == "2222"
    assert argv[-2:] == ["--", "ann@build"]
    assert {
        *("ControlMaster=no", "ControlPath=none", "ExitOnForwardFailure=no", "ClearAllForwardings=no"),
        *("StreamLocalBindUnlink=yes", "ServerAliveInterval=15", "ServerAliveCountMax=3"),
        *("ConnectTimeout=10", "PermitLocalCommand=no", "BatchMode=yes"),
    } <= set(options(ssh))
    assert not any(option.startswith("StrictHostKeyChecking") for option in options(ssh))
    assert tunnel.alive


def test_only_this_person_can_get_at_the_socket_and_its_path_is_short(ssh: FakeSSH, make: Make) -> None:
    tunnel = make()
    tunnel.open()
    folder = Path(tunnel.socket_path).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(tunnel.socket_path)) < 104


def test_a_deep_folder_for_temporary_files_is_not_used(
    ssh: FakeSSH, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("deep" * 20)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    tunnel = make()
    tunnel.open()
    assert len(os.fsencode(tunnel.socket_path)) < 104


def test_the_program_that_asks_is_not_put_where_none_may_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as other:
        monkeypatch.setattr("tempfile.tempdir", "/tmp")
        monkeypatch.setenv("XDG_RUNTIME_DIR", other)
        noexec = SimpleNamespace(f_flag=os.ST_NOEXEC)
        real = os.statvfs
        monkeypatch.setattr(os, "statvfs", lambda place: noexec if place == "/tmp" else real(place))
        assert short_folder() == "/tmp"
        assert short_folder(runnable=True) == other


def test_what_ssh_would_read_into_a_path_is_written_so_that_it_does_not(ssh: FakeSSH, make: Make) -> None:
    ssh.does(["say", "no"], ["end", 1])
    with pytest.raises(Unreachable):
        make(address=HOST._replace(path="/run/a:b\\c%d.sock")).open()
    argv = ssh.runs[0]["argv"]
    assert argv[argv.index("-L") + 1].endswith(":/run/a\\:b\\\\c%%d.sock")


def test_ssh_has_no_terminal_and_a_session_of_its_own(ssh: FakeSSH, make: Make) -> None:
    make().open()
    assert not ssh.runs[0]["terminal"]
    assert ssh.runs[0]["session"] != os.getsid(0)


def test_without_somebody_to_ask_nothing_is_asked_on_the_way_either(
    ssh: FakeSSH, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_ASKPASS", "/usr/bin/ksshaskpass")
    make().open()
    assert "SSH_ASKPASS" not in ssh.runs[0]["env"]
    assert ssh.runs[0]["env"]["SSH_ASKPASS_REQUIRE"] == "never"


def test_a_machine_without_ssh_says_so(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="no ssh program"):
        make().open()


# Asking


def test_a_password_is_asked_for_and_given_to_ssh_alone(ssh: FakeSSH, make: Make) -> None:
    ssh.does(["ask", PASSWORD], ["listen"], ["wait"])
    person = Person("geheim $x 'é")
    tunnel = make(person)
    tunnel.open()
    assert ssh.heard == [[0, "geheim $x 'é\n"]]
    (question,) = person.asked
    assert question[:4] == ("build", PASSWORD, True, False)
    assert "geheim" not in str([ssh.runs, tunnel.words])
    assert "BatchMode=yes" not in options(ssh)
    assert ssh.runs[0]["env"]["SSH_ASKPASS_REQUIRE"] == "force"
    folder = Path(tunnel.socket_path).parent
    assert not [path for path in folder.iterdir() if path.is_file() and "geheim" in path.read_text()]


@pytest.mark.parametrize(
    ("words", "hint", "secret", "confirm"),
    [
        (KEY, "", False, True),
        ("Please type 'yes', 'no' or the fingerprint: ", "", False, True),
        ("Allow use of key id_ed25519?", "confirm", False, True),
        ("Enter passphrase for key '/home/ann/.ssh/id': ", "", True, False),
        ("Verification code: ", "", True, False),
    ],
)
def test_what_sort_of_question_it_is_can_be_told(
    ssh: FakeSSH, make: Make, words: str, hint: str, secret: bool, confirm: bool
) -> None:
    ssh.does(["ask", words, hint], ["listen"], ["wait"])
    person = Person("yes")
    make(person).open()
    (question,) = person.asked
    assert question[:4] == ("build", words, secret, confirm)
    assert not question.notice


def test_the_next_question_says_what_was_wrong_with_the_first_answer(ssh: FakeSSH, make: Make) -> None:
    again = "Permission denied, please try again."
    ssh.does(["ask", PASSWORD], ["say", again], ["ask", PASSWORD], ["listen"], ["wait"])
    person = Person("wrong", "right")
    make(person).open()
    assert [question.words for question in person.asked] == [PASSWORD, f"{again}\n{PASSWORD}"]


def test_a_cancelled_question_ends_ssh_and_is_for_a_person_to_mend(ssh: FakeSSH, make: Make) -> None:
    ssh.does(["ask", PASSWORD], ["ask", PASSWORD], ["listen"], ["wait"])
    person = Person(None, "never asked for")
    with pytest.raises(Refused, match="got no answer"):
        make(person).open()
    assert len(person.asked) == 1
    until(lambda: not ssh.left)


def test_a_notice_waits_for_no_answer(ssh: FakeSSH, make: Make) -> None:
    ssh.does(["ask", "Confirm user presence for key", "none"], ["listen"], ["wait"])
    person = Person(None)
    tunnel = make(person)
    tunnel.open()
    assert person.asked[0].notice
    assert tunnel.alive


def test_a_question_is_over_when_ssh_ends(ssh: FakeSSH, make: Make) -> None:
    ssh.does(["ask", PASSWORD], ["wait"])
    asked: list[SSHQuestion] = []
    over = threading.Event()

    def ask(question: SSHQuestion) -> str | None:
        asked.append(question)
        assert question.over is not None
        if question.over.wait(5):
            over.set()
        return None

    opening = threading.Thread(target=failing, args=(make(ask),))
    opening.start()
    until(lambda: bool(asked))
    os.kill(ssh.runs[0]["pid"], signal.SIGKILL)
    assert over.wait(5)
    opening.join(5)
    assert not opening.is_alive()


def test_the_time_that_a_person_takes_is_not_ssh_s(
    ssh: FakeSSH, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tunnel_module, "OPEN_SECONDS", 0.5)
    ssh.does(["ask", PASSWORD], ["listen"], ["wait"])

    def slow(question: SSHQuestion) -> str:
        assert question.over is not None
        assert not question.over.wait(0.8)
        return "x"

    tunnel = make(slow)
    tunnel.open()
    assert tunnel.alive


# Failing


def test_an_ssh_that_never_gets_there_is_given_up(
    ssh: FakeSSH, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tunnel_module, "OPEN_SECONDS", 0.3)
    ssh.does(["say", "still trying"], ["wait"])
    with pytest.raises(Unreachable, match=r"timed out.*still trying"):
        make().open()
    until(lambda: not ssh.left)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("ann@build: Permission denied (publickey).", Refused),
        ("Host key verification failed.", Refused),
        ("/home/ann/.ssh/config: line 3: Bad configuration option: ghost", Refused),
        ("ssh: connect to host build port 22: Connection refused", Unreachable),
        ("ssh: Could not resolve hostname build: Name or service not known", Unreachable),
    ],
)
def test_ssh_s_own_words_are_the_error(ssh: FakeSSH, make: Make, words: str, kind: type[Unreachable]) -> None:
    ssh.does(["say", words], ["end", 255])
    tunnel = make()
    with pytest.raises(Unreachable) as caught:
        tunnel.open()
    assert type(caught.value) is kind
    assert caught.value.message == words
    assert tunnel.words == words
    assert not tunnel.alive


def test_a_flood_of_words_is_not_kept_whole(ssh: FakeSSH, make: Make) -> None:
    ssh.does(["say", "banner " * 100_000], *[["say", f"line {n}"] for n in range(200)], ["end", 255])
    tunnel = make()
    with pytest.raises(Unreachable, match="line 199"):
        tunnel.open()
    assert len(tunnel.words) < 100_000


def test_an_ssh_that_dies_later_leaves_nothing(ssh: FakeSSH, make: Make) -> None:
    tunnel = make()
    tunnel.open()
    os.kill(ssh.runs[0]["pid"], signal.SIGKILL)
    until(lambda: not tunnel.alive)
    until(lambda: not Path(tunnel.socket_path).parent.exists() and not ssh.left)


# Ending


def test_closing_returns_at_once_and_leaves_nothing(ssh: FakeSSH, make: Make) -> None:
    tunnel = make(Person())
    tunnel.open()
    start = time.monotonic()
    tunnel.close()
    tunnel.close()
    assert time.monotonic() - start < 0.1
    assert not tunnel.alive
    until(lambda: not Path(tunnel.socket_path).parent.exists() and not ssh.left)


@pytest.mark.parametrize("steps", [[["wait"]], [["ask", PASSWORD], ["wait"]]], ids=["connecting", "asking"])
def test_closing_wakes_who_waits_for_it_to_open(ssh: FakeSSH, make: Make, steps: list[list[str]]) -> None:
    ssh.does(*steps)
    asked, let_go = threading.Event(), threading.Event()

    def ask(question: SSHQuestion) -> str | None:
        asked.set()
        let_go.wait(10)
        return "too late"

    tunnel = make(ask)
    failed: list[Unreachable] = []

    def opening() -> None:
        with pytest.raises(Unreachable) as caught:
            tunnel.open()
        failed.append(caught.value)

    thread = threading.Thread(target=opening)
    thread.start()
    until(lambda: bool(ssh.runs))
    if len(steps) > 1:
        assert asked.wait(5)
    start = time.monotonic()
    tunnel.close()
    thread.join(5)
    assert failed
    assert time.monotonic() - start < 0.5
    until(lambda: not ssh.left)
    let_go.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_all_of_them_leaves_nothing(ssh: FakeSSH, make: Make, number: signal.Signals) -> None:
    tunnel = make()
    tunnel.open()
    os.killpg(ssh.runs[0]["session"], number)
    tunnel.close()
    until(lambda: not ssh.left and not Path(tunnel.socket_path).parent.exists())


def test_a_tunnel_that_was_closed_does_not_open(ssh: FakeSSH, make: Make) -> None:
    tunnel = make()
    tunnel.close()
    with pytest.raises(Unreachable, match="closed"):
        tunnel.open()
    assert ssh.runs == []


def test_a_dead_wrapper_takes_ssh_with_it(ssh: FakeSSH, make: Make) -> None:
    tunnel = make()
    tunnel.open()
    wrapper = psutil.Process(ssh.runs[0]["pid"]).parent()
    assert wrapper is not None
    assert wrapper.pid != os.getpid()
    wrapper.kill()
    until(lambda: not tunnel.alive)
    until(lambda: not ssh.left and not Path(tunnel.socket_path).parent.exists())


@pytest.mark.parametrize("how", ["stopped", "deaf"])
def test_an_ssh_that_does_not_want_to_end_is_made_to(ssh: FakeSSH, make: Make, how: str) -> None:
    ssh.does(*[["deaf"]] * (how == "deaf"), ["listen"], ["wait"])
    tunnel = make()
    tunnel.open()
    if how == "stopped":
        os.kill(ssh.runs[0]["pid"], signal.SIGSTOP)
    tunnel.close()
    until(lambda: not ssh.left)


@pytest.mark.parametrize("moment", ["open", "opening", "asking"])
def test_wharf_killed_leaves_nothing(ssh: FakeSSH, tmp_path: Path, moment: str) -> None:
    steps = {"open": [["listen"]], "opening": [], "asking": [["ask", PASSWORD]]}[moment]
    ssh.does(*steps, ["wait"])
    marker = tmp_path / "marker"
    code = f"""
import pathlib, time
from tui.engine.address import SSHAddress
from tui.engine.tunnel import Tunnel

def ask(question):
    pathlib.Path({str(marker)!r}).touch()
    time.sleep(60)

tunnel = Tunnel(SSHAddress("build"), ask)
tunnel.open()
pathlib.Path({str(marker)!r}).touch()
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as wharf:
        until(lambda: bool(ssh.runs) and (moment == "opening" or marker.exists()))
        argv = ssh.runs[0]["argv"]
        folder = Path(argv[argv.index("-L") + 1].partition(":")[0]).parent
        assert folder.exists()
        wharf.kill()
    until(lambda: not ssh.left and not folder.exists())


def test_asked_on_the_terminal_ssh_stays_in_the_foreground_and_ends_with_wharf(ssh: FakeSSH) -> None:
    tunnel = Tunnel(HOST, terminal=True)
    tunnel.open()
    (run,) = ssh.runs
    assert run["session"] == os.getsid(0)
    assert os.getpgid(run["pid"]) == os.getpgid(0)
    assert "BatchMode=yes" not in options(ssh)
    assert run["env"].get("SSH_ASKPASS_REQUIRE") == os.environ.get("SSH_ASKPASS_REQUIRE")
    tunnel.close()
    until(lambda: not psutil.pid_exists(run["pid"]))
    until(lambda: not Path(tunnel.socket_path).parent.exists())
