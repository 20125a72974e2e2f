"""What a terminal shows around a remote program: from its first byte to its last, and nothing afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widgets.desk import LEAVE, Desk, Remote
from widgets.passthrough import How, pass_through
from widgets.terminal_mode import Frame, Screen
from widgets.text import shown

PROD = Frame(shown("PROD a · web"), alarm=True)
PLAIN = Frame(shown("a · web"))
XTERM = {"TERM": "xterm-256color"}
TITLE = "\x1b]2;PROD a · web\x07".encode()
RED = b"\x1b]12;#ff0000\x07"
BEGIN = b"\x1b[22;2t" + TITLE + RED
END = b"\x1b]112\x07\x1b[23;2t"
CHANGES = (
    b"\x1b]0;x\x07",
    b"\x1b]2;\xc3\xa4\x1b\\",
    b"\x1b]12;blue\x07",
    b"\x1b]112\x07",
    b"\x1b[23;2t",
    b"\x1bc",
)


@pytest.fixture(autouse=True)
def _xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TMUX", raising=False)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def test_the_frame_comes_before_all_output_and_goes_with_the_stay(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote, frame=PROD)
    remote.far.sendall(b"hello")
    desk.sees(BEGIN + b"hello")
    desk.type(LEAVE)
    desk.ends(How.LEFT)
    assert desk.seen.count(END) == 1
    assert RED not in desk.seen.split(END)[1]


def test_the_frame_goes_when_the_connection_breaks(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote, frame=PROD)
    desk.sees(BEGIN)
    remote.broken = ConnectionError("the cable is out")
    remote.far.send(b"x")
    desk.ends(How.LOST)
    assert END in desk.seen


def test_the_frame_goes_when_the_stream_is_closed_elsewhere(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote, frame=PROD)
    desk.sees(BEGIN)
    remote.close()
    desk.ends(How.ENDED)
    assert END in desk.seen


def test_the_frame_goes_when_something_unexpected_happens(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = Remote()
    monkeypatch.setattr(remote, "resize", lambda rows, columns: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pass_through(remote, leave=None, frame=PROD, stdin_fd=desk.line, stdout_fd=desk.line)
    assert END in desk.look()


def test_a_stay_without_alarm_has_a_title_that_the_program_may_change(desk: Desk) -> None:
    remote = Remote()
    desk.start(remote, frame=PLAIN)
    remote.far.sendall(b"\x1b]0;mine\x07hello")
    desk.sees(b"hello")
    desk.type(LEAVE)
    desk.ends(How.LEFT)
    title = "\x1b[22;2t\x1b]2;a · web\x07".encode()
    assert desk.seen.startswith(title + b"\x1b]0;mine\x07hello")
    assert b"\x1b[23;2t" in desk.seen
    assert b"]12;" not in desk.seen
    assert b"]112" not in desk.seen


@given(
    st.lists(st.one_of(st.sampled_from(CHANGES), st.just(b"\x1b[31mtext\x1b]8;;u\x07")), max_size=6),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_the_frame_is_shown_again_after_each_change_however_the_output_is_cut(
    parts: list[bytes], cuts: list[int]
) -> None:
    output = Screen(-1, PROD)
    data = b"".join(parts)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(places):
        output.show(data[start:end])
    wanted = b"".join(part + (TITLE + RED if part in CHANGES else b"") for part in parts)
    assert bytes(output.held) == BEGIN + wanted


@pytest.mark.parametrize("term", ["linux", "dumb", "screen", "screen-256color", "vt100", ""])
def test_a_terminal_that_cannot_give_a_title_back_is_left_alone(term: str) -> None:
    env = {"TERM": term}
    assert (PROD.begin(env), PROD.again(env), PROD.end(env)) == (b"", b"", b"")


@pytest.mark.parametrize(
    "env",
    [XTERM, {"TERM": "tmux-256color"}, {"TERM": "screen", "TMUX": "/tmp/tmux"}, {"TERM": "xterm-kitty"}],
)
def test_a_terminal_that_can_shows_the_frame(env: dict[str, str]) -> None:
    assert PROD.begin(env) == BEGIN
    assert PROD.end(env) == END


def test_the_line_is_loud_only_where_there_is_alarm_and_a_terminal_that_can() -> None:
    notice = shown("PROD a")
    assert PROD.line(notice, XTERM) == "\x1b[1;7;31mPROD a\x1b[0m"
    assert PROD.line(notice, {"TERM": "linux"}) == "\x1b[1;7;31mPROD a\x1b[0m"
    assert PROD.line(notice, {"TERM": "dumb"}) == notice
    assert PLAIN.line(notice, XTERM) == notice


def test_without_colours_it_is_loud_without_red() -> None:
    env = {**XTERM, "NO_COLOR": "1"}
    assert PROD.line(shown("PROD a"), env) == "\x1b[1;7mPROD a\x1b[0m"
    assert PROD.begin(env) == b"\x1b[22;2t" + TITLE
    assert PROD.end(env) == b"\x1b[23;2t"


@pytest.mark.parametrize("name", ["a\x07\x1b]52;c;aGk=\x07", "a\x1b\\b", "a\x9cb\x9d", "a\nb", "\u202ea"])
def test_a_hostile_name_stays_inside_the_title(name: str) -> None:
    begin = Frame(shown(f"{name}{'long' * 500}"), alarm=True).begin(XTERM)
    before, _, title = begin.removesuffix(RED).partition(b"\x1b]2;")
    assert before == b"\x1b[22;2t"
    assert title.endswith(b"\x07")
    assert all(char.isprintable() for char in title[:-1].decode())
    assert len(title.decode()) < 250
