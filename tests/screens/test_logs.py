"""The screen of a container's log."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.engine.fake_engine import FakeEngine, frame
from tests.screens import on_demo
from tests.screens.hosting import Host, until
from tests.screens.on_demo import Demo
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.screens.key_bar import KeyBar
from tui.screens.log_reader import AHEAD, Begun, Ended, LogReader, News
from tui.screens.logs import LogsScreen, SearchedLog
from widgets.bar import Bar

CACHE = "shop-cache-1"


@pytest.fixture
def demo() -> Iterator[Demo]:
    with on_demo.demo() as running:
        yield running


def opened(demo: Demo, name: str = CACHE) -> LogsScreen:
    return LogsScreen(demo.container(name), demo.connection)


def log(screen: LogsScreen) -> SearchedLog:
    return screen.query_one(SearchedLog)


def texts(screen: LogsScreen) -> list[str]:
    return log(screen).texts(1, log(screen).lines_count)


def bar(screen: LogsScreen, selector: str) -> str:
    return screen.query_one(selector, Bar).text


async def shows(pilot: Pilot[None], screen: LogsScreen, *lines: str) -> None:
    """Wait until the log ends in these lines."""
    await until(
        pilot, lambda: log(screen).lines_count >= len(lines) and texts(screen)[-len(lines) :] == [*lines]
    )


async def test_the_last_thousand_lines_are_shown_and_new_ones_come_by_themselves(demo: Demo) -> None:
    demo.write(CACHE, *(b"line %d" % number for number in range(1_500)))
    screen = opened(demo)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "line 1498", "line 1499")
        assert log(screen).lines_count == 1000
        demo.write(CACHE, b"fresh")
        await shows(pilot, screen, "line 1499", "fresh")
        head = bar(screen, "#logs--head")
        assert CACHE in head
        assert "● running" in head
        assert "1,001 lines" in head
        assert "following" in head


async def test_errors_stand_apart_and_stamps_are_there_without_reading_again(demo: Demo) -> None:
    demo.write(CACHE, b"broken", stream=2)
    screen = opened(demo)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "broken")
        reader = screen.reader
        assert log(screen)._lines[log(screen)._lines.end - 1].tone == "err"
        assert "--timestamps" not in bar(screen, "#logs--line")
        await pilot.press("T")
        await shows(pilot, screen, "2025-06-15T15:06:40.000000000Z broken")
        assert f"docker logs --follow --tail 1000 --timestamps {CACHE}" in bar(screen, "#logs--line")
        assert screen.reader is reader


@pytest.mark.parametrize(("size", "beside"), [((80, 24), False), ((160, 48), True)])
async def test_keys_and_docker_line_are_in_view(demo: Demo, size: tuple[int, int], beside: bool) -> None:
    screen = opened(demo)
    async with Host(lambda: screen).run_test(size=size) as pilot:
        await until(pilot, lambda: "running" in bar(screen, "#logs--head"))
        await pilot.pause()
        keys = screen.query_one(KeyBar)
        painted = "".join(segment.text for segment in keys.render_line(0))
        for word in ("esc back", "/ search", "f follow", "w wrap", "T times", "y copy"):
            assert word in painted
        assert "read on" not in painted
        line = f"docker logs --follow --tail 1000 {CACHE}"
        assert (line in painted) is beside
        assert screen.query_one("#logs--line").display is not beside


async def test_scrolling_up_pauses_and_the_header_says_so(demo: Demo) -> None:
    demo.write(CACHE, *(b"line %d" % number for number in range(1_000)))
    screen = opened(demo)
    async with Host(lambda: screen).run_test(size=(100, 24)) as pilot:
        await shows(pilot, screen, "line 999")
        await pilot.press("g")
        await until(pilot, lambda: "paused at 1–" in bar(screen, "#logs--head"))
        demo.write(CACHE, b"fresh")
        await shows(pilot, screen, "fresh")
        assert log(screen).position[0] == 1
        await pilot.press("f", "w")
        await until(pilot, lambda: "following" in bar(screen, "#logs--head"))
        assert "wrap" in bar(screen, "#logs--head")


async def test_search_goes_from_match_to_match_and_esc_ends_it_before_it_leaves(demo: Demo) -> None:
    demo.write(CACHE, b"apple", b"pear", b"Apple pie", b"plum", b"apple")
    screen = opened(demo)
    app = Host(lambda: screen)
    async with app.run_test(size=(100, 24)) as pilot:
        await shows(pilot, screen, "plum", "apple")
        await pilot.press("slash", *"apple")
        assert screen.query_one(Input).value == "apple"
        await pilot.press("enter")

        def position() -> str:
            return str(screen.query_one("DetailSearch").query(Static).last().render())

        assert position() == "1 of 3"
        await pilot.press("n")
        await until(pilot, lambda: position() == "2 of 3")
        await pilot.press("N")
        await until(pilot, lambda: position() == "1 of 3")
        assert "n next" in screen.query_one(KeyBar).text
        await pilot.press("escape")
        await until(pilot, lambda: not screen.query("DetailSearch"))
        assert app.ended == []
        assert log(screen).match_position == (0, 0)
        await pilot.press("escape")
        await until(pilot, lambda: app.ended == [None])


async def test_copy_takes_what_is_in_view_or_all_that_is_kept(demo: Demo) -> None:
    demo.write(CACHE, *(b"line %d" % number for number in range(1_000)))
    screen = opened(demo)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "line 999")
        await pilot.press("y")
        assert app.clipboard.splitlines() == [f"line {number}" for number in range(979, 1000)]
        await pilot.press("Y")
        assert app.clipboard.splitlines() == [f"line {number}" for number in range(1_000)]


async def test_the_end_is_told_and_r_reads_on_without_repeating_a_line(demo: Demo) -> None:
    demo.write(CACHE, b"before")
    screen = opened(demo)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, screen, "before")
        demo.connection.api.kill(CACHE)
        await shows(pilot, screen, "before", "container ended, exit code 137")
        assert "ended, exit code 137" in bar(screen, "#logs--head")
        await until(pilot, lambda: "r read on" in screen.query_one(KeyBar).text)
        demo.now += 1
        demo.connection.api.start(CACHE)
        await pilot.press("r")
        await until(pilot, lambda: "● running" in bar(screen, "#logs--head"))
        assert "read on" not in screen.query_one(KeyBar).text
        demo.write(CACHE, b"after")
        await until(pilot, lambda: texts(screen)[-1] == "after")
        assert texts(screen).count("before") == 1


async def test_a_container_that_is_gone_is_told_in_the_engines_words(demo: Demo) -> None:
    screen = opened(demo)
    demo.connection.api.remove_container(CACHE, force=True)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "gone" in bar(screen, "#logs--head"))
        assert any("No such container" in line for line in texts(screen))


async def test_leaving_ends_the_thread(demo: Demo) -> None:
    screen = opened(demo)
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "running" in bar(screen, "#logs--head"))
        reader = screen.reader
        assert reader is not None
        assert reader.alive
        await pilot.press("q")
        await until(pilot, lambda: not reader.alive)
        assert app.ended == [None]


async def test_an_engine_that_goes_away_is_told(demo: Demo) -> None:
    screen = opened(demo)
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: "running" in bar(screen, "#logs--head"))
        demo.engine.drop()
        await until(pilot, lambda: "cannot be read" in bar(screen, "#logs--head"))


async def test_hostile_lines_and_names_do_no_harm(demo: Demo) -> None:
    from dataclasses import replace

    demo.write(CACHE, b"[/x]\x1b]52;c;QUFB\x07\x1b[2J \xe2\x80\xae" + b"x" * 100_000)
    model = replace(demo.container(CACHE), name="[/x]\x1b[2J\u202e" + "n" * 10_000)
    screen = LogsScreen(model, demo.connection)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: any("[/x]" in line for line in texts(screen)))
        seen = "".join((*texts(screen), bar(screen, "#logs--head"), bar(screen, "#logs--line")))
        assert not {"\x1b", "\x07", "\u202e"} & set(seen)


# The reader, on an Engine that says what a test wants

CONFIG = b'{"Config": {"Tty": false}, "State": {"Status": "%s", "ExitCode": 0}}'


def answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


Fake = Callable[..., Connection]
"""Makes an Engine of what answers GET /containers/{id}/logs and of the states that come before "exited"."""


@pytest.fixture
def faked(tmp_path: Path) -> Iterator[Fake]:
    engines: list[FakeEngine] = []
    connections: list[Connection] = []

    def make(logs: Callable[[socket.socket], None], *states: bytes) -> Connection:
        later = list(states)

        def talk(wire: socket.socket, request: bytes) -> None:
            if b"/logs?" in request:
                logs(wire)
            else:
                wire.sendall(answer(CONFIG % (later.pop(0) if later else b"exited")))

        engines.append(FakeEngine(tmp_path, talk))
        connections.append(Connection(Endpoint(f"unix://{tmp_path / 's'}", "fake", "fake")))
        return connections[-1]

    yield make
    for connection in connections:
        connection.close()
    for engine in engines:
        engine.close()


class Heard:
    """Keeps what a reader tells."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self._changed = threading.Condition()

    def __call__(self, news: News) -> None:
        with self._changed:
            self.news.append(news)
            self._changed.notify_all()

    def wait(self, true: Callable[[], bool], seconds: float = 5.0) -> bool:
        with self._changed:
            return self._changed.wait_for(true, seconds)

    @property
    def batches(self) -> int:
        return sum(not isinstance(news, Begun | Ended) for news in self.news)


