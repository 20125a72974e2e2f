"""The demo Engine's connections: one event loop that reads requests, answers them and feeds streams."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from tui.demo import wire
from tui.demo.dials import Dials
from tui.demo.models import Refusal
from tui.demo.world import World

Answer = wire.Reply | wire.Stream | wire.Hijack
Router = Callable[[World, wire.Request], Answer]

GLANCE = 0.02
"""Seconds between two looks at a dial that holds something back."""


class Line:
    """What one answer goes out by, as good or as bad as the dials make it."""

    def __init__(self, writer: asyncio.StreamWriter, dials: Dials) -> None:
        self._writer = writer
        self._dials = dials
        self._sent = 0

    async def write(self, data: bytes) -> None:
        """Send it, or only as much as comes before the cut. Raises ConnectionError."""
        limit = self._dials.cut_after
        left = len(data) if limit is None else max(limit - self._sent, 0)
        self._writer.write(data[:left])
        await self._writer.drain()
        self._sent += len(data)
        if left < len(data):
            self.cut()

    def cut(self) -> None:
        """End the connection in the middle of an answer. Raises ConnectionError."""
        # what was written before has to get there: the end comes early, but in order
        self._writer.close()
        raise ConnectionAbortedError("cut, as the dials say")

    async def fail(self) -> None:
        """Say inside a stream of progress that its transfer failed, or cut it. Raises ConnectionError."""
        if not self._dials.break_words:
            self.cut()
        await self.write(wire.chunk(wire.failed(self._dials.break_words)))

    async def alive(self) -> None:
        """Wait as long as the line is dead without anybody having noticed."""
        while self._dials.half_open:
            await asyncio.sleep(GLANCE)


class Pipe:
    """A connection that was handed over to a process: bytes both ways, output framed unless it has a TTY."""

    def __init__(self, reader: asyncio.StreamReader, line: Line, tty: bool, awake: asyncio.Event) -> None:
        self.tty = tty
        self._reader = reader
        self._line = line
        self._awake = awake

    async def read(self) -> bytes:
        """What was typed; b"" when no more will come. Raises ConnectionError."""
        return await self._reader.read(4096)

    async def write(self, data: bytes, stream: int = 1) -> None:
        """Output of stdout (1) or stderr (2). Raises ConnectionError when nobody is there any more."""
        await self._awake.wait()
        await self._line.alive()
        await self._line.write(data if self.tty else wire.frame(stream, data))


class Server:
    """Serves one world on one socket. Lives in the loop that calls it; not for other threads."""

    def __init__(self, world: World, route: Router, path: str) -> None:
        self.world = world
        self.path = path
        self.awake = asyncio.Event()
        """Cleared while the Engine is frozen: requests are read, nothing is answered."""
        self.awake.set()
        self._route = route
        self._listener: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def listen(self) -> None:
        """Accept connections from now on."""
        self._listener = await asyncio.start_unix_server(self._accepted, self.path)

    async def shut(self) -> None:
        """Refuse new connections and cut the open ones in the middle of whatever they do."""
        if self._listener:
            self._listener.close()
            self._listener = None
        tasks = list(self._connections)
        for task in tasks:
            self._connections[task].transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._listener is None:
            # it was on its way in when the door was shut
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(lambda done: self._connections.pop(done))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await wire.read_request(reader):
                await self.awake.wait()
                await self._wait()
                answer = self._answer(request)
                if isinstance(answer, wire.Stream):
                    if not await self._feed(answer, reader, writer):
                        break
                elif isinstance(answer, wire.Hijack):
                    writer.write(wire.upgraded(request, answer.tty))
                    line = Line(writer, self.world.dials)
                    await answer.talk(Pipe(reader, line, answer.tty, self.awake))
                    break
                else:
                    bare = request.method == "HEAD"
                    start, body = wire.whole(answer, self.world.now(), without_body=bare)
                    writer.write(start)
                    await Line(writer, self.world.dials).write(body)
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            # the client is gone, or what it speaks is not HTTP: there is nobody to tell
            pass
        finally:
            writer.close()

    async def _wait(self) -> None:
        """Let an answer take its time."""
        clock = asyncio.get_running_loop().time
        asked = clock()
        while (left := asked + self.world.dials.latency - clock()) > 0:
            await asyncio.sleep(min(left, GLANCE))

    def _answer(self, request: wire.Request) -> Answer:
        try:
            wire.check_version(request.version)
            self.world.dials.check(request.method, request.path)
            with self.world.lock:
                return self._route(self.world, request)
        except Refusal as refusal:
            return wire.refused(refusal)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            return wire.refused(Refusal(400, f"the demo Engine cannot read this request: {error!r}"))

    async def _feed(
        self, stream: wire.Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send a stream until it ends (True) or the client leaves (False)."""
        start = wire.head(stream.status, stream.kind, self.world.now(), {"Transfer-Encoding": "chunked"})
        writer.write(start)
        sending = asyncio.ensure_future(self._send(stream, writer))
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            ended = sending.done()
            if ended:
                sending.result()
            return ended
        finally:
            for task in (sending, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task

    async def _send(self, stream: wire.Stream, writer: asyncio.StreamWriter) -> None:
        pieces, line, sent = stream.pieces, Line(writer, self.world.dials), 0
        try:
            async for piece in pieces:
                await self.awake.wait()
                await line.alive()
                if stream.progress and sent == self.world.dials.break_after:
                    await line.fail()
                    break
                await line.write(wire.chunk(piece))
                sent += 1
            await self.awake.wait()
            await line.alive()
            writer.write(wire.LAST_CHUNK)
            await writer.drain()
        finally:
            # a generator that is left in the middle still listens to the world
            if close := getattr(pieces, "aclose", None):
                await close()
