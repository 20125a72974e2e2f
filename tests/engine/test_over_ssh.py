"""An Engine behind ssh: the connection, its failures in ssh's words, and how it is followed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.fake_ssh import FakeSSH
from tests.engine.http_engine import Answer, Asked, HttpEngine, Reply, until
from tui.engine import watcher as watcher_module
from tui.engine.connection import AT_ONCE, Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import ReadOnly, Refused, Unreachable, engine_errors
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.lists import fetch
from tui.engine.questions import SSHQuestion
from tui.engine.store import Store
from tui.engine.watcher import Watcher

LISTS = ("GET /containers/json", "GET /images/json", "GET /networks", "GET /volumes")
PASSWORD = "password: "
MISSING = "channel 1: open failed: connect failed: No such file or directory"
FORBIDDEN = "channel 1: open failed: administratively prohibited: open failed"


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSSH]:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    fake = FakeSSH(folder)
    yield fake
    until(lambda: not fake.left)


def behind(engine: HttpEngine, *, read_only: bool = False) -> Endpoint:
    return Endpoint(f"ssh://ann@build{engine.path}", "build", "test", read_only=read_only)


def failure_of(ask: Callable[[], object]) -> str:
    """The words in which a request fails."""
    with pytest.raises(Unreachable) as caught, engine_errors():
        ask()
    return caught.value.message


@pytest.fixture
def connection(ssh: FakeSSH, http_engine: HttpEngine) -> Iterator[Connection]:
    made = Connection(behind(http_engine))
    yield made
    made.close()


# The connection


def test_all_requests_go_through_one_ssh(
    ssh: FakeSSH, http_engine: HttpEngine, connection: Connection
) -> None:
    connection.open()
    assert fetch(connection, Kind.CONTAINER) == []
    with engine_errors():
        assert connection.api.networks() == []
    assert connection.describe().version == "28.3.1"
    assert len(ssh.runs) == 1
    assert connection.api_version == (1, 47)
    assert connection.latency is not None
    assert 0 < connection.latency < 5


def test_a_living_ssh_is_used_again_and_a_dead_one_replaced(
    ssh: FakeSSH, http_engine: HttpEngine, connection: Connection
) -> None:
    connection.open()
    connection.open()
    assert len(ssh.runs) == 1
    os.kill(ssh.runs[0]["pid"], signal.SIGKILL)
    with pytest.raises(Unreachable):
        connection.ping()
    connection.open()
    assert len(ssh.runs) == 2
    assert fetch(connection, Kind.VOLUME) == []


def test_closing_the_connection_ends_ssh_for_good(
    ssh: FakeSSH, http_engine: HttpEngine, connection: Connection
) -> None:
    connection.open()
    connection.close()
    until(lambda: not ssh.left)
    with pytest.raises(Unreachable, match="closed"):
        connection.open()
    assert len(ssh.runs) == 1


def test_a_socket_that_is_missing_over_there_is_told_in_ssh_s_words(
    ssh: FakeSSH, http_engine: HttpEngine, connection: Connection
) -> None:
    http_engine.die()
    with pytest.raises(Unreachable) as caught:
        connection.open()
    assert caught.value.message == MISSING
    assert not isinstance(caught.value, Refused)
    http_engine.listen()
    connection.open()
    assert len(ssh.runs) == 1


def test_an_engine_that_ends_later_is_told_in_ssh_s_words_by_every_request(
    ssh: FakeSSH, http_engine: HttpEngine, connection: Connection
) -> None:
    connection.open()
    http_engine.die()
    for ask in (connection.api.containers, connection.api.version, lambda: fetch(connection, Kind.IMAGE)):
        # a request on a connection that is just being cut only sees that
        until(lambda ask=ask: failure_of(ask) == MISSING)  # type: ignore[misc]


def test_a_forward_that_the_server_forbids_is_for_a_person_to_mend(
    ssh: FakeSSH, http_engine: HttpEngine, connection: Connection
) -> None:
    ssh.does(["listen", FORBIDDEN], ["wait"])
    with pytest.raises(Refused) as caught:
        connection.open()
    assert caught.value.message == FORBIDDEN


def test_read_only_holds_over_ssh_too(ssh: FakeSSH, http_engine: HttpEngine) -> None:
    connection = Connection(behind(http_engine, read_only=True))
    try:
        connection.open()
        with pytest.raises(ReadOnly):
            connection.ask("POST", "/containers/c/stop")
    finally:
        connection.close()


# Following it


class Followed:
    """A watcher over ssh, what it said, and what it asked."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.links: list[Link] = []
        self.asked: list[SSHQuestion] = []
        self.answer: str | None = "right"
        self.store = Store()
        self.watcher = Watcher(endpoint, self.store, self.links.append, ask=self._ask)
        self.watcher.go.set()
        self.watcher.start()

    @property
    def link(self) -> Link:
        """How the line is now."""
        return self.watcher.link

    def is_(self, state: LinkState) -> bool:
        """Whether the line is in this state."""
        return self.link.state is state

    def _ask(self, question: SSHQuestion) -> str | None:
        self.asked.append(question)
        return self.answer


