"""One line of a log unfolded: when exactly it was written, by what, and all that it says."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.engine.log_times import NANO, rfc3339
from tui.panes.words import age
from tui.screens.logs_sources import Source, Sources
from widgets.facts import FactLine, Facts, Tone
from widgets.log_fields import fields_of
from widgets.log_view import LogText
from widgets.sgr import plain_text
from widgets.text import Shown, shown

STREAMS = {"out": "stdout", "err": "stderr"}
LONGEST_VALUE = 16_384
"""Characters of a line of a value that are shown."""
MOST_LINES = 500
"""Lines of a value that are shown."""
NOTHING = '""'
"""Stands for an empty text."""


class LineView(Facts):
    """The panel below a log; it has the fields of one line at a time."""

    DEFAULT_CSS = """
    LineView {
        height: auto;
        max-height: 40%;
        min-height: 4;
        border-top: solid $panel;
        background: $surface;
        display: none;
        &.-open { display: block; }
    }
    """

    @property
    def is_open(self) -> bool:
        """Whether it can be seen."""
        return self.has_class("-open")

    def toggle(self) -> None:
        """Open or close it."""
        self.toggle_class("-open")

    def show_line(self, line: LogText | None, sources: Sources, now: float) -> None:
        """Show another line; `now` is in epoch seconds."""
        source = sources[line.source] if line is not None and line.source >= 0 else None
        self.show(line_facts(line, source, now) if line is not None else [], line)
        self.styles.height = self.virtual_size.height + 1


def line_facts(line: LogText, source: Source | None, now: float) -> list[FactLine]:
    """All there is to say of a line; `source` is None for what no container wrote."""
    facts = _when(line.at, now) if line.at else []
    if source is not None:
        stream = f", {STREAMS[line.tone]}" if line.tone in STREAMS else ""
        tone = Tone.BAD if line.tone == "err" else Tone.ACCENT
        facts.append(FactLine(Shown("container"), shown(f"{source.model.name}{stream}"), tone))
    fields = fields_of(line.text)
    if not fields:
        return [*facts, *_value("text", plain_text(line.text))]
    return [*facts, *(fact for name, value in fields for fact in _value(name, value))]


def _value(name: str, value: str) -> list[FactLine]:
    """A field; each line of its value on its own, as in a stack trace."""
    first, *more = value.split("\n")[:MOST_LINES]
    label = shown(name) or Shown(NOTHING)
    facts = [FactLine(label, shown(first, LONGEST_VALUE) or Shown(NOTHING))]
    return facts + [FactLine(Shown(""), shown(part, LONGEST_VALUE) or Shown(" ")) for part in more]


def _when(at: int, now: float) -> list[FactLine]:
    local = datetime.fromtimestamp(at // NANO, UTC).astimezone()
    written = f"{local:%Y-%m-%d %H:%M:%S}.{at % NANO:09} {local:%Z} ({age(now - at / NANO)} ago)"
    return [FactLine(Shown("written"), shown(written)), FactLine(Shown("UTC"), shown(rfc3339(at)))]
