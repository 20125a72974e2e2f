"""Colours that programs print (SGR escapes), read from a line of text; every other escape is taken out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from widgets.text import Shown, shown

LONGEST_LINE = 64 * 1024
"""Characters of one line that are kept; the rest is cut with an ellipsis."""

LONGEST_OVERWRITTEN = 4096
"""Characters before the last carriage return of a line that are looked at."""

ESCAPE_PICTURE = "\u241b"
"""What an ESC is shown as that begins no complete sequence."""

ROOM = (
    256  # characters that escape sequences may take in the beginning of a line, beside some for each letter
)
TAB = 8

# Only complete sequences match: what is left of a broken one stays visible, its ESC as a picture.
_TOKEN = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]+[0-~]"  # character sets and their like
    r"|\x1b[0-OQ-WYZ\\`-~]"  # two-character escapes
    r"|(?P<move>[\r\t])"
)
# Longer ones are not colours.
_SGR = re.compile(r"(?P<codes>[0-9;:]{0,64})m")

_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}
_PLAIN = Style.null()


class Painted(NamedTuple):
    """A line ready to paint: its text, and which characters of it (start, end) carry which style."""

    plain: Shown
    spans: tuple[tuple[int, int, Style], ...] = ()
    whole: bool = True
    """Whether this is all of the line, or only its beginning."""


def plain_text(raw: str) -> Shown:
    """The text alone of `parse(raw)`, several times faster."""
    if len(raw) > LONGEST_LINE or "\r" in raw or "\t" in raw:
        return parse(raw).plain
    return shown(_TOKEN.sub("", raw) if "\x1b" in raw else raw, LONGEST_LINE)


def parse(raw: str, enough: int = LONGEST_LINE) -> Painted:
    """Read one raw line as a terminal would show it, colours kept, everything else made harmless.

    Of a long line what comes after the first `enough` characters may be left out.

    Text after the last carriage return wins, tabs become spaces, complete escape sequences other than colours
    vanish, and what remains goes through `shown`. Hidden and blinking text is painted as ordinary text.
    """
    if len(raw) > LONGEST_LINE:
        raw = raw[: LONGEST_LINE - 1] + "…"
    if "\r" in raw:
        return _parse(_since_return(raw))
    if len(raw) > 4 * enough + ROOM:
        plain, spans, _ = _parse(raw[: 4 * enough + ROOM], enough)
        # where an escape sequence stays visible, it may only have been cut off
        if len(plain) > enough and ESCAPE_PICTURE not in plain[:enough]:
            return Painted(Shown(plain[:enough]), spans, False)
    return _parse(raw)


def _since_return(raw: str) -> str:
    """What is left of a long progress line: the colours of what was long overwritten do not matter."""
    kept = raw.rstrip("\r").rfind("\r") - LONGEST_OVERWRITTEN
    return raw[kept:] if kept > 0 else raw


def _parse(raw: str, enough: int | None = None) -> Painted:
    """All of a line, or of one without carriage returns a few more than its first `enough` characters."""
    if raw.isascii() and raw.isprintable():
        return Painted(Shown(raw))
    runs: list[tuple[str, Style]] = []
    style = _PLAIN
    column = position = length = 0
    returned = False
    tabs = "\t" in raw
    for match in _TOKEN.finditer(raw + "\r"):
        text = shown(raw[position : match.start()], LONGEST_LINE)
        position = match.end()
        tab = match["move"] == "\t"
        if returned and (text or tab):
            runs.clear()
            column = 0
            returned = False
        if tabs:
            column += cell_len(text)
        if tab:
            pad = TAB - column % TAB
            text = Shown(text + " " * pad)
            column += pad
        if text:
            runs.append((text, style))
            length += len(text)
            if enough is not None and length > enough:
                break
        if match["move"] == "\r":
            returned = True
        elif match["csi"] and (sgr := _SGR.fullmatch(match["csi"])):
            style = _after(style, sgr["codes"])
    return _join(runs)


def _join(runs: list[tuple[str, Style]]) -> Painted:
    spans = []
    end = 0
    for text, style in runs:
        start, end = end, end + len(text)
        if style:
            spans.append((start, end, style))
    plain = "".join(text for text, _ in runs)
    return Painted(shown(plain, LONGEST_LINE), tuple(spans))


@lru_cache(maxsize=1024)
def _after(style: Style, codes: str) -> Style:
    """The style in force after the SGR sequence `codes` (the text between CSI and m)."""
    fields = codes.split(";")
    while fields:
        field = fields.pop(0)
        code = _number(field.partition(":")[0])
        if code in (38, 48):
            color = _extended(field.split(":")[1:] if ":" in field else fields, ":" in field)
            if color is not None:
                style += Style(color=color) if code == 38 else Style(bgcolor=color)
        elif field == "4:0":
            style += Style(underline=False)
        elif code == 4 or ":" not in field:
            style = _with_code(style, code)
    return style


def _with_code(style: Style, code: int) -> Style:
    if code == 0:
        return _PLAIN
    if code in _ON:
        return style + Style.parse(_ON[code])
    if code in _OFF:
        return style + Style.parse(" ".join(f"not {name}" for name in _OFF[code]))
    if 30 <= code <= 37 or 90 <= code <= 97:
        return style + Style(color=Color.from_ansi(code - 30 if code < 90 else code - 82))
    if 40 <= code <= 47 or 100 <= code <= 107:
        return style + Style(bgcolor=Color.from_ansi(code - 40 if code < 100 else code - 92))
    if code in (39, 49):
        kept = style.without_color
        color, bgcolor = (None, style.bgcolor) if code == 39 else (style.color, None)
        return kept + Style(color=color, bgcolor=bgcolor)
    return style


def _extended(fields: list[str], colons: bool) -> Color | None:
    """Take an indexed or true colour from the front of `fields`; None when it is not one."""
    mode = _number(fields.pop(0)) if fields else -1
    if mode == 5 and fields:
        index = _number(fields.pop(0))
        return Color.from_ansi(index) if 0 <= index <= 255 else None
    if mode == 2 and len(fields) >= 3:
        # With colons a colour space, mostly empty, may stand before the three.
        if colons and len(fields) > 3:
            fields.pop(0)
        red, green, blue = (_number(fields.pop(0)) for _ in range(3))
        if all(0 <= part <= 255 for part in (red, green, blue)):
            return Color.from_rgb(red, green, blue)
    return None


def _number(field: str) -> int:
    if not field:
        return 0
    return int(field) if len(field) < 5 and field.isdigit() else -1