async def test_a_driver_that_cannot_be_read_is_told_in_the_engines_words(demo: Demo, faked: Fake) -> None:
    words = b'{"message":"configured logging driver does not support reading"}'
    connection = faked(lambda wire: wire.sendall(answer(words, b"501 Not Implemented")))
    screen = LogsScreen(demo.container(CACHE), connection)
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: "cannot be read" in bar(screen, "#logs--head"))
        await shows(pilot, screen, "configured logging driver does not support reading")
        await until(pilot, lambda: screen.check_action("again", ()) is True)


def test_a_slow_screen_makes_the_log_wait_in_the_engine(
    faked: Fake,
) -> None:
    lines = frame(1, b"2025-06-15T15:06:40.000000000Z line\n") * 2_000
    stuck = threading.Event()

    def flood(wire: socket.socket) -> None:
        wire.settimeout(1)
        wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                wire.sendall(lines)
        except OSError:
            stuck.set()

    heard = Heard()
    reader = LogReader(faked(flood), "web", heard)
    reader.start()
    assert stuck.wait(5), "the Engine could go on sending although nobody took a line"
    assert heard.batches == AHEAD
    reader.taken()
    assert heard.wait(lambda: heard.batches == AHEAD + 1)
    reader.close()
    reader._thread.join(0.5)
    assert not reader.alive


