"""What the bars of the main screen say, as pieces."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.engine.endpoint import FOUND, Endpoint
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.scope import Scope
from tui.panes.kind import KindView
from tui.panes.pane import KindPane
from widgets.bar import Piece
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.engine.jobs import Job
    from tui.verbs.offers import Offer

SILENT_SECONDS = 2.0
"""A job's request without an answer for so long is worth a word in the header."""

REGISTRIES = 1
"""The group of what stands and goes of the registries' tab."""

DEMO_WORDS = "DEMO ENGINE, NOT DOCKER"

LAMPS: Mapping[LinkState, tuple[str, str, str]] = {
    LinkState.UP: ("●", "", "good"),
    LinkState.CONNECTING: ("◌", "connecting", "warn"),
    LinkState.STALE: ("◌", "STALE: no answer", "bad"),
    LinkState.DOWN: ("✗", "NO CONNECTION", "bad"),
}
"""Glyph, word and tone for how the line is."""


LONGEST_NAME = 32
"""Cells that an Engine's name takes in the header: at 80 columns the words about the line fit beside it."""


def header_pieces(
    endpoint: Endpoint,
    link: Link,
    jobs: Sequence[Job],
    *,
    prod: bool,
    color: str = "",
    others: int = 0,
) -> tuple[list[Piece], list[Piece]]:
    """Who Wharf speaks to and how that goes; what is under way.

    `color` is what is set for the endpoint, `others` the number of further Engines that are connected.
    """
    glyph, word, tone = LAMPS[link.state]
    left = [Piece(Shown(" wharf "), "accent", weight=2), *demo_pieces(endpoint)]
    if prod:
        left.append(Piece(Shown(" PROD "), "loud"))
    if endpoint.read_only:
        left.append(Piece(Shown(" read-only "), "warn"))
    left.append(Piece(shown(f" {glyph} "), tone))
    left.append(Piece(short_name(endpoint), f"host-{color}" if color else tone))
    left.extend(_line_warnings(endpoint))
    if word:
        left.append(Piece(shown(f" {word}"), tone))
        # where there is little room the countdown and its key matter more than all else that may go
        left.append(Piece(shown(_countdown(link)), tone, weight=1))
    if endpoint.source.startswith(FOUND):
        left.append(Piece(shown(f" ({endpoint.source})"), "dim", weight=2))
    if others:
        left.append(Piece(shown(f" +{others} host{'s' if others > 1 else ''} (@)"), "dim", "app.contexts", 1))
    if link.state in (LinkState.UP, LinkState.DOWN) and link.error is not None:
        left.append(Piece(shown(f" · {link.error.message}"), tone, weight=4))
    if link.server is not None:
        podman = link.server.podman
        version = f"Podman {podman}" if podman else f"Engine {link.server.version}"
        left.append(Piece(shown(f"  {version}"), "plain", weight=2))
        size = f" · {link.server.cpus} CPU · {link.server.memory / 2**30:.1f} GiB"
        left.append(Piece(shown(size), "dim", weight=3))
    return left, [*job_pieces(jobs), Piece(Shown(" ? help "), "dim", "help", weight=2)]


