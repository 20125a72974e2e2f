"""What the header says where several Engines are shown side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.engine.scope import Scope
from tui.screens.bars import LAMPS, job_pieces
from widgets.bar import Piece
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.settings import Settings


def hosts_pieces(scope: Scope, settings: Settings) -> tuple[list[Piece], list[Piece]]:
    """Each Engine with its lamp, the last ones left out where there is no room; what is under way."""
    left = [Piece(Shown(" wharf "), "accent"), Piece(Shown(" all hosts "), "plain", "app.contexts")]
    for place, engine in enumerate(scope.engines, 2):
        glyph, word, tone = LAMPS[engine.link.state]
        marked = settings.marked(engine.endpoint)
        name = engine.endpoint.name.removeprefix("unix://")
        left.append(Piece(shown(f" {glyph} {name}"), tone, "app.contexts", place, place))
        if marked.prod:
            left.append(Piece(Shown(" PROD"), "warn", "", place, place))
        if word:
            left.append(Piece(shown(f" {word}"), tone, "", place, place))
    return left, [*job_pieces(scope.running), Piece(Shown(" ? help "), "dim", "help", weight=1)]
