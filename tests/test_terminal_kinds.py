"""Every sort of terminal: what Wharf finds out about it, and what it then paints there, in a real one."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from tests.live.pty_app import PtyApp
from tests.scenes import SCENES
from tests.stage import Stage
from tui.settings import Settings
from tui.terminal import TRUECOLOR, Terminal

PLAIN = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}
SSH = {"SSH_CONNECTION": "203.0.113.7 50022 203.0.113.9 22"}
RICH = {"standard": 16, "256": 256, "truecolor": TRUECOLOR}


def of(slow: bool | None = None, settings: Settings | None = None, **env: str) -> Terminal:
    """The terminal of an environment that differs from a plain one by this."""
    return Terminal.of({**PLAIN, **env}, settings or Settings(), slow)


# What is found out


@pytest.mark.parametrize("name", ["dumb", "unknown", ""])
def test_a_terminal_without_a_screen_is_refused_with_what_to_do(name: str) -> None:
    terminal = of(TERM=name)
    assert not terminal.usable
    assert "TERM=xterm wharf" in terminal.refusal
    assert "\n" not in terminal.refusal


@pytest.mark.parametrize("name", ["linux", "screen", "tmux-256color", "xterm", "vt220", "foot"])
def test_other_terminals_are_not(name: str) -> None:
    assert of(TERM=name).usable


def test_an_ssh_session_is_a_slow_line_unless_the_person_says_otherwise() -> None:
    assert not of().slow
    assert of(**SSH).slow
    assert of(SSH_TTY="/dev/pts/3").slow
    assert not of(settings=Settings(slow_line="off"), **SSH).slow
    assert of(settings=Settings(slow_line="on")).slow
    assert of(True, Settings(slow_line="off")).slow
    assert not of(False, Settings(slow_line="on"), **SSH).slow


def test_the_mouse_is_off_on_a_slow_line_unless_the_person_wants_it() -> None:
    assert of().mouse
    assert not of(**SSH).mouse
    assert of(settings=Settings(mouse="on"), **SSH).mouse
    assert not of(settings=Settings(mouse="off")).mouse


@pytest.mark.parametrize(
    ("env", "is_ascii"),
    [
        ({}, False),
        ({"TERM": "linux"}, True),
        ({"LC_ALL": "C"}, True),
        ({"LC_CTYPE": "POSIX"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "de_DE@euro"}, True),
        ({"LANG": "de_DE"}, True),
        ({"LANG": "C.utf8"}, False),
        ({"LC_CTYPE": "UTF-8"}, False),
        ({"LC_ALL": "", "LANG": ""}, False),
        ({"LC_ALL": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "ca_ES.UTF-8@valencia"}, False),
    ],
)
def test_ascii_is_painted_where_nothing_else_can_be(env: Mapping[str, str], is_ascii: bool) -> None:
    assert of(**env).ascii is is_ascii
    assert of(settings=Settings(ascii="on"), **env).ascii
    assert not of(settings=Settings(ascii="off"), **env).ascii


@pytest.mark.parametrize(
    "name", ["xterm", "tmux", "xterm-256color", "tmux-256color", "xterm-kitty", "vte-256color"]
)
@pytest.mark.parametrize("colorterm", ["", "truecolor", "24bit", "yes"])
def test_colours_are_what_rich_finds(name: str, colorterm: str) -> None:
    env = {"TERM": name, "COLORTERM": colorterm}
    found = Console(file=io.StringIO(), force_terminal=True, _environ=env).color_system
    assert found is not None
    assert of(**env).colours == RICH[found]


@pytest.mark.parametrize("env", [{"TERM": "linux"}, {"TERM": "vt220"}, {"TERM": "screen"}, {"TERM": "ansi"}])
def test_colours_left_from_another_terminal_do_not_count_where_they_would_be_garbage(
    env: Mapping[str, str],
) -> None:
    assert of(COLORTERM="truecolor", **env).colours == 16


def test_screen_with_256_colours_has_256() -> None:
    assert of(TERM="screen-256color", STY="1.pts", COLORTERM="truecolor").colours == 256


def test_no_color_means_none() -> None:
    assert of(NO_COLOR="1", COLORTERM="truecolor").colours == 0


@pytest.mark.parametrize(
    ("env", "multiplexer"),
    [
        ({}, ""),
        ({"TERM": "tmux-256color"}, "tmux"),
        ({"TERM": "screen", "TMUX": "/tmp/tmux-0/default,1,0"}, "tmux"),
        ({"TERM": "screen", "STY": "1.pts"}, "screen"),
        ({"TERM": "screen.xterm-256color"}, "screen"),
        ({"TERM": "xterm", "STY": "1.pts"}, "screen"),
    ],
)
def test_what_stands_between_is_known(env: Mapping[str, str], multiplexer: str) -> None:
    terminal = of(**env)
    assert terminal.multiplexer == multiplexer
    assert terminal.clipboard() == (multiplexer, True, "TMUX" in env)


def test_a_console_has_no_clipboard() -> None:
    assert not of(TERM="linux").clipboard().exists


def test_what_textual_reads_is_set_but_never_what_the_person_set() -> None:
    env = {"TEXTUAL_FPS": "30"}
    of(TERM="linux", **SSH).prepare(env)
    assert env == {
        "TEXTUAL_FPS": "30",
        "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_COLOR_SYSTEM": "standard",
        "TEXTUAL_DISABLE_KITTY_KEY": "1",
        "ESCDELAY": "300",
    }
    # a line can tear escape sequences apart that the person calls fast
    env = {}
    of(False, **SSH).prepare(env)
    assert env == {"TEXTUAL_COLOR_SYSTEM": "256", "ESCDELAY": "300", "TEXTUAL_FPS": "240"}


# What is painted


@pytest.mark.parametrize("scene", ["inspect", "logs", "run", "typed", "error", "palette"])
async def test_with_16_colours_no_word_has_the_colour_of_what_is_behind_it(
    tmp_path: Path, scene: str
) -> None:
    stage = Stage(tmp_path)
    Terminal(colours=16).apply(stage.app)
    try:
        async with stage.app.run_test(size=(160, 48), notifications=True) as pilot:
            await stage.enter(pilot)
            await SCENES[scene].play(stage)
            # there is no public way to what is painted
            strips = stage.app.screen._compositor.render_strips()
    finally:
        stage.close()
    words = [part for strip in strips for part in strip if any(map(str.isalnum, part.text))]
    colours = [(part.text, part.style.color, part.style.bgcolor) for part in words if part.style is not None]
    assert colours
    assert [text for text, front, _ in colours if front is not None and front.triplet] == []
    assert [text for text, front, back in colours if front == back and front and not front.is_default] == []


COLOURED = re.compile(rb"\x1b\[[0-9;]*?(?<![0-9])(?:[349][0-7]|10[0-7])[0-9;]*m")
DIRECT = re.compile(rb"\x1b\[[0-9;]*[34]8;[25];")
MOUSE = re.compile(rb"\x1b\[\?10(?:00|02|03|06|15|16)h")


class Taped(PtyApp):
    """Wharf on the demo in a terminal of its own, every byte kept."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.tape = b""
        own = {
            "XDG_CONFIG_HOME": str(folder),
            "XDG_STATE_HOME": str(folder),
            **dict.fromkeys(("COLORTERM", "SSH_CONNECTION", "SSH_TTY", "TMUX", "STY"), ""),
            **PLAIN,
            "LC_ALL": "",
        }
        super().__init__("--demo", env={**own, **env})

    def _feed(self, data: bytes) -> None:
        self.tape += data
        super()._feed(data)

    def stand(self) -> None:
        """Wait for the first list, and for what can be done to it."""
        self.wait_for("shop-db-1")
        self.wait_for("docker start")

    def quit(self) -> None:
        """Quit, and look that the terminal is as it was."""
        self.send("q")
        assert self.ends() == 0
        self.pump()
        assert self.terminal_modes() == self.modes
        assert self.tape.rindex(b"\x1b[?1049l") > self.tape.rindex(b"\x1b[?1049h")
        assert self.tape.rindex(b"\x1b[?25h") > self.tape.rindex(b"\x1b[?25l")


