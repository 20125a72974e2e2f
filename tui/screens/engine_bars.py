"""What the bars of the Engine pane say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.engine.engine import Engine
from tui.screens.bars import LAMPS, demo_pieces, short_name
from widgets.bar import Piece, trimmed
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.engine.about import About


def head_pieces(engine: Engine, about: About | None, *, prod: bool) -> Sequence[Piece]:
    """Which Engine it is, how the line to it is, and whether it warns of something."""
    endpoint, link = engine.endpoint, engine.link
    glyph, word, tone = LAMPS[link.state]
    pieces = [*demo_pieces(endpoint), Piece(Shown(" Engine "), "accent"), Piece(shown(f" {glyph} "), tone)]
    pieces.append(Piece(short_name(endpoint), tone))
    if prod:
        pieces.append(Piece(Shown(" PROD "), "loud"))
    if endpoint.read_only:
        pieces.append(Piece(Shown(" read-only "), "warn"))
    if word:
        pieces.append(Piece(shown(f" {word} "), tone))
    if about is not None and about.release is not None:
        words = f"  {about.release.version} · API {about.release.api} "
        pieces.append(Piece(shown(words), "dim", weight=2))
    if about is not None and about.host is not None and (count := len(about.host.warnings)):
        pieces.append(Piece(shown(f" ⚠ {count} warning{'' if count == 1 else 's'} "), "warn", weight=1))
    return pieces


def line_pieces(line: str, beyond: Sequence[str], width: int) -> Sequence[Piece]:
    """The docker line, and what it does not say because docker has no words for it.

    Each is cut where both do not fit into so many cells, the second to half of them.
    """
    if not line:
        return []
    aside = trimmed(shown(f"· only in Wharf: {', '.join(beyond)} "), width // 2) if beyond else Shown("")
    return [Piece(trimmed(shown(f" {line} "), width - cell_len(aside)), "dim"), Piece(aside, "dim")]


def tab_pieces(words: Sequence[Shown], current: int) -> Sequence[Piece]:
    """The sections; a click names `section-` and the number."""
    pieces = []
    for number, word in enumerate(words):
        tone = "current" if number == current else "plain"
        pieces += [Piece(Shown(f" {word} "), tone, f"section-{number}"), Piece(Shown(" "))]
    return pieces
