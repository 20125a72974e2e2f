"""Logs by keys in a real terminal: a loud one read both ways, and many streams left at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import psutil
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container
from tests.live.pty_app import PtyApp

pytestmark = pytest.mark.parametrize("engine", ["28.5"], indirect=True)

BEFORE = 12_000
"""Lines there are before the first look: more than are kept, and more than are read at first."""
LOUD = f"seq {BEFORE}; i={BEFORE}; while usleep 100000; do seq $((i + 1)) $((i += 500)); done"
"""5,000 lines a second."""
TALK = "while usleep 100000; do echo tick; done", "echo tick; exec sleep 1000"
"""One that goes on, and one that is silent afterwards: nothing wakes who reads it."""
PAGE_UP, CLEAR = "\x1b[5~", "\x15"


@pytest.fixture
def terminal(engine: PrivateEngine, home: Path) -> Iterator[PtyApp]:
    with PtyApp(env={"DOCKER_HOST": engine.url}) as app:
        yield app


def numbers(terminal: PtyApp) -> list[int]:
    """The lines of a log of numbers that are on the screen."""
    words = (line.strip(" ▸▁▂▃▄▅▆▇█") for line in terminal.text.split("\n"))
    return [int(word) for word in words if word.isdigit()]


def last(terminal: PtyApp) -> int:
    """The last of them; 0 while none is there."""
    return max(numbers(terminal), default=0)


def in_a_row(terminal: PtyApp) -> bool:
    """Whether the lines on the screen are neighbours, and fill it."""
    shown = numbers(terminal)
    return len(shown) > 20 and shown == list(range(shown[0], shown[0] + len(shown)))


def test_a_loud_log_is_paged_back_filtered_and_followed_again(
    terminal: PtyApp, api: docker.APIClient
) -> None:
    container(api, "loud", "sh", "-c", LOUD)
    terminal.go_to("loud")
    terminal.send("l")
    terminal.until(lambda: "following" in terminal.text and in_a_row(terminal))
    assert numbers(terminal)[0] > BEFORE - 1000
    terminal.send(PAGE_UP)
    terminal.wait_for("paused at")
    terminal.until(lambda: in_a_row(terminal))
    still = numbers(terminal)
    terminal.send(PAGE_UP * 2)
    terminal.until(lambda: in_a_row(terminal) and numbers(terminal)[-1] < still[0])
    terminal.send("g")
    terminal.wait_for("at the beginning")
    terminal.until(lambda: in_a_row(terminal) and numbers(terminal)[0] == 1)

    terminal.send("&/00$/\r")  # in one breath
    terminal.wait_for("& /00$/")
    terminal.until(lambda: numbers(terminal)[:3] == [100, 200, 300])
    terminal.send("G")
    terminal.wait_for("following")
    terminal.until(lambda: last(terminal) > BEFORE)
    assert all(number % 100 == 0 for number in numbers(terminal))
    terminal.send(f"&{CLEAR}\r")
    terminal.until(lambda: in_a_row(terminal))
    newest = last(terminal)
    terminal.until(lambda: last(terminal) > newest + 500)
    terminal.send("\x03")
    assert terminal.ends() == 0
    assert terminal.terminal_modes() == terminal.modes


def test_what_was_opened_is_closed_when_it_is_left_and_all_of_it_by_a_quit(
    terminal: PtyApp, api: docker.APIClient
) -> None:
    for number in range(5):
        container(api, f"talk-{number}", "sh", "-c", TALK[number % 2])
    terminal.until(lambda: "  Engine " in terminal.text and "talk-4" in terminal.text)
    process = psutil.Process(terminal.pid)

    def sockets() -> int:
        return len(process.net_connections("unix"))

    terminal.send("i")  # the detail is what the cursor's moves ask for
    terminal.wait_for("HostConfig")
    terminal.send("\x1b")
    terminal.until(lambda: "HostConfig" not in terminal.text)
    terminal.send("     ")
    terminal.wait_for("5 marked")
    terminal.send("u")
    terminal.until(lambda: "KiB" in terminal.text or "MiB" in terminal.text)
    terminal.send("u")
    terminal.until(lambda: "TREND" not in terminal.text)
    terminal.send("6")
    terminal.wait_for("Overview")
    terminal.send("\t\t\t")
    terminal.until(lambda: "● live" in terminal.text and "talk-4" in terminal.text)
    terminal.send("\x1b")
    terminal.wait_for("5 marked")
    threads, before = process.num_threads(), sockets()
    for _ in range(2):
        terminal.send("l")
        terminal.wait_for("5 containers")
        terminal.until(lambda: process.num_threads() >= threads + 5)
        terminal.send("q")
        terminal.wait_for("5 marked")
        # an idle thread and connection or two stay for the next request
        terminal.until(lambda: process.num_threads() < threads + 3 and sockets() < before + 5)
    terminal.send("u")
    terminal.wait_for("TREND")
    terminal.send("l")
    terminal.wait_for("5 containers")
    terminal.until(lambda: "tick" in terminal.text)
    terminal.send("\x03")
    assert terminal.ends() == 0
    assert terminal.terminal_modes() == terminal.modes
    assert api.info()["NEventsListener"] == 0
