"""The program behind a doorway: takes connections on loopback and leads them into a private Engine.

Started by doorway.py as root: `relay.py PID TARGET`. It listens on a port of 127.0.0.1 and leads each
connection to TARGET: a TCP port in the network namespace of process PID, or the path of a unix socket. It
reads requests from standard input, one JSON list a line, and answers each with one JSON object, after a first
one with the port. It ends when its input ends, also because the test process was killed.

Standard library only.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import random
import socket
import struct
import sys
from collections.abc import Callable

CHUNK = 64 * 1024
IN_FLIGHT = 128
"""Chunks that one direction of a connection holds before it stops reading, as a full window does."""
SEGMENT = 1448
"""Bytes of a packet."""
RETRANSMIT_SECONDS = 0.2
"""What the loss of a packet costs beyond one round trip, as Linux does it."""

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


class Line:
    """How good the line is at the moment; every connection looks at it."""

    def __init__(self) -> None:
        self.delay = 0.0
        """Seconds that whatever is sent takes, each way."""
        self.loss = 0.0
        """The share of packets that get lost, 0 to 1."""
        self.seed = 0
        self.free = asyncio.Event()
        """Set while anything moves at all."""
        self.free.set()

    def late(self, size: int, chance: random.Random) -> float:
        """Seconds after which `size` bytes that were just sent are at the other end."""
        packets = -(-size // SEGMENT)
        lost = sum(chance.random() < self.loss for _ in range(packets)) if self.loss else 0
        return self.delay + lost * (RETRANSMIT_SECONDS + 2 * self.delay)


class Relay:
    """The listener, the connections, and what can be asked of them."""

    def __init__(self, pid: int, target: str) -> None:
        self.namespaces = [os.open(f"/proc/{each}/ns/net", os.O_RDONLY) for each in ("self", pid)]
        self.target = target
        self.line = Line()
        self.made = 0
        self.sent = [0, 0]
        """Bytes that went into the Engine, and out of it."""
        self.connections: set[asyncio.Task[None]] = set()
        self.listener = bound(0)
        self.port: int = self.listener.getsockname()[1]
        self.open = False

    # What can be asked

    def accept(self) -> None:
        """Take connections."""
        if not self.open:
            self.open = True
            self.listener.listen(128)
            asyncio.get_running_loop().add_reader(self.listener, self._take)

    def refuse(self) -> None:
        """Refuse connections, and keep the port: bound, but with nobody listening."""
        if self.open:
            self.open = False
            asyncio.get_running_loop().remove_reader(self.listener)
            self.listener.close()
            self.listener = bound(self.port)

    def cut(self) -> None:
        """Reset all connections."""
        for connection in self.connections:
            connection.cancel()

    def freeze(self) -> None:
        """Hold everything that is under way or comes; nobody gets to know."""
        self.line.free.clear()

    def thaw(self) -> None:
        """Let go what was held."""
        self.line.free.set()

    def slow(self, delay: float, loss: float, seed: int) -> None:
        """Delay each direction by so many seconds, and lose a share of the packets."""
        self.line.delay, self.line.loss, self.line.seed = delay, loss, seed

    def traffic(self) -> dict[str, int]:
        """Connections open now and made so far, and the bytes of all of them."""
        return {"open": len(self.connections), "made": self.made, "in": self.sent[0], "out": self.sent[1]}

    # Connections

    def _take(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            near, _ = self.listener.accept()
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = asyncio.create_task(self._connect(near, self.made))
            self.made += 1
            self.connections.add(connection)
            connection.add_done_callback(self.connections.discard)

    async def _connect(self, near: socket.socket, number: int) -> None:
        """Lead one connection through until both directions have ended, one broke, or it is cut."""
        with near, self._far() as far:
            for end in (near, far):
                end.setblocking(False)
            try:
                await self.line.free.wait()
                await asyncio.sleep(2 * self.line.delay)  # a connection is made by one round trip
                await asyncio.get_running_loop().sock_connect(far, self._address)
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._carry(near, far, number, 0))
                    both.create_task(self._carry(far, near, number, 1))
            except* (OSError, asyncio.CancelledError):
                # closed like this, a connection ends in a reset
                for end in (near, far):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    @property
    def _address(self) -> str | tuple[str, int]:
        return ("127.0.0.1", int(self.target)) if self.target.isdecimal() else self.target

    def _far(self) -> socket.socket:
        """A socket for the other side; one belongs for good to the network namespace that it was made in."""
        if not self.target.isdecimal():
            return socket.socket(socket.AF_UNIX)
        outside, inside = self.namespaces
        enter(inside)
        try:
            made = socket.socket()
        finally:
            enter(outside)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    async def _carry(self, source: socket.socket, sink: socket.socket, number: int, way: int) -> None:
        """Read one direction into a delay line, and write out what has arrived at its end."""
        loop = asyncio.get_running_loop()
        chance = random.Random(f"{self.line.seed} {number} {way}")
        under_way: asyncio.Queue[tuple[float, bytes | None]] = asyncio.Queue(IN_FLIGHT)

        async def write() -> None:
            while True:
                due, data = await under_way.get()
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                await self.line.free.wait()
                if data is None:
                    raise ConnectionResetError
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                await loop.sock_sendall(sink, data)
                self.sent[way] += len(data)

        async with asyncio.TaskGroup() as both:
            both.create_task(write())
            last = 0.0
            data: bytes | None = b"-"
            while data:
                try:
                    data = await loop.sock_recv(source, CHUNK)
                except ConnectionResetError:
                    data = None  # a reset arrives behind what was sent before it
                # what was sent earlier arrives earlier: behind a lost packet everything waits
                last = max(last, loop.time() + self.line.late(len(data or b""), chance))
                await under_way.put((last, data))


def bound(port: int) -> socket.socket:
    """A socket of the host that has a port on loopback and does not listen yet."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setblocking(False)
    made.bind(("127.0.0.1", port))
    return made


def enter(namespace: int) -> None:
    """Take this thread into a network namespace."""
    if LIBC.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}")


async def serve(relay: Relay) -> None:
    """Relay, and do as told, until the input ends."""
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    relay.accept()
    say({"result": relay.port})
    known = ("accept", "refuse", "cut", "freeze", "thaw", "slow", "traffic")
    requests: dict[str, Callable[..., object]] = {name: getattr(relay, name) for name in known}
    async for line in told:
        name, *arguments = json.loads(line)
        say({"result": requests[name](*arguments)})


def say(answer: dict[str, object]) -> None:
    """Answer one request."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(Relay(int(sys.argv[1]), sys.argv[2])))
