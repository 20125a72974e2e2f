"""Words for what a container uses."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.figures import Figure
from tui.panes.words import memory, size
from widgets.bar import Piece
from widgets.text import shown

SPANS = (60.0, 120.0, 300.0, 900.0)
"""What charts can reach back, in seconds."""


def span_of(times: Sequence[float], now: float) -> float:
    """The shortest span that reaches back to the first of these times, or else the longest."""
    age = now - times[0] if times else 0.0
    return next((span for span in SPANS if span >= age), SPANS[-1])


def percent(value: float) -> str:
    """Percent in words: "0.5 %", "35 %", "1,250 %"."""
    return f"{value:,.0f} %" if value >= 9.95 or value == int(value) else f"{value:.1f} %"


def bytes_in_use(value: float) -> str:
    """Bytes of memory in units of 1024: "64 MiB"."""
    return memory(round(value))


def rate(value: float) -> str:
    """Bytes a second in units of 1000: "1.98MB/s"."""
    return f"{size(round(value))}/s"


def count(value: float) -> str:
    """A whole number: "1,200"."""
    return f"{value:,.0f}"


def totals(figure: Figure) -> list[Piece]:
    """A reading as `docker stats` prints it, the least important pieces the heaviest."""
    limit = figure.memory_limit
    used = memory(figure.memory)
    if limit:
        used += f" / {memory(limit)} {100 * figure.memory / limit:.2f}%"
    cpu = "–" if figure.cpu is None else f"{figure.cpu:.2f}%"
    columns = (
        ("CPU", cpu, 5),
        ("MEM", used, 4),
        ("NET I/O", f"{size(figure.received)} / {size(figure.sent)}", 1),
        ("BLOCK I/O", f"{size(figure.read)} / {size(figure.written)}", 2),
        ("PIDS", f"{figure.pids:,}", 0),
    )
    pieces = []
    for group, (title, value, weight) in enumerate(columns, 1):
        pieces.append(Piece(shown(f" {title} "), "dim", weight=weight, group=group))
        pieces.append(Piece(shown(f"{value} "), "plain", weight=weight, group=group))
    return pieces
