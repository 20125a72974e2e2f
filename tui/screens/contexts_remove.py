"""The dialog that asks before a context is removed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from tui.engine.lines import docker
from tui.screens.contexts_places import Place
from tui.screens.plan_parts import Clock
from tui.screens.rows import Ink, Layout, paragraph, stacked, text_layout, whole
from tui.screens.sure import Sure
from widgets.text import shown

INDENT = 2
"""Cells by which the files stand in."""


class RemoveContext(Sure):
    """Says which files go and what happens to a connection; ends in whether to remove the context."""

    def __init__(self, place: Place, files: Sequence[Path], *, clock: Clock = time.monotonic) -> None:
        line = docker("context", "rm", place.name).masked()
        super().__init__(f"Remove the context {place.name}?", _said(place, files), line, clock=clock)


def _said(place: Place, files: Sequence[Path]) -> Layout:
    parts = [text_layout(whole(f"endpoint {place.context.url if place.context else ''}"), Ink.STRONG)]
    if place.engine is not None:
        words = "Wharf is connected to it, and disconnects first. What runs there goes on."
        parts.append(text_layout(shown(words), Ink.WARN))
    parts.append(text_layout(shown("These files are deleted; the Engine itself is not touched:")))
    parts += [_indented(str(path)) for path in files]
    if any(path.name == "key.pem" for path in files):
        words = "The key is deleted with it: keep a copy if this is the only one."
        parts.append(text_layout(shown(words), Ink.WARN))
    return stacked(parts)


def _indented(text: str) -> Layout:
    return lambda width: paragraph(whole(text), width, indent=INDENT)
