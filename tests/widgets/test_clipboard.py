"""What is copied reaches the terminal's clipboard, through whatever stands between."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from widgets.clipboard import CHUNK, MOST, NONE, Clipboard, give_tmux, osc52

DEADLINE = 10.0


def told(sequence: str) -> list[str]:
    """The texts that a terminal takes from a sequence."""
    return [b64decode(text).decode() for text in re.findall(r"\x1b\]52;c;([^\a]*)\a", sequence)]


def unwrapped(sequence: str) -> str:
    """What GNU screen passes on."""
    return "".join(re.findall(r"\x1bP([^\\]*)\x1b\\", sequence))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


# The sequence


def test_a_terminal_gets_the_text_as_it_is() -> None:
    assert osc52("docker stop wéb") == "\x1b]52;c;ZG9ja2VyIHN0b3Agd8OpYg==\a"


def test_text_that_is_no_unicode_is_copied_as_far_as_it_is() -> None:
    assert told(osc52("a\ud800b")) == ["a?b"]


def test_tmux_gets_it_plain_and_wrapped() -> None:
    plain = osc52("web")
    assert osc52("web", "tmux") == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"


@pytest.mark.parametrize("size", [1, CHUNK, 3 * CHUNK, 60_000])
def test_screen_gets_pieces_that_it_can_hold(size: int) -> None:
    sequence = osc52("x" * size, "screen")
    assert told(unwrapped(sequence)) == ["x" * size]
    assert all(len(piece) <= CHUNK for piece in re.split(r"\x1bP|\x1b\\", sequence))


def test_a_short_one_goes_to_screen_plain_too_as_it_may_be_a_tmux() -> None:
    plain = osc52("web")
    assert osc52("web", "screen").startswith(plain)
    assert told(osc52("x" * CHUNK, "screen").partition("\x1bP")[0]) == []


# The way there


def test_copying_writes_the_sequence_and_has_nothing_to_say() -> None:
    written: list[str] = []
    assert Clipboard("screen").copy("web", written.append) == ""
    assert written == [osc52("web", "screen")]


def test_a_terminal_without_a_clipboard_is_not_written_to() -> None:
    written: list[str] = []
    assert Clipboard(exists=False).copy("web", written.append) == NONE
    assert written == []


def test_more_than_terminals_take_is_copied_with_a_warning() -> None:
    written: list[str] = []
    assert Clipboard().copy("x" * MOST, written.append) == ""
    assert "75 KB" in Clipboard().copy("é" * 37_500, written.append)
    assert told(written[1]) == ["é" * 37_500]


# tmux


@pytest.fixture
def fake_tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """Puts a tmux on the path that keeps what it gets and ends with a code."""

    def put(code: int) -> Path:
        program = tmp_path / "tmux"
        program.write_text(f'#!/bin/sh\n{{ echo "$*"; cat; }} > {tmp_path}/got\nexit {code}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return tmp_path / "got"

    return put


def test_tmux_itself_takes_the_text_and_nothing_is_written(fake_tmux: Callable[[int], Path]) -> None:
    got = fake_tmux(0)
    assert give_tmux("web\n")
    assert got.read_text() == "load-buffer -w -\nweb\n"
    written: list[str] = []
    got.unlink()
    assert Clipboard("tmux", tmux=True).copy("wéb", written.append) == ""
    until(lambda: got.exists() and got.read_text().endswith("wéb"))
    assert written == []


def test_a_tmux_that_does_not_know_how_gets_the_sequence(fake_tmux: Callable[[int], Path]) -> None:
    fake_tmux(1)
    written: list[str] = []
    Clipboard("tmux", tmux=True).copy("web", written.append)
    until(lambda: written == [osc52("web", "tmux")])


def test_without_a_tmux_program_the_sequence_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    written: list[str] = []
    Clipboard("tmux", tmux=True).copy("web", written.append)
    until(lambda: written == [osc52("web", "tmux")])


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real tmux of our own; its socket."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    socket = tmp_path / "tmux.sock"
    ours = ["tmux", "-S", str(socket), "-f", "/dev/null"]
    subprocess.run([*ours, "new-session", "-d", "sleep 60"], check=True)
    monkeypatch.setenv("TMUX", f"{socket},0,0")
    yield socket
    subprocess.run([*ours, "kill-server"], check=True)


def test_a_real_tmux_has_the_text_in_its_buffer(tmux: Path) -> None:
    assert give_tmux("wéb\nshop")
    shown = subprocess.run(["tmux", "-S", str(tmux), "show-buffer"], capture_output=True, check=True)
    assert shown.stdout.decode() == "wéb\nshop"
