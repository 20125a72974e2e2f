"""Reading logs back, page by page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.http_engine import HttpEngine, Reply
from tests.engine.written_logs import START, LoggingEngine, Written, numbered
from tui.engine.connection import Connection
from tui.engine.errors import EngineError, Unreachable
from tui.engine.log_backlog import Backlog, Older
from tui.engine.log_places import NEAR, Origin
from tui.engine.logs import NANO, LogLine

NEVER = threading.Event()
END = 2**62
MILLI = 1_000_000


@pytest.fixture(scope="module")
def logging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggingEngine]:
    engine = LoggingEngine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


@pytest.fixture(autouse=True)
def nothing_is_done_before(logging: LoggingEngine) -> None:
    logging.before = lambda container: None


def pages(backlog: Backlog, count: int, before: int = END) -> Iterator[Older]:
    """Pages from the end to the beginning."""
    while True:
        page = backlog.older(before, count, NEVER)
        yield page
        if not page.more:
            return
        before = page.lines[0].at


def read_back(origins: list[Origin], count: int, before: int = END) -> list[LogLine]:
    found = [page.lines for page in pages(Backlog(origins), count, before)]
    return list(chain.from_iterable(reversed(found)))


def test_a_log_is_read_back_to_its_beginning_a_request_a_page(logging: LoggingEngine) -> None:
    lines = numbered(2_500)
    origin = logging.container("web", lines)
    backlog = Backlog([origin])
    found = list(pages(backlog, 500, lines[2_000].at))
    assert list(chain.from_iterable(reversed([page.lines for page in found]))) == lines[:2_000]
    assert [len(page.lines) for page in found] == [500] * 4
    asked = logging.containers["web"].asked
    assert len(asked) < 3 + len(found) + 2, "more than a look for the place, and a request a page"


def test_a_moment_deep_in_a_log_is_found_in_few_looks(logging: LoggingEngine) -> None:
    lines = numbered(20 * NEAR, step=MILLI * 100)
    origin = logging.container("web", lines)
    page = Backlog([origin]).older(lines[10 * NEAR].at, 100, NEVER)
    assert page.lines == lines[10 * NEAR - 100 : 10 * NEAR]
    assert page.more
    assert len(logging.containers["web"].asked) < 12


def test_bursts_and_pauses_are_found_too(logging: LoggingEngine) -> None:
    lines = [
        *numbered(8_000, step=MILLI * 2),
        *numbered(8_000, step=MILLI * 2, offset=NANO * 86_400, word="late"),
        *numbered(10, offset=NANO * 864_000, word="last"),
    ]
    origin = logging.container("web", lines)
    for place in (5, 8_000, 8_001, 15_999, 16_003):
        page = Backlog([origin]).older(lines[place].at, 10, NEVER)
        assert page.lines == lines[max(0, place - 10) : place]


def test_a_jump_elsewhere_forgets_the_page_before(logging: LoggingEngine) -> None:
    lines = numbered(1_000)
    backlog = Backlog([logging.container("web", lines)])
    for place in (900, 300, 800, 800, 1_000, 20):
        assert backlog.older(lines[place - 1].at + 1, 50, NEVER).lines == lines[max(0, place - 50) : place]


def test_a_log_that_grows_while_it_is_read_back_loses_and_doubles_nothing(logging: LoggingEngine) -> None:
    lines = numbered(3_000)
    origin = logging.container("web", lines)
    more = iter(range(3_000, 100_000, 700))

    def grow(container: Written) -> None:
        container.lines += numbered(700, first=next(more))

    logging.before = grow
    assert read_back([origin], 200, lines[-1].at + 1) == lines


def test_a_log_that_shrinks_while_it_is_read_back_just_ends(logging: LoggingEngine) -> None:
    lines = numbered(3_000)
    origin = logging.container("web", lines)
    backlog = Backlog([origin])
    page = backlog.older(END, 500, NEVER)
    page = backlog.older(page.lines[0].at, 500, NEVER)
    del logging.containers["web"].lines[:2_500]
    page = backlog.older(page.lines[0].at, 500, NEVER)
    assert (page.more, set(page.lines) - set(lines)) == (False, set())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.integers(0, 30), max_size=40), min_size=1, max_size=3),
    st.integers(1, 9),
)
def test_pages_of_logs_with_equal_times_hold_every_line_once_and_in_order(
    logging: LoggingEngine, times: list[list[int]], count: int
) -> None:
    written = [
        [LogLine(1, f"{source}.{number}", START + at * NANO, source) for number, at in enumerate(sorted(one))]
        for source, one in enumerate(times)
    ]
    origins = [logging.container(f"c{source}", lines) for source, lines in enumerate(written)]
    found = read_back(origins, count)
    assert found == sorted(found, key=lambda line: line.at)
    assert [[line for line in found if line.source == source] for source in range(len(times))] == written


def test_a_page_of_several_logs_reaches_no_further_than_each_was_read(logging: LoggingEngine) -> None:
    busy = numbered(1_000, step=NANO)
    idle = numbered(20, step=NANO * 300)
    origins = [logging.container("busy", busy), logging.container("idle", idle)]
    page = Backlog(origins).older(END, 100, NEVER)
    assert len(page.lines) == 100
    assert {line.text for line in page.lines if not line.source} == {
        line.text for line in busy if line.at >= page.lines[0].at
    }


def test_a_line_out_of_order_stays_where_it_was_written(logging: LoggingEngine) -> None:
    lines = numbered(40)
    lines[20] = lines[20]._replace(at=lines[19].at - 5, fd=2)
    origin = logging.container("web", lines)
    for count in (1, 2, 3, 7):
        assert read_back([origin], count) == lines


def test_an_empty_log_has_nothing_older(logging: LoggingEngine) -> None:
    assert Backlog([logging.container("web")]).older(END, 100, NEVER) == Older([], False)
    assert Backlog([]).older(END, 100, NEVER) == Older([], False)


def test_a_container_that_is_gone_has_no_older_lines_and_the_others_have(logging: LoggingEngine) -> None:
    lines = numbered(30)
    origins = [logging.origin("gone"), logging.container("web", lines)]
    page = Backlog(origins).older(END, 100, NEVER)
    assert [line._replace(source=0) for line in page.lines] == lines
    assert not page.more


def test_when_no_log_can_be_read_the_engines_words_are_raised(logging: LoggingEngine) -> None:
    words = "configured logging driver does not support reading"
    origin = logging.container("web", refusal=(501, words))
    with pytest.raises(EngineError, match=words):
        Backlog([origin, logging.origin("gone")]).older(END, 100, NEVER)


def test_an_engine_that_is_away_is_no_end_of_the_log(tmp_path: Path) -> None:
    engine = LoggingEngine(tmp_path)
    backlog = Backlog([engine.container("web", numbered(1_000))])
    page = backlog.older(END, 100, NEVER)
    engine.close()
    with pytest.raises(Unreachable):
        backlog.older(page.lines[0].at, 1_000, NEVER)


def test_closing_wakes_whoever_waits_for_an_engine_that_fell_silent(
    http_engine: HttpEngine, connection: Connection
) -> None:
    http_engine.answers["GET /containers/web/json"] = Reply({})
    http_engine.streamed.add("GET /containers/web/logs")
    backlog = Backlog([Origin(connection, "web", "web")])
    found: list[Older] = []
    cancelled = threading.Event()
    asking = threading.Thread(target=lambda: found.append(backlog.older(END, 100, cancelled)))
    asking.start()
    http_engine.until(lambda: http_engine.followed)
    cancelled.set()
    backlog.close()
    asking.join(5)
    assert found == [Older((), more=True)]
    assert http_engine.count("GET /containers/web/logs") == 1
    http_engine.until(lambda: not http_engine.followed)


def test_a_cancel_gives_no_page_and_no_end(logging: LoggingEngine) -> None:
    lines = numbered(1_000)
    cancelled = threading.Event()
    logging.before = lambda container: cancelled.set()
    backlog = Backlog([logging.container("web", lines)])
    assert backlog.older(END, 100, cancelled) == Older((), more=True)
    logging.before = lambda container: None
    assert backlog.older(END, 100, NEVER).lines == lines[-100:]
