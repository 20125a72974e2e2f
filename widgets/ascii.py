"""Only ASCII, where a terminal has nothing else: for each glyph a stand-in of the same width."""

from __future__ import annotations

import sys
from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_STAND_INS = {
    # states
    "●": "*",
    "○": "o",
    "◌": "~",
    "◇": "o",
    "◐": "o",
    "✗": "x",
    "✓": "+",
    "♥": "+",
    "‖": "=",
    "⚠": "!",
    # arrows and signs
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
    "▸": ">",
    "▾": "v",
    "◂": "<",
    "▶": ">",
    "▼": "v",
    "▲": "^",
    "◀": "<",
    "⏎": "<",
    "🔎": "/ ",
    "›": ">",
    "❯": ">",
    "➜": ">",
    # letters' company
    "·": "-",
    "•": "*",
    "…": "~",
    "⋯": "~",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "×": "x",
    "µ": "u",
    "μ": "u",
    "\xa0": " ",
    # bars
    "▌": ">",
    "░": ".",
    "▒": ":",
    "▓": "#",
    "▀": "-",
    "▁": "_",
    "▂": ".",
    "▃": "-",
    "▄": "=",
    "▅": "+",
    "▆": "*",
    "▇": "%",
    "▔": "-",
    "▎": "|",
    "▏": "|",
    "▕": "|",
    "▊": "|",
}
"""What stands for each glyph that Wharf and Textual paint."""

_HORIZONTAL = "─━┄┅┈┉╌╍═╴╶╸╺╼╾"
_VERTICAL = "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"


def _table() -> dict[int, str]:
    boxes = dict.fromkeys(range(0x2500, 0x2580), "+")
    blocks = dict.fromkeys(range(0x2580, 0x25A0), "#")
    braille = dict.fromkeys(range(0x2800, 0x2900), "*")
    lines = {ord(glyph): "-" for glyph in _HORIZONTAL} | {ord(glyph): "|" for glyph in _VERTICAL}
    # what `shown` puts in the place of harmful letters
    pictures = dict.fromkeys((*range(0x2400, 0x2422), 0xFFFD), "?")
    own = {ord(glyph): stand_in for glyph, stand_in in _STAND_INS.items()}
    return boxes | blocks | braille | lines | pictures | own


_TABLE = _table()


def output_encoding() -> str:
    """How text that is painted becomes bytes: the encoding of standard error, on which Textual paints."""
    stream = sys.__stderr__
    return stream.encoding if stream is not None else "utf-8"


class Ascii(LineFilter):
    """Paints the glyphs of the house as ASCII; other letters stay, unless the encoding has none for them."""

    def __init__(self, encoding: str = "utf-8") -> None:
        """`encoding` is the terminal's."""
        super().__init__()
        self._encoding = encoding
        self._words = lru_cache(4096)(self._stand_in)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(self._words(segment.text), *segment[1:])
            for segment in segments
        ]

    def _stand_in(self, text: str) -> str:
        text = text.translate(_TABLE)
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return "".join(self._letter(letter) for letter in text)
        return text

    def _letter(self, letter: str) -> str:
        try:
            letter.encode(self._encoding)
        except UnicodeEncodeError:
            return "?" * get_character_cell_size(letter)
        return letter
