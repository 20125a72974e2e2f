"""A client at a container's main process: POST /containers/{id}/attach and /resize."""

from __future__ import annotations

import asyncio

from tui.demo import lifecycle, logs, mains
from tui.demo.models import Container, Refusal, Tell
from tui.demo.routes_exec import size_of
from tui.demo.routes_logs import fresh_lines
from tui.demo.routing import Answer, Routes
from tui.demo.streaming import Piece, converse, detach_bytes
from tui.demo.watch import Watch
from tui.demo.wire import RAW, Hijack, Reply, Request, Talk
from tui.demo.world import World


def attach(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/attach: before the start too, so that not even the first line is lost."""
    try:
        return _attached(world, request, world.container(name), name)
    except Refusal as refusal:
        # the Engine has handed the connection over by then: it can only write a line
        return Reply(refusal.status, f"{refusal.message}\r\n".encode(), RAW)


def _attached(world: World, request: Request, container: Container, name: str) -> Hijack:
    if container.status == "paused":
        raise Refusal(409, f"container {name} is paused, unpause the container before attach")
    if container.status == "restarting":
        raise Refusal(409, f"container {container.id} is restarting, wait until the container is running")
    try:
        keys = detach_bytes(request.query.get("detachKeys", ""))
    except ValueError as error:
        raise Refusal(400, f"Invalid detach keys {error}") from None
    tty = bool(container.config["Tty"])
    wanted = {number for number, key in ((1, "stdout"), (2, "stderr")) if request.flag(key)}
    output: asyncio.Queue[Piece] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def tell(piece: Piece) -> None:
        if not loop.is_closed() and (piece is None or tty or piece[0] in wanted):
            loop.call_soon_threadsafe(output.put_nowait, piece)

    if request.flag("logs"):
        for line in logs.lines(world, container):
            tell((line.stream, line.text + (b"\r\n" if tty else b"\n")))
    streams = request.flag("stream")
    if streams:
        container.attached.append(tell)
    else:
        tell(None)
    # what a service writes follows from the clock: somebody has to look
    watch = Watch(world) if streams and not mains.plays(container) else None
    lifecycle.told(world, container, "attach")

    def feed(data: bytes) -> None:
        if container.main is not None:
            container.main.feed(data)

    reads = streams and request.flag("stdin") and container.config["OpenStdin"]

    async def talk(pipe: Talk) -> None:
        following = asyncio.ensure_future(_follow(world, container, watch, tell)) if watch else None
        try:
            once = bool(container.config["StdinOnce"])
            if await converse(pipe, output, feed if reads else None, keys, closes=once):
                with world.lock:
                    lifecycle.told(world, container, "detach")
        finally:
            if tell in container.attached:
                container.attached.remove(tell)
            if following:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    return Hijack(talk, tty)


async def _follow(world: World, container: Container, watch: Watch, tell: Tell) -> None:
    """Tell what a service writes from now on, or from its start on."""
    tty = bool(container.config["Tty"])
    with watch:
        while not container.alive:
            await watch.next()
        written = len(container.written)
        async for found in fresh_lines(world, container, watch, world.now() - 1e-6, written):
            for line in found:
                tell((line.stream, line.text + (b"\r\n" if tty else b"\n")))


def resize(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/resize."""
    size = size_of(request)
    container = world.container(name)
    if not container.alive:
        raise Refusal(409, f"container {container.id} is not running")
    if container.main is not None:
        container.main.size = size
    lifecycle.told(world, container, "resize", height=str(size[0]), width=str(size[1]))
    return Reply(200, b"", "")


ROUTES: Routes = (
    ("POST", "/containers/{}/attach", attach),
    ("POST", "/containers/{}/resize", resize),
)
