"""Times as a person types them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tui.engine.log_places import After, Beginning, Tail
from tui.engine.log_times import MOST_LINES, NANO, TAIL, moment, rfc3339, since

NOW = datetime(2026, 11, 24, 14, 45, 30, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def _amsterdam(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One hour before UTC in winter."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def nanos(*moment: int) -> int:
    """A moment of UTC."""
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * NANO  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("15m", nanos(2026, 11, 24, 14, 30, 30)),
        ("2h", nanos(2026, 11, 24, 12, 45, 30)),
        ("1h 30m", nanos(2026, 11, 24, 13, 15, 30)),
        ("90 seconds", nanos(2026, 11, 24, 14, 44)),
        ("15 min", nanos(2026, 11, 24, 14, 30, 30)),
        ("2 Days", nanos(2026, 11, 22, 14, 45, 30)),
        ("15:30", nanos(2026, 11, 24, 14, 30)),
        ("15:45:29", nanos(2026, 11, 24, 14, 45, 29)),
        ("  2026-11-24   8:05 ", nanos(2026, 11, 24, 7, 5)),
        ("2026-11-24", nanos(2026, 11, 23, 23)),
        ("2026-07-01 12:00", nanos(2026, 7, 1, 10)),
        ("2026-11-24T14:30:00Z", nanos(2026, 11, 24, 14, 30)),
        ("2026-11-24T14:30:00.25+02:00", nanos(2026, 11, 24, 12, 30) + NANO // 4),
    ],
)
def test_what_is_typed_is_a_local_time_unless_it_says_another(typed: str, at: int) -> None:
    assert moment(typed, NOW) == at


def test_a_time_of_day_that_is_yet_to_come_means_yesterday() -> None:
    assert moment("15:45:30", NOW) == nanos(2026, 11, 24, 14, 45, 30)
    assert moment("15:45:31", NOW) == nanos(2026, 11, 23, 14, 45, 31)
    assert moment("23:59", NOW) == nanos(2026, 11, 23, 22, 59)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Try 15m"),
        ("yesterday", "Try 15m"),
        ("24:00", "0:00 to 23:59"),
        ("12:60", "0:00 to 23:59"),
        ("2026-13-01", "Try 15m"),
        ("2027-01-01", "yet to come"),
        ("99999999999w", "longer ago"),
        ("0m", "Try 15m"),
        ("\x1b[2J", "Try 15m"),
    ],
)
def test_what_is_no_time_is_refused_in_a_sentence(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        moment(typed, NOW)


def test_since_is_a_place_in_the_log_its_words_and_what_docker_calls_it() -> None:
    assert since("15m", NOW) == (
        After(nanos(2026, 11, 24, 14, 30, 30) - 1),
        "since 15m",
        ("--since", "15m"),
    )
    assert since("90m", NOW).flags == ("--since", "90m")
    assert since("1d", NOW).flags == ("--since", "24h"), "docker knows no days"
    assert since("90s", NOW).flags == ("--since", "90s")
    assert since("15:30", NOW)[1:] == ("since 15:30:00", ("--since", "2026-11-24T14:30:00Z"))
    assert since("2026-11-20 15:30", NOW).words == "since 2026-11-20 15:30:00"
    assert since("all", NOW) == (Beginning(), "from the beginning", ("--tail", "all"))
    assert since("Tail  500", NOW) == (Tail(500), "tail 500", ("--tail", "500"))
    assert TAIL.flags == ("--tail", "1000")


def test_since_its_start_is_known_only_once_it_started() -> None:
    begins = nanos(2026, 11, 20, 6, 0, 0) + 5
    assert since("start", NOW, begins) == (
        After(begins - 1),
        "since start",
        ("--since", "2026-11-20T06:00:00.000000005Z"),
    )
    with pytest.raises(ValueError, match="started"):
        since("start", NOW)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("500", "tail 500, or 500m"), ("tail 0", "From 1 to"), (f"tail {MOST_LINES + 1}", "From 1 to")],
)
def test_a_number_alone_and_an_impossible_tail_are_refused(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        since(typed, NOW)


def test_nanoseconds_are_told_in_full_and_no_more_than_there_are() -> None:
    assert rfc3339(nanos(2026, 11, 24, 14, 30)) == "2026-11-24T14:30:00Z"
    assert rfc3339(nanos(2026, 11, 24, 14, 30) + 1) == "2026-11-24T14:30:00.000000001Z"
    assert rfc3339(nanos(2026, 11, 24, 14, 30) + 250_000_000) == "2026-11-24T14:30:00.25Z"
