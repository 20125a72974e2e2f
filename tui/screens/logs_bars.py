"""The lines around a log: whose it is and where one is, what is left out, the docker line, the keys."""

from __future__ import annotations

from tui.engine.log_times import WHOLE
from tui.screens.key_bar import KeyBar
from tui.screens.logs_head import Place, docker_line, filters, head
from tui.screens.logs_keys import KEYS, SEARCHING
from tui.screens.logs_questions import Questions
from tui.screens.logs_reading import Reading
from tui.screens.logs_sources import Sources
from tui.screens.logs_view import ReadLog
from widgets.bar import Bar, Piece
from widgets.text import Shown, shown

WIDE = 110
"""Cells from which the docker line has room beside the keys."""


class LogBars:
    """Says of a log screen what there is to say."""

    def __init__(self) -> None:
        self.head = Bar(id="logs--head")
        self.filters = Bar(id="logs--filters")
        self.line = Bar(id="logs--line")
        self.keys = KeyBar(_keys(searching=False))
        self._searching = False

    def show(
        self,
        log: ReadLog,
        sources: Sources,
        reading: Reading,
        questions: Questions,
        *,
        width: int,
    ) -> None:
        """Say it anew, in so many cells."""
        first, last = log.position
        place = Place(
            *(log.lines_count, log.filtered_count, first, last),
            *(log.follow, log.older, log.newer, reading.asking, reading.behind),
        )
        self.head.show(*head(sources, place, _modes(log)))
        pieces = filters(questions.since, questions.keep, questions.drop, log.context)
        self.filters.show(pieces)
        self.filters.display = bool(pieces)
        since = questions.since if log.older or questions.since.words else WHOLE
        line = docker_line(sources, log.source, since, stamps=log.times != "off").masked()
        self.keys.show_line(line if width >= WIDE else "")
        self.line.show([Piece(Shown(f" {shown(line)}"), "dim")])
        self.line.display = width < WIDE
        if self._searching != bool(questions.search):
            self._searching = bool(questions.search)
            self.keys.set_keys(_keys(searching=self._searching))


def _keys(*, searching: bool) -> list[tuple[str, str]]:
    return [key for key in KEYS if searching or key[0] not in SEARCHING]


def _modes(log: ReadLog) -> list[str]:
    words = [("wrap", log.wrap), (f"times {log.times}", log.times != "off"), ("raw", not log.fields)]
    return [word for word, holds in words if holds]
