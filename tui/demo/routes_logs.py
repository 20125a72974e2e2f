"""GET /containers/{id}/logs: what a container wrote, and what it goes on writing."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator

from tui.demo import logs
from tui.demo.formats import seconds
from tui.demo.models import Container, LogLine, Refusal
from tui.demo.routing import Answer, Routes
from tui.demo.watch import Watch
from tui.demo.wire import MULTIPLEXED, RAW, Request, Stream
from tui.demo.world import World

PIECE = 64 * 1024
"""Bytes of finished lines that go out as one chunk."""


def read(world: World, request: Request, name: str) -> Answer:
    """The log as `tail`, `since`, `until`, `stdout`, `stderr`, `timestamps` and `follow` ask for it."""
    container = world.container(name)
    streams = {number for number, key in ((1, "stdout"), (2, "stderr")) if request.flag(key)}
    if not streams:
        raise Refusal(400, "Bad parameters: you must choose at least one stream")
    tail = request.query.get("tail", "all")
    since, until = _moment(request, "since", 0.0), _moment(request, "until", math.inf) or math.inf
    written = logs.lines(
        world,
        container,
        # the Engine counts the very moment in, the lines here begin after it
        since=since - 1e-6,
        until=until,
        tail=int(tail) if tail.isdigit() else None,
    )
    tty = bool(container.config["Tty"])
    watch = Watch(world) if request.flag("follow") else None
    # counted now: what is written before the answer goes out is what follows
    follow = (max(world.now(), written[-1].at if written else 0.0), len(container.written))
    pieces = _pieces(world, container, written, watch, follow, streams, request.flag("timestamps"))
    return Stream(pieces, RAW if tty else MULTIPLEXED)


async def _pieces(
    world: World,
    container: Container,
    written: list[LogLine],
    watch: Watch | None,
    follow: tuple[float, int],
    streams: set[int],
    timestamps: bool,
) -> AsyncIterator[bytes]:
    tty = bool(container.config["Tty"])

    def framed(lines: list[LogLine]) -> list[bytes]:
        # a terminal has one stream only: everything comes by stdout
        return [
            logs.framed(line, tty=tty, timestamps=timestamps)
            for line in lines
            if (1 if tty else line.stream) in streams
        ]

    if watch is None:
        for piece in _joined(framed(written)):
            yield piece
        return
    with watch:
        coming = fresh_lines(world, container, watch, *follow)
        for piece in _joined(framed(written)):
            yield piece
        async for fresh in coming:
            for piece in _joined(framed(fresh)):
                yield piece


async def fresh_lines(
    world: World, container: Container, watch: Watch, last: float, by_hand: int
) -> AsyncIterator[list[LogLine]]:
    """The lines after `last` as they are written, until the container ends.

    `by_hand` is how many were there beside those that its service writes by itself.
    """
    died = False
    while True:
        with world.lock:
            ended = died or container.status not in ("running", "paused")
            fresh = logs.generated(world, container, since=last) + container.written[by_hand:]
            by_hand = len(container.written)
            last = max([last, *(line.at for line in fresh)])
            patience = logs.next_line(container, world.now())
        yield fresh
        if ended:
            return
        event = await watch.next(patience)
        died = event is not None and event.id == container.id and event.action == "die"


def _joined(lines: list[bytes]) -> list[bytes]:
    pieces: list[bytes] = []
    gathered: list[bytes] = []
    size = 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= PIECE:
            pieces.append(b"".join(gathered))
            gathered, size = [], 0
    return [*pieces, b"".join(gathered)] if gathered else pieces


def _moment(request: Request, name: str, default: float) -> float:
    text = request.query.get(name)
    if not text:
        return default
    try:
        return seconds(text)
    except ValueError:
        raise Refusal(500, f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


ROUTES: Routes = (("GET", "/containers/{}/logs", read),)
