"""What lies between two readings of one log: every line is told, and told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.written_logs import START, Heard, LoggingEngine, Written, fed, numbered
from tui.engine.log_feed import After, Beginning, Ended, Place, Tail
from tui.engine.log_places import FIRST_LOOK
from tui.engine.logs import NANO, LogLine

HOUR = 3600 * NANO
PLACES = [Beginning(), Tail(1000), After(START - 1)]
"""Places from which all of a log is read whose first lines are of START."""


@pytest.fixture(scope="module")
def logging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggingEngine]:
    engine = LoggingEngine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


@pytest.fixture(autouse=True)
def nothing_is_done_before(logging: LoggingEngine) -> None:
    logging.before = lambda container: None


def between(logging: LoggingEngine, more: Sequence[LogLine], *, cut: int = 0, at: str = "look") -> None:
    """When the log is looked at to read it on, or is followed: write more, and lose the oldest lines."""
    left = [more]

    def turn(container: Written) -> None:
        query = container.asked[-1]
        now = query["follow"] == "1" if at == "follow" else query["tail"] == str(FIRST_LOOK)
        if now and left:
            container.lines += left.pop()
            del container.lines[:cut]

    logging.before = turn


def goes_on(logging: LoggingEngine, heard: Heard, expected: Sequence[LogLine]) -> None:
    """All of these were told, and then what is written now is, and nothing else."""
    last = LogLine(2, "last", expected[-1].at + NANO)
    heard.until(lambda: len(heard.lines) >= len(expected))
    logging.write("web", last)
    heard.until(lambda: last in heard.lines)
    assert heard.lines == [*expected, last]


@pytest.mark.parametrize("place", PLACES)
def test_a_clock_that_was_set_back_long_before_the_end_loses_nothing(
    logging: LoggingEngine, place: Place
) -> None:
    lines = [*numbered(100, offset=2 * HOUR), *numbered(300, offset=HOUR, word="again")]
    with fed([logging.container("web", lines)], place) as heard:
        goes_on(logging, heard, lines)


@pytest.mark.parametrize("at", ["look", "follow"])
def test_a_clock_that_is_set_back_between_the_readings_loses_nothing(logging: LoggingEngine, at: str) -> None:
    lines, more = numbered(100, offset=HOUR), numbered(700, word="again")
    origin = logging.container("web", lines)
    between(logging, more, at=at)
    with fed([origin], Beginning()) as heard:
        goes_on(logging, heard, [*lines, *more])


def test_lines_of_a_time_to_come_are_not_told_again(logging: LoggingEngine) -> None:
    lines = [*numbered(100, offset=HOUR), *numbered(30, word="again")]
    with fed([logging.container("web", lines)], Tail(20)) as heard:
        goes_on(logging, heard, lines[-20:])


def test_a_tail_that_begins_where_the_clock_was_set_back_is_there_as_a_whole(logging: LoggingEngine) -> None:
    lines = [*numbered(3, offset=HOUR), *numbered(4, word="again"), *numbered(1, offset=2 * HOUR)]
    with fed([logging.container("web", lines)], Tail(5)) as heard:
        goes_on(logging, heard, lines[-5:])


@pytest.mark.parametrize("at", ["look", "follow"])
@pytest.mark.parametrize("cut", [50, 100, 150])
def test_a_log_that_is_rotated_between_the_readings_is_read_on_with_what_is_left(
    logging: LoggingEngine, at: str, cut: int
) -> None:
    lines, more = numbered(100), numbered(400, first=100)
    origin = logging.container("web", lines)
    between(logging, more, cut=cut, at=at)
    with fed([origin], Beginning()) as heard:
        goes_on(logging, heard, [*lines, *more[max(0, cut - 100) :]])


@pytest.mark.parametrize("number", [1, 5, 64, 70])
def test_equal_lines_of_one_time_are_counted(logging: LoggingEngine, number: int) -> None:
    equal = LogLine(1, "the same", START + 200 * NANO)
    lines = [*numbered(100), *[equal] * number]
    origin = logging.container("web", lines)
    between(logging, [equal] * 3)
    with fed([origin], Beginning()) as heard:
        goes_on(logging, heard, [*lines, *[equal] * 3])


@pytest.mark.parametrize("place", PLACES)
def test_a_line_whose_end_is_not_written_yet_comes_as_a_whole(logging: LoggingEngine, place: Place) -> None:
    lines, long = numbered(5), LogLine(1, "half and half", START + 4 * NANO + 1)
    with fed([logging.container("web", lines, unfinished="half and ")], place) as heard:
        heard.until(lambda: len(heard.lines) == 5)
        logging.write("web", long)
        heard.until(lambda: len(heard.lines) == 6)
        assert heard.lines == [*lines, long]


def test_the_last_line_of_a_container_that_ended_needs_no_end(logging: LoggingEngine) -> None:
    with fed([logging.container("web", numbered(5), state="exited", unfinished="half")], Tail(3)) as heard:
        heard.until(lambda: heard.news[-1:] == [Ended(0, "exited", 0)])
        assert heard.texts == ["line 3", "line 4", "half"]


def test_a_log_that_was_emptied_while_its_container_was_down_is_read_from_its_first_line(
    logging: LoggingEngine,
) -> None:
    with fed([logging.container("web", numbered(50), state="exited")], Beginning()) as heard:
        heard.until(lambda: bool(heard.ended))
        logging.containers["web"].lines.clear()
        again = numbered(80, offset=HOUR, word="again")
        logging.write("web", *again)
        logging.turn("web", "running", started=again[0].at)
        heard.feed.again(0)
        goes_on(logging, heard, [*numbered(50), *again])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=90),
    st.lists(st.lists(st.integers(0, 5), max_size=200), max_size=4),
    st.sampled_from([0, NANO // 100, NANO]),
)
def test_whatever_its_times_every_line_of_a_log_that_grows_is_told_once(
    logging: LoggingEngine, times: list[int], later: list[list[int]], step: int
) -> None:
    numbers = count()

    def line(at: int) -> LogLine:
        number = next(numbers)
        return LogLine(1, str(number), START + number * step + at * NANO)

    written, *more = [[line(at) for at in one] for one in (times, *later)]
    origin = logging.container("web", written)
    container, waiting = logging.containers["web"], iter(more)
    logging.before = lambda container: container.lines.extend(next(waiting, ()))
    with fed([origin], Beginning()) as heard:
        heard.until(lambda: container.asked[-1:] != [] and container.asked[-1]["follow"] == "1")
        heard.until(lambda: len(heard.lines) >= len(container.lines))
        assert heard.lines == container.lines
