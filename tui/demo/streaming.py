"""A client at a process of the demo: output goes to it as it comes, input from it, detach keys end it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui.demo.models import Refusal
from tui.demo.wire import Talk

Piece = tuple[int, bytes] | None
"""Output with 1 for stdout or 2 for stderr; None at the end."""

DEFAULT_KEYS = "ctrl-p,ctrl-q"


def detach_bytes(text: str) -> bytes:
    """ "ctrl-p,ctrl-q" as the bytes that a terminal sends. Refusal 400 when it is no such thing."""
    found = b""
    for word in (text or DEFAULT_KEYS).split(","):
        name = word.strip()
        if len(name) == 1:
            found += name.encode()
        elif name.lower().startswith("ctrl-") and len(name) == 6:
            found += bytes([ord(name[5].upper()) & 31])
        else:
            raise Refusal(400, f"Unknown character: '{name}'")
    return found


async def converse(
    pipe: Talk, output: asyncio.Queue[Piece], feed: Callable[[bytes], None] | None, keys: bytes
) -> bool:
    """Pass bytes both ways until the output ends or the detach keys come; whether it was those.

    `feed` takes what is typed, b"" at its end; None when nothing is read. A client that leaves ends nothing
    but its own connection.
    """
    writing = asyncio.ensure_future(_write(pipe, output))
    reading = asyncio.ensure_future(_read(pipe, feed, keys if pipe.tty else b""))
    try:
        await asyncio.wait([writing, reading], return_when=asyncio.FIRST_COMPLETED)
        if reading.done() and reading.result():
            return True
        await writing
        return False
    except ConnectionError:
        return False
    finally:
        writing.cancel()
        reading.cancel()
        await asyncio.gather(writing, reading, return_exceptions=True)


async def _write(pipe: Talk, output: asyncio.Queue[Piece]) -> None:
    while (piece := await output.get()) is not None:
        await pipe.write(piece[1], piece[0])


async def _read(pipe: Talk, feed: Callable[[bytes], None] | None, keys: bytes) -> bool:
    held = b""
    while data := await pipe.read():
        for number in data:
            held += bytes([number])
            if keys and held == keys:
                return True
            if not (keys and keys.startswith(held)):
                if feed is not None:
                    feed(held)
                held = b""
    if feed is not None:
        feed(b"")
    return False
