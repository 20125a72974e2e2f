"""What is written in place of whole frames, and that nothing stale stays on the screen."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import ioctl
from itertools import chain
from pathlib import Path
from select import select

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver

from widgets.clipboard import osc52
from widgets.pen import EFFECTS, OFF, PLAIN, Pen, change, pen
from widgets.thrift import AT_ONCE, BEGIN, END, Thrift, ThriftyDriver, thrifty

APP = Path(__file__).with_name("thrift_app.py")
WIDTH, HEIGHT = 16, 4
DEADLINE = 10.0
STYLES = ("", "1", "31", "1;31", "48;5;4", "31;48;5;4", "3;38;2;1;2;3;44", "7", "4;97", "9;100", "39;49")
AGREED = ("a", "b", " ", " ", " ", "é", "─", "●", "数", "한", "👍", "e\u0301")
"""Characters of which the emulator has the same opinion as Textual."""
DISPUTED = (*AGREED, "❤️", "👨‍👩‍👧", "\ue0b0", "🇩🇪")

few = settings(max_examples=40, deadline=None)
"""The emulator is slow."""

Cells = list[tuple[str, str]]
"""Text and style, a wide character once."""


def row(alphabet: Sequence[str], width: int = WIDTH) -> st.SearchStrategy[Cells]:
    """A line of so many columns."""
    cell = st.tuples(st.sampled_from(alphabet), st.sampled_from(STYLES))
    # pieces of one style are what frames are made of
    piece = st.tuples(st.text(st.sampled_from("abc "), max_size=6), st.sampled_from(STYLES)).map(
        lambda drawn: [(letter, drawn[1]) for letter in drawn[0]]
    )
    lines = st.lists(st.one_of(cell.map(lambda one: [one]), piece), max_size=width)
    return lines.map(lambda pieces: fitted([*chain(*pieces)], width))


def fitted(cells: Cells, width: int) -> Cells:
    """Cut or filled to the width."""
    fits: Cells = []
    left = width
    for text, style in cells:
        if cell_len(text) <= left:
            fits.append((text, style))
            left -= cell_len(text)
    return [*fits, *[(" ", "")] * left]


def written(x: int, y: int, cells: Cells) -> str:
    """As Textual writes a strip."""
    styled = (f"\x1b[{style}m{text}\x1b[0m" if style else text for text, style in cells)
    return f"\x1b[{y + 1};{x + 1}H{''.join(styled)}"


def frame(rows: Sequence[Cells]) -> str:
    """A whole screen."""
    return "\n".join(written(0, y, cells) for y, cells in enumerate(rows)) + "\x1b[1;1H"


def whole(alphabet: Sequence[str]) -> st.SearchStrategy[str]:
    return st.lists(row(alphabet), min_size=HEIGHT, max_size=HEIGHT).map(frame)


@st.composite
def partial(draw: st.DrawFn) -> str:
    """Some parts of some lines."""
    parts = []
    for y in sorted(draw(st.sets(st.integers(0, HEIGHT - 1), min_size=1))):
        x = draw(st.integers(0, WIDTH - 2))
        parts.append(written(x, y, draw(row(AGREED, draw(st.integers(1, WIDTH - x))))))
    x, y = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    return "\n".join(parts) + f"\x1b[{y + 1};{x + 1}H"


class Glass:
    """A terminal, as it looks."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.screen)
        self.show("\x1b[?7l")

    def show(self, data: str) -> None:
        self._stream.feed(data)

    @property
    def looks(self) -> list[object]:
        """Every cell; of a blank only what is seen of it."""
        return [
            cell.bg
            if cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough)
            else cell
            for y in range(HEIGHT)
            for cell in (self.screen.buffer[y][x] for x in range(WIDTH))
        ]

    @property
    def cursor(self) -> tuple[int, int]:
        return self.screen.cursor.x, self.screen.cursor.y


FOREIGN = (
    "\x1b[2J",
    "\x1b[2;3Hhello",
    "\x1b[H\x1b[31mred\x1b[0m, then more\x1b[K",
    "\x07",
    "\x1b[?25l",
    BEGIN,
    END,
)


