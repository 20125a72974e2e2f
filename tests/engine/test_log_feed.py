"""Logs read forward: from a place to the end and on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tests.engine.written_logs import START, Heard, LoggingEngine, Written, fed, numbered
from tui.engine.connection import Connection
from tui.engine.log_feed import AHEAD, After, Began, Beginning, Ended, Feed, Lines, Origin, Tail
from tui.engine.log_merge import MOST
from tui.engine.log_places import EARLY
from tui.engine.logs import NANO, LogLine


@pytest.fixture
def logging(tmp_path: Path) -> Iterator[LoggingEngine]:
    engine = LoggingEngine(tmp_path)
    yield engine
    engine.close()


def test_the_last_lines_come_first_and_then_what_is_written(logging: LoggingEngine) -> None:
    lines = numbered(50)
    with fed([logging.container("web", lines)], Tail(10)) as heard:
        heard.until(lambda: len(heard.lines) == 10)
        assert heard.news == [Began(0, "running", START, START - EARLY), Lines(lines[-10:])]
        fresh = numbered(3, first=50)
        logging.write("web", *fresh)
        heard.until(lambda: len(heard.lines) == 13)
        assert heard.lines == [*lines[-10:], *fresh]


def test_a_short_log_is_there_as_a_whole(logging: LoggingEngine) -> None:
    lines = [line._replace(at=START) for line in numbered(5)]
    with fed([logging.container("web", lines)], Tail(10)) as heard:
        heard.until(lambda: len(heard.lines) == 5)
        assert heard.lines == lines


def test_the_tail_begins_between_two_times(logging: LoggingEngine) -> None:
    lines = numbered(10)
    lines[4] = lines[4]._replace(at=lines[5].at)
    with fed([logging.container("web", lines)], Tail(5)) as heard:
        logging.write("web", *numbered(1, first=10))
        heard.until(lambda: "line 10" in heard.texts)
        assert heard.texts == ["line 6", "line 7", "line 8", "line 9", "line 10"]


def test_no_last_lines_are_none_and_what_is_written_comes(logging: LoggingEngine) -> None:
    with fed([logging.container("web", numbered(3))], Tail(0)) as heard:
        heard.until(lambda: bool(heard.began))
        logging.write("web", *numbered(2, first=3))
        heard.until(lambda: len(heard.lines) == 2)
        assert heard.texts == ["line 3", "line 4"]


def test_last_lines_of_one_time_are_told_once_though_more_are_of_that_time(logging: LoggingEngine) -> None:
    lines = [line._replace(at=START) for line in numbered(50)]
    with fed([logging.container("web", lines)], Tail(5)) as heard:
        heard.until(lambda: len(heard.lines) == 5)
        logging.write("web", *(line._replace(at=START) for line in numbered(2, first=50)))
        heard.until(lambda: heard.texts[-1] == "line 51")
        assert heard.texts == [f"line {number}" for number in range(45, 52)]


def test_a_container_that_has_written_nothing_yet_has_begun(logging: LoggingEngine) -> None:
    with fed([logging.container("web")]) as heard:
        heard.until(lambda: heard.news == [Began(0, "running", START, START - EARLY)])
        logging.write("web", *numbered(1))
        heard.until(lambda: heard.texts == ["line 0"])


def test_what_was_written_after_a_moment_is_read_on_from_it(logging: LoggingEngine) -> None:
    lines = numbered(5_000)
    lines[2_501] = lines[2_501]._replace(at=lines[2_500].at)
    with fed([logging.container("web", lines)], After(lines[2_500].at)) as heard:
        heard.until(lambda: len(heard.lines) == 2_498)
        logging.write("web", *numbered(1, first=5_000))
        heard.until(lambda: len(heard.lines) == 2_499)
        assert heard.lines == [*lines[2_502:], *numbered(1, first=5_000)]
        assert all(len(news.lines) <= MOST for news in heard.news if isinstance(news, Lines))


@pytest.mark.parametrize(("at", "count"), [(0, 300), (START + 500 * NANO, 0)])
def test_a_moment_before_or_behind_the_whole_log(logging: LoggingEngine, at: int, count: int) -> None:
    with fed([logging.container("web", numbered(300), state="exited")], After(at)) as heard:
        heard.until(lambda: bool(heard.ended))
        assert len(heard.lines) == count


def test_a_log_is_read_from_its_beginning_to_its_end(logging: LoggingEngine) -> None:
    lines = numbered(3_000)
    origin = logging.container("web", lines, state="exited", exit_code=3)
    with fed([origin], Beginning(), follow=False) as heard:
        heard.until(lambda: bool(heard.ended))
        assert heard.lines == lines
        assert heard.ended == [Ended(0, "exited", 3)]
        assert len(logging.containers["web"].asked) == 1


def test_what_is_written_between_the_two_readings_is_neither_lost_nor_doubled(logging: LoggingEngine) -> None:
    lines = numbered(100)
    more = iter((numbered(40, first=100), numbered(5_000, first=140)))

    def grow(container: Written) -> None:
        container.lines += next(more, [])

    origin = logging.container("web", lines)
    with fed([origin], Beginning()) as heard:
        logging.before = grow
        heard.until(lambda: len(heard.lines) >= 5_140)
        assert heard.lines == numbered(5_140)


def test_lines_of_the_last_time_are_read_on_one_by_one(logging: LoggingEngine) -> None:
    lines = [line._replace(at=START + min(number, 3) * NANO) for number, line in enumerate(numbered(9))]
    origin = logging.container("web", lines[:5], state="exited")
    with fed([origin], Beginning()) as heard:
        heard.until(lambda: bool(heard.ended))
        logging.turn("web", "running", started=START + NANO)
        logging.write("web", *lines[5:])
        heard.feed.again(0)
        heard.until(lambda: len(heard.lines) == 9)
        assert heard.lines == lines


def test_the_last_lines_of_several_logs_are_the_last_of_all_together(logging: LoggingEngine) -> None:
    busy = logging.container("busy", numbered(1_000))
    idle = logging.container("idle", numbered(30, step=50 * NANO, word="idle"))
    with fed([busy, idle], Tail(100)) as heard:
        heard.until(lambda: len(heard.lines) == 100)
        times = [line.at for line in heard.lines]
        assert times == sorted(times)
        assert [line.source for line in heard.lines if line.source] == [1] * 11
        assert times[0] == START + 911 * NANO


def test_twenty_logs_come_in_order_of_time_each_line_once(logging: LoggingEngine) -> None:
    origins = [
        logging.container(f"c{source}", numbered(300, step=NANO * 20, offset=source * NANO), state="exited")
        for source in range(20)
    ]
    with fed(origins, Beginning()) as heard:
        heard.until(lambda: len(heard.ended) == 20)
        assert [line.at for line in heard.lines] == [START + number * NANO for number in range(6_000)]


def test_a_container_that_joins_is_read_from_its_first_line(logging: LoggingEngine) -> None:
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.until(lambda: len(heard.lines) == 3)
        source = heard.feed.join(logging.container("late", numbered(2_000, word="late")))
        assert source == 1
        heard.until(lambda: len(heard.lines) == 2_003)
        assert [line.text for line in heard.lines if line.source == 1] == [
            f"late {number}" for number in range(2_000)
        ]


def test_the_end_is_told_after_the_last_line_and_a_new_start_is_read_on(logging: LoggingEngine) -> None:
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.until(lambda: len(heard.lines) == 3)
        logging.write("web", *numbered(1, first=3))
        logging.turn("web", "exited", exit_code=137)
        heard.until(lambda: bool(heard.ended))
        assert heard.news[-1] == Ended(0, "exited", 137)
        again = START + 5 * NANO
        logging.turn("web", "running", finished=again - 1_000_000, started=again)
        heard.feed.again(0)
        heard.until(lambda: heard.news[-1] == Began(0, "running", again, again - 500_000))
        logging.write("web", *numbered(2, first=4))
        heard.until(lambda: len(heard.lines) == 6)
        assert heard.lines == numbered(6)


def test_a_start_before_its_log_was_opened_is_told_between_both_runs(
    logging: LoggingEngine,
) -> None:
    again = START + 5 * NANO

    def start_again(container: Written) -> None:
        if container.asked[-1]["follow"] == "1":
            container.lines += numbered(2, first=3)
            container.lines.append(LogLine(1, "begun", again - 2_000_000))
            container.finished, container.started = again - NANO, again

    logging.before = start_again
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.until(lambda: len(heard.lines) == 6)
        assert heard.texts == ["line 0", "line 1", "line 2", "line 3", "line 4", "begun"]
        assert heard.news[-2] == Began(0, "running", again, again - EARLY)
        assert not heard.ended


def test_a_container_that_is_gone_has_a_log_to_the_end(logging: LoggingEngine) -> None:
    def go(container: Written) -> None:
        if container.asked[-1]["follow"] == "1":
            container.lines += numbered(2, first=3)
            container.state = "exited"
            del logging.containers["web"]

    logging.before = go
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.until(lambda: bool(heard.ended))
        assert heard.lines == numbered(5)
        assert heard.ended[0].error is not None
        assert heard.ended[0].error.status == 404


def test_a_start_that_is_told_before_the_end_is_read_on_after_it(logging: LoggingEngine) -> None:
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.until(lambda: len(heard.lines) == 3)
        heard.feed.again(0)
        with logging.changed:
            logging.turn("web", "restarting", exit_code=1)
        heard.until(lambda: bool(heard.ended))
        heard.until(lambda: not heard.feed._readers[0].alive)
        assert len(heard.began) == 1, "it was no new start"
        heard.feed.again(0)
        heard.until(lambda: len(heard.ended) == 2)


def test_an_end_that_the_engine_has_not_written_down_yet_is_waited_for(logging: LoggingEngine) -> None:
    container = logging.containers
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.until(lambda: len(heard.lines) == 3)
        with logging.changed:
            container["web"].hangs_up = True
            logging.changed.notify_all()
        later = threading.Timer(0.15, logging.turn, ["web", "exited"])
        later.start()
        heard.until(lambda: bool(heard.ended))
        assert heard.ended == [Ended(0, "exited", 0)]


def test_one_log_that_cannot_be_read_ends_alone(logging: LoggingEngine) -> None:
    words = "configured logging driver does not support reading"
    origins = [
        logging.container("web", numbered(3)),
        logging.container("none", refusal=(501, words)),
        logging.origin("gone"),
    ]
    with fed(origins) as heard:
        heard.until(lambda: len(heard.ended) == 2 and len(heard.lines) == 3)
        errors = {news.source: news.error for news in heard.ended}
        assert (errors[1] and errors[1].message) == words
        assert (errors[2] and errors[2].status) == 404
        assert [news.source for news in heard.began] == [0]
        logging.write("web", *numbered(1, first=3))
        heard.until(lambda: len(heard.lines) == 4)


@pytest.mark.parametrize("found", [[], 7, {"State": "x"}, {"State": {"ExitCode": "x"}}, b"[" * 100_000])
def test_a_container_whose_state_cannot_be_read_ends_alone(
    http_engine: HttpEngine, connection: Connection, found: object
) -> None:
    http_engine.answers["GET /containers/web/json"] = Reply(found)
    with fed([Origin(connection, "web", "web")]) as heard:
        heard.until(lambda: bool(heard.ended))
        assert heard.ended[0].error is not None


def test_the_end_of_the_connection_is_the_end_of_its_logs(logging: LoggingEngine) -> None:
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.until(lambda: len(heard.lines) == 3)
        logging.connection.close()
        heard.until(lambda: bool(heard.ended))
        assert heard.ended[0].error is not None
        logging.write("web", *numbered(1, first=3))
    assert len(heard.lines) == 3


def test_who_joins_what_was_closed_is_not_read(logging: LoggingEngine) -> None:
    with fed([logging.container("web", numbered(3))]) as heard:
        heard.feed.close()
        heard.feed.join(logging.container("late", numbered(3)))
        heard.until(lambda: not heard.feed.alive)
    assert not logging.containers["late"].asked


def test_a_slow_taker_holds_the_logs_up(logging: LoggingEngine) -> None:
    origins = [logging.container(f"c{source}", numbered(20_000), state="exited") for source in range(2)]
    with fed(origins, Beginning(), takes=False) as heard:
        heard.until(lambda: sum(isinstance(news, Lines) for news in heard.news) == AHEAD)
        held = len(heard.lines)
        heard.feed.taken()
        heard.until(lambda: sum(isinstance(news, Lines) for news in heard.news) == AHEAD + 1)
        assert held <= AHEAD * MOST
        assert not heard.ended


def test_closing_ends_the_threads_at_once_and_nothing_more_is_told(logging: LoggingEngine) -> None:
    origins = [logging.container(f"c{source}", numbered(3)) for source in range(5)]
    with fed(origins) as heard:
        heard.until(lambda: len(heard.lines) == 15)
        heard.feed.close()
        told = len(heard.news)
        heard.until(lambda: not heard.feed.alive)
        logging.write("c0", *numbered(1, first=3))
    assert len(heard.news) == told


def test_a_taker_that_is_gone_ends_the_telling(logging: LoggingEngine) -> None:
    told = threading.Event()

    def gone(news: object) -> None:
        told.set()
        raise RuntimeError("the loop is closed")

    feed = Feed([logging.container("web", numbered(3))], gone)
    feed.start()
    assert told.wait(5)
    feed.close()
    heard = Heard()
    heard.until(lambda: not feed.alive)
