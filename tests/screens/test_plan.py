"""The dialog of a plan: what it lists, when it can be applied, and what it ends in."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import Input, Static

from tests.screens.hosting import CONNECTION, HERE, FakeClock, Host, item, plan, until
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.jobs import Target
from tui.engine.lines import docker
from tui.engine.plans import Choice, Plan, question
from tui.screens.dialog import KeyLine, Leave
from tui.screens.plan import STILL, PlanScreen
from tui.screens.rows import TextRows


def host(shown: Plan, clock: FakeClock) -> tuple[Host, PlanScreen]:
    screen = PlanScreen(shown, CONNECTION, HERE, clock=clock)
    return Host(lambda: screen), screen


def text(screen: PlanScreen, selector: str) -> str:
    widget = screen.query_one(selector)
    return widget.text if isinstance(widget, TextRows) else str(widget.render())  # type: ignore[attr-defined]


async def test_objects_count_sizes_warnings_line_and_endpoint_are_listed() -> None:
    shown = plan("web", "db", warnings=("Killed first: web",))
    shown = replace(shown, items=(item("web", "up 3 h", 1_000), item("db", "exited", 2_000)))
    app, screen = host(shown, FakeClock())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert text(screen, "#plan--title") == "Remove 2 containers"
        assert [line.split() for line in text(screen, "#main").splitlines()] == [
            ["web", "up", "3", "h", "1kB"],
            ["db", "exited", "2kB"],
        ]
        assert text(screen, "#plan--count") == "2 containers · 3kB · on local"
        assert text(screen, "#plan--notes") == "Killed first: web"
        assert text(screen, "#plan--line") == "docker rm web db"


async def test_apply_is_taken_only_after_300_ms_of_stillness() -> None:
    clock = FakeClock()
    app, _ = host(plan("web"), clock)
    async with app.run_test() as pilot:
        clock.now += STILL - 0.01
        await pilot.press("y")
        assert app.ended == []
        # the early key started the clock again
        clock.now += STILL - 0.01
        await pilot.press("y")
        assert app.ended == []
        clock.now += STILL
        await pilot.press("y")
        assert [item.target.name for item in app.ended[0].items] == ["web"]


async def test_apply_is_shown_dim_until_it_is_taken() -> None:
    clock = FakeClock()
    app, screen = host(plan("web"), clock)
    async with app.run_test() as pilot:
        assert screen.active_bindings["y"].enabled is False
        assert "y apply" in str(screen.query_one(KeyLine).render())
        clock.now += STILL
        await until(pilot, lambda: screen.active_bindings["y"].enabled)


@pytest.mark.parametrize("typed", ["", "web"])
async def test_a_paste_of_letters_and_newline_does_not_confirm(typed: str) -> None:
    clock = FakeClock()
    app, _ = host(plan("web", typed=typed), clock)
    async with app.run_test() as pilot:
        await pilot.press(*"yyyy", "enter")
        assert app.ended == ([None] if not typed else [])


async def test_letters_that_arrive_together_after_a_while_do_not_confirm() -> None:
    clock = FakeClock()
    app, _ = host(plan("web"), clock)
    async with app.run_test() as pilot:
        clock.now += 60
        await pilot.press(*"betty")
        assert app.ended == []


async def test_a_key_that_was_meant_for_a_dialog_on_top_does_not_confirm() -> None:
    clock = FakeClock()
    app, below = host(plan("web"), clock)
    async with app.run_test() as pilot:
        await app.push_screen(PlanScreen(plan("db"), CONNECTION, HERE, clock=clock))
        await pilot.pause()
        clock.now += STILL
        await pilot.press("y", "y")
        assert app.screen is below
        assert app.ended == []
        clock.now += STILL
        await pilot.press("y")
        assert len(app.ended) == 1


async def test_on_production_the_title_says_so_and_the_line_names_the_context() -> None:
    there = Endpoint("ssh://me@build", "eu-1", "--context")
    screen = PlanScreen(plan("web"), CONNECTION, there, prod=True)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert text(screen, "#plan--title") == "Remove 1 container on  PROD eu-1 "
        assert text(screen, "#plan--line") == "docker -c eu-1 rm web"
        assert text(screen, "#plan--count") == "1 container · on eu-1"


async def test_a_question_is_about_one_thing_by_its_name_and_a_long_one_leaves_room_for_the_rest() -> None:
    name = "x\x1b[31m" * 300
    screen = PlanScreen(
        question("image.pull", "pull", (Target(name, name),), docker("pull", name)),
        CONNECTION,
        Endpoint("unix:///x", "y" * 300, "test"),
        prod=True,
    )
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert text(screen, "#plan--title").startswith("Pull x␛[31mx␛[31m")
        for part in ("#plan--title", "#main", "#plan--line", "Leave", "KeyLine"):
            region = screen.query_one(part).region
            assert region.height > 0
            assert region.bottom <= 23, part


@pytest.mark.parametrize("key", ["enter", "escape", "q"])
async def test_the_focus_stands_on_cancel_and_leaving_touches_nothing(key: str) -> None:
    clock = FakeClock()
    app, screen = host(plan("web"), clock)
    async with app.run_test() as pilot:
        clock.now += 60
        assert isinstance(screen.focused, Leave)
        await pilot.press(key)
        assert app.ended == [None]


async def test_typed_confirmation_takes_the_exact_name_and_nothing_else() -> None:
    clock = FakeClock()
    app, _ = host(plan("yes", typed="yes"), clock)
    async with app.run_test() as pilot:
        await pilot.press(*"yes", "s")
        clock.now += 60
        await pilot.press("ctrl+y", "enter")
        assert app.ended == []
        await pilot.press("backspace")
        clock.now += STILL
        await pilot.press("ctrl+y")
        assert app.ended[0].typed == "yes"


async def test_a_name_no_keyboard_can_write_is_confirmed_by_the_count() -> None:
    clock = FakeClock()
    app, _ = host(plan("a\x1b[31m", typed="a\x1b[31m"), clock)
    async with app.run_test() as pilot:
        await pilot.press("1")
        clock.now += STILL
        await pilot.press("ctrl+y")
        assert len(app.ended) == 1


def choosing(*, typed: str = "") -> Plan:
    """A plan of web, or of web and db when the choice is on."""

    def build(on: Mapping[str, bool]) -> Plan:
        names = ("web", "db") if on["all"] else ("web",)
        choices = (Choice("all", "a", "all of them (--all)", on["all"]),)
        return plan(*names, choices=choices, typed=typed, rebuild=build)

    return build({"all": False})


async def test_a_choice_rebuilds_the_plan_and_starts_the_clock_again() -> None:
    clock = FakeClock()
    app, screen = host(choosing(), clock)
    async with app.run_test() as pilot:
        clock.now += STILL
        await pilot.press("a")
        assert text(screen, "#plan--title") == "Remove 2 containers"
        assert "a [x] all of them" in str(screen.query_one("Toggle").render())
        await pilot.press("y")
        assert app.ended == []
        clock.now += STILL
        await pilot.press("y")
        assert len(app.ended[0].items) == 2


async def test_toggling_a_choice_keeps_what_was_typed() -> None:
    clock = FakeClock()
    app, screen = host(choosing(typed="web"), clock)
    async with app.run_test() as pilot:
        await pilot.press(*"web", "a", "backspace")
        assert len(screen.plan.items) == 1  # a letter in the line is a letter
        await pilot.press("shift+tab", "a")
        assert len(screen.plan.items) == 2
        assert screen.query_one(Input).value == "web"


async def test_what_the_engine_adds_is_listed_before_apply_is_taken() -> None:
    clock = FakeClock()
    asked, answer = threading.Event(), threading.Event()

    def refine(connection: Any) -> Plan:
        asked.set()
        assert answer.wait(5)
        return plan("web", "parent")

    app, screen = host(plan("web", refine=refine), clock)
    async with app.run_test() as pilot:
        await until(pilot, asked.is_set)
        clock.now += STILL
        await pilot.press("y")
        assert app.ended == []
        assert "Asking the Engine" in text(screen, "#plan--notes")
        answer.set()
        await until(pilot, lambda: screen.complete)
        await pilot.press("y")
        assert app.ended == []
        clock.now += STILL
        await pilot.press("y")
        assert [item.target.name for item in app.ended[0].items] == ["web", "parent"]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (EngineError("[bold]no[/x] such thing", 404), "[bold]no[/x] such thing"),
        (KeyError("Ingress"), "Ingress"),
    ],
)
async def test_a_failed_question_blocks_apply_until_it_is_asked_again(failure: Exception, words: str) -> None:
    clock = FakeClock()
    failures = [failure]

    def refine(connection: Any) -> Plan:
        if failures:
            raise failures.pop()
        return plan("web")

    app, screen = host(plan("web", refine=refine), clock)
    async with app.run_test() as pilot:
        await until(pilot, lambda: words in text(screen, "#plan--notes"))
        clock.now += STILL
        await pilot.press("y")
        assert app.ended == []
        await pilot.press("r")
        await until(pilot, lambda: screen.complete)
        assert not screen.query_one("#plan--notes").display
        clock.now += STILL
        await pilot.press("y")
        assert len(app.ended) == 1


async def test_sizes_arrive_while_the_plan_is_read_and_do_not_hold_it_up() -> None:
    clock = FakeClock()
    answer = threading.Event()

    def measure(connection: Any) -> Mapping[str, int]:
        assert answer.wait(5)
        return {"id-web": 5_000_000}

    app, screen = host(plan("web", "db", measure=measure), clock)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "sizes are being read" in text(screen, "#plan--count"))
        clock.now += STILL
        answer.set()
        await until(pilot, lambda: "at least 5MB, 1 of unknown size" in text(screen, "#plan--count"))
        assert "5MB" in text(screen, "#main")
        await pilot.press("y")
        assert [item.size for item in app.ended[0].items] == [5_000_000, None]


async def test_an_answer_about_an_older_plan_is_dropped() -> None:
    answers = {name: threading.Event() for name in ("old", "new")}

    def build(on: Mapping[str, bool]) -> Plan:
        name = "new" if on["all"] else "old"

        def refine(connection: Any) -> Plan:
            assert answers[name].wait(5)
            return plan(name, f"parent-of-{name}")

        return plan(name, choices=(Choice("all", "a", "all", on["all"]),), rebuild=build, refine=refine)

    app, screen = host(build({"all": False}), FakeClock())
    async with app.run_test() as pilot:
        await pilot.press("a")
        answers["new"].set()
        await until(pilot, lambda: screen.complete)
        answers["old"].set()
        for _ in range(5):
            await pilot.pause(0.02)
        assert [item.target.name for item in screen.plan.items] == ["new", "parent-of-new"]


async def test_an_empty_plan_says_why_and_can_only_be_closed() -> None:
    clock = FakeClock()
    app, screen = host(plan(nothing="Every container runs."), clock)
    async with app.run_test() as pilot:
        clock.now += STILL
        assert text(screen, "#plan--title") == "Remove containers"
        assert text(screen, "#main") == "Every container runs."
        assert not screen.query_one("#plan--line").display
        assert "Close" in str(screen.query_one(Leave).render())
        await pilot.press("y")
        assert app.ended == []
        assert "y" not in screen.active_bindings


async def test_10_000_objects_open_at_once_and_scroll_to_the_last() -> None:
    names = [f"worker-{number}" for number in range(10_000)]
    app, _ = host(plan(*names), FakeClock())
    async with app.run_test(size=(80, 24)) as pilot:
        began = time.perf_counter()
        await app.push_screen(PlanScreen(plan(*names), CONNECTION, HERE))
        await pilot.pause()
        assert time.perf_counter() - began < 2
        assert len(app.screen.query("*")) < 40
        await pilot.press("G")
        view = app.screen.query_one("#main", TextRows)
        assert view.scroll_offset.y == 10_000 - view.size.height
        assert view.size.height >= 3


async def test_everything_stays_in_view_on_a_small_screen() -> None:
    names = [f"a-rather-long-name-of-a-container-{number}" for number in range(300)]
    choices = (Choice("volumes", "v", "anonymous volumes too (-v)"), Choice("force", "f", "force (-f)"))
    many = plan(*names, choices=choices, typed="300", warnings=(f"Killed first: {', '.join(names)}",))
    app, screen = host(many, FakeClock())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        for part in ("#plan--title", "#main", "#plan--notes", "#plan--line", "Input", "Leave", "KeyLine"):
            region = screen.query_one(part).region
            assert region.y > 0
            assert region.height > 0
            assert region.bottom <= 23, part


async def test_hostile_names_are_shown_whole_and_harmless() -> None:
    name = "[/x]\x1b]52;c;aGk=\x07‮" + "long" * 60
    app, screen = host(plan(name, warnings=(f"[@click=app.bell]{name}",)), FakeClock())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        seen = text(screen, "#main").replace("\n", "")
        assert seen.startswith("[/x]␛]52;c;aGk=␇\ufffdlong")
        assert seen.count("long") == 60
        assert "\x1b" not in app.export_screenshot()


async def test_a_plan_that_destroys_looks_different_from_one_that_does_not() -> None:
    app, screen = host(plan("web"), FakeClock())
    async with app.run_test():
        red = screen.query_one(".dialog--title", Static).styles.color
        await app.push_screen(PlanScreen(replace(plan("web"), verb="container.restart"), None, HERE))
        assert app.screen.query_one(".dialog--title", Static).styles.color != red