@few
@given(st.lists(st.one_of(whole(AGREED), partial(), st.sampled_from(FOREIGN)), min_size=1, max_size=8))
def test_the_screen_always_looks_as_if_everything_had_been_written_in_full(writes: list[str]) -> None:
    full, thrifty_one, thrift = Glass(), Glass(), Thrift()
    for data in writes:
        full.show(data)
        thrifty_one.show(thrift.spend(data))
        assert thrifty_one.looks == full.looks
        if data.endswith("H"):
            assert thrifty_one.cursor == full.cursor


@few
@given(st.lists(whole(DISPUTED), min_size=1, max_size=6))
def test_nothing_stale_stays_where_the_terminal_draws_characters_wider_or_narrower(frames: list[str]) -> None:
    glass, thrift, fresh = Glass(), Thrift(), Glass()
    for each in frames:
        glass.show(thrift.spend(each))
    fresh.show(Thrift().spend(frames[-1]))
    assert glass.looks == fresh.looks


FULL = "abcdefghijklmnop"
"""A line, from edge to edge."""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FULL, "👨‍👩‍👧" + FULL[2:]),
        ("👨‍👩‍👧" + FULL[2:], FULL),
        (FULL, "ab❤️" + FULL[4:]),
        (FULL[:14] + "❤️", FULL[:14] + "👍"),
        (FULL, "a🇩" + FULL[2:]),
        (FULL, "a🇩数" + FULL[4:]),
        ("数" + FULL[2:], "한" + FULL[2:10] + "X" + FULL[11:]),
        ("数数" + FULL[4:], "a数b" + FULL[4:]),
    ],
)
def test_wide_characters_come_and_go_and_leave_their_neighbours_alone(before: str, after: str) -> None:
    glass, thrift, fresh = Glass(), Thrift(), Glass()
    for line in (before, after):
        glass.show(thrift.spend(f"\x1b[1;1H{line}\x1b[1;1H"))
    fresh.show(Thrift().spend(f"\x1b[1;1H{after}\x1b[1;1H"))
    assert glass.looks == fresh.looks


def test_beside_half_of_a_wide_character_cells_are_written_where_they_belong() -> None:
    glass, thrift = Glass(), Thrift()
    for data in ("\x1b[1;1Ha数bcd\x1b[1;1H", "\x1b[1;3Hx\x1b[1;1H", "\x1b[1;1Hc\x1b[1;3Hy\x1b[1;1H"):
        glass.show(thrift.spend(data))
    assert glass.screen.buffer[0][0].data == "c"
    assert [glass.screen.buffer[0][x].data for x in (2, 3, 4)] == ["y", "b", "c"]


def test_from_the_last_column_the_cursor_never_moves_by_steps() -> None:
    glass, thrift = Glass(), Thrift()
    for data in (f"\x1b[1;1H{FULL}\x1b[1;1H", "\x1b[1;16HX\x1b[1;15H"):
        glass.show(thrift.spend(data))
    assert glass.cursor == (14, 0)


@few
@given(whole(AGREED), whole(AGREED))
def test_after_a_resize_the_next_frame_is_written_in_full(before: str, after: str) -> None:
    thrift, full, wiped = Thrift(), Glass(), Glass()
    thrift.spend(before)
    thrift.forget()
    wiped.show(thrift.spend(after))
    full.show(after)
    assert wiped.looks == full.looks


@few
@given(whole(AGREED))
def test_a_frame_like_the_one_before_writes_nothing(data: str) -> None:
    thrift = Thrift()
    thrift.spend(data)
    assert "".join(map(thrift.spend, (BEGIN, data, END))) == ""


@few
@given(whole(AGREED), st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1))
def test_one_changed_cell_is_a_place_a_pen_and_a_character(data: str, x: int, y: int) -> None:
    thrift = Thrift()
    thrift.spend(data)
    assert len(thrift.spend(f"\x1b[{y + 1};{x + 1}H\x1b[1;31mX\x1b[0m\x1b[1;1H")) <= len(
        "\x1b[4;16H\x1b[1;31mX\x1b[H\x1b[m"
    )


