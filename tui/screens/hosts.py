"""What the header says where several Engines are shown side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.engine.link import LinkState
from tui.engine.scope import Scope
from tui.screens.bars import LAMPS, job_pieces, short_name
from widgets.bar import Piece
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.settings import Settings

LONGEST_NAME = 20
"""Cells that a host's name takes, as in the column of hosts."""

TROUBLED, TITLE, PRODUCTION, WORDS, ASIDE, WELL = 100, 200, 300, 400, 500, 600
"""Where there is little room the hosts that are well are left out first, and the troubled ones last."""


def hosts_pieces(scope: Scope, settings: Settings) -> tuple[list[Piece], list[Piece]]:
    """Each Engine with its lamp, those that are well only where there is room; what is under way."""
    engines = scope.engines
    left = [
        Piece(Shown(" wharf "), "accent", weight=TITLE),
        Piece(shown(f" all hosts {len(engines)} "), "plain", "app.contexts"),
    ]
    for place, engine in enumerate(engines, 1):
        glyph, word, tone = LAMPS[engine.link.state]
        marked = settings.marked(engine.endpoint)
        weight = place + (TROUBLED if word else PRODUCTION if marked.prod else WELL)
        color = f"host-{marked.color}" if marked.color else tone
        name = short_name(engine.endpoint, LONGEST_NAME)
        left.append(Piece(shown(f" {glyph} "), tone, "app.contexts", weight, place))
        left.append(Piece(name, color, "app.contexts", weight, place))
        if marked.prod:
            left.append(Piece(Shown(" PROD"), "warn", "", weight, place))
        if word:
            left.append(Piece(shown(f" {word}"), tone, "", place + WORDS))
    if any(engine.link.state is LinkState.DOWN for engine in engines):
        left.append(Piece(Shown(" · ctrl-r"), "bad", "retry", ASIDE))
    return left, [*job_pieces(scope.running), Piece(Shown(" ? help "), "dim", "help", weight=ASIDE)]
