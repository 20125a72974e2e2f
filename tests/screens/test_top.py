"""The screen of a container's processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.screens import on_demo
from tests.screens.hosting import Host, until
from tests.screens.on_demo import Demo
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.screens import top
from tui.screens.key_bar import KeyBar
from tui.screens.rows import TextRows
from tui.screens.top import TopScreen
from widgets.bar import Bar
from widgets.unmarked_table import UnmarkedTable


@pytest.fixture
def demo() -> Iterator[Demo]:
    with on_demo.demo() as running:
        yield running


class Answers:
    """An Engine that says of the processes what a test wants, and counts how often it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.endpoint = Endpoint("unix:///nowhere", "", "test")
        self.answers = list(answers)
        self.asked = 0

    def ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, EngineError):
            raise answer
        return self if answer is None else type("Answer", (), {"json": lambda self: answer})()

    def json(self) -> Any:
        raise ValueError("empty")


def listed(*rows: tuple[str, ...]) -> dict[str, Any]:
    return {"Titles": ["PID", "%CPU", "COMMAND"], "Processes": [list(row) for row in rows]}


def head(screen: TopScreen) -> str:
    return screen.query_one("#top--head", Bar).text


def rows(screen: TopScreen) -> list[str]:
    table = screen.query_one(UnmarkedTable)
    return ["".join(segment.text for segment in table.render_line(y)) for y in range(table.size.height)]


async def test_processes_have_the_engines_titles_and_numbers_end_at_the_right(demo: Demo) -> None:
    screen = TopScreen(demo.container("shop-db-1"), demo.connection)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "5 processes" in head(screen))
        titles, first, *_ = rows(screen)
        assert titles.split() == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
        for title in (" PID", " PPID", " C", " TIME"):
            end = titles.index(f"{title} ") + len(title)
            assert first[end - 1].isdigit()
            assert first[end] == " "
        assert "postgres" in first
        assert "docker top shop-db-1" in screen.query_one(KeyBar).text


async def test_the_whole_command_of_the_row_is_below(demo: Demo) -> None:
    long = "java " + " ".join(f"-Dkey{n}=value" for n in range(20))
    screen = TopScreen(demo.container("shop-db-1"), Answers(listed(("1", "0.0", "init"), ("2", "1.5", long))))  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "2 processes" in head(screen))
        await pilot.press("j")
        command = screen.query_one("#top--command", TextRows)
        await until(pilot, lambda: command.text.replace("\n", " ") == long)
        assert command.region.bottom < 24
        await pilot.press("y")
        assert pilot.app.clipboard == long


async def test_a_container_that_does_not_run_is_told_in_the_engines_words(demo: Demo) -> None:
    screen = TopScreen(demo.container("shop-migrate-1"), demo.connection)
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "refused" in head(screen))
        said = screen.query_one("#top--trouble", TextRows)
        await until(pilot, lambda: "is not running" in said.text.replace("\n", " "))
        assert "Start the container first." in said.text
        assert said.display


async def test_it_is_asked_again_and_what_changed_is_shown(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(top, "AGAIN_SECONDS", 0.02)
    answers = Answers(listed(("7", "0.1", "one")), EngineError("frozen"), listed(("7", "9.9", "one")))
    screen = TopScreen(demo.container("shop-db-1"), answers)  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: answers.asked > 3)
        await until(pilot, lambda: any("9.9" in row for row in rows(screen)))
        assert screen._error is None
        assert not screen.query_one("#top--trouble").display


async def test_after_a_failure_the_last_rows_stay_and_are_called_so(demo: Demo) -> None:
    answers = Answers(listed(("7", "0.1", "one")), EngineError("read timed out"))
    screen = TopScreen(demo.container("shop-db-1"), answers)  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: "1 process " in head(screen))
        await pilot.press("r")
        await until(pilot, lambda: "no answer · last known state" in head(screen))
        assert any("one" in row for row in rows(screen))


async def test_rows_are_dim_only_as_long_as_they_are_the_last_known_ones(demo: Demo) -> None:
    rest = listed(("7", "0.1", "one"), ("8", "0.1", "two"))
    answers = Answers(rest, EngineError("read timed out"), rest)
    screen = TopScreen(demo.container("shop-db-1"), answers)  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: "2 processes" in head(screen))
        live = screen.query_one(UnmarkedTable).render_line(2)
        await pilot.press("r")
        await until(pilot, lambda: "last known state" in head(screen))
        assert screen.query_one(UnmarkedTable).render_line(2) != live
        await pilot.press("r")
        await until(pilot, lambda: "2 processes" in head(screen))
        assert screen.query_one(UnmarkedTable).render_line(2) == live


async def test_nothing_is_asked_once_it_is_left_or_covered(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(top, "AGAIN_SECONDS", 0.01)
    answers = Answers(listed(("7", "0.1", "one")))
    screen = TopScreen(demo.container("shop-db-1"), answers)  # type: ignore[arg-type]
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await until(pilot, lambda: answers.asked > 1)
        clock = Answers(listed())
        await app.push_screen(TopScreen(demo.container("shop-db-1"), clock))  # type: ignore[arg-type]
        await until(pilot, lambda: clock.asked > 1)
        covered = answers.asked
        await until(pilot, lambda: clock.asked > 8)
        assert answers.asked == covered
        await pilot.press("escape")
        await until(pilot, lambda: answers.asked > covered)
        await pilot.press("escape")
        await until(pilot, lambda: app.ended == [None])
        clock, left = Answers(listed()), answers.asked
        await app.push_screen(TopScreen(demo.container("shop-db-1"), clock))  # type: ignore[arg-type]
        await until(pilot, lambda: clock.asked > 8)
        assert answers.asked == left


async def test_a_gone_container_is_not_asked_for_again(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(top, "AGAIN_SECONDS", 0.01)
    answers = Answers(EngineError("No such container: x", status=404))
    screen = TopScreen(demo.container("shop-db-1"), answers)  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: "refused" in head(screen))
        await until(pilot, lambda: all(worker.is_finished for worker in screen.workers))
        assert answers.asked == 1


@pytest.mark.parametrize("answer", [None, {"Titles": None}, [], {}])
async def test_an_answer_without_processes_is_told(demo: Demo, answer: Any) -> None:
    screen = TopScreen(demo.container("shop-db-1"), Answers(answer))  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test() as pilot:
        await until(pilot, lambda: "named no processes" in screen.query_one("#top--trouble", TextRows).text)


async def test_hostile_processes_do_no_harm(demo: Demo) -> None:
    nasty = "[/x] \x1b]52;c;AA\x07 \u202e" + "x" * 10_000
    answer = {"Titles": ["PID", "[/y]\x1b[2J", "CMD"], "Processes": [["1", nasty, nasty], ["1", "a"], ["1"]]}
    screen = TopScreen(demo.container("shop-db-1"), Answers(answer))  # type: ignore[arg-type]
    async with Host(lambda: screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "3 processes" in head(screen))
        text = "\n".join([*rows(screen), screen.query_one("#top--command", TextRows).text])
        assert "[/x]" in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert screen.query_one(KeyBar).region.bottom == 24
