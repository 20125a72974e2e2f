"""What the top of a log screen says: whose log it is, where in it one is, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tui.engine.lines import DockerLine, docker
from tui.panes.words import counted
from tui.screens.bars import demo_pieces, short_name
from tui.screens.logs_sources import LIVE, Source, Sources
from widgets.bar import Piece
from widgets.text import Shown, shown


class Place(NamedTuple):
    """Where in a log one is."""

    kept: int = 0
    """Lines that are kept."""
    among: int = 0
    """Those of them that the filters show."""
    first: int = 0
    """The first line in view, counted among those shown; 0 when there is none."""
    last: int = 0
    follow: bool = True
    older: bool = False
    """Whether there are lines before those that are kept."""
    newer: bool = False
    """Whether there are lines after those that are kept."""
    asking: bool = False
    """Whether older lines are on their way."""
    behind: bool = False
    """Whether the end has not been reached yet."""


def where(place: Place, sources: Sources) -> tuple[str, str]:
    """Where one is, in words, and their tone."""
    if place.asking:
        return "reading older lines …", "accent"
    if not place.follow:
        if place.kept and not place.among:
            sides = (word for word, more in (("before", place.older), ("after", place.newer)) if more)
            words = " and ".join(sides)
            return (f"none shown here, more {words}" if words else "none shown"), "warn"
        more = "+" if place.newer else ""
        lines = f"{place.first:,}–{place.last:,} of {place.among:,}{more}"
        top = place.first <= 1 and not place.older
        return (f"at the beginning, {lines}" if top else f"paused at {lines}"), "warn"
    if place.behind:
        return "reading on …", "accent"
    if sources.reading:
        return "following", "good"
    return "at the end", "plain"


def head(sources: Sources, place: Place, modes: Sequence[str]) -> tuple[list[Piece], list[Piece]]:
    """The first line: whose log, how they are, how many lines; and where in them one is."""
    left = [*demo_pieces(sources[0].engine.endpoint), *_whose(sources)]
    count = counted(place.kept, "line") if place.kept else "no lines"
    if place.among != place.kept:
        count = f"{place.among:,} of {count}"
    left.append(Piece(shown(f" {count} "), "dim", weight=2))
    right = _unanswered(sources)
    if not right or place.asking or not place.follow:
        words, tone = where(place, sources)
        right.append(Piece(shown(f" {words} "), tone, weight=1))
    right += [Piece(shown(f" {mode} "), "dim", weight=4) for mode in modes]
    return left, right


def _unanswered(sources: Sources) -> list[Piece]:
    """Which Engines hold back what a log may have to say: nothing is known of its end."""
    silent = sources.silent
    if not silent:
        return []
    name = short_name(silent[0].endpoint) if len(sources.engines) > 1 else "the Engine"
    others = f" +{len(silent) - 1}" if len(silent) > 1 else ""
    return [Piece(shown(f" ◌ no answer from {name}{others} "), "bad")]


def _whose(sources: Sources) -> list[Piece]:
    if len(sources) == 1 and not sources.project:
        glyph, words, tone = sources[0].words
        return [
            Piece(Shown(f" {shown(sources[0].model.name)} "), "accent"),
            Piece(shown(f" {glyph} {words} "), tone),
        ]
    seen = [source for source in sources.all if not source.hidden]
    count = counted(len(sources), "container")
    if len(seen) < len(sources):
        count = f"{len(seen)} of {count}"
    name = [Piece(shown(f" project {sources.project} "), "accent")] if sources.project else []
    return [*name, Piece(shown(f" {count} "), "plain" if name else "accent", weight=3), *_states(sources.all)]


def _states(sources: Sequence[Source]) -> list[Piece]:
    counts = Counter(_short(source) for source in sources)
    return [
        Piece(shown(f" {glyph} {count} {word} "), tone, weight=3)
        for (glyph, word, tone), count in counts.most_common()
    ]


def _short(source: Source) -> tuple[str, str, str]:
    """Glyph, one word and tone of a state."""
    glyph, words, tone = source.words
    if source.trouble or source.state in LIVE or source.exit_code is None:
        return glyph, words, tone
    return glyph, "ended", "warn" if source.exit_code else tone


def filters(since: str, keep: str, drop: str, context: int) -> list[Piece]:
    """The second line, which is there when it says something: from when on, and what is left out."""
    pieces = []
    if since:
        pieces.append(Piece(shown(f" {since} "), "accent", "ask('since')"))
    if keep:
        pieces.append(Piece(shown(f" & {keep} "), "good", "ask('keep')"))
    if drop:
        pieces.append(Piece(shown(f" ! {drop} "), "warn", "ask('drop')"))
    if context and keep:
        pieces.append(Piece(shown(f" {counted(context, 'line')} of context "), "dim", "context"))
    return pieces


def docker_line(sources: Sources, current: int, flags: Sequence[str]) -> DockerLine:
    """The line that shows the same; of several logs that of the container `current`, or of a project."""
    source = sources[current]
    if not sources.project:
        return docker("logs", *flags, source.model.name).at(source.engine.endpoint)
    seen = [each.model for each in sources.all if not each.hidden]
    services = dict.fromkeys(model.service for model in seen) if len(seen) < len(sources) else ()
    line = docker("compose", "-p", sources.project, "logs", *flags, *filter(None, services))
    return line.at(source.engine.endpoint)
