"""The one gate between strings from outside and the screen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    import re

Shown = NewType("Shown", str)
"""A string that may be painted: one line, without control characters, and never read as markup."""

LONGEST = 2000
"""Characters of one value that the screen ever needs; the rest is cut with an ellipsis."""

# C0 and DEL have pictures of their own; C1, bidi controls, zero-width and invisible characters,
# line separators, lone surrogates and private tags become the replacement character.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_HARMFUL = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def shown(raw: str, longest: int = LONGEST) -> Shown:
    """Make any string safe to paint on one line.

    Control characters become visible pictures, anything that could reorder or hide text becomes U+FFFD,
    and what is longer than `longest` characters ends in an ellipsis.
    """
    if len(raw) > longest:
        raw = raw[: longest - 1] + "…"
    if raw.isascii() and raw.isprintable():
        return Shown(raw)
    return Shown(_harmful().sub(_replacement, raw))


@cache
def _harmful() -> re.Pattern[str]:
    import re  # compiled when first needed: most of what is shown is plain ASCII

    return re.compile(_HARMFUL)


def _replacement(match: re.Match[str]) -> str:
    return _PICTURES.get(ord(match.group()), "\ufffd")
