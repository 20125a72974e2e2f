from __future__ import annotations

import time

import pytest

from tui.engine.models import Container, Port
from tui.panes.words import (
    age,
    exit_meaning,
    health_words,
    memory,
    moment,
    ports,
    size,
    state_words,
    when,
)
from widgets.table import Tone

NOW = 1_795_499_300.0
HOUR = 3600
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (12.9, "12 s"),
        (59, "59 s"),
        (60, "1 min"),
        (5 * 60, "5 min"),
        (HOUR - 1, "59 min"),
        (3 * HOUR, "3 h"),
        (47 * HOUR, "47 h"),
        (2 * DAY, "2 d"),
        (13 * DAY, "13 d"),
        (42 * DAY, "6 w"),
        (122 * DAY, "4 mo"),
        (729 * DAY, "23 mo"),
        (731 * DAY, "2 y"),
        (9 * 365 * DAY, "9 y"),
    ],
)
def test_an_age_is_said_in_its_largest_fitting_unit(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_the_engines_times_are_read_to_the_second_and_its_zero_time_is_no_time() -> None:
    assert moment("2026-11-24T05:43:53.773371562Z") == pytest.approx(1_795_499_033.773371)
    assert moment("2026-11-24T06:43:53+01:00") == 1_795_499_033
    assert moment("0001-01-01T00:00:00Z") is None
    assert moment("") is None
    assert moment("yesterday") is None


def test_a_moment_is_shown_in_local_time_with_its_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XST-2")
    time.tzset()
    try:
        assert when(NOW - 3 * HOUR, NOW) == "2026-11-24 04:48:20 (3 h ago)"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert when(None, NOW) == ""


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0B"),
        (999, "999B"),
        (1_984_132, "1.98MB"),
        (88_300_000, "88.3MB"),
        (117_400_000, "117MB"),
        (2_000_000, "2MB"),
        (999_600, "1MB"),
        (1_234_000_000_000, "1.23TB"),
    ],
)
def test_sizes_are_printed_as_docker_images_prints_them(count: int, words: str) -> None:
    assert size(count) == words


def test_memory_is_said_in_units_of_1024() -> None:
    assert memory(25_232_932_864) == "23.5 GiB"
    assert memory(64 << 20) == "64 MiB"
    assert memory(512) == "512 B"
    assert memory(0) == "0 B"


@pytest.mark.parametrize(
    ("code", "oom_killed", "words"),
    [
        (0, False, "ended well"),
        (1, False, "general error of the program"),
        (42, False, "the program's own code"),
        (126, False, "the command was found but cannot be run"),
        (127, False, "the command was not found"),
        (137, False, "SIGKILL: killed, by stop/kill or because memory ran out"),
        (137, True, "SIGKILL: killed because memory ran out (OOMKilled)"),
        (143, False, "ended by SIGTERM (15)"),
        (139, False, "ended by SIGSEGV (11)"),
        (163, False, "ended by signal (35)"),
        (255, False, "the program's own code"),
        (-1, False, "the program's own code"),
    ],
)
def test_an_exit_code_is_said_in_words(code: int, oom_killed: bool, words: str) -> None:
    assert exit_meaning(code, oom_killed) == words


def test_memory_that_ran_out_is_said_with_any_exit_code() -> None:
    assert "OOMKilled" in exit_meaning(1, True)
    assert "OOMKilled" not in exit_meaning(1, False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], ""),
        ([Port(80, "tcp", 8080, "0.0.0.0"), Port(80, "tcp", 8080, "::"), Port(443, "tcp")], "8080→80, 443"),
        ([Port(5432, "tcp", 5432, "127.0.0.1")], "127.0.0.1:5432→5432"),
        ([Port(80, "tcp", 80, "::1")], "[::1]:80→80"),
        ([Port(53, "udp", 53, ""), Port(53, "tcp", 53, "")], "53→53, 53→53/udp"),
        ([Port(n, "tcp", 10_000 + n, "") for n in (8082, 8080, 8081)], "18080-18082→8080-8082"),
        ([Port(80, "tcp", 8080), Port(81, "tcp", 9000)], "8080→80, 9000→81"),
        ([Port(80, "tcp", 8080), Port(81, "tcp", 8081, "127.0.0.1")], "8080→80, 127.0.0.1:8081→81"),
        ([Port(n, "tcp") for n in (7000, 7001, 7002, 9000)], "7000-7002, 9000"),
        ([Port(n, "tcp", base + n) for n in (1, 2) for base in (10, 20)], "11-12→1-2, 21-22→1-2"),
        ([Port(80, "tcp", 80), Port(81, "tcp")], "80→80, 81"),
    ],
)
def test_ports_are_merged_and_joined(given: list[Port], words: str) -> None:
    assert ports(given) == words
    assert ports(given[::-1]) == words


def container(state: str, **more: object) -> Container:
    return Container("f" * 64, "web", "busybox", "sha256:ab", "sh", 0, state, "", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words", "tone"),
    [
        (container("running", since=NOW - 3 * HOUR), "● up 3 h", Tone.GOOD),
        (container("running"), "● up", Tone.GOOD),
        (container("exited", exit_code=137), "○ exited 137", Tone.WARN),
        (container("exited", exit_code=0), "○ exited 0", Tone.DIM),
        (container("restarting"), "◌ restarting", Tone.WARN),
        (container("removing"), "◌ removing", Tone.WARN),
        (container("paused"), "‖ paused", Tone.ACCENT),
        (container("created"), "○ created", Tone.DIM),
        (container("dead"), "✗ dead", Tone.BAD),
        (container("asleep"), "? asleep", Tone.WARN),
        (container(""), "? unknown", Tone.WARN),
    ],
)
def test_a_state_is_a_glyph_and_a_word(given: Container, words: str, tone: Tone) -> None:
    assert state_words(given, NOW) == (words, tone)


def test_health_is_a_glyph_and_a_word_and_nothing_without_a_check() -> None:
    assert health_words("healthy") == ("♥ healthy", Tone.GOOD)
    assert health_words("unhealthy") == ("✗ unhealthy", Tone.BAD)
    assert health_words("starting") == ("◌ starting", Tone.WARN)
    assert health_words("") == health_words("none") == ("", Tone.PLAIN)