def short_name(endpoint: Endpoint, longest: int = LONGEST_NAME) -> Shown:
    """The endpoint's name in at most so many cells; of a long one the middle is left out."""
    name = shown(endpoint.name.removeprefix("unix://"))
    if cell_len(name) <= longest:
        return name
    head, tail = name[: longest // 3], name[longest // 3 :]
    while cell_len(head) > longest // 3:
        head = head[:-1]
    while cell_len(head) + 1 + cell_len(tail) > longest:
        tail = tail[1:]
    return Shown(f"{head}…{tail}")


def _line_warnings(endpoint: Endpoint) -> Iterable[Piece]:
    """What everybody on the way may do to the line."""
    if endpoint.plain or endpoint.unverified:
        yield Piece(Shown(" "))
        yield Piece(Shown(" NOT ENCRYPTED " if endpoint.plain else " TLS NOT VERIFIED "), "alarm")


def demo_pieces(endpoint: Endpoint) -> Iterable[Piece]:
    """What the head of every full screen says of the demo Engine; nothing of a real one."""
    if endpoint.demo:
        yield Piece(shown(f" {DEMO_WORDS} "), "loud")


def _countdown(link: Link) -> str:
    if link.state is LinkState.STALE:
        return f" for {int(time.monotonic() - link.since) + 10} s"
    if link.state is not LinkState.DOWN:
        return ""
    if link.waits:
        return " · waits for you · ctrl-r"
    if link.retry_at is None:
        return " · trying …"
    wait = max(int(link.retry_at - time.monotonic() + 0.99), 0)
    return f" · again in {wait} s · ctrl-r"


def job_pieces(jobs: Sequence[Job]) -> Iterable[Piece]:
    if not jobs:
        return
    newest = jobs[-1]
    silent = max((time.monotonic() - job.asked for job in jobs if job.asked), default=0.0)
    if silent > SILENT_SECONDS and newest.fraction is None:
        yield Piece(shown(f" no answer for {int(silent)} s · J cancels "), "warn", "jobs")
    what = f"{len(jobs)} jobs" if len(jobs) > 1 else newest.task.title
    done = f" {newest.fraction:.0%}" if newest.fraction is not None else ""
    yield Piece(shown(f" {what}{done} "), "accent", "jobs")


def tab_pieces(views: Sequence[KindView], scope: Scope, current: Kind, *, stale: bool) -> list[Piece]:
    """The panes with their live counts."""
    pieces = []
    for number, view in enumerate(views, 1):
        count = str(len(scope.of(view.kind))) if scope.listed(view.kind) else "…"
        tone = "current" if view.kind is current else "plain"
        pieces.append(Piece(shown(f" {number} {view.title} {count} "), tone, f"pane-{view.kind}"))
        pieces.append(Piece(Shown(" "), weight=3))
    # at 80 columns the end of the longest word makes room for all of the rest
    for text, weight in ((f" {len(views) + 1} Reg", 2), ("istries", 4), (" ", 2)):
        pieces.append(Piece(Shown(text), "plain", "app.registries", weight, REGISTRIES if weight == 2 else 0))
    pieces.append(Piece(Shown(f" {len(views) + 2} Engine "), "plain", "app.engine_pane", weight=2))
    if stale:
        pieces.append(Piece(Shown(" last known state "), "loud", weight=1))
    return pieces


def status_pieces(pane: KindPane) -> tuple[list[Piece], list[Piece]]:
    """What is filtered, marked and sorted."""
    total, there = pane.arranged.listed, pane.arranged.let_through
    left = []
    if pane.filter:
        left.append(Piece(shown(f" /{pane.filter} "), "accent", "filter"))
    left.append(Piece(shown(f" {there} of {total}" if there != total else f" {total}"), "dim"))
    if (rows := len(pane.table.keys)) < there:
        left.append(Piece(shown(f" in {rows} rows (x unfolds)"), "dim", weight=1))
    if pane.hide_stopped:
        left.append(Piece(Shown(" · stopped hidden (z)"), "warn", "stopped"))
    if pane.table.marks:
        hidden = f" ({len(pane.hidden_marks)} hidden)" if pane.hidden_marks else ""
        left.append(Piece(shown(f" · {len(pane.table.marks)} marked{hidden}"), "accent"))
    if pane.aside:
        left.append(Piece(shown(f" · {pane.aside}"), "dim", weight=2))
    arrow = "↓" if pane.order.reverse else "↑"
    return left, [Piece(shown(f"by {pane.order.column} {arrow} "), "dim", "sort", weight=1)]


def footer_pieces(offers: Mapping[str, Offer]) -> list[Piece]:
    """What the keys do to this row now."""
    from tui.screens.keys import key_words

    pieces = []
    for place, offer in enumerate(offers.values(), 1):
        weight = 10 + offer.weight
        pieces.append(Piece(shown(f" {key_words(offer.key)}"), "key", f"key-{offer.key}", weight, place))
        pieces.append(Piece(shown(f" {offer.title} "), "plain", f"key-{offer.key}", weight, place))
    pieces.append(Piece(Shown(" :"), "key", "command", 1, -1))
    pieces.append(Piece(Shown(" command "), "plain", "command", 1, -1))
    return pieces


def line_pieces(line: str) -> list[Piece]:
    """The docker line of the verb last used or about to be used."""
    return [Piece(Shown("│ "), "dim"), Piece(shown(line), "dim", "line")] if line else []
