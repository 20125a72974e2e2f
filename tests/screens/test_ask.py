"""The dialog in which ssh asks."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import Input

from tests.screens.hosting import Host, until
from tui.engine.questions import SSHQuestion
from tui.screens.ask import AskScreen
from tui.screens.dialog import KeyLine
from tui.screens.rows import TextRows

PASSWORD = SSHQuestion("build", "ann@build's password: ", secret=True, confirm=False)
KEY = SSHQuestion(
    "build",
    "The authenticity of host 'build (10.0.0.7)' can't be established.\n"
    "ED25519 key fingerprint is SHA256:8hb5DtzcsIZBhMd0bN84i8jNyIt/ZcEvxUYeqe1L3BQ.\n"
    "This key is not known by any other names.\n"
    "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
    secret=False,
    confirm=True,
)
TOUCH = SSHQuestion("build", "Confirm user presence for key ED25519-SK", secret=False, confirm=False)


def words_of(screen: AskScreen) -> str:
    return screen.query_one("#main", TextRows).text


async def test_a_password_is_given_exactly_and_never_seen() -> None:
    screen = AskScreen(PASSWORD)
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"hunter2", "space")
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "ann@build" in picture
        assert "hunter2" not in picture
        assert "hunter" not in picture
        await pilot.press("enter")
        assert app.ended == ["hunter2 "]


async def test_a_secret_cannot_be_copied_out_of_its_entry() -> None:
    app = Host(lambda: AskScreen(PASSWORD))
    async with app.run_test() as pilot:
        await pilot.press(*"hunter2", "shift+home", "ctrl+c", "shift+home", "ctrl+x")
        assert app.clipboard == ""
        await pilot.press("enter")
        assert app.ended == ["hunter2"]


@pytest.mark.parametrize("question", [PASSWORD, KEY, TOUCH], ids=["password", "key", "touch"])
async def test_esc_gives_no_answer(question: SSHQuestion) -> None:
    app = Host(lambda: AskScreen(question))
    async with app.run_test() as pilot:
        await pilot.press("x", "escape")
        assert app.ended == [None]


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (140, 40)])
async def test_all_that_ssh_says_of_a_key_can_be_read(size: tuple[int, int]) -> None:
    screen = AskScreen(KEY)
    app = Host(lambda: screen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        said = words_of(screen).replace("\n", " ")
        assert "'build (10.0.0.7)' can't be established" in said
        assert "SHA256:8hb5DtzcsIZBhMd0bN84i8jNyIt/ZcEvxUYeqe1L3BQ" in said.replace(" ", "")
        for part in (screen.query_one(Input), screen.query_one(KeyLine)):
            assert part.region.bottom < size[1]
        assert "enter send" in str(screen.query_one(KeyLine).render())


@pytest.mark.parametrize(
    ("typed", "answer"), [("yes", "yes"), ("YES", "yes"), ("no", "no"), ("SHA256:8hb5D", "SHA256:8hb5D")]
)
async def test_a_host_key_is_answered_by_yes_no_or_its_fingerprint(typed: str, answer: str) -> None:
    app = Host(lambda: AskScreen(KEY))
    async with app.run_test() as pilot:
        app.screen.query_one(Input).value = typed
        await pilot.press("enter")
        assert app.ended == [answer]


@pytest.mark.parametrize("typed", ["", "y", "yess", "of course"])
async def test_anything_else_is_no_answer_about_a_key(typed: str) -> None:
    screen = AskScreen(KEY)
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        screen.query_one(Input).value = typed
        await pilot.press("enter")
        await pilot.pause()
        assert app.ended == []
        assert screen.query_one(".ask--wrong").display
        await pilot.press("ctrl+u", "ctrl+a", *["delete"] * 9, *"no", "enter")
        assert app.ended == ["no"]


async def test_a_key_that_the_agent_asks_about_has_no_fingerprint_to_type() -> None:
    question = SSHQuestion("build", "Allow use of key id_ed25519?", secret=False, confirm=True)
    app = Host(lambda: AskScreen(question))
    async with app.run_test() as pilot:
        app.screen.query_one(Input).value = "SHA256:8hb5D"
        await pilot.press("enter")
        assert app.ended == []


async def test_hostile_words_are_shown_and_not_obeyed() -> None:
    question = PASSWORD._replace(
        host="[b]box[/b]", words="[@click=app.quit]x[/]\x1b]52;c;aGk=\x07\u202epassword:"
    )
    screen = AskScreen(question)
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await pilot.pause()
        said = words_of(screen)
        assert "[@click=app.quit]x[/]" in said
        assert not {"\x1b", "\x07", "\u202e"} & set(said)
        assert "ssh to [b]box[/b] asks" in str(screen.query_one(".dialog--title").render())


async def test_a_long_banner_scrolls_and_the_question_is_in_view() -> None:
    words = "\n".join([*(f"rule {number}" for number in range(60)), "password:"])
    screen = AskScreen(PASSWORD._replace(words=words))
    app = Host(lambda: screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        main = screen.query_one("#main", TextRows)
        await until(pilot, lambda: main.scroll_offset.y == main.max_scroll_y > 0)
        assert screen.query_one(Input).region.bottom < 24
        await pilot.press("pageup")
        assert main.scroll_offset.y < main.max_scroll_y


async def test_a_notice_asks_nothing_and_goes_when_ssh_goes_on() -> None:
    over = threading.Event()
    screen = AskScreen(TOUCH._replace(over=over))
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        assert not screen.query(Input)
        assert "send" not in str(screen.query_one(KeyLine).render())
        assert "user presence" in words_of(screen)
        over.set()
        await until(pilot, lambda: app.ended == [None])