Follow = Callable[[], Followed]


@pytest.fixture
def follow(ssh: FakeSSH, http_engine: HttpEngine) -> Iterator[Follow]:
    made: list[Followed] = []

    def start() -> Followed:
        made.append(Followed(behind(http_engine)))
        return made[-1]

    yield start
    for each in made:
        each.watcher.close()


def test_everything_is_there_after_two_rounds_of_requests(http_engine: HttpEngine, follow: Follow) -> None:
    # each of these waits until all of them are asked for: one after the other would break the barrier
    together = [*LISTS, "GET /version", "GET /info"]
    barrier = threading.Barrier(len(together))

    def met(answer: Answer) -> Answer:
        def reply(asked: Asked) -> Reply:
            barrier.wait(5)
            return answer(asked) if callable(answer) else answer

        return reply

    for what in together:
        http_engine.answers[what] = met(http_engine.answers[what])
    followed = follow()
    until(lambda: followed.is_(LinkState.UP))
    asked = [one.what for one in http_engine.asked]
    assert asked[:AT_ONCE] == ["GET /_ping"] * AT_ONCE
    assert sorted(asked[AT_ONCE:]) == sorted([*together, "GET /events", "GET /_ping"])
    assert all(map(followed.store.listed, Kind))
    assert followed.link.server is not None
    # the sockets of the first round serve the second
    assert http_engine.connections <= AT_ONCE + 1


def test_what_happens_while_the_lists_are_read_is_not_missed(http_engine: HttpEngine, follow: Follow) -> None:
    followed = follow()
    until(lambda: followed.is_(LinkState.UP))
    since = int(http_engine.last("GET /events").query["since"])
    assert followed.watcher.connection is not None
    assert followed.watcher.connection.told_at is not None
    assert 0 <= followed.watcher.connection.told_at - since <= 5
    start = http_engine.count("GET /volumes")
    http_engine.emit("volume", "create", "v")
    until(lambda: http_engine.count("GET /volumes") > start)


def test_a_dead_ssh_is_noticed_at_once_and_replaced_without_asking(
    ssh: FakeSSH, http_engine: HttpEngine, follow: Follow
) -> None:
    ssh.does(["ask", PASSWORD], ["listen"], ["wait"])
    followed = follow()
    until(lambda: followed.is_(LinkState.UP))
    assert len(followed.asked) == 1
    ssh.does(["listen"], ["wait"])
    os.kill(ssh.runs[0]["pid"], signal.SIGKILL)
    until(lambda: followed.is_(LinkState.DOWN), 1)
    assert followed.link.retry_at is not None
    assert not followed.link.waits
    until(lambda: followed.is_(LinkState.UP))
    assert "BatchMode=yes" in ssh.runs[1]["argv"]
    assert len(followed.asked) == 1


