"""The lines around a log: whose it is and where one is, what is left out, the docker line, the keys."""

from __future__ import annotations

from rich.cells import cell_len

from tui.screens.key_bar import LINE_SHARE, KeyBar
from tui.screens.logs_head import Place, docker_line, filters, head
from tui.screens.logs_keys import named
from tui.screens.logs_questions import Questions
from tui.screens.logs_reading import Reading
from tui.screens.logs_sources import Sources
from tui.screens.logs_view import ReadLog
from widgets.bar import Bar, Piece
from widgets.text import Shown, shown

WIDE = 110
"""Cells from which a docker line that is not long has room beside the keys."""


class LogBars:
    """Says of a log screen what there is to say."""

    def __init__(self) -> None:
        self.head = Bar(id="logs--head")
        self.filters = Bar(id="logs--filters")
        self.line = Bar(id="logs--line")
        self._named = named()
        self.keys = KeyBar(self._named)

    def show(
        self,
        log: ReadLog,
        sources: Sources,
        reading: Reading,
        questions: Questions,
        *,
        unfolded: bool,
        width: int,
    ) -> None:
        """Say it anew, in so many cells; `unfolded` is whether a line is."""
        first, last = log.position
        place = Place(
            *(log.lines_count, log.filtered_count, first, last),
            *(log.follow, log.older, log.newer, reading.asking, reading.behind),
        )
        self.head.show(*head(sources, place, _modes(log)))
        pieces = filters(questions.since_words, questions.keep, questions.drop, log.context)
        self.filters.show(pieces)
        self.filters.display = bool(pieces)
        stamps = ("--timestamps",) if log.times != "off" else ()
        follow = () if log.newer else ("--follow",)
        line = docker_line(sources, log.source, (*follow, *questions.flags, *stamps))
        words = Shown(f" {shown(line.masked())}")
        beside = width >= WIDE and cell_len(words) < width * LINE_SHARE
        self.keys.show_line(line.masked() if beside else "")
        self.line.show([Piece(words, "dim")])
        self.line.display = not beside
        keys = named(
            *(questions.sign, _back(log, questions, unfolded=unfolded)),
            searching=bool(questions.search),
            ranging=log.ranging,
        )
        if keys != self._named:
            self._named = keys
            self.keys.set_keys(keys)


def _back(log: ReadLog, questions: Questions, *, unfolded: bool) -> str:
    """What escape does in the log."""
    if unfolded:
        return "fold"
    if log.ranging:
        return "end the range"
    return "end the search" if questions.search else "back"


def _modes(log: ReadLog) -> list[str]:
    aside = log.scroll_offset.x
    words = [
        ("wrap", log.wrap),
        (f"from column {aside + 1}", aside > 0),
        (f"times {log.times}", log.times != "off"),
        ("raw", not log.fields),
    ]
    return [word for word, holds in words if holds]
