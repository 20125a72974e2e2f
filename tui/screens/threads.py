"""Waiting for a thread without holding the screen, or the end of the program, up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


async def asked(work: Callable[[], Answer]) -> Answer:
    """The result of `work`, done on such a thread; whoever waits may be gone before it comes."""
    future = on_thread(work)
    # nobody asks for the exception then
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait({future})
    return future.result()


def on_thread(work: Callable[[], Answer]) -> asyncio.Future[Answer]:
    """Start `work` on a thread that never keeps the program from ending; the future is its result.

    The loop's own executor would be waited for at the end, however long a request takes.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def settle(set_: Callable[[], None]) -> None:
        if not future.cancelled():
            set_()

    def tell(set_: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(settle, set_)
        except RuntimeError:  # the loop has ended: nobody waits any more
            return

    def run() -> None:
        try:
            answer = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits gets it
            failure = error
            tell(lambda: future.set_exception(failure))
        else:
            tell(lambda: future.set_result(answer))

    threading.Thread(target=run, name="asking", daemon=True).start()
    return future