def test_an_ssh_that_is_killed_does_not_die_of_what_it_said_long_ago(
    ssh: FakeSSH, http_engine: HttpEngine, connection: Connection
) -> None:
    ssh.does(["say", "x: Permission denied (publickey)."], ["listen"], ["wait"])
    http_engine.die()
    assert failure_of(connection.open) == MISSING
    http_engine.listen()
    connection.open()
    os.kill(ssh.runs[0]["pid"], signal.SIGKILL)
    until(lambda: failure_of(connection.ping) == "ssh ended without a word")


def test_the_words_that_ssh_died_with_are_told(ssh: FakeSSH, http_engine: HttpEngine, follow: Follow) -> None:
    words = "Timeout, server build not responding."
    ssh.does(["listen"], ["until"], ["say", words], ["end", 255])
    followed = follow()
    until(lambda: followed.is_(LinkState.UP))
    os.kill(ssh.runs[0]["pid"], signal.SIGUSR1)
    until(lambda: followed.is_(LinkState.DOWN))
    assert followed.link.error is not None
    assert followed.link.error.message == words


def test_a_reconnect_that_would_have_to_ask_waits_for_the_person(
    ssh: FakeSSH, http_engine: HttpEngine, follow: Follow
) -> None:
    ssh.does(["ask", PASSWORD], ["listen"], ["wait"])
    followed = follow()
    until(lambda: followed.is_(LinkState.UP))
    ssh.does(["say", "ann@build: Permission denied (password)."], ["end", 255])
    os.kill(ssh.runs[0]["pid"], signal.SIGKILL)
    until(lambda: followed.link.waits)
    assert followed.link.retry_at is None
    assert isinstance(followed.link.error, Refused)
    assert len(followed.asked) == 1
    ssh.does(["ask", PASSWORD], ["listen"], ["wait"])
    followed.watcher.retry_now()
    until(lambda: followed.is_(LinkState.UP))
    assert not followed.link.waits
    assert len(followed.asked) == 2


def test_a_cancelled_question_is_not_asked_again_by_itself(
    ssh: FakeSSH, http_engine: HttpEngine, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "LONGEST_WAIT", 0.01)
    ssh.does(["ask", PASSWORD], ["listen"], ["wait"])
    followed = follow()
    followed.answer = None
    until(lambda: followed.link.waits)
    assert followed.watcher.tried.is_set()
    quiet = threading.Event()
    assert not quiet.wait(0.2)
    assert len(ssh.runs) == 1


@pytest.mark.parametrize("moment", ["connecting", "asking", "refused", "up"])
def test_closing_ends_everything_at_any_moment(
    ssh: FakeSSH, http_engine: HttpEngine, follow: Follow, moment: str
) -> None:
    steps = {
        "connecting": [["wait"]],
        "asking": [["ask", PASSWORD], ["wait"]],
        "refused": [["say", "x: Permission denied (publickey)."], ["end", 255]],
        "up": [["listen"], ["wait"]],
    }[moment]
    ssh.does(*steps)
    before = set(threading.enumerate())
    followed = follow()
    reached = {
        "connecting": lambda: bool(ssh.runs),
        "asking": lambda: bool(followed.asked),
        "refused": lambda: followed.link.waits,
        "up": lambda: followed.is_(LinkState.UP),
    }[moment]
    until(reached)
    followed.watcher.close()
    until(lambda: not ssh.left)
    until(lambda: not {t.name for t in set(threading.enumerate()) - before} & {"watcher", "events", "ssh"})


def test_a_host_that_refuses_is_tried_again_by_itself(
    ssh: FakeSSH, http_engine: HttpEngine, follow: Follow
) -> None:
    ssh.does(["say", "ssh: connect to host build port 22: Connection refused"], ["end", 255])
    followed = follow()
    until(lambda: followed.is_(LinkState.DOWN))
    assert followed.link.retry_at is not None
    assert http_engine.asked == []
    assert not any(link.waits for link in followed.links)
