"""The registries as rows of their table, and what is said of one below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tui.engine.credentials import HUB_HOST
from tui.engine.errors import EngineError
from tui.engine.lines import DockerLine, docker
from tui.engine.registries import Place
from tui.engine.registry_models import Reach, Scheme
from tui.screens.contexts_rows import latency_words
from tui.screens.rows import Ink, Layout, stacked, text_layout, whole
from widgets.table import Cell, Column, Tone
from widgets.text import Shown, shown

COLUMNS = (
    Column("host", Shown("REGISTRY"), least=12, most=48),
    Column("state", Shown("STATE"), least=16, most=40, grows=True),
    Column("login", Shown("LOGIN"), least=9, most=20),
    Column("transport", Shown("TRANSPORT"), least=9, most=12, priority=1),
    Column("latency", Shown("LATENCY"), least=7, most=9, priority=3, right=True),
    Column("from", Shown("FROM"), least=5, most=16, priority=2),
    Column("here", Shown("IMAGES HERE"), least=11, most=12, priority=4, right=True),
)

SOURCES = {
    "added": "added here",
    "login": "config.json",
    "engine": "the Engine",
    "images": "its images",
    "docker": "Docker",
}
WHENCE = {
    "added": "added here: e changes it, d forgets it",
    "login": "known from the docker CLI's config.json",
    "engine": "known from the Engine's settings",
    "images": "known from images of this Engine",
    "docker": "where Docker looks when no registry is named",
}
AUTH = {
    Scheme.NONE: "no login needed",
    Scheme.BASIC: "login by user and password",
    Scheme.BEARER: "login by token",
}

PLAIN = "Plain HTTP: whoever is on the way can read passwords and change images."
HUB = "Docker Hub does not list its repositories: enter shows those of your images, and o types one."


class Told(NamedTuple):
    """What a registry was asked for, and what it said."""

    asking: bool = False
    reach: Reach | None = None
    latency: float | None = None
    """Seconds until it had answered."""
    error: EngineError | None = None


def login_line(place: Place) -> DockerLine:
    """The docker line that logs in there."""
    return docker("login", *(() if place.host == HUB_HOST else (place.host,)))


def place_cells(place: Place, told: Told, images: int) -> Sequence[Cell]:
    """One row of the table."""
    return [
        Cell(shown(place.host)),
        _state(place, told),
        _login(place),
        _transport(place, told),
        Cell(Shown(latency_words(told.latency))),
        Cell(shown(SOURCES.get(place.source, place.source)), Tone.DIM),
        Cell(shown(str(images) if images else ""), Tone.DIM),
    ]


def about(place: Place | None, told: Told, *, listed: bool = True) -> Layout:
    """What is to be said of the registry under the cursor: where it is, then what is wrong.

    `listed` tells whether it can list its repositories.
    """
    if place is None:
        return text_layout(Shown("a adds a registry."), Ink.DIM)
    reach = told.reach
    where = [
        reach.url if reach is not None else place.host,
        WHENCE.get(place.source, ""),
        AUTH[reach.scheme] if reach is not None else "",
        f"trusts {place.ca}" if place.ca else "",
    ]
    said = [(" · ".join(filter(None, where)), Ink.DIM)]
    if _is_plain(place, told):
        said.append((PLAIN, Ink.BAD))
    if told.error is not None:
        said += [(told.error.message, Ink.BAD), (told.error.advice, Ink.PLAIN)]
    if reach is not None and not reach.welcome:
        another = "l logs in as another one." if place.logged_in else "l logs in."
        said += [(f"It says: {reach.words}", Ink.WARN), (another, Ink.PLAIN)]
    if not listed:
        said.append((HUB, Ink.PLAIN))
    return stacked(text_layout(whole(text), ink) for text, ink in said if text)


def _state(place: Place, told: Told) -> Cell:
    """Glyph, word and the reason in short; the whole of it stands below the table."""
    if told.asking:
        return Cell(Shown("◌ asking …"), Tone.DIM)
    if told.error is not None:
        named = rf"^(the certificate of )?{re.escape(place.host)}:? (is )?"
        return Cell(shown(f"✗ {re.sub(named, '', told.error.message)}"), Tone.BAD)
    if told.reach is None:
        return Cell(Shown("○ not asked"), Tone.DIM)
    if told.reach.welcome:
        return Cell(Shown("● reachable"), Tone.GOOD)
    return Cell(Shown("◐ wants a login"), Tone.WARN)


def _login(place: Place) -> Cell:
    if not place.logged_in:
        return Cell(Shown("○ nobody"), Tone.DIM)
    return Cell(shown(f"● {place.user or 'logged in'}"), Tone.GOOD)


def _is_plain(place: Place, told: Told) -> bool:
    url = told.reach.url if told.reach is not None else ""
    return url.startswith("http:") if url else place.plain is True


def _transport(place: Place, told: Told) -> Cell:
    if _is_plain(place, told):
        return Cell(Shown("plain HTTP"), Tone.BAD)
    known = told.reach is not None or place.plain is False
    return Cell(Shown("TLS, own CA" if place.ca else "TLS"), Tone.PLAIN if known else Tone.DIM)