@pytest.mark.parametrize("name", ["dumb", "unknown", ""])
def test_without_a_screen_one_line_says_so(tmp_path: Path, name: str) -> None:
    with Taped(tmp_path, TERM=name) as app:
        assert app.ends() == 2
        app.until(lambda: app.tape.endswith(b"\n"))
        assert app.tape.startswith(b"wharf: ")
        assert app.tape.count(b"\n") == 1
        assert b"\x1b" not in app.tape


@pytest.mark.parametrize("name", ["linux", "screen", "tmux", "xterm"])
def test_sixteen_colours_are_the_terminals_own(tmp_path: Path, name: str) -> None:
    with Taped(tmp_path, TERM=name) as app:
        app.stand()
        app.send("jj")
        app.wait_for("metrics-prometheus-1 ")
        app.quit()
        assert COLOURED.search(app.tape)
        assert not DIRECT.search(app.tape)
        assert MOUSE.search(app.tape)


def test_a_console_gets_ascii(tmp_path: Path) -> None:
    with Taped(tmp_path, TERM="linux") as app:
        app.stand()
        assert "* up" in app.text
        app.send("?")
        app.wait_for("| Help")
        app.send("q")
        app.until(lambda: "| Help" not in app.text)
        app.quit()
        assert app.tape.isascii()


def test_no_color_means_no_colour(tmp_path: Path) -> None:
    with Taped(tmp_path, NO_COLOR="1", COLORTERM="truecolor") as app:
        app.stand()
        app.quit()
        assert not COLOURED.search(app.tape)
        assert not DIRECT.search(app.tape)


def test_over_ssh_the_mouse_is_not_followed(tmp_path: Path) -> None:
    with Taped(tmp_path, COLORTERM="truecolor", **SSH) as app:
        app.stand()
        app.quit()
        assert DIRECT.search(app.tape)
        assert not MOUSE.search(app.tape)
