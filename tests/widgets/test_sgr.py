from __future__ import annotations

import pytest
from rich.color import Color
from rich.style import Style

from widgets.sgr import parse


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("31", "color(1)"), ("97", "color(15)"), ("44", "on color(4)"), ("103", "on color(11)"),
        ("38;5;100", "color(100)"), ("38:5:100", "color(100)"), ("48;2;9;8;7", "on #090807"),
        ("38:2:9:8:7", "#090807"), ("38:2::9:8:7", "#090807"), ("1;3;4", "bold italic underline"),
        ("4:3", "underline"), ("38;5;100;1", "bold color(100)"), ("31;39", None), ("31;0", None),
        ("8", None), ("5", None), ("38;5;999", None), ("38;5", None), ("38", None), ("999", None),
        ("99999999999999999999", None), ("?25", None), ("31;", None), (";".join(["1"] * 100), None),
    ],
)  # fmt: skip
def test_sgr_codes(codes: str, style: str | None) -> None:
    line = parse(f"\x1b[{codes}mx")
    assert line.plain == "x"
    assert [span[2] for span in line.spans] == ([] if style is None else [Style.parse(style)])


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("50%\r100%", "100%"), ("line\r", "line"), ("line\r\x1b[0m", "line"), ("a\r\rb\r", "b"), ("\r", ""),
        ("a\tb", "a       b"), ("日本\tb", "日本    b"), ("12345678\tb", "12345678        b"),
        ("x\ra\tb", "a       b"), ("a\x1b[2Kb", "ab"), ("a\x1b]0;title\x07b", "ab"),
        ("\x1b]8;;u\x1b\\link\x1b]8;;\x1b\\", "link"), ("a\x1b(Bb", "ab"), ("a\x1b7b", "ab"),
        ("a\x1b[31", "a␛[31"), ("a\x1b]0;b", "a␛]0;b"), ("a\x1b", "a␛"), ("\x07", "␇"),
        ("\x9b2J", "\ufffd2J"), ("\x1b[31mred\rback", "back"),
    ],
)  # fmt: skip
def test_what_a_terminal_would_show(raw: str, plain: str) -> None:
    assert parse(raw).plain == plain


def test_a_colour_set_before_a_carriage_return_goes_on() -> None:
    assert parse("\x1b[31mred\rback").spans == ((0, 4, Style(color=Color.from_ansi(1))),)
