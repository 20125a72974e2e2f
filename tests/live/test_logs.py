"""Long, fast, strange and several logs on a real Engine."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import docker
import pytest

from tests.live.engine import PrivateEngine
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.log_feed import (
    AHEAD,
    After,
    Backlog,
    Began,
    Beginning,
    Ended,
    Feed,
    Lines,
    News,
    Origin,
    Place,
    Tail,
)
from tui.engine.log_merge import MOST
from tui.engine.logs import LogLine

IMAGE = "busybox:latest"
DEADLINE = 30.0
MILLION = 1_000_000
WHOLE = Beginning()
NEVER = threading.Event()

Run = Callable[..., Origin]


@pytest.fixture
def connection(engine: PrivateEngine) -> Iterator[Connection]:
    found = Connection(Endpoint(engine.url, "private", "test"))
    found.open()
    yield found
    found.close()


@pytest.fixture
def run(api: docker.APIClient, connection: Connection) -> Run:
    """Starts a container that runs a script; waits for its end unless told otherwise."""
    numbers = count()

    def start(script: str, *, wait: bool = True, **options: object) -> Origin:
        host = api.create_host_config(log_config={"type": "json-file"})
        name = f"log-{next(numbers)}"
        made = api.create_container(IMAGE, ["sh", "-c", script], name=name, host_config=host, **options)["Id"]
        api.start(made)
        if wait:
            api.wait(made)
        return Origin(connection, made, name)

    return start


class Heard:
    """Keeps the lines that a feed tells."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.news: list[Began | Ended] = []
        self.most = 0
        self.feed: Feed
        self._changed = threading.Condition()

    def __call__(self, news: News) -> None:
        with self._changed:
            if isinstance(news, Lines):
                self.lines += news.lines
                self.most = max(self.most, len(news.lines))
                self.feed.taken()
            else:
                self.news.append(news)
            self._changed.notify_all()

    def until(self, true: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(true, DEADLINE), (self.news, self.lines[-3:])

    @property
    def ended(self) -> list[Ended]:
        return [news for news in self.news if isinstance(news, Ended)]


@contextmanager
def fed(origins: Sequence[Origin], place: Place, *, follow: bool = True) -> Iterator[Heard]:
    heard = Heard()
    heard.feed = Feed(origins, heard, place, follow=follow)
    heard.feed.start()
    yield heard
    heard.feed.close()


def whole(*origins: Origin, place: Place = WHOLE) -> list[LogLine]:
    """A log from a place to its end."""
    with fed(origins, place, follow=False) as heard:
        heard.until(lambda: len(heard.ended) == len(origins))
        assert not [news.error for news in heard.ended if news.error]
        return heard.lines


def memory() -> int:
    """The most bytes this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("engine", ["28.5"], indirect=True)
def test_a_million_lines_open_at_the_tail_and_are_read_back_to_the_first(run: Run) -> None:
    origin = run(f"seq {MILLION}")
    tail = whole(origin, place=Tail(1000))
    assert [int(line.text) for line in tail] == list(range(MILLION - 999, MILLION + 1))
    backlog, before = Backlog([origin]), tail[0].at
    expected, more = MILLION - 1000, True
    held = memory()
    while more:
        page = backlog.older(before, 40_000, NEVER)
        assert [int(line.text) for line in reversed(page.lines)] == list(
            range(expected, expected - len(page.lines), -1)
        )
        expected -= len(page.lines)
        before, more = page.lines[0].at, page.more
    assert expected == 0
    assert memory() - held < 150_000_000
    page = Backlog([origin]).older(before, 10, NEVER)
    assert (page.lines, page.more) == ([], False)


@pytest.mark.parametrize("engine", ["28.5"], indirect=True)
def test_a_moment_in_a_long_log_is_found(run: Run) -> None:
    origin = run("seq 200000")
    backlog = Backlog([origin])
    found = backlog.older(2**62, 100_000, NEVER).lines[0]
    after = whole(origin, place=After(found.at))
    assert [int(line.text) for line in after] == list(range(int(found.text) + 1, 200_001))
    page = Backlog([origin]).older(found.at, 100, NEVER)
    assert [int(line.text) for line in page.lines] == list(range(int(found.text) - 100, int(found.text)))


@pytest.mark.parametrize("tty", [True, False])
def test_a_line_of_a_megabyte_and_binary_output_do_no_harm(run: Run, tty: bool) -> None:
    origin = run(
        "echo begin; head -c 1000000 /dev/zero | tr '\\0' a; echo;"
        " head -c 300000 /dev/urandom; echo; echo end",
        tty=tty,
    )
    lines = whole(origin)
    assert lines[0].text == "begin"
    assert lines[1].text.startswith("a" * 60_000)
    assert lines[-1].text == "end"
    assert all(line.at for line in lines)
    back, page = [], Backlog([origin]).older(2**62, 50, NEVER)
    back += page.lines[::-1]
    backlog = Backlog([origin])
    page = backlog.older(back[-1].at, 50, NEVER)
    while page.lines:
        back += page.lines[::-1]
        page = backlog.older(page.lines[0].at, 50, NEVER)
    assert back[::-1] == lines


@pytest.mark.parametrize("engine", ["28.5"], indirect=True)
def test_five_thousand_lines_a_second_are_followed_without_a_loss(run: Run) -> None:
    script = "i=0; while [ $i -lt 30 ]; do seq $((i*500+1)) $((i*500+500)); i=$((i+1)); usleep 80000; done"
    with fed([run(script, wait=False)], Tail(10)) as heard:
        heard.until(lambda: bool(heard.ended))
    numbers = [int(line.text) for line in heard.lines]
    assert numbers == list(range(numbers[0], 15_001))
    assert numbers[0] < 15_000
    assert heard.most <= MOST


def test_a_slow_taker_loses_nothing(run: Run) -> None:
    origin = run("seq 20000")
    heard: list[LogLine] = []
    told = threading.Semaphore(0)
    ended = threading.Event()

    def tell(news: News) -> None:
        if isinstance(news, Lines):
            heard.extend(news.lines)
            told.release()
        elif isinstance(news, Ended):
            ended.set()

    feed = Feed([origin], tell, Beginning())
    feed.start()
    for _ in range(AHEAD):
        assert told.acquire(timeout=DEADLINE)
    assert len(heard) <= AHEAD * MOST
    while not ended.wait(0):
        feed.taken()
        told.acquire(timeout=0.2)
    feed.close()
    assert [int(line.text) for line in heard] == list(range(1, 20_001))


@pytest.mark.parametrize("engine", ["28.5"], indirect=True)
def test_twenty_containers_are_merged_in_the_order_they_wrote(run: Run) -> None:
    script = "for i in $(seq 60); do echo $i; [ $((i % 20)) = 0 ] && usleep 200000; done"
    origins = [run(script, wait=False) for _ in range(20)]
    with fed(origins, Tail(2000)) as heard:
        heard.until(lambda: len(heard.ended) == 20)
    each = [[int(line.text) for line in heard.lines if line.source == source] for source in range(20)]
    assert each == [list(range(1, 61))] * 20
    again = whole(*origins)
    assert [line.at for line in again] == sorted(line.at for line in again)
    assert sorted(again) == sorted(heard.lines)
    page = Backlog(origins).older(2**62, 500, NEVER)
    assert page.lines == again[-len(page.lines) :]
    assert 500 <= len(page.lines) < 520


def test_a_container_that_starts_again_is_read_on(run: Run, api: docker.APIClient) -> None:
    origin = run("echo begun; trap 'echo over; exit 3' TERM; while :; do usleep 10000; done", wait=False)
    with fed([origin], Tail(1000)) as heard:
        heard.until(lambda: len(heard.lines) == 1)
        # at once: it may run again before its log is opened to be followed
        api.restart(origin.ref, timeout=5)
        heard.feed.again(0)
        heard.until(lambda: len(heard.lines) == 3)
        api.kill(origin.ref)
        heard.until(lambda: any(news.exit_code == 137 for news in heard.ended))
    assert [line.text for line in heard.lines] == ["begun", "over", "begun"]
    begun = [news for news in heard.news if isinstance(news, Began)]
    assert [news.state for news in begun] == ["running", "running"]
    assert begun[0].started < begun[1].started
    assert heard.lines[1].at < begun[1].begins < heard.lines[2].at


def test_a_log_that_cannot_be_read_is_told_in_the_engines_words(
    api: docker.APIClient, connection: Connection
) -> None:
    host = api.create_host_config(log_config={"type": "none"})
    made = api.create_container(IMAGE, ["true"], host_config=host)["Id"]
    api.start(made)
    api.wait(made)
    with fed([Origin(connection, made, "none")], Tail(10)) as heard:
        heard.until(lambda: bool(heard.ended))
    error = heard.ended[0].error
    assert error is not None
    assert "does not support reading" in error.message


@pytest.mark.parametrize(("driver", "options"), [("json-file", {"compress": "true"}), ("local", {})])
def test_a_log_that_is_rotated_is_read_to_what_is_left(
    api: docker.APIClient, connection: Connection, driver: str, options: dict[str, str]
) -> None:
    config = {"type": driver, "config": {"max-size": "50k", "max-file": "3", **options}}
    host = api.create_host_config(log_config=config)
    made = api.create_container(IMAGE, ["seq", "10000"], host_config=host)["Id"]
    api.start(made)
    api.wait(made)
    origin = Origin(connection, made, "turning")
    lines = [int(line.text) for line in whole(origin)]
    assert lines == list(range(lines[0], 10_001))
    assert lines[0] > 1
    backlog, before, back, more = Backlog([origin]), 2**62, [], True
    while more:
        page = backlog.older(before, 1_000, NEVER)
        back += page.lines[::-1]
        before, more = page.lines[0].at, page.more
    assert [int(line.text) for line in reversed(back)] == lines
