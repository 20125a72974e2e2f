"""The demo Engine itself: a thread that serves a world on a private socket."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

from tui.demo import crowd, life, mains, shop
from tui.demo.dials import Dials
from tui.demo.router import route
from tui.demo.server import Server
from tui.demo.world import World
from tui.engine.places import short_folder

DAILY_PACE = 4.0
"""Seconds that 100 MB of a pull take where time runs: long enough to see how it goes."""


class DemoEngine:
    """An Engine without Docker: speaks the Engine API 1.47 on a unix socket in a folder of its own.

    `seed` decides every id and every log line; `scale` adds that many containers to the shop, `hostile`
    objects whose strings do what they can to a terminal; `dials` make it slow or faulty. With a `clock`
    (epoch seconds) of its own the world stands still but for what is asked of it; without one it lives: the
    crash-looping job is tried again and again, health checks pass.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        scale: int = 0,
        hostile: bool = False,
        dials: Dials | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._living = clock is None
        self.world = World(seed, clock or time.time)
        """Everything there is; hold `world.lock` to look at or change it."""
        self.dials = self.world.dials = dials or Dials(pace=DAILY_PACE if self._living else 0.0)
        """How slow and how faulty it is; can be turned at any moment."""
        shop.build(self.world)
        crowd.build(self.world, scale)
        if hostile:
            from tui.demo import hostile as strange

            strange.build(self.world)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Serve from now on; returns the URL, unix:///… Starting twice changes nothing."""
        if self._folder is None:
            # goes away with the process even when nobody calls stop()
            self._folder = tempfile.TemporaryDirectory(
                prefix="wharf-demo-", dir=short_folder(), ignore_cleanup_errors=True
            )
            ready = threading.Event()
            self._over = asyncio.Event()
            served = self._run(self._folder.name, ready)
            self._thread = threading.Thread(
                target=asyncio.run, args=(served,), name="demo-engine", daemon=True
            )
            self._thread.start()
            ready.wait()
        return f"unix://{self._folder.name}/docker.sock"

    def stop(self) -> None:
        """Cut every connection, end the thread, remove the socket and its folder. Stopping twice is fine."""
        if self._loop is None or self._thread is None or self._folder is None:
            return
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._folder.cleanup()
        self._folder = self._loop = self._server = self._thread = None

    def freeze(self) -> None:
        """Accept connections and requests but answer nothing, as a daemon under SIGSTOP."""
        self._call(self._set_awake(False))

    def thaw(self) -> None:
        """Answer what has come meanwhile, and go on."""
        self._call(self._set_awake(True))

    def drop(self) -> None:
        """Cut every connection and refuse new ones, as a daemon that was killed."""
        self._call(self._running_server().shut())

    def revive(self) -> None:
        """Accept connections again after `drop()`."""
        self._call(self._running_server().listen())

    def nudge(self) -> None:
        """Have waiting streams look again: the given clock has moved, or a log was written to."""
        with self.world.lock:
            self.world.events.nudge()

    def __enter__(self) -> DemoEngine:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _run(self, folder: str, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        server = self._server = Server(self.world, route, f"{folder}/docker.sock")
        try:
            await server.listen()
            with self.world.lock:
                mains.begin_all(self.world)
        finally:
            ready.set()
        living = self._loop.create_task(life.live(self.world)) if self._living else None
        await self._over.wait()
        if living:
            living.cancel()
        await server.shut()

    async def _set_awake(self, awake: bool) -> None:
        server = self._running_server()
        if awake:
            server.awake.set()
        else:
            server.awake.clear()

    def _running_server(self) -> Server:
        if self._server is None:
            raise RuntimeError("the demo Engine is not running")
        return self._server

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the server's loop and wait until it is done."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the demo Engine is not running")
        asyncio.run_coroutine_threadsafe(work, self._loop).result()