def test_unchanged_cells_between_are_written_when_that_is_shorter_than_jumping() -> None:
    thrift = Thrift()
    thrift.spend(frame([[(letter, "") for letter in "abcdefghijklmnop"]] * HEIGHT))
    assert thrift.spend("\x1b[2;1HaXcXefghiX\x1b[1;1H") == "\x1b[2;2HXcX\x1b[5CX\x1b[H"


def test_a_change_of_colour_alone_is_said_alone() -> None:
    thrift = Thrift()
    thrift.spend("\x1b[1;1H\x1b[1;31;44mab\x1b[0m  \x1b[1;1H")
    assert thrift.spend("\x1b[1;1H\x1b[1;31;45ma\x1b[0m\x1b[1;32;45mb\x1b[0m\x1b[1;1H") == (
        "\x1b[1;31;45ma\x1b[32mb\x1b[H\x1b[m"
    )


def test_blanks_of_another_text_colour_are_not_written() -> None:
    thrift = Thrift()
    thrift.spend("\x1b[1;1H\x1b[31;44m   \x1b[0m\x1b[1;1H")
    assert thrift.spend("\x1b[1;1H\x1b[1;33;44m   \x1b[0m\x1b[1;1H") == ""


def test_only_a_frame_too_long_for_one_piece_keeps_its_brackets() -> None:
    thrift = Thrift()
    short, long = "\x1b[1;1Hx\x1b[1;1H", f"\x1b[1;1H{'y' * AT_ONCE}\x1b[1;1H"
    assert "".join(map(thrift.spend, (BEGIN, short, END))) == "\x1b[Hx\x1b[H"
    painted = "".join(map(thrift.spend, (BEGIN, long, END)))
    assert painted.startswith(f"{BEGIN}yyy")
    assert painted.endswith(END)


@pytest.mark.parametrize(
    "data",
    [
        "\x1b]8;id=1;https://x\x1b\\\x1b[1;1Hlink\x1b]8;;\x1b\\\x1b[1;1H",
        "no place",
        "\x1b[1;1Htwo\nlines\x1b[1;1H",
        "\x1b[1;1H\x1b[31mpen left red",
        "\x1b[1;1H\x1b[31mred\x1b[4mand lined\x1b[0m\x1b[1;1H",
        "\x1b[1;1H\x1b[77munheard of\x1b[0m\x1b[1;1H",
        "\x1b[1;1Ha\tb\x1b[1;1H",
        "\x1b[1;1H\u0301alone\x1b[1;1H",
        "\x1b[?1049h",
        "\x1bPtmux;\x1b\x1b[2J\x1b\\",
        "\x1b[3Ahigher\x1b[1;1H",
    ],
)
def test_what_is_no_frame_goes_out_as_it_is_and_what_follows_in_full(data: str) -> None:
    thrift = Thrift()
    known = "\x1b[1;1Habc\x1b[1;1H"
    thrift.spend(known)
    assert thrift.spend(data) == data
    assert thrift.spend(known) == "\x1b[Habc\x1b[H"


@pytest.mark.parametrize("multiplexer", ["", "tmux", "screen"])
def test_a_text_for_the_clipboard_passes_and_the_screen_stays_known(multiplexer: str) -> None:
    thrift = Thrift()
    known, copied = "\x1b[1;1Habc\x1b[1;1H", osc52("some words", multiplexer)
    thrift.spend(known)
    assert thrift.spend(copied) == copied
    assert thrift.spend(known) == ""


PENS = st.builds(
    Pen,
    st.sampled_from(["", "31", "97", "38;5;200", "38;2;1;2;3"]),
    st.sampled_from(["", "41", "107", "48;5;200", "48;2;1;2;3"]),
    st.frozensets(st.sampled_from(sorted(EFFECTS)), max_size=4),
)


@given(PENS, PENS)
def test_a_change_makes_one_pen_the_other(old: Pen, new: Pen) -> None:
    colour, ground, effects = old.colour, old.ground, set(old.effects)
    codes = iter(change(old, new).removeprefix("\x1b[").removesuffix("m").split(";") if old != new else ())
    for code in codes:
        if code in ("", "0"):
            colour, ground, effects = "", "", set()
        elif code in ("38", "48"):
            kind = next(codes)
            whole_code = ";".join((code, kind, *(next(codes) for _ in range(1 if kind == "5" else 3))))
            colour, ground = (whole_code, ground) if code == "38" else (colour, whole_code)
        elif code in EFFECTS:
            effects.add(code)
        elif code in OFF.values():
            effects -= {effect for effect in effects if OFF.get(effect) == code}
        elif code[0] == "3" or (code[0] == "9" and len(code) == 2):
            colour = "" if code == "39" else code
        else:
            ground = "" if code == "49" else code
    assert Pen(colour, ground, frozenset(effects)) == new


