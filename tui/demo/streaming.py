"""A client at a process of the demo: output goes to it as it comes, input from it, detach keys end it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter

from tui.demo.wire import Talk

Piece = tuple[int, bytes] | None
"""Output with 1 for stdout or 2 for stderr; None at the end."""

DEFAULT_KEYS = "ctrl-p,ctrl-q"


def detach_bytes(text: str) -> bytes:
    """ "ctrl-p,ctrl-q" as the bytes that a terminal sends. Raises ValueError when it is no such thing."""
    found = b""
    for word in (text or DEFAULT_KEYS).split(","):
        name = word.strip()
        if len(name) == 1:
            found += name.encode()
        elif name.lower().startswith("ctrl-") and len(name) == 6:
            found += bytes([ord(name[5].upper()) & 31])
        else:
            raise ValueError(f"({text}) provided")
    return found


async def converse(
    pipe: Talk,
    output: asyncio.Queue[Piece],
    feed: Callable[[bytes], None] | None,
    keys: bytes,
    *,
    closes: bool,
) -> bool:
    """Pass bytes both ways until the output ends or the detach keys come; whether it was those.

    `feed` takes what is typed; None when nothing is read, and no keys are looked for. With `closes` it is
    told b"" at the end of the input, and the output goes on; else the end of the input is the end of it
    all. The Engine closes the input of no terminal.
    """
    closes = closes and not pipe.tty
    writing = asyncio.ensure_future(_write(pipe, output))
    reading = asyncio.ensure_future(_read(pipe, feed, keys if pipe.tty and feed else b""))
    try:
        await asyncio.wait([writing, reading], return_when=asyncio.FIRST_COMPLETED)
        if reading.done() and reading.result():
            return True
        if reading.done() and feed is not None:
            if not closes:
                return False
            feed(b"")
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
        pieces: list[Piece] = [piece]
        while pieces[-1] is not None and not output.empty():
            pieces.append(output.get_nowait())
        # what one stream wrote at one time goes out together
        for stream, together in groupby((one for one in pieces if one is not None), key=itemgetter(0)):
            await pipe.write(b"".join(data for _, data in together), stream)
        if pieces[-1] is None:
            return


async def _read(pipe: Talk, feed: Callable[[bytes], None] | None, keys: bytes) -> bool:
    held = b""
    while data := await pipe.read():
        passed = b""
        for number in data:
            held += bytes([number])
            if keys and held == keys:
                if feed is not None and passed:
                    feed(passed)
                return True
            if not (keys and keys.startswith(held)):
                passed, held = passed + held, b""
        if feed is not None and passed:
            feed(passed)
    return False
