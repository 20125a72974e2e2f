"""The screen of a log view: paints the rows in view, behind a gutter that tells the streams apart."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.cache import LRUCache
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.log_body import Body, body
from widgets.log_kept import LogText
from widgets.log_lines import GAP, LogLines
from widgets.log_names import Names
from widgets.log_search import LogSearch
from widgets.log_styles import STYLES, TONES
from widgets.log_times import WIDTHS, Times, words
from widgets.wrapping import breaks

GUTTER = 2
GLYPHS = {"out": " ", "err": "┃", "note": "·", "rule": "─"}
CURSOR, SELECTED = "▸", "•"
LEAST_TEXT = 16
"""Cells that times and names leave to the text; else they are not shown."""

Span = tuple[int, int, Style]

_EDGE = 256  # characters beyond what is in view that a match may begin or end in
_CHUNK = 256


class LogCanvas(ScrollView):
    """Paints lines as they are laid out, and marks what a search found."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {f"log-view--{tone}" for tone in TONES}
    DEFAULT_CSS = STYLES

    def __init__(
        self,
        lines: LogLines,
        *,
        clock: Callable[[], float] = time.time,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """`clock` tells the seconds since the epoch."""
        super().__init__(id=id, classes=classes)
        self._lines = lines
        self._clock = clock
        self._search = LogSearch(lines)
        self._names = Names()
        self._times: Times = "off"
        self._view = Size()
        self._bodies: LRUCache[int, tuple[Body, list[int]]] = LRUCache(128)
        self._painted: LRUCache[tuple[int, int, int], Strip] = LRUCache(512)
        self._aged: dict[int, str] = {}
        self._widest = 0
        # The cursor's line, and the lines selected; of the cursor more than the gutter only when it is lit.
        self._pointed: int | None = None
        self._lit = False
        self._range: tuple[int, int] | None = None

    @property
    def _prefix(self) -> tuple[int, int]:
        """Cells of the time and of the name before each line, the space after them included."""
        left = self._view.width - GUTTER - LEAST_TEXT
        when, name = (width + 1 if width else 0 for width in (WIDTHS[self._times], self._names.width))
        if when + name > left:
            when = 0
        return when, (name if name <= left else 0)

    @property
    def _text_width(self) -> int:
        return max(2, self._view.width - GUTTER - sum(self._prefix))

    def render_line(self, y: int) -> Strip:
        width = self._view.width
        row = self.scroll_offset.y + y
        if row >= self._lines.rows:
            return Strip.blank(width, self._style("out"))
        number, part = self._lines.at(row)
        if part == GAP:
            return self._across(" ⋯", "gap")
        line = self._lines[number]
        if line.tone == "rule":
            strip = self._rule(number, line)
        else:
            text = self._text(number, part)
            cells = GUTTER + sum(self._prefix) + text.cell_length
            rest = Segment(" " * (width - cells), self._style("out"))
            # put together in one go: a strip is dear
            segments = [*self._gutter(number, line.tone), *self._before(y, line, part), *text, rest]
            strip = Strip(segments, max(cells, width)).crop(0, width)
        return self._highlit(strip, number)

    # what stands before the text

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"log-view--{tone}")

    def _mark(self, number: int) -> str:
        if number == self._pointed and self.has_focus:
            return CURSOR
        return SELECTED if self._is_selected(number) else ""

    def _gutter(self, number: int, tone: str) -> tuple[Segment, Segment]:
        glyph, mark = Segment(GLYPHS[tone], self._style(f"{tone}-glyph")), self._mark(number)
        return glyph, Segment(mark, self._style("mark")) if mark else Segment(" ", self._style(tone))

    def _before(self, y: int, line: LogText, part: int) -> list[Segment]:
        when, name = self._prefix
        if not when and not name:
            return []
        if part:
            return [Segment(" " * (when + name), self._style("out"))]
        segments = []
        if when:
            text = words(line.at, self._times, self._clock())
            self._aged[y] = text
            segments.append(Segment(f"{text} ", self._style("time")))
        if name:
            text, tone = self._names.of(line.source)
            segments.append(Segment(f"{text} ", self._style(tone)))
        return segments

    # rows across the whole width

    def _across(self, text: str, tone: str) -> Strip:
        style = self._style(tone)
        return Strip([Segment(text, style)]).adjust_cell_length(self._view.width, style)

    def _rule(self, number: int, line: LogText) -> Strip:
        width, style = self._view.width, self._style("rule")
        found, _ = self._body(number, line, width)
        text = Text(found.plain, end="")
        text.truncate(max(0, width - 3 * GUTTER), overflow="ellipsis")
        said = f" {text.plain} " if text.plain else ""
        mark = self._mark(number) or "─"
        line_after = "─" * (width - GUTTER - cell_len(said))
        return Strip([Segment("─", style), Segment(mark, style), Segment(said + line_after, style)], width)

    # text

    def _body(self, number: int, line: LogText, enough: int) -> tuple[Body, list[int]]:
        """What is seen of a line, and where its later rows start when it is wrapped."""
        known = self._bodies.get(number)
        if known is None or not (known[0].whole or len(known[0].plain) >= enough):
            found = body(line, self._lines.fields, enough)
            wrapped = self._lines.width and line.tone != "rule"
            known = self._bodies[number] = (found, breaks(found.plain, self._lines.width) if wrapped else [])
        return known

    def _text(self, number: int, part: int) -> Strip:
        left, width = (0 if self._lines.width else self.scroll_offset.x), self._text_width
        strip = self._painted.get((number, part, left))
        if strip is None:
            strip = self._row(number, part) if self._lines.width else self._window(number, left, width)
            self._painted[number, part, left] = strip
        return strip

    def _row(self, number: int, part: int) -> Strip:
        """One row of a wrapped line."""
        found, starts = self._body(number, self._lines[number], len(self._lines[number].text))
        bounds = [0, *starts, len(found.plain)]
        if part + 1 >= len(bounds):
            return Strip([], 0)
        return self._piece(number, found, bounds[part], bounds[part + 1])

    def _window(self, number: int, left: int, width: int) -> Strip:
        """What is in view of an unwrapped line; only that is styled, however long the line is."""
        # by doubles, so that a line is not read again at each step to the side
        enough = 1 << (left + 2 * width).bit_length()
        found, _ = self._body(number, self._lines[number], enough)
        plain = found.plain
        start, skipped = (min(left, len(plain)), 0) if plain.isascii() else _skip(plain, left)
        end = start + width + skipped
        if not plain.isascii():
            while end < len(plain) and cell_len(plain[start:end]) < width + skipped:
                end += width
        # how far to the side it goes is found out on the way there
        reach = min(left - skipped + cell_len(plain[start : end + width]), left + 2 * width)
        if reach > self._widest:
            self._widest = reach
            self.call_later(self._widen)
        return self._piece(number, found, start, min(end, len(plain))).crop(skipped, skipped + width)

    def _piece(self, number: int, found: Body, start: int, end: int) -> Strip:
        """Some of the characters of a line, styled."""
        base = self._style(self._lines[number].tone)
        first, last = (bisect_left(found.spans, (edge,)) for edge in (start, end))
        styles = [
            (max(start, at), min(end, stop), self._tint(style) if isinstance(style, str) else style)
            for at, stop, style in found.spans[max(0, first - 1) : last]
            if stop > start
        ]
        if self._search.pattern is not None:
            light = self._style("match-current" if number == self._search.current else "match")
            matches = self._search.pattern.finditer(found.plain, max(0, start - _EDGE), end + _EDGE)
            spans = [match.span() for match in matches]
            lit = [(max(start, at), min(end, stop), light) for at, stop in spans if at < end and stop > start]
            styles = list(_over(styles, lit)) if lit else styles
        segments: list[Segment] = []
        for at, stop, style in styles:
            if at > start:
                segments.append(Segment(found.plain[start:at], base))
            segments.append(Segment(found.plain[at:stop], base + style))
            start = stop
        if start < end:
            segments.append(Segment(found.plain[start:end], base))
        return Strip(segments)

    def _tint(self, tone: str) -> Style:
        return self.get_component_rich_style(f"log-view--{tone}", partial=True)

    def _widen(self) -> None:
        if not self._lines.width:
            self.virtual_size = Size(self._full_width, self.virtual_size.height)

    @property
    def _full_width(self) -> int:
        return self._widest + GUTTER + sum(self._prefix)

    # the cursor and the range

    def _is_selected(self, number: int) -> bool:
        return self._range is not None and self._range[0] <= number <= self._range[1]

    def _highlit(self, strip: Strip, number: int) -> Strip:
        if self._lit and number == self._pointed and self.has_focus:
            tone = "cursor"
        elif self._is_selected(number):
            tone = "selected"
        else:
            return strip
        light, ground = self._tint(tone), self._style("out").bgcolor
        return Strip(
            [
                Segment(text, style + light if style and style.bgcolor == ground else style)
                for text, style, _ in strip
            ],
            strip.cell_length,
        )

    def watch_show_vertical_scrollbar(self) -> None:
        # A scrollbar that has just come does not know how far the view is scrolled.
        self.vertical_scrollbar.position = self.scroll_y

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Nothing is styled anew: no style of a log depends on it, and its component classes are many."""

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painted.clear()


def _over(spans: Iterable[Span], upper: Sequence[Span]) -> Iterator[Span]:
    """Styles with others laid over them; each of both in order and apart from the next."""
    below = sorted({edge for at, stop, _ in (*spans, *upper) for edge in (at, stop)})
    under, over = deque(spans), deque(upper)
    for at, stop in pairwise(below):
        style = Style.null()
        for layer in (under, over):
            while layer and layer[0][1] <= at:
                layer.popleft()
            if layer and layer[0][0] <= at:
                style += layer[0][2]
        yield at, stop, style


def _skip(text: str, cells: int) -> tuple[int, int]:
    """The character that stands at or just before a cell, nearly, and the cell where it does."""
    at = index = 0
    while index < len(text):
        chunk = cell_len(text[index : index + _CHUNK])
        if at + chunk > cells:
            break
        at += chunk
        index += _CHUNK
    return index, at