def test_lines_known_already_are_left_out(
    faked: Fake,
) -> None:
    old, new = "2025-06-15T15:06:40.000000001Z", "2025-06-15T15:06:40.000000002Z"
    lines = frame(1, f"{old} old\n".encode()) + frame(2, f"{new} new\n".encode())
    heard = Heard()
    reader = LogReader(faked(lambda wire: wire.sendall(answer(lines))), "web", heard, after=old)
    reader.start()
    assert heard.wait(lambda: any(isinstance(news, Ended) for news in heard.news))
    begun, batch, ended = heard.news
    assert begun == Begun("exited")
    assert not isinstance(batch, Begun | Ended)
    assert [line.text for line in batch] == ["new"]
    assert ended == Ended("exited", 0)


def test_an_end_that_the_engine_has_not_written_down_yet_is_waited_for(faked: Fake) -> None:
    heard = Heard()
    connection = faked(lambda wire: wire.sendall(answer(b"")), b"running", b"running", b"running")
    LogReader(connection, "web", heard).start()
    assert heard.wait(lambda: len(heard.news) == 2)
    assert heard.news == [Begun("running"), Ended("exited", 0)]


def test_closing_while_the_log_is_silent_ends_the_thread_at_once(
    faked: Fake,
) -> None:
    over = threading.Event()

    def silent(wire: socket.socket) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        over.wait(5)

    heard = Heard()
    reader = LogReader(faked(silent), "web", heard)
    reader.start()
    assert heard.wait(lambda: bool(heard.news))
    reader.close()
    reader._thread.join(0.5)
    assert not reader.alive
    assert heard.news == [Begun("exited")]
    over.set()