def test_a_pen_is_read_as_it_is_written() -> None:
    assert pen("1;38;2;1;2;3;48;5;7;4") == Pen("38;2;1;2;3", "48;5;7", frozenset({"1", "4"}))
    assert pen("39;49") == pen("0") == pen("") == PLAIN
    assert pen("38;2;1;2") is None
    assert pen("38;9;1") is None


def test_only_textuals_own_driver_of_a_terminal_is_replaced() -> None:
    assert thrifty(LinuxDriver) is ThriftyDriver
    assert thrifty(HeadlessDriver) is HeadlessDriver


class Seat:
    """The app in a terminal."""

    def __init__(self, line: int, person: int, process: subprocess.Popen[bytes]) -> None:
        self._line, self._person, self._process = line, person, process
        self.screen = pyte.Screen(40, 12)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = 0

    def type(self, keys: str) -> None:
        os.write(self._person, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """A terminal that lost what it showed while it became another size."""
        self.screen.resize(rows, columns)
        self.screen.reset()
        ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def sees(self, *words: str, without: str = "\0") -> list[str]:
        """The screen once it shows these words, and stands still."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if select([self._person], [], [], 0.3)[0]:
                data = os.read(self._person, 65536)
                self.bytes += len(data)
                self._stream.feed(data.replace(b"\x1b[>1u", b"").replace(b"\x1b[<u", b""))
            else:
                text = "\n".join(self.screen.display)
                if without not in text and all(word in text for word in words):
                    return list(self.screen.display)
        raise AssertionError("\n".join(self.screen.display))


@contextmanager
def seat(*args: str) -> Iterator[Seat]:
    """The app begun in a terminal of 40 columns and 12 lines."""
    person, line = os.openpty()
    ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 40, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": os.getcwd()}
    env = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, str(APP), *args],
        env=env,
        stderr=line,
        preexec_fn=lambda: os.login_tty(line),
        pass_fds=[line],
    )
    try:
        yield Seat(line, person, process)
    finally:
        process.kill()
        process.wait()
        os.close(person)
        os.close(line)


def test_a_terminal_that_tells_its_size_itself_is_painted_in_full() -> None:
    with seat() as at:
        at.sees("web")
        at.type("\x1b[?2048;2$y")
        at.sees("web")
        at.resize(50, 14)
        at.type("\x1b[48;14;50;280;500t")
        assert at.sees("web")[1].endswith("▎")


def played(*args: str) -> tuple[list[list[str]], int]:
    """What is seen step by step, and how many bytes that took after the start."""
    with seat(*args) as at:
        seen = [at.sees("web")]
        begun = at.bytes
        at.type("\x1b[B\x1b[B")
        seen.append(at.sees("web", "at 2"))
        at.type("d")
        seen.append(at.sees("Really"))
        at.type("\x1b")
        seen.append(at.sees("web", without="Really"))
        at.type("s")
        seen.append(at.sees("web", "back", without="somebody"))
        at.resize(50, 14)
        seen.append(at.sees("web"))
        at.type("\x1b[F")
        seen.append(at.sees("29", without="web"))
        return seen, at.bytes - begun


def test_dialogs_suspension_and_resizing_look_as_with_textuals_own_driver_for_fewer_bytes() -> None:
    (thrifty_seen, few), (plain_seen, many) = played(), played("plain")
    for thrifty_screen, plain_screen in zip(thrifty_seen, plain_seen, strict=True):
        # where the emulator disagrees with Textual on a character's width, Textual's own lines are crooked
        crooked = [y for y, text in enumerate(plain_screen) if "❤" in text or "👨" in text]
        for y in range(len(plain_screen)):
            assert y in crooked or thrifty_screen[y] == plain_screen[y]
    assert few < many * 0.6
