"""The places of the contexts screen as rows of its table, and what is said of one below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui.engine.diagnosis import diagnose
from tui.engine.errors import EngineError, Refused
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.panes.colored import host_tone
from tui.panes.words import counted
from tui.screens.contexts_places import Place, Told
from tui.screens.rows import Ink, Layout, stacked, text_layout, whole
from tui.settings import Marked
from widgets.bar import Piece
from widgets.table import Cell, Column, Tone
from widgets.text import LONGEST, Shown, shown

if TYPE_CHECKING:
    from tui.engine.engine import Engine

ALL = "all"
"""Key of the row that stands for all connected Engines."""

COLUMNS = (
    Column("name", Shown("NAME"), least=9, most=24),
    Column("state", Shown("STATE"), least=15, most=40, grows=True),
    Column("version", Shown("VERSION"), least=7, most=12, priority=1),
    Column("latency", Shown("LATENCY"), least=7, most=9, priority=2, right=True),
    Column("containers", Shown("CONTAINERS"), least=10, most=12, priority=3, right=True),
    Column("images", Shown("IMAGES"), least=6, most=8, priority=4, right=True),
    Column("endpoint", Shown("ENDPOINT"), least=20, most=60, priority=5, grows=True),
    Column("notes", Shown("NOTES"), least=14, most=36, grows=True),
)
"""Where it is narrow the endpoint goes first: it stands below the table too."""

BY_CONTEXT = ("--context", "DOCKER_CONTEXT", "config.json", "chosen")
"""Sources of an endpoint that name a docker context."""

PLAIN = "Plain tcp: whoever is on the way can read and change all that is said."
UNVERIFIED = "TLS without verifying: anyone on the way can pose as this Engine."
NOT_ASKED = "In this list ssh asks nothing: enter connects, and lets it ask you."

_ASKS = ("permission denied (", "host key verification failed")
_CHANGED = "identification has changed"
"""Words of ssh when it was let ask nothing, and of a failure in which an answer would change nothing."""
_SSL = re.compile(r"^\[SSL[^\]]*\] ")
"""What Python puts before the words of OpenSSL."""
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z])")


def head_pieces(
    places: Iterable[Place], engines: Iterable[Engine], override: str
) -> tuple[list[Piece], list[Piece]]:
    """How many contexts there are, how many Engines answer, and which variable `override`s the choice."""
    count = sum(place.context is not None for place in places)
    named = f" {counted(count, 'context')} · {connected(engines)} connected "
    left = [Piece(Shown(" Contexts "), "accent"), Piece(shown(named))]
    if override:
        words = f" {override} is set: docker context use has no effect here "
        left.append(Piece(shown(words), "warn", weight=1))
    return left, [Piece(Shown(" ? help "), "dim", "help")]


def place_cells(place: Place, told: Told, marked: Marked, *, in_view: bool) -> Sequence[Cell]:
    """One row of the table."""
    tone = Tone.ACCENT if in_view else Tone.PLAIN
    if marked.color:
        tone = host_tone(marked.color)
    endpoint = place.endpoint
    url = endpoint.url if endpoint else place.context.url if place.context else ""
    bare = endpoint is not None and (endpoint.plain or endpoint.unverified)
    notes = Tone.BAD if bare else Tone.WARN if marked.prod else Tone.DIM
    return [
        Cell(shown(place.name), tone),
        _state(place, told),
        *_figures(place, told),
        Cell(shown(url.removeprefix("unix://")), Tone.BAD if bare else Tone.DIM),
        Cell(shown(" · ".join(_notes(place, marked))), notes),
    ]


def all_cells(engines: Sequence[Engine], *, in_view: bool) -> Sequence[Cell]:
    """The row of all connected Engines."""
    stores = [engine.store for engine in engines if engine.store.listed(Kind.CONTAINER)]
    running = sum(one.running for store in stores for one in store.containers.values())
    total = sum(len(store.containers) for store in stores)
    up = connected(engines)
    state = Cell(shown(f"● {up} connected"), Tone.GOOD)
    if up < len(engines):
        state = Cell(shown(f"◌ {up} of {len(engines)} connected"), Tone.WARN)
    return [
        Cell(Shown("all hosts"), Tone.ACCENT if in_view else Tone.PLAIN),
        state,
        *(Cell(Shown("")),) * 2,
        Cell(shown(f"{running}/{total}"), Tone.DIM),
        *(Cell(Shown("")),) * 2,
        Cell(Shown("side by side"), Tone.DIM),
    ]


def connected(engines: Iterable[Engine]) -> int:
    """How many of them answer."""
    return sum(engine.link.state is LinkState.UP for engine in engines)


def about(place: Place | None, told: Told, marked: Marked, override: str) -> Layout:
    """What is to be said of the place under the cursor: where it is, then what is wrong."""
    if place is None:
        return text_layout(
            Shown("The objects of all connected Engines, with a column for the host."), Ink.DIM
        )
    endpoint, context = place.endpoint, place.context
    url = endpoint.url if endpoint is not None else context.url if context is not None else ""
    described = context.description[:LONGEST] if context is not None else ""
    where = " · ".join(filter(None, (url, *_notes(place, marked), described)))
    said = [(where, Ink.DIM), (place.problem, Ink.BAD)]
    if endpoint is not None and endpoint.plain:
        said.append((PLAIN, Ink.BAD))
    if endpoint is not None and endpoint.unverified:
        said.append((UNVERIFIED, Ink.BAD))
    if endpoint is not None and (error := _error(place, told)) is not None:
        found = diagnose(endpoint, error)
        asks = place.engine is None and endpoint.ssh and _would_ask(error)
        said += [(found.what, Ink.BAD), (NOT_ASKED if asks else "", Ink.WARN), (found.explain, Ink.PLAIN)]
    if context is not None and context.current and override:
        said.append((f"The docker CLI uses it in this shell because {override} is set.", Ink.WARN))
    if context is None and endpoint is not None and endpoint.source in BY_CONTEXT:
        said.append(("Connected before the context was changed or removed.", Ink.WARN))
    if endpoint is not None and endpoint.ssh and place.engine is None and told == Told():
        said.append(("Over ssh, which is not started without need: enter connects.", Ink.PLAIN))
    return stacked(text_layout(whole(text), ink) for text, ink in said if text)


def _error(place: Place, told: Told) -> EngineError | None:
    if place.engine is not None and place.engine.link.error is not None:
        return place.engine.link.error
    return told.error


def _state(place: Place, told: Told) -> Cell:
    """Glyph, word and the reason in short; the whole of it stands below the table."""
    if place.problem:
        return Cell(Shown("✗ unusable"), Tone.BAD)
    error = _error(place, told)
    why = f": {_short(place, error)}" if error is not None else ""
    if place.engine is not None:
        match place.engine.link.state:
            case LinkState.UP:
                return Cell(Shown("● connected"), Tone.GOOD)
            case LinkState.CONNECTING:
                return Cell(Shown("◌ connecting …"), Tone.WARN)
            case LinkState.STALE:
                return Cell(Shown("◌ stale: no answer"), Tone.BAD)
            case LinkState.DOWN:
                return Cell(shown(f"✗ no connection{why}"), Tone.BAD)
    if told.asking:
        return Cell(Shown("◌ asking …"), Tone.DIM)
    if error is not None:
        refused = error.status is not None or isinstance(error, Refused) or bool(_SSL.match(error.message))
        word = "refused" if refused else "no answer"
        return Cell(shown(f"✗ {word}{why}"), Tone.BAD)
    return Cell(Shown("○ answers"), Tone.PLAIN) if told.seen else Cell(Shown("○ not connected"), Tone.DIM)


def _short(place: Place, error: EngineError) -> str:
    """The gist of a failure: ssh says it last, everybody else first."""
    if place.endpoint is not None and place.endpoint.ssh:
        return _SENTENCE.split(error.message.rpartition(": ")[2])[-1]
    return _SSL.sub("", error.message).partition(":")[0]


def _would_ask(error: EngineError) -> bool:
    """Whether ssh would have asked the person something, had it been let."""
    words = error.message.lower()
    return _CHANGED not in words and any(known in words for known in _ASKS)


def _figures(place: Place, told: Told) -> Iterable[Cell]:
    """Version, latency, containers, images."""
    version = running = total = images = ""
    if place.engine is not None:
        store, server = place.engine.store, place.engine.link.server
        version = server.version if server is not None else ""
        if store.listed(Kind.CONTAINER):
            running = str(sum(container.running for container in store.containers.values()))
            total = str(len(store.containers))
        if store.listed(Kind.IMAGE):
            images = str(len({image.id for image in store.images.values()}))
    elif told.seen is not None:
        version = told.seen.version
        running, total, images = map(str, (told.seen.running, told.seen.containers, told.seen.images))
    yield Cell(shown(version), Tone.PLAIN)
    yield Cell(Shown(latency_words(told.latency)), Tone.PLAIN)
    yield Cell(shown(f"{running}/{total}" if total else ""), Tone.PLAIN)
    yield Cell(shown(images), Tone.PLAIN)


def latency_words(seconds: float | None) -> str:
    """A time as a person compares it: "0.4 ms", "12 ms", "1.2 s"; "" when it is not known."""
    if seconds is None:
        return ""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 9.95 else f"{milliseconds:.1f} ms"


def _notes(place: Place, marked: Marked) -> Iterable[str]:
    endpoint = place.endpoint
    if place.context is not None and place.context.current:
        yield "current"
    if marked.prod:
        yield "PROD"
    if endpoint is None:
        return
    if endpoint.read_only:
        yield "read-only"
    if endpoint.demo:
        yield "DEMO"
    if endpoint.ssh:
        yield "ssh"
    if endpoint.plain:
        yield "plain tcp"
    elif endpoint.unverified:
        yield "TLS not verified"
    elif endpoint.tls is not None:
        yield "TLS"
